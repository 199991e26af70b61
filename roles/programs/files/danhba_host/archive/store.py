"""What the database keeps of archives and exports."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import errors
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from ..database import Connection
from ..journal import Refused

ROLE = "danhba_archive"
Row = dict[str, Any]
_LOCK_SECONDS = 2
_ARCHIVES = """
    SELECT number, archive.at::text, archive.actor, kind, id, archive.address, archive.since::text, archive.document,
           document_date::text, recipient, messages, octets, manifest, sealed, size,
           account.state, account.since::text AS state_since, account.address AS address_now, account.name,
           ARRAY(SELECT step FROM archive.step WHERE step.archive = number ORDER BY entry) AS steps
      FROM archive.archive JOIN mail.account USING (kind, id)"""
_ACCOUNT = """
    SELECT kind, id, address, name, agency, title, unit, phone, quota, state, document, since::text FROM mail.account"""
_ARCHIVE_COLUMNS = (
    *("actor", "kind", "id", "address", "since", "document", "document_date", "recipient", "messages", "octets"),
    *("manifest", "sealed", "size"),
)
_EXPORT_COLUMNS = ("actor", "kind", "id", "document", "document_date", "recipient", "messages", "sealed", "size")
# What was sent from a mailbox and delivered to it, by the index of words; of a message no more than which it was.
_EVENTS = """
    SELECT at::text, event, message_id, folder, uid, size, host(client) AS client, protocol FROM events.event
     WHERE at IN (SELECT at FROM events.key WHERE hash = events.hash(%s || '/' || %s)) AND kind = %s AND id = %s
     ORDER BY at"""
_USE = """
    SELECT minute::text AS at, sign AS event, protocol, host(client) AS client, times FROM events.use
     WHERE id = %s AND kind = %s ORDER BY minute"""


class Store:
    """The tables of the schema `archive`. Each change is a transaction of its own, unless it stands in one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self) -> None:
        """Keep other runs away until the connection ends; Refused where one is at work."""
        self._connection.execute(f"SET lock_timeout = '{_LOCK_SECONDS}s'".encode())
        try:
            self._connection.execute("SELECT pg_advisory_lock(hashtextextended('archive', 0))")
        except errors.LockNotAvailable as error:
            raise Refused(
                "một lần chạy khác đang lưu trữ hoặc khôi phục, hãy đợi -- another run is archiving or restoring: wait"
                " for it"
            ) from error

    def closed(self) -> list[Row]:
        """Every closed mailbox."""
        return self._all(f"{_ACCOUNT} WHERE state = 'closed' ORDER BY kind, id", [])

    def account(self, kind: str, id_: str) -> Row | None:
        """A mailbox."""
        return self._one(f"{_ACCOUNT} WHERE kind = %s AND id = %s", [kind, id_])

    def archives(self) -> list[Row]:
        """All archives, each with its `steps` and what its mailbox is now."""
        return self._all(f"{_ARCHIVES} ORDER BY number", [])

    def archive(self, number: int) -> Row | None:
        """An archive by its number."""
        return self._one(f"{_ARCHIVES} WHERE number = %s", [number])

    def last(self, kind: str, id_: str) -> Row | None:
        """The last archive of a mailbox."""
        return self._one(f"{_ARCHIVES} WHERE kind = %s AND id = %s ORDER BY number DESC LIMIT 1", [kind, id_])

    def add(self, archive: Row) -> int:
        """Put on record that a mailbox was sealed; the number of the archive."""
        return self._add("archive", _ARCHIVE_COLUMNS, archive)

    def add_export(self, export: Row) -> int:
        """Put on record that somebody's data was sealed for them; its number."""
        return self._add("export", _EXPORT_COLUMNS, export)

    def step(self, archive: int, step: str, actor: str, document: str, detail: Row) -> None:
        """Put on record what becomes of an archive; Refused where that does not follow, as the database says."""
        try:
            self._connection.execute(
                "INSERT INTO archive.step (archive, step, actor, document, detail) VALUES (%s, %s, %s, %s, %s)",
                [archive, step, actor, document, Jsonb(detail)],
            )
        except errors.CheckViolation as error:
            raise Refused(
                f"lưu trữ số {archive}: không ghi được bước {step}, trạng thái đã đổi (hộp thư vừa mở lại, hoặc bước đã"
                " làm). Xem step=list. Chưa có gì rời kho thư -- archive"
                f" {archive}: step {step} does not follow: its state has changed (the mailbox was opened again, or it"
                " is done). See step=list. Nothing has left the store"
            ) from error

    @contextmanager
    def held(self, archive: int) -> Iterator[bool]:
        """Whether the mailbox of an archive is closed as it was; within, nobody opens it."""
        with self._connection.transaction():
            found = self._connection.execute("SELECT archive.hold(%s)", [archive]).fetchone()
            yield bool(found and found[0])

    def events(self, kind: str, id_: str) -> Iterator[Row]:
        """What the events say about a mailbox: its mail, and that somebody was signed in."""
        yield from self._all(_EVENTS, [kind, id_, kind, id_])
        yield from self._all(_USE, [id_, kind])

    def _add(self, table: str, columns: tuple[str, ...], values: Row) -> int:
        places = ", ".join(["%s"] * len(columns))
        query = f"INSERT INTO archive.{table} ({', '.join(columns)}) VALUES ({places}) RETURNING number"  # noqa: S608
        found = self._connection.execute(query.encode(), [values[name] for name in columns]).fetchone()
        return int(found[0]) if found else 0

    def _all(self, query: str, values: list[Any]) -> list[Row]:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(query.encode(), values).fetchall()

    def _one(self, query: str, values: list[Any]) -> Row | None:
        return next(iter(self._all(query, values)), None)
