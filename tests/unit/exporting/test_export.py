"""The address book in other programs' formats, read back by readers of their own."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sized
from datetime import date
from typing import Any

import ldif
import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from danhba.checking.check import check
from danhba.exporting import writing
from danhba.exporting.addressbook import Contact, contacts
from danhba.planning import listing
from danhba.planning.state import Timeline
from tests.factory.text import Value
from tests.support.office import Office
from tests.support.registers import agency, event, files, person, register, usable, write

OPENED = event("recruited", "2010-11-01")
AGENCIES = (
    agency("ubnd", person("1", "Đặng Văn Dũng", OPENED, title="Chủ tịch", phone="0214 3 840 001")),
    agency(
        "stttt",
        person(
            "2", "H'Hen Niê", OPENED, family="Niê", given="Hen", title="Chuyên viên", unit="Phòng Tổ chức, hành chính"
        ),
        person("3", "Giàng Seo Phử", OPENED, "2011-06-01"),
        person("4", "Vù A Y", event("recruited", "2031-01-01")),
        person("5", "Lý A Chúng", OPENED, suspended=[{"document": "9/QĐ-STTTT", "date": "2011-05-01"}]),
        person("6", "Trần Thị Hồng Ngọc", OPENED, title="=cmd|' /c calc'!A0; n", unit="+Tổ; một"),
        parent="ubnd",
    ),
    agency("old", person("7", "Ánh", OPENED, "2011-01-01"), closed="2011-01-01"),
    agency("under", person("8", "Ánh", OPENED), parent="stttt"),
)
TEXTS = register(*AGENCIES)
UBND, STTTT, UNDER = "Cơ quan ubnd", "Cơ quan stttt", "Cơ quan under"
ROWS = [
    (STTTT, "", "", STTTT, "contact-stttt@laocai.gov.vn", ""),
    ("H'Hen Niê", "Chuyên viên", "Phòng Tổ chức, hành chính", STTTT, "nhen-stttt@laocai.gov.vn", ""),
    ("Trần Thị Hồng Ngọc", "=cmd|' /c calc'!A0; n", "+Tổ; một", STTTT, "tthngoc-stttt@laocai.gov.vn", ""),
    (UBND, "", "", UBND, "contact-ubnd@laocai.gov.vn", ""),
    ("Đặng Văn Dũng", "Chủ tịch", "", UBND, "dvdung-ubnd@laocai.gov.vn", "0214 3 840 001"),
    (UNDER, "", "", UNDER, "contact-under@laocai.gov.vn", ""),
    ("Ánh", "", "", UNDER, "anh-under@laocai.gov.vn", ""),
]


@pytest.fixture
def book(office: Office) -> Office:
    """An office with a register of its own."""
    office.keep(TEXTS)
    return office


def exported(book: Office, form: str, *more: str) -> bytes:
    result = book.run("export", "--format", form, "--out", "out", "--force", "--as-of", "2012-01-01", *more)
    assert result.exit_code == 0, result.output
    return (book.path / "out").read_bytes()


def order(rows: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    return sorted(rows, key=lambda row: row[4])


def test_csv(book: Office) -> None:
    data = exported(book, "csv")
    assert data.startswith(b"\xef\xbb\xbf")
    heading, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert heading == ["Full name", "Title", "Division", "Agency", "Address", "Telephone"]
    harmless = [tuple(f"'{cell}" if cell[:1] in {"=", "+"} else cell for cell in row) for row in ROWS]
    assert order([tuple(row) for row in rows]) == order(harmless)


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_in_csv_no_cell_is_a_formula(first: str) -> None:
    """What a spreadsheet takes for the beginning of a formula, tab and carriage return with it, is told to be text."""
    found, _issued = usable(TEXTS)
    cells = (f"{first}1+1", f"{first}A1", f"x{first}")
    odd = Contact(*cells, agency="Cơ quan", address="x@laocai.gov.vn", phone="", code="stttt")
    _heading, row = csv.reader(io.StringIO(writing.as_csv([odd], found, "en").decode("utf-8-sig"), newline=""))
    assert row[:3] == [f"'{first}1+1", f"'{first}A1", f"x{first}"]


def test_xlsx(book: Office) -> None:
    sheet = load_workbook(io.BytesIO(exported(book, "xlsx"))).worksheets[0]
    heading, *rows = list(sheet.iter_rows())
    assert [cell.value for cell in heading] == ["Full name", "Title", "Division", "Agency", "Address", "Telephone"]
    assert all(cell.font.bold for cell in heading)
    assert order(tuple(str(cell.value or "") for cell in row) for row in rows) == order(ROWS)
    assert {cell.data_type for row in rows for cell in row if cell.value} == {"s"}
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:F8"
    assert sheet.column_dimensions["A"].width > 20


def test_vcard(book: Office) -> None:
    cards = list(vobject.readComponents(exported(book, "vcard").decode()))
    rows = []
    for card in cards:
        organisation, unit = (*card.org.value, "")[:2]
        tel, title = getattr(card, "tel", None), getattr(card, "title", None)
        phone = tel.value if tel else ""
        rows.append((card.fn.value, title.value if title else "", unit, organisation, card.email.value, phone))
        assert tel is None or tel.type_param == "WORK"
    assert order(rows) == order(ROWS)
    names = {card.fn.value: (card.n.value.family, card.n.value.additional, card.n.value.given) for card in cards}
    assert names["Trần Thị Hồng Ngọc"] == ("Trần", "Thị Hồng", "Ngọc")
    assert names["H'Hen Niê"] == ("Niê", "", "H'Hen")


def records(data: bytes) -> Iterator[tuple[str, dict[str, list[str]]]]:
    yield from ldif.LDIFParser(io.BytesIO(data)).parse()


def test_ldif(book: Office) -> None:
    entries = dict(records(exported(book, "ldif")))
    people = {dn: entry for dn, entry in entries.items() if dn.startswith("uid=")}
    rows = [
        tuple(entry.get(key, [""])[0] for key in ("cn", "title", "ou", "o", "mail", "telephoneNumber"))
        for entry in people.values()
    ]
    assert order(rows) == order(ROWS)
    base = "dc=laocai,dc=gov,dc=vn"
    assert entries[base]["o"] == ["Lào Cai"]
    assert f"uid=anh-under,ou=under,ou=stttt,ou=ubnd,{base}" in people
    assert people[f"uid=nhen-stttt,ou=stttt,ou=ubnd,{base}"]["sn"] == ["Niê"]
    for entry in people.values():  # what inetOrgPerson demands
        assert entry["cn"]
        assert entry["sn"]
        assert "inetOrgPerson" in entry["objectClass"]


@pytest.mark.clause("R6.1a")
@pytest.mark.parametrize(("day", "above"), [("2011-12-31", "ou=stttt,ou=ubnd,"), ("2012-01-01", "ou=ubnd,")])
def test_an_agency_stands_where_it_does_on_the_day(book: Office, day: str, above: str) -> None:
    change: Value = [{"document": "6/QĐ-UBND", "date": "2012-01-01", "parent": "ubnd", "kind": "party"}]
    write(book.path / "directory", {"agencies/under.yml": agency("under", parent="stttt", changes=change)})
    names = [name for name, _entry in records(exported(book, "ldif", "--as-of", day))]
    assert f"ou=under,{above}dc=laocai,dc=gov,dc=vn" in names
    page = book.run("export", "--format", "html", "--out", "site", "--as-of", day)
    assert page.exit_code == 0, page.output
    html = (book.path / "site/index.html").read_text("utf-8")
    assert html.count("<ul>") == (3 if "stttt" in above else 2)


def test_in_ldif_every_entry_follows_the_one_above_it(book: Office) -> None:
    seen: set[str] = set()
    for dn, entry in records(exported(book, "ldif")):
        assert dn not in seen
        assert not seen or dn.partition(",")[2] in seen
        assert dn.partition(",")[0].partition("=")[2] in entry[dn.partition("=")[0]]
        seen.add(dn)


@pytest.mark.parametrize("form", writing.FORMATS)
def test_one_agency(book: Office, form: str) -> None:
    data = exported(book, form, "--agency", "stttt")
    one: dict[str, Callable[[], Sized]] = {
        "csv": lambda: list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))[1:],
        "xlsx": lambda: list(load_workbook(io.BytesIO(data)).worksheets[0].values)[1:],
        "vcard": lambda: list(vobject.readComponents(data.decode())),
        "ldif": lambda: [dn for dn, _entry in records(data) if dn.startswith("uid=")],
    }
    assert len(one[form]()) == 3


def test_another_day_has_other_people(book: Office) -> None:
    result = book.run("export", "--format", "csv", "--out", "-", "--as-of", "2010-12-01")
    assert "Giàng Seo Phử" in result.output
    assert "Cơ quan old" in result.output
    assert "Vù A Y" not in result.output
    later = book.run("export", "--format", "csv", "--out", "-", "--as-of", "2031-01-01")
    assert "Vù A Y" in later.output


def test_only_what_everybody_may_know(book: Office) -> None:
    for form in writing.FORMATS:
        text = exported(book, form).decode("utf-8", "replace")
        assert "QĐ-" not in text
        assert "recruited" not in text


def test_the_headings_are_vietnamese_by_default(book: Office) -> None:
    assert "Họ và tên" in exported(book, "csv", "--lang", "vi").decode("utf-8-sig").splitlines()[0]


def test_where_it_cannot_be_written(book: Office) -> None:
    result = book.run("export", "--format", "csv", "--out", "missing/out.csv")
    assert result.exit_code == 2
    assert "cannot write" in result.output


def test_an_agency_that_is_not_there(book: Office) -> None:
    result = book.run("export", "--format", "csv", "--out", "-", "--agency", "xyz")
    assert result.exit_code == 1
    assert "no agency 'xyz'" in result.output


def test_a_register_with_errors_has_no_address_book(book: Office) -> None:
    (book.path / "directory/agencies/ubnd.yml").write_text("agency: [", "utf-8")
    assert book.run("export", "--format", "csv", "--out", "-").exit_code == 1


@pytest.mark.parametrize(
    ("entry", "parts"),
    [
        (("Nguyễn Văn Vịnh", "", ""), ("Nguyễn", "Văn", "Vịnh")),
        (("Lò Thị", "", ""), ("Lò", "", "Thị")),
        (("Ánh", "", ""), ("", "", "Ánh")),
        (("Trần Thị Hồng Ngọc", "", ""), ("Trần", "Thị Hồng", "Ngọc")),
        (("H'Hen Niê", "Niê", "Hen"), ("Niê", "", "H'Hen")),
        (("Y Bhăm Êban", "Êban", "Bhăm"), ("Êban", "Y", "Bhăm")),
        (("Maria Anna Schmidt", "Schmidt", "Maria"), ("Schmidt", "Anna", "Maria")),
    ],
)
def test_the_parts_of_a_name(entry: tuple[str, str, str], parts: tuple[str, str, str]) -> None:
    name, family, stated = entry
    keys: dict[str, Any] = {key: value for key, value in (("family", family), ("given", stated)) if value}
    checked = check(files(register(agency("ubnd", person("1", name, OPENED, **keys)))))
    assert checked.usable is not None
    listed = listing.everything(Timeline.of(*checked.usable, date(2012, 1, 1)))
    contact = next(found for found in contacts(listed) if found.is_person)
    assert (contact.family, contact.middle, contact.given) == parts


REGISTER = check(files(TEXTS)).register
TEXT = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=30).map(
    lambda text: " ".join(text.split())
)
CONTACTS = st.builds(
    Contact,
    name=TEXT.filter(bool),
    title=TEXT,
    unit=TEXT,
    agency=TEXT.filter(bool),
    address=st.sampled_from(["nvvinh-stttt@laocai.gov.vn", "anh-under@laocai.gov.vn"]),
    phone=st.sampled_from(["", "0214 3 840 034", "+84 214 3840034"]),
    code=st.sampled_from(["stttt", "under"]),
    family=TEXT,
    given=TEXT.filter(bool),
)


@settings(max_examples=30)
@given(CONTACTS)
def test_any_text_comes_back(contact: Contact) -> None:
    assert REGISTER is not None
    (_heading, row) = csv.reader(io.StringIO(writing.as_csv([contact], REGISTER, "en").decode("utf-8-sig"), newline=""))
    assert [cell.removeprefix("'") for cell in row] == [cell.removeprefix("'") for cell in contact.row()]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)
    sheet = load_workbook(io.BytesIO(writing.as_xlsx([contact], REGISTER, "en"))).worksheets[0]
    assert tuple(cell.value or "" for cell in sheet[2]) == contact.row()
    (card,) = vobject.readComponents(writing.as_vcard([contact], REGISTER, "en").decode())
    assert card.fn.value == contact.name
    (_dn, entry) = list(records(writing.as_ldif([contact], REGISTER, "en")))[-1]
    assert entry["cn"] == [contact.name]
    assert entry.get("title", [""]) == [contact.title]


@pytest.mark.parametrize("form", ["csv", "pdf"])
def test_what_is_there_is_not_replaced_unless_asked_for(book: Office, form: str) -> None:
    (book.path / "out").write_text("mine", encoding="utf-8")
    result = book.run("export", "--format", form, "--out", "out", "--lang", "en")
    assert (result.exit_code, result.stderr) == (
        2,
        "danhba: out is there already, and nothing was written; name another, or replace it: --force\n",
    )
    assert (book.path / "out").read_text(encoding="utf-8") == "mine"
    assert book.run("export", "--format", form, "--out", "out", "--force").exit_code == 0
    assert (book.path / "out").read_bytes() != b"mine"


def test_a_folder_with_something_in_it_is_not_replaced(book: Office) -> None:
    site = book.path / "site"
    site.mkdir()
    assert book.run("export", "--format", "html", "--out", "site").exit_code == 0
    before = {path.name: path.read_bytes() for path in site.iterdir()}
    (site / "mine").touch()
    assert book.run("export", "--format", "html", "--out", "site").exit_code == 2
    assert book.run("export", "--format", "html", "--out", "site", "--force").exit_code == 0
    assert {path.name: path.read_bytes() for path in site.iterdir()} == before | {"mine": b""}
