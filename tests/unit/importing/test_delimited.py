"""Lists as delimited text: their delimiters, encodings, and what is none."""

from __future__ import annotations

import pytest

from danhba.importing import delimited
from danhba.importing.sheets import MOST_COLUMNS, MOST_ROWS, TOO_MANY_ROWS, Sheet
from danhba.reading.source import Unusable
from danhba.vietnamese.legacy import TCVN3
from tests.support.encodings import encoded


def parsed(text: str | bytes) -> Sheet:
    (sheet,) = delimited.parse("list.csv", text.encode() if isinstance(text, str) else text)
    return sheet


def texts(text: str | bytes) -> dict[int, list[str]]:
    return {number: [cell.text for cell in row] for number, row in parsed(text).rows.items()}


def refusal(text: str | bytes) -> tuple[str, dict[str, object]]:
    with pytest.raises(Unusable) as refused:
        parsed(text)
    return refused.value.template, refused.value.values


def test_a_text_is_one_sheet_without_merged_cells() -> None:
    sheet = parsed("Stt;Họ và tên\n1;Vù A Y\n")
    assert (sheet.name, sheet.plain, sheet.hidden) == ("CSV", True, False)


def test_rows_keep_the_numbers_that_a_spreadsheet_shows() -> None:
    assert texts('\n ; \nStt;Họ và tên\n\n1;"Vù\r\nA Y"\n2;Lý A Phừ') == {
        3: ["Stt", "Họ và tên"],
        5: ["1", "Vù\r\nA Y"],
        6: ["2", "Lý A Phừ"],
    }


def test_lines_end_as_on_any_system() -> None:
    assert texts("Stt;Họ và tên\r1;Vù A Y\r") == {1: ["Stt", "Họ và tên"], 2: ["1", "Vù A Y"]}


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_delimiter_is_the_one_that_shows_a_heading(delimiter: str) -> None:
    """Others may be more frequent, in a letterhead and in the cells."""
    odd = "".join(other for other in ";,\t|" if other != delimiter) * 3
    text = f"Sở{odd}\nStt{delimiter}Họ và tên{delimiter}Chức vụ\n1{delimiter}Vù A Y{delimiter}Văn thư\n"
    assert texts(text)[2] == ["Stt", "Họ và tên", "Chức vụ"]


def test_without_a_heading_the_delimiter_is_the_most_frequent() -> None:
    assert texts("a,b,c;d\n")[1] == ["a", "b", "c;d"]
    assert texts("a;b;c,d\n")[1] == ["a", "b", "c,d"]


@pytest.mark.parametrize(("lines", "fields"), [(58, 3), (59, 1)])
def test_the_beginning_tells_the_delimiter(lines: int, fields: int) -> None:
    """Of 60 lines the last that counts is the heading, or the one before it."""
    text = "a,b\n" + "x\n" * lines + "Stt|Họ và tên|Chức vụ\n"
    assert len(texts(text)[lines + 2]) == fields


@pytest.mark.parametrize(
    ("first", "rest"),
    [("sep=;\r\n", "a;b,c,d"), (" sep=; \n", "a;b,c,d"), ("sep=\t\r\n", "a\tb,c,d"), ("sep=|\n", "a|b,c,d")],
)
def test_a_delimiter_that_is_stated(first: str, rest: str) -> None:
    """Spreadsheets hide that line, and count it."""
    assert texts(f"{first}{rest}\n") == {2: ["a", "b,c,d"]}


@pytest.mark.parametrize("first", ["sep=", "sep=;;", "xsep=;", "sap=;", "sep=\tX"])
def test_a_line_that_states_no_delimiter(first: str) -> None:
    assert 1 in texts(f"{first}\na,b,c\n")


def test_columns_beyond_the_limit_are_left_out() -> None:
    assert texts("x;" * MOST_COLUMNS + "y")[1] == ["x"] * MOST_COLUMNS


def test_so_many_rows_are_read_and_no_more() -> None:
    assert len(texts("a;b\n" * MOST_ROWS)) == MOST_ROWS
    more = {"path": "list.csv", "sheet": "CSV", "most": MOST_ROWS}
    assert refusal("a;b\n" * (MOST_ROWS + 1)) == (TOO_MANY_ROWS, more)


@pytest.mark.parametrize(
    "data",
    [
        "\ufeffHọ và tên;Chức vụ".encode(),
        "Họ và tên;Chức vụ".encode("utf-16"),
        "Họ và tên;Chức vụ".encode("utf-16-le"),
        encoded("Họ và tên;Chức vụ", TCVN3),
    ],
    ids=["UTF-8 with a mark", "UTF-16 with a mark", "UTF-16", "TCVN3"],
)
def test_the_encoding_is_found_out(data: bytes) -> None:
    assert texts(data) == {1: ["Họ và tên", "Chức vụ"]}


def test_utf_16_of_plain_letters() -> None:
    """Each of its bytes is a character of UTF-8, too."""
    assert texts("Ho va ten;Chuc vu".encode("utf-16-le")) == {1: ["Ho va ten", "Chuc vu"]}


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\xff\xfe\x00\x01",
        b"a;b\0c\n",
        "Họ và tên;\0Chức vụ\n".encode(),
        "Họ\0 và tên;Chức vụ\n".encode("utf-16"),
    ],
)
def test_what_is_no_text(data: bytes) -> None:
    assert refusal(data) == (delimited.NOT_TEXT, {"path": "list.csv"})


def test_a_pdf() -> None:
    assert refusal(b"%PDF-1.7\n") == (delimited.PDF, {"path": "list.csv"})


@pytest.mark.parametrize(
    "start", ["<html>", "\n <HTML lang=vi>", "<!DOCTYPE html>", "<?xml version='1.0'?>", "<table>"]
)
def test_a_web_page(start: str) -> None:
    assert refusal(start + "<tr><td>Stt</td></tr>") == (delimited.WEB_PAGE, {"path": "list.csv"})


def test_a_list_that_speaks_of_web_pages() -> None:
    assert texts("Stt;<html>\n")[1] == ["Stt", "<html>"]


def test_a_field_without_end_is_told_with_its_line() -> None:
    assert refusal('Stt;Họ và tên\n1;"' + "x" * 200_000) == (
        delimited.NOT_DELIMITED,
        {"path": "list.csv", "line": 2},
    )
