"""Lists as workbooks (XLSX): values only, never formulas, with limits against hostile files."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from ..messages import mark as _
from ..reading.source import Unusable
from ..vietnamese import legacy
from .sheets import EMPTY, MOST_COLUMNS, MOST_ROWS, MOST_SHEETS, TOO_MANY_ROWS, Cell, Merged, Sheet, column_number

BROKEN = _("{path} is damaged and cannot be read ({reason}); open it in a spreadsheet and save it anew as .xlsx")
PROTECTED = _("{path} is protected by a password; ask the agency for it without one")
OLD = _("{path} is in the format of Excel 97-2003 (.xls); open it and save it as .xlsx")
OTHER = _("{path} is no .xlsx workbook but {kind}; open it in a spreadsheet and save it as .xlsx")
BOMB = _("{path} unpacks to more than a list of people needs; open it, delete empty rows and sheets, and save it anew")
ENTITIES = _(
    "{path} declares entities of its own, as no spreadsheet does; it was not opened: ask the agency for another copy"
)
MANY_SHEETS = _("{path} has more than {most} sheets; delete those that are no lists")

_OLE, _ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK"
_MOST_UNPACKED, _MOST_PARTS = 64 * 1024**2, 1000
# XML elements cost far more memory than their text, so they are limited: those of cells and cell texts, and all others.
_MOST_ELEMENTS, _MOST_OTHER_ELEMENTS = 2_000_000, 200_000
_MOST_ROW = 1_048_576  # the last row that Excel has
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})[\"']")
_ROW = re.compile(rb"<(?:\w+:)?row\s[^>]*>")
_HIDDEN = re.compile(rb"\shidden=[\"'](?:1|true)[\"']")
# A cell with a value to the right of the `MOST_COLUMNS` columns that are read, the last of which is BL.
_RIGHT = re.compile(rb"<(?:\w+:)?c\s(?:[^>]*\s)?r=[\"'](?:B[M-Z]|[C-Z][A-Z]|[A-Z]{3})[0-9]{1,7}[\"'](?:[^>]*[^/>])?>")
_NUMBERED = re.compile(rb"\sr=[\"']([0-9]{1,7})[\"']")
# Parts of a number format that are not its digits: [colours and locales], quotation marks, and spacing such as ``_)``.
_NOT_DIGITS = re.compile(r"\[[^\]]*\]|_.|[\"\\]")
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)|<\0!\0[DE]|\0<\0![\0][DE]")


def is_one(data: bytes) -> bool:
    """Tell whether the bytes are a ZIP or OLE file: a workbook, or another format that an office program saves."""
    return data.startswith((_OLE, _ZIP))


def parse(path: str, data: bytes) -> list[Sheet]:
    """Return the sheets of a workbook, hidden ones with `Sheet.hidden` set.

    Raises:
        Unusable: the file is damaged, encrypted, of another format, or larger than a list of people needs.
    """
    if data.startswith(_OLE):
        raise Unusable(PROTECTED if "EncryptedPackage".encode("utf-16-le") in data else OLD, path=path)
    _inspect(path, data)
    try:
        return _sheets(path, data)
    except Unusable:
        raise
    except Exception as error:  # openpyxl raises exceptions of any class for a damaged workbook
        raise Unusable(BROKEN, path=path, reason=type(error).__name__) from error


def _inspect(path: str, data: bytes) -> None:
    """Check the ZIP package (size, format, XML entities) before openpyxl opens it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            parts = package.infolist()
            if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
                raise Unusable(BOMB, path=path)
            _recognise(path, package)
            _weigh(path, package, [part.filename for part in parts])
    except Unusable:
        raise
    except Exception as error:  # zipfile and zlib raise exceptions of many classes for damaged data
        raise Unusable(BROKEN, path=path, reason=type(error).__name__) from error


_KINDS = {"xl/workbook.bin": "XLSB", "word/document.xml": "DOCX", "content.xml": "ODS", "Index/Document.iwa": "Numbers"}


def _recognise(path: str, package: zipfile.ZipFile) -> None:
    names = set(package.namelist())
    if any(part.flag_bits & 1 for part in package.infolist()):
        raise Unusable(PROTECTED, path=path)
    if "[Content_Types].xml" not in names or not any(name.endswith("workbook.xml") for name in names):
        kind = next((kind for name, kind in _KINDS.items() if name in names), "ZIP")
        raise Unusable(OTHER, path=path, kind=kind)


def _weigh(path: str, package: zipfile.ZipFile, names: Iterable[str]) -> None:
    cells = others = 0
    for name in names:
        if not name.lower().endswith((".xml", ".rels", ".vml")):
            continue
        data = package.read(name)
        if _DECLARATION.search(data):
            raise Unusable(ENTITIES, path=path)
        if "/worksheets/" in f"/{name}" or name.endswith("sharedStrings.xml"):
            cells += data.count(b"<")
        else:
            others += data.count(b"<")
    if cells > _MOST_ELEMENTS or others > _MOST_OTHER_ELEMENTS:
        raise Unusable(BOMB, path=path)


def _sheets(path: str, data: bytes) -> list[Sheet]:
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        try:
            if len(book.worksheets) > MOST_SHEETS:
                raise Unusable(MANY_SHEETS, path=path, most=MOST_SHEETS)
            return [_sheet(path, worksheet) for worksheet in book.worksheets]
        finally:
            book.close()


def _sheet(path: str, worksheet: Any) -> Sheet:
    sheet = Sheet(str(worksheet.title), hidden=worksheet.sheet_state != "visible")
    worksheet.reset_dimensions()  # the size that a file states may be false
    missing = None
    for number, row in enumerate(worksheet.iter_rows(max_col=MOST_COLUMNS), 1):
        if number > _MOST_ROW:
            raise Unusable(BROKEN, path=path, reason=f"> {_MOST_ROW}")
        if row is missing:  # openpyxl yields one and the same tuple for all rows that the file leaves out
            continue
        missing = row
        cells = [_cell(cell) for cell in row]
        if any(cell.text for cell in cells):
            sheet.rows[number] = cells
        if len(sheet.rows) > MOST_ROWS:
            raise Unusable(TOO_MANY_ROWS, path=path, sheet=sheet.name, most=MOST_ROWS)
    _fill(path, sheet, worksheet)
    data = _source(worksheet)
    sheet.hidden_rows = frozenset(_hidden(data))
    sheet.is_cut = bool(_RIGHT.search(data))
    return sheet


def _cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return EMPTY
    text = _text(value, cell)
    if not text.strip():
        return EMPTY
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return Cell(text, is_number, is_error=cell.data_type == "e", encoding="" if text.isascii() else _encoding(cell))


def _text(value: object, cell: Any) -> str:
    """Return a value as the sheet shows it, as far as an import needs: 101 in the format 000000 is 000101."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        shown = _NOT_DIGITS.sub("", str(cell.number_format).partition(";")[0])
        return str(value).zfill(len(shown)) if set(shown) == {"0"} else str(value)
    if isinstance(value, (datetime, date)):
        return value.strftime("%d/%m/%Y")
    return str(value)


def _encoding(cell: Any) -> str:
    """Return the old encoding that a font implies: TCVN3 for .VnTime and the like, VNI for VNI-Times and the like."""
    font = str(cell.font.name)
    if font.lower().startswith(".vn"):
        return legacy.TCVN3
    return legacy.VNI if font.upper().startswith("VNI") else ""


def _fill(path: str, sheet: Sheet, worksheet: Any) -> None:
    """Copy the text of each merged range into all cells that it covers."""
    budget = MOST_ROWS * MOST_COLUMNS
    for top, bottom, left, right in _merges(worksheet):
        origin = sheet.rows.get(top)
        if origin is None or left >= MOST_COLUMNS or not origin[left].text:
            continue
        rows = [number for number in range(top, min(bottom, top + MOST_ROWS) + 1) if number in sheet.rows]
        budget -= bottom - top + len(rows) * (right - left + 1)
        if budget < 0:
            raise Unusable(BOMB, path=path)
        for number in rows:
            for column in range(left, min(right, MOST_COLUMNS - 1) + 1):
                if (number, column) != (top, left):
                    sheet.rows[number][column] = _copy(origin[left], Merged.DOWN if number > top else Merged.ACROSS)


def _copy(cell: Cell, merged: Merged) -> Cell:
    return Cell(cell.text, cell.is_number, cell.is_error, cell.encoding, merged)


def _merges(worksheet: Any) -> Iterator[tuple[int, int, int, int]]:
    """Yield the merged ranges: first and last row (from 1), first and last column (from 0).

    They are read from the XML, since openpyxl's read-only mode leaves them out.
    """
    for left, top, right, bottom in _MERGE.findall(_source(worksheet)):
        yield int(top), int(bottom), column_number(left.decode()), column_number(right.decode())


def _source(worksheet: Any) -> bytes:
    """Return the XML of a sheet as it is in the file."""
    with worksheet._get_source() as source:
        data: bytes = source.read()
    return data


def _hidden(data: bytes) -> Iterator[int]:
    """Yield the numbers of rows that are hidden by hand or by a filter.

    They are read from the XML, since openpyxl's read-only mode leaves them out.
    """
    for row in _ROW.findall(data):
        if _HIDDEN.search(row) and (number := _NUMBERED.search(row)):
            yield int(number[1])
