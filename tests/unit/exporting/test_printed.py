"""The list on paper, read back as text: who is on it, in which order, and on which page."""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from danhba.checking.check import check
from danhba.exporting import printed
from danhba.exporting.addressbook import Contact
from danhba.reading.source import Unusable
from danhba.rendering import fonts
from tests.support.office import Office
from tests.support.registers import agency, event, files, person, register, write

OPENED = event("recruited", "2010-11-01")
NAMES = [f"{first}{rest}" for first in "BCDĐGHKLMNPQRSTVX" for rest in ("ảnh", "ẩn", "ước", "oằn")]
AGENCIES = (
    agency("ubnd", person("1", "Đặng Văn Dũng", OPENED, title="Chủ tịch", phone="0214 3 840 001")),
    agency(
        "stttt",
        person("2", "Trần Thị Hồng Ngọc", OPENED, title="Chuyên viên", unit="Phòng Tổ chức, hành chính"),
        person("3", "Giàng Seo Phử", OPENED, "2011-06-01"),
        *(person(str(100 + n), f"Lò Văn {name}", OPENED) for n, name in enumerate(NAMES)),
        parent="ubnd",
    ),
    agency("aaa", parent="ubnd"),
    agency("zzz", parent="ubnd"),
)


def book(office: Office) -> Office:
    for file in (office.path / "directory/agencies").iterdir():
        file.unlink()
    write(office.path / "directory", register(*AGENCIES))
    return office


def pages(office: Office, *more: str) -> list[str]:
    """The text of each page, with single spaces."""
    arguments = ("--format", "pdf", "--out", "out.pdf", "--force", "--as-of", "2012-01-01", "--lang", "vi")
    result = office.run("export", *arguments, *more)
    assert result.exit_code == 0, result.output
    return [re.sub(r"\s+", " ", page.extract_text()) for page in PdfReader(office.path / "out.pdf").pages]


def test_title_date_and_source(office: Office) -> None:
    first = pages(book(office))[0]
    for said in (
        "Danh bạ điện tử tỉnh Lào Cai",
        "01/01/2012",
        f"4 cơ quan, {2 + len(NAMES)} cán bộ",
        "Cơ quan stttt",
        "0214 3 000 000",
    ):
        assert said in first


def test_agencies_stand_in_the_order_of_the_tree(office: Office) -> None:
    text = " ".join(pages(book(office)))
    begins = [text.index(f"contact-{code}@laocai.gov.vn") for code in ("ubnd", "aaa")]
    begins.append(text.rindex("contact-stttt@laocai.gov.vn"))
    assert begins == sorted(begins)


def test_people_have_all_that_everybody_may_know(office: Office) -> None:
    text = " ".join(pages(book(office), "--agency", "stttt"))
    assert "1 Trần Thị Hồng Ngọc Chuyên viên Phòng Tổ chức, hành chính" in text
    assert "tthngoc-stttt@laocai.gov.vn" in text
    assert text.index("Hộp thư cơ quan") < text.index("Trần Thị Hồng Ngọc")
    for hidden in ("Giàng Seo Phử", "Đặng Văn Dũng", "QĐ-"):
        assert hidden not in text


def test_headings_and_numbers_are_on_every_page(office: Office) -> None:
    found = pages(book(office), "--agency", "stttt")
    assert len(found) > 1
    for number, text in enumerate(found, 1):
        assert f"Trang {number}/{len(found)}" in text
        for heading in ("STT", "Họ và tên", "Địa chỉ thư", "Điện thoại", "thuộc Cơ quan ubnd"):
            assert heading in text


def test_leaders_stand_before_everybody_else(office: Office) -> None:
    office = book(office)
    people = (person("7", "Vàng Mí Sính", OPENED), person("8", "Thào A Páo", OPENED, leader="true"))
    write(office.path / "directory", register(*AGENCIES[:1], agency("stttt", *people, parent="ubnd")))
    text = pages(office, "--agency", "stttt")[0]
    assert text.index("contact-stttt@") < text.index("Thào A Páo") < text.index("Vàng Mí Sính")


def test_the_index_names_the_page_on_which_an_agency_begins(office: Office) -> None:
    first = pages(book(office))[0]
    reader = PdfReader(office.path / "out.pdf")
    begins: list[int] = []

    def collect(items: list[Any]) -> None:
        for item in items:
            if isinstance(item, list):
                collect(item)
            else:
                begins.append((reader.get_destination_page_number(item) or 0) + 1)

    collect(reader.outline)
    numbers = re.findall(r"\b\d+\b", first.partition("Danh sách cơ quan")[2])
    assert [int(number) for number in numbers[:4]] == begins
    assert begins[0] == 2
    assert begins[-1] > 2


def test_one_agency_has_no_index(office: Office) -> None:
    assert "Danh sách cơ quan" not in pages(book(office), "--agency", "ubnd")[0]


def test_the_same_list_makes_the_same_file(office: Office) -> None:
    pages(book(office))
    first = (office.path / "out.pdf").read_bytes()
    pages(office)
    assert (office.path / "out.pdf").read_bytes() == first


def test_nobody(office: Office) -> None:
    assert office.run("export", "--format", "pdf", "--out", "-", "--as-of", "1990-01-01").exit_code == 0


LONG = ("Nguyễn " * 30, "x" * 300, "Phòng " + "rất-dài" * 60, "=1+1", "<b>&amp;</b>", "\u202engược")


@pytest.mark.parametrize("text", LONG, ids=lambda text: text[:10])
def test_no_text_leaves_its_column(text: str) -> None:
    checked = check(files(register(*AGENCIES))).register
    assert checked
    contact = Contact(text, text, text, text, f"{'x' * 64}@laocai.gov.vn", text, "stttt", given="x")
    layout = printed._Layout(checked, "vi", date(2012, 1, 1), fonts.register().serif)
    layout.cover([contact])
    for page in layout.pages:
        for line in page.texts:
            end = line.x + printed._width(line.text, line.font, line.size) * (not line.right)
            assert end <= printed.WIDTH - printed.MARGIN + 0.01
            assert line.y >= printed.BOTTOM - 1
    assert PdfReader(io.BytesIO(printed.as_pdf([contact], checked, "vi", date(2012, 1, 1)))).pages


def test_missing_typefaces_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(fonts, "FOLDERS", (tmp_path,))
    with pytest.raises(Unusable) as caught:
        fonts.find("LiberationSerif-Regular.ttf")
    assert "fonts-liberation" in caught.value.template
