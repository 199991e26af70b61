"""Whether a change of the province's settings lets more through than before."""

from __future__ import annotations

import pytest

from danhba.model.settings import weakens
from tests.support.cases import P
from tests.support.registers import EXCEPTIONS, MORE_EXCEPTIONS, SAMPLE, edited, usable

GIVEN = "  - {limit: close, count: 7, document: 5/STTTT-VP, until: 2012-01-01}\n"
EXCEPTED = edited(P, ("acknowledgements:\n", EXCEPTIONS + "acknowledgements:\n"))


@pytest.mark.parametrize(
    ("old", "new", "more"),
    [
        ("count: 50", "count: 50", False),
        ("count: 50", "count: 51", True),
        ("count: 50", "count: 49", False),
        (" percent: 2,", " percent: 3,", True),
        ("agency_percent: 20", "agency_percent: 21", True),
        ("agency_percent: 20", "agency_percent: 19", False),
        ("protected: [contact-stttt]", "protected: []", True),
        ("protected: [contact-stttt]", "protected: [contact-ubnd]", True),
        ("protected: [contact-stttt]", "protected: [contact-ubnd, contact-stttt]", False),
        (GIVEN, GIVEN + GIVEN.replace("7", "3"), True),
        (GIVEN, GIVEN.replace("2012-01-01", "2012-01-02"), True),
        (f"acknowledgements:\n{GIVEN}", "", False),
        ("acknowledgements:\n", EXCEPTIONS + "acknowledgements:\n", True),
    ],
)
def test_one_thing_that_lets_more_through_is_enough(old: str, new: str, more: bool) -> None:
    (before, _issued), (now, _issued_now) = usable(SAMPLE), usable(edited(P, (old, new)))
    assert weakens(before.province, now.province) is more


@pytest.mark.parametrize(("new", "more"), [(EXCEPTIONS, False), (EXCEPTIONS + MORE_EXCEPTIONS, True), ("", False)])
def test_an_exception_that_was_there_lets_nothing_more_through(new: str, more: bool) -> None:
    texts = edited(P, ("acknowledgements:\n", f"{new}acknowledgements:\n"))
    assert weakens(usable(EXCEPTED)[0].province, usable(texts)[0].province) is more
