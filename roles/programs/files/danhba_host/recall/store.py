"""What the database keeps of a recall: what was asked, each copy's state, each step, and the records."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from psycopg import errors
from psycopg.rows import class_row, dict_row
from psycopg.types.json import Jsonb

from ..database import Connection
from ..journal import Refused
from .plan import FOUND, GONE, LAPSED, LEFT, Copy, Queued, canonical, checksum, make, sha256

Row = dict[str, Any]
ROLE = "danhba_recall"
LOCK_SECONDS = 2
_COPY = tuple(field.name for field in fields(Copy))
_MARK = "UPDATE recall.copy SET state = %s WHERE (recall, mailbox, folder_id, uid) = (%s, %s, %s, %s)"
# What a message becomes that is not where it was found.
_UNSEEN = {FOUND: GONE, LEFT: LAPSED}
_ASKED = ("recall", "purpose", "document", "document_date", "message_id", "file")


class Store:
    """What is kept of one recall. Each change is a transaction of its own, unless it stands in one."""

    def __init__(self, connection: Connection, recall: str) -> None:
        self._connection = connection
        self._recall = recall

    def lock(self) -> None:
        """Keep others away from this recall until the connection ends.

        Raises:
            Refused: somebody is at it.
        """
        # The session of a run that has just ended, or was killed, may be there for a moment more.
        self._connection.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'".encode())
        try:
            self._connection.execute("SELECT pg_advisory_lock(hashtextextended('recall ' || %s, 0))", [self._recall])
        except errors.LockNotAvailable as error:
            raise Refused(
                f"một lần chạy khác đang xử lý vụ {self._recall}, hãy đợi -- another run is at recall {self._recall}:"
                " wait for it"
            ) from error

    def asked(self) -> Row | None:
        """What was asked for, if it was begun."""
        return self._one(
            "SELECT id AS recall, actor, purpose, document, document_date::text, message_id, file, digests"
            " FROM recall.recall WHERE id = %s"
        )

    def begin(self, asked: Row, actor: str, digests: Sequence[str]) -> bool:
        """Put on record what is asked for; whether that is new.

        Raises:
            Refused: the name is that of a recall of something else.
        """
        if known := self.asked():
            other = [name for name in _ASKED if str(known[name]) != str(asked[name])]
            if other:
                raise Refused(
                    f"vụ {self._recall} đã mở cho việc khác ({', '.join(other)}): đặt mã vụ khác -- recall"
                    f" {self._recall} was begun for something else ({', '.join(other)}): give this one another name"
                )
            return False
        self._connection.execute(
            "INSERT INTO recall.recall (id, actor, purpose, document, document_date, message_id, file, digests)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            [*(asked[name] for name in _ASKED[:1]), actor, *(asked[name] for name in _ASKED[1:]), list(digests)],
        )
        return True

    def copies(self) -> list[Copy]:
        """All that were ever found, in order."""
        names = ", ".join(_COPY)
        with self._connection.cursor(row_factory=class_row(Copy)) as cursor:
            query = f"SELECT {names} FROM recall.copy WHERE recall = %s"  # noqa: S608
            return sorted(cursor.execute(query.encode(), [self._recall]).fetchall())

    def queued(self) -> list[Queued]:
        """All that ever waited in the queue."""
        found = self._connection.execute(
            "SELECT queue_id, digest, recipients, state, relation FROM recall.queued WHERE recall = %s ORDER BY 1",
            [self._recall],
        ).fetchall()
        return [Queued(queue_id, digest, tuple(recipients), *more) for queue_id, digest, recipients, *more in found]

    def note(self, copies: Iterable[Copy], queued: Iterable[Queued], looked: Iterable[str]) -> None:
        """Take in what was found now; what is not there any more, in mailboxes that were looked through, is gone."""
        known = {copy.key: copy for copy in self.copies()}
        found = {copy.key: copy for copy in copies}
        for key, copy in found.items():
            if key not in known:
                self._insert("copy", asdict(copy))
            elif known[key].state in (FOUND, GONE, LEFT, LAPSED):
                self._renew(copy)
        seen = set(looked)
        for key, copy in known.items():
            if copy.state in _UNSEEN and key not in found and copy.mailbox in seen:
                self.mark(copy, _UNSEEN[copy.state])
        self._note_waiting(queued)

    def _note_waiting(self, queued: Iterable[Queued]) -> None:
        """The same of the queue. What is left there from the start is in the report alone."""
        known = {each.queue_id: each.state for each in self.queued()}
        for each in queued:
            if each.queue_id not in known and each.state == FOUND:
                self._insert("queued", {**asdict(each), "recipients": list(each.recipients)})
            elif known.get(each.queue_id) in (FOUND, LEFT):
                self._connection.execute(
                    "UPDATE recall.queued SET state = %s, relation = %s WHERE (recall, queue_id) = (%s, %s)",
                    [each.state, each.relation, self._recall, each.queue_id],
                )

    def _renew(self, copy: Copy) -> None:
        """Note where a copy is now, and what it is by what is asked now."""
        names = ("state", "folder", "address", "flags", "relation", "percent", "differs")
        query = f"UPDATE recall.copy SET {', '.join(f'{name} = %s' for name in names)}"  # noqa: S608
        where = " WHERE (recall, mailbox, folder_id, uid) = (%s, %s, %s, %s)"
        self._connection.execute(
            (query + where).encode(), [*(getattr(copy, name) for name in names), self._recall, *copy.key]
        )

    def mark(self, what: Copy | Queued, state: str) -> None:
        """Note in which state a copy or a message of the queue is now."""
        if isinstance(what, Copy):
            self._connection.execute(_MARK, [state, self._recall, *what.key])
        else:
            self._connection.execute(
                "UPDATE recall.queued SET state = %s WHERE (recall, queue_id) = (%s, %s)",
                [state, self._recall, what.queue_id],
            )

    def mark_all(self, copies: Iterable[Copy], state: str) -> None:
        """The same of many copies, all or none."""
        with self._connection.transaction(), self._connection.cursor() as cursor:
            cursor.executemany(_MARK, [[state, self._recall, *copy.key] for copy in copies])

    def plan(self) -> Row:
        """The plan as it is now.

        Raises:
            Refused: nothing was found under this name.
        """
        asked = self.asked()
        if asked is None:
            raise Refused(
                f"chưa có vụ {self._recall}: chạy bước find trước -- there is no recall {self._recall}: run the step"
                " find first"
            )
        return make(asked, self.copies(), self.queued())

    def steps(self) -> list[Row]:
        """What was done, in order."""
        with self._connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(
                "SELECT entry, at, step, actor, plan, detail FROM recall.step WHERE recall = %s ORDER BY entry",
                [self._recall],
            )
            return cursor.fetchall()

    def step(self, name: str, actor: str, detail: Row) -> None:
        """Put a step on record, under the plan as it is now."""
        self._connection.execute(
            "INSERT INTO recall.step (recall, step, actor, plan, detail) VALUES (%s, %s, %s, %s, %s)",
            [self._recall, name, actor, checksum(self.plan()), Jsonb(detail)],
        )

    def record(self) -> Row | None:
        """The newest record of this recall: `number`, `at`, `record`, `sha256`."""
        return self._one(
            "SELECT number, at, record, sha256 FROM recall.record WHERE recall = %s ORDER BY number DESC LIMIT 1"
        )

    def add_record(self, body: Row) -> None:
        """Put a record behind the last one. Stands in a transaction, which keeps others from doing so meanwhile."""
        self._connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('recall.record', 0))")
        last = self._connection.execute(
            "SELECT number, sha256 FROM recall.record ORDER BY number DESC LIMIT 1"
        ).fetchone() or (0, "0" * 64)
        whole = canonical({**body, "number": last[0] + 1, "previous": last[1]})
        self._connection.execute("INSERT INTO recall.record (recall, record) VALUES (%s, %s)", [self._recall, whole])

    def broken_record(self) -> int | None:
        """The number of the first record that does not fit the one before it; none where all do."""
        previous, expected = "0" * 64, 1
        rows = self._connection.execute("SELECT number, record, sha256 FROM recall.record ORDER BY number").fetchall()
        for number, record, digest in rows:
            if (number, sha256(record)) != (expected, digest) or json.loads(record)["previous"] != previous:
                return int(expected)
            previous, expected = digest, expected + 1
        return None

    def _insert(self, table: str, values: Row) -> None:
        names = ", ".join(values)
        marks = ", ".join(["%s"] * len(values))
        query = f"INSERT INTO recall.{table} (recall, {names}) VALUES (%s, {marks})"  # noqa: S608
        self._connection.execute(query.encode(), [self._recall, *values.values()])

    def _one(self, query: str) -> Row | None:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query.encode(), [self._recall]).fetchone()


def moment(at: datetime) -> str:
    """A moment as answers and records have it."""
    return at.isoformat()
