"""Use as the database has it by day (schema `usage`): from sets of days to what each mailbox came to in a period (R8).

The database knows in which minutes somebody looked. On which days a mailbox is open, which days are worked and which
windows it needs is said here, as for events of a file. A set of days is an integer: bit n is the nth day of the period.
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
    """On which days a mailbox was looked at in each window, and by what is no program that only asks."""

    windows: tuple[int, ...]
    attended: tuple[int, ...]


class Use(NamedTuple):
    """What a mailbox came to at an agency: working days on which it was open, those that are met, and met by a program
    alone; as sets of days.
    """

    mailbox: Mailbox
    stay: Stay
    days: int
    met: int
    by_program: int
    windows: tuple[int, ...]


def masks(period: Period) -> list[str]:
    """Each window as the minutes of a day: what the database compares with."""
    return ["0" * start + "1" * (end - start) + "0" * (MINUTES - end) for start, end in period.usage.windows]


def uses(period: Period, looked: Mapping[str, Looked], known: int = -1) -> Iterator[Use]:
    """What each mailbox came to, for each agency that it was at, on the days that are `known`: of others nobody can say
    anything.
    """
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
    """The numbers, from 1 on, of the windows that a mailbox of a kind needs."""
    return period.usage.agency if kind == AGENCY else period.usage.official


def _all(days: int, windows: Sequence[int], numbers: Sequence[int]) -> int:
    return reduce(and_, (windows[number - 1] for number in numbers), days)


def days_of(period: Period, bits: int) -> list[date]:
    """The days of a set."""
    return [day for day in period.days.days if bits >> (day - period.first).days & 1]
