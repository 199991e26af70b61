"""What a mailbox is on a day; ranges are half-open (register format, States)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from danhba.model.register import Suspension
from danhba.planning.state import Timeline
from tests.support.registers import Texts, agency, people_of, person, register, timeline

ONE = register(
    agency(
        "stttt",
        person(
            "1",
            "Lò An",
            "2011-01-01",
            "2013-01-01",
            suspended=[
                {"document": "1/QĐ-STTTT", "date": "2011-05-01", "until": "2011-08-01"},
                {"document": "2/QĐ-STTTT", "date": "2012-12-01"},
            ],
        ),
    )
)
# From aa to bb and on to cc; forwarding for 90 days, then redirecting for 365.
MOVED = register(
    agency("aa", person("1", "Lò An", "2010-01-01", "2011-01-01 transferred")),
    agency("bb", person("1", "Lò An", "2011-01-01 transferred", "2011-03-01 reorganised")),
    agency("cc", person("1", "Lò An", "2011-03-01 reorganised", "2013-01-01")),
)
RETURNED = register(
    agency(
        "aa",
        person("1", "Lò An", "2010-01-01", "2011-01-01 transferred"),
        person("1", "Lò An", "2012-01-01 transferred"),
    ),
    agency("bb", person("1", "Lò An", "2011-01-01 transferred", "2012-01-01 transferred")),
)
# One who left the province, and later came back to another agency.
AWAY = register(
    agency("aa", person("1", "Lò An", "2010-01-01", "2011-01-01 left_province")),
    agency("bb", person("1", "Lò An", "2011-03-01")),
)


def states(texts: Texts, day: str) -> dict[str, list[str]]:
    """The states of every issuance in order, and of contact mailboxes, by agency."""
    at = timeline(texts, day)
    found: dict[str, list[str]] = {code: [] for code in at.register.agencies}
    for code, entries in found.items():
        of_agency = [entry for entries in people_of(at).values() for entry in entries if entry.agency.code == code]
        entries += [at.state(entry).value for entry in of_agency]
    return {code: entries for code, entries in found.items() if entries}


@pytest.mark.clause("R6.2b")
@pytest.mark.parametrize(
    ("day", "state"),
    [
        ("0001-01-01", "pending"),
        ("2010-12-31", "pending"),
        ("2011-01-01", "open"),
        ("2011-04-30", "open"),
        ("2011-05-01", "suspended"),
        ("2011-07-31", "suspended"),
        ("2011-08-01", "open"),
        ("2012-11-30", "open"),
        ("2012-12-01", "suspended"),
        ("2012-12-31", "suspended"),
        ("2013-01-01", "closed"),
        ("9999-12-31", "closed"),
    ],
)
def test_one_issuance(day: str, state: str) -> None:
    assert states(ONE, day) == {"stttt": [state]}


@pytest.mark.clause("R6.2a")
@pytest.mark.parametrize(
    ("day", "aa", "bb", "cc"),
    [
        ("2010-12-31", "open", "pending", "pending"),
        ("2011-01-01", "forwarding", "open", "pending"),
        ("2011-02-28", "forwarding", "open", "pending"),
        ("2011-03-01", "forwarding", "forwarding", "open"),
        ("2011-03-31", "forwarding", "forwarding", "open"),
        ("2011-04-01", "redirecting", "forwarding", "open"),
        ("2011-05-29", "redirecting", "forwarding", "open"),
        ("2011-05-30", "redirecting", "redirecting", "open"),
        ("2012-03-30", "redirecting", "redirecting", "open"),
        ("2012-03-31", "closed", "redirecting", "open"),
        ("2012-05-28", "closed", "redirecting", "open"),
        ("2012-05-29", "closed", "closed", "open"),
        ("2013-01-01", "closed", "closed", "closed"),
    ],
)
def test_several_moves(day: str, aa: str, bb: str, cc: str) -> None:
    assert states(MOVED, day) == {"aa": [aa], "bb": [bb], "cc": [cc]}


@pytest.mark.parametrize(
    ("day", "aa", "bb"),
    [
        ("2011-01-01", ["forwarding", "pending"], ["open"]),
        ("2011-12-31", ["redirecting", "pending"], ["open"]),
        # The old address is in use again, by the same person: nothing is left behind there.
        ("2012-01-01", ["closed", "open"], ["forwarding"]),
    ],
)
def test_a_return_to_the_same_agency(day: str, aa: list[str], bb: list[str]) -> None:
    assert states(RETURNED, day) == {"aa": aa, "bb": bb}


@pytest.mark.parametrize(
    ("day", "aa", "bb"),
    [
        ("2011-01-01", "closed", "pending"),
        ("2011-02-28", "closed", "pending"),
        ("2011-03-01", "forwarding", "open"),
        ("2011-04-01", "redirecting", "open"),
    ],
)
def test_a_later_issuance_after_a_gap(day: str, aa: str, bb: str) -> None:
    assert states(AWAY, day) == {"aa": [aa], "bb": [bb]}


@pytest.mark.parametrize(
    ("day", "current"),
    [("2009-12-31", None), ("2010-01-01", "aa"), ("2011-01-01", "bb"), ("2012-06-01", "cc"), ("2013-06-01", "cc")],
)
def test_the_issuance_that_holds_the_mailbox(day: str, current: str | None) -> None:
    at = timeline(MOVED, day)
    entry = at.last(people_of(at)["1"])
    assert (entry.agency.code if entry else None) == current


def test_a_policy_of_no_days() -> None:
    policy = {"forward_days": "0", "redirect_days": "0"}
    texts = {**MOVED, "province.yml": register(policy=policy)["province.yml"]}
    assert states(texts, "2011-01-01") == {"aa": ["closed"], "bb": ["open"], "cc": ["pending"]}


def test_the_longest_days_that_a_province_may_set() -> None:
    policy = {"forward_days": "3660", "redirect_days": "3660"}
    texts = {**MOVED, "province.yml": register(policy=policy)["province.yml"]}
    assert states(texts, "2012-12-31")["aa"] == ["forwarding"]


# aa became bb, which was split into cc and dd; cc was merged into ee.
CHAIN = register(
    agency("aa", opened="2000-01-01", closed="2011-01-01 renamed"),
    agency("bb", opened="2011-01-01 renamed", closed="2011-02-01 split", succeeds=["aa"]),
    agency("cc", opened="2011-02-01 split", closed="2011-03-01 merged", succeeds=["bb"]),
    agency("dd", opened="2011-02-01 split", succeeds=["bb"]),
    agency("ee", opened="2011-03-01 merged", succeeds=["cc"]),
    agency("ff", closed="2011-01-01"),
)


def contacts(day: str) -> tuple[Timeline, dict[str, str]]:
    at = timeline(CHAIN, day)
    return at, {code: at.agency_state(agency).value for code, agency in at.register.agencies.items() if code != "stttt"}


@pytest.mark.clause("R6.1a")
@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("1999-12-31", "pending pending pending pending pending pending"),
        ("2010-12-31", "open pending pending pending pending open"),
        ("2011-01-01", "forwarding open pending pending pending closed"),
        ("2011-02-01", "forwarding forwarding open open pending closed"),
        ("2011-03-01", "forwarding forwarding forwarding open open closed"),
        ("2011-04-01", "redirecting forwarding forwarding open open closed"),
        ("2012-03-31", "closed redirecting redirecting open open closed"),
    ],
)
def test_contact_mailboxes(day: str, expected: str) -> None:
    # ff opens on 2000-01-01 as aa does.
    assert " ".join(contacts(day)[1].values()) == expected


@pytest.mark.parametrize(
    ("day", "code", "heirs"),
    [
        ("2011-01-01", "aa", ["bb"]),
        ("2011-02-01", "aa", ["cc", "dd"]),
        ("2011-03-01", "aa", ["dd", "ee"]),
        ("2011-03-01", "cc", ["ee"]),
        ("2011-03-01", "ff", []),
    ],
)
def test_heirs_over_any_number_of_moves(day: str, code: str, heirs: list[str]) -> None:
    at, _states = contacts(day)
    assert [agency.code for agency in at.heirs(at.register.agencies[code])] == heirs


def test_two_ways_to_one_heir() -> None:
    """aa was split into bb and cc, which were merged into dd again; cd is another heir of bb."""
    texts = register(
        agency("aa", opened="2000-01-01", closed="2011-01-01 split"),
        agency("bb", opened="2011-01-01 split", closed="2011-02-01 split", succeeds=["aa"]),
        agency("cc", opened="2011-01-01 split", closed="2011-02-01 merged", succeeds=["aa"]),
        agency("dd", opened="2011-02-01 split", succeeds=["bb", "cc"]),
        agency("cd", opened="2011-02-01 split", succeeds=["bb"]),
        agency("ff", opened="2011-02-01 merged", succeeds=["cc"]),
    )
    at = timeline(texts, "2011-03-01")
    assert [heir.code for heir in at.heirs(at.register.agencies["aa"])] == ["cd", "dd", "ff"]


@pytest.mark.parametrize(("day", "expected"), [("2010-06-01", "bb"), ("2011-06-01", "aa")])
def test_entries_go_by_their_days_not_by_the_order_of_the_files(day: str, expected: str) -> None:
    texts = register(
        agency("aa", person("1", "Lò An", "2011-01-01 transferred")),
        agency("bb", person("1", "Lò An", "2010-01-01", "2011-01-01 transferred")),
    )
    at = timeline(texts, day)
    current = at.last(people_of(at)["1"])
    assert current is not None
    assert current.agency.code == expected


@pytest.mark.parametrize(("day", "covers"), [("2011-01-01", False), ("2011-01-02", True), ("2011-01-03", False)])
def test_a_suspension_is_half_open(day: str, covers: bool) -> None:
    at = timeline(ONE, day)
    suspension = Suspension("1/QĐ-STTTT", at.day.replace(day=2), at.day.replace(day=3))
    assert suspension.covers(at.day) is covers


def test_live_mailboxes_are_counted_with_the_agencys_own() -> None:
    texts = register(
        agency("aa", person("1", "Lò An", "2010-01-01", "2011-01-01"), person("2", "Lò Ba", "2012-01-01")),
        agency("bb", person("3", "Lò Bốn", "2010-01-01", "2011-01-01"), closed="2011-06-01"),
        agency("cc", opened="2012-01-01"),
    )
    assert timeline(texts, "2010-06-01").live() == {"aa": 2, "bb": 2, "cc": 0, "stttt": 1}
    assert timeline(texts, "2012-06-01").live() == {"aa": 2, "bb": 0, "cc": 1, "stttt": 1}


def test_only_those_with_several_entries_have_moved() -> None:
    """Nearly nobody has: what is looked up for each is held for few."""
    staying = agency("dd", person("2", "Lò Ba", "2010-01-01"), person("3", "Lò Tư", "2010-01-01"))
    at = timeline({**MOVED, "agencies/dd.yml": staying}, "2011-01-01")
    assert {id_: [entry.agency.code for entry in entries] for id_, entries in at.moved.items()} == {
        "1": ["aa", "bb", "cc"]
    }


def test_people_who_were_not_read_as_rows() -> None:
    """Entries that a command has just added are issuances; their addresses are those that were issued."""
    at = timeline(ONE, "2011-01-01")
    whole = at.register.agencies["stttt"]
    listed = replace(whole, people=tuple(whole.people))
    assert at.issued
    again = Timeline.of(replace(at.register, agencies={"stttt": listed}), at.issued, at.day)
    assert [row.local for row in again.rows(listed)] == [row.local for row in at.rows(whole)] == ["lan-stttt"]


def test_the_same_day_is_the_same_timeline() -> None:
    at = timeline(register(agency("aa")), "2010-06-01")
    assert at.on(date(2010, 6, 1)) is at
    assert at.on(date(2010, 6, 2)).day == date(2010, 6, 2)
