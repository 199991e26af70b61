"""The database's records of archives and exports."""

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
# Mail sent from a mailbox and delivered to it, found by the events' index of words; of a message only its identity.
_EVENTS = """
    SELECT at::text, event, message_id, folder, uid, size, host(client) AS client, protocol FROM events.event
     WHERE at IN (SELECT at FROM events.key WHERE hash = events.hash(%s || '/' || %s)) AND kind = %s AND id = %s
     ORDER BY at"""
_USE = """
    SELECT minute::text AS at, sign AS event, protocol, host(client) AS client, times FROM events.use
     WHERE id = %s AND kind = %s ORDER BY minute"""


class Store:
    """The tables of the schema `archive`. Each method is a transaction of its own unless the caller has opened one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self) -> None:
        """Keep other runs away until the connection ends; Refused if another run is at work."""
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
        """The account of a mailbox; None if there is none."""
        return self._one(f"{_ACCOUNT} WHERE kind = %s AND id = %s", [kind, id_])

    def archives(self) -> list[Row]:
        """All archives, each with its `steps` and the present state of its mailbox."""
        return self._all(f"{_ARCHIVES} ORDER BY number", [])

    def archive(self, number: int) -> Row | None:
        """An archive by its number."""
        return self._one(f"{_ARCHIVES} WHERE number = %s", [number])

    def last(self, kind: str, id_: str) -> Row | None:
        """The last archive of a mailbox."""
        return self._one(f"{_ARCHIVES} WHERE kind = %s AND id = %s ORDER BY number DESC LIMIT 1", [kind, id_])

    def add(self, archive: Row) -> int:
        """Record that a mailbox was sealed; return the archive's number."""
        return self._add("archive", _ARCHIVE_COLUMNS, archive)

    def add_export(self, export: Row) -> int:
        """Record that a person's data was exported; return the export's number."""
        return self._add("export", _EXPORT_COLUMNS, export)

    def step(self, archive: int, step: str, actor: str, document: str, detail: Row) -> None:
        """Record a step of an archive; Refused if the database does not allow the step in the archive's present
        state.
        """
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
        """Lock the account of an archive, so that nobody reopens the mailbox; yields whether it is closed as it was."""
        with self._connection.transaction():
            found = self._connection.execute("SELECT archive.hold(%s)", [archive]).fetchone()
            yield bool(found and found[0])

    def events(self, kind: str, id_: str) -> Iterator[Row]:
        """The events of a mailbox: mail sent and received, and sign-ins."""
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
