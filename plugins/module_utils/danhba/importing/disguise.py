"""Cells that hold an old encoding in the guise of Unicode (R7.3), converted; see `legacy`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from ..vietnamese import legacy
from .sheets import Cell, Sheet


@dataclass(slots=True)
class _Column:
    """What is in a column: cells that an encoding explains, by its name, and cells that only Unicode has."""

    found: Counter[str]
    unicode: int = 0

    def encoding(self) -> str:
        """The encoding of the column. It decides for the few names that are plausible as they stand: Chu Anh Dòng."""
        name, count = next(iter(self.found.most_common(1)), ("", 0))
        return name if count > self.unicode else ""


def convert(sheet: Sheet) -> list[str]:
    """Convert the cells of a sheet, by what their fonts show, else by their column; the names of what was found."""
    columns = _columns(sheet)
    names: Counter[str] = Counter()
    for row in sheet.rows.values():
        for number, cell in enumerate(row):
            if not cell.text.isascii():
                name, text = _meant(cell, columns[number].encoding())
                names[name] += 1
                row[number] = replace(cell, text=text)
    return [name for name, _count in names.most_common() if name]


def _columns(sheet: Sheet) -> dict[int, _Column]:
    columns: dict[int, _Column] = {}
    for _number, number, cell in sheet.cells():
        if not cell.text.isascii():
            column = columns.setdefault(number, _Column(Counter()))
            if found := legacy.recognise(cell.text):
                column.found[found.name] += 1
            elif not legacy.is_one_byte(cell.text):
                column.unicode += 1
    return columns


def _meant(cell: Cell, encoding: str) -> tuple[str, str]:
    """The encoding that was found in a cell, empty where it is as it should be, and its text."""
    for name in (cell.encoding, encoding):
        if name and (text := legacy.read(cell.text, name)) is not None:
            return (name if text != cell.text else ""), text
    found = legacy.recognise(cell.text)
    return (found.name, found.text) if found else ("", cell.text)
