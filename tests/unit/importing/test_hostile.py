"""Files that are no lists, or want to be more: a clear refusal in bounded time and memory, never a traceback."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from danhba.importing import disguise, formats, headings, rows, sheets, values
from danhba.reading.source import LARGEST, Unusable
from tests.support.encodings import LETTERS
from tests.support.forms import FORMS, HEADING, saved, workbook
from tests.support.office import Office
from tests.support.workbooks import LIST, OLE, SHEET, changed, package

CENTRAL = b"PK\x01\x02\x14\x03\x14\x00"  # an entry of the directory of a zip, up to its flags


def entities(content: bytes) -> bytes:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    return content.replace(b"<worksheet", bomb + b"<worksheet", 1)


def wide(old: bytes) -> bytes:
    return old.replace(b"</row>", b"<c/>" * 2_000_001 + b"</row>", 1)


def far_below(old: bytes) -> bytes:
    return old.replace(b'<row r="2"', b'<row r="99999999999"', 1)


def tall() -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("DS")
    for i in range(sheets.MOST_ROWS + 1):
        sheet.append([i])
    return saved(book)


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "no row that names the columns"),
    "text without a list": ("Kính gửi: Sở\nvề việc…\n".encode, "no row that names the columns"),
    "no list in a workbook": (lambda: workbook({"1": [("Họ và tên",), ("Vù A Y",)]}), "no row that names the columns"),
    "random bytes": (lambda: random.Random(1).randbytes(20_000), "neither a spreadsheet nor text"),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + random.Random(2).randbytes(2000), "neither a spreadsheet nor text"),
    "zero bytes": (lambda: bytes(5000), "neither a spreadsheet nor text"),
    "a PDF": (lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "PDF document"),
    "a web page called .xls": (lambda: b"<html><table><tr><td>Stt</td></tr></table></html>", "web page"),
    "XLS of 1997": (lambda: OLE + bytes(600), "Excel 97-2003 (.xls)"),
    "a workbook with a password": (lambda: OLE + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
    "a zip with a password": (lambda: LIST.replace(CENTRAL + b"\0", CENTRAL + b"\1"), "protected by a password"),
    "only the beginning of a zip": (lambda: b"PK\x03\x04", "damaged"),
    "half a workbook": (lambda: LIST[: len(LIST) // 2], "damaged"),
    "a document": (lambda: package("[Content_Types].xml", "word/document.xml"), "no .xlsx workbook but DOCX"),
    "an ODS": (lambda: package("mimetype", "content.xml"), "no .xlsx workbook but ODS"),
    "an XLSB": (lambda: package("[Content_Types].xml", "xl/workbook.bin"), "no .xlsx workbook but XLSB"),
    "an empty workbook.xml": (lambda: changed("xl/workbook.xml", lambda _old: b""), "damaged"),
    "a sheet that is no XML": (lambda: changed(SHEET, lambda _old: b"<worksheet><row>"), "damaged"),
    "entities that explode": (lambda: changed(SHEET, entities), "declares entities"),
    "a zip bomb": (lambda: changed(SHEET, lambda old: old + b" " * (65 * 1024**2)), "unpacks to more"),
    "too many elements": (lambda: changed(SHEET, wide), "unpacks to more"),
    "too many parts": (lambda: package(*map(str, range(1001))), "unpacks to more"),
    "too many styles": (lambda: changed("xl/styles.xml", lambda old: old + b"<a/>" * 200_001), "unpacks to more"),
    "a row far below": (lambda: changed(SHEET, far_below), "damaged"),
    "too many rows": (tall, "more than 20000 rows"),
    "too many sheets": (lambda: workbook({str(i): [] for i in range(51)}), "more than 50 sheets"),
    "a cell of 10,001 characters": (lambda: workbook({"DS": [HEADING, (1, "a" * 10_001)]}), "sheet DS, cell B2"),
    "CSV with a long cell": (f"Stt;Họ và tên\n1;{'a' * 10_001}\n".encode, "sheet CSV, cell B2"),
    "CSV with a field without end": (lambda: b'Stt;"' + b"x" * 200_000, "cannot be read as CSV, line 1"),
    "CSV with too many rows": (lambda: b"a;b\n" * 20_001, "more than 20000 rows"),
    "too large": (lambda: b"a" * (LARGEST + 1), "larger than 16 MiB"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_it_is_refused(office: Office, case: str) -> None:
    make, expected = REFUSED[case]
    data = make()
    began = time.process_time()
    result = office.import_(data, "--yes")
    assert result.exit_code == 2, result.output
    assert expected in result.output
    assert office.is_unchanged
    assert time.process_time() - began < 20


@pytest.mark.parametrize("make", [lambda p: p.mkdir(), lambda p: p.symlink_to("/dev/zero"), lambda p: None])
def test_what_is_no_file(office: Office, make: Callable[[Path], None]) -> None:
    make(office.path / "list")
    result = office.run("import", "list", "--agency", "stttt", "--document", "1/QĐ-STTTT", "--date", "2010-11-15")
    assert result.exit_code == 2
    assert "name the list that the agency sent" in result.output


def test_an_agency_that_is_not_there(office: Office) -> None:
    result = office.run(
        "import", "list.csv", "--agency", "xyz", "--document", "1/QĐ-STTTT", "--date", "2010-11-15", "--lang", "en"
    )
    assert result.exit_code == 2  # there is no such list either, which is found first
    (office.path / "list.csv").write_text("Stt;Họ và tên\n1;Vù A Y\n", "utf-8")
    result = office.run("import", "list.csv", "--agency", "xyz", "--document", "1/QĐ-STTTT", "--date", "2010-11-15")
    assert result.exit_code == 1
    assert "the register has no agency 'xyz'" in result.output


def test_escapes_do_not_reach_the_terminal(office: Office) -> None:
    data = "Stt;Họ và tên;Chức vụ\n1;Vù A Y;\x1b[2J\x1b]0;x\x07Văn thư\n2;\u202eLý\u202c A \x1b[31mPhừ;\n".encode()
    result = office.import_(data)
    assert not set("\x1b\x07\u202e\u202c") & set(result.output)


def merges_without_end(old: bytes) -> bytes:
    many = b'<mergeCell ref="A1:BL1048576"/>' * 20_000
    return old.replace(b"</sheetData>", b"</sheetData><mergeCells>" + many + b"</mergeCells>")


def test_merged_ranges_without_end(office: Office) -> None:
    began = time.process_time()
    result = office.import_(changed(SHEET, merges_without_end))
    assert result.exit_code == 2
    assert "unpacks to more" in result.output
    assert time.process_time() - began < 20


def everything(data: bytes) -> None:
    """All that is done with a file before the register is looked at."""
    try:
        for sheet in formats.parse("list", data):
            disguise.convert(sheet)
            rows.read(sheet, "Sở")
    except Unusable as error:
        error.template.format(**error.values)


@given(st.sampled_from([form() for form in FORMS.values()]), st.data())
def test_damaged_lists(data: bytes, draw: st.DataObject) -> None:
    changes = draw.draw(st.lists(st.tuples(st.integers(0, len(data) - 1), st.binary(max_size=4)), max_size=4))
    damaged = bytearray(data)
    for place, new in changes:
        damaged[place : place + len(new)] = new
    everything(bytes(damaged))


@given(st.lists(st.lists(st.text(max_size=12), max_size=7), max_size=6), st.sampled_from([",", ";", "\t"]))
def test_any_cells(cells: list[list[str]], delimiter: str) -> None:
    text = "\n".join(
        delimiter.join(row) for row in [["Stt", "Họ và tên", "Chức vụ", "Đơn vị", "Điện thoại", "Đề nghị"], *cells]
    )
    everything(text.encode("utf-8", "surrogatepass"))


@given(st.text(), st.booleans())
def test_any_cell(text: str, is_number: bool) -> None:
    cell = sheets.Cell(text, is_number)
    values.phone(cell)
    values.asked(text)
    headings.role(text)
    values.name(text)


@given(st.text(LETTERS + "' -"))
def test_a_name_in_order_stays_so(text: str) -> None:
    name = values.name(text)
    assert values.name(name) == name
