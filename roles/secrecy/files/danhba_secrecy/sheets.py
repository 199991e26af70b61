"""Workbooks of Office Open XML: cells with the strings that they share, names of sheets, headers; and binary ones."""

from __future__ import annotations

import html
import re
import struct
from collections.abc import Iterator

from . import marks, markup, office
from .bounds import Unreadable
from .scan import Scan, Where
from .text import decodings
from .verdict import Why

_SHEET = re.compile(r'<(?:\w+:)?sheet\b[^>]*?\bname="([^"]*)"')
_STRING = re.compile(r"<(?:\w+:)?si\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?si>)", re.DOTALL)
_SPOKEN = re.compile(r"<(?:\w+:)?rPh\b.*?</(?:\w+:)?rPh>", re.DOTALL)
_TEXT = re.compile(r"<(?:\w+:)?t\b[^>]*>([^<]*)<")
_ROW = re.compile(r"<(?:\w+:)?row\b[^>]*?>(.*?)</(?:\w+:)?row>", re.DOTALL)
_CELL = re.compile(r"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_DATA = re.compile(r"<\?xml[^>]*>|<(?:\w+:)?sheetData\b.*?</(?:\w+:)?sheetData>", re.DOTALL)
_VALUE = re.compile(r"<(?:\w+:)?v\b[^>]*>([^<]*)<")
_FORMULA = re.compile(r"<(?:\w+:)?f\b[^>]*>([^<]*)<")
_LITERALS = re.compile(r'(?:\s*"[^"]*"\s*&?)+')
_LITERAL = re.compile(r'"([^"]*)"')
_COLUMN = re.compile(r'\br="([A-Z]{1,3})\d*"')
_MOST_COLUMNS = 16_384


def read_part(scan: Scan, where: Where, name: str, octets: bytes, shared: list[str]) -> None:
    """Read the workbook's own part, the strings that its cells share, or a sheet."""
    text = decodings(octets, markup.charset(octets))[0]
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        office.read_xml(scan, where, octets)
    elif name.endswith("workbook.xml"):
        for sheet in _SHEET.findall(text):
            scan.title((*where[:-1], "sheet name"), html.unescape(sheet))
    elif name.endswith("sharedStrings.xml"):
        if markup.worth(text):
            shared += _strings(text)
            # A string that no cell shows any more is in the file nonetheless.
            if not marks.possible("\n".join(shared)):
                shared.clear()
    else:
        inside = markup.worth(text)
        if shared or inside:
            _sheet(scan, where, text, shared)
        if inside:  # headers, prompts and the like
            office.read_xml(scan, where, _DATA.sub("", text).encode())


def _strings(text: str) -> Iterator[str]:
    for match in _STRING.finditer(text):
        inner = _SPOKEN.sub("", match[1] or "")
        yield html.unescape("".join(_TEXT.findall(inner))).replace("\n", marks.INNER)


def _sheet(scan: Scan, where: Where, text: str, shared: list[str]) -> None:
    """The rows of a sheet with the strings of its cells."""
    rows = []
    for match in _ROW.finditer(text):
        scan.budget.time()
        rows.append(_row(match[1], shared))
    scan.text(where, "\n".join(rows))


def _row(row: str, shared: list[str]) -> str:
    cells: list[str] = []
    for match in _CELL.finditer(row):
        place = _number(match[1])
        if place > len(cells):
            cells += [""] * (min(place, _MOST_COLUMNS) - len(cells))
        cells.append(_value(match[1], match[2] or "", shared))
    return marks.CELL.join(cells) + marks.CELL


def _number(attributes: str) -> int:
    """The column of a cell, from 0."""
    number = 0
    if match := _COLUMN.search(attributes):
        for letter in match[1]:
            number = number * 26 + ord(letter) - 64
    return max(0, number - 1)


def _value(attributes: str, inner: str, shared: list[str]) -> str:
    value = _VALUE.search(inner)
    if 't="s"' in attributes:
        index = int(value[1]) if value and value[1].strip().isdecimal() else -1
        return shared[index] if 0 <= index < len(shared) else ""
    text = value[1] if value else "".join(_TEXT.findall(inner))
    # What no program has calculated yet: ="M"&"ẬT".
    if not text and (formula := _FORMULA.search(inner)):
        said = html.unescape(formula[1])
        text = "".join(_LITERAL.findall(said)) if _LITERALS.fullmatch(said) else ""
    return html.unescape(text).replace("\n", marks.INNER).replace("\t", " ")


def read_binary(scan: Scan, where: Where, name: str, octets: bytes) -> None:
    """Read a part of a binary workbook (MS-XLSB): the strings of any record, which are all written the same way."""
    if name.rpartition("/")[2].startswith(("printerSettings", "calcChain", "styles", "binaryIndex", "vbaProject")):
        return
    try:
        for type_, record in _records(octets):
            for offset in (1, 5, 8, 12, 16) if type_ in (19, 6, 8, 62) else (8, 12, 4, 0):
                if text := _wide(record, offset):
                    read = scan.title if type_ == 156 else scan.text
                    read(where, text)
    except (struct.error, IndexError):
        raise Unreadable(Why.BROKEN) from None


def _records(octets: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(octets):
        type_, at = octets[at], at + 1
        if type_ & 0x80:
            type_, at = (type_ & 0x7F) | (octets[at] & 0x7F) << 7, at + 1
        size = shift = 0
        while True:
            byte, at = octets[at], at + 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80 or shift > 21:
                break
        yield type_, octets[at : at + size]
        at += size


def _wide(record: bytes, offset: int) -> str:
    """A string at a place of a record: its length in letters, then UTF-16; or nothing that could be one."""
    if len(record) < offset + 6:
        return ""
    length = int(struct.unpack_from("<I", record, offset)[0])
    if not 2 <= length <= (len(record) - offset - 4) // 2:
        return ""
    return record[offset + 4 : offset + 4 + 2 * length].decode("utf-16-le", "replace")
