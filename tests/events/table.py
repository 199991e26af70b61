"""The table of events as `docs/events.yml` has it, and all of its cells: pure, from data to decisions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import yaml

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs/events.yml"
DIMENSIONS = ("whose", "document", "when", "how")
# What the head of a review's comment shows where nothing is wrong and a guard becomes weaker; it counts as a finding.
WARNED = "⚠️"

Text: TypeAlias = Mapping[str, str]  # by language: `en` and `vi`
Raw: TypeAlias = Mapping[str, Any]


class Cell(NamedTuple):
    """One combination: an event, whose it is, whose document of which kind, on which day, and how it is entered."""

    event: str
    whose: str
    document: str
    when: str
    how: str

    def __str__(self) -> str:
        """As a list of differences names it."""
        return f"{self.event}: {', '.join(self[1:])}"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a cell is answered with: rules that find something, or the reason for silence.

    `possible` is False where no such change can be composed; the reason then says why.
    """

    rules: frozenset[str] = frozenset()
    reason: str = ""
    possible: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a row: for the cells that it names, it `finds` rules, or gives a reason for silence or impossibility.

    A dimension that it does not name may have any value. What a line `only` finds is all that such a cell has.
    """

    cells: Mapping[str, frozenset[str]]
    finds: frozenset[str] = frozenset()
    only: frozenset[str] = frozenset()
    silent: str = ""
    impossible: str = ""

    def covers(self, cell: Cell) -> bool:
        """Whether it says something of a cell."""
        return all(getattr(cell, name) in values for name, values in self.cells.items())


@dataclass(frozen=True, slots=True)
class Row:
    """An event with its lines: `covers` are the keys and values of the register's format, or files, that it is about.

    Events of one `number` stand in one row of the file.
    """

    event: str
    number: int
    group: str
    title: Text
    document: Text
    covers: tuple[str, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The whole table: `dimensions` are the values of each with their words, `reasons` the words of reasons."""

    dimensions: Mapping[str, Mapping[str, Text]]
    groups: Mapping[str, Text]
    reasons: Mapping[str, Text]
    rows: Mapping[str, Row]

    def cells(self, event: str) -> Iterator[Cell]:
        """Every combination of an event, decided or not."""
        yield from (Cell(event, *values) for values in product(*(self.dimensions[name] for name in DIMENSIONS)))

    def decisions(self, event: str) -> dict[Cell, Decision]:
        """The cells of an event that are decided, each with its decision."""
        lines = self.rows[event].lines
        found = ((cell, decide([line for line in lines if line.covers(cell)])) for cell in self.cells(event))
        return {cell: decision for cell, decision in found if decision}

    def undecided(self, event: str) -> list[Cell]:
        """The cells of an event of which no line says anything."""
        decided = self.decisions(event)
        return [cell for cell in self.cells(event) if cell not in decided]


def decide(lines: list[Line]) -> Decision | None:
    """What these lines say together of a cell that all of them are about; None where they say nothing.

    What cannot occur comes first, then what is all that is found, then everything that is found, then silence.
    """
    if impossible := next((line.impossible for line in lines if line.impossible), ""):
        return Decision(reason=impossible, possible=False)
    if only := next((line.only for line in lines if line.only), None):
        return Decision(only)
    if found := frozenset[str]().union(*(line.finds for line in lines)):
        return Decision(found)
    silent = next((line.silent for line in lines if line.silent), "")
    return Decision(reason=silent) if silent else None


def read(text: str | None = None) -> Table:
    """The table, from its file unless its text is given.

    Raises:
        ValueError: an event has two rows, or a line names a value, a reason or shared lines that do not exist.
    """
    raw: Raw = yaml.safe_load(TABLE.read_text(encoding="utf-8") if text is None else text)
    reader = _Reader(raw)
    rows = [row for number, each in enumerate(raw["events"]) for row in reader.rows(number, each)]
    by_event = {row.event: row for row in rows}
    if len(by_event) != len(rows):
        raise ValueError(f"{TABLE}: an event has two rows")
    return Table(raw["dimensions"], raw["groups"], raw["reasons"], by_event)


class _Reader:
    """Reads rows and lines, and objects to names that nothing explains."""

    def __init__(self, raw: Raw) -> None:
        self.raw = raw

    def rows(self, number: int, row: Raw) -> Iterator[Row]:
        """A row, once for each event that it is about; `{of}` in what it covers is that event."""
        lines = tuple(line for each in row["lines"] for line in self._lines(each))
        document = self.raw["documents"][row["document"]]
        for event in row["of"] if "of" in row else [row["event"]]:
            covers = tuple(each.replace("{of}", event) for each in row["covers"])
            title = row["title"] if "en" in row["title"] else row["title"][event]
            yield Row(event, number, row["group"], title, document, covers, lines)

    def _lines(self, line: str | Raw) -> Iterator[Line]:
        if isinstance(line, str):
            for each in self._known("shared", line):
                yield from self._lines(each)
            return
        reasons = {key: line.get(key, "") for key in ("silent", "impossible")}
        for reason in filter(None, reasons.values()):
            self._known("reasons", reason)
        yield Line(self._cells(line), _set(line.get("finds")), _set(line.get("only")), **reasons)

    def _cells(self, line: Raw) -> dict[str, frozenset[str]]:
        cells = {name: _set(line[name]) for name in ("event", *DIMENSIONS) if name in line}
        for name, values in cells.items():
            if unknown := values - set(self.raw["dimensions"].get(name, values)):
                raise ValueError(f"{TABLE}: {name} has no values {sorted(unknown)}")
        return cells

    def _known(self, part: str, name: str) -> Any:
        if name not in self.raw[part]:
            raise ValueError(f"{TABLE}: {part} has no {name}")
        return self.raw[part][name]


def _set(value: str | list[str] | None) -> frozenset[str]:
    return frozenset([value] if isinstance(value, str) else value or ())
