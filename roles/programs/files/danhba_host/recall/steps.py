"""The steps of a recall. Each can be killed anywhere and run again: it goes on, and does nothing twice."""

from __future__ import annotations

import base64
from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, BinaryIO

from ..archive import sealing
from ..database import Connection
from ..journal import Away, Refused
from . import fingerprint, likeness, queue
from .asking import Knowledge
from .boxes import Boxes
from .finding import Begun, Finder, Found, Which
from .held import Held
from .mailboxes import MOST_IDS, Mail
from .plan import ERASED, FOUND, GONE, HELD, LAPSED, LEFT, OUTBREAK, RELEASED, STATES, Copy, Queued, checksum
from .settings import Settings
from .signatures import require_two
from .store import Row, Store, moment

MOST_KEPT = 60 << 20  # octets of a message of which a sealed copy is kept: more than any that comes in
# What no recall reaches, whatever it does: named in every record.
BEYOND = ("programs", "outside", "paper", "blocks", "backups")


class Recall:
    """One recall, by its name."""

    def __init__(self, connection: Connection, settings: Settings, name: str, actor: str, *, dry_run: bool) -> None:
        self._connection = connection
        self._settings = settings
        self._name = name
        self._actor = actor
        self._dry_run = dry_run
        self._store = Store(connection, name)
        self._held = Held(Path(settings.folder), name)
        self._knowledge = Knowledge(connection)
        self._boxes = Boxes(Path(settings.store))

    def lock(self) -> None:
        """As `Store.lock`."""
        self._store.lock()

    # ---------------------------------------------------------------------------------------- find

    def titled(self, ids: Sequence[str], subject: str) -> set[str]:
        """Which of these messages have this text in the subject: looked for where they went, for no event knows it.

        Raises:
            Refused: no mailbox has one of them any more.
        """
        found: set[str] = set()
        for start in range(0, len(ids), MOST_IDS):
            some = ids[start : start + MOST_IDS]
            people = {person for each in some if (way := self._knowledge.way(each)) for person in way.holders}
            there = [each.address for each in self._knowledge.accounts(people).values() if each.state != "closed"]
            found |= self._boxes.titled(there, some, subject)
        if not found:
            raise Refused(
                f"không hộp thư nào còn thư của người đó, trong thời gian đó, có tiêu đề chứa {subject!r}: bỏ subject"
                " để xem các mã thư -- no mailbox has a message of that sender and time with that text in its subject:"
                " leave subject out to see the ids"
            )
        return found

    def find(
        self,
        asked: Row,
        digests: Sequence[str],
        sha256: str,
        kinds: Collection[str] = (),
        *,
        all_mailboxes: bool | None = None,
    ) -> Row:
        """Find all of the message and what is like it, and note it; the plan, and the report for people.

        `kinds` are those that are recalled (`likeness.KINDS`); without any it is those that were named last. So it is
        with `all_mailboxes`: whether it is looked for in every mailbox is said once, until it is said otherwise.

        Raises:
            Refused: something that is held is of a kind that is named no more.
        """
        known = self._store.asked() or {}
        chosen = frozenset(kinds) | {likeness.COPY} if kinds else self._chosen()
        self._require_none_held(chosen)
        everywhere = self._everywhere() if all_mailboxes is None else all_mailboxes
        named = frozenset(digests) or self._digests(known)
        which = Which(
            asked["message_id"],
            named,
            asked["file"] or sha256,
            everywhere=bool(asked["file"]),
            all_mailboxes=everywhere,
        )
        found = self._look(which, self._begun() if known else None)
        self._knowledge.record(self._actor, asked["message_id"], len(found.copies))
        with self._connection.transaction(force_rollback=self._dry_run):
            new = self._store.begin(asked, self._actor, sorted(found.digests))
            self._store.note(_marked(found, chosen), _waiting(found, chosen), found.looked - found.away.keys())
            report = {**self._report(found, chosen), "everywhere": everywhere}
            changed = new or self._differs(report)
            if changed:
                self._store.step("find", self._actor, report)
            return self._answer(changed=changed, report=report, found=self._found_at())

    def _found_at(self) -> str:
        """When the last find was put on record: the day of the report."""
        return moment(next(step["at"] for step in reversed(self._store.steps()) if step["step"] == "find"))

    def _chosen(self) -> frozenset[str]:
        """The kinds that are recalled, as the last find had them."""
        return frozenset(self._last_found().get("kinds", likeness.CHOSEN))

    def _everywhere(self) -> bool:
        """Whether it is looked for in every mailbox, as the last find had it."""
        return bool(self._last_found().get("everywhere"))

    def _last_found(self) -> Row:
        """The report of the last find; nothing where there was none."""
        found = [step for step in self._store.steps() if step["step"] == "find"] if self._store.asked() else []
        return dict(found[-1]["detail"]) if found else {}

    def _require_none_held(self, chosen: frozenset[str]) -> None:
        held = {each.relation for each in self._all(HELD)} - chosen
        if held:
            raise Refused(
                f"vụ {self._name} đang cách ly thư loại {', '.join(sorted(held))}, không có trong kinds: chạy"
                f" step=release trước, rồi find lại với kinds mới -- recall {self._name} holds messages of the kind"
                f" {', '.join(sorted(held))}, which kinds does not name: run step=release, then find again"
            )

    def _look(self, which: Which, begun: Begun | None) -> Found:
        return Finder(self._knowledge, self._boxes, which, begun).find()

    def _begun(self) -> Begun:
        """What is known of the message by what was found before and is held."""
        copies = self._store.copies()
        relations = {
            copy.digest: likeness.Likeness(copy.relation, copy.percent, tuple(copy.differs.split())) for copy in copies
        }
        carriers = {copy.message_id for copy in copies if copy.relation not in likeness.WITH_ITS_ID}
        places = ({_person(copy.mailbox) for copy in copies}, {copy.message_id for copy in copies} - {""})
        nameless = [(_person(copy.mailbox), _mail(copy)) for copy in copies if not copy.message_id]
        return Begun(self._contents(), carriers, relations, places, nameless)

    def _digests(self, asked: Row) -> frozenset[str]:
        """Which message it was until now, by the recall's beginning and by what was found since."""
        known = {each.digest for each in self._all(*STATES) if each.relation == likeness.COPY}
        return frozenset(known.union(asked.get("digests", ())))

    def _contents(self) -> dict[str, fingerprint.Content]:
        """What is in the message, by digest, of one held copy each."""
        copies = {
            copy.digest: copy for copy in self._store.copies() if copy.relation == "copy" and self._held.has(copy)
        }
        return {digest: fingerprint.content(self._held.path(copy).read_bytes()) for digest, copy in copies.items()}

    def _differs(self, report: Row) -> bool:
        """Whether the last find has found something else."""
        last = next((step for step in reversed(self._store.steps()) if step["step"] == "find"), None)
        return last is None or last["plan"] != checksum(self._store.plan()) or last["detail"] != report

    def _report(self, found: Found, chosen: Collection[str]) -> Row:
        """Who had it, where, who read it and by what, what left the province, whose heads are to be told."""
        reads = [{**read, "message_id": id_} for id_, way in found.ways.items() for read in way.reads]
        had = {f"{kind}/{id_}" for way in found.ways.values() for kind, id_ in way.holders}
        have = had.union(copy.mailbox for copy in found.copies.values())
        accounts = {name: account for name, account in found.accounts.items() if name in have}
        codes = sorted({account.agency for account in accounts.values()})
        names = self._knowledge.agencies(codes)
        outside = [{**each, "message_id": id_} for id_, way in found.ways.items() for each in way.outside]
        return {
            "mailboxes": [asdict(account) for _name, account in sorted(accounts.items())],
            "reads": sorted(reads, key=lambda read: (read["mailbox"], read["at"])),
            "received": self._received(found),
            "outside": sorted(outside, key=lambda each: (each["at"], each["recipient"])),
            "agencies": [{"agency": code, "name": names.get(code, code)} for code in codes],
            "away": [{"mailbox": name, "reason": found.away[name]} for name in sorted(found.away)],
            "mentions": [
                {"mailbox": mailbox, "folder": folder, "message_id": id_}
                for mailbox, folder, id_ in sorted(found.mentions)
            ],
            "unread": [
                {"mailbox": mailbox, "folder": folder, "message_id": id_}
                for mailbox, folder, id_ in sorted(found.unread)
            ],
            "kinds": sorted(chosen),
            "waiting": [
                {"queue_id": each.queue_id, "recipients": list(each.recipients), "relation": each.relation}
                for each in found.queued
                if each.relation not in chosen
            ],
            "folders": [
                list(place) for place in sorted({place for way in found.ways.values() for place in way.folders})
            ],
            "archives": self._archives(found, had),
            "unexamined": found.unexamined,
            "searched": found.searched,
            "sender": next(iter(found.ways.values())).message["sender"] or "",
        }

    def _archives(self, found: Found, had: set[str]) -> list[Row]:
        """What was sealed of the mailboxes that had it since it was first heard of: nobody can look into that."""
        mailboxes = had.union(copy.mailbox for copy in found.copies.values())
        return self._knowledge.archives(mailboxes, min(way.began for way in found.ways.values()))

    @staticmethod
    def _received(found: Found) -> list[Row]:
        """When it was sent from or stored in each mailbox first, by the events."""
        first: dict[tuple[str, str], str] = {}
        for way in found.ways.values():
            for event in way.message["events"]:
                if "mailbox" in event and event["event"] in {"received", "stored"}:
                    key = (f"{event['mailbox']['kind']}/{event['mailbox']['id']}", event["event"])
                    first[key] = min(first.get(key, event["at"]), event["at"])
        return [{"mailbox": mailbox, "event": event, "at": at} for (mailbox, event), at in sorted(first.items())]

    # ---------------------------------------------------------------------------------------- hold and release

    def hold(self) -> Row:
        """Take all that was found out of sight: what waits first, so that nothing arrives meanwhile."""
        waiting = [each for each in self._store.queued() if each.state == FOUND]
        copies = [copy for copy in self._store.copies() if copy.state == FOUND]
        self._store.plan()
        if self._dry_run or (not waiting and not copies):
            return self._answer(changed=bool(waiting or copies))
        self._hold_queue(waiting)
        away = self._hold_copies(self._now_at(copies))
        self._store.step("hold", self._actor, {**self._counts(), "away": sorted(away)})
        return self._answer(changed=True, away=sorted(away))

    def _hold_queue(self, waiting: Sequence[Queued]) -> None:
        queue.hold([each.queue_id for each in waiting])
        there = queue.waits([each.queue_id for each in waiting])
        for each in waiting:
            self._store.mark(each, HELD if each.queue_id in there else GONE)

    def _now_at(self, copies: Sequence[Copy]) -> list[Copy]:
        """The same under the addresses that their owners have now: a closed mailbox its name, one that is gone none."""
        accounts = self._knowledge.accounts({_person(copy.mailbox) for copy in copies})
        there = {name: account.address for name, account in accounts.items() if account.state != "closed"}
        closed = {copy.mailbox for copy in copies}.difference(there)
        there |= {mailbox: mailbox for mailbox in closed if self._boxes.has(mailbox)}
        return [replace(copy, address=there.get(copy.mailbox, "")) for copy in copies]

    def _hold_copies(self, copies: Sequence[Copy]) -> set[str]:
        """Keep each copy, then take it from its mailbox; those whose mailbox is away stay as they are."""
        closed = [copy.mailbox for copy in copies if not copy.address]
        copies = [copy for copy in copies if copy.address]
        by_key = {(copy.address, copy.folder_id, copy.uid): copy for copy in copies}

        def take(mail: Mail, raw: bytes) -> None:
            copy = by_key[mail.key]
            if fingerprint.digest(raw) == copy.digest:
                self._held.keep(copy, raw)

        unread = set(self._boxes.contents([_mail(copy) for copy in copies if not self._held.has(copy)], take))
        self._held.sync()
        kept = {copy.key for copy in copies if self._held.has(copy)}
        untaken = set(self._boxes.expunge(_mail(copy) for copy in copies if copy.key in kept))
        self._store.mark_all([copy for copy in copies if copy.key in kept and copy.address not in untaken], HELD)
        self._store.mark_all([copy for copy in copies if copy.key not in kept and copy.address not in unread], GONE)
        return unread | untaken | set(closed)

    def release(self) -> Row:
        """Put back all that is held, and let go what waits: it was held by mistake."""
        waiting = [each for each in self._store.queued() if each.state in (HELD, FOUND)]
        copies = [copy for copy in self._store.copies() if copy.state in (HELD, FOUND)]
        if self._dry_run or (not waiting and not copies):
            return self._answer(changed=bool(waiting or copies))
        if any(step["step"] == "erase" for step in self._store.steps()):
            raise Refused(
                f"vụ {self._name} đã bắt đầu xóa: hãy chạy tiếp bước erase -- recall {self._name} has begun to erase:"
                " go on with the step erase"
            )
        queue.let_go([each.queue_id for each in waiting])
        away = [copy.address or copy.mailbox for copy in self._now_at(copies) if not self._put_back(copy)]
        for each in waiting:
            self._store.mark(each, RELEASED)
        self._store.step("release", self._actor, {**self._counts(), "away": sorted(away)})
        return self._answer(changed=True, away=sorted(away))

    def _put_back(self, copy: Copy) -> bool:
        """Whether it could be; what could not stays held."""
        try:
            if self._held.has(copy):
                self._boxes.put_back(_mail(copy), self._held.path(copy))
        except Away:
            return False
        self._store.mark(copy, RELEASED)
        self._held.drop(copy)
        return True

    # ---------------------------------------------------------------------------------------- keep

    def keep(self, recipient: str, have: Sequence[str]) -> Row:
        """A sealed copy of an outbreak, for whoever looks into it (R10.8), one of each message; never of a secret.

        `have` are the SHA-256 of what the controller has already: where it has what is on record, nothing is new.

        Raises:
            Refused: it is a secret, none is held, or there is no key to seal to.
        """
        copies = {copy.digest: copy for copy in self._keepable()}
        kept = {
            each["sha256"] for step in self._store.steps() if step["step"] == "keep" for each in step["detail"]["kept"]
        }
        if self._dry_run or kept.intersection(have):
            return self._answer(changed=not kept.intersection(have))
        sealed = [self._seal(copy, recipient) for copy in copies.values()]
        named = [{name: each[name] for name in ("digest", "sha256", "size")} for each in sealed]
        self._store.step("keep", self._actor, {"recipient": recipient, "kept": named})
        return self._answer(changed=True, kept=sealed)

    def _keepable(self) -> list[Copy]:
        """The held copies, the last one first."""
        if (asked := self._store.asked() or {}).get("purpose") != OUTBREAK:
            raise Refused(
                f"vụ {self._name} không phải vụ phát tán mã độc, thư rác (outbreak): nội dung bí mật không được giữ bản"
                f" nào -- recall {self._name} is of no outbreak{'' if asked else ' (there is none of that name)'}: of a"
                " secret no copy is kept"
            )
        held = [copy for copy in self._store.copies() if copy.state == HELD and self._held.has(copy)]
        if not (copies := [copy for copy in held if copy.relation == "copy"]):
            raise Refused(
                f"vụ {self._name} không có bản nào đang cách ly: chạy bước hold trước, và trước khi xóa -- recall"
                f" {self._name} has no held copy: run the step hold first, and this before erase"
            )
        return copies[::-1]

    def _seal(self, copy: Copy, recipient: str) -> Row:
        """The copy sealed, as text; nothing of that stays here."""
        octets = self._held.path(copy).read_bytes()
        if len(octets) > MOST_KEPT:
            raise Refused(
                f"thư dài {len(octets) >> 20} MB, giữ được nhiều nhất {MOST_KEPT >> 20} MB -- the message has"
                f" {len(octets) >> 20} MB, and {MOST_KEPT >> 20} MB are the most that is kept"
            )
        path = self._held.path(copy).with_suffix(".age")
        try:
            sha256, size = sealing.seal(path, recipient, lambda stream: _write(stream, octets))
            text = base64.b64encode(path.read_bytes()).decode()
        finally:
            path.unlink(missing_ok=True)
        return {"digest": copy.digest, "sha256": sha256, "size": size, "sealed": text}

    # ---------------------------------------------------------------------------------------- erase

    def erase(self, signatures: Sequence[str]) -> Row:
        """Remove for good all of the plan that two operators have signed; then look again whether any is left."""
        plan = self._store.plan()
        copies = [copy for copy in self._store.copies() if copy.state in (FOUND, HELD)]
        waiting = [each for each in self._store.queued() if each.state in (FOUND, HELD)]
        if not copies and not waiting:
            return self._answer(changed=False)
        signed = require_two(checksum(plan), signatures, self._settings.operators)
        if self._dry_run:
            return self._answer(changed=True, signed=signed)
        if self._all(FOUND):
            self.hold()
        self._note_signed(signed)
        begun = self._begun()  # while its text is there to compare with
        away = self._erase(
            [copy for copy in self._store.copies() if copy.state == HELD],
            [each for each in self._store.queued() if each.state == HELD],
        )
        more = self._left(begun)
        self._store.step("erase", self._actor, {"signed": signed, **self._counts(), "away": away, "more": more})
        return self._answer(changed=True, signed=signed, away=away, more=more)

    def _note_signed(self, signed: Sequence[str]) -> None:
        """Before the first message is gone for good it is on record by whose word; once for one plan."""
        now = checksum(self._store.plan())
        if not any(step["step"] == "erase" and step["plan"] == now for step in self._store.steps()):
            self._store.step("erase", self._actor, {"signed": list(signed)})

    def _erase(self, copies: Sequence[Copy], waiting: Sequence[Queued]) -> list[str]:
        away = self._boxes.forget_caches(self._cached(copies))
        queue.remove([each.queue_id for each in waiting])
        for copy in copies:
            self._held.drop(copy)
        self._store.mark_all(copies, ERASED)
        for each in waiting:
            self._store.mark(each, ERASED)
        if not any(copy.state in (FOUND, HELD) for copy in self._store.copies()):
            self._held.end()
        return away

    def _cached(self, copies: Sequence[Copy]) -> set[tuple[str, str]]:
        """In which folders, by address, a cache may remember them: where they lay, and where the events know them."""
        report = self._last_report()
        places = {(copy.mailbox, copy.folder) for copy in copies} | {tuple(place) for place in report["folders"]}
        accounts = self._knowledge.accounts({_person(mailbox) for mailbox, _folder in places})
        there = {name: account.address for name, account in accounts.items() if account.state != "closed"}
        return {
            (there.get(mailbox, mailbox), folder)
            for mailbox, folder in places
            if mailbox in there or self._boxes.has(mailbox)
        }

    def _left(self, begun: Begun) -> int:
        """How many there are again, of the kinds that are recalled; and what has some of it and was not shown."""
        asked: Row = self._store.asked() or {}
        which = Which(
            asked["message_id"],
            self._digests(asked),
            asked["file"],
            everywhere=bool(asked["file"]),
            all_mailboxes=self._everywhere(),
        )
        found, chosen = self._look(which, begun), self._chosen()
        shown = {copy.key for copy in self._store.copies() if copy.state in (LEFT, LAPSED)}
        there = {copy.key for copy in found.copies.values() if copy.relation in chosen}
        unknown = {copy.key for copy in found.copies.values() if copy.relation != likeness.NAMESAKE} - shown
        return len(there | unknown) + sum(each.relation in chosen for each in found.queued)

    # ---------------------------------------------------------------------------------------- backups

    def order(self) -> Row:
        """What the backup host has to know to forget the message: `danhba_host.backup.recall`.

        Raises:
            Refused: it is not erased here yet, and would come into the next backup.
        """
        # What its owners had deleted by themselves may be in backups all the same.
        open_, erased = self._all(FOUND, HELD), self._all(ERASED, GONE)
        if open_ or not erased:
            raise Refused(
                f"vụ {self._name}: còn {len(open_)} bản chưa xóa, {len(erased)} bản đã xóa; chạy bước erase trước, rồi"
                f" mới xóa trong bản sao lưu -- recall {self._name}: {len(open_)} copies are left and {len(erased)}"
                " erased; run the step erase first, then take it out of the backups"
            )
        copies = self._store.copies()
        mailboxes = {copy.mailbox for copy in copies}.union(
            each["mailbox"] for name in ("mailboxes", "away") for each in self._last_report()[name]
        )
        sizes = sorted({copy.size for copy in copies if copy.state not in (RELEASED, LEFT, LAPSED)})
        folders = {"mail": self._settings.store, "held": self._settings.folder}
        return self._answer(changed=False, mailboxes=sorted(mailboxes), sizes=sizes, **folders)

    def backups(self, told: Row) -> Row:
        """Put on record what the backup host has done, in all its runs; what is not new is there already."""
        self.order()
        counts = {name: int(told[name]) for name in ("snapshots", "files", "left")}
        signed = [str(each) for each in told["signed"]]
        known = self._forgotten()
        news = known is None or counts["left"] > 0 or counts["snapshots"] > known["snapshots"]
        if news and not self._dry_run:
            self._store.step("backups", self._actor, {"signed": signed, **counts})
        return self._answer(changed=news)

    def _forgotten(self) -> Row | None:
        """What was told when the backups had nothing of it any more; nothing where some of it was erased since."""
        last = next((step for step in reversed(self._store.steps()) if step["step"] in {"erase", "backups"}), None)
        gone = last is not None and last["step"] == "backups" and last["detail"]["left"] == 0
        return last["detail"] if last is not None and gone else None

    def _last_report(self) -> Row:
        report: Row = next(step["detail"] for step in reversed(self._store.steps()) if step["step"] == "find")
        return report

    # ---------------------------------------------------------------------------------------- record

    def record(self) -> Row:
        """Put on record what was done; where that is on record already, the same record again.

        Raises:
            Refused: it is not over, or a record before it was changed.
        """
        open_ = self._all(FOUND, HELD)
        plan = self._store.plan()
        if open_:
            raise Refused(
                f"vụ {self._name} chưa xong: còn {len(open_)} bản chưa xóa; chạy bước erase (hoặc release) trước --"
                f" recall {self._name} is not over: {len(open_)} copies are left; run the step erase (or release) first"
            )
        if (broken := self._store.broken_record()) is not None:
            raise Refused(
                f"biên bản số {broken} trong cơ sở dữ liệu không khớp chuỗi băm: không ghi thêm, báo thanh tra --"
                f" record {broken} in the database does not fit its chain: nothing is added; tell the inspector"
            )
        steps = self._store.steps()
        if steps[-1]["step"] == "record":
            return self._answer(changed=False, record=self._store.record())
        with self._connection.transaction(force_rollback=self._dry_run):
            self._store.add_record(self._body(plan, steps))
            self._store.step("record", self._actor, {})
            return self._answer(changed=True, record=self._store.record())

    def _body(self, plan: Row, steps: Sequence[Row]) -> Row:
        report: Row = next(step["detail"] for step in reversed(steps) if step["step"] == "find")
        return {
            "plan": plan,
            "checksum": checksum(plan),
            "copies": [asdict(copy) for copy in self._store.copies()],
            "queue": [{**asdict(each), "recipients": list(each.recipients)} for each in self._store.queued()],
            "steps": [_step(step) for step in steps],
            "report": report,
            "beyond": [each for each in BEYOND if each != "backups" or self._forgotten() is None],
        }

    # ---------------------------------------------------------------------------------------- answers

    def _answer(self, *, changed: bool, **more: Any) -> Row:
        plan = self._store.plan()
        record = more.pop("record", None)
        return {
            "recall": self._name,
            "changed": changed,
            "plan": plan,
            "checksum": checksum(plan),
            "copies": [asdict(copy) for copy in self._store.copies()],
            "queue": [{**asdict(each), "recipients": list(each.recipients)} for each in self._store.queued()],
            "counts": self._counts(),
            **more,
            **({"record": {**record, "at": moment(record["at"])}} if record else {}),
        }

    def _counts(self) -> Row:
        states = [each.state for each in self._all(*STATES)]
        return {state: states.count(state) for state in STATES}

    def _all(self, *states: str) -> list[Copy | Queued]:
        every: list[Copy | Queued] = [*self._store.copies(), *self._store.queued()]
        return [each for each in every if each.state in states]


def _marked(found: Found, chosen: Collection[str]) -> list[Copy]:
    """What was found, each as one to be taken or to be left."""
    return [copy.now(FOUND if copy.relation in chosen else LEFT) for copy in found.copies.values()]


def _waiting(found: Found, chosen: Collection[str]) -> list[Queued]:
    """The same of what waits in the queue."""
    return [replace(each, state=FOUND if each.relation in chosen else LEFT) for each in found.queued]


def _mail(copy: Copy) -> Mail:
    names = ("address", "folder", "folder_id", "uid", "flags", "received", "size", "message_id")
    return Mail(**{name: getattr(copy, name) for name in names})


def _write(stream: BinaryIO, octets: bytes) -> None:
    stream.write(octets)


def _person(mailbox: str) -> tuple[str, str]:
    kind, _, id_ = mailbox.partition("/")
    return kind, id_


def _step(step: Row) -> Row:
    """A step as records have it. What was found stands in the report."""
    detail = {} if step["step"] == "find" else step["detail"]
    return {**{name: step[name] for name in ("step", "actor", "plan")}, "at": moment(step["at"]), "detail": detail}
