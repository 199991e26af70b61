"""Computes checks of mailboxes from the database's daily counts (schema `usage`) for a period (R8).

The database knows the minutes with a check. Days on which a mailbox is open, working days and required windows come
from the register, as for events of a file. A set of days is an integer: bit n is the nth day of the period.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import reduce
from itertools import accumulate
from operator import and_, or_
from typing import NamedTuple

from ..planning.accounts import AGENCY
from .checks import Period
from .roster import Mailbox, Stay

MINUTES = 1440


class Looked(NamedTuple):
    """Days with a check of a mailbox, by window: all checks, and those by others than programs that only poll."""

    windows: tuple[int, ...]
    attended: tuple[int, ...]


class Use(NamedTuple):
    """A mailbox's days at an agency, as sets: open working days, those that meet R8, and those met by polling alone."""

    mailbox: Mailbox
    stay: Stay
    days: int
    met: int
    by_program: int
    windows: tuple[int, ...]


def masks(period: Period) -> list[str]:
    """Return each window as 1440 binary digits, one a minute of the day, for the database."""
    return ["0" * start + "1" * (end - start) + "0" * (MINUTES - end) for start, end in period.usage.windows]


def uses(period: Period, looked: Mapping[str, Looked], known: int = -1) -> Iterator[Use]:
    """Yield the use of each mailbox, by agency, on the days in `known`; other days have no data."""
    none = (0,) * len(period.usage.windows)
    until = [0, *accumulate((1 << (day - period.first).days for day in period.days.days), or_)]
    for mailbox in period.mailboxes:
        found = looked.get(mailbox.name) or Looked(none, none)
        for stay in mailbox.stays:
            days = (until[stay.last] ^ until[stay.first]) & known
            windows = tuple(window & days for window in found.windows)
            numbers = required(period, mailbox.kind)
            met, attended = _all(days, windows, numbers), _all(days, found.attended, numbers)
            yield Use(mailbox, stay, days, met, met & ~attended, windows)


def required(period: Period, kind: str) -> tuple[int, ...]:
    """Return the numbers, from 1 on, of the windows in which a mailbox of a kind must be checked."""
    return period.usage.agency if kind == AGENCY else period.usage.official


def _all(days: int, windows: Sequence[int], numbers: Sequence[int]) -> int:
    return reduce(and_, (windows[number - 1] for number in numbers), days)


def days_of(period: Period, bits: int) -> list[date]:
    """Return the days of a set."""
    return [day for day in period.days.days if bits >> (day - period.first).days & 1]
