"""Importing the lists that agencies send: every shape to the same entries, every bad row told at its place."""

from __future__ import annotations

import io
import re
import time
from datetime import date, datetime
from datetime import time as clock
from itertools import islice, product

import pytest
from openpyxl import load_workbook

from tests.support.forms import FORMS, HEADING, PEOPLE, delimited, numbered, saved, workbook
from tests.support.office import Office
from tests.support.registers import agency, person, register, write
from tests.support.terminal import Terminal

WANTED = [
    {key: value for key, value in zip(("name", "title", "unit", "phone"), person, strict=True) if value}
    for person in PEOPLE
]


@pytest.mark.clause("R5", "R7.3")
@pytest.mark.parametrize("form", FORMS)
def test_every_form_leads_to_the_same_entries(office: Office, form: str) -> None:
    result = office.import_(FORMS[form](), "--yes")
    assert result.exit_code == 0, result.output
    entries = office.entries()
    assert [{key: entry[key] for key in entry if key not in {"id", "opened"}} for entry in entries] == WANTED
    assert len({entry["id"] for entry in entries}) == len(PEOPLE)
    assert {str(entry["opened"]) for entry in entries} == {
        "{'document': '45/QĐ-STTTT', 'date': datetime.date(2010, 11, 15), 'event': 'recruited'}"
    }


def told(output: str) -> dict[str, str]:
    """What the report says, by the rows that it speaks of; the mailboxes shown at the end are not of it."""
    report = output.partition("mailboxes as they will be")[0]
    lines = [re.split(r"\s{2,}", line.strip()) for line in report.splitlines()]
    return {line[0]: " | ".join(line[1:]) for line in lines if re.fullmatch(r"(\S+!)?\d+(-\d+)?", line[0])}


def one(*cells: object, heading: tuple[str, ...] = HEADING) -> bytes:
    return workbook({"DS": [heading, cells]})


def test_a_preview_writes_nothing_and_shows_every_row_with_its_address(office: Office) -> None:
    result = office.import_(FORMS["form 1 under a letterhead"](), "--dry-run")
    assert result.exit_code == 0
    assert office.is_unchanged
    rows = told(result.output)
    assert rows["1-7"] == "left out | stands outside the table"
    assert rows["10"].startswith(
        "will be opened | Đặng Văn Dũng | Giám đốc | Ban Giám đốc | 0214 3 840 034 | dvdung-stttt@"
    )
    assert "ends the table: Danh sách đề nghị: 5 tài khoản" in rows["16"]
    assert "+  - id:" in result.output
    assert "create: dvdung-stttt@laocai.gov.vn" in result.output
    assert "--dry-run: nothing was written" in result.output


def test_what_is_asked_for_when_nobody_is_at_a_terminal(office: Office) -> None:
    (office.path / "list.csv").write_text("Stt;Họ và tên\n1;Vù A Y\n", "utf-8")
    result = office.run("import", "list.csv", "--agency", "stttt")
    assert result.exit_code == 2
    assert "missing --document, --date" in result.output


def test_the_event_and_the_request_are_those_of_the_command(office: Office) -> None:
    office.import_(one(1, "Vù A Y"), "--yes", "--event", "migrated", "--request", "12/STTTT-VP")
    (entry,) = office.entries()
    assert entry["opened"] | {"date": ""} == {
        "document": "45/QĐ-STTTT",
        "request": "12/STTTT-VP",
        "date": "",
        "event": "migrated",
    }


ID_HEADING = ("Stt", "Họ và tên", "Chức vụ", "Mã CBCCVC")
ASKED_HEADING = ("Stt", "Họ và tên", "Chức vụ", "Nội dung đề nghị")
# One row in a sheet of its own: what is wrong with it, at which column.
BAD = [
    (HEADING, (1, "Nguyễn Văn A1"), "[B] '1' (U+0031) in 'Nguyễn Văn A1' has no letter without marks"),
    (HEADING, (1, "李明", "Chuyên viên"), "[B] '李' (U+674E)"),
    (HEADING, (1, "???"), "[B] '?' (U+003F)"),
    (HEADING, (1, "", "Chuyên viên"), "[B] the row has no name"),
    (HEADING, ("", "Trần Thị Bình"), "[B] 'Trần Thị Bình' stands alone in a row without a number"),
    (HEADING, (1, "Phòng Tổ chức", "x", "y"), "[B] 'Phòng Tổ Chức' is no person"),
    (HEADING, (1, "Vù A Y", "a" * 201), "[C] 'title' has 201 characters"),
    (HEADING, (1, "Vù A Y", "", "u" * 999), "[D] 'unit' has 999 characters"),
    (HEADING, (1, "Vù A Y", "", "", "gọi buổi sáng"), "[E] 'gọi buổi sáng' is no telephone number"),
    (HEADING, (1, "Vù A Y", "", "", 12345), "[E] '12345' is no telephone number"),
    (ID_HEADING, (1, "Vù A Y", "", "mã 01!"), "[D] 'mã01!' cannot be an id"),
    (ID_HEADING, (1, "Vù A Y", "", "010085001234"), "[D] '010085001234' looks like a national identity number"),
    (ID_HEADING, (1, "Vù A Y", "", "000101"), "id 000101 is Nguyễn Văn Vịnh's"),
    (
        ASKED_HEADING,
        (1, "Vù A Y", "", "Thu hồi"),
        "[D] the row asks to withdraw a mailbox, and a list only opens: danhba close",
    ),
    (ASKED_HEADING, (1, "Vù A Y", "", "Xóa tài khoản"), "danhba close 'Vù A Y'"),
    (ASKED_HEADING, (1, "Vù A Y", "", "Hủy do nghỉ hưu"), "danhba close 'Vù A Y'"),
    (ASKED_HEADING, (1, "Vù A Y", "", "Tạm khóa"), "danhba suspend 'Vù A Y'"),
    (ASKED_HEADING, (1, "Vù A Y", "", "Thay đổi đơn vị"), "danhba transfer 'Vù A Y'"),
    (ASKED_HEADING, (1, "Vù A Y", "", "Cấp lại mật khẩu"), "playbooks/passwords.yml"),
    (ASKED_HEADING, (1, "Vù A Y", "", "gấp"), "[D] 'gấp' is no request that a list can carry"),
    (("Stt", "Họ tên", "Cấp mới", "Thu hồi"), (1, "Vù A Y", "", ""), "[C] nothing is marked"),
    (("Stt", "Họ tên", "Cấp mới", "Thu hồi"), (1, "Vù A Y", "", "X"), "[D] the row asks to withdraw"),
]


@pytest.mark.parametrize(("heading", "cells", "expected"), BAD)
def test_a_bad_row(office: Office, heading: tuple[str, ...], cells: tuple[object, ...], expected: str) -> None:
    people = [(i, name, title) for i, name, title, *_rest in numbered()]
    data = workbook({"DS": [heading[:3], *people], "Thêm": [(), heading, cells]})
    result = office.import_(data, "--yes")
    assert result.exit_code == 1
    assert office.is_unchanged
    rows = told(result.output)
    assert rows["Thêm!3"].startswith("wrong | ")
    assert expected in rows["Thêm!3"]
    assert [place for place, text in rows.items() if text.startswith("wrong")] == ["Thêm!3"]
    assert "1 rows are wrong" in result.output


def test_a_section_that_asks_to_withdraw(office: Office) -> None:
    rows = [
        HEADING,
        ("I", "Đề nghị cấp mới"),
        (1, "Vù A Y"),
        ("II", "Đề nghị thu hồi"),
        (1, "Lý A Chúng", "Chuyên viên"),
    ]
    result = office.import_(workbook({"DS": rows}), "--yes")
    assert result.exit_code == 1
    assert "will be opened | Vù A Y" in told(result.output)["3"]
    assert "danhba close 'Lý A Chúng'" in told(result.output)["5"]


def test_the_list_must_hold_as_many_as_it_says(office: Office) -> None:
    rows = [HEADING, (1, "Vù A Y"), (), ("Danh sách đề nghị: 02 (hai) tài khoản",)]
    result = office.import_(workbook({"DS": rows}), "--yes")
    assert result.exit_code == 1
    assert "the list says that it has 2 people, but 1 rows name one" in told(result.output)["4"]


def test_signatures_below_the_table_are_nobody(office: Office) -> None:
    rows = [HEADING, (1, "Vù A Y"), (), ("", "Người lập biểu"), ("", "Trần Thị Bình"), (2, "Lý A Chúng")]
    office.import_(workbook({"DS": rows}), "--yes")
    assert [entry["name"] for entry in office.entries()] == ["Vù A Y"]


def test_who_is_there_already_is_left_out(office: Office) -> None:
    rows = [HEADING, (1, "NGUYỄN VĂN VỊNH", "Giám đốc"), (2, "Giàng Seo Phử"), (3, "Vù A Y")]
    result = office.import_(workbook({"DS": rows}), "--yes")
    assert result.exit_code == 0
    assert "left out | Nguyễn Văn Vịnh" in told(result.output)["2"]
    assert "is there already: nvvinh-stttt; if this is another person, import with --namesake 'DS!2'" in result.output
    # In 2010 he is there; that his mailbox is closed in 2012 does not make him another one.
    assert "is there already: gsphu-stttt" in told(result.output)["3"]
    assert [entry["name"] for entry in office.entries()] == ["Vù A Y"]


def test_a_list_of_people_who_are_all_there(office: Office) -> None:
    result = office.import_(one(1, "Nguyễn Văn Vịnh"), "--yes")
    assert result.exit_code == 0
    assert "nobody in the list is to be opened" in result.output
    assert office.is_unchanged


def test_a_namesake_of_one_who_is_there(office: Office) -> None:
    rows = [HEADING, (1, "Nguyễn Văn Vịnh", "Chuyên viên"), (2, "Nguyễn Văn Vịnh", "Văn thư")]
    result = office.import_(workbook({"DS": rows}), "--yes", "--namesake", "2", "--namesake", "DS!3")
    assert result.exit_code == 0
    assert "vinhngv-stttt@" in told(result.output)["2"]
    assert "vinhnguv-stttt@" in told(result.output)["3"]
    assert "has the name of row 2" in told(result.output)["3"]
    assert [entry["title"] for entry in office.entries()] == ["Chuyên viên", "Văn thư"]


def test_a_namesake_in_no_row(office: Office) -> None:
    result = office.import_(one(1, "Vù A Y"), "--yes", "--namesake", "9")
    assert result.exit_code == 1
    assert "the list has no row 9" in result.output


def test_of_two_namesakes_the_one_with_the_same_title_is_there(office: Office) -> None:
    rows = [HEADING, (1, "Nguyễn Văn Vịnh", "Chuyên viên"), (2, "Nguyễn Văn Vịnh", "Văn thư")]
    office.import_(workbook({"DS": rows}), "--yes")
    assert [entry["title"] for entry in office.entries()] == ["Văn thư"]


def test_a_row_that_stands_there_twice(office: Office) -> None:
    result = office.import_(workbook({"DS": [HEADING, (1, "Vù A Y", "Văn thư"), (2, "Vù  A Y", "Văn thư")]}), "--yes")
    assert result.exit_code == 1
    assert "is row 2 once more" in told(result.output)["3"]


def test_ids_of_the_list_are_kept(office: Office) -> None:
    rows = [ID_HEADING, (1, "Vù A Y", "", "007"), (2, "Lý A Chúng", "", 815), (3, "Giàng Seo Phử", "", "000103")]
    book = load_workbook(io.BytesIO(workbook({"DS": rows})))
    book.active["D3"].number_format = "00000"  # type: ignore[index]
    result = office.import_(saved(book), "--yes", "--date", "2013-01-02")
    assert result.exit_code == 0, result.output
    assert [entry["id"] for entry in office.entries()] == ["007", "00815", "000103"]
    assert "comes back to stttt" in told(result.output)["4"]
    assert "gsphu-stttt@" in told(result.output)["4"]


def test_zeros_that_a_spreadsheet_lost_are_put_back(office: Office) -> None:
    """701 typed into a cell is a number; the ids of the register have six digits."""
    rows = [ID_HEADING, (1, "Vù A Y", "", 701), (2, "Lý A Chúng", "", "702"), (3, "Nguyễn Văn Vịnh", "", 101)]
    result = office.import_(workbook({"DS": rows}), "--yes", "--date", "2013-01-02")
    assert result.exit_code == 0, result.output
    assert [entry["id"] for entry in office.entries()] == ["000701", "702"]
    assert "701 came as a number, without its first zeros; it is taken for 000701" in told(result.output)["2"]
    assert "zeros" not in told(result.output)["3"]
    assert "is there already by this id: nvvinh-stttt" in told(result.output)["4"]


def test_ids_of_several_lengths_tell_nothing_of_zeros(office: Office) -> None:
    people = (person("07", "Lò An", "2009-01-01"), person("000008", "Lò Bình", "2009-01-01"))
    sample = write(office.path / "other", register(agency("stttt", *people)))
    result = office.import_(workbook({"DS": [ID_HEADING, (1, "Vù A Y", "", 701)]}), sample, "--yes")
    assert "zeros" not in result.output


def test_hidden_rows_are_told(office: Office) -> None:
    book = load_workbook(io.BytesIO(workbook({"DS": [HEADING, (1, "Vù A Y"), (2, "Lý A Chúng"), (3, "Lý A Phừ")]})))
    sheet = book["DS"]
    sheet.row_dimensions[3].hidden = True
    rows = told(office.import_(saved(book), "--dry-run").output)
    assert ["the row is hidden in the spreadsheet; see whether it is meant" in rows[number] for number in "234"] == [
        False,
        True,
        False,
    ]


def test_ids_that_are_made_begin_as_asked_for(office: Office) -> None:
    rows = [ID_HEADING, (1, "Vù A Y", "", "007"), (2, "Lý A Chúng"), (3, "Lý A Phừ")]
    office.import_(workbook({"DS": rows}), "--yes", "--id-prefix", "stttt-")
    first, *others = [entry["id"] for entry in office.entries()]
    assert first == "007"
    assert len(set(others)) == 2
    assert all(re.fullmatch(r"stttt-[a-z2-7]{8}", id_) for id_ in others)
    assert office.import_(workbook({"DS": rows}), "--id-prefix", "a b").exit_code == 2


def test_an_id_that_is_there(office: Office) -> None:
    rows = [ID_HEADING, (1, "Nguyễn văn Vịnh", "", "000101"), (2, "Nguyễn Văn Vịnh"), (3, "Ngô Vân Vinh", "", "99")]
    result = office.import_(workbook({"DS": rows}), "--yes")
    assert "is there already by this id: nvvinh-stttt" in told(result.output)["2"]
    # The one of that name has been met already, so this is another one.
    assert told(result.output)["3"].startswith("will be opened")
    # His id may have been made at random when his mailbox was opened: that it is another one says nothing.
    assert "is there already: vinhnv-stttt" in told(result.output)["4"]


def test_ids_of_others(office: Office) -> None:
    sample = write(office.path / "other", register(agency("stttt"), agency("snv", person("7", "Vù A Y", "2009-01-01"))))
    rows = [ID_HEADING, (1, "Vù A Y", "", "7"), (2, "Lý A Chúng", "", "8"), (3, "Lý A Phừ", "", "8")]
    result = office.import_(workbook({"DS": rows}), sample, "--yes")
    assert result.exit_code == 1
    assert "id 7 is open in snv as Vù A Y; move the person instead: danhba transfer 7 --to stttt" in result.output
    assert "has the id of row 3" in told(result.output)["4"]


@pytest.mark.parametrize(
    ("day", "status", "said"),
    [
        ("2011-12-31", 1, "id 000103 is open in stttt"),
        ("2012-01-01", 0, "comes back to stttt, and keeps the id"),
    ],
)
def test_one_who_left_on_the_day_may_be_opened(office: Office, day: str, status: int, said: str) -> None:
    """One document closes a person in one agency and opens the list of another, on the same day."""
    rows = [ID_HEADING, (1, "Giàng Seo Phử", "", "000103")]
    result = office.import_(workbook({"DS": rows}), "--agency", "ubnd", "--date", day, "--dry-run")
    assert result.exit_code == status, result.output
    assert said in result.output


@pytest.mark.parametrize(("day", "said"), [("2011-12-31", "is there already"), ("2012-01-01", "will be opened")])
def test_a_name_of_one_who_left_on_the_day_is_another_ones(office: Office, day: str, said: str) -> None:
    result = office.import_(workbook({"DS": [HEADING, (1, "Giàng Seo Phử", "")]}), "--date", day, "--dry-run")
    assert said in told(result.output)["2"]


def test_a_name_whose_addresses_are_all_given_out(office: Office) -> None:
    rows = [HEADING, *((i, "Ánh", f"Chuyên viên {i}") for i in range(1, 3))]
    result = office.import_(workbook({"DS": rows}), "--yes", "--one-word", "2", "--one-word", "DS!3")
    assert result.exit_code == 1
    assert "no address is left for 'Ánh'" in told(result.output)["3"]


def test_values_of_formulas_never_formulas(office: Office) -> None:
    rows = [HEADING, (1, '=HYPERLINK("http://example.org","Vù A Y")'), (2, "Lý A Chúng", "=cmd|'/c calc'!A1")]
    result = office.import_(workbook({"DS": rows}))
    assert "HYPERLINK" not in result.output
    assert "calc" not in result.output
    assert "Lý A Chúng" in result.output


def test_error_values_are_told(office: Office) -> None:
    book = load_workbook(io.BytesIO(one(1, "Vù A Y", "#REF!")))
    book.active["C2"].data_type = "e"  # type: ignore[index]
    result = office.import_(saved(book), "--yes")
    assert result.exit_code == 1
    assert "[C] the cell holds the error #REF!" in told(result.output)["2"]


def test_hidden_sheets_are_named_and_left_out(office: Office) -> None:
    book = load_workbook(io.BytesIO(workbook({"DS": [HEADING, (1, "Vù A Y")], "Cũ": [HEADING, (1, "Lý A Chúng")]})))
    book["Cũ"].sheet_state = "hidden"
    result = office.import_(saved(book), "--yes")
    assert "the hidden sheet Cũ was not read" in result.output
    assert [entry["name"] for entry in office.entries()] == ["Vù A Y"]


def test_one_person_in_two_merged_rows(office: Office) -> None:
    rows = [HEADING, (1, "Vù A Y", "Văn thư"), ("", "", "Thủ quỹ"), (2, "Lý A Chúng", "Kế toán")]
    result = office.import_(workbook({"DS": rows}, merged=["A2:A3", "B2:B3"]), "--yes")
    assert told(result.output)["3"] == "left out | is merged with row 2, which names the person"
    assert [(entry["name"], entry["title"]) for entry in office.entries()] == [
        ("Vù A Y", "Văn thư"),
        ("Lý A Chúng", "Kế toán"),
    ]


def test_the_agency_is_no_division_of_itself_and_ditto_is_what_stands_above(office: Office) -> None:
    rows = [HEADING, (1, "Vù A Y", "Văn thư", "Sở Thông tin và truyền thông"), (2, "Lý A Chúng", '"', "Phòng Kế hoạch"),
            (3, "Lý A Phừ", "nt", "-nt-")]  # fmt: skip
    office.import_(workbook({"DS": rows}), "--yes")
    assert [(entry.get("unit"), entry["title"]) for entry in office.entries()] == [
        (None, "Văn thư"), ("Phòng Kế hoạch", "Văn thư"), ("Phòng Kế hoạch", "Văn thư"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "heading",
    [
        ("TT", "Tên", "", "Chức vụ"),
        ("TT", "Họ và tên", "", "Chức vụ"),
        ("TT", "Họ và đệm", "Tên", "Chức danh"),
        ("TT", "Họ", "Tên", "Chức danh"),
    ],
)
def test_names_in_two_columns(office: Office, heading: tuple[str, ...]) -> None:
    rows = [heading, (1, "Nguyễn Thị", "Ánh", "Văn thư"), (2, "Lò", "Thị", "Kế toán")]
    result = office.import_(workbook({"DS": rows}), "--yes")
    assert result.exit_code == 0, result.output
    assert [entry["name"] for entry in office.entries()] == ["Nguyễn Thị Ánh", "Lò Thị"]


def test_values_of_every_type(office: Office) -> None:
    heading = ("Stt", "Họ và tên", "Chức vụ", "Mã số", "Ngày sinh", "Điện thoại")
    rows = [heading, (1.0, "Vù A Y", date(2010, 10, 15), 12.0, datetime(1980, 2, 3), 2143840034.0),
            (2, "Lý A Chúng", True, 0, clock(7, 30), 1.5), (3, "Lý A Phừ", 2.5, "x-1", None, "  ")]  # fmt: skip
    result = office.import_(workbook({"DS": rows}))
    assert "Vù A Y | 15/10/2010 | 0214 3 840 034" in told(result.output)["2"]
    assert "[F] '1.5' is no telephone number" in told(result.output)["3"]
    assert "Lý A Phừ | 2.5" in told(result.output)["4"]


def test_a_heading_that_comes_again_on_every_page(office: Office) -> None:
    again = ("Stt", "Chức vụ", "Họ và tên")
    rows = [HEADING, (1, "Vù A Y", "Văn thư"), again, (2, "Kế toán", "Lý A Chúng")]
    office.import_(workbook({"DS": rows}), "--yes")
    assert [(entry["name"], entry["title"]) for entry in office.entries()] == [
        ("Vù A Y", "Văn thư"),
        ("Lý A Chúng", "Kế toán"),
    ]


@pytest.mark.parametrize(("answer", "status"), [("n", 1), ("y", 0)])
def test_at_a_terminal_it_asks(office: Office, answer: str, status: int) -> None:
    (office.path / "list.csv").write_text("Stt;Họ và tên\n1;Vù A Y\n", "utf-8")
    terminal = Terminal(office.path, "import", "list.csv", "--agency", "stttt")
    try:
        for question, typed in (("Number and symbol", "45/QĐ-STTTT"), ("From which day", "2010-11-15")):
            terminal.until(question)
            terminal.type(typed)
        assert "vay-stttt@laocai.gov.vn" in terminal.until("Write this?")
        terminal.type(answer)
        assert terminal.end()[0] == status
    finally:
        terminal.close()
    assert office.is_unchanged == (answer == "n")


def test_honorifics_are_left_out_where_several_have_one(office: Office) -> None:
    rows = [HEADING, (1, "Ông Vù A Y"), (2, "Bà Lý Thị Mai"), (3, "Lý A Phừ")]
    result = office.import_(workbook({"DS": rows}), "--yes")
    assert [entry["name"] for entry in office.entries()] == ["Vù A Y", "Lý Thị Mai", "Lý A Phừ"]
    assert "'Ông' was left out of the name" in told(result.output)["2"]


TWICE = ("Stt", "Họ và tên", "Chức vụ", "Họ và tên")


def large(heading: tuple[str, ...], count: int) -> bytes:
    """A list of so many people, whose names are all different."""
    words = ["An", "Bình", "Cường", "Dũng", "Giang", "Hà", "Khánh", "Lan", "Mai", "Nga", "Oanh", "Phúc"]
    names = (" ".join(("Lò", *parts)) for parts in product(words, repeat=4))
    rows = [(i, name, "Chuyên viên", "") for i, name in enumerate(islice(names, count), 1)]
    return delimited([heading, *rows]).encode()


def test_import_twenty_thousand_rows_with_one_heading_twice_refuses_naming_both(office: Office) -> None:
    started = time.process_time()
    result = office.import_(large(TWICE, 19_999), "--yes", name="list.csv")
    assert result.exit_code == 1
    assert "sheet CSV, row 1: columns B, D are headed 'Họ và tên', 'Họ và tên'" in result.output
    assert "--column name=B | name=D | name=B,D" in result.output
    assert len(result.output.splitlines()) == 2
    assert time.process_time() - started < 20
    assert office.is_unchanged


def test_import_shows_thirty_mailboxes_right_above_the_end(office: Office) -> None:
    result = office.import_(large(HEADING, 600), "--dry-run", name="list.csv")
    _before, _said, shown = result.output.partition("30 of 600 mailboxes as they will be:")
    lines = [re.split(r"\s{2,}", line.strip()) for line in shown.splitlines() if line.strip()]
    assert lines[0] == ["Row", "Full name", "Title", "Agency", "Address"]
    assert lines[-1] == ["--dry-run: nothing was written"]
    assert [line[0] for line in lines[1:-1]] == [str(number) for number in range(2, 602, 20)]
    assert lines[1][1:4] == ["Lò An An An An", "Chuyên viên", "Sở Thông tin và Truyền thông"]
    assert all(line[4].endswith("-stttt@laocai.gov.vn") for line in lines[1:-1])


def test_import_few_mailboxes_shows_all_with_their_sheets(office: Office) -> None:
    result = office.import_(workbook({"A": [HEADING, (1, "Vù A Y")], "B": [HEADING, (1, "Lý A Sì")]}), "--dry-run")
    _before, _said, shown = result.output.partition("2 of 2 mailboxes as they will be:")
    assert re.findall(r"^\S+!\d+", shown, re.MULTILINE) == ["A!2", "B!2"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("name=F", "no heading of the list has column F"),
        ("phone=G", "no heading of the list has column G"),
        ("name=", "'' are no columns"),
        ("name=B,B", "'B,B' are no columns"),
        ("name=ZZ", "'ZZ' are no columns"),
        ("title=B,C", "'B,C' are no columns"),
        ("lương=B", "'lương=B' has not the shape of: name=B,C"),
        ("B", "'B' has not the shape of: name=B,C"),
    ],
)
def test_import_column_that_is_none_is_refused(office: Office, answer: str, said: str) -> None:
    result = office.import_(one(1, "Vù A Y"), "--yes", "--column", answer)
    assert result.exit_code == (1 if "heading" in said else 2)
    assert said in result.output
    assert office.is_unchanged


def test_import_column_named_takes_what_no_heading_tells(office: Office) -> None:
    rows = [("Stt", "Họ và tên", "Vai trò", "Chức vụ"), (1, "Vù A Y", "Văn thư", "Đảng viên")]
    result = office.import_(workbook({"DS": rows}), "--yes", "--column", "chức vụ=C")
    assert [entry["title"] for entry in office.entries()] == ["Văn thư"]
    assert "column D ('Chức vụ') is not taken" in result.output


def test_import_one_word_in_no_row_is_refused(office: Office) -> None:
    result = office.import_(one(1, "Vù A Y"), "--yes", "--one-word", "9")
    assert result.exit_code == 1
    assert "the list has no row 9" in result.output


def test_import_one_word_says_both_ways_out(office: Office) -> None:
    result = office.import_(one(1, "Páo"), "--yes")
    assert result.exit_code == 1
    assert "(--column name=B,C); if it is the whole name: --one-word 'DS!2'" in told(result.output)["2"]


def test_import_two_people_in_a_cell_is_refused(office: Office) -> None:
    result = office.import_(one(1, "Vù A Y, Lý A Sì"), "--yes")
    assert result.exit_code == 1
    assert "[B] 'Lý A Sì' stands beside the name" in told(result.output)["2"]


CITED = ("--document", "45/QĐ-STTTT", "--date", "2010-11-15")


def test_import_at_a_terminal_asks_which_column_and_whether_a_name_is_whole(office: Office) -> None:
    rows = [TWICE, (1, "Vù A Y", "Văn thư", "Lý A Sì"), (2, "Páo", "", "Lù Páo")]
    (office.path / "list.csv").write_text(delimited(rows), "utf-8")
    terminal = Terminal(office.path, "import", "list.csv", "--agency", "stttt", *CITED)
    try:
        assert "columns B, D are headed" in terminal.until("Which column holds the full name?")
        terminal.type("C")
        terminal.until("Which column holds the full name?")
        terminal.type("B")
        terminal.until("Row 3: is 'Páo' the whole name?")
        terminal.type("y")
        shown = terminal.until("Write this?")
        assert "column D ('Họ và tên') is not taken" in shown
        assert "2 of 2 mailboxes as they will be:" in shown
        terminal.type("y")
        assert terminal.end()[0] == 0
    finally:
        terminal.close()
    assert [entry["name"] for entry in office.entries()] == ["Vù A Y", "Páo"]


def test_import_at_a_terminal_a_name_that_is_not_whole_is_refused(office: Office) -> None:
    (office.path / "list.csv").write_text(delimited([HEADING, (1, "Páo", "Văn thư")]), "utf-8")
    terminal = Terminal(office.path, "import", "list.csv", "--agency", "stttt", *CITED)
    try:
        terminal.until("Row 2: is 'Páo' the whole name?")
        terminal.type("n")
        status, shown = terminal.end()
        assert (status, "1 rows are wrong" in shown) == (1, True)
    finally:
        terminal.close()
    assert office.is_unchanged


def test_import_at_a_terminal_many_names_of_one_word_are_refused_at_once(office: Office) -> None:
    rows = [(i, "Páo", f"Tổ viên {i}") for i in range(11)]
    (office.path / "list.csv").write_text(delimited([HEADING, *rows]), "utf-8")
    terminal = Terminal(office.path, "import", "list.csv", "--agency", "stttt", *CITED)
    try:
        status, shown = terminal.end()
        assert (status, "the whole name?" in shown) == (1, False)
    finally:
        terminal.close()
