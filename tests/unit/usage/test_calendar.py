"""Working days of whole years against what was announced."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from danhba.model.policy import Exceptional, Usage
from danhba.usage.calendar import NATIONAL, computed, working_days


def off(year: int) -> list[str]:
    """The days of a year from Monday to Friday that are off, and after a plus the others that are worked."""
    worked = {*working_days(date(year, 1, 1), date(year, 12, 31), Usage())}
    days = [date(year, 1, 1) + timedelta(n) for n in range(366) if (date(year, 1, 1) + timedelta(n)).year == year]
    return [f"{day:%d/%m}" for day in days if day.weekday() < 5 and day not in worked] + [
        f"+{day:%d/%m}" for day in days if day.weekday() > 4 and day in worked
    ]


@pytest.mark.clause("R8.1")
@pytest.mark.parametrize(
    ("year", "days"),
    [
        (2024, "01/01 08/02 09/02 12/02 13/02 14/02 18/04 29/04 30/04 01/05 02/09 03/09 +04/05"),
        (2025, "01/01 27/01 28/01 29/01 30/01 31/01 07/04 30/04 01/05 02/05 01/09 02/09 +26/04"),
        (2026, "01/01 02/01 16/02 17/02 18/02 19/02 20/02 27/04 30/04 01/05 31/08 01/09 02/09 24/11 +10/01 +22/08"),
    ],
)
def test_a_year(year: int, days: str) -> None:
    assert off(year) == days.split()


def test_a_swap_is_of_one_day_off_and_one_that_is_worked() -> None:
    assert sum(NATIONAL.values()) * 2 == len(NATIONAL)
    assert {day.weekday() > 4 for day, worked in NATIONAL.items() if worked} == {True}
    assert {day.weekday() > 4 for day, worked in NATIONAL.items() if not worked} == {False}


def test_what_the_register_says_comes_first() -> None:
    days = (date(2026, 1, 2), date(2026, 1, 10), date(2026, 1, 12))
    usage = Usage(days=(Exceptional(days[0], True, "1/TB"), Exceptional(days[1], False, "1/TB"),
                        Exceptional(days[2], False, "1/TB")))  # fmt: skip
    found = working_days(date(2026, 1, 1), date(2026, 1, 12), usage)
    assert [day in found for day in days] == [True, False, False]


def test_an_empty_and_a_reversed_period_have_no_days() -> None:
    assert working_days(date(2026, 3, 7), date(2026, 3, 8), Usage()) == []
    assert working_days(date(2026, 3, 9), date(2026, 3, 6), Usage()) == []


def test_years_of_which_nothing_is_decided_are_known() -> None:
    assert computed(date(2026, 1, 1), date(2026, 12, 31), Usage()) == []
    assert computed(date(2026, 12, 1), date(2028, 1, 31), Usage()) == [2027, 2028]
    usage = Usage(days=(Exceptional(date(2027, 2, 11), False, "1/TB"),))
    assert computed(date(2026, 12, 1), date(2028, 1, 31), usage) == [2028]
    assert computed(date(2019, 1, 1), date(2019, 12, 31), Usage()) == []
