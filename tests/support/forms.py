"""Lists in the shapes in which agencies send them, made from the forms of other provinces; all of the same people."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font

from danhba.vietnamese.legacy import CP1258, TCVN3, UTF8, VISCII, VNI

from .encodings import disguised, encoded

Rows = Iterable[Sequence[object]]

# Name, title, division, telephone: as the register is to have them, whatever the list looks like.
PEOPLE = (
    ("Đặng Văn Dũng", "Giám đốc", "Ban Giám đốc", "0214 3 840 034"),
    ("Lý A Chúng", "Phó Giám đốc", "Ban Giám đốc", "0214 384 035"),
    ("Nguyễn Thị Ánh", "Trưởng phòng", "Phòng Tổ chức", ""),
    ("H'Hen Niê", "Chuyên viên", "Phòng Tổ chức", "0214 3 840 037"),
    ("Vù A Y", "Văn thư", "Phòng Tổ chức", ""),
)
HEADING = ("Stt", "Họ và tên", "Chức vụ", "Đơn vị/bộ phận công tác", "Số điện thoại")
LETTERHEAD = (
    ("UBND TỈNH LÀO CAI", "", "", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
    ("SỞ THÔNG TIN VÀ TRUYỀN THÔNG", "", "", "Độc lập - Tự do - Hạnh phúc"),
    ("Số: 12/STTTT-VP", "", "", "Lào Cai, ngày 15 tháng 11 năm 2010"),
    ("V/v đăng ký cấp mới hộp thư điện tử công vụ",),
    ("Kính gửi: Trung tâm Công nghệ thông tin",),
    ("Họ và tên người đề nghị:", "Trần Thị Bình", "Chức vụ:", "Văn thư"),
    ("Căn cứ Quyết định số 33/2010/QĐ-UBND ngày 05/10/2010", "", ""),
    (),
)
FOOT = (
    ("Danh sách đề nghị: 5 tài khoản",),
    ("Nơi nhận:", "", "", "KT. GIÁM ĐỐC"),
    ("- Như trên;", "", "", "PHÓ GIÁM ĐỐC"),
    ("- Lưu: VT.", "", "", "Lý A Chúng"),
)


def numbered() -> list[tuple[int, str, str, str, str]]:
    """The people as rows of the usual form."""
    return [(i, *person) for i, person in enumerate(PEOPLE, 1)]


def workbook(sheets: Mapping[str, Rows], *, merged: Iterable[str] = (), font: str = "") -> bytes:
    """A workbook; `merged` are ranges of the first sheet, `font` is that of its cells."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    first = book.worksheets[0]
    for name in merged:
        first.merge_cells(name)
    if font:
        for row in first.iter_rows():
            for cell in row:
                cell.font = Font(name=font)
    return saved(book)


def saved(book: Workbook) -> bytes:
    """A workbook as a file."""
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def delimited(rows: Rows, delimiter: str = ";") -> str:
    """Rows as CSV."""
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue()


def _digits(phone: str) -> int | None:
    """A telephone as a spreadsheet keeps it that takes it for a number."""
    return int(phone.replace(" ", "")) if phone else None


def _form_1() -> bytes:
    """The form for new mailboxes: under a letterhead, with a heading in row 9, telephones as numbers."""
    rows = [(*row[:4], _digits(row[4])) for row in numbered()]
    return workbook({"Danh sách": [*LETTERHEAD, HEADING, *rows, (), *FOOT]})


def _merged_divisions() -> bytes:
    """Divisions merged over their people, names in capitals, other words in a heading with line ends."""
    heading = ("TT", "HỌ & TÊN", "CHỨC DANH", "PHÒNG,\nBAN", "ĐT CƠ QUAN")
    rows: list[list[Any]] = [[i, name.upper(), title, unit, f"({phone[:4]}) {phone[5:]}" if phone else "-"]
                             for i, name, title, unit, phone in numbered()]  # fmt: skip
    for row in (rows[1], rows[3], rows[4]):
        row[3] = None
    return workbook({"Sheet1": [("DANH SÁCH ĐĂNG KÝ",), heading, *rows]}, merged=["A1:E1", "D3:D4", "D5:D7"])


def _sections() -> bytes:
    """Divisions as rows that span the table, over several sheets; a sheet without a list among them."""
    heading = ("Số TT", "Họ tên", "Chức vụ", "Điện thoại")
    people = [(i, name, title, phone.replace(" ", ".")) for i, name, title, _unit, phone in numbered()]
    first = [(), heading, ("(1)", "(2)", "(3)", "(4)"), ("I. Ban Giám đốc",), *people[:2]]
    second = [heading, ("II", "Phòng Tổ chức"), *people[2:], ("Tổng số: 3 người",)]
    return workbook({"Lãnh đạo": first, "Ghi chú": [("Không có gì thêm",)], "Phòng": second}, merged=["A4:D4"])


def _divided_names() -> bytes:
    """Family and middle names apart from the given name, two lines of heading, decomposed text, odd spaces."""
    heading = [("Stt", "Họ và tên", "", "Chức vụ", "Bộ phận", "Số điện thoại", ""),
               ("", "Họ đệm", "Tên", "", "", "Cơ quan", "Di động")]  # fmt: skip
    rows = []
    for i, name, title, unit, phone in numbered():
        before, _space, given = name.rpartition(" ")
        texts = (
            before.replace(" ", "\u00a0"),
            f" {given}\u200b",
            title.replace(" ", "  "),
            f"{unit}\n",
            phone,
            "0912 345 678",
        )
        rows.append((i, *(unicodedata.normalize("NFD", text) for text in texts)))
    merged = ["A1:A2", "B1:C1", "D1:D2", "E1:E2", "F1:G1"]
    return workbook({"DS": [*heading, *rows]}, merged=merged)


def _change_form() -> bytes:
    """The form that states a request in every row, and where that is a column with marks."""
    heading = ("Stt", "Tên cơ quan/Cá nhân", "Chức vụ", "Đơn vị", "Điện thoại cơ quan", "Nội dung đề nghị", "Ghi chú")
    rows = [(*row, "Cấp mới", "") for row in numbered()]
    return workbook({"Mẫu 02": [heading, *rows]})


def _marked() -> bytes:
    """What is asked for, marked with an x in one of several columns; ids among the columns."""
    heading = [("Stt", "Họ và tên", "Chức vụ", "Đơn vị", "Số máy", "Đề nghị", "", ""),
               ("", "", "", "", "", "Cấp mới", "Thay đổi", "Thu hồi")]  # fmt: skip
    return workbook({"Mẫu": [*heading, *((*row, "x", "", "") for row in numbered())]}, merged=["F1:H1"])


def _eth_and_bom() -> bytes:
    """CSV for a spreadsheet, with eth for Đ, a curly apostrophe, and merged cells lost."""
    rows: list[list[Any]] = [list(row) for row in numbered()]
    rows[1][3] = rows[3][3] = rows[4][3] = ""
    text = delimited([(), HEADING, *rows]).replace("Đặng", "Ðặng").replace("H'", "H’")
    return ("\ufeffsep=;\n" + text).encode()


def _legacy_csv(name: str, delimiter: str) -> Callable[[], bytes]:
    return lambda: encoded(delimited([HEADING, *numbered()], delimiter), name)


def _legacy_cells(name: str) -> Callable[[], bytes]:
    def make() -> bytes:
        rows = [[disguised(str(value), name) for value in row] for row in numbered()]
        return workbook({"Sheet1": [HEADING, *rows]})

    return make


def _capital_font() -> bytes:
    """Names that a font shows in capitals, typed with the caps lock on: only letters without a tone are capitals."""
    rows = [[disguised(_shouted(str(value)) if i == 1 else str(value), TCVN3) for i, value in enumerate(row)]
            for row in numbered()]  # fmt: skip
    return workbook({"Sheet1": [[disguised(text, TCVN3) for text in HEADING], *rows]}, font=".VnTimeH")


def _shouted(text: str) -> str:
    return text.upper()


def _utf_16() -> bytes:
    """What a spreadsheet saves as «Unicode text»."""
    return delimited([HEADING, *numbered()], "\t").encode("utf-16")


FORMS: Mapping[str, Callable[[], bytes]] = {
    "form 1 under a letterhead": _form_1,
    "merged divisions, names in capitals": _merged_divisions,
    "sections, several sheets": _sections,
    "divided names, two lines of heading": _divided_names,
    "requests in words": _change_form,
    "requests by marks": _marked,
    "CSV with eth and BOM": _eth_and_bom,
    "CSV in UTF-16": _utf_16,
    "CSV in TCVN3": _legacy_csv(TCVN3, ","),
    "CSV in VNI": _legacy_csv(VNI, ";"),
    "CSV in VISCII": _legacy_csv(VISCII, "\t"),
    "CSV in windows-1258": _legacy_csv(CP1258, ";"),
    "cells in TCVN3": _legacy_cells(TCVN3),
    "cells in VNI": _legacy_cells(VNI),
    "cells in UTF-8 read as windows-1252": _legacy_cells(UTF8),
    "a font of capitals alone": _capital_font,
}
