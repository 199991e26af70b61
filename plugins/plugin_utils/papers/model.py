"""What an official paper consists of: head, title, blocks, signatures and recipients. Pure: no layout, no file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from ansible_collections.laocai.mail.plugins.module_utils.danhba.vietnamese.figures import (
    day_in_figures,
    day_in_words,
    number,
    percent,
)

Value: TypeAlias = int | float | str | date | None
# How a value is written: a count, a share from 0 to 1, gigabytes, a day, text.
NUMBER, SHARE, GIGABYTES, DAY, TEXT = "number", "share", "gigabytes", "day", "text"
# Text by which rows are found again in a workbook; paper has no room for it.
CODE = "code"
NONE = "không có số liệu"
# Where the office that signs the paper writes a number and a day by hand.
OPEN_NUMBER = "……"
OPEN_DAY = "ngày … tháng … năm ……"


def shown(value: Value, form: str) -> str:
    """A value as text, by its form."""
    if value is None:
        return NONE
    if isinstance(value, date):
        return day_in_figures(value)
    if isinstance(value, str):
        return value
    if form == SHARE:
        return percent(value)
    return f"{number(value, 1)}\N{NO-BREAK SPACE}GB" if form == GIGABYTES else number(value)


@dataclass(frozen=True, slots=True)
class Strong:
    """Words in bold type."""

    text: str


Words: TypeAlias = str | tuple[str | Strong, ...]
"""A text, or the pieces of one, some of which are in bold type."""


def plain(words: Words) -> str:
    """Words without their type."""
    if isinstance(words, str):
        return words
    return "".join(piece.text if isinstance(piece, Strong) else piece for piece in words)


@dataclass(frozen=True, slots=True)
class Head:
    """The head: who issues the paper, below whom, its number with its symbol, where and on which day.

    `day` is None, and `place` empty, where the office that signs writes them by hand; `about` is the subject of an
    official letter (V/v …), which stands below the number.
    """

    office: str
    number: str
    parent: str = ""
    place: str = ""
    day: date | None = None
    about: str = ""

    def dated(self) -> str:
        """The line of place and day."""
        return f"{self.place or OPEN_NUMBER}, {day_in_words(self.day) if self.day else OPEN_DAY}"


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a part."""

    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph."""

    words: Words


@dataclass(frozen=True, slots=True)
class Basis:
    """A paragraph of what the paper rests on (căn cứ), with the mark at its end."""

    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """A paragraph of a list, behind its number or dash."""

    words: Words
    mark: str = "-"


@dataclass(frozen=True, slots=True)
class Note:
    """A remark in small type, such as where figures come from."""

    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Columns of a table drawn side by side for each row: their numbers, and that of the labels' column."""

    title: str
    labels: int
    series: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; `forms` say how each column is written.

    `name` is short enough for a sheet of a workbook, `source` says where the figures come from. A table that is `long`
    stands in the workbook alone. The last row of one with a `total` is set in bold type.
    """

    name: str
    title: str
    heads: tuple[str, ...]
    forms: tuple[str, ...]
    rows: Sequence[tuple[Value, ...]]
    source: str = ""
    chart: Chart | None = None
    long: bool = False
    total: bool = False

    def cells(self) -> list[tuple[str, ...]]:
        """The rows as text."""
        return [tuple(shown(value, form) for value, form in zip(row, self.forms, strict=True)) for row in self.rows]


def table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Table:
    """A table of texts without a title."""
    return Table("", "", heads, (TEXT,) * len(heads), rows)


@dataclass(frozen=True, slots=True)
class Credentials:
    """An address and a password in a frame, where nobody can overlook them, and how the password looks."""

    address: str
    password: str
    shape: str


Block: TypeAlias = Heading | Text | Basis | Item | Note | Table | Credentials


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs: in which function, by which name; the name is empty where it is written by hand."""

    title: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """One official paper.

    Attributes:
        head: who issues it, its number, place and day.
        kind: what kind of paper it is, such as BÁO CÁO; empty for an official letter (công văn).
        subject: what it is about, below the kind.
        to: whom it is addressed to (Kính gửi); empty for a record or a list.
        blocks: the text.
        signers: who signs, from left to right.
        recipients: where it goes (Nơi nhận), with the mark at each end; only where one person signs.
        day: the day that the properties of the file name, where it is not that of the head.
        title: what the file is called; empty where that is its kind and subject.
    """

    head: Head
    kind: str
    subject: str
    blocks: tuple[Block, ...]
    signers: tuple[Signer, ...]
    to: str = ""
    recipients: tuple[str, ...] = ()
    day: date | None = None
    title: str = ""
