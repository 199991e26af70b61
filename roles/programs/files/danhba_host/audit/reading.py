"""Reads the chain and the rows that it seals, all from one snapshot, as the lines that `chain.py` verifies.

Tables are copied raw, each by its own connection, so that rows are fetched as the seals ask for them; all connections
share one snapshot. COPY names a table, and a name may be given to another table meanwhile: so the lock of the COPY is
compared with the number that the snapshot has under this name. `table.py` makes the text of a row; the database does
not.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from itertools import islice
from typing import Any

import psycopg
from psycopg import sql

from ..database import Connection
from . import catalogue, chain, made, table

# Rows fetched at once: a table with fewer rows gives its connection back.
ROWS = 5000
_SEAL = ("n", "batch", "at", "previous", "hash")
_BATCH = ("batch", "relation", "form", "origin", "rows", "leaves")
_NUMBERS = {"n", "form", "rows"}
_FIELDS = ("n", "at", "relation", "form", "origin", "rows", "previous", "hash")
CREDENTIAL = "mail.credential"
_CREDENTIAL = ("kind", "id", "password", "initial")
# Errors of PostgreSQL for a table that is missing, may not be read, or cannot be copied: a view, a foreign table.
_UNREAD = (psycopg.ProgrammingError, psycopg.NotSupportedError)

Connect = Callable[[], Connection]


class Snapshot:
    """The part of the database that the audit reads, at one moment."""

    def __init__(self, connection: Connection, connect: Connect) -> None:
        self._connection, self._connect = connection, connect
        self.unread: list[str] = []
        for name in catalogue.TABLES:
            if name != CREDENTIAL:  # LOCK TABLE needs a right to all columns of the table
                self._lock(name)
        [(snapshot,)] = connection.execute("SELECT pg_catalog.pg_export_snapshot()").fetchall()
        self._name = str(snapshot)
        self.objects = catalogue.describe(connection)
        self._numbers = catalogue.numbers(connection)

    def _lock(self, name: str) -> None:
        """Lock a table, so that nobody drops, renames or replaces it while it is read."""
        try:
            with self._connection.transaction():
                lock = sql.SQL("LOCK TABLE ONLY {} IN ACCESS SHARE MODE")
                self._connection.execute(lock.format(sql.Identifier(*name.split("."))))
        except _UNREAD:
            self.unread.append(name)

    def rows(self, name: str, columns: Sequence[str]) -> Iterator[list[bytes | None]]:
        """The rows of a table, by a connection of their own that stays until all rows are read."""
        if name in self.unread:
            return
        with ExitStack() as stack:
            connection = stack.enter_context(self._connect())
            stack.enter_context(_reading(connection))
            connection.execute(sql.SQL("SET TRANSACTION SNAPSHOT {}").format(sql.Literal(self._name)))
            # The copy is closed before its transaction: the caller may stop in the middle.
            rows = stack.enter_context(closing(table.raw(connection, name, columns)))
            try:
                first = list(islice(rows, ROWS))
            except _UNREAD:
                self.unread.append(name)
                return
            if not self._is_described(name, connection):
                self.unread.append(name)
                return
            if len(first) == ROWS:
                yield from first
                yield from rows
                return
        yield from first

    def _is_described(self, name: str, copying: Connection) -> bool:
        """Whether COPY reads the table that the snapshot has under this name, by the lock that COPY keeps until its
        end.

        Locking the table would not help against a renamed schema, and the audit's role may not lock the whole of
        `mail.credential`.
        """
        locks = self._connection.execute("SELECT pid, relation FROM pg_catalog.pg_lock_status()").fetchall()
        return (copying.info.backend_pid, self._numbers.get(name)) in locks

    def told(self, name: str, columns: Sequence[str]) -> Iterator[dict[str, str | None]]:
        """As `rows`, with each row as a dict of texts by column."""
        for values in self.rows(name, columns):
            texts = [None if value is None else value.decode() for value in values]
            yield dict(zip(columns, texts, strict=True))

    def columns(self, name: str) -> list[table.Column]:
        """The columns of a table, from the catalogue."""
        mark = f"column {name}."
        return [
            table.Column(each.removeprefix(mark), str(about["type"]))
            for each, about in self.objects.items()
            if each.startswith(mark)
        ]

    def described(self) -> catalogue.Objects:
        """All objects that the verification depends on, and the database's list of records and how each is sealed."""
        rows = self.told("chain.covered", ("relation", "key", "line"))
        covered = {f"covered {row['relation']}": _covered(row) for row in rows}
        return dict(sorted((self.objects | covered).items()))

    def lines(self) -> Iterator[bytes]:
        """All lines of the stream, without line ends."""
        yield chain.BEGIN
        for name, about in self.described().items():
            yield b"object " + json.dumps([name, about], separators=(",", ":"), sort_keys=True).encode()
        yield from self._credentials()
        yield from _Merged(self).lines()

    def _credentials(self) -> Iterator[bytes]:
        """The digest of each account's password; no hash leaves this function."""
        for about in self.told(CREDENTIAL, _CREDENTIAL):
            name = table.key(f"{about['kind']}/{about['id']}".encode())
            yield b"credential %s %s" % (name, table.digest(about).encode())


def _covered(row: Mapping[str, str | None]) -> dict[str, Any]:
    return {"key": row["key"], "line": catalogue.digest(row["line"])}


@contextmanager
def snapshot(connect: Connect) -> Iterator[Snapshot]:
    """A snapshot of the database now; `connect` opens a connection as the audit's role."""
    with ExitStack() as stack:
        connection = stack.enter_context(connect())
        stack.enter_context(_reading(connection))
        yield Snapshot(connection, connect)


@contextmanager
def _reading(connection: Connection) -> Iterator[None]:
    """A transaction that reads one snapshot, prints values in the chain's form, and has an empty search path."""
    for name, value in {**table.PRINTED, "search_path": "pg_catalog", "row_security": "off"}.items():
        connection.execute(sql.SQL("SET {} = {}").format(sql.Identifier(name), sql.Literal(value)))
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    with connection.transaction():
        yield


class _Merged:
    """Merges the seals with the rows of each record: as many rows as are sealed so far."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        keys = made.keys(made.expected())
        self._records = {name: _Rows(snapshot, name, keys[name]) for name in chain.RECORDS}
        self._seals = 0

    def lines(self) -> Iterator[bytes]:
        """The seals, each with its rows; then unsealed rows, and the counts."""
        for seal in self._sealed():
            yield from seal
        for rows in self._records.values():
            yield from rows.rest()
        yield from (f"unread {name}".encode() for name in self._snapshot.unread)
        yield b"end %d %d" % (self._seals, sum(rows.told for rows in self._records.values()))

    def _sealed(self) -> Iterator[Iterator[bytes]]:
        batches = self._snapshot.rows("chain.batch", _BATCH)
        waiting: dict[bytes | None, list[bytes | None]] = {}
        for seal in _ordered(self._snapshot.rows("chain.seal", _SEAL)):
            while seal[1] not in waiting and (batch := next(batches, None)):
                waiting[batch[0]] = batch
            yield self._of(seal, waiting.pop(seal[1], [None] * len(_BATCH)))

    def _of(self, seal: Sequence[bytes | None], batch: Sequence[bytes | None]) -> Iterator[bytes]:
        values = {**_named(_BATCH, batch), **_named(_SEAL, seal)}
        names = (batch[-1] or b"").split(b"\n")
        head = {**{name: values[name] for name in _FIELDS}, "lines": len(names)}
        self._seals += 1
        yield b"seal " + json.dumps(head, separators=(",", ":")).encode()
        yield from names
        if rows := self._records.get(str(head["relation"])):
            yield from rows.until(len(names))


def _named(names: Sequence[str], values: Sequence[bytes | None]) -> dict[str, Any]:
    texts = {name: None if value is None else value.decode() for name, value in zip(names, values, strict=True)}
    return {name: int(text) if text is not None and name in _NUMBERS else text for name, text in texts.items()}


def _ordered(seals: Iterator[list[bytes | None]]) -> Iterator[list[bytes | None]]:
    """The seals by number. They were written in this order; a seal out of order is held until its turn."""
    held: list[tuple[int, list[bytes | None]]] = []
    following = 1
    for seal in seals:
        heapq.heappush(held, (int(seal[0] or 0), seal))
        while held and held[0][0] == following:
            yield heapq.heappop(held)[1]
            following += 1
    while held:
        yield heapq.heappop(held)[1]


class _Rows:
    """The rows of one record, in the order of the table."""

    def __init__(self, snapshot: Snapshot, relation: str, key: str) -> None:
        self._relation = relation.encode()
        self._sealed = self.told = 0
        self._lines: Iterator[bytes] = iter(())
        columns = snapshot.columns(relation)
        if key in [column.name for column in columns] and table.has_text(columns):
            self._lines = self._read(snapshot, relation, key, columns)
        elif relation not in snapshot.unread:
            snapshot.unread.append(relation)

    def _read(self, snapshot: Snapshot, relation: str, key: str, columns: list[table.Column]) -> Iterator[bytes]:
        text = table.Text(columns)
        place = text.names.index(key)
        for values in snapshot.rows(relation, text.names):
            self.told += 1
            yield b"row %s %s %s" % (self._relation, table.key(values[place]), text.of(values))

    def until(self, more: int) -> Iterator[bytes]:
        """The unread rows among all that are sealed so far, after `more` rows were sealed in addition."""
        self._sealed += more
        return islice(self._lines, max(0, self._sealed - self.told))

    def rest(self) -> Iterator[bytes]:
        """All rows that are left."""
        return self._lines
