"""Use by sets of days: windows as minutes, and days of which nothing is known."""

from __future__ import annotations

from datetime import date

from danhba.usage.checks import Period
from danhba.usage.daily import Looked, days_of, masks, uses
from tests.support.registers import Texts, timeline
from tests.support.usage import AN, MONDAY, REGISTER, with_policy

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 13)
ALL = (1 << 12) - 1


def period(texts: Texts = REGISTER) -> Period:
    return Period.of(timeline(texts, MONDAY), FIRST, LAST)


def test_days_of_a_set() -> None:
    assert [str(day) for day in days_of(period(), 0b110_0011)] == ["2026-03-02", "2026-03-03"]


def test_a_window_is_its_minutes() -> None:
    first, *_rest = masks(period())
    assert (len(first), first.index("1"), first.rindex("1"), first.count("1")) == (1440, 420, 569, 150)
    moved = period(with_policy('windows: ["08:00-09:00", "10:00-10:01", "13:00-14:00", "15:00-24:00"]'))
    assert [mask.count("1") for mask in masks(moved)] == [60, 1, 60, 540]


def test_what_is_not_known_counts_for_nobody() -> None:
    looked = {AN: Looked((ALL,) * 4, (0, 0, 0, 0))}
    [whole] = [use for use in uses(period(), looked) if use.mailbox.name == AN]
    assert (whole.days.bit_count(), whole.met, whole.by_program) == (10, whole.days, whole.days)
    [known] = [use for use in uses(period(), looked, 0b11) if use.mailbox.name == AN]
    assert (known.days, known.met) == (0b11, 0b11)
    [nothing] = [use for use in uses(period(), looked, 0) if use.mailbox.name == AN]
    assert (nothing.days, nothing.met, nothing.windows) == (0, 0, (0, 0, 0, 0))
