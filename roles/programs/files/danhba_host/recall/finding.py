"""Finds all copies of a message and what carries it, in the mailboxes that the events name and in no other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ..journal import Refused
from . import fingerprint, mailboxes, queue
from .asking import Account, Knowledge, Person, Way
from .boxes import Boxes
from .mailboxes import Mail
from .plan import Copy, Queued

# From a message to what carries it, to what carries that: nobody forwards further before somebody notices.
MOST_ROUNDS = 8
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
        copies, queued: what is to be held.
        digests: which message it is.
        ways: of the message and of each that carries it, by id, what the events know.
        accounts: the mailboxes that had to do with it, by kind and id.
        away: mailboxes that could not be looked at, by kind and id, with the reason.
        mentions: messages that answer it or are about it and do not carry it: mailbox, folder, message id.
        unexamined: whether its holders have sent more since than was looked at.
    """

    copies: dict[tuple[str, str, int], Copy] = field(default_factory=dict)
    queued: list[Queued] = field(default_factory=list)
    digests: set[str] = field(default_factory=set)
    ways: dict[str, Way] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    away: dict[str, str] = field(default_factory=dict)
    mentions: set[tuple[str, str, str]] = field(default_factory=set)
    unexamined: bool = False


@dataclass(frozen=True)
class Which:
    """Which message is meant: by its id, and where several have it, by digests or one of `fingerprint.hashes`.

    `everywhere`: the file with that SHA-256 is meant, whichever message of whomever carries it.
    """

    message_id: str
    digests: frozenset[str] = frozenset()
    sha256: str = ""
    everywhere: bool = False


@dataclass(frozen=True)
class Begun:
    """What is known of a recall that was begun, because no mailbox may have it any more.

    Attributes:
        contents: by digest, what is in the message.
        carriers: the ids of what carries it.
    """

    contents: Mapping[str, fingerprint.Content]
    carriers: Collection[str]


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
        """Take the copies of the message that is meant, and no other's."""
        digests: dict[Mail, str] = {}
        named: dict[str, set[str]] = {}

        def take(mail: Mail, raw: bytes) -> None:
            digests[mail] = digest = fingerprint.digest(raw)
            if digest not in named:
                named[digest] = fingerprint.hashes(raw) if self._sha256 else {digest}
                self._contents[digest] = fingerprint.content(raw)
            self._examined.add(mail.key)

        self._note_away(self._boxes.contents(mails, take))
        self._meant({digest for digest, names in named.items() if not self._sha256 or self._sha256 in names}, digests)
        for mail, digest in digests.items():
            if digest in self.found.digests:
                self._take(mail, digest, "copy")

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
        if len(chosen) > 1 and not self._wanted:
            raise Ambiguous([self._choice(digest, digests) for digest in sorted(chosen)])
        self.found.digests = chosen

    def _choice(self, digest: str, digests: dict[Mail, str]) -> dict[str, Any]:
        mails = sorted((mail for mail, each in digests.items() if each == digest), key=lambda mail: mail.received)
        places = [
            {"address": mail.address, "folder": mail.folder, "received": _moment(mail.received)} for mail in mails
        ]
        return {"digest": digest, "copies": len(mails), "size": mails[0].size, "places": places[:5]}

    # ---------------------------------------------------------------------------------------- what carries it

    def _follow(self, referring: Sequence[Mail]) -> None:
        """What its holders have made of it: forwarded, answered with it, or had sent back; and so on from there."""
        carriers = self._known | self._carriers(referring)
        carriers |= self._among(self._notices())
        carriers |= self._among(self._sent_since())
        carriers |= self._among(self._with_its_files())
        for _round in range(MOST_ROUNDS):
            ways = [way for each in sorted(carriers - self.found.ways.keys()) if (way := self._knowledge.way(each))]
            if not ways:
                return
            self.found.ways.update({way.message["message_id"]: way for way in ways})
            carriers |= self._among(ways, _REFERRING)
        self.found.unexamined = True

    def _notices(self) -> list[Way]:
        notices = self.found.ways[self._id].notices
        return [way for each in notices if (way := self._knowledge.way(each))]

    def _sent_since(self) -> list[Way]:
        """What the holders of the message have sent since it came, the first of it."""
        own = self.found.ways[self._id]
        ways, more = self._knowledge.sent_since(own.holders, own.began)
        self.found.unexamined |= more
        return [way for way in ways if way.message["message_id"] != self._id]

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
        """What is looked for in other messages: the contents of the one that is meant, and the file where that is."""
        meant = {each: content for each, content in self._contents.items() if each in self.found.digests}
        if self._everywhere:
            meant[""] = fingerprint.Content(frozenset({self._sha256}), frozenset(), "")
        return meant

    def _among(self, ways: Sequence[Way], headers: Sequence[str] = ("Message-ID",)) -> set[str]:
        """Of these messages and what refers to them, the ids of those that carry it."""
        ids = [way.message["message_id"] for way in ways]
        people = {person for way in ways for person in way.holders}
        found: set[str] = set()
        for start in range(0, len(ids), mailboxes.MOST_IDS):
            found |= self._carriers(self._look(people, ids[start : start + mailboxes.MOST_IDS], headers))
        return found

    def _carriers(self, mails: Iterable[Mail]) -> set[str]:
        """Look whether messages carry the one that is meant; the ids of those that do."""
        new = [mail for mail in mails if mail.key not in self._examined and mail.message_id != self._id]
        ids: set[str] = set()
        originals = self._originals()

        def take(mail: Mail, raw: bytes) -> None:
            self._examined.add(mail.key)
            if any(fingerprint.carries(raw, content, digest) for digest, content in originals.items()):
                self._take(mail, fingerprint.digest(raw), "carrier")
                ids.update({mail.message_id} - {""})
            elif self._id.encode() in raw:
                self.found.mentions.add((self._owners[mail.address], mail.folder, mail.message_id))

        self._note_away(self._boxes.contents(new, take))
        return ids

    # ---------------------------------------------------------------------------------------- where it is looked for

    def _look(self, people: Collection[Person], ids: Sequence[str], headers: Sequence[str] = _REFERRING) -> list[Mail]:
        """What these mailboxes have of these messages, in all folders."""
        accounts = self._knowledge.accounts(people)
        self.found.accounts |= accounts
        closed = {f"{kind}/{id_}" for kind, id_ in people}.difference(
            name for name, account in accounts.items() if account.state != "closed"
        )
        self.found.away.update((mailbox, "closed") for mailbox in closed if not self._boxes.has(mailbox))
        there = {each.address: each.mailbox for each in accounts.values() if each.state != "closed"}
        there |= {mailbox: mailbox for mailbox in closed if self._boxes.has(mailbox)}
        self._owners |= there
        if not there or not ids:
            return []
        mails, away = self._boxes.search(there, ids, headers)
        self._note_away(away)
        return mails

    def _note_away(self, addresses: Iterable[str]) -> None:
        self.found.away.update({self._owners[address]: "away" for address in addresses})

    def _take(self, mail: Mail, digest: str, relation: str) -> None:
        copy = Copy(
            mailbox=self._owners[mail.address],
            digest=digest,
            relation=relation,
            **{name: getattr(mail, name) for name in ("address", "folder", "folder_id", "uid", "message_id")},
            **{name: getattr(mail, name) for name in ("flags", "received", "size")},
        )
        self.found.copies[copy.key] = copy

    def _look_into_queue(self) -> None:
        """What waits of the message and of its carriers; of two with its id, the one that is meant."""
        known = self.found.ways.values()
        queue_ids = {each for way in known for each in way.message["queue_ids"]}
        senders = {str(way.message["sender"] or "").lower() for way in known} - {""}
        digests = self.found.digests | {copy.digest for copy in self.found.copies.values()} | self._wanted
        waiting = queue.find(self.found.ways.keys(), queue_ids, senders)
        if not digests and not self._sha256 and len({each.digest for each in waiting}) == 1:
            self.found.digests = digests = {waiting[0].digest}
        self.found.queued = [each for each in waiting if each.digest in digests]


def _moment(seconds: str) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()
