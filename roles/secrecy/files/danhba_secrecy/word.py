"""Word's old documents (MS-DOC): the text of all their parts, by the table of its pieces."""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from itertools import islice
from operator import itemgetter

from . import marks, word_format
from .bounds import Unreadable
from .scan import Scan, Where
from .verdict import Why

_FIELD = re.compile("\x13[^\x13\x14\x15]*\x14?|\x15")
_SIGNS = str.maketrans(
    {"\r": "\n", "\x0b": marks.INNER, "\x0c": "\n", "\x1e": "-", "\x1f": "", "\x08": "", "\x01": "", "\x05": ""}
)


def read(scan: Scan, where: Where, document: bytes, tables: Mapping[str, bytes]) -> None:
    """Read the stream WordDocument with the streams of its tables."""
    capitals = word_format.capitals(document, tables, scan.budget)
    text = "".join(_pieces(document, tables, capitals))
    text = _FIELD.sub("", text).replace("\x07\x07", "\n").replace("\x07", marks.CELL).translate(_SIGNS)
    # A line break within a paragraph is a line, where no cell is.
    lines = (line if marks.CELL in line else line.replace(marks.INNER, "\n") for line in text.split("\n"))
    scan.text(where, "\n".join(lines))


def _pieces(document: bytes, tables: Mapping[str, bytes], capitals: list[tuple[int, int]]) -> Iterator[str]:
    """The text as it is shown, from its beginning to its end: the body, then notes, headers, comments and boxes."""
    try:
        identity, flags = struct.unpack_from("<H", document)[0], struct.unpack_from("<H", document, 0x0A)[0]
        if flags & 0x0100:
            raise Unreadable(Why.ENCRYPTED)
        if identity != 0xA5EC:
            yield _before_97(document)
            return
        start, size = struct.unpack_from("<II", document, 0x01A2)
        table = tables["1Table" if flags & 0x0200 else "0Table"][start : start + size]
        yield from _of_table(document, table, capitals)
    except struct.error:
        raise Unreadable(Why.BROKEN) from None


def _before_97(document: bytes) -> str:
    first, last = struct.unpack_from("<II", document, 0x18)
    if not 0 < first < last <= len(document):
        raise Unreadable(Why.BROKEN)
    return document[first:last].decode("cp1252", "replace")


def _of_table(document: bytes, table: bytes, capitals: list[tuple[int, int]]) -> Iterator[str]:
    at = 0
    while table[at : at + 1] == b"\x01":
        at += 3 + struct.unpack_from("<H", table, at + 1)[0]
    if table[at : at + 1] != b"\x02":
        raise Unreadable(Why.BROKEN)
    size = struct.unpack_from("<I", table, at + 1)[0]
    plain = table[at + 5 : at + 5 + size]
    count = (len(plain) - 4) // 12
    places = struct.unpack_from(f"<{count + 1}I", plain)
    for index in range(count):
        where = struct.unpack_from("<I", plain, 4 * (count + 1) + 8 * index + 2)[0]
        length = places[index + 1] - places[index]
        if length < 0 or length > len(document):
            raise Unreadable(Why.BROKEN)
        yield _piece(document, where, length, capitals)


def _piece(document: bytes, where: int, length: int, capitals: list[tuple[int, int]]) -> str:
    start = where & 0x3FFFFFFF
    if where & 0x40000000:
        return _text(document, start // 2, start // 2 + length, "cp1252", capitals)
    return _text(document, start, start + 2 * length, "utf-16-le", capitals)


def _text(document: bytes, start: int, end: int, charset: str, capitals: list[tuple[int, int]]) -> str:
    """A part of the stream as text, with what is shown in capitals as such."""
    at, shown = start, []
    for run in islice(capitals, bisect_right(capitals, start, key=itemgetter(1)), None):
        if run[0] >= end:
            break
        first, last = max(run[0], at), min(run[1], end)
        shown.append(document[at:first].decode(charset, "replace"))
        shown.append(document[first:last].decode(charset, "replace").upper())
        at = max(at, last)
    return "".join((*shown, document[at:end].decode(charset, "replace")))
