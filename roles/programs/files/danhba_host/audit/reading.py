"""The chain and the rows that it seals, as the lines that `chain.py` verifies: read page by page, in one snapshot."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from psycopg import sql

from ..database import Connection
from . import chain

# Rows of a page, and seals: enough that a page costs more than asking for it, few enough to be held.
ROWS, SEALS = 5000, 1000
_BEFORE_ALL = -(2**63)
_SEALS = """
    SELECT json_agg(json_build_array(n, at, relation, form, origin, rows, previous, hash, leaves) ORDER BY n)::text
      FROM (SELECT *, sum(coalesce(rows, 0)) OVER (ORDER BY n) - coalesce(rows, 0) AS before
              FROM (SELECT n, at, relation, form, origin, rows, previous, hash, leaves
                      FROM chain.seal LEFT JOIN chain.batch USING (batch)
                     WHERE n > %s ORDER BY n LIMIT %s) AS page) AS counted
     WHERE before < %s"""
_FIELDS = ("n", "at", "relation", "form", "origin", "rows", "previous", "hash")
_ROWS = """
    SELECT max(key), count(*), string_agg(concat_ws(' ', 'row', {relation}, name, line), E'\\n' ORDER BY key)
      FROM (SELECT * FROM chain.{view} WHERE {after} ORDER BY key LIMIT {most}) AS page"""


def lines(connection: Connection) -> Iterator[bytes]:
    """All lines of the stream, without their ends."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield chain.BEGIN
        records = [str(name) for (name,) in connection.execute("SELECT relation FROM chain.covered ORDER BY 1")]
        yield from (f"covered {name}".encode() for name in records)
        for relation, trigger in connection.execute("SELECT relation, trigger FROM chain.unguarded ORDER BY 1, 2"):
            yield f"open {relation} {trigger}".encode()
        yield from _Pages(connection, records).lines()


class _Pages:
    """Seals, and of each record so many rows as are sealed so far."""

    def __init__(self, connection: Connection, records: list[str]) -> None:
        self._connection = connection
        self._left = {name: _Rows(connection, name) for name in records}
        self._seals = 0

    def lines(self) -> Iterator[bytes]:
        """Page by page; then what nobody has sealed, and how many there were."""
        last = _BEFORE_ALL
        while page := self._page(last):
            last = page[-1][0]
            for seal in page:
                yield from self._sealed(seal)
            for rows in self._left.values():
                yield from rows.until_sealed()
        for rows in self._left.values():
            yield from rows.rest()
        yield b"end %d %d" % (self._seals, sum(rows.told for rows in self._left.values()))

    def _page(self, last: int) -> list[list[Any]]:
        [(text,)] = self._connection.execute(_SEALS, [last, SEALS, 2 * ROWS])
        return json.loads(text) if text else []

    def _sealed(self, seal: list[Any]) -> Iterator[bytes]:
        *values, leaves = seal
        names = str(leaves or "").encode().split(b"\n")
        head = {**dict(zip(_FIELDS, values, strict=True)), "lines": len(names)}
        self._seals += 1
        if rows := self._left.get(str(head["relation"])):
            rows.sealed += len(names)
        yield b"seal " + json.dumps(head, separators=(",", ":")).encode()
        yield from names


class _Rows:
    """The rows of one record, by key."""

    def __init__(self, connection: Connection, relation: str) -> None:
        self._connection = connection
        self._relation = relation
        self._last: object = None
        self._ended = False
        self.sealed = self.told = 0

    def until_sealed(self) -> Iterator[bytes]:
        """As many as have been sealed so far, or some more."""
        while self.told < self.sealed and not self._ended:
            yield from self._page()

    def rest(self) -> Iterator[bytes]:
        """All that are left."""
        while not self._ended:
            yield from self._page()

    def _page(self) -> list[bytes]:
        after = sql.SQL("true") if self._last is None else sql.SQL("key > {}").format(sql.Literal(self._last))
        query = sql.SQL(_ROWS).format(
            relation=sql.Literal(self._relation),
            view=sql.Identifier(self._relation),
            after=after,
            most=sql.Literal(ROWS),
        )
        [(last, count, text)] = self._connection.execute(query)
        self._last, self._ended = last, count < ROWS
        self.told += count
        return text.encode().split(b"\n") if text else []
