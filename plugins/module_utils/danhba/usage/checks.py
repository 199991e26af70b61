"""Counts checks: for each open mailbox and working day, the windows in which somebody looked (R8).

A check is any sign that the owner looked: a sign-in, or a session that selects a folder or reads mail. Polling by a
program with nobody there counts too, and is counted apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from ..model.policy import Usage
from ..planning.accounts import AGENCY
from ..planning.state import Timeline
from .calendar import working_days
from .events import KINDS, Event
from .polling import fixed
from .roster import Mailbox, roster
from .spool import Spool, Spooled
from .windows import NONE, Days, moment

_READ = KINDS.index("read")
# Maximum number of unknown names to report.
_NAMED = 20
_END: tuple[int, Iterator[Spooled]] = (NONE, iter(()))


class Checks(NamedTuple):
    """An open mailbox on a working day: signs by window, and how many of them are a polling program's."""

    mailbox: Mailbox
    agency: str
    day: date
    windows: tuple[int, ...]
    polled: tuple[int, ...]
    required: tuple[int, ...]

    @property
    def checks(self) -> int:
        """Return the number of windows with a sign."""
        return sum(map(bool, self.windows))

    @property
    def attended(self) -> int:
        """Return the number of windows with a sign of a client that does not only poll, as far as that can be told."""
        return sum(all_ > polled for all_, polled in zip(self.windows, self.polled, strict=True))

    @property
    def met(self) -> bool:
        """Say whether each required window has a sign."""
        return all(self.windows[number - 1] for number in self.required)

    @property
    def by_program(self) -> bool:
        """Say whether the requirement is met only thanks to a polling program."""
        return self.met and any(self.windows[number - 1] == self.polled[number - 1] for number in self.required)

    def data(self) -> dict[str, Any]:
        """Return the row as a dict with the keys of the output format."""
        return {
            "mailbox": self.mailbox.name,
            "day": self.day.isoformat(),
            "windows": self.windows,
            "checks": self.checks,
            "required": len(self.required),
            "met": self.met,
            "agency": self.agency,
            "polled": self.polled,
            "attended": self.attended,
        }


@dataclass(slots=True)
class Told:
    """Statistics of all `events`, which are updated while they are read.

    Events outside of the period, on a day off, of a mailbox that is closed or unknown, or of an owner on leave are in
    no row. `later` are those after the moment of the request; they are counted where they fall.
    """

    events: int = 0
    outside: int = 0
    free: int = 0
    closed: int = 0
    leave: int = 0
    unknown: int = 0
    later: int = 0
    names: Counter[str] = field(default_factory=Counter)

    def miss(self, name: str) -> None:
        """Count an event of a mailbox that the register does not have; up to `_NAMED` names are kept."""
        self.unknown += 1
        if name in self.names or len(self.names) < _NAMED:
            self.names[name] += 1


@dataclass(frozen=True, slots=True)
class Period:
    """The mailboxes and working days from a first to a last day, both included."""

    first: date
    last: date
    usage: Usage
    days: Days
    mailboxes: Sequence[Mailbox]

    @classmethod
    def of(cls, timeline: Timeline, first: date, last: date) -> Period:
        """Return a period of a register."""
        usage = timeline.register.province.policy.usage
        days = working_days(first, last, usage)
        return cls(first, last, usage, Days.of(days, usage), roster(timeline, days))

    def checks(self, events: Iterable[Event], told: Told, now: int | None = None) -> Iterator[Checks]:
        """Yield a row for each mailbox and each working day on which it is open, by mailbox and day.

        Neither the order of the events nor repetitions matter. All events are read, and `told` is filled, before the
        first row. If `now` is given (microseconds since 1970), events after it are counted in `told.later`.
        """
        none = (0,) * len(self.usage.windows)
        with Spool(len(self.mailboxes) * len(self.days.days)) as spool:
            self._spool(events, spool, told, now)
            groups = groupby(spool.sorted(), attrgetter("place"))
            place, signs = next(groups, _END)
            for number, mailbox in enumerate(self.mailboxes):
                for stay, day in mailbox.days():
                    windows = polled = none
                    if place == number * len(self.days.days) + day:
                        windows, polled = self._count(day, list(signs))
                        place, signs = next(groups, _END)
                    yield Checks(mailbox, stay.agency, self.days.days[day], windows, polled, self._required(mailbox))

    def _required(self, mailbox: Mailbox) -> tuple[int, ...]:
        return self.usage.agency if mailbox.kind == AGENCY else self.usage.official

    def _spool(self, events: Iterable[Event], spool: Spool, told: Told, now: int | None) -> None:
        """Put the events of open mailboxes on working days into the spool, and count the others."""
        numbers = {mailbox.name: number for number, mailbox in enumerate(self.mailboxes)}
        begin, end = moment(self.first, 0), moment(self.last, 1440)
        for event in events:
            told.events += 1
            told.later += now is not None and event.time > now
            number = numbers.get(event.mailbox)
            if not begin <= event.time < end:
                told.outside += 1
            elif number is None:
                told.miss(event.mailbox)
            elif (day := self.days.number(event.time)) == NONE:
                told.free += 1
            elif self.mailboxes[number].off_on(day):
                told.leave += 1
            elif not self.mailboxes[number].open_on(day):
                told.closed += 1
            else:
                client, session = hash((event.protocol, event.client)), hash(event.session)
                place = number * len(self.days.days) + day
                spool.put(Spooled(place, event.time, KINDS.index(event.kind), client, session))

    def _count(self, day: int, signs: Sequence[Spooled]) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Count the signs of a mailbox on a day by window, all and those of polling programs."""
        asking = _asking(signs)
        windows, polled = [0] * len(self.usage.windows), [0] * len(self.usage.windows)
        for sign in signs:
            if (window := self.days.window(day, sign.moment)) != NONE:
                windows[window] += 1
                polled[window] += sign.client in asking
        return tuple(windows), tuple(polled)


def _asking(signs: Sequence[Spooled]) -> set[int]:
    """Return the clients that only polled, among the signs of a mailbox on a day."""
    moments: dict[int, list[int]] = {}
    for sign in signs:
        moments.setdefault(sign.client, []).append(sign.moment)
    reading = {sign.client for sign in signs if sign.kind == _READ}
    return {client for client, all_ in moments.items() if client not in reading and fixed(all_)}
