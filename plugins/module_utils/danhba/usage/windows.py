"""Windows of working days as moments, and the window that a moment is in."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ..model.policy import Usage
from ..vietnamese.figures import VIETNAM

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
NONE = -1


def moment(day: date, minutes: int, zone: ZoneInfo = VIETNAM) -> int:
    """Convert a time of day, in minutes from midnight, to microseconds since 1970 (UTC)."""
    at = datetime.combine(day + timedelta(days=minutes // 1440), time(minutes % 1440 // 60, minutes % 60), zone)
    return (at - _EPOCH) // _MICROSECOND


@dataclass(frozen=True, slots=True)
class Days:
    """Working days in order, each from midnight to the next, and their windows; all as half-open ranges of moments."""

    days: Sequence[date]
    begins: Sequence[int]
    ends: Sequence[int]
    windows: Sequence[Sequence[tuple[int, int]]]

    @classmethod
    def of(cls, days: Sequence[date], usage: Usage, zone: ZoneInfo = VIETNAM) -> Days:
        """Return the working days with the windows of the policy."""
        return cls(
            days,
            [moment(day, 0, zone) for day in days],
            [moment(day, 1440, zone) for day in days],
            [[(moment(day, start, zone), moment(day, end, zone)) for start, end in usage.windows] for day in days],
        )

    def number(self, moment: int) -> int:
        """Return the index of the working day that a moment is on, or `NONE`."""
        found = bisect_right(self.begins, moment) - 1
        return found if found >= 0 and moment < self.ends[found] else NONE

    def window(self, day: int, moment: int) -> int:
        """Return the index of the window of a day that a moment of that day is in, or `NONE`."""
        windows = enumerate(self.windows[day])
        return next((number for number, (start, stop) in windows if start <= moment < stop), NONE)
