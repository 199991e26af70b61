"""What a new entry would do that an edit may not: quotas, and comings back behind an entry that was taken back.

What was withdrawn before its day never was, and excuses nothing that comes later.
"""

from __future__ import annotations

import pytest

from tests.factory.text import Value
from tests.support.cases import Case, each, findings, found
from tests.support.registers import Entry, agency, event, person, register

ROOM: dict[str, Value] = {"quota": "5G", "quota_document": "33/QĐ-AA"}
MORE: dict[str, Value] = {"quota": "500G", "quota_document": "33/QĐ-AA"}
DAY, MOVE = event("renamed", "2012-05-01"), event("transferred", "2012-05-01")


def void(day: str, name: str = "Lò An", kind: str = "transferred", **keys: Value) -> Entry:
    taken: dict[str, Value] = {
        "document": "7/QĐ-UBND",
        "date": day,
        "event": kind,
        "withdrawn": {"document": "8/QĐ-UBND", "date": "2012-01-01"},
    }
    return person("1", name, taken, **keys)


def renamed(**keys: Value) -> list[str]:
    """What is found when the mailbox of one with room by a document gets another name, and what is given."""
    before = person("1", "Lò An", "2011-07-01", **ROOM)
    now = [{**before, "closed": DAY}, person("1", "Lò Thị Ân", DAY, **keys)]
    return of_quotas(Case("x", register(agency("aa", *now)), [], register(agency("aa", before))))


def of_quotas(case: Case) -> list[str]:
    """What is found of rooms; who gets another name is asked about besides (test_names.py)."""
    return [place for place in found(case) if not place.endswith("history-renamed")]


def test_a_new_name_carries_the_quota_and_gives_no_other_one() -> None:
    assert renamed() == renamed(**ROOM) == renamed(quota="500G", quota_document="40/QĐ-AA") == []
    assert renamed(quota="5G", quota_document="40/QĐ-AA") == []
    assert renamed(**MORE) == ["agencies/aa.yml:17:21 history-quota"]
    assert renamed(quota="500G") == renamed(quota="5G") == ["agencies/aa.yml:16:12 history-quota"]


def test_an_entry_that_carries_nothing_gets_nothing_by_the_document_of_before() -> None:
    """In two steps: a new name without the room, and then more room by the document of the room that was."""
    before = {**person("1", "Lò An", "2011-07-01", **ROOM), "closed": DAY}
    for keys, expected in ((MORE, ["agencies/aa.yml:17:21 history-quota"]), (ROOM, [])):
        base, now = (agency("aa", before, person("1", "Lò Thị Ân", DAY, **each)) for each in ({}, keys))
        assert of_quotas(Case("x", register(now), [], register(base))) == expected


@pytest.mark.parametrize(
    ("then", "now", "said"),
    [
        ({"quota": "5G"}, {"quota": "5G"}, []),
        ({"quota": "5G"}, {"quota": "6G"}, [("5G", "6G")]),
        ({}, {"quota": "5G"}, [("—", "5G")]),
        (ROOM, {"quota": "5G"}, [("5G", "5G")]),
        (ROOM, MORE, [("5G", "500G")]),
    ],
)
def test_what_a_new_name_carries_is_compared_with_what_there_was(
    then: dict[str, Value], now: dict[str, Value], said: list[tuple[str, str]]
) -> None:
    before = person("1", "Lò An", "2011-07-01", **then)
    entries = [{**before, "closed": DAY}, person("1", "Lò Thị Ân", DAY, **now)]
    case = Case("x", register(agency("aa", *entries)), [], register(agency("aa", before)))
    told = [each for each in findings(case) if each.rule.id != "history-renamed"]
    assert [(each.rule.id, each.values["before"], each.values["now"]) for each in told] == [
        ("history-quota", *each) for each in said
    ]


def moved(*behind: Entry, **keys: Value) -> list[str]:
    """The same of one who goes to another agency, which had entries of that person before."""
    before = person("1", "Lò An", "2011-07-01", **ROOM)
    come = person("1", "Lò An", MOVE, **keys)
    now = register(agency("aa", {**before, "closed": MOVE}), agency("bb", *behind, come))
    return found(Case("x", now, [], register(agency("aa", before), agency("bb", *behind))))


def test_a_move_carries_the_quota_and_gives_no_other_one() -> None:
    assert moved(**ROOM) == []
    assert moved(**MORE) == ["agencies/bb.yml:11:21 history-quota"]


def test_a_return_from_an_agency_that_does_not_change_gets_no_other_quota_by_its_document() -> None:
    left = agency("bb", person("1", "Lò An", "2010-01-01", event("resigned", "2011-01-01", "3/QĐ-BB"), **ROOM))
    for keys, expected in ((ROOM, []), (MORE, ["agencies/aa.yml:11:21 history-quota"])):
        now = register(left, agency("aa", person("1", "Lò An", "2012-05-01", **keys)))
        places = found(Case("x", now, [], register(left, agency("aa"))))
        assert [place for place in places if "quota" in place] == expected


def test_the_quota_of_what_never_came_is_carried_by_nobody() -> None:
    """The document of an entry that was taken back gives nothing: not to the next entry either."""
    left = person("1", "Lò An", "2011-07-01", event("resigned", "2012-02-01"), **ROOM)
    gone = void("2012-03-01", kind="recruited", quota="500G")
    now = register(agency("aa", left, gone, person("1", "Lò An", "2012-05-01", quota="500G")))
    assert "agencies/aa.yml:24:12 history-quota" in found(Case("x", now, [], register(agency("aa", left, gone))))


def test_an_entry_of_the_same_day_is_none_before_it() -> None:
    gone = void("2012-05-01", kind="recruited", quota="500G", quota_document="33/QĐ-AA")
    now = register(agency("aa", gone, person("1", "Lò An", "2012-05-01", **ROOM)))
    assert found(Case("x", now, [], register(agency("aa", gone)))) == []


def test_two_new_entries_of_one_change_share_no_document() -> None:
    before = person("1", "Lò An", "2011-07-01")
    again = event("renamed", "2012-05-20", "2/QĐ-UBND")
    now = [
        {**before, "closed": DAY},
        {**person("1", "Lò Thị Ân", DAY, **ROOM), "closed": again},
        person("1", "Lò Thị Anh", again, **MORE),
    ]
    case = Case("x", register(agency("aa", *now)), [], register(agency("aa", before)))
    assert of_quotas(case) == ["agencies/aa.yml:21:21 history-quota"]


LEFT = agency("bb", person("1", "Lò An", "2010-01-01", event("resigned", "2011-01-01", "3/QĐ-BB")))
BACK = person("1", "Lò An", "2012-05-01")
RETURNS = [
    Case(
        "behind what never came",
        register(LEFT, agency("aa", void("2012-03-01", kind="recruited"), BACK)),
        ["agencies/aa.yml:16:13 history-return"],
        register(LEFT, agency("aa", void("2012-03-01", kind="recruited"))),
    ),
    Case(
        "and itself never comes",
        register(LEFT, agency("aa", void("2012-07-01", kind="recruited"))),
        [],
        register(LEFT, agency("aa")),
    ),
]


@each(RETURNS)
def test_who_comes_back_is_asked_about(case: Case) -> None:
    assert found(case) == case.expected
