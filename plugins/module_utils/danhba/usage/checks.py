"""Events counted: for each open mailbox and working day, in which windows somebody looked (R8).

A check is any sign that the owner looked: a login, or an open session that selects a folder or reads mail. What is
done by a program with nobody there counts too, and is told apart.
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
# Names that are told of what is not known.
_NAMED = 20
_END: tuple[int, Iterator[Spooled]] = (NONE, iter(()))


class Checks(NamedTuple):
    """One open mailbox on one working day: signs by window, and how many of them are of a program that only asks."""

    mailbox: Mailbox
    agency: str
    day: date
    windows: tuple[int, ...]
    polled: tuple[int, ...]
    required: tuple[int, ...]

    @property
    def checks(self) -> int:
        """How many windows have a sign."""
        return sum(map(bool, self.windows))

    @property
    def attended(self) -> int:
        """How many windows have a sign that is of no program that only asks, as far as that can be told."""
        return sum(all_ > polled for all_, polled in zip(self.windows, self.polled, strict=True))

    @property
    def met(self) -> bool:
        """Whether each window in which the mailbox is to be looked at has a sign."""
        return all(self.windows[number - 1] for number in self.required)

    @property
    def by_program(self) -> bool:
        """Whether it is met, and would not be without what a program asked that nobody was at."""
        return self.met and any(self.windows[number - 1] == self.polled[number - 1] for number in self.required)

    def data(self) -> dict[str, Any]:
        """With the keys of the format."""
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
    """What became of all `events`, at each telling. Out of the period, on a day off, of a mailbox that was not open or
    is unknown, or whose owner was on leave: these are in no row. `later` are of after the moment at which it is asked,
    and counted where they fall.
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
        """Count an event of a mailbox that the register does not have, and keep the name of some."""
        self.unknown += 1
        if name in self.names or len(self.names) < _NAMED:
            self.names[name] += 1


@dataclass(frozen=True, slots=True)
class Period:
    """What is asked: the mailboxes and the working days from a first to a last day, both included."""

    first: date
    last: date
    usage: Usage
    days: Days
    mailboxes: Sequence[Mailbox]

    @classmethod
    def of(cls, timeline: Timeline, first: date, last: date) -> Period:
        """A period of a register."""
        usage = timeline.register.province.policy.usage
        days = working_days(first, last, usage)
        return cls(first, last, usage, Days.of(days, usage), roster(timeline, days))

    def checks(self, events: Iterable[Event], told: Told, now: int | None = None) -> Iterator[Checks]:
        """A row for each mailbox and each working day on which it is open, by mailbox and day.

        The order of the events and how often one is told change nothing. All are read before the first row comes;
        `told` is filled by then. Where `now` is given (microseconds since 1970), later events are told.
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
        """Put by what is of an open mailbox on a working day, and count what is not."""
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
        """The signs of a mailbox on a day by window, and those of programs that only ask."""
        asking = _asking(signs)
        windows, polled = [0] * len(self.usage.windows), [0] * len(self.usage.windows)
        for sign in signs:
            if (window := self.days.window(day, sign.moment)) != NONE:
                windows[window] += 1
                polled[window] += sign.client in asking
        return tuple(windows), tuple(polled)


def _asking(signs: Sequence[Spooled]) -> set[int]:
    """The clients that only asked, at fixed intervals, among the signs of a mailbox on a day."""
    moments: dict[int, list[int]] = {}
    for sign in signs:
        moments.setdefault(sign.client, []).append(sign.moment)
    reading = {sign.client for sign in signs if sign.kind == _READ}
    return {client for client, all_ in moments.items() if client not in reading and fixed(all_)}
