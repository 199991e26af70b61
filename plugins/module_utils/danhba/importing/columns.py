"""The columns of a list's tables: which are taken for what, which are not, and which have to be asked about."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..messages import mark as _
from .headings import SINGLE, Heading, Role, fold, heading, is_heading
from .sheets import MOST_COLUMNS, Cell, Merged, Sheet, column_name, tidy

UNTAKEN = _("column {column} ('{label}') is not taken")
UNHEADED = _("column {column} has no heading and is not taken; it has texts such as '{text}'")
FALLBACK = _("column {column} ('{label}') is taken only where column {first} is empty")
JOINED = _("columns {columns} make one name, for the second has no heading")
UNREAD = _("columns right of {column} are not read")
# What the columns of a role are called on the command line: the first in each language, then what else is understood.
WORDS: Mapping[Role, tuple[str, ...]] = {
    Role.NAME: ("name", "ho ten", "ho va ten", "ten"),
    Role.TITLE: ("title", "chuc vu", "chuc danh"),
    Role.UNIT: ("unit", "don vi", "phong"),
    Role.PHONE: ("phone", "dien thoai"),
    Role.ID: ("id", "ma"),
}
_LONGEST_TEXT = 30
# A heading's remark: its template with its values.
Remark = tuple[str, dict[str, object]]


@dataclass(frozen=True, slots=True)
class Answers:
    """What only somebody who knows the list can say.

    `columns` are those of a role by their numbers (from 0), several of a name in their order; `whole` are rows whose
    name is one word and yet the whole name, as `rows.Row.called` has them.
    """

    columns: Mapping[Role, Sequence[int]] = field(default_factory=dict)
    whole: Collection[str] = ()


NONE = Answers()


@dataclass(frozen=True, slots=True)
class Doubt:
    """Columns of which it has to be said which holds what `role` is; `number` is the row of their heading."""

    sheet: str
    number: int
    role: Role
    columns: tuple[int, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A heading in row `number`, as answered; `second` is the number of its second row, 0 where it has none."""

    number: int
    heading: Heading
    second: int


def tables(sheet: Sheet, answers: Answers = NONE) -> dict[int, Table]:
    """The tables of a sheet by the rows of their headings."""
    found: dict[int, Table] = {}
    second = 0
    for number, row in sheet.rows.items():
        if number != second and is_heading(row):
            own, has_second = heading(row, sheet.rows.get(number + 1))
            second = number + 1 if has_second else 0
            found[number] = Table(number, own.answered(answers.columns), second)
    return found


def unfit(sheets: Sequence[Sheet], answers: Answers) -> list[str]:
    """The columns of answers that no heading has, by their names."""
    headings = [table.heading for sheet in sheets for table in tables(sheet).values()]
    return [
        column_name(column)
        for role, columns in answers.columns.items()
        if not any(own.has(role, columns) for own in headings)
        for column in columns
    ]


def doubts(sheet: Sheet, answers: Answers = NONE) -> list[Doubt]:
    """What has to be asked before the rows of a sheet can be read."""
    found = []
    own = list(tables(sheet, answers).values())
    for table, following in zip(own, [*own[1:], None], strict=True):
        last = following.number if following else max(sheet.rows) + 1
        competing = dict(table.heading.doubts)
        if Role.NAME not in competing and Role.NAME not in answers.columns:
            competing |= _beside(sheet, table, last)
        for role, columns in competing.items():
            labels = tuple(table.heading.labels[column] for column in columns)
            found.append(Doubt(sheet.name, table.number, role, tuple(columns), labels))
    return found


def _beside(sheet: Sheet, table: Table, last: int) -> dict[Role, list[int]]:
    """A column of given names beside one of whole names, where a name does not end with the given name beside it."""
    wholes, givens = table.heading.of(Role.NAME), table.heading.of(Role.GIVEN)
    if len(wholes) != 1 or len(givens) != 1:
        return {}
    for number in range(table.number + 1, last):
        row = sheet.rows.get(number, [])
        whole, given = (fold(_text(row, column)) for column in (wholes[0], givens[0]))
        if given and _is_numbered(row, table.heading) and not f" {whole}".endswith(f" {given}"):
            return {Role.NAME: [wholes[0], givens[0]]}
    return {}


def _is_numbered(row: Sequence[Cell], own: Heading) -> bool:
    """Whether a row has its number, so that it is no signature; true where nothing is numbered."""
    return not own.of(Role.NUMBER) or _text(row, own.of(Role.NUMBER)[0]).isdigit()


def _text(row: Sequence[Cell], column: int) -> str:
    return tidy(row[column].text) if column < len(row) else ""


def remarks(sheet: Sheet, table: Table, people: Collection[int]) -> Iterator[Remark]:
    """What to say of a table's columns: those that are not taken, or not always; `people` are rows of persons."""
    own = table.heading
    if own.joined:
        yield JOINED, {"columns": [column_name(column) for column in own.of(Role.NAME)]}
    first = {column: own.of(role)[0] for role in SINGLE for column in own.of(role)[1:]}
    taken = _taken(own)
    for column, label in own.labels.items():
        if column in first:
            yield FALLBACK, {"column": column_name(column), "label": label, "first": column_name(first[column])}
        elif column not in taken:
            yield UNTAKEN, {"column": column_name(column), "label": label}
    for column, text in sorted(_unheaded(sheet, {*own.labels, *taken}, people).items()):
        yield UNHEADED, {"column": column_name(column), "text": text[:_LONGEST_TEXT]}
    if sheet.is_cut:
        yield UNREAD, {"column": column_name(MOST_COLUMNS - 1)}


def _taken(own: Heading) -> set[int]:
    roles = (Role.NAME, *SINGLE, Role.ASKED, Role.MARK)
    return {*own.of(Role.NUMBER)[:1], *(column for role in roles for column in own.of(role))}


def _unheaded(sheet: Sheet, known: Collection[int], people: Collection[int]) -> dict[int, str]:
    """Columns without a heading that have texts in the rows of persons, with the first of these."""
    found: dict[int, str] = {}
    for number in people:
        for column, cell in enumerate(sheet.rows[number]):
            if cell.text and column not in known and column not in found and cell.merged is Merged.NO:
                found[column] = tidy(cell.text)
    return found
