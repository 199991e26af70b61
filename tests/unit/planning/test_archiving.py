"""Which closed mailboxes have been kept for long enough."""

from __future__ import annotations

import pytest

from danhba.planning.archiving import due, kept
from tests.support.registers import agency, event, person, register, timeline

LEFT, DAY = "2020-01-01", "2020-07-02"  # 183 days after
REGISTER = register(
    agency(
        "aa",
        person("1", "Lò An", "2010-01-01", LEFT),
        person("2", "Lò Ba", "2010-01-01", LEFT, leader="true"),
        person("3", "Lò Cúc", "2010-01-01"),
        person("4", "Lò Danh", "2010-01-01", "2012-01-01 transferred", leader="true"),
        person("5", "Lò Em", "2010-01-01", "2030-01-01"),
    ),
    agency("bb", person("4", "Lò Danh", "2012-01-01 transferred", LEFT)),
    agency("cc", closed=LEFT),
)


def ids(day: str) -> list[str]:
    return [f"{each.kind}/{each.id}" for each in due(timeline(REGISTER, day))]


@pytest.mark.clause("R6.2b")
def test_due_when_its_days_are_over_and_not_before() -> None:
    assert ids("2020-07-01") == []
    assert ids(DAY) == ["agency/cc", "official/1"]
    assert ids("2020-12-30") == ["agency/cc", "official/1"]
    assert ids("2020-12-31") == ["agency/cc", "official/1", "official/2", "official/4"]


def test_what_is_kept_says_until_when_and_why() -> None:
    found = kept(timeline(REGISTER, "2020-01-01"))
    assert set(found) == {("agency", "cc"), ("official", "1"), ("official", "2"), ("official", "4")}
    usual, leader = found["official", "1"], found["official", "2"]
    assert (usual.since, usual.days, usual.until, usual.leader) == (LEFT, 183, DAY, False)
    assert (usual.name, usual.address, usual.document) == ("Lò An", "lan-aa@laocai.gov.vn", "21/QĐ-UBND")
    assert (leader.days, leader.until, leader.leader) == (365, "2020-12-31", True)


def test_what_is_kept_comes_in_the_order_of_its_days() -> None:
    assert [id_ for _kind, id_ in kept(timeline(REGISTER, "2021-01-01"))] == ["cc", "1", "2", "4"]
    people = [person("1", "Lò An", "2010-01-01", LEFT), person("2", "Lò Ba", "2010-01-01", "2019-02-01")]
    texts = register(agency("aa", *people), agency("cc", closed="2020-02-01"))
    assert [id_ for _kind, id_ in kept(timeline(texts, "2021-01-01"))] == ["2", "1", "cc"]


@pytest.mark.parametrize("day", ["2019-12-31", "2011-01-01"])
def test_nobody_who_is_still_there(day: str) -> None:
    assert kept(timeline(REGISTER, day)) == {}


def test_who_came_back_is_not_kept_and_the_policy_counts() -> None:
    again = person("1", "Lò An", event("recruited", "2020-03-01", "2/QĐ-UBND"))
    people = [person("1", "Lò An", "2010-01-01", LEFT), person("2", "Lò Ba", "2010-01-01", LEFT)]
    texts = register(agency("aa", *people), agency("bb", again), policy={"retention_days": {"default": "200"}})
    assert [each.until for each in kept(timeline(texts, DAY)).values()] == ["2020-07-19"]
