"""The content model of an official paper: head, title, blocks, signatures and recipients. Pure: no layout, no file."""

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
# Forms of values: a count, a share from 0 to 1, gigabytes, a day, text.
NUMBER, SHARE, GIGABYTES, DAY, TEXT = "number", "share", "gigabytes", "day", "text"
# Form of a text that identifies rows in a workbook; papers leave it out.
CODE = "code"
NONE = "không có số liệu"
# Placeholders for a number and a day that the signing office writes by hand.
OPEN_NUMBER = "……"
OPEN_DAY = "ngày … tháng … năm ……"


def shown(value: Value, form: str) -> str:
    """Return a value as text, by its form."""
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
    """Return words without their type."""
    if isinstance(words, str):
        return words
    return "".join(piece.text if isinstance(piece, Strong) else piece for piece in words)


@dataclass(frozen=True, slots=True)
class Head:
    """The head: issuing office, its superior, number with symbol, place and day.

    `day` is None and `place` empty if the signing office writes them by hand; `about` is the subject of an official
    letter (V/v …), below the number.
    """

    office: str
    number: str
    parent: str = ""
    place: str = ""
    day: date | None = None
    about: str = ""

    def dated(self) -> str:
        """Return the line of place and day."""
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
    """A paragraph of the legal basis (căn cứ), with the mark at its end."""

    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """A paragraph of a list, after its number or dash."""

    words: Words
    mark: str = "-"


@dataclass(frozen=True, slots=True)
class Note:
    """A remark in small type, such as the source of figures."""

    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A bar chart of columns of a table: indices of the columns, and of the labels' column."""

    title: str
    labels: int
    series: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; `forms` are the forms of the columns.

    `name` is short enough for a sheet of a workbook, `source` states where the figures come from. A `long` table is in
    the workbook only. With `total` the last row is bold.
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
        """Return the rows as text."""
        return [tuple(shown(value, form) for value, form in zip(row, self.forms, strict=True)) for row in self.rows]


def table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Table:
    """Return a table of texts without a title."""
    return Table("", "", heads, (TEXT,) * len(heads), rows)


@dataclass(frozen=True, slots=True)
class Credentials:
    """An address and a password in a frame, and the shape of the password in words."""

    address: str
    password: str
    shape: str


Block: TypeAlias = Heading | Text | Basis | Item | Note | Table | Credentials


@dataclass(frozen=True, slots=True)
class Signer:
    """A signer: function and name; the name is empty if it is written by hand."""

    title: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """An official paper.

    Attributes:
        head: issuing office, number, place and day.
        kind: the kind of paper, such as BÁO CÁO; empty for an official letter (công văn).
        subject: the subject, below the kind.
        to: the addressee (Kính gửi); empty for a record or a list.
        blocks: the text.
        signers: the signers, from left to right.
        recipients: the recipients (Nơi nhận), each with its final mark; only with one signer.
        day: the day in the file's properties, if it is not that of the head.
        title: the file's title; empty if that is kind and subject.
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
