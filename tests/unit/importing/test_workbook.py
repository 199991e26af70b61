"""Workbooks: what they hold as text, their merged cells, and what is not opened."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font

from danhba.importing import workbook as importing
from danhba.importing.sheets import EMPTY, MOST_COLUMNS, MOST_SHEETS, TOO_MANY_ROWS, Cell, Merged, Sheet
from danhba.reading.source import Unusable
from danhba.vietnamese.legacy import TCVN3, VNI
from tests.support.forms import HEADING, saved, workbook
from tests.support.workbooks import OLE, SHEET, changed, package

LIST = workbook({"DS": [HEADING]})


def parsed(data: bytes) -> list[Sheet]:
    return importing.parse("list.xlsx", data)


def texts(sheet: Sheet) -> dict[int, list[str]]:
    """The rows of a sheet without the empty cells at their ends."""
    rows = {number: [cell.text for cell in row] for number, row in sheet.rows.items()}
    return {number: row[: max(i for i, text in enumerate(row, 1) if text)] for number, row in rows.items()}


def first(value: object, **styles: Any) -> Cell:
    """The first cell of a sheet with a value in it; `data_type`, `number_format` and `font` are openpyxl's."""
    book = Workbook()
    cell = book.worksheets[0]["A1"]
    cell.value = value
    for name, style in styles.items():
        setattr(cell, name, style)
    book.worksheets[0]["B1"].value = "Họ và tên"
    return parsed(saved(book))[0].rows[1][0]


def refusal(data: bytes) -> tuple[str, dict[str, object]]:
    with pytest.raises(Unusable) as refused:
        parsed(data)
    values = dict(refused.value.values)
    assert values.pop("path") == "list.xlsx"
    return refused.value.template, values


def test_sheets_with_their_rows_by_number() -> None:
    book = Workbook()
    hidden, shown = book.worksheets[0], book.create_sheet("DS")
    hidden.title, hidden.sheet_state = "Cũ", "hidden"
    shown["B2"], shown["A5"], shown["A9"] = "Họ và tên", "Vù A Y", " "
    one, other = parsed(saved(book))
    assert (one.name, one.hidden, one.rows, one.plain) == ("Cũ", True, {}, False)
    assert (other.name, other.hidden, texts(other)) == ("DS", False, {2: ["", "Họ và tên"], 5: ["Vù A Y"]})


def test_what_a_sheet_says_of_its_size_does_not_count() -> None:
    small = changed(SHEET, lambda old: old.replace(b'<dimension ref="A1:E1"', b'<dimension ref="A1:A1"'), LIST)
    assert texts(parsed(small)[0]) == {1: list(HEADING)}


@pytest.mark.parametrize(
    ("value", "styles", "cell"),
    [
        ("Vù A Y", {}, Cell("Vù A Y")),
        (" Vù ", {}, Cell(" Vù ")),
        ("", {}, EMPTY),
        (" \n", {}, EMPTY),
        (None, {}, EMPTY),
        (101, {}, Cell("101", is_number=True)),
        (101, {"number_format": "000000"}, Cell("000101", is_number=True)),
        (101.0, {"number_format": "00000"}, Cell("00101", is_number=True)),
        (101, {"number_format": "0.00"}, Cell("101", is_number=True)),
        (101, {"number_format": "#,##0"}, Cell("101", is_number=True)),
        (0, {}, Cell("0", is_number=True)),
        (2.5, {}, Cell("2.5", is_number=True)),
        (2143840034.0, {}, Cell("2143840034", is_number=True)),
        (True, {}, Cell("True")),
        (date(2010, 10, 5), {}, Cell("05/10/2010")),
        (datetime(2010, 10, 5, 7, 30), {}, Cell("05/10/2010")),
        (time(7, 30), {}, Cell("07:30:00")),
        ("#REF!", {"data_type": "e"}, Cell("#REF!", is_error=True)),
        ("NguyÔn", {"font": Font(name=".VnTime")}, Cell("NguyÔn", encoding=TCVN3)),
        ("NguyÔn", {"font": Font(name=".VNARIALH")}, Cell("NguyÔn", encoding=TCVN3)),
        ("Nguyeãn", {"font": Font(name="VNI-Times")}, Cell("Nguyeãn", encoding=VNI)),
        ("Nguyeãn", {"font": Font(name="vni-helve")}, Cell("Nguyeãn", encoding=VNI)),
        ("Nguyễn", {"font": Font(name="Times New Roman")}, Cell("Nguyễn")),
        ("Nguyễn", {"font": Font(name=None)}, Cell("Nguyễn")),
        ("Nguyen", {"font": Font(name=".VnTime")}, Cell("Nguyen")),
    ],
)
def test_values_as_a_sheet_shows_them(value: object, styles: dict[str, Any], cell: Cell) -> None:
    assert first(value, **styles) == cell


@pytest.mark.parametrize("written", [b"2143840034.0", b"2.143840034E9"])
def test_whole_numbers_as_programs_write_them(written: bytes) -> None:
    data = workbook({"DS": [(2143840034,)]})
    sheet = parsed(changed(SHEET, lambda old: old.replace(b"<v>2143840034</v>", b"<v>" + written + b"</v>"), data))[0]
    assert sheet.rows[1][0] == Cell("2143840034", is_number=True)


def test_of_a_formula_the_value_counts() -> None:
    """A workbook that no spreadsheet has computed yet has none."""
    assert first("=1+1") == EMPTY


def filled(*merged: str, rows: tuple[tuple[object, ...], ...] = ((1, "Tổ"), (2, "b"), (3, "c"))) -> Sheet:
    return parsed(workbook({"DS": rows}, merged=merged))[0]


def test_a_merged_cell_has_its_text_in_all_that_it_covers() -> None:
    sheet = filled("B1:C2")
    assert [cell.merged for cell in sheet.rows[1][:4]] == [Merged.NO, Merged.NO, Merged.ACROSS, Merged.NO]
    assert [cell.merged for cell in sheet.rows[2][:4]] == [Merged.NO, Merged.DOWN, Merged.DOWN, Merged.NO]
    assert texts(sheet) == {1: ["1", "Tổ", "Tổ"], 2: ["2", "Tổ", "Tổ"], 3: ["3", "c"]}


def test_a_merged_cell_keeps_what_it_is() -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet["A1"], sheet["A1"].font, sheet["A3"], sheet["A3"].data_type = "NguyÔn", Font(name=".VnTime"), "#REF!", "e"
    sheet["D1"] = 7
    sheet.merge_cells("A1:B1")
    sheet.merge_cells("D1:E1")
    sheet.merge_cells("A3:B3")
    rows = parsed(saved(book))[0].rows
    assert rows[1][1] == Cell("NguyÔn", encoding=TCVN3, merged=Merged.ACROSS)
    assert rows[1][4] == Cell("7", is_number=True, merged=Merged.ACROSS)
    assert rows[3][1] == Cell("#REF!", is_error=True, merged=Merged.ACROSS)


@pytest.mark.parametrize("merged", ["D1:E1", "B9:C9", "BM1:BN2"], ids=["no text", "no row", "no column"])
def test_merged_cells_without_a_text(merged: str) -> None:
    assert texts(filled(merged, "A2:A3")) == {1: ["1", "Tổ"], 2: ["2", "b"], 3: ["2", "c"]}


def test_rows_without_any_text_are_not_filled() -> None:
    assert texts(filled("A1:A4", rows=((1, "a"), (), (None, "b")))) == {1: ["1", "a"], 3: ["1", "b"]}


def test_a_cell_merged_over_all_columns() -> None:
    sheet = filled("B1:XFD1", "A2:AB2")
    assert texts(sheet)[1] == ["1", *["Tổ"] * (MOST_COLUMNS - 1)]
    assert texts(sheet)[2] == ["2"] * 28


@pytest.mark.parametrize(("ranges", "steps"), [([b"A1:B2", b"A2:A2"], 6), ([b"B1:C2", b"A2:A2"], 6), ([b"A1:A3"], 4)])
def test_so_much_may_be_merged_and_no_more(monkeypatch: pytest.MonkeyPatch, ranges: list[bytes], steps: int) -> None:
    """One step for each row but the first that a range spans, and one for each cell in a row that is there."""
    monkeypatch.setattr(importing, "MOST_COLUMNS", 2)
    for most in (steps // 2, steps // 2 - 1):
        monkeypatch.setattr(importing, "MOST_ROWS", most)
        sheet = Sheet("DS", {1: [Cell("1")] * 3, 2: [Cell("2")] * 3})
        if most * 2 == steps:
            importing._fill("list.xlsx", sheet, Source(*ranges))
        else:
            with pytest.raises(Unusable) as refused:
                importing._fill("list.xlsx", sheet, Source(*ranges))
            assert refused.value.args == (importing.BOMB, {"path": "list.xlsx"})


class Source:
    """A worksheet as far as its merged cells go."""

    def __init__(self, *ranges: bytes) -> None:
        self.data = b"".join(b'<mergeCell ref="' + name + b'"/>' for name in ranges)

    def _get_source(self) -> io.BytesIO:
        return io.BytesIO(self.data)


def test_so_many_rows_and_sheets_are_read() -> None:
    assert len(parsed(workbook({str(number): [(1,)] for number in range(MOST_SHEETS)}))) == MOST_SHEETS
    assert refusal(workbook({str(number): [] for number in range(MOST_SHEETS + 1)})) == (
        importing.MANY_SHEETS,
        {"most": MOST_SHEETS},
    )


def test_so_many_rows_are_read_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "MOST_ROWS", 3)
    assert len(parsed(workbook({"DS": [(1,), (), (2,), (), (3,)]}))[0].rows) == 3
    assert refusal(workbook({"DS": [(1,), (2,), (3,), (4,)]})) == (TOO_MANY_ROWS, {"sheet": "DS", "most": 3})


def test_a_row_below_the_last_of_a_spreadsheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "_MOST_ROW", 3)
    assert texts(parsed(workbook({"DS": [(), (), ("x",)]}))[0]) == {3: ["x"]}
    assert refusal(workbook({"DS": [(), (), (), ("x",)]})) == (importing.BROKEN, {"reason": "> 3"})


@pytest.mark.parametrize(
    ("data", "template", "values"),
    [
        (OLE + bytes(600), importing.OLD, {}),
        (OLE + "EncryptedPackage".encode("utf-16-le"), importing.PROTECTED, {}),
        (b"PK\x03\x04", importing.BROKEN, {"reason": "BadZipFile"}),
        (changed("xl/workbook.xml", lambda _old: b""), importing.BROKEN, {"reason": "XMLSyntaxError"}),
        (package("[Content_Types].xml", "word/document.xml"), importing.OTHER, {"kind": "DOCX"}),
        (package("mimetype", "content.xml"), importing.OTHER, {"kind": "ODS"}),
        (package("[Content_Types].xml", "xl/workbook.bin"), importing.OTHER, {"kind": "XLSB"}),
        (package("xl/workbook.xml", "Index/Document.iwa"), importing.OTHER, {"kind": "Numbers"}),
        (package("[Content_Types].xml", "x"), importing.OTHER, {"kind": "ZIP"}),
    ],
)
def test_what_is_no_workbook(data: bytes, template: str, values: dict[str, object]) -> None:
    assert refusal(data) == (template, values)


def test_a_part_with_a_password() -> None:
    central = b"PK\x01\x02\x14\x03\x14\x00"
    assert refusal(LIST.replace(central + b"\0", central + b"\1")) == (importing.PROTECTED, {})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("part", [SHEET, "_rels/.rels", "xl/drawing.VML"])
def test_entities_in_any_part_that_is_xml(part: str, encoding: str) -> None:
    declared = "<!DOCTYPE x>".encode(encoding)
    file = io.BytesIO(LIST)
    with zipfile.ZipFile(file, "a") as book:
        book.writestr("xl/media/image1.png", b"")
        book.writestr(f"more/{part}", declared)
    assert refusal(file.getvalue()) == (importing.ENTITIES, {})


def test_a_declaration_in_a_picture_is_none() -> None:
    file = io.BytesIO(LIST)
    with zipfile.ZipFile(file, "a") as book:
        book.writestr("xl/media/image1.png", b"<!DOCTYPE x>")
    assert texts(parsed(file.getvalue())[0]) == {1: list(HEADING)}


def with_part(name: str, data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as book:
        book.writestr(name, data)
    return file.getvalue()


@pytest.mark.parametrize(
    ("limit", "name", "most"),
    [
        ("_MOST_ELEMENTS", "xl/worksheets/sheet1.xml", 5),
        ("_MOST_ELEMENTS", "worksheets/sheet1.XML", 5),
        ("_MOST_ELEMENTS", "xl/sharedStrings.xml", 5),
        ("_MOST_OTHER_ELEMENTS", "xl/styles.xml", 5),
        ("_MOST_OTHER_ELEMENTS", "xl/xworksheets.xml", 5),
    ],
)
def test_so_many_elements_and_no_more(monkeypatch: pytest.MonkeyPatch, limit: str, name: str, most: int) -> None:
    for other in ("_MOST_ELEMENTS", "_MOST_OTHER_ELEMENTS"):
        monkeypatch.setattr(importing, other, most if other == limit else 0)
    weigh(with_part(name, b"<a>" * most), name)
    with pytest.raises(Unusable) as refused:
        weigh(with_part(name, b"<a>" * (most + 1)), name)
    assert refused.value.args == (importing.BOMB, {"path": "list.xlsx"})


def weigh(data: bytes, *names: str) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        importing._weigh("list.xlsx", book, names)


def test_elements_of_all_parts_count_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "_MOST_ELEMENTS", 5)
    monkeypatch.setattr(importing, "_MOST_OTHER_ELEMENTS", 5)
    sheet, other = with_part("worksheets/1.xml", b"<a>" * 3), with_part("styles.xml", b"<a>" * 3)
    for data, name in ((sheet, "worksheets/1.xml"), (other, "styles.xml")):
        weigh(data, name)
        with pytest.raises(Unusable):
            weigh(data, name, name)


@pytest.mark.parametrize(
    ("limit", "least", "make"),
    [
        ("_MOST_PARTS", 3, lambda: package("a", "b", "c")),
        ("_MOST_UNPACKED", 7, lambda: with_part("a", b"1234567")),
    ],
)
def test_so_much_is_unpacked_and_no_more(
    monkeypatch: pytest.MonkeyPatch, limit: str, least: int, make: Callable[[], bytes]
) -> None:
    monkeypatch.setattr(importing, limit, least)
    assert refusal(make())[0] == importing.OTHER
    monkeypatch.setattr(importing, limit, least - 1)
    assert refusal(make()) == (importing.BOMB, {})


@pytest.mark.parametrize(("data", "is_one"), [(OLE, True), (b"PK\x03\x04", True), (b"Stt;PK", False), (b"", False)])
def test_bytes_that_could_be_a_workbook(data: bytes, is_one: bool) -> None:
    assert importing.is_one(data) is is_one


@pytest.mark.parametrize(
    "shown", ["000000", "000000;-000000", '"000000"', "[$-042A]000000", "000000_)", "\\\\000000", "[Red]000000"]
)
def test_zeros_that_a_format_shows(shown: str) -> None:
    assert first(701, number_format=shown).text == "000701"


@pytest.mark.parametrize("shown", ["General", "0", "#,##0", "0.00", "@"])
def test_formats_that_show_no_more_digits(shown: str) -> None:
    assert first(701, number_format=shown).text == "701"
