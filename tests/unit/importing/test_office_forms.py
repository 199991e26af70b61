"""Lists in the shapes of real office forms: the names are right, and each column that is not taken is told."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from danhba.vietnamese.legacy import TCVN3, VNI
from tests.support.encodings import disguised, encoded
from tests.support.forms import delimited, saved, workbook
from tests.support.office import Office

NAMES = ["Phạm Văn Đông", "Hoàng Thị Kim Oanh", "Sùng A Páo"]
TITLES = ["Trưởng phòng", "Chuyên viên", "Văn thư"]
UNITS = ["Phòng Hành chính", "Phòng Bưu chính", "Phòng Bưu chính"]
PEOPLE = list(zip(NAMES, TITLES, UNITS, strict=True))
USUAL = [(i, name, title) for i, (name, title, _unit) in enumerate(PEOPLE, 1)]
HEADING = ("STT", "Họ và tên", "Chức vụ")


@dataclass(frozen=True)
class Form:
    """A list, how it is imported, and what comes of it; `columns` is what is said of columns that are not taken.

    A column is its letter with its heading; «B+C» is joined into the name, «D|C» is taken only where C is empty. Where
    `refused` is given, the list is refused at first, for a text that is said, and taken with the options.
    """

    make: Callable[[], bytes]
    columns: Sequence[str] = ()
    options: Sequence[str] = ()
    refused: str = ""
    names: Sequence[str] = tuple(NAMES)
    titles: Sequence[str] = tuple(TITLES)
    units: Sequence[str] = ()
    said: Sequence[str] = ()


def rows(*lines: Sequence[object], merged: Iterable[str] = (), font: str = "") -> Callable[[], bytes]:
    return lambda: workbook({"DS": lines}, merged=merged, font=font)


def split(name: str, count: int) -> list[str]:
    """A name in `count` columns: family, middle and given name, or all before the given name and that."""
    words = name.split()
    return [words[0], " ".join(words[1:-1]), words[-1]] if count == 3 else [" ".join(words[:-1]), words[-1]]


def divided(count: int) -> list[tuple[object, ...]]:
    return [(i, *split(name, count), title) for i, name, title in USUAL]


def altered(change: Callable[[str], str]) -> list[tuple[object, ...]]:
    """The usual rows with their texts changed."""
    return [(i, change(name), change(title)) for i, name, title in USUAL]


def changed(data: Callable[[], bytes], change: Callable[[Workbook], None]) -> Callable[[], bytes]:
    """A workbook with something done to it that its cells do not show."""

    def make() -> bytes:
        book = load_workbook(io.BytesIO(data()))
        change(book)
        return saved(book)

    return make


def text(lines: Sequence[Sequence[object]], delimiter: str, encoding: str = "utf-8", start: str = "") -> Any:
    return lambda: (start + delimited(lines, delimiter)).encode(encoding)


def computed() -> bytes:
    """Names that formulas put together, with the values that a spreadsheet has saved beside them."""
    lines = [(i, f"=P{i}&Q{i}", title) for i, _name, title in USUAL]
    with zipfile.ZipFile(io.BytesIO(workbook({"DS": [HEADING, *lines]}))) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].decode()
    for i, name in enumerate(NAMES, 1):
        cell = re.compile(rf'<c r="B{i + 1}"[^>]*><f>.*?</f><v ?/?>(?:</v>)?</c>')
        sheet, count = cell.subn(f'<c r="B{i + 1}" t="str"><f>P{i}</f><v>{name}</v></c>', sheet)
        assert count == 1
    parts["xl/worksheets/sheet1.xml"] = sheet.encode()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return file.getvalue()


def legacy(name: str, font: str = "") -> Callable[[], bytes]:
    lines = [(i, disguised(name_, name), disguised(title, name)) for i, name_, title in USUAL]
    return rows([disguised(label, name) for label in HEADING], *lines, font=font)


def _hide_row(book: Workbook) -> None:
    book["DS"].row_dimensions[4].hidden = True


def _hide_sheet(book: Workbook) -> None:
    book.create_sheet("Cũ").append(HEADING)
    book["Cũ"].append((1, "Vàng A Của", "Lái xe"))
    book["Cũ"].sheet_state = "hidden"


LETTERHEAD: list[tuple[object, ...]] = [
    ("UBND TỈNH LÀO CAI", "", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
    ("SỞ THÔNG TIN VÀ TRUYỀN THÔNG", "", "Độc lập - Tự do - Hạnh phúc"),
    ("", "", "Lào Cai, ngày 15 tháng 11 năm 2010"),
    ("DANH SÁCH CÁN BỘ, CÔNG CHỨC",),
    ("(Kèm theo Công văn số 12/STTTT-VP)",),
]
SIGNED: list[tuple[object, ...]] = [
    (),
    ("", "NGƯỜI LẬP BIỂU", "THỦ TRƯỞNG ĐƠN VỊ"),
    ("", "(Ký, ghi rõ họ tên)", "(Ký tên, đóng dấu)"),
    (),
    ("", "Vàng A Của", "Lù Thị Dở"),
]
TWO_LINES = [("STT", "Họ và tên", "", "Chức vụ"), ("", "Họ và tên đệm", "Tên", "")]
FORMS: dict[str, Form] = {
    # Names in several columns
    "họ và | tên": Form(rows(("STT", "Họ và", "tên", "Chức vụ"), *divided(2))),
    "họ | tên đệm | tên": Form(rows(("STT", "Họ", "Tên đệm", "Tên", "Chức vụ"), *divided(3))),
    "họ | chữ lót | tên gọi": Form(rows(("STT", "Họ", "Chữ lót", "Tên gọi", "Chức vụ"), *divided(3))),
    "họ, tên đệm | tên": Form(rows(("STT", "Họ, tên đệm", "Tên", "Chức vụ"), *divided(2))),
    "họ và tên đệm | tên": Form(rows(("STT", "Họ và tên đệm", "Tên", "Chức vụ"), *divided(2))),
    "họ và chữ đệm | và tên": Form(rows(("STT", "Họ và chữ đệm", "và tên", "Chức vụ"), *divided(2))),
    "one heading merged over both": Form(
        rows(("STT", "Họ và tên", "", "Chức vụ"), *divided(2), merged=["B1:C1"]),
    ),
    "merged heading over họ và tên đệm | tên": Form(
        rows(*TWO_LINES, *divided(2), merged=["A1:A2", "B1:C1", "D1:D2"]),
    ),
    "merged heading over họ | tên đệm | tên": Form(
        rows(
            ("STT", "HỌ VÀ TÊN", "", "", "CHỨC VỤ"), ("", "Họ", "Tên đệm", "Tên", ""), *divided(3),
            merged=["A1:A2", "B1:D1", "E1:E2"],
        ),
    ),
    "line ends in headings": Form(rows(("S\nT\nT", "Họ và\ntên đệm", "Tên\n", "Chức\nvụ"), *divided(2)), ["A S T T"]),
    "heading of one column in two lines": Form(rows(("TT", "Họ\nvà\ntên", "Chức vụ\n(hiện nay)"), *USUAL)),
    "given name first": Form(
        rows(("STT", "Tên", "Họ đệm", "Chức vụ"), *((row[0], row[2], row[1], row[3]) for row in divided(2)))
    ),
    "CSV that lost the merged heading": Form(
        text([("STT", "Họ và tên", "", "Chức vụ"), *divided(2)], ";"), ["B+C"]
    ),
    "given name once more": Form(
        rows(("STT", "Họ và tên", "Tên", "Chức vụ"), *((i, name, name.split()[-1], title) for i, name, title in USUAL)),
        ["C Tên"],
    ),
    "họ và tên | tên that is its second half": Form(
        rows(("STT", "Họ và tên", "Tên", "Chức vụ"), *divided(2)),
        options=["--column", "name=B,C"],
        refused="columns B, C are headed 'Họ và tên', 'Tên'",
    ),
    "two columns of the same heading": Form(
        rows(("STT", "Họ và tên", "Họ và tên", "Chức vụ"), *((i, n, f"Con ông {n}", t) for i, n, t in USUAL)),
        ["C Họ và tên"],
        options=["--column", "họ tên=B"],
        refused="columns B, C are headed 'Họ và tên', 'Họ và tên'",
    ),
    "two titles of the same heading": Form(
        rows((*HEADING, "Chức vụ"), *((*row, "Đảng viên") for row in USUAL)),
        ["D Chức vụ"],
        options=["--column", "title=C"],
        refused="columns C, D are headed 'Chức vụ', 'Chức vụ'",
    ),
    "title and rank": Form(rows((*HEADING, "Chức danh"), *((*row, "Hạng III") for row in USUAL)), ["D|C"]),
    "a name of one word": Form(
        rows(HEADING, *USUAL[:2], (3, "Páo", "Văn thư")),
        names=[*NAMES[:2], "Páo"],
        options=["--one-word", "4"],
        refused="'Páo' is one word",
    ),
    # Tables
    "two tables, one below the other": Form(
        rows(("I. LÃNH ĐẠO",), HEADING, USUAL[0], (), ("II. CHUYÊN VIÊN",), ("STT", "Chức vụ", "Họ tên", "Ghi chú"),
             *((i, title, name) for i, name, title in USUAL[1:])),
        ["D Ghi chú"],
    ),
    "two tables side by side, the left one": Form(
        rows((*HEADING, "", *HEADING), *((*row, "", row[0], "Vàng A Của", "Lái xe") for row in USUAL)),
        ["E STT", "F Họ và tên", "G Chức vụ"],
        options=["--column", "name=B", "--column", "title=C"],
        refused="columns B, F are headed 'Họ và tên', 'Họ và tên'",
    ),
    "two lists on two sheets": Form(
        lambda: workbook({"Lãnh đạo": [HEADING, USUAL[0]], "CV": [("TT", *HEADING[1:], "Quê quán"), *USUAL[1:]]}),
        ["D Quê quán"],
    ),
    "letterhead above, signatures below": Form(rows(*LETTERHEAD, HEADING, *USUAL, *SIGNED)),
    "title rows merged over the table": Form(
        rows(("DANH SÁCH",), ("đăng ký hộp thư",), (), HEADING, *USUAL, merged=["A1:C1", "A2:C2"])
    ),
    "numbers below the headings": Form(rows(HEADING, ("(1)", "(2)", "(3)"), *USUAL)),
    "headings on every page": Form(rows(HEADING, *USUAL[:2], HEADING, USUAL[2])),
    "blank rows and columns": Form(
        rows((), ("", *HEADING[:2], "", HEADING[2]), (), *(("", i, n, None, t) for i, n, t in USUAL[:2]), (),
             ("", 3, NAMES[2], None, TITLES[2])),
        ["C+D"],
    ),
    "one group of headings over two lines": Form(
        rows(("STT", "Họ và tên", "Nơi công tác", "", ""), ("", "", "Chức vụ", "Phòng, ban", "Ngày vào"),
             *((i, *person, "2005") for i, person in enumerate(PEOPLE, 1)), merged=["A1:A2", "B1:B2", "C1:E1"]),
        ["E Ngày vào"],
        units=UNITS,
    ),
    "divisions as rows": Form(
        rows(HEADING, ("I", UNITS[0]), USUAL[0], ("II", UNITS[1]), *USUAL[1:]), units=UNITS
    ),
    "divisions merged over the table": Form(
        rows(HEADING, (f"A. {UNITS[0]}",), USUAL[0], (f"B. {UNITS[1]}: 02 người",), *USUAL[1:],
             merged=["A2:C2", "A4:C4"]),
        units=UNITS,
    ),
    "divisions merged beside their people": Form(
        rows((*HEADING, "Đơn vị"), (*USUAL[0], UNITS[0]), (*USUAL[1], UNITS[1]), USUAL[2], merged=["D3:D4"]),
        units=UNITS,
    ),
    "totals": Form(rows(HEADING, *USUAL, ("", "Tổng cộng: 3 người"), ("", "Cộng", 3))),
    # What is in no register
    "days of birth as days": Form(
        rows((*HEADING, "Ngày sinh"), *((*row, date(1980, 2, i)) for i, row in enumerate(USUAL, 1))), ["D Ngày sinh"]
    ),
    "days of birth as numbers, sex": Form(
        rows((*HEADING, "Năm sinh", "Giới tính"), *((*row, 29252, "Nam") for row in USUAL)),
        ["D Năm sinh", "E Giới tính"],
    ),
    "former addresses, mobiles, notes": Form(
        rows((*HEADING, "Email", "ĐT di động", "Ghi chú"), *((*row, "a@example.org", "0912345678") for row in USUAL)),
        ["D Email", "E ĐT di động", "F Ghi chú"],
    ),
    "texts without a heading": Form(rows(HEADING, *((*row, "", "đã nghỉ") for row in USUAL)), ["E đã nghỉ"]),
    "office telephones and mobiles below one heading": Form(
        rows((*HEADING, "Số điện thoại", ""), ("", "", "", "Cơ quan", "Di động"),
             *((*row, 2143840034, "0912 345 678") for row in USUAL), merged=["A1:A2", "B1:B2", "C1:C2", "D1:E1"]),
        ["E Số điện thoại Di động"],
    ),
    "telephones as numbers and as text": Form(
        rows((*HEADING, "Điện thoại"), (*USUAL[0], 2143840034), (*USUAL[1], "0214.384.035"), (*USUAL[2], "3840036"))
    ),
    "more columns than are read": Form(
        rows((*HEADING, *[""] * 62, "Số đảng viên"), *USUAL), said=["columns right of BL are not read"]
    ),
    # Texts
    "numbers as text": Form(rows(HEADING, *((f" 0{i}.", name, title) for i, name, title in USUAL))),
    "numbers by formulas": Form(rows(HEADING, *(("=ROW()-1", name, title) for _i, name, title in USUAL))),
    "names by formulas": Form(computed),
    "capitals": Form(rows(tuple(map(str.upper, HEADING)), *((i, name.upper(), title) for i, name, title in USUAL))),
    "small letters": Form(rows(HEADING, *((i, name.lower(), title) for i, name, title in USUAL))),
    "decomposed": Form(rows(HEADING, *altered(lambda s: unicodedata.normalize("NFD", s)))),
    "spaces at the ends": Form(rows(HEADING, *altered(lambda s: f"  {s}  "))),
    "non-breaking spaces": Form(rows(HEADING, *altered(lambda s: s.replace(" ", "\u00a0") + "\u00a0"))),
    "invisible characters": Form(rows(HEADING, *altered(lambda s: s.replace(" ", " \u200b") + "\ufeff"))),
    "a division like a request": Form(rows(HEADING, ("I", "Chuyên viên"), *USUAL), units=["Chuyên viên"] * 3),
    "line ends in names": Form(rows(HEADING, *((i, name.replace(" ", "\n", 1), title) for i, name, title in USUAL))),
    "eth in place of đ": Form(rows(HEADING, *altered(lambda s: s.replace("Đ", "Ð")))),
    "cells in TCVN3": Form(legacy(TCVN3)),
    "cells in TCVN3 with its font": Form(legacy(TCVN3, ".VnTime")),
    "cells in VNI with its font": Form(legacy(VNI, "VNI-Times")),
    "CSV in TCVN3": Form(lambda: encoded(delimited([HEADING, *USUAL], ";"), TCVN3)),
    "CSV in VNI": Form(lambda: encoded(delimited([HEADING, *USUAL], "\t"), VNI)),
    "CSV with semicolons and BOM": Form(text([(*HEADING, "Quê quán"), *USUAL], ";", start="\ufeff"), ["D Quê quán"]),
    "CSV with tabs": Form(text([HEADING, *USUAL], "\t")),
    "CSV with commas in headings": Form(
        text([("STT", "Họ, tên đệm", "Tên", "Chức vụ"), *divided(2)], ",", start="\ufeff")
    ),
    "Unicode text of a spreadsheet": Form(text([HEADING, *USUAL], "\t", "utf-16")),
    # What stands around names
    "titles before names": Form(
        rows(HEADING, (1, "Ông Phạm Văn Đông", TITLES[0]), (2, "ThS. Hoàng Thị Kim Oanh", TITLES[1]),
             (3, "BS.CKI SÙNG A PÁO", TITLES[2])),
        said=["'Ông' was left out", "'ThS.' was left out", "'BS.CKI' was left out"],
    ),
    "ông and bà": Form(
        rows(HEADING, (1, "Ông Phạm Văn Đông", TITLES[0]), (2, "Bà Hoàng Thị Kim Oanh", TITLES[1]), USUAL[2]),
        said=["'Ông' was left out", "'Bà' was left out"],
    ),
    "brackets, numbers and titles around names": Form(
        rows(HEADING, (1, "Phạm Văn Đông (PGĐ)", TITLES[0]), (2, "2. Hoàng Thị Kim Oanh", TITLES[1]),
             (3, "Sùng A Páo - Văn thư", TITLES[2])),
        said=["'(PGĐ)' was left out", "'2.' was left out", "'Văn thư' was left out"],
    ),
    # What nobody sees
    "a hidden sheet": Form(changed(rows(HEADING, *USUAL), _hide_sheet), said=["the hidden sheet Cũ was not read"]),
    "a hidden row": Form(changed(rows(HEADING, *USUAL), _hide_row), said=["the row is hidden in the spreadsheet"]),
}  # fmt: skip
_SAID = (
    (re.compile(r"column ([A-Z]+) \('(.*)'\) is not taken"), r"\1 \2"),
    (re.compile(r"column ([A-Z]+) has no heading and is not taken; it has texts such as '(.*)'"), r"\1 \2"),
    (re.compile(r"column ([A-Z]+) \('.*'\) is taken only where column ([A-Z]+) is empty"), r"\1|\2"),
    (re.compile(r"columns ([A-Z]+), ([A-Z]+) make one name"), r"\1+\2"),
)


def said_of_columns(output: str) -> list[str]:
    """What is said of columns beside the report, as `Form.columns` has it."""
    lines = [line for line in output.splitlines() if re.match("sheet .*, row [0-9]+: ", line)]
    return [match.expand(short) for line in lines for pattern, short in _SAID if (match := pattern.search(line))]


def test_office_forms_are_at_least_fifty() -> None:
    assert len(FORMS) >= 50


@pytest.mark.clause("R5", "R7.3")
@pytest.mark.parametrize("form", FORMS)
def test_import_office_form_names_right_and_untaken_columns_told(office: Office, form: str) -> None:
    wanted = FORMS[form]
    data = wanted.make()
    if wanted.refused:
        result = office.import_(data, "--yes")
        assert result.exit_code == 1, result.output
        assert wanted.refused in result.output
        assert office.is_unchanged
    result = office.import_(data, "--yes", *wanted.options)
    assert result.exit_code == 0, result.output
    entries = office.entries()
    assert [entry["name"] for entry in entries] == list(wanted.names)
    assert [entry["title"] for entry in entries] == list(wanted.titles)
    if wanted.units:
        assert [entry["unit"] for entry in entries] == list(wanted.units)
    assert said_of_columns(result.output) == list(wanted.columns)
    assert [text for text in wanted.said if text not in result.output] == []
