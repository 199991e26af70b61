"""What a spreadsheet holds, whatever file it came in: rows of cells that are text, with merged cells filled."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from ..messages import mark as _
from ..source import LARGEST, Unusable

# A list of the largest agency has fewer rows; a form has a dozen columns, a cell some words.
MOST_ROWS, MOST_COLUMNS, MOST_SHEETS, LONGEST_CELL = 20_000, 64, 50, 10_000

NO_FILE = _("there is no file {path}; name the list that the agency sent (.xlsx or .csv)")
NOT_PLAIN = _("{path} is no plain file; name the list that the agency sent (.xlsx or .csv)")
TOO_LARGE = _("{path} is larger than {most} MiB; a list of people is not: delete pictures and empty sheets from it")
UNREADABLE = _("cannot read {path}: {reason}; check its permissions")
TOO_MANY_ROWS = _("{path}, sheet {sheet}: there are more than {most} rows; import the list in parts")
TOO_LONG = _("{path}, sheet {sheet}, cell {cell}: a cell has more than {most} characters; this is no list of people")


class Merged(Enum):
    """How a cell got the text of another one that it is merged with."""

    NO = 0
    ACROSS = 1
    DOWN = 2


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's `text`; whether it came as a number or an error value; the encoding that its font shows it in."""

    text: str = ""
    is_number: bool = False
    is_error: bool = False
    encoding: str = ""
    merged: Merged = Merged.NO


EMPTY = Cell()


@dataclass(slots=True)
class Sheet:
    """The rows of a sheet by their numbers, without those that are empty; `plain` where a file has no merged cells."""

    name: str
    rows: dict[int, list[Cell]] = field(default_factory=dict)
    plain: bool = False
    hidden: bool = False

    def cells(self) -> Iterator[tuple[int, int, Cell]]:
        """Every cell with a text, with the numbers of its row and of its column (from 0)."""
        for number, row in self.rows.items():
            for column, cell in enumerate(row):
                if cell.text:
                    yield number, column, cell


def column_name(column: int) -> str:
    """The name of a column (from 0) as spreadsheets show it: A … Z, AA …"""
    name = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


def read(path: Path) -> list[Sheet]:
    """The sheets of a list that an agency sent.

    Raises:
        Unusable: there is no such file, or it is no list that could be read safely and completely.
    """
    return parse(str(path), _bytes(path))


def _bytes(path: Path) -> bytes:
    try:
        if not path.exists():
            raise Unusable(NO_FILE, path=path)
        if not path.is_file():
            raise Unusable(NOT_PLAIN, path=path)
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise Unusable(UNREADABLE, path=path, reason=error.strerror) from error
    if len(data) > LARGEST:
        raise Unusable(TOO_LARGE, path=path, most=LARGEST // 1024**2)
    return data


def parse(path: str, data: bytes) -> list[Sheet]:
    """The sheets of a file by its content, whatever its name; `path` is for messages. Raises as `read` does."""
    from . import delimited, workbook

    sheets = workbook.parse(path, data) if workbook.is_one(data) else delimited.parse(path, data)
    for sheet in sheets:
        _inspect(path, sheet)
    return sheets


def _inspect(path: str, sheet: Sheet) -> None:
    """Hold a sheet to the limits, and empty the cells of which nothing could be seen."""
    if len(sheet.rows) > MOST_ROWS:
        raise Unusable(TOO_MANY_ROWS, path=path, sheet=sheet.name, most=MOST_ROWS)
    for number, column, cell in list(sheet.cells()):
        if not tidy(cell.text):
            sheet.rows[number][column] = EMPTY
        if len(cell.text) > LONGEST_CELL:
            place = f"{column_name(column)}{number}"
            raise Unusable(TOO_LONG, path=path, sheet=sheet.name, cell=place, most=LONGEST_CELL)
    sheet.rows = {number: row for number, row in sheet.rows.items() if any(cell.text for cell in row)}


def tidy(text: str) -> str:
    """A text on one line in composed Unicode, without invisible characters, repeated spaces, and spaces at its ends."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
