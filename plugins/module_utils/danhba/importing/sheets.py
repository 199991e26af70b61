"""Sheets in one form for every file format: rows of text cells, in which merged cells repeat their text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from ..messages import mark as _

# Limits far above real lists: the largest agency has fewer rows, a form has a dozen columns, a cell some words.
MOST_ROWS, MOST_COLUMNS, MOST_SHEETS, LONGEST_CELL = 20_000, 64, 50, 10_000

TOO_MANY_ROWS = _("{path}, sheet {sheet}: there are more than {most} rows; import the list in parts")


class Merged(Enum):
    """Whether a cell's text is that of a cell it is merged with: one to the left (`ACROSS`) or above (`DOWN`)."""

    NO = 0
    ACROSS = 1
    DOWN = 2


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text, whether the file has a number or an error value, and the old encoding that its font implies."""

    text: str = ""
    is_number: bool = False
    is_error: bool = False
    encoding: str = ""
    merged: Merged = Merged.NO


EMPTY = Cell()


@dataclass(slots=True)
class Sheet:
    """The rows of a sheet that are not empty, by number (from 1); `plain`: the file format has no merged cells."""

    name: str
    rows: dict[int, list[Cell]] = field(default_factory=dict)
    plain: bool = False
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    # The sheet has text to the right of the `MOST_COLUMNS` columns that are read.
    is_cut: bool = False

    def cells(self) -> Iterator[tuple[int, int, Cell]]:
        """Yield each cell that has a text, with its row number (from 1) and its column (from 0)."""
        for number, row in self.rows.items():
            for column, cell in enumerate(row):
                if cell.text:
                    yield number, column, cell


def column_name(column: int) -> str:
    """Return the letters of a column (from 0) as spreadsheet programs show them: A … Z, AA …"""
    name = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        name = chr(ord("A") + letter) + name
    return name


def column_number(name: str) -> int:
    """Return the number (from 0) of a column by its letters: A is 0, AA is 26."""
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def tidy(text: str) -> str:
    """Return a text on one line in composed Unicode (NFC), without invisible characters and superfluous spaces."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
