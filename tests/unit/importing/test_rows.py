"""The rows of a list one by one: whom each names, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from danhba.addresses import issuing
from danhba.importing import rows, values
from danhba.importing.rows import Note, Person, Row, State
from danhba.importing.sheets import Cell, Merged, Sheet
from danhba.reading import schema

AGENCY = "Sở Thông tin và Truyền thông"
HEADING = ("Stt", "Họ và tên", "Chức vụ", "Đơn vị", "Điện thoại", "Mã số", "Nội dung đề nghị")
AN = "Vù A Y"


def sheet(*lines: Sequence[str | Cell], plain: bool = False) -> Sheet:
    """A sheet whose rows are numbered from 1; one without any text is not there."""
    read = {
        number: [Cell(text) if isinstance(text, str) else text for text in line] for number, line in enumerate(lines, 1)
    }
    return Sheet("DS", {number: row for number, row in read.items() if any(cell.text for cell in row)}, plain)


def read(*lines: Sequence[str | Cell], plain: bool = False) -> list[Row]:
    return rows.read(sheet(*lines, plain=plain), AGENCY)


def one(*cells: str | Cell, heading: Sequence[str | Cell] = HEADING) -> Row:
    """The row of a person below a heading."""
    return read(heading, cells)[-1]


def across(text: str, count: int) -> list[Cell]:
    """A text in a cell that is merged over several columns."""
    return [Cell(text), *[Cell(text, merged=Merged.ACROSS)] * (count - 1)]


def down(text: str) -> Cell:
    return Cell(text, merged=Merged.DOWN)


def skipped(template: str, number: int, **given: object) -> Row:
    return Row("DS", number, State.SKIPPED, (Note(template, given),))


def said(row: Row) -> tuple[State, tuple[Note, ...]]:
    return row.state, row.notes


def wrong(template: str, column: str, **given: object) -> tuple[State, tuple[Note, ...]]:
    return State.BAD, (Note(template, given, column),)


def test_whom_a_row_names() -> None:
    row = one("1", "VÙ A Y", " Văn  thư", "Phòng Tổ chức", "02143840034", "00 7", "Cấp mới")
    person = Person("Vù A Y", "Văn thư", "Phòng Tổ chức", "0214 3 840 034", "007")
    assert row == Row("DS", 2, State.TAKEN, (), person)


def test_rows_that_name_nobody() -> None:
    found = read(
        ("Kính gửi: Sở",),
        ("Stt", "Họ và tên", "Chức vụ"),
        ("(1)", "(2)", "(3)"),
        ("I", "Phòng Tổ chức: 05 người"),
        ("1", "", ""),
        ("Tổng cộng: 0 người",),
        ("2", AN),
    )
    assert found == [
        skipped(rows.OUTSIDE, 1),
        skipped(rows.HEADING, 2),
        skipped(rows.NUMBERING, 3),
        skipped(rows.SECTION, 4, text="Phòng Tổ chức"),
        skipped(rows.BLANK_ROW, 5),
        skipped(rows.FOOT, 6, text="Tổng cộng: 0 người"),
        skipped(rows.OUTSIDE, 7),
    ]


def test_a_second_line_of_the_heading_is_no_row_of_its_own() -> None:
    found = read(("Stt", "Họ và tên", ""), ("", "Họ đệm", "Tên"), ("1", "Vù A", "Y"))
    assert found[:2] == [skipped(rows.HEADING, 1), skipped(rows.HEADING, 2)]
    assert found[2].person == Person(AN)


def test_a_name_merged_over_its_columns_is_there_once() -> None:
    row = one("1", *across(AN, 2), "Văn thư", heading=("Stt", "Họ và tên", "", "Chức vụ"))
    assert row.person == Person(AN, "Văn thư")


def test_a_name_of_which_a_part_is_missing() -> None:
    assert one("1", "An", heading=("Stt", "Họ đệm", "Tên", "Chức vụ")).person == Person("An")


@pytest.mark.parametrize("mark", ['"', "''", "-nt-", "NT", "Như trên"])
def test_what_stands_for_the_row_above(mark: str) -> None:
    first, *others = read(HEADING, ("1", AN, "Văn thư", "Tổ 1"), ("2", "Lý A Phừ", mark, mark), ("3", "Lò An", mark))[
        1:
    ]
    assert first.person == Person(AN, "Văn thư", "Tổ 1")
    assert [row.person for row in others] == [Person("Lý A Phừ", "Văn thư", "Tổ 1"), Person("Lò An", "Văn thư")]


@pytest.mark.parametrize("between", [HEADING, ("I", "Phòng Tổ chức")])
def test_nothing_stands_above_the_first_row(between: Sequence[str]) -> None:
    assert one("1", AN, "nt").person == Person(AN)
    last = read(HEADING, ("1", "Lò An", "Văn thư"), between, ("2", AN, "nt"))[-1]
    assert last.person is not None
    assert last.person.title == ""


class TestDivisions:
    @pytest.mark.parametrize(
        "section",
        [
            ("I", "Tổ chức cán bộ"),
            ("I.", "Tổ chức cán bộ", "Tổ chức cán bộ"),
            ("A)", "Tổ chức cán bộ"),
            ("I. Tổ chức cán bộ",),
            ("Tổ chức cán bộ",),
            ("", "1.2. Tổ chức cán bộ"),
            ("", "Tổ chức cán bộ (3 người)"),
            ("", "Tổ chức cán bộ: 03 đồng chí"),
            across("Tổ chức cán bộ", 3),
            ("", *across("Tổ chức cán bộ", 2)),
            across("12. Tổ chức cán bộ", 3),
        ],
    )
    def test_a_row_that_heads_those_below(self, section: Sequence[str | Cell]) -> None:
        _heading, begun, row = read(HEADING, section, ("1", AN))
        assert begun == skipped(rows.SECTION, 2, text="Tổ chức cán bộ")
        assert row.person == Person(AN, unit="Tổ chức cán bộ")

    def test_a_section_in_front_of_the_names(self) -> None:
        """Any text that stands alone left of the names heads what follows; a number or a letter does not."""
        heading = ("Đơn vị", "Stt", "Họ và tên")
        _heading, begun, row = read(heading, ("Kế hoạch",), ("", "1", AN))
        assert begun == skipped(rows.SECTION, 2, text="Kế hoạch")
        assert row.person == Person(AN, unit="Kế hoạch")
        assert read(heading, ("II",))[-1] == skipped(rows.BLANK_ROW, 2)
        assert read(heading, ("", "", "", "Kế hoạch"))[-1] == skipped(rows.BLANK_ROW, 2)

    @pytest.mark.parametrize(
        "cells", [("1", "Lò An"), ("1", "Lò An", "Văn thư"), ("I", "Lò An", "Văn thư"), ("", "Lò An")]
    )
    def test_a_person_heads_nothing(self, cells: Sequence[str]) -> None:
        row = read(HEADING, cells, ("1", AN))[-1]
        assert row.person == Person(AN)

    def test_a_division_of_one_word(self) -> None:
        assert read(HEADING, ("", "Đội"), ("1", AN))[-1].person == Person(AN, unit="Đội")

    def test_what_is_merged_downwards_does_not_count(self) -> None:
        row = read(HEADING, (down("I"), "Phòng Tổ chức", down("Văn thư")))[-1]
        assert row == skipped(rows.SECTION, 2, text="Phòng Tổ chức")

    def test_the_own_cell_comes_first(self) -> None:
        row = read(HEADING, ("I", "Phòng Tổ chức"), ("1", AN, "", "Phòng Kế hoạch"))[-1]
        assert row.person == Person(AN, unit="Phòng Kế hoạch")

    @pytest.mark.parametrize("name", [AGENCY, AGENCY.upper(), "Sở  Thông tin & Truyền thông".replace("&", "và")])
    def test_the_agency_is_no_division_of_itself(self, name: str) -> None:
        assert one("1", AN, "", name).person == Person(AN)
        assert read(HEADING, ("I", name), ("1", AN))[-1].person == Person(AN)

    @pytest.mark.parametrize(("plain", "unit"), [(True, "Tổ 1"), (False, "")])
    def test_a_plain_text_shows_merged_cells_as_one_above_empty_ones(self, plain: bool, unit: str) -> None:
        lines = (("1", "Lò An", "", "Tổ 1"), ("2", "Lý A Phừ"), ("3", AN))
        _heading, _first, *others = read(HEADING, *lines, plain=plain)
        assert [row.person.unit for row in others if row.person] == [unit, unit]
        assert read(HEADING, ("1", AN), plain=plain)[-1].person == Person(AN)

    def test_the_foot_ends_a_division(self) -> None:
        lines = (HEADING, ("I", "Phòng Tổ chức"), ("1", "Lò An"), ("Nơi nhận:",), HEADING, ("1", AN))
        assert read(*lines)[-1].person == Person(AN)


class TestFoot:
    @pytest.mark.parametrize(
        "cells",
        [
            ("Danh sách này gồm một người",),
            ("Tổng số",),
            ("Cộng",),
            ("", "Cộng: 12"),
            ("", "Nơi nhận:"),
            ("", "", "", "KT. GIÁM ĐỐC"),
            ("", "Lào Cai, ngày 15 tháng 11 năm 2010"),
            ("-", "Người lập biểu"),
        ],
    )
    def test_what_ends_the_table(self, cells: Sequence[str]) -> None:
        text = next(text for text in cells if len(text) > 1)
        assert read(HEADING, ("1", AN), cells, ("2", "Lò An"))[2:] == [
            skipped(rows.FOOT, 3, text=text),
            skipped(rows.OUTSIDE, 4),
        ]

    @pytest.mark.parametrize("cells", [("1", "Nơi Nhận", "Văn thư"), ("1", "Lò An", "Ký tên")])
    def test_a_numbered_row_ends_nothing(self, cells: Sequence[str]) -> None:
        assert read(HEADING, cells)[-1].person is not None

    @pytest.mark.parametrize(
        ("text", "stated"),
        [
            ("Danh sách đề nghị: 02 (hai) tài khoản", 2),
            ("Tổng số: 12 người", 12),
            ("Tổng cộng có 3 cán bộ", 3),
            ("Cộng 2", None),
        ],
    )
    def test_the_number_that_it_states_must_be_so(self, text: str, stated: int | None) -> None:
        row = read(HEADING, ("1", AN), (text,))[-1]
        foot = skipped(rows.FOOT, 3, text=text)
        assert row == (foot.bad(rows.COUNT, stated=stated, found=1) if stated else foot)

    def test_each_table_counts_for_itself(self) -> None:
        foot = ("Danh sách này gồm 1 người",)
        found = read(HEADING, ("1", AN), foot, HEADING, ("1", "Lò An"), foot)
        assert [row.state for row in found if row.notes and row.notes[0].template == rows.FOOT] == [State.SKIPPED] * 2

    def test_who_is_named_counts_even_where_the_row_is_wrong(self) -> None:
        found = read(HEADING, ("1", AN), ("2", "???"), ("3", "", "Văn thư"), ("Tổng số: 2 người",))
        assert found[-1].state is State.SKIPPED


class TestMergedRows:
    def test_one_person_in_several_rows(self) -> None:
        _heading, first, *others = read(
            HEADING, ("1", AN, "Văn thư"), (down("1"), down(AN), "Thủ quỹ"), (down("1"), down(AN), "Kế toán")
        )
        assert first.person == Person(AN, "Văn thư")
        assert others == [skipped(rows.CONTINUED, number, row=2) for number in (3, 4)]

    def test_whose_first_row_is_not_there(self) -> None:
        assert read(HEADING, (down("1"), down(AN), "Văn thư"))[-1] == skipped(rows.CONTINUED, 2, row=1)


class TestWrong:
    @pytest.mark.parametrize(
        ("cells", "expected"),
        [
            (("1", "", "Văn thư"), wrong(rows.NO_NAME, "B")),
            (("1", " ", "", "", "3840034"), wrong(rows.NO_NAME, "B")),
            (("1", "", "", "", "", "007"), wrong(rows.NO_NAME, "B")),
            (("", AN), wrong(rows.NO_NUMBER, "B", name=AN)),
            (("", "GIÁM ĐỐC"), (State.SKIPPED, (Note(rows.SIGNATURE, {"text": "Giám Đốc"}),))),
            (("1", "Phòng tổ chức", "x", "y"), wrong(rows.NOT_A_PERSON, "B", name="Phòng Tổ Chức")),
            (("1", "Sở", "x", "y"), wrong(rows.NOT_A_PERSON, "B", name="Sở")),
            (("1", "-"), wrong(issuing.LETTERS.message, "B", name="-")),
            (("1", "李明"), wrong(rows.NO_LETTER, "B", character="'李' (U+674E)", name="李明")),
            (("1", "'"), wrong(rows.NO_LETTER, "B", character="''' (U+0027)", name="'")),
            (("1", AN, "", "", "gọi  An"), wrong(values.NO_PHONE, "E", value="gọi An")),
            (("1", AN, "", "", "", "mã 01!"), wrong(rows.NO_ID, "F", value="mã01!")),
            (("1", AN, "", "", "", "010085001234"), wrong(rows.NATIONAL_ID, "F", value="010085001234")),
            (("1", AN, "", "", "", "010 085 001"), wrong(rows.NATIONAL_ID, "F", value="010085001")),
            (("1", AN, "", "", "", "", "gấp,  gấp"), wrong(rows.UNCLEAR, "G", value="gấp, gấp")),
            (("1", AN, "", "", "", "", "Thu hồi"), wrong(rows.WITHDRAWS, "G", name=AN)),
            (("1", AN, "", "", "", "", "Tạm khóa"), wrong(rows.SUSPENDS, "G", name=AN)),
            (("1", AN, "", "", "", "", "Cấp lại"), wrong(rows.RESTORES, "G", name=AN)),
            (("1", AN, "", "", "", "", "Thay đổi"), wrong(rows.CHANGES, "G", name=AN)),
        ],
    )
    def test_a_row(self, cells: Sequence[str], expected: tuple[State, tuple[Note, ...]]) -> None:
        assert said(one(*cells)) == expected

    @pytest.mark.parametrize(
        ("column", "key", "cells"),
        [("B", "name", ("1", "{}")), ("C", "title", ("1", AN, "{}")), ("D", "unit", ("1", AN, "", "{}"))],
    )
    def test_as_long_as_a_text_may_be(self, column: str, key: str, cells: Sequence[str]) -> None:
        assert one(*(text.format("An A" + "b" * (schema.LONGEST - 4)) for text in cells)).state is State.TAKEN
        row = one(*(text.format("An A" + "b" * (schema.LONGEST - 3)) for text in cells))
        values_ = {"key": key, "length": schema.LONGEST + 1, "most": schema.LONGEST}
        assert said(row) == wrong(schema.LONG.message, column, **values_)

    def test_a_section_that_is_too_long_stands_in_no_column(self) -> None:
        values_ = {"key": "unit", "length": schema.LONGEST + 1, "most": schema.LONGEST}
        section = across("x" * (schema.LONGEST + 1), 3)
        row = read(("Stt", "Họ và tên", "Chức vụ"), section, ("1", AN))[-1]
        assert said(row) == wrong(schema.LONG.message, "", **values_)

    @pytest.mark.parametrize(
        ("cells", "column"),
        [
            (("1", "#REF!"), "B"),
            (("1", AN, "#REF!"), "C"),
            (("1", AN, "", "#REF!"), "D"),
            (("1", AN, "", "", "#REF!"), "E"),
            (("1", AN, "", "", "", "#REF!"), "F"),
        ],
    )
    def test_an_error_of_a_formula(self, cells: Sequence[str], column: str) -> None:
        row = one(*(Cell(text, is_error=text == "#REF!") for text in cells))
        assert said(row) == wrong(rows.ERROR_VALUE, column, value="#REF!")

    def test_errors_are_all_told_from_the_left(self) -> None:
        error = Cell(" #REF! ", is_error=True)
        row = one("1", AN, error, error, heading=("Stt", "Họ và tên", "Điện thoại", "Chức vụ"))
        assert row.notes == tuple(Note(rows.ERROR_VALUE, {"value": "#REF!"}, column) for column in "CD")

    def test_everything_wrong_with_a_row_is_told(self) -> None:
        row = one("1", AN, "a" * 201, "", "gọi An", "!", "Thu hồi")
        assert [note.column for note in row.notes] == ["C", "G", "E", "F"]

    def test_a_name_over_two_columns_is_told_at_the_first_that_has_a_text(self) -> None:
        row = one("1", "", "?1", "Văn thư", heading=("Stt", "Họ đệm", "Tên", "Chức vụ"))
        assert [note.column for note in row.notes] == ["C"]


@pytest.mark.parametrize(
    "cells", [("1", AN), ("", AN, "Văn thư"), ("", AN, "", "", "3840034"), ("", AN, "", "", "", "007")]
)
def test_what_tells_a_person_from_a_signature(cells: Sequence[str]) -> None:
    assert one(*cells).state is State.TAKEN


def test_a_list_without_numbers_has_no_signatures() -> None:
    assert one(AN, heading=("Họ và tên", "Chức vụ")).person == Person(AN)


def test_the_given_name_behind_a_prefix() -> None:
    row = one("1", "H'HEN NIÊ")
    assert said(row) == (State.TAKEN, (Note(rows.PREFIX),))
    assert one("1", "Hen H'Niê").notes == ()


class TestRequests:
    MARKED = ("Stt", "Họ và tên", "Cấp mới", "Thay đổi", "Thu hồi")

    @pytest.mark.parametrize(
        ("marks", "expected"),
        [
            (("x",), (State.TAKEN, ())),
            (("X", "0", "không"), (State.TAKEN, ())),
            ((), wrong(rows.UNMARKED, "C")),
            (("", "", " "), wrong(rows.UNMARKED, "C")),
            (("", "x"), wrong(rows.CHANGES, "D", name=AN)),
            (("x", "", "x"), wrong(rows.WITHDRAWS, "E", name=AN)),
            (("x", "x", "x"), wrong(rows.WITHDRAWS, "E", name=AN)),
        ],
    )
    def test_marks(self, marks: Sequence[str], expected: tuple[State, tuple[Note, ...]]) -> None:
        """The gravest counts."""
        assert said(one("1", AN, *marks, heading=self.MARKED)) == expected

    def test_words_beside_those_that_open(self) -> None:
        heading = ("Stt", "Họ và tên", "Đề nghị", "Nội dung đề nghị")
        assert one("1", AN, "gấp", "Cấp mới", heading=heading).state is State.TAKEN

    @pytest.mark.parametrize(
        ("section", "expected"),
        [
            ("Đề nghị cấp mới", (State.TAKEN, ())),
            ("Đề nghị thu hồi", wrong(rows.WITHDRAWS, "B", name=AN)),
            ("Danh mục", (State.TAKEN, ())),
        ],
    )
    def test_a_section(self, section: str, expected: tuple[State, tuple[Note, ...]]) -> None:
        assert said(read(HEADING, ("I", section), ("1", AN))[-1]) == expected

    def test_words_of_the_row_come_before_those_of_its_section(self) -> None:
        cells = ("1", AN, "", "", "", "", "Cấp mới")
        assert read(HEADING, ("I", "Đề nghị thu hồi"), cells)[-1].state is State.TAKEN

    @pytest.mark.parametrize("unit", ["Phòng Cấp mới", "Đội"])
    def test_a_division_whose_name_sounds_like_a_request(self, unit: str) -> None:
        row = read(HEADING, ("I", unit), ("1", AN))[-1]
        assert (row.state, row.person) == (State.TAKEN, Person(AN, unit=unit))

    def test_a_request_is_no_division_and_ends_with_the_table(self) -> None:
        lines = (HEADING, ("I", "Tổ 1"), ("II", "Thu hồi"), ("1", AN), ("Nơi nhận:",), HEADING, ("1", AN))
        withdrawn, opened = (row for row in read(*lines) if row.person)
        assert withdrawn.person == Person(AN, unit="Tổ 1")
        assert (withdrawn.state, opened.state) == (State.BAD, State.TAKEN)


class TestTelephones:
    TWO = ("Stt", "Họ và tên", "Điện thoại", "Máy bàn")

    def test_the_first_column_that_has_one(self) -> None:
        row = one("1", AN, "0912345678", "3840034", heading=self.TWO)
        assert row.person == Person(AN, phone="3840034")
        assert row.notes == (Note(values.MOBILE),)

    def test_of_several_the_first_is_taken_with_a_remark(self) -> None:
        row = one("1", AN, "3840034; 3840035", "3840036", heading=self.TWO)
        assert (row.state, row.notes) == (State.TAKEN, (Note(values.MORE_PHONES),))
        assert row.person == Person(AN, phone="3840034")

    def test_a_row_that_ends_before(self) -> None:
        assert said(one("1", AN, heading=self.TWO)) == (State.TAKEN, ())


class TestHonorifics:
    def test_several_of_them_are_left_out(self) -> None:
        found = read(HEADING, ("1", "Ông Vù Y"), ("2", "BÀ LÝ THỊ MAI"), ("3", "Lò An"), ("4", "Bà Lò Mai"))[1:]
        assert [row.person.name for row in found if row.person] == ["Vù Y", "Lý Thị Mai", "Lò An", "Lò Mai"]
        assert [row.notes for row in found] == [
            (Note(rows.HONORIFIC, {"word": "Ông"}),),
            (Note(rows.HONORIFIC, {"word": "Bà"}),),
            (),
            (Note(rows.HONORIFIC, {"word": "Bà"}),),
        ]

    def test_one_alone_may_be_a_family_name(self) -> None:
        found = read(HEADING, ("1", "Ông Ích Khiêm"), ("2", "Lò An"))
        assert found[1].person == Person("Ông Ích Khiêm")
        assert said(found[1]) == (State.TAKEN, (Note(rows.KEPT, {"word": "Ông"}),))

    def test_one_alone_before_a_family_name_is_left_out(self) -> None:
        row = read(HEADING, ("1", "Ông Nguyễn Ích Khiêm"))[1]
        assert row.person == Person("Nguyễn Ích Khiêm")
        assert said(row) == (State.TAKEN, (Note(rows.HONORIFIC, {"word": "Ông"}),))


def test_a_sheet_that_is_a_list() -> None:
    assert rows.is_list(sheet(("Kính gửi",), HEADING))
    assert not rows.is_list(sheet(("Kính gửi",), ("1", AN)))
