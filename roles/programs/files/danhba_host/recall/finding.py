"""Finds all copies of a message and what carries it or is like it, in the mailboxes that the events name."""

from __future__ import annotations

import syslog
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ..journal import Refused
from . import fingerprint, likeness, mailboxes, queue
from .asking import Account, Knowledge, Person, Way
from .boxes import Boxes
from .likeness import SAME, Likeness
from .mailboxes import Mail
from .plan import Copy, Queued

# From a message to what carries it, to what carries that: nobody forwards further before somebody notices.
MOST_ROUNDS = 8
# Messages that are read and compared in one find; mailboxes at once. A file that is smaller than this many octets is
# looked for by the events alone: there are too many messages of its size.
MOST_COMPARED, AT_ONCE, LEAST_LARGE = 5000, 1000, 20_000
_REFERRING = ("Message-ID", "References", "In-Reply-To")


class Ambiguous(Exception):
    """Different messages have the same id: `choices`, each with its digest and where it lies."""

    def __init__(self, choices: list[dict[str, Any]]) -> None:
        super().__init__()
        self.choices = choices


@dataclass
class Found:
    """What was found.

    Attributes:
        copies, queued: each message with what it is to the one that is meant.
        digests: which message it is.
        ways: of the message and of each that carries it, by id, what the events know.
        accounts: the mailboxes that had to do with it, by kind and id.
        looked: mailboxes that were looked through, by kind and id; of them those that are away were not.
        away: mailboxes that could not be looked at, by kind and id, with the reason.
        mentions: messages that answer it or are about it and have nothing of it: mailbox, folder, message id.
        unread: messages that could not be taken apart: mailbox, folder, message id; of one in the queue no mailbox, and
            its number there for a folder.
        searched, compared: mailboxes in which its text was looked for, and messages that were compared with it.
        unexamined: whether its holders have sent more since than was looked at.
    """

    copies: dict[tuple[str, str, int], Copy] = field(default_factory=dict)
    queued: list[Queued] = field(default_factory=list)
    digests: set[str] = field(default_factory=set)
    ways: dict[str, Way] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    looked: set[str] = field(default_factory=set)
    away: dict[str, str] = field(default_factory=dict)
    mentions: set[tuple[str, str, str]] = field(default_factory=set)
    unread: set[tuple[str, str, str]] = field(default_factory=set)
    searched: int = 0
    compared: int = 0
    unexamined: bool = False


@dataclass(frozen=True)
class Which:
    """Which message is meant: by its id, and where several have it, by digests or one of `fingerprint.hashes`.

    `everywhere`: the file with that SHA-256 is meant, whichever message of whomever carries it.
    `all_mailboxes`: what is like it is looked for in every mailbox, not only in those that had to do with it.
    """

    message_id: str
    digests: frozenset[str] = frozenset()
    sha256: str = ""
    everywhere: bool = False
    all_mailboxes: bool = False


@dataclass(frozen=True)
class Begun:
    """What is known of a recall that was begun, because no mailbox may have it any more.

    Attributes:
        contents: by digest, what is in the message.
        carriers: the ids of what carries it.
        relations: by digest, what each message is that was found before.
        places: the mailboxes, and the ids that messages have there.
        nameless: messages without an id, by mailbox: only their place tells of them.
    """

    contents: Mapping[str, fingerprint.Content]
    carriers: Collection[str]
    relations: Mapping[str, Likeness] = field(default_factory=dict)
    places: tuple[Collection[Person], Collection[str]] = ((), ())
    nameless: Sequence[tuple[Person, Mail]] = ()


class Finder:
    """Finds one message."""

    def __init__(self, knowledge: Knowledge, boxes: Boxes, which: Which, begun: Begun | None = None) -> None:
        self._knowledge = knowledge
        self._boxes = boxes
        self._id = which.message_id
        self._wanted = set(which.digests)
        self._sha256 = which.sha256
        self._everywhere = which.everywhere
        self._begun = begun is not None
        self._known = set(begun.carriers if begun else ())
        self._relations = dict(begun.relations if begun else {})
        self._places = begun.places if begun else ((), ())
        self._nameless = begun.nameless if begun else ()
        self._all_mailboxes = which.all_mailboxes
        self._compared: set[Person] = set()
        self._contents: dict[str, fingerprint.Content] = dict(begun.contents if begun else {})
        self._owners: dict[str, str] = {}  # address -> kind/id
        self._examined: set[tuple[str, str, int]] = set()
        self.found = Found()

    def find(self) -> Found:
        """All of it.

        Raises:
            Ambiguous: different messages have its id, and which one is meant was not said.
            Refused: the events know nothing of it, or none is the one that is meant.
            Away: doveadm or the queue does not answer.
        """
        way = self._knowledge.way(self._id)
        if way is None:
            raise Refused(
                f"không có diễn biến nào của thư {self._id}: kiểm tra mã thư (Message-ID, có dấu < >), hoặc thư có"
                f" trước khi bắt đầu ghi -- no event of the message {self._id} is known: look whether the id is right"
                " (with < and >), or the message is older than the events"
            )
        self.found.ways[self._id] = way
        mails = self._look(way.holders, [self._id])
        self._choose([mail for mail in mails if mail.message_id == self._id])
        self._follow([mail for mail in mails if mail.message_id != self._id])
        self._look_into_queue()
        return self.found

    # ---------------------------------------------------------------------------------------- which message it is

    def _choose(self, mails: Sequence[Mail]) -> None:
        """Take the copies of the message that is meant, and whatever else has its id as what that is."""
        digests: dict[Mail, str] = {}
        named: dict[str, set[str]] = {}

        def take(mail: Mail, raw: bytes) -> None:
            digests[mail] = digest = fingerprint.digest(raw)
            if digest not in named:
                named[digest] = fingerprint.hashes(raw) if self._sha256 else {digest}
                self._contents[digest] = fingerprint.content(raw)
            self._note_read(mail, self._contents[digest])
            self._examined.add(mail.key)

        self._note_away(self._boxes.contents(mails, take))
        self._meant({digest for digest, names in named.items() if not self._sha256 or self._sha256 in names}, digests)
        for mail, digest in digests.items():
            self._take(mail, digest, self._with_its_id(digest))

    def _meant(self, possible: set[str], digests: dict[Mail, str]) -> None:
        chosen = possible & self._wanted if self._wanted else possible
        if self._begun and self._wanted and (self._everywhere or not self._sha256):
            self.found.digests = self._wanted
            return
        if digests and not chosen:
            raise Refused(
                f"không thư nào mang mã {self._id} khớp với SHA-256 đã nêu -- no message with the id {self._id} has the"
                f" SHA-256 that was given; there are: {', '.join(sorted(set(digests.values())))}"
            )
        if len(chosen) > 1 and not self._wanted and not self._everywhere:
            chosen = {self._main(chosen, digests)}
        self.found.digests = chosen

    def _main(self, possible: set[str], digests: dict[Mail, str]) -> str:
        """Of forms of one message the one that most have, and of those the oldest: the others were made of it.

        Raises:
            Ambiguous: one of them is another message.
        """
        mails = {digest: [mail for mail, each in digests.items() if each == digest] for digest in possible}
        first = {digest: min(int(mail.received) for mail in some) for digest, some in mails.items()}
        main = min(possible, key=lambda digest: (-len(mails[digest]), first[digest], digest))
        alike = {
            digest: likeness.with_the_same_id(self._contents[main], self._contents[digest]).relation
            for digest in possible - {main}
        }
        if likeness.NAMESAKE in alike.values():
            alike[main] = likeness.COPY
            raise Ambiguous([self._choice(digest, digests) | {"is": alike[digest]} for digest in sorted(possible)])
        return main

    def _choice(self, digest: str, digests: dict[Mail, str]) -> dict[str, Any]:
        mails = sorted((mail for mail, each in digests.items() if each == digest), key=lambda mail: mail.received)
        places = [
            {"address": mail.address, "folder": mail.folder, "received": _moment(mail.received)} for mail in mails
        ]
        return {"digest": digest, "copies": len(mails), "size": mails[0].size, "places": places[:5]}

    def _with_its_id(self, digest: str) -> Likeness:
        """What a message with the id of the one that is meant is, by its digest."""
        if digest in self.found.digests:
            return SAME
        other = self._contents.get(digest)
        found = [likeness.with_the_same_id(each, other) for each in self._originals().values() if other]
        known = self._relations.get(digest)
        return likeness.best([*found, *([known] if known else [])]) if found or known else Likeness(likeness.NAMESAKE)

    # ---------------------------------------------------------------------------------------- what carries it

    def _follow(self, referring: Sequence[Mail]) -> None:
        """What its holders have made of it: forwarded, answered with it, or had sent back; and so on from there."""
        carriers = self._known | self._carriers(referring)
        carriers |= self._among(self._notices())
        carriers |= self._among(self._sent_since())
        carriers |= self._among(self._with_its_files())
        carriers |= self._where_it_was()
        carriers |= self._like_it(self._places[0])
        if self._all_mailboxes:
            carriers |= self._like_it(self._knowledge.everybody())
        for _round in range(MOST_ROUNDS):
            carriers |= self._like_it({person for way in self.found.ways.values() for person in way.holders})
            ways = [way for each in sorted(carriers - self.found.ways.keys()) if (way := self._knowledge.way(each))]
            if not ways:
                break
            self.found.ways.update({way.message["message_id"]: way for way in ways})
            carriers |= self._among(ways, _REFERRING)
        else:
            self.found.unexamined = True
        self._look_at_nameless()

    def _notices(self) -> list[Way]:
        notices = self.found.ways[self._id].notices
        return [way for each in notices if (way := self._knowledge.way(each))]

    def _sent_since(self) -> list[Way]:
        """What the holders of the message have sent since it came, the first of it."""
        own = self.found.ways[self._id]
        ways, more = self._knowledge.sent_since(own.holders, own.began)
        self.found.unexamined |= more
        return [way for way in ways if way.message["message_id"] != self._id]

    def _where_it_was(self) -> set[str]:
        """What was found before, in mailboxes that no event of it names."""
        people, ids = self._places[0], sorted(self._places[1])
        found: set[str] = set()
        for start in range(0, len(ids), mailboxes.MOST_IDS):
            found |= self._carriers(self._look(people, ids[start : start + mailboxes.MOST_IDS], ("Message-ID",)))
        return found

    def _look_at_nameless(self) -> None:
        """What was found before and has no id, where its text has not found it again: its place is all that tells."""
        there = {mailbox: address for address, mailbox in self._there({person for person, _ in self._nameless}).items()}
        mails = [
            replace(mail, address=there[f"{kind}/{id_}"])
            for (kind, id_), mail in self._nameless
            if f"{kind}/{id_}" in there
        ]
        self._carriers(mails)

    def _like_it(self, people: Collection[Person]) -> set[str]:
        """What these mailboxes have stored since it came that is like it, whatever its id; each is looked at once."""
        contents = [each for each in self._originals().values() if likeness.is_long(each)]
        phrases = sorted({phrase for each in contents for phrase in each.phrases})
        larger = max((each.largest for each in self._originals().values()), default=0)
        larger = larger * 4 // 3 if larger >= LEAST_LARGE else 0
        new = sorted(set(people) - self._compared)
        self._compared.update(new)
        since = self.found.ways[self._id].began.date() - timedelta(days=1)
        found: set[str] = set()
        for start in range(0, len(new) if phrases or larger else 0, AT_ONCE):
            there = self._there(new[start : start + AT_ONCE])
            mails, away = self._boxes.stored_since(there, since, phrases, larger)
            self._note_away(away)
            room = max(0, MOST_COMPARED - self.found.compared)
            self.found.unexamined |= len(mails) > room
            self.found.compared += len(mails[:room])
            found |= self._carriers(mails[:room])
            if len(new) > AT_ONCE:
                told = (
                    f"{self._id}: {min(start + AT_ONCE, len(new))}/{len(new)} mailboxes, {self.found.compared} messages"
                )
                syslog.syslog(syslog.LOG_INFO, told)
        self.found.searched += len(new)
        return found

    def _with_its_files(self) -> list[Way]:
        """What carries a file of it, by the events: what its holders sent since, or, where the file is meant, all."""
        own = self.found.ways[self._id]
        files = {file for content in self._originals().values() for file in content.files}
        return [
            way
            for way in (self._knowledge.carrying(files) if files else [])
            if way.message["message_id"] != self._id
            and (self._everywhere or (way.began >= own.began and way.authors & own.holders))
        ]

    def _originals(self) -> dict[str, fingerprint.Content]:
        """What is looked for in other messages: the contents of the one that is meant, or the file alone."""
        if self._everywhere:
            return {"": fingerprint.Content(frozenset({self._sha256}))}
        return {each: content for each, content in self._contents.items() if each in self.found.digests}

    def _among(self, ways: Sequence[Way], headers: Sequence[str] = ("Message-ID",)) -> set[str]:
        """Of these messages and what refers to them, the ids of those that carry it."""
        ids = [way.message["message_id"] for way in ways]
        people = {person for way in ways for person in way.holders}
        found: set[str] = set()
        for start in range(0, len(ids), mailboxes.MOST_IDS):
            found |= self._carriers(self._look(people, ids[start : start + mailboxes.MOST_IDS], headers))
        return found

    def _carriers(self, mails: Iterable[Mail]) -> set[str]:
        """Look what messages are to the one that is meant; the ids of those that have it or some of it."""
        new = [mail for mail in mails if mail.key not in self._examined]
        ids: set[str] = set()

        def take(mail: Mail, raw: bytes) -> None:
            self._examined.add(mail.key)
            own = fingerprint.content(raw)
            self._note_read(mail, own)
            if mail.message_id == self._id:
                self._contents.setdefault(own.digest, own)
                self._take(mail, own.digest, self._with_its_id(own.digest))
                return
            found = self._with_another_id(own)
            if found.relation:
                self._take(mail, own.digest, found)
                ids.update({mail.message_id} - {""})
            elif self._id.encode() in raw:
                self.found.mentions.add((self._owners[mail.address], mail.folder, mail.message_id))

        self._note_away(self._boxes.contents(new, take))
        return ids

    def _with_another_id(self, own: fingerprint.Content) -> Likeness:
        """What a message with an id of its own is; where no text is known any more, what it was when it was found."""
        found = [likeness.with_another_id(each, own) for each in self._originals().values()]
        known = self._relations.get(own.digest)
        if own.digest in self.found.digests:
            found.append(Likeness(likeness.TWIN, 100))
        elif known and known.relation not in likeness.WITH_ITS_ID:
            found.append(known)
        return likeness.best(found)

    # ---------------------------------------------------------------------------------------- where it is looked for

    def _look(self, people: Collection[Person], ids: Sequence[str], headers: Sequence[str] = _REFERRING) -> list[Mail]:
        """What these mailboxes have of these messages, in all folders."""
        there = self._there(people)
        if not there or not ids:
            return []
        mails, away = self._boxes.search(there, ids, headers)
        self._note_away(away)
        return mails

    def _there(self, people: Collection[Person]) -> dict[str, str]:
        """The mailboxes of these that can be opened or read: kind and id by address, or by themselves."""
        accounts = self._knowledge.accounts(people)
        self.found.accounts |= accounts
        closed = {f"{kind}/{id_}" for kind, id_ in people}.difference(
            name for name, account in accounts.items() if account.state != "closed"
        )
        self.found.away.update((mailbox, "closed") for mailbox in closed if not self._boxes.has(mailbox))
        there = {each.address: each.mailbox for each in accounts.values() if each.state != "closed"}
        there |= {mailbox: mailbox for mailbox in closed if self._boxes.has(mailbox)}
        self._owners |= there
        self.found.looked.update(there.values())
        return there

    def _note_away(self, addresses: Iterable[str]) -> None:
        self.found.away.update({self._owners[address]: "away" for address in addresses})

    def _note_read(self, mail: Mail, content: fingerprint.Content) -> None:
        if content.unread:
            self.found.unread.add((self._owners[mail.address], mail.folder, mail.message_id))

    def _take(self, mail: Mail, digest: str, like: Likeness) -> None:
        copy = Copy(
            mailbox=self._owners[mail.address],
            digest=digest,
            relation=like.relation,
            percent=like.percent,
            differs=" ".join(like.differs),
            **{name: getattr(mail, name) for name in ("address", "folder", "folder_id", "uid", "message_id")},
            **{name: getattr(mail, name) for name in ("flags", "received", "size")},
        )
        self.found.copies[copy.key] = copy

    def _look_into_queue(self) -> None:
        """What waits of the message, of other forms of it and of its carriers."""
        known = self.found.ways.values()
        queue_ids = {each for way in known for each in way.message["queue_ids"]}
        senders = {str(way.message["sender"] or "").lower() for way in known} - {""}
        relations = {copy.digest: copy.relation for copy in self.found.copies.values()}
        relations |= {digest: like.relation for digest, like in self._relations.items() if digest not in relations}
        own: set[str] = set()
        unread: set[str] = set()

        def look(digest: str, raw: bytes) -> None:
            content = fingerprint.content(raw)
            unread.update({digest} if content.unread else ())
            if fingerprint.message_id(raw) == self._id:
                self._contents.setdefault(digest, content)
                own.add(digest)
            elif digest not in relations:
                relations[digest] = self._with_another_id(content).relation

        waiting = queue.find(self.found.ways.keys(), queue_ids, senders, look)
        wanted = self.found.digests | self._wanted
        if not wanted and not relations and not self._sha256 and len({each.digest for each in waiting}) == 1:
            self.found.digests = wanted = {waiting[0].digest}
        self.found.unread.update(("", each.queue_id, "") for each in waiting if each.digest in unread)
        for each in waiting:
            same = each.digest in wanted
            is_own = self._with_its_id(each.digest).relation if each.digest in own else relations.get(each.digest, "")
            if relation := likeness.COPY if same else is_own:
                self.found.queued.append(replace(each, relation=relation))


def _moment(seconds: str) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()
