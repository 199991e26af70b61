"""What a spreadsheet holds, whatever file it came in: rows of cells that are text, with merged cells filled."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from ..messages import mark as _

# A list of the largest agency has fewer rows; a form has a dozen columns, a cell some words.
MOST_ROWS, MOST_COLUMNS, MOST_SHEETS, LONGEST_CELL = 20_000, 64, 50, 10_000

TOO_MANY_ROWS = _("{path}, sheet {sheet}: there are more than {most} rows; import the list in parts")


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
    hidden_rows: frozenset[int] = frozenset()
    # There are texts right of `MOST_COLUMNS`.
    is_cut: bool = False

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


def column_number(name: str) -> int:
    """The number (from 0) of a column by its name: A is 0, AA is 26."""
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def tidy(text: str) -> str:
    """A text on one line in composed Unicode, without invisible characters, repeated spaces, and spaces at its ends."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
