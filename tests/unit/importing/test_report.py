"""What is shown of a list before anything is written."""

from __future__ import annotations

from danhba.importing import report
from danhba.importing.rows import HONORIFIC, NO_NAME, OUTSIDE, SECTION, Note, Person, Row, State
from danhba.importing.settle import Settled

AN = Person("Vù A Y", "Văn thư", "Tổ 1", "3840034")
HEADINGS = ("Row", "", "Full name", "Title", "Division", "Telephone", "Address", "Remarks")


def outside(number: int, sheet: str = "DS") -> Row:
    return Row(sheet, number, State.SKIPPED, (Note(OUTSIDE),))


def shown(*rows: Row, locals_: dict[int, str] | None = None) -> list[tuple[str, ...]]:
    heading, *told = report.table(Settled(list(rows), {}, locals_ or {}), "laocai.gov.vn", "en")
    assert heading == HEADINGS
    return told


def test_a_row_for_each_row() -> None:
    rows = (
        Row("DS", 2, State.TAKEN, (), AN),
        Row("DS", 3, State.SKIPPED, (Note(SECTION, {"text": "Tổ 2"}),)),
        Row("DS", 4, State.BAD, (Note(NO_NAME, {}, "B"), Note(HONORIFIC, {"word": "Bà"})), AN),
    )
    assert shown(*rows, locals_={0: "vay-snv"}) == [
        ("2", "will be opened", "Vù A Y", "Văn thư", "Tổ 1", "3840034", "vay-snv@laocai.gov.vn", ""),
        ("3", "left out", "", "", "", "", "", "heads the rows below: Tổ 2"),
        (
            *("4", "wrong", "Vù A Y", "Văn thư", "Tổ 1", "3840034", ""),
            "[B] the row has no name; write it, or delete the row; 'Bà' was left out of the name",
        ),
    ]


def test_in_vietnamese() -> None:
    heading, row = report.table(Settled([Row("DS", 2, State.TAKEN, (), AN)], {}, {}), "laocai.gov.vn", "vi")
    assert (heading[0], heading[1], heading[-1]) == ("Dòng", "", "Ghi chú")
    assert row[1] == "sẽ cấp"


def test_a_run_of_rows_outside_the_table_is_one() -> None:
    rows = (outside(1), outside(2), outside(5), Row("DS", 6, State.TAKEN, (), AN), outside(7), outside(9))
    assert [row[0] for row in shown(*rows)] == ["1-5", "6", "7-9"]
    assert [row[0] for row in shown(outside(4))] == ["4"]
    assert shown() == []


def test_of_several_sheets_each_row_names_its_own() -> None:
    rows = (outside(1), outside(2), outside(1, "Phòng"), Row("Phòng", 2, State.TAKEN, (), AN))
    told = shown(*rows, locals_={3: "vay-snv"})
    assert [row[0] for row in told] == ["DS!1-2", "Phòng!1", "Phòng!2"]
    assert told[-1][6] == "vay-snv@laocai.gov.vn"


def test_the_rows_in_each_state() -> None:
    states = [State.TAKEN, State.BAD, State.TAKEN, State.SKIPPED]
    rows = [Row("DS", number, state) for number, state in enumerate(states)]
    assert report.counts(Settled(rows, {}, {})) == {"taken": 2, "skipped": 1, "bad": 1}
