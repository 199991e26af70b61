"""Excel's old workbooks (MS-XLS): the records of their stream, for the texts of cells and of all that is not in cells.

xlrd tells cells alone, and reads a workbook whole; headers, boxes and comments are where stamps are.
"""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterator

from . import marks
from .bounds import Unreadable
from .office import _CODES as CODES
from .scan import Scan, Where
from .verdict import Why

_BOF, _CONTINUE, _SST = 0x0809, 0x003C, 0x00FC
_FILEPASS, _SHEET = 0x002F, 0x0085
_HEADERS = {0x0014: "header", 0x0015: "footer", 0x0866: "header", 0x089C: "header"}
_LABELS, _SHARED, _STRING, _TXO, _NOTE, _SERIES = (0x0204, 0x00D6), 0x00FD, 0x0207, 0x01B6, 0x001C, 0x100D


def read_stream(scan: Scan, where: Where, octets: bytes, _declared: str = "") -> None:
    """Read the stream of a workbook, or a workbook of Excel 5 and before that is nothing else."""
    try:
        _Workbook(scan, where, _version(octets)).read(_records(octets))
    except (struct.error, IndexError):
        raise Unreadable(Why.BROKEN) from None


def _version(octets: bytes) -> int:
    type_, _size, version = struct.unpack_from("<HHH", octets)
    if type_ & 0xFF != 0x09:
        raise Unreadable(Why.BROKEN)
    return int(version) if type_ == _BOF else 0x0200


def _records(octets: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """Each record with those that continue it."""
    at, type_, pieces = 0, -1, list[bytes]()
    while at + 4 <= len(octets):
        next_, size = struct.unpack_from("<HH", octets, at)
        piece = octets[at + 4 : at + 4 + size]
        at += 4 + size
        if next_ == _CONTINUE and type_ >= 0:
            pieces.append(piece)
            continue
        if type_ >= 0:
            yield type_, pieces
        type_, pieces = next_, [piece]
    if type_ >= 0:
        yield type_, pieces


class _Workbook:
    """What is known of a workbook while its records pass."""

    def __init__(self, scan: Scan, where: Where, version: int) -> None:
        self._scan = scan
        self._where = where
        self._wide = version >= 0x0600
        self._strings: list[str] = []
        self._rows: dict[int, dict[int, str]] = defaultdict(dict)
        self._last = (0, 0)

    def read(self, records: Iterator[tuple[int, list[bytes]]]) -> None:
        """Take all records in."""
        for type_, pieces in records:
            if type_ == _FILEPASS:
                raise Unreadable(Why.ENCRYPTED)
            if type_ == _BOF:
                self._tell()
            self._record(type_, pieces)
        self._tell()

    def _record(self, type_: int, pieces: list[bytes]) -> None:
        data = pieces[0]
        if type_ == _SST:
            self._scan.budget.time()
            self._strings = list(_shared(pieces))
        elif type_ == _SHARED and len(data) >= 10:
            row, column, _format, index = struct.unpack_from("<HHHI", data)
            self._rows[row][column] = self._strings[index] if index < len(self._strings) else ""
        elif type_ in _LABELS or type_ == 0x0004:
            row, column = struct.unpack_from("<HH", data)
            self._rows[row][column] = self._text(data, 6)
        elif type_ == 0x0006 and len(data) >= 4:
            self._last = struct.unpack_from("<HH", data)
        elif type_ == _STRING:
            self._rows[self._last[0]][self._last[1]] = self._text(data, 0)
        else:
            self._beside(type_, pieces)

    def _beside(self, type_: int, pieces: list[bytes]) -> None:
        """What is not in cells."""
        data = pieces[0]
        if type_ == _SHEET:
            name = self._short(data, 6)
            self._scan.title((*self._where, "sheet name"), name)
        elif type_ in _HEADERS and data:
            step = (*self._where, _HEADERS[type_])
            if type_ in (0x0014, 0x0015):
                self._pieces_of(step, self._text(data, 0) if self._wide else self._short(data, 0))
        elif type_ == _TXO and len(pieces) > 1:
            text = pieces[1][1:].decode("utf-16-le" if pieces[1][:1] == b"\x01" else "cp1252", "replace")
            self._scan.text((*self._where, "text box"), text.replace("\r", "\n"))
        elif type_ == _NOTE and not self._wide:
            self._scan.text((*self._where, "comment"), data[6:].decode("cp1252", "replace"))
        elif type_ == _SERIES:
            self._scan.text((*self._where, "chart"), self._short(data, 2))

    def _pieces_of(self, where: Where, text: str) -> None:
        for piece in text.replace("&L", "&C").replace("&R", "&C").split("&C"):
            self._scan.text(where, CODES.sub("", piece))

    def _text(self, data: bytes, at: int) -> str:
        """A string with two octets of length."""
        (length,) = struct.unpack_from("<H", data, at)
        if not self._wide:
            return data[at + 2 : at + 2 + length].decode("cp1252", "replace")
        return _characters(data, at + 3, length, data[at + 2] & 1)

    def _short(self, data: bytes, at: int) -> str:
        """A string with one octet of length."""
        length = data[at]
        if not self._wide:
            return data[at + 1 : at + 1 + length].decode("cp1252", "replace")
        return _characters(data, at + 2, length, data[at + 1] & 1)

    def _tell(self) -> None:
        """The rows of the sheet that has ended."""
        self._scan.budget.time()
        lines = []
        for number in sorted(self._rows):
            row = self._rows[number]
            cells = [row.get(column, "") for column in range(max(row) + 1)]
            lines.append(marks.CELL.join(cell.replace("\n", marks.INNER) for cell in cells) + marks.CELL)
        self._rows.clear()
        self._scan.text((*self._where, "sheet"), "\n".join(lines))


def _characters(data: bytes, at: int, length: int, wide: int) -> str:
    return data[at : at + (2 * length if wide else length)].decode("utf-16-le" if wide else "cp1252", "replace")


class _Pieces:
    """The octets of a record that goes on in others, where a string may be cut, and be of another width behind."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces
        self._piece = self._at = 0

    def more(self) -> bool:
        """Whether there is anything left."""
        return self._piece < len(self._pieces) - 1 or self._at < len(self._pieces[self._piece])

    def take(self, size: int) -> bytes:
        """So many octets, on into the next record where they go on there."""
        out = b""
        while len(out) < size:
            if self._at >= len(self._pieces[self._piece]):
                self._turn()
            found = self._pieces[self._piece][self._at : self._at + size - len(out)]
            self._at += len(found)
            out += found
        return out

    def _turn(self) -> None:
        self._piece += 1
        self._at = 0
        if self._piece >= len(self._pieces):
            raise IndexError

    def letters(self, count: int, wide: int) -> str:
        """So many letters; the record in which they go on says anew how wide they are."""
        out = ""
        while count:
            if self._at >= len(self._pieces[self._piece]):
                self._turn()
                wide = self._pieces[self._piece][0] & 1
                self._at = 1
            here = (len(self._pieces[self._piece]) - self._at) // (2 if wide else 1)
            now = min(count, max(1, here))
            out += self.take(now * (2 if wide else 1)).decode("utf-16-le" if wide else "latin-1", "replace")
            count -= now
        return out


def _shared(pieces: list[bytes]) -> Iterator[str]:
    """The strings that cells share."""
    data = _Pieces(pieces)
    _total, count = struct.unpack("<II", data.take(8))
    for _ in range(count):
        if not data.more():
            return
        length, flags = struct.unpack("<HB", data.take(3))
        runs = struct.unpack("<H", data.take(2))[0] if flags & 8 else 0
        extra = struct.unpack("<I", data.take(4))[0] if flags & 4 else 0
        yield data.letters(length, flags & 1)
        data.take(4 * runs + extra)
