"""Staff lists as delimited text (CSV); encoding and delimiter are detected."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from ..messages import mark as _
from ..reading.source import Unusable
from ..vietnamese import legacy
from . import headings
from .sheets import MOST_COLUMNS, MOST_ROWS, TOO_MANY_ROWS, Cell, Sheet

NOT_TEXT = _("{path} is neither a spreadsheet nor text; send the list as .xlsx or .csv")
NOT_DELIMITED = _("{path} cannot be read as CSV, line {line}; open it in a spreadsheet and save it as .xlsx")
WEB_PAGE = _("{path} is a web page, whatever its name says; open it in a spreadsheet and save it as .xlsx")
PDF = _("{path} is a PDF document; ask the agency for the spreadsheet that it was made from")

_DELIMITERS = (";", ",", "\t", "|")
# Number of lines from which the delimiter is detected.
_BEGINNING = 60


def parse(path: str, data: bytes) -> list[Sheet]:
    """Return a delimited text as a list of one sheet.

    Raises:
        Unusable: the file is no text, a web page or a PDF, cannot be read as CSV, or has too many rows.
    """
    text = _decoded(path, data)
    if text.lstrip()[:200].lower().startswith(("<html", "<!doctype", "<?xml", "<table")):
        raise Unusable(WEB_PAGE, path=path)
    stated, text = _stated(text)
    delimiter = stated or max(_DELIMITERS, key=lambda d: _fits(text, d))
    sheet = Sheet("CSV", plain=True)
    for number, row in _rows(path, text, delimiter):
        if any(map(str.strip, row)):
            sheet.rows[number + bool(stated)] = [Cell(value) for value in row[:MOST_COLUMNS]]
            sheet.is_cut = sheet.is_cut or any(map(str.strip, row[MOST_COLUMNS:]))
        if len(sheet.rows) > MOST_ROWS:
            raise Unusable(TOO_MANY_ROWS, path=path, sheet=sheet.name, most=MOST_ROWS)
    return [sheet]


def _decoded(path: str, data: bytes) -> str:
    if data.startswith(b"%PDF"):
        raise Unusable(PDF, path=path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        name = legacy.recognise_bytes(data)
    else:
        name = legacy.UTF16 if "\0" in text and legacy.recognise_bytes(data) == legacy.UTF16 else ""
    if name is None:
        raise Unusable(NOT_TEXT, path=path)
    if name:
        text = legacy.decode(data, name)
    if "\0" in text:
        raise Unusable(NOT_TEXT, path=path)
    return text


def _stated(text: str) -> tuple[str, str]:
    """Split off a first line such as ``sep=;``, which some spreadsheet programs write and none shows.

    Returns the delimiter that it states and the rest of the text; an empty delimiter and the whole text without it.
    """
    first, _end, rest = text.partition("\n")
    line = first.strip()
    if len(line) == 5 and line.startswith("sep="):
        return line[-1], rest
    return ("\t", rest) if first.rstrip("\r") == "sep=\t" else ("", text)


def _fits(text: str, delimiter: str) -> tuple[bool, int]:
    """Rate a delimiter: whether a heading of a list is found with it, and the number of fields in the first lines."""
    lines = text[: _BEGINNING * 1000].splitlines()[:_BEGINNING]
    rows = list(csv.reader(lines, delimiter=delimiter))
    found = any(headings.is_heading([Cell(value) for value in row[:MOST_COLUMNS]]) for row in rows)
    return found, sum(map(len, rows))


def _rows(path: str, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the records of a CSV, each with its row number in a spreadsheet program (from 1)."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        yield from enumerate(reader, 1)
    except csv.Error as error:
        raise Unusable(NOT_DELIMITED, path=path, line=reader.line_num) from error
