"""Headings in the words of many forms, and the columns that they name."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from danhba.importing.headings import Heading, Role, fold, heading, is_heading, is_numbering, role
from danhba.importing.sheets import Cell, Merged

ACROSS, DOWN = Cell("Số điện thoại", merged=Merged.ACROSS), Cell("Chức vụ", merged=Merged.DOWN)


def cells(*texts: str | Cell) -> list[Cell]:
    return [Cell(text) if isinstance(text, str) else text for text in texts]


def test_a_heading_is_compared_by_its_words() -> None:
    assert fold("  Họ & TÊN\n(đầy đủ) ") == "ho ten day du"
    assert fold("Đ/c: Lý-A") == "d c ly a"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("STT", Role.NUMBER),
        ("Họ và tên", Role.NAME),
        ("HỌ, CHỮ ĐỆM VÀ TÊN", Role.NAME),
        ("Họ đệm", Role.FAMILY),
        ("Tên", Role.GIVEN),
        ("Chức vụ/chức danh", Role.TITLE),
        ("Phòng, ban", Role.UNIT),
        ("Điện thoại cơ quan", Role.PHONE),
        ("Điện thoại di động", Role.OTHER),
        ("Mã số CBCC", Role.ID),
        ("Nội dung đề nghị", Role.ASKED),
        ("Đề nghị cấp mới", Role.MARK),
        ("Ghi chú", Role.OTHER),
        ("Ngày sinh", None),
        ("Họ và tên:", None),
        ("Họ và tên : ", None),
        ("   ", None),
        ("Ghi chú " + "x" * 72, Role.OTHER),
        ("Ghi chú " + "x" * 73, None),
    ],
)
def test_what_a_column_holds(text: str, found: Role | None) -> None:
    assert role(text) is found


@pytest.mark.parametrize(
    ("texts", "is_one"),
    [
        (("Stt", "Họ và tên"), True),
        (("Tên", "", "Chức vụ"), True),
        (("Họ", "Tên"), True),
        (("Họ và tên",), False),
        (("Họ và tên", "Ghi chú"), False),
        (("Họ và tên", "Ngày sinh"), False),
        (("Stt", "Chức vụ"), False),
        (("Họ và tên", "Họ và tên"), False),
        ((), False),
    ],
)
def test_a_row_that_names_the_columns(texts: Sequence[str], is_one: bool) -> None:
    assert is_heading(cells(*texts)) is is_one


@pytest.mark.parametrize(
    ("row", "below", "columns", "second"),
    [
        pytest.param(
            cells("Stt", "Họ và tên", "Chức vụ"), None,
            {Role.NUMBER: [0], Role.NAME: [1], Role.TITLE: [2]}, False, id="one line",
        ),
        pytest.param(
            cells("Stt", "Họ và tên", "Chức vụ"), cells("1", "Vù A Y"),
            {Role.NUMBER: [0], Role.NAME: [1], Role.TITLE: [2]}, False, id="a person below",
        ),
        pytest.param(
            cells("Stt", "Tên", "Chức vụ"), None,
            {Role.NUMBER: [0], Role.NAME: [1], Role.TITLE: [2]}, False, id="a given name alone is the name",
        ),
        pytest.param(
            cells("Tên", "Họ và tên", "Chức vụ"), None,
            {Role.GIVEN: [0], Role.NAME: [1], Role.TITLE: [2]}, False, id="a given name beside the name is apart",
        ),
        pytest.param(
            cells("Tên", "Chức vụ", "Họ"), None,
            {Role.NAME: [2, 0], Role.TITLE: [1]}, False, id="family name, then given name",
        ),
        pytest.param(
            cells("Stt", "Họ và tên", "", "Chức vụ"), None,
            {Role.NUMBER: [0], Role.NAME: [1, 2], Role.TITLE: [3]}, False, id="a name over two columns",
        ),
        pytest.param(
            cells("Chức vụ", "Họ và tên", "", ""), None,
            {Role.NAME: [1], Role.TITLE: [0]}, False, id="nothing right of the name",
        ),
        pytest.param(
            cells("Stt", "Họ đệm", "Tên", "", "Chức vụ"), None,
            {Role.NUMBER: [0], Role.NAME: [1, 2], Role.TITLE: [4]}, False, id="a name in two columns takes no third",
        ),
        pytest.param(
            cells("Họ và tên", "Số điện thoại", "", DOWN), cells("", "Cơ quan", "Di động", DOWN),
            {Role.NAME: [0], Role.PHONE: [1], Role.OTHER: [2], Role.TITLE: [3]}, True, id="a second line",
        ),
        pytest.param(
            cells("Họ và tên", "Số điện thoại", ACROSS), cells("", "Cơ quan", "Di động"),
            {Role.NAME: [0], Role.PHONE: [1], Role.OTHER: [2]}, True, id="a second line below a merged cell",
        ),
        pytest.param(
            cells("Họ và tên", "", "Chức vụ"), cells("Họ đệm", "Tên"),
            {Role.NAME: [0, 1], Role.TITLE: [2]}, True, id="a name divided in the second line",
        ),
        pytest.param(
            cells("Tên", "Đề nghị", "", "Chức vụ"), cells("", "Cấp mới", "Thu hồi"),
            {Role.NAME: [0], Role.MARK: [1, 2], Role.TITLE: [3]}, True, id="a second line that is shorter",
        ),
        pytest.param(
            cells("Stt", "Họ tên", "Họ tên"), None,
            {Role.NUMBER: [0], Role.NAME: [1, 2]}, False, id="two columns of one role",
        ),
    ],
)  # fmt: skip
def test_the_columns_of_a_heading(
    row: Sequence[Cell], below: Sequence[Cell] | None, columns: dict[Role, list[int]], second: bool
) -> None:
    found, is_second = heading(row, below)
    assert (found.columns, is_second) == (columns, second)


def test_columns_keep_their_wording() -> None:
    found, _second = heading(cells("Stt", " Đề  nghị", "", DOWN), cells("", "Cấp mới", "Thu hồi", DOWN))
    assert found.labels == {0: "Stt", 1: "Đề nghị Cấp mới", 2: "Đề nghị Thu hồi", 3: "Chức vụ"}

    found, _second = heading(cells("", "Họ và tên"), cells("Cơ quan", ""))
    assert found.labels == {0: "Cơ quan", 1: "Họ và tên"}


@pytest.mark.parametrize(
    "below",
    [cells("Cơ quan", "Vù A Y"), cells("", ""), cells(DOWN, DOWN), []],
    ids=["not all of them", "empty", "only merged downwards", "none"],
)
def test_no_second_line(below: Sequence[Cell]) -> None:
    _found, second = heading(cells("Họ và tên", "Số điện thoại"), below)
    assert not second


def test_a_role_without_a_column() -> None:
    assert Heading({Role.NAME: [1]}).of(Role.PHONE) == []


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (("(1)", "(2)", "(3)"), True),
        (("A", "B", "1", "2"), True),
        (("", " 1 ", "", "2"), True),
        (("1", "2", "3=1+2"), True),
        (("1",), False),
        (("1", ""), False),
        (("1", "Vù A Y"), False),
        ((), False),
    ],
)
def test_a_row_that_numbers_the_columns(texts: Sequence[str], numbers: bool) -> None:
    assert is_numbering(cells(*texts)) is numbers
