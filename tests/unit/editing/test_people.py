"""Whose mailbox is meant: the one that is open on the day."""

from __future__ import annotations

from datetime import date

import pytest

from danhba.editing import people
from danhba.editing.people import Ambiguous, find_open
from danhba.editing.problem import Problem
from danhba.planning.listing import Listed, everything
from tests.support.registers import Texts, agency, person, register, timeline

MOVES = register(
    agency("aa", person("1", "Lò An", "2010-01-01", "2011-01-01 transferred"), person("2", "Lò Ba", "2010-01-01")),
    agency("bb", person("1", "Lò An", "2011-01-01 transferred", "2012-01-01 transferred")),
    agency("cc", person("1", "Lò An", "2012-01-01 transferred")),
)


def listed(texts: Texts, day: str) -> list[Listed]:
    return everything(timeline(texts, day))


def agency_of(texts: Texts, query: str, day: str) -> str:
    return find_open(timeline(texts, day), query, date.fromisoformat(day)).agency.code


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param("2009-12-31", "cc", id="not open yet: the one that nothing closes"),
        pytest.param("2010-01-01", "aa", id="the very first day"),
        pytest.param("2010-12-31", "aa", id="the last day before the first move"),
        pytest.param("2011-01-01", "bb", id="the day of the first move"),
        pytest.param("2011-12-31", "bb", id="the last day before the second"),
        pytest.param("2012-01-01", "cc", id="the day of the second"),
    ],
)
def test_of_several_mailboxes_the_one_of_the_day(day: str, expected: str) -> None:
    assert agency_of(MOVES, "1", day) == expected


@pytest.mark.parametrize(
    ("day", "said"),
    [
        pytest.param("2009-12-31", people.WILL_BE_CLOSED, id="before it opens"),
        pytest.param("2010-01-01", None, id="the day it opens"),
        pytest.param("2010-12-31", None, id="the last day"),
        pytest.param("2011-01-01", people.ALL_CLOSED, id="the day it closes"),
    ],
)
def test_a_mailbox_whose_end_is_known(day: str, said: str | None) -> None:
    texts = register(agency("aa", person("1", "Lò An", "2010-01-01", "2011-01-01")))
    if said is None:
        assert agency_of(texts, "1", day) == "aa"
        return
    with pytest.raises(Problem) as problem:
        agency_of(texts, "1", day)
    assert problem.value.template == said


def test_a_name_that_two_people_have() -> None:
    texts = register(agency("aa", person("1", "Lò An", "2010-01-01"), person("2", "Lò An", "2010-01-01")))
    with pytest.raises(Ambiguous) as several:
        agency_of(texts, "Lò An", "2011-01-01")
    assert [item.id for item in several.value.found] == ["1", "2"]
