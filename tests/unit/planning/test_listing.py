"""Who is found by what somebody types."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from danhba.planning.listing import Listed, contacts, everything, of_name, of_people, who
from danhba.planning.state import Timeline
from tests.support.registers import agency, event, person, register, timeline

TEXTS = register(
    agency(
        "stttt",
        person("7A", "Nguyễn Văn Vịnh", event("recruited", "2010-01-01")),
        person("2", "Ngô Vân Vinh", "2010-01-01", "2011-01-01"),
        person("3", "Đặng Vĩnh", "2010-01-01"),
    ),
)


def listed(day: str) -> list[Listed]:
    return everything(timeline(TEXTS, day))


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("nvvinh-stttt@laocai.gov.vn", ["7A"]),
        ("NVVinh-stttt", ["7A"]),
        ("nvvinh", []),
        ("laocai.gov.vn", []),
        ("7a", ["7A"]),
        ("7A", ["7A"]),
        ("vinh", ["7A", "2", "3"]),
        ("vịnh", ["7A"]),
        ("VỊNH", ["7A"]),
        ("vi\u0323nh", ["7A"]),
        ("vinh  van", ["7A", "2"]),
        ("van nguyen", ["7A"]),
        ("dang nguyen", []),  # one word of each of two people
        ("dang", ["3"]),
        ("vin", []),
        ("contact-stttt", ["stttt"]),
        ("stttt", ["stttt"]),
        ("", []),
        ("  ", []),
    ],
)
def test_who_is_found(query: str, ids: list[str]) -> None:
    assert [item.id for item in who(timeline(TEXTS, "2010-06-01"), query)] == ids


@pytest.mark.parametrize("query", ["nvvinh-stttt", "7a", "vinh", "dang nguyen"])
def test_who_is_found_among_people_that_were_not_kept(query: str) -> None:
    kept = timeline(TEXTS, "2010-06-01")
    [listed] = kept.register.agencies.values()
    read = replace(kept.register, agencies={"stttt": replace(listed, people=tuple(listed.people))})
    assert kept.issued
    again = Timeline.of(read, kept.issued, kept.day)
    assert [item.id for item in who(again, query)] == [item.id for item in who(kept, query)]


def test_every_mailbox_is_listed_after_its_agencys() -> None:
    found = [(item.kind, item.id, item.state) for item in listed("2011-01-01")]
    assert found == [
        ("agency", "stttt", "open"),
        ("official", "7A", "open"),
        ("official", "2", "closed"),
        ("official", "3", "open"),
    ]


def test_an_agency_and_a_person_are_told_the_same_way() -> None:
    office, _first, left, *_others = listed("2011-01-01")
    assert (office.name, office.opened.date.isoformat(), office.closed) == ("Cơ quan stttt", "2000-01-01", None)
    assert (left.name, left.opened.date.isoformat()) == ("Ngô Vân Vinh", "2010-01-01")
    assert left.closed is not None
    assert left.closed.document == "22/QĐ-UBND"


ELSEWHERE = register(
    agency("aa", person("1", "Lò An", "2010-01-01", "2011-01-01 transferred"), person("2", "lò an", "2010-01-01")),
    agency("bb", person("3", "Lò Ba", "2010-01-01")),
    agency("cc", person("4", "Lò Bốn", "2010-01-01"), person("1", "Lò An", "2011-01-01 transferred")),
)


def shown(items: Iterable[Listed]) -> list[tuple[str, str, str]]:
    return [(item.id, item.address, item.state) for item in items]


def test_contact_mailboxes_alone() -> None:
    assert shown(contacts(timeline(ELSEWHERE, "2011-01-01"))) == [
        ("aa", "contact-aa@laocai.gov.vn", "open"),
        ("bb", "contact-bb@laocai.gov.vn", "open"),
        ("cc", "contact-cc@laocai.gov.vn", "open"),
        ("stttt", "contact-stttt@laocai.gov.vn", "open"),
    ]


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        ({"1"}, [("1", "lan-aa@laocai.gov.vn", "forwarding"), ("1", "lan-cc@laocai.gov.vn", "open")]),
        ({"3", "2"}, [("2", "anl-aa@laocai.gov.vn", "open"), ("3", "lba-bb@laocai.gov.vn", "open")]),
        (set(), []),
        ({"9"}, []),
    ],
)
def test_the_mailboxes_of_some_people(ids: set[str], expected: list[tuple[str, str, str]]) -> None:
    assert shown(of_people(timeline(ELSEWHERE, "2011-01-01"), ids)) == expected


@pytest.mark.parametrize("name", ["Lò An", "LÒ AN", "lò an"])
def test_namesakes_have_the_whole_name_and_its_marks(name: str) -> None:
    assert [(item.id, item.agency.code) for item in of_name(timeline(ELSEWHERE, "2011-01-01"), name)] == [
        ("1", "aa"),
        ("2", "aa"),
        ("1", "cc"),
    ]


def test_a_part_of_a_name_is_nobodys() -> None:
    assert list(of_name(timeline(ELSEWHERE, "2011-01-01"), "Lò")) == []
