"""Reading of a list's file into sheets: detection of its format (XLSX or CSV) and checks of its size limits."""

from __future__ import annotations

from pathlib import Path

from ..messages import mark as _
from ..reading.source import LARGEST, Unusable
from . import delimited, workbook
from .sheets import EMPTY, LONGEST_CELL, Sheet, column_name, tidy

NO_FILE = _("there is no file {path}; name the list that the agency sent (.xlsx or .csv)")
NOT_PLAIN = _("{path} is no plain file; name the list that the agency sent (.xlsx or .csv)")
TOO_LARGE = _("{path} is larger than {most} MiB; a list of people is not: delete pictures and empty sheets from it")
UNREADABLE = _("cannot read {path}: {reason}; check its permissions")
TOO_LONG = _("{path}, sheet {sheet}, cell {cell}: a cell has more than {most} characters; this is no list of people")


def read(path: Path) -> list[Sheet]:
    """Read the file of a list that an agency sent into its sheets.

    Raises:
        Unusable: there is no such file, or it cannot be read safely and completely.
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
    """Return the sheets of a file whose format is told by its content, not its name.

    `path` is only for messages. Raises as `read` does.
    """
    sheets = workbook.parse(path, data) if workbook.is_one(data) else delimited.parse(path, data)
    for sheet in sheets:
        _inspect(path, sheet)
    return sheets


def _inspect(path: str, sheet: Sheet) -> None:
    """Raise `Unusable` for a cell that is too long; empty the cells that hold only invisible characters."""
    for number, column, cell in list(sheet.cells()):
        if not tidy(cell.text):
            sheet.rows[number][column] = EMPTY
        if len(cell.text) > LONGEST_CELL:
            place = f"{column_name(column)}{number}"
            raise Unusable(TOO_LONG, path=path, sheet=sheet.name, cell=place, most=LONGEST_CELL)
    sheet.rows = {number: row for number, row in sheet.rows.items() if any(cell.text for cell in row)}
