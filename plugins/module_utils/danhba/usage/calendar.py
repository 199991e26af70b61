"""Working days: Viet Nam's calendar of the library `holidays`, with the province's and our own corrections.

The library has the days off of the Labour Code (Article 112), their substitutes, and the swaps that it knows. Tết of
future years is computed; the Government decides it each year.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

from ..messages import mark as _
from ..model.policy import Usage

if TYPE_CHECKING:
    from holidays import HolidayBase

_DAY = timedelta(days=1)
# Years for which the library follows the law of the time; Saturday was a working day before 1999.
FIRST_YEAR, LAST_YEAR = 2000, 2099
# The days of a leap year; longer periods are asked for year by year.
MOST_DAYS = 366
REVERSED = _("the period ends ({last}) before it begins ({first}); give the earlier day first")
TOO_LONG = _("the period has {days} days, and {most} are the most; ask for one year after the other")
NO_CALENDAR = _("days off are known from {first} to {last}; choose a period within these years")
# Swaps for public employees: off, and worked instead. Stated here whatever release of the library is installed, for
# releases lack some. That of January 2026: 12729/VPCP-KGVX of 25/12/2025.
_SWAPS = (
    (date(2024, 4, 29), date(2024, 5, 4)),
    (date(2025, 5, 2), date(2025, 4, 26)),
    (date(2026, 1, 2), date(2026, 1, 10)),
    (date(2026, 8, 31), date(2026, 8, 22)),
)
NATIONAL: Mapping[date, bool] = {
    day: worked for swap in _SWAPS for day, worked in zip(swap, (False, True), strict=True)
}


def working_days(first: date, last: date, usage: Usage) -> list[date]:
    """Return the working days of a period, both ends included: by the register, then by the calendar."""
    stated = {**NATIONAL, **{each.day: each.worked for each in usage.days}}
    return [day for day in _days(first, last) if (stated[day] if day in stated else _calendar().is_working_day(day))]


def _days(first: date, last: date) -> Iterator[date]:
    for count in range((last - first).days + 1):
        yield first + count * _DAY


def impossible(first: date, last: date) -> tuple[str, dict[str, object]] | None:
    """Return why a period is impossible, as a message template with its values; None if it is possible."""
    days = (last - first).days + 1
    if days < 1:
        return REVERSED, {"first": first, "last": last}
    if days > MOST_DAYS:
        return TOO_LONG, {"days": days, "most": MOST_DAYS}
    if first.year < FIRST_YEAR or last.year > LAST_YEAR:
        return NO_CALENDAR, {"first": FIRST_YEAR, "last": LAST_YEAR}
    return None


def computed(first: date, last: date, usage: Usage) -> list[int]:
    """The years of a period whose Tết and swaps nobody has stated yet: the calendar is as the law alone has it."""
    stated = {day.year for day in NATIONAL} | {each.day.year for each in usage.days}
    newest = max(day.year for day in NATIONAL)
    return [year for year in range(max(first.year, newest + 1), last.year + 1) if year not in stated]


@cache
def _calendar() -> HolidayBase:
    from holidays import country_holidays  # imported late: it takes 0.1 s, which `check` does not need

    return country_holidays("VN")
