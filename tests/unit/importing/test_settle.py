"""The people of a list against the register."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from itertools import count

import pytest

from danhba.addresses import issuing
from danhba.editing.problem import Problem
from danhba.importing import settle
from danhba.importing.rows import Note, Person, Row, State
from danhba.importing.settle import Opening, Settled
from danhba.model.register import Event
from tests.support.registers import Texts, agency, event, person, register, usable

REGISTER = register(
    agency(
        "snv",
        person("101", "Lò Thị Mai", "2009-01-01", title="Giám đốc"),
        person("102", "Lò Thị Mai", "2009-01-02", title="Văn thư"),
        person("103", "Giàng Seo Phử", "2009-01-01", "2010-11-15"),
        person("104", "Vàng A Páo", "2009-01-01", "2010-11-16"),
    ),
    agency(
        "stc", person("201", "Hầu A Sử", "2009-01-01"), person("202", "Cư A Dế", "2009-01-01", "2010-01-01 resigned")
    ),
)
DAY = date(2010, 11, 15)


def row(name: str, id_: str = "", *, number: int = 2, title: str = "", sheet: str = "DS") -> Row:
    return Row(sheet, number, State.TAKEN, (), Person(name, title, id=id_))


def settled(*rows: Row, namesakes: Collection[str] = (), texts: Texts = REGISTER) -> Settled:
    """The rows against an agency's people; ids that are made are the first numbers from 100 that are not taken."""
    known, issued = usable(texts)
    opening = Opening(known.agencies["snv"], Event("1/QĐ-SNV", DAY, "recruited"), namesakes)

    def new_id(taken: Collection[str]) -> str:
        return next(str(number) for number in count(100) if str(number) not in taken)

    return settle.settle(iter(rows), known, issued, opening, new_id)


def said(rows: Sequence[Row]) -> list[tuple[State, tuple[Note, ...]]]:
    return [(row.state, row.notes) for row in rows]


def note(template: str, **values: object) -> tuple[Note, ...]:
    return (Note(template, values),)


OPENED = (State.TAKEN, ())


def test_new_people_get_ids_and_addresses() -> None:
    """Ids that the register has are nobody else's, and those that stand further down in the list neither."""
    blank = Row("DS", 3, State.SKIPPED)
    rows = [row("Vù A Y"), blank, row("Lý A Phừ", number=4), row("Lò An", "105", number=5)]
    found = settled(*rows)
    assert found.rows == rows
    assert found.ids == {0: "100", 2: "106", 3: "105"}
    assert found.locals == {0: "vay-snv", 2: "laphu-snv", 3: "lan-snv"}
    assert found.taken() == [
        ("100", Person("Vù A Y")),
        ("106", Person("Lý A Phừ")),
        ("105", Person("Lò An", id="105")),
    ]


class TestByName:
    def test_who_is_there_is_left_out(self) -> None:
        found = settled(row("LÒ THỊ MAI"), row("Vàng A Páo", number=3, sheet="Danh sách"))
        assert said(found.rows) == [
            (State.SKIPPED, note(settle.THERE, address="ltmai-snv", row="'DS!2'")),
            (State.SKIPPED, note(settle.THERE, address="vapao-snv", row="'Danh sách!3'")),
        ]
        assert (found.ids, found.locals, found.taken()) == ({}, {}, [])

    def test_who_leaves_on_the_day_is_there_no_more(self) -> None:
        assert said(settled(row("Giàng Seo Phử")).rows) == [OPENED]

    def test_of_two_there_the_title_tells_which(self) -> None:
        found = settled(row("Lò Thị Mai", title="Văn thư"), row("Lò Thị Mai", number=3))
        assert [row.notes[0].values["address"] for row in found.rows] == ["mailt-snv", "ltmai-snv"]

    def test_as_many_are_left_out_as_are_there(self) -> None:
        found = settled(*(row("Lò Thị Mai", number=number, title=str(number)) for number in (2, 3, 4)))
        assert [row.state for row in found.rows] == [State.SKIPPED, State.SKIPPED, State.TAKEN]
        assert found.locals == {2: "mailot-snv"}

    @pytest.mark.parametrize("named", ["3", "DS!3"])
    def test_a_namesake_is_opened(self, named: str) -> None:
        found = settled(row("Lò Thị Mai"), row("Lò Thị Mai", number=3, title="x"), namesakes=[named])
        assert [row.state for row in found.rows] == [State.SKIPPED, State.TAKEN]

    def test_a_namesake_in_a_row_that_is_not_there(self) -> None:
        with pytest.raises(Problem) as refused:
            settled(row("Vù A Y"), namesakes=["2", "9", "DS!2", "X!2"])
        assert (refused.value.template, refused.value.values) == (settle.NO_ROW, {"rows": ["9", "X!2"]})

    def test_the_same_row_twice(self) -> None:
        rows = [row("Vù A Y", title="Văn thư", number=number) for number in (2, 3)]
        other = row("Vù A Y", number=4)
        assert said(settled(*rows, other).rows) == [
            OPENED,
            (State.BAD, note(settle.TWICE, row=2)),
            (State.TAKEN, note(settle.NAMESAKE, row=3)),
        ]

    def test_rows_that_are_left_out_are_nobodys_double(self) -> None:
        found = settled(row("Vàng A Páo"), row("Vàng A Páo", number=3))
        assert said(found.rows)[1] == OPENED


class TestById:
    def test_who_is_there_is_left_out_once(self) -> None:
        found = settled(row("Lò Thị Mai", "102"), row("Lò Thị Mai", number=3), row("Lò Thị Mai", number=4, title="x"))
        assert said(found.rows) == [
            (State.SKIPPED, note(settle.THERE_BY_ID, address="mailt-snv")),
            (State.SKIPPED, note(settle.THERE, address="ltmai-snv", row="'DS!3'")),
            OPENED,
        ]

    def test_an_id_that_the_list_has_twice(self) -> None:
        rows = [row(name, "7", number=number) for number, name in enumerate(("Vù A Y", "Lò An", "Lý A Phừ"), 2)]
        assert said(settled(*rows).rows) == [OPENED, *[(State.BAD, note(settle.ID_TWICE, row=2))] * 2]

    def test_the_id_of_somebody_else(self) -> None:
        assert said(settled(row("Vù A Y", "201")).rows) == [
            (State.BAD, note(settle.OTHER_NAME, id="201", name="Hầu A Sử")),
        ]

    def test_who_is_open_elsewhere(self) -> None:
        values = {"id": "201", "agency": "stc", "name": "Hầu A Sử", "to": "snv"}
        assert said(settled(row("hầu a sử", "201")).rows) == [(State.BAD, note(settle.ELSEWHERE, **values))]

    @pytest.mark.parametrize(("name", "id_", "agency"), [("Cư A Dế", "202", "stc"), ("Giàng Seo Phử", "103", "snv")])
    def test_who_comes_back(self, name: str, id_: str, agency: str) -> None:
        found = settled(row(name, id_))
        assert said(found.rows) == [(State.TAKEN, note(settle.RETURNS, agency=agency))]
        assert found.ids == {0: id_}

    def test_an_id_that_is_new_says_nothing_of_who_is_there(self) -> None:
        """The id of who is there may have been made at random."""
        assert said(settled(row("Vàng A Páo", "7")).rows)[0][0] is State.SKIPPED

    def test_of_several_entries_the_one_that_is_open_counts(self) -> None:
        """Who moved away on a later day is still here; the entry that comes last is not open yet."""
        moved = register(
            agency("snv", person("7", "Vù A Y", "2009-01-01", "2011-01-01 transferred")),
            agency("stc", person("7", "Vù A Y", "2011-01-01 transferred")),
        )
        assert said(settled(row("Vù A Y", "7"), texts=moved).rows)[0][0] is State.BAD
        back = register(
            agency("stc", person("7", "Vù A Y", "2008-01-01", "2009-01-01")),
            agency("snv", person("7", "Vù A Y", "2009-02-01")),
        )
        found = settled(row("Vù A Y", "7"), texts=back)
        assert said(found.rows) == [(State.SKIPPED, note(settle.THERE_BY_ID, address="vay-snv"))]


@pytest.mark.parametrize(
    ("known", "counted", "expected"),
    [
        (["000101", "000201"], True, "000701"),
        (["000101", "000201"], False, "701"),
        (["000101"], True, "000701"),
        (["101201"], True, "701"),  # none begins with a zero
        (["000101", "0201"], True, "701"),  # they are not as long as one another
        ([], True, "701"),
    ],
)
def test_a_number_gets_the_zeros_that_ids_have(known: list[str], counted: bool, expected: str) -> None:
    came = event("recruited", "2009-01-01")
    people = [person(id_, f"Lò {name}", came) for id_, name in zip(known, ("An", "Ba"), strict=False)]
    listed = Row("DS", 2, State.TAKEN, (), Person("Vù A Y", "", id="701", counted=counted))
    found = settled(listed, texts=register(agency("snv", *people)))
    assert found.ids == {0: expected}
    assert found.rows[0].notes == (() if expected == "701" else note(settle.ZEROS, value="701", id=expected))


def test_a_row_that_is_wrong_stays_so() -> None:
    wrong = row("Lò Thị Mai", "101").bad("x")
    found = settled(wrong, row("Vù A Y", number=3))
    assert found.rows[0] == wrong
    assert found.ids == {1: "100"}


def test_an_address_that_cannot_be_given() -> None:
    found = settled(row("Ánh", title="1"), row("Ánh", title="2", number=3), row("Vù A Y", number=4))
    assert [row.state for row in found.rows] == [State.TAKEN, State.BAD, State.TAKEN]
    (_namesake, why) = found.rows[1].notes
    assert why.template == issuing.EXHAUSTED.message
    assert why.values["name"] == "Ánh"
    assert found.locals == {0: "anh-snv", 2: "vay-snv"}


def test_addresses_that_the_province_keeps_for_itself_are_not_given() -> None:
    texts = register(agency("snv"), system_addresses={"vay-hotro": "contact-snv", "postmaster": "contact-snv"})
    assert settled(row("Vù A Y"), texts=texts).locals == {0: "vay-snv"}


def test_a_list_older_than_a_change_of_name_finds_the_person() -> None:
    given_up, taken = event("renamed", "2010-06-01"), event("renamed", "2010-06-01")
    texts = register(
        agency("snv", person("101", "Lò Thị Mai", "2009-01-01", given_up), person("101", "Lò Thị Mỷ", taken))
    )
    there = (State.SKIPPED, note(settle.THERE, address="ltmy-snv", row="'DS!2'"))
    assert said(settled(row("Lò Thị Mai"), texts=texts).rows) == [there]
    assert said(settled(row("Lò Thị Mỷ"), texts=texts).rows) == [there]
    by_id = (State.SKIPPED, note(settle.THERE_BY_ID, address="ltmy-snv"))
    assert said(settled(row("Lò Thị Mai", "101"), texts=texts).rows) == [by_id]
    assert said(settled(row("Vàng A Páo", "101"), texts=texts).rows) == [
        (State.BAD, note(settle.OTHER_NAME, id="101", name="Lò Thị Mỷ"))
    ]


def test_who_left_under_another_name_is_there_under_neither() -> None:
    renamed = event("renamed", "2010-06-01")
    before = person("101", "Lò Thị Mai", "2009-01-01", renamed)
    texts = register(agency("snv", before, person("101", "Lò Thị Mỷ", renamed, "2010-09-01")))
    for name in ("Lò Thị Mai", "Lò Thị Mỷ"):
        assert said(settled(row(name), texts=texts).rows) == [OPENED]
