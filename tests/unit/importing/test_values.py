"""What people type into cells: names, telephones and requests, in order."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danhba.importing import values
from danhba.importing.sheets import Cell
from danhba.importing.values import MOBILE, MORE_PHONES, Asked


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("NGUYỄN VĂN VỊNH", "Nguyễn Văn Vịnh"),
        ("nguyễn văn vịnh", "Nguyễn Văn Vịnh"),
        ("Nguyễn thị Ánh", "Nguyễn Thị Ánh"),
        ("VÙ A Y", "Vù A Y"),
        ("vù a y", "Vù A Y"),
        ("H’HEN NIÊ", "H'Hen Niê"),
        ("H'Hen Niê", "H'Hen Niê"),
        ("h'hen niê", "H'Hen Niê"),
        ("H'hen Niê", "H'hen Niê"),
        ("Y'Bia ÊBAN", "Y'Bia Êban"),
        ("ĐÀO-THỊ LÊ", "Đào-Thị Lê"),
        ("đào-thị Lê", "Đào-Thị Lê"),
        ("Ðào Thị Ðiệp", "Đào Thị Điệp"),
        ("  Lý\u00a0 Láo\tLở\n", "Lý Láo Lở"),
        ("Ông Ích Khiêm", "Ông Ích Khiêm"),
        (unicodedata.normalize("NFD", "Hoàng Thị Hằng"), "Hoàng Thị Hằng"),
        ("Ng\u200buyễn Văn\u00ad A", "Nguyễn Văn A"),
    ],
)
def test_names_in_order(typed: str, meant: str) -> None:
    assert values.name(typed) == meant


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Lò Thị Hoà", "LÒ THỊ HÒA", True),
        ("Vũ Thuỷ", "Vũ  Thủy", True),
        ("H'Hen Niê", "Hhen Niê", True),
        ("Lò Thị Mai", "Lò Thị Mái", False),
        ("Lò Hoà An", "Lò Hoa Àn", False),
        ("Lò Tuân", "Lò Tuan", False),
        ("Lò An", "An Lò", False),
        ("Lò Thị An", "Lò An", False),
    ],
)
def test_two_spellings_of_one_name(one: str, other: str, same: bool) -> None:
    assert (values.name_key(one) == values.name_key(other)) is same


@pytest.mark.parametrize(
    ("cell", "meant", "remarks"),
    [
        (Cell("214384034", is_number=True), "0214 384 034", ()),
        (Cell("2143840034", is_number=True), "0214 3 840 034", ()),
        (Cell("02143840034"), "0214 3 840 034", ()),
        (Cell("0214.3.840.034"), "0214 3 840 034", ()),
        (Cell("(0214) 3840034"), "0214 3 840 034", ()),
        (Cell("+84 214 3840034"), "0214 3 840 034", ()),
        (Cell("0084 24 3825 1234"), "024 3825 1234", ()),
        (Cell("ĐT: 0214 3840034"), "0214 3 840 034", ()),
        (Cell("Tel. 0214 3840034"), "0214 3 840 034", ()),
        (Cell(unicodedata.normalize("NFD", "0214 3840034 (máy lẻ 12)")), "0214 3 840 034", ()),
        (Cell("0214 3840034 (máy lẻ 12)"), "0214 3 840 034", ()),
        (Cell("0214 3840034 - Số lẻ 12"), "0214 3 840 034", ()),
        (Cell("024 3825 1234"), "024 3825 1234", ()),
        (Cell("028 825 1234"), "028 8 251 234", ()),
        (Cell("0214 384034"), "0214 384 034", ()),
        (Cell("3840034"), "3840034", ()),
        (Cell("3840034", is_number=True), "3840034", ()),
        (Cell("840034"), "840034", ()),
        (Cell("0912345678/0214 3840034"), "0214 3 840 034", (MOBILE,)),
        (Cell("0214 3840034\n0214 3840035"), "0214 3 840 034", (MORE_PHONES,)),
        (Cell("0214 3840034; 0912345678; 3840035"), "0214 3 840 034", (MOBILE, MORE_PHONES)),
        (Cell("0214 3840034 hoặc gọi An"), "0214 3 840 034", ()),
        (Cell("912345678", is_number=True), "", (MOBILE,)),
        (Cell("0912345678", is_number=True), "", (MOBILE,)),
        (Cell("0912 345 678"), "", (MOBILE,)),
        (Cell("01234567890"), "", (MOBILE,)),
        (Cell("0912345678, 0987654321"), "", (MOBILE,)),
        (Cell("không có"), "", ()),
        (Cell("0", is_number=True), "", ()),
        (Cell("-"), "", ()),
        (Cell(""), "", ()),
    ],
)  # fmt: skip
def test_telephones(cell: Cell, meant: str, remarks: tuple[str, ...]) -> None:
    assert values.phone(cell) == values.Phone(meant, remarks)


@pytest.mark.parametrize(
    "text", ["gọi buổi sáng", "gọi 3840034", "12345", "214384034", "0912345678 hoặc gọi An", "0912345678; 12345", "4/a"]
)
def test_what_is_no_telephone(text: str) -> None:
    assert values.phone(Cell(text)) == values.Phone(wrong=True)


@given(st.sampled_from(["0214", "0203", "024", "028"]), st.integers(3_000_000, 9_999_999))
def test_telephones_come_back_whole(area: str, rest: int) -> None:
    number = f"{area}{rest}"
    assert values.phone(Cell(number)).text.replace(" ", "") == number
    assert values.phone(Cell(number[1:], is_number=True)).text == values.phone(Cell(number)).text


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Cấp mới", Asked.OPEN),
        ("Đề nghị cấp hộp thư", Asked.OPEN),
        ("đăng ký", Asked.OPEN),
        ("Cấp lại mật khẩu", Asked.RESTORE),
        ("Mở lại", Asked.RESTORE),
        ("Thu hồi", Asked.WITHDRAW),
        ("nghỉ hưu", Asked.WITHDRAW),
        ("Tạm khóa", Asked.SUSPEND),
        ("Luân chuyển", Asked.CHANGE),
        ("thu hoi", Asked.WITHDRAW),
        ("bo", Asked.WITHDRAW),
        ("Xoá", Asked.WITHDRAW),
        ("DANH SÁCH BỔ SUNG", Asked.OPEN),
        ("danh sach bo sung", Asked.OPEN),
        ("bổ nhiệm", Asked.UNKNOWN),
        ("bo nhiem", Asked.UNKNOWN),
        ("Lao động hợp đồng", Asked.UNKNOWN),
        ("Khoa Nội", Asked.UNKNOWN),
        ("Đội Quản lý thị trường số 1", Asked.UNKNOWN),
        ("chuyên viên", Asked.UNKNOWN),
        ("gấp", Asked.UNKNOWN),
        ("x", Asked.UNKNOWN),
        ("Không", None),
        ("0", None),
        (" - ", None),
        ("", None),
    ],
)
def test_requests(text: str, meant: Asked | None) -> None:
    assert values.asked(text) is meant
