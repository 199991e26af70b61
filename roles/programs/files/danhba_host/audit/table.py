"""Reads the rows of a table as PostgreSQL stores them, and makes the text of a row that the chain seals.

A table is copied (`COPY … TO STDOUT`), so that no view, rule, policy, index or operator of the database can change the
result; PostgreSQL refuses to copy anything but an ordinary table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from hashlib import sha256
from json.encoder import encode_basestring
from typing import NamedTuple

from psycopg import sql

from ..database import Connection

# Settings of a session under which values print in the chain's form (migration 0021).
PRINTED = {"TimeZone": "UTC", "DateStyle": "ISO, MDY", "IntervalStyle": "postgres", "extra_float_digits": "1"}
_NULL = b"\\N"
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_LETTERS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
_SPACE = re.compile(rb"[ \t\n\r\f\v]")


class Column(NamedTuple):
    """A column and its type."""

    name: str
    type: str


def copied(connection: Connection, name: str, columns: Sequence[str]) -> Iterator[list[str | None]]:
    """The rows of `schema.table` as texts, in no particular order."""
    for values in raw(connection, name, columns):
        yield [None if value is None else value.decode() for value in values]


def raw(connection: Connection, name: str, columns: Sequence[str]) -> Generator[list[bytes | None], None, None]:
    """The same rows as octets."""
    query = sql.SQL("COPY {} ({}) TO STDOUT").format(
        sql.Identifier(*name.split(".", 1)), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        for line in copy:
            yield [_value(field) for field in bytes(line).removesuffix(b"\n").split(b"\t")]


def _value(field: bytes) -> bytes | None:
    if b"\\" not in field:
        return field
    return None if field == _NULL else _ESCAPED.sub(_unescaped, field)


def _unescaped(found: re.Match[bytes]) -> bytes:
    return _LETTERS.get(found[1], found[1])


class Text:
    """Makes the text of a row (form 1): a JSON object of its non-NULL columns, by name, without white space.

    Raises:
        KeyError: there is no text for a column's type.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = sorted(columns)
        self.names = [column.name for column in self.columns]
        self._parts = [(_text(column.name.encode()) + b":", _MAKERS[column.type]) for column in self.columns]

    def of(self, values: Sequence[bytes | None]) -> bytes:
        """The text of a row whose values are in the order of `names`."""
        pairs = zip(self._parts, values, strict=True)
        return b"{%s}" % b",".join([name + make(value) for (name, make), value in pairs if value is not None])


def has_text(columns: Sequence[Column]) -> bool:
    """Whether values of every column have a text."""
    return all(column.type in _MAKERS for column in columns)


def key(value: bytes | None) -> bytes:
    """A key as a word of a line."""
    return _SPACE.sub(b"?", value or b"")


def digest(values: Mapping[str, str | None]) -> str:
    """SHA-256 of a row's text in which `initial` is a boolean and all other columns are texts, as sealed."""
    text = Text([Column(name, "bool" if name == "initial" else "text") for name in values])
    given = (values[name] for name in text.names)
    return sha256(text.of([None if value is None else value.encode() for value in given])).hexdigest()


def _text(value: bytes) -> bytes:
    return encode_basestring(value.decode()).encode()


def _as_is(value: bytes) -> bytes:
    return value


def _moment(value: bytes) -> bytes:
    """A moment as PostgreSQL's to_json prints it in UTC: with a T between, and without zone."""
    return b'"%s"' % value.replace(b" ", b"T", 1).replace(b"+00", b"", 1)


def _boolean(value: bytes) -> bytes:
    return b"true" if value == b"t" else b"false"


_ARRAY = re.compile(rb'\{|\}|,|"((?:[^"\\]|\\.)*)"|([^{},"]+)', re.DOTALL)
_SIGNS = {b"{": b"[", b"}": b"]", b",": b","}


def _texts(value: bytes) -> bytes:
    parts = []
    for found in _ARRAY.finditer(value.rpartition(b"=")[2] if value.startswith(b"[") else value):
        if found[1] is not None:
            parts.append(_text(_ESCAPED.sub(rb"\1", found[1])))
        elif found[2] is not None:
            parts.append(b"null" if found[2] == b"NULL" else _text(found[2]))
        else:
            parts.append(_SIGNS[found[0]])
    return b"".join(parts)


_MAKERS: dict[str, Callable[[bytes], bytes]] = {
    **dict.fromkeys(("int8", "int4", "int2", "jsonb"), _as_is),
    **dict.fromkeys(("text", "uuid", "date", "inet"), _text),
    "timestamptz": _moment,
    "bool": _boolean,
    "_text": _texts,
}
