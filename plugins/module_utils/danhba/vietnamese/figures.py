"""Days, moments, numbers and shares as Vietnamese papers write them: the one place that knows how.

Days follow Nghị định 30/2020/NĐ-CP, Phụ lục I: days below 10 and the months 1 and 2 have a zero in front, other months
have none.
"""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
_POINT_AND_COMMA = str.maketrans(",.", ".,")


def day_in_words(day: date) -> str:
    """A day as the head and the text of a paper write it: `ngày 05 tháng 3 năm 2026`."""
    return f"ngày {day.day:02} tháng {_month(day)} năm {day.year}"


def day_in_figures(day: date) -> str:
    """A day as tables and references write it: `05/3/2026`."""
    return f"{day.day:02}/{_month(day)}/{day.year}"


def moment_in_figures(at: datetime) -> str:
    """A moment with a time zone, by the clocks of Viet Nam: `08:00:00 05/3/2026`."""
    here = at.astimezone(VIETNAM)
    return f"{here:%H:%M:%S} {day_in_figures(here)}"


def number(value: float, decimals: int = 0) -> str:
    """A number with a point before each three digits and a comma before the decimals: `1.234,5`."""
    return f"{value:,.{decimals}f}".translate(_POINT_AND_COMMA)


def percent(share: float) -> str:
    """A share from 0 to 1 in per cent, rounded down to a tenth, so that only all is 100 %: `70,7 %`."""
    return f"{number(int(share * 1000 + 1e-9) / 10, 1)}\N{NO-BREAK SPACE}%"


def _month(day: date) -> str:
    return f"{day.month:02}" if day.month < 3 else str(day.month)
