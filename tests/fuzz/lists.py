"""Cases that are lists of people as agencies send them: CSV, and XLSX inside and out."""

from __future__ import annotations

import io
import random
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from danhba.importing import disguise, formats, rows, sheets
from danhba.messages import LANGUAGES, render
from danhba.reading.source import Unusable
from tests.fuzz import octets
from tests.fuzz.case import Outcome, require
from tests.fuzz.command import invoke
from tests.fuzz.registers import shorter
from tests.fuzz.structure import HOSTILE
from tests.support.registers import SAMPLE, write

# So many of the lists go through the whole command, which takes longer.
IMPORTED = 0.3
_TABLE = [
    ["", "DANH SÁCH ĐỀ NGHỊ CẤP HỘP THƯ", "", "", ""],
    ["Stt", "Họ và tên", "Chức vụ", "Đơn vị", "Số điện thoại"],
    ["1", "Nguyễn Văn Vịnh", "Giám đốc", "Ban Giám đốc", "0214 3 840 034"],
    ["2", "NGÔ VÂN VINH", "Chuyên viên", "Văn phòng", "02143840035"],
    ["I", "Phòng Tổ chức", "", "", ""],
    ["3", "H'Hen Niê", "Kế toán", '"', "3840036"],
    ["", "Danh sách này có 3 người", "", "", ""],
]
_CSV_TOKENS = [
    "=1+1",
    '"',
    '""',
    ";",
    ",",
    "\t",
    "sep=;\n",
    "\n",
    "\r",
    '"a\nb',
    "x" * 11_000,
    "Stt;Họ và tên\n",
    "0",
    "1e9",
    "-",
]
# Pieces of SpreadsheetML (ECMA-376, part 1) that do not mean what they should.
_XML_TOKENS = [
    *(
        "<c",
        "<c r='A1'>",
        '<c r="ZZZZ99999999"',
        '<row r="0"',
        '<row r="-5"',
        '<row r="99999999999"',
        '<row r="1048577"',
    ),
    *(
        '<dimension ref="A1:XFD1048576"/>',
        '<dimension ref="B"/>',
        '<mergeCell ref="A1:XFD1048576"/>',
        '<mergeCell ref="x"/>',
    ),
    *(
        "<v>99999999</v>",
        "<v>-1</v>",
        "<v>1e400</v>",
        "<v>NaN</v>",
        "<v>x</v>",
        't="s"',
        't="b"',
        't="e"',
        't="d"',
        't="zz"',
    ),
    *(
        't="inlineStr"',
        's="99999"',
        "<f>CMD|' /C calc'!A1</f>",
        "<is><t>x</t></is>",
        'xml:space="preserve"',
        "&x;",
        "&#0;",
        "&#x202e;",
    ),
    *(
        "<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]>",
        "<!ENTITY x SYSTEM 'file:///etc/passwd'>",
        "]]>",
        "<![CDATA[",
    ),
    *(
        '<?xml version="1.0" encoding="utf-16"?>',
        '<?xml version="9.9"?>',
        'encoding="ibm-37"',
        "<!--",
        'r:id="rId99"',
        'Target="../../x"',
    ),
    *('formatCode="yyyy"', 'numFmtId="14"', 'state="hidden"', 'xmlns="x"', "<v>2958466</v>", "<v>-700000</v>"),
]


@dataclass(frozen=True)
class Listing:
    """The octets of a list; where it is `imported`, the command reads it and writes what it may."""

    how: str
    data: bytes
    ending: str = ".csv"
    imported: bool = False

    def run(self) -> Outcome:
        try:
            outcome = _read(formats.parse("list" + self.ending, self.data))
        except Unusable as error:
            for language in LANGUAGES:
                said = render(error.template, error.values, language)
                require(said.isprintable() and len(said) < 10_000, f"refused by {said!r}")
            outcome = Outcome(refused=True)
        if self.imported:
            self._import(outcome)
        return outcome

    def _import(self, outcome: Outcome) -> None:
        """A bad list changes nothing, and a good one leaves a register without errors."""
        with tempfile.TemporaryDirectory(prefix="danhba-fuzz-") as place:
            root, file = write(Path(place) / "directory"), Path(place) / f"list{self.ending}"
            file.write_bytes(self.data)
            event = ("--document", "5/QĐ-STTTT", "--date", "2026-11-24")
            arguments = ("import", str(file), str(root), "--agency", "stttt", *event, "--yes")
            status, output = invoke(*arguments, size=100 * len(self.data), home=Path(place))
            require(output.replace("\n", "").isprintable(), "the preview shows what does not print")
            require(status != 0 or not outcome.refused, "imported what cannot be read")
            found = {str(path.relative_to(root)): path.read_text(encoding="utf-8") for path in root.rglob("*.yml")}
            require(status == 0 or found == SAMPLE, f"status {status}, and yet the register was changed")
            require(
                invoke("check", str(root), size=100 * len(self.data), home=Path(place))[0] == 0, "left errors behind"
            )

    def size(self) -> int:
        return len(self.data)

    def save(self, folder: Path) -> None:
        (folder / f"list{self.ending}").write_bytes(self.data)

    def smaller(self) -> Iterator[Listing]:
        parts = _unpacked(self.data)
        for name in parts:
            yield replace(self, data=_packed({other: data for other, data in parts.items() if other != name}))
        for name, data in parts.items():
            yield from (replace(self, data=_packed({**parts, name: part})) for part in shorter(data))
        yield from (replace(self, data=part) for part in shorter(self.data))


def _read(found: Sequence[sheets.Sheet]) -> Outcome:
    """Each sheet as the command reads it: its encodings, its rows, what is said of them."""
    outcome = Outcome()
    require(len(found) <= sheets.MOST_SHEETS, f"{len(found)} sheets")
    for sheet in found:
        require(len(sheet.rows) <= sheets.MOST_ROWS, f"{len(sheet.rows)} rows")
        disguise.convert(sheet)
        for row in rows.read(sheet, "Sở Thông tin và Truyền thông"):
            outcome.findings += row.state is rows.State.BAD
            outcome.rules.add(row.state.value)
            _said(row)
    return outcome


def _said(row: rows.Row) -> None:
    require(row.number >= 1, f"row {row.number}")
    require((row.person is not None) or row.state is not rows.State.TAKEN, "nobody was taken")
    for note in row.notes:
        for language in LANGUAGES:
            said = render(note.template, note.values, language)
            require(said.isprintable() and len(said) < 20_000, f"a note of {len(said)} characters")


def csv(rng: random.Random) -> Listing:
    """A list as text, in one encoding or another, with a few things wrong."""
    table = [list(row) for row in _TABLE] * rng.choice((1, 1, 1, 40))
    for _ in range(rng.choice((0, 1, 2, 5))):
        row = rng.choice(table)
        row[rng.randrange(len(row))] = rng.choice(
            [*_CSV_TOKENS, *(text for text in HOSTILE if isinstance(text, str)), rng.choice(rng.choice(_TABLE))]
        )
    delimiter = rng.choice((";", ",", "\t", "|"))
    text = rng.choice(("\n", "\r\n", "\r")).join(delimiter.join(row) for row in table)
    data = text.encode(rng.choice(("utf-8", "utf-8", "utf-8-sig", *octets.LEGACY)), errors="replace")
    how = f"{delimiter!r}"
    if rng.random() < 0.7:
        data, how = octets.mutated(rng, data, [b"Stt;Ten\n1;An\n", _workbooks()[0]])
    return Listing(how, data, imported=rng.random() < IMPORTED)


@cache
def _workbooks() -> list[bytes]:
    """Valid lists: plain, with merged cells and dates, with formulas and several sheets."""
    import openpyxl

    made = []
    for extra in ("", "merged", "sheets"):
        book = openpyxl.Workbook()
        sheet = book.create_sheet("Danh sách", 0)
        for row in _TABLE:
            sheet.append(row)
        if extra == "merged":
            sheet.merge_cells("A1:E1")
            sheet.merge_cells("D3:D4")
            sheet["F3"], sheet["F4"], sheet["F5"] = 45000.5, True, "#REF!"
            sheet["F3"].number_format = "dd/mm/yyyy"
        if extra == "sheets":
            sheet["F2"] = "=SUM(A3:A4)"
            for number in range(3):
                book.create_sheet(f"Sheet {number}").append(["Họ và tên"])
        held = io.BytesIO()
        book.save(held)
        made.append(held.getvalue())
    return made


def _unpacked(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return {name: package.read(name) for name in package.namelist()}
    except Exception:  # noqa: BLE001 - what is no package has no parts
        return {}


def _packed(parts: Mapping[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return held.getvalue()


def xlsx(rng: random.Random) -> Listing:
    """A workbook with its package, its parts, or the meaning of its parts changed."""
    data = rng.choice(_workbooks())
    if rng.random() < 0.15:
        data, how = octets.mutated(rng, data, [b"PK\x03\x04", data])
        return Listing(f"package: {how}", data, ".xlsx", imported=rng.random() < IMPORTED)
    parts = _unpacked(data)
    done = []
    for _ in range(rng.choice((1, 1, 2, 4))):
        change = rng.choice((_in_part, _token, _token, _token, _number, _part, _bomb))
        done.append(change(rng, parts))
    return Listing("; ".join(done), _packed(parts), ".xlsx", imported=rng.random() < IMPORTED)


def _some(rng: random.Random, parts: Mapping[str, bytes]) -> str:
    """A part, mostly one that holds cells."""
    sheets_ = [name for name in parts if "sheet" in name or "Strings" in name]
    return rng.choice(sheets_ if sheets_ and rng.random() < 0.7 else sorted(parts) or [""])


def _in_part(rng: random.Random, parts: dict[str, bytes]) -> str:
    name = _some(rng, parts)
    parts[name], how = octets.mutated(rng, parts.get(name, b""), [b"<c/>", *parts.values()])
    return f"{name}: {how}"


def _token(rng: random.Random, parts: dict[str, bytes]) -> str:
    name, token = _some(rng, parts), rng.choice(_XML_TOKENS)
    data = parts.get(name, b"")
    places = [at for at, octet in enumerate(data) if octet in b"<> "] or [0]
    at = rng.choice(places) + rng.choice((0, 1))
    parts[name] = data[:at] + b" " * token[0].isalpha() + token.encode() * rng.choice((1, 1, 1, 300)) + data[at:]
    return f"{name}: {token}"


def _number(rng: random.Random, parts: dict[str, bytes]) -> str:
    """A number is another one."""
    name = _some(rng, parts)
    data = bytearray(parts.get(name, b""))
    digits = [at for at, octet in enumerate(data) if octet in b"0123456789"]
    if digits:
        at = rng.choice(digits)
        data[at : at + 1] = rng.choice((b"0", b"9", b"-1", b"99999999999", b"1048577", b"1e308", b"x", b"\xd9\xa3"))
    parts[name] = bytes(data)
    return f"{name}: number"


def _part(rng: random.Random, parts: dict[str, bytes]) -> str:
    """A part is gone, is another one, or has another name."""
    name, other = _some(rng, parts), _some(rng, parts)
    data = parts.pop(name, b"")
    where = rng.choice(
        ("", other, "../../x.xml", "/etc/passwd", "xl/worksheets/sheet9.xml", "XL/WORKBOOK.XML", "x" * 9000)
    )
    if where:
        parts[where] = data
    return f"{name} as {where[:40]!r}"


@cache
def _zeros(mib: int) -> bytes:
    return bytes(mib * 1024**2)


def _bomb(rng: random.Random, parts: dict[str, bytes]) -> str:
    """A part that grows when it is unpacked, or when it is read."""
    name = _some(rng, parts)
    kind = rng.choice(("zeros", "rows", "cells", "merges", "strings", "nested")) if rng.random() < 0.1 else "merges"
    count = 30_000
    filler = {
        "zeros": lambda: _zeros(80),
        "rows": lambda: b"<worksheet><sheetData>" + b"<row/>" * count * 10 + b"</sheetData></worksheet>",
        "cells": lambda: (
            b"<worksheet><sheetData><row>" + b"<c><v>1</v></c>" * count + b"</row></sheetData></worksheet>"
        ),
        "merges": lambda: parts.get(name, b"").replace(
            b"</sheetData>", b"</sheetData><mergeCells>" + b'<mergeCell ref="A1:XFD1048576"/>' * 3000 + b"</mergeCells>"
        ),
        "strings": lambda: b"<sst>" + b"<si><t>x</t></si>" * count * 3 + b"</sst>",
        "nested": lambda: b"<a>" * count + b"</a>" * count,
    }
    parts[name] = filler[kind]()
    return f"{name}: {kind}"
