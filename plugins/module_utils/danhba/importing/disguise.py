"""Conversion of cells whose text is in an encoding before Unicode (TCVN3, VNI) stored as if it were Unicode (R7.3).

`vietnamese.legacy` knows the encodings.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from ..vietnamese import legacy
from .sheets import Cell, Sheet


@dataclass(slots=True)
class _Column:
    """Counts for one column: cells recognised as each old encoding, by its name, and cells that can only be Unicode."""

    found: Counter[str]
    unicode: int = 0

    def encoding(self) -> str:
        """Return the name of the column's old encoding, empty for Unicode.

        It decides for the few names that are plausible in both readings, such as Chu Anh Dòng.
        """
        name, count = next(iter(self.found.most_common(1)), ("", 0))
        return name if count > self.unicode else ""


def convert(sheet: Sheet) -> list[str]:
    """Convert the cells of a sheet in place: by the encoding of their font, else by that of their column.

    Returns the names of the encodings found, the most frequent first.
    """
    columns = _columns(sheet)
    names: Counter[str] = Counter()
    for row in sheet.rows.values():
        for number, cell in enumerate(row):
            if not cell.text.isascii():
                name, text = _converted(cell, columns[number].encoding())
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


def _converted(cell: Cell, encoding: str) -> tuple[str, str]:
    """Return the old encoding of a cell, empty where it is Unicode already, and its converted text."""
    for name in (cell.encoding, encoding):
        if name and (text := legacy.read(cell.text, name)) is not None:
            return (name if text != cell.text else ""), text
    found = legacy.recognise(cell.text)
    return (found.name, found.text) if found else ("", cell.text)
