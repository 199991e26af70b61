"""Moments of the clock on the wall, also where it is changed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from danhba.model.policy import Usage, Window
from danhba.usage.windows import NONE, Days, moment

PARIS = ZoneInfo("Europe/Paris")
# The clock goes forward at 02:00 on 29 March 2026, and back at 03:00 on 25 October.
FORWARD, BACK = date(2026, 3, 29), date(2026, 10, 25)
HOUR = 3_600_000_000


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).astimezone(UTC).timestamp()) * 1_000_000


@pytest.mark.parametrize(
    ("day", "minutes", "text"),
    [
        (date(2026, 3, 2), 0, "2026-03-02T00:00:00+07:00"),
        (date(2026, 3, 2), 1439, "2026-03-02T23:59:00+07:00"),
        (date(2026, 3, 2), 1440, "2026-03-03T00:00:00+07:00"),
        (date(2026, 12, 31), 1440, "2027-01-01T00:00:00+07:00"),
    ],
)
def test_a_moment(day: date, minutes: int, text: str) -> None:
    assert moment(day, minutes) == at(text)


@pytest.mark.parametrize(("day", "hours"), [(FORWARD, 23), (BACK, 25), (date(2026, 3, 2), 24)])
def test_a_day_is_as_long_as_its_clock_says(day: date, hours: int) -> None:
    days = Days.of([day], Usage(), PARIS)
    assert days.ends[0] - days.begins[0] == hours * HOUR
    start, stop = days.windows[0][0]
    assert stop - start == 2 * HOUR + HOUR // 2
    assert start == at(f"{day}T07:00:00+0{2 if day == FORWARD else 1}:00")


def test_windows_may_leave_and_touch() -> None:
    usage = Usage(windows=(Window(0, 60), Window(60, 61), Window(1439, 1440)))
    days = Days.of([date(2026, 3, 2), date(2026, 3, 4)], usage)
    begin = days.begins[1]
    assert [days.number(begin + offset) for offset in (-1, 0, 24 * HOUR - 1, 24 * HOUR)] == [NONE, 1, 1, NONE]
    assert [days.window(1, begin + offset) for offset in (0, HOUR - 1, HOUR, HOUR + HOUR // 60, 24 * HOUR - 1)] == [
        0, 0, 1, NONE, 2
    ]  # fmt: skip


def test_a_period_without_days() -> None:
    assert Days.of([], Usage()).number(0) == NONE
