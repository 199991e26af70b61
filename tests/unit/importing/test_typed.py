"""Names as they are typed into cells: what is the name, what is left out, what may be somebody else."""

from __future__ import annotations

import pytest

from danhba.importing import typed
from danhba.importing.typed import Typed


@pytest.mark.parametrize(
    ("cell", "name", "left_out"),
    [
        ("Lý Láo Lở", "Lý Láo Lở", ()),
        ("Lý Láo\nLở", "Lý Láo Lở", ()),
        ("Đào-Thị Lê", "Đào-Thị Lê", ()),
        ("H'Hen Niê", "H'Hen Niê", ()),
        ("Thạch Thị Sĩ", "Thạch Thị Sĩ", ()),
        ("Tsằn A Sáng", "Tsằn A Sáng", ()),
        ("Y Bia Êban", "Y Bia Êban", ()),
        ("ThS. Lý Láo Lở", "Lý Láo Lở", ("ThS.",)),
        ("Ths Lý Láo Lở", "Lý Láo Lở", ("Ths",)),
        ("TS. Lý Láo Lở", "Lý Láo Lở", ("TS.",)),
        ("PGS.TS. Lý Láo Lở", "Lý Láo Lở", ("PGS.TS.",)),
        ("BS.CKI Lý Láo Lở", "Lý Láo Lở", ("BS.CKI",)),
        ("BSCKII. LÝ LÁO LỞ", "Lý Láo Lở", ("BSCKII.",)),
        ("BS CK1 Lý Láo Lở", "Lý Láo Lở", ("BS CK1",)),
        ("Đ/c Lý Láo Lở", "Lý Láo Lở", ("Đ/c",)),
        ("Đ/c: Lý Láo Lở", "Lý Láo Lở", ("Đ/c:",)),
        ("Ð/c Lý Láo Lở", "Lý Láo Lở", ("Đ/c",)),
        ("Đồng chí Lý Láo Lở", "Lý Láo Lở", ("Đồng chí",)),
        ("Thượng tá Lý Láo Lở", "Lý Láo Lở", ("Thượng tá",)),
        ("Phó Giám đốc Lý Láo Lở", "Lý Láo Lở", ("Phó Giám đốc",)),
        ("PGĐ Lý Láo Lở", "Lý Láo Lở", ("PGĐ",)),
        ("1. Lý Láo Lở", "Lý Láo Lở", ("1.",)),
        ("01/ ThS. Lý Láo Lở", "Lý Láo Lở", ("01/", "ThS.")),
        ("- Lý Láo Lở", "Lý Láo Lở", ("-",)),
        ("12 Lý Láo Lở", "Lý Láo Lở", ("12",)),
        ("Lý Láo Lở (PGĐ)", "Lý Láo Lở", ("(PGĐ)",)),
        ("(1) Lý Láo Lở", "Lý Láo Lở", ("(1)",)),
        ("Lý (Láo) Lở [kiêm nhiệm]", "Lý Lở", ("(Láo)", "[kiêm nhiệm]")),
        ("Lý Láo Lở (PGĐ", "Lý Láo Lở", ("(PGĐ",)),
        ("Lý Láo Lở - Phó Giám đốc", "Lý Láo Lở", ("Phó Giám đốc",)),
        ("Lý Láo Lở -PGĐ", "Lý Láo Lở", ("PGĐ",)),
        ("Lý Láo Lở, ThS.", "Lý Láo Lở", ("ThS",)),
        ("Lý Láo Lở ThS", "Lý Láo Lở", ("ThS",)),
        ("Lý Láo Lở BS.CKII", "Lý Láo Lở", ("BS.CKII",)),
        ("Lý Láo Lở. PGĐ", "Lý Láo Lở", ("PGĐ",)),
        ("Lý Láo Lở\nChuyên viên", "Lý Láo Lở", ("Chuyên viên",)),
        ("1. BS.CKI LÝ LÁO LỞ (PGĐ)", "Lý Láo Lở", ("1.", "BS.CKI", "(PGĐ)")),
        ("Lý Láo Lở.", "Lý Láo Lở", (".",)),
        ("Lý Láo Lở (*)", "Lý Láo Lở", ("(*)",)),
    ],
)
def test_typed_read_takes_what_is_no_name_out_and_tells_it(cell: str, name: str, left_out: tuple[str, ...]) -> None:
    assert typed.read(cell) == Typed(name, left_out)


@pytest.mark.parametrize(
    ("cell", "beside"),
    [
        ("Lý Láo Lở, Vù A Y", "Vù A Y"),
        ("Lý Láo Lở / Vù A Y", "Vù A Y"),
        ("Lý Láo Lở\nVù A Y", "Vù A Y"),
        ("Lý Láo Lở và Vù A Y", "Vù A Y"),
        ("Lý Láo Lở - Vù A Y", "Vù A Y"),
        ("Lý Láo Lở; gửi sau", "gửi sau"),
    ],
)
def test_typed_read_names_what_may_be_another_person(cell: str, beside: str) -> None:
    assert typed.read(cell).beside == beside


@pytest.mark.parametrize(
    ("cell", "name"), [("(PGĐ)", "(Pgđ)"), ("1.", "1."), ("Lý ThS. Lở", "Lý ThS. Lở"), ("???", "???")]
)
def test_typed_read_without_a_name_leaves_the_text_to_be_refused(cell: str, name: str) -> None:
    assert typed.read(cell) == Typed(name)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["Ông Ích Khiêm"], [("Ông", "Ông Ích Khiêm")]),
        (["Ông Nguyễn Khiêm"], [("Ông", "Nguyễn Khiêm")]),
        (["Ông Vừ Dính", "Bà Mai"], [("Ông", "Vừ Dính"), ("Bà", "Mai")]),
        (["Ông Ích Khiêm", "Bà Ích Mai"], [("Ông", "Ích Khiêm"), ("Bà", "Ích Mai")]),
        (["Anh Nguyễn Khiêm", "Anh Đức"], [("Anh", "Nguyễn Khiêm"), ("", "Anh Đức")]),
        (["Lò An", "Bà"], [("", "Lò An"), ("", "Bà")]),
    ],
)
def test_honorifics_are_left_out_unless_they_may_be_a_family_name(
    names: list[str], expected: list[tuple[str, str]]
) -> None:
    assert list(typed.honorifics(names)) == expected
