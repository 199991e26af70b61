"""Columns of a staff list: which column holds the name, the title and so on, which are ignored, which are ambiguous."""

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
# Names of each role for the command line: first the English one, then the Vietnamese ones without marks.
WORDS: Mapping[Role, tuple[str, ...]] = {
    Role.NAME: ("name", "ho ten", "ho va ten", "ten"),
    Role.TITLE: ("title", "chuc vu", "chuc danh"),
    Role.UNIT: ("unit", "don vi", "phong"),
    Role.PHONE: ("phone", "dien thoai"),
    Role.ID: ("id", "ma"),
}
_LONGEST_TEXT = 30
# A remark about a column: its message template with its values.
Remark = tuple[str, dict[str, object]]


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers of the user to questions that the list leaves open (`--column`, `--one-word`).

    `columns` are the numbers (from 0) of the columns of each role; a name may have several, in the order in which
    their texts are joined. `whole` are the rows whose one-word name is the whole name, as `rows.Row.called` names rows.
    """

    columns: Mapping[Role, Sequence[int]] = field(default_factory=dict)
    whole: Collection[str] = ()


NONE = Answers()


@dataclass(frozen=True, slots=True)
class Doubt:
    """Ambiguous columns: the user has to say which of them holds `role`. `number` is the row of their heading."""

    sheet: str
    number: int
    role: Role
    columns: tuple[int, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a sheet by its heading in row `number`, with the user's answers applied.

    `second` is the number of the heading's second row, 0 where it has only one.
    """

    number: int
    heading: Heading
    second: int


def tables(sheet: Sheet, answers: Answers = NONE) -> dict[int, Table]:
    """Return the tables of a sheet, each under the row number of its heading."""
    found: dict[int, Table] = {}
    second = 0
    for number, row in sheet.rows.items():
        if number != second and is_heading(row):
            own, has_second = heading(row, sheet.rows.get(number + 1))
            second = number + 1 if has_second else 0
            found[number] = Table(number, own.answered(answers.columns), second)
    return found


def unfit(sheets: Sequence[Sheet], answers: Answers) -> list[str]:
    """Return the names ("A", "B") of the columns in the user's answers that no heading of the list has."""
    headings = [table.heading for sheet in sheets for table in tables(sheet).values()]
    return [
        column_name(column)
        for role, columns in answers.columns.items()
        if not any(own.has(role, columns) for own in headings)
        for column in columns
    ]


def doubts(sheet: Sheet, answers: Answers = NONE) -> list[Doubt]:
    """Return the ambiguous columns that the user must decide on before the rows of a sheet can be read."""
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
    """Return a column of whole names and one of given names as competing, where they contradict each other.

    They do where the whole name of a row does not end with the given name of the same row.
    """
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
    """Tell whether a row has a running number, so that it is no signature; true where the table has no such column."""
    return not own.of(Role.NUMBER) or _text(row, own.of(Role.NUMBER)[0]).isdigit()


def _text(row: Sequence[Cell], column: int) -> str:
    return tidy(row[column].text) if column < len(row) else ""


def remarks(sheet: Sheet, table: Table, people: Collection[int]) -> Iterator[Remark]:
    """Yield remarks about the columns of a table that are not imported, or only where another column is empty.

    `people` are the numbers of the rows that name a person.
    """
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
    """Return the columns without a heading that have text in a person's row, each with its first text."""
    found: dict[int, str] = {}
    for number in people:
        for column, cell in enumerate(sheet.rows[number]):
            if cell.text and column not in known and column not in found and cell.merged is Merged.NO:
                found[column] = tidy(cell.text)
    return found
