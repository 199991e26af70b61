"""Mailboxes of a period, with the days on which each is open."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cache, partial
from typing import NamedTuple

from ..addresses.issuing import contact
from ..model.facts import FOREVER
from ..model.rows import Row
from ..planning.accounts import AGENCY, OFFICIAL
from ..planning.state import Timeline


class Stay(NamedTuple):
    """A mailbox's time at an agency: `first` day, and the day after its `last`, as numbers of working days."""

    first: int
    last: int
    agency: str
    local: str


class Mailbox(NamedTuple):
    """A mailbox as events name it (`official/000105`), its holder, and its stays, which do not overlap.

    `leave` are the parts of stays that the owner's leave took away.
    """

    name: str
    kind: str
    holder: str
    stays: tuple[Stay, ...]
    leave: tuple[Stay, ...] = ()

    def days(self) -> Iterator[tuple[Stay, int]]:
        """Return the days on which the mailbox is open, in order, each with its stay."""
        return ((stay, day) for stay in self.stays for day in range(stay.first, stay.last))

    def open_on(self, day: int) -> bool:
        """Say whether the mailbox is open on a day of the period."""
        return _has(self.stays, day)

    def off_on(self, day: int) -> bool:
        """Say whether the owner is on leave on a day on which the mailbox would be open."""
        return _has(self.leave, day)


def _has(stays: tuple[Stay, ...], day: int) -> bool:
    return any(stay.first <= day < stay.last for stay in stays)


def roster(timeline: Timeline, days: Sequence[date]) -> list[Mailbox]:
    """Return each mailbox of the register in its order: an agency's own, then its people's.

    A mailbox that is never open has no stays. A person who moves keeps the mailbox; it stands where the person was
    first. Suspended days and days of leave are not open. An agency's own mailbox is open while its custodian is on
    leave: a deputy checks it.
    """
    found: dict[str, Mailbox] = {}
    away: dict[str, list[tuple[int, int]]] = {}
    numbers = [day.isoformat() for day in days]
    number = cache(partial(bisect_left, numbers))  # few different days: most mailboxes are open all the time
    for agency in timeline.register.agencies.values():
        closed = agency.closed.date.isoformat() if agency.closed else FOREVER
        local = contact(agency.code)
        stays = _stays([(agency.opened.date.isoformat(), closed)], number, agency.code, local)
        _add(found, Mailbox(f"{AGENCY}/{agency.code}", AGENCY, agency.name, stays))
        for row in timeline.rows(agency):
            stays = _stays(_open(row), number, agency.code, row.local)
            _add(found, Mailbox(f"{OFFICIAL}/{row.id}", OFFICIAL, row.name, stays))
            for first, last, _document in row.away:
                span = number(first), bisect_right(numbers, last)
                away.setdefault(f"{OFFICIAL}/{row.id}", []).append(span)
    found.update((name, _on_leave(found[name], sorted(spans))) for name, spans in away.items())
    return list(found.values())


def _on_leave(mailbox: Mailbox, spans: Sequence[tuple[int, int]]) -> Mailbox:
    """Return a mailbox without days of leave, given as ranges of day numbers, the last not included."""
    left: list[Stay] = []
    taken: list[Stay] = []
    for stay in mailbox.stays:
        since = stay.first
        for first, last in spans:
            begins, ends = max(first, since), min(last, stay.last)
            if begins < ends:
                left.append(stay._replace(first=since, last=begins))
                taken.append(stay._replace(first=begins, last=ends))
                since = ends
        left.append(stay._replace(first=since))
    return mailbox._replace(stays=tuple(each for each in left if each.first < each.last), leave=tuple(taken))


def _add(found: dict[str, Mailbox], mailbox: Mailbox) -> None:
    if before := found.get(mailbox.name):
        mailbox = mailbox._replace(stays=tuple(sorted((*before.stays, *mailbox.stays))))
    found[mailbox.name] = mailbox


def _stays(spans: Sequence[tuple[str, str]], number: Callable[[str], int], agency: str, local: str) -> tuple[Stay, ...]:
    if len(spans) == 1:  # the usual case
        since, until = spans[0]
        first, last = number(since), number(until)
        return (Stay(first, last, agency, local),) if first < last else ()
    numbered = [(number(since), number(until)) for since, until in spans]
    return tuple(Stay(first, last, agency, local) for first, last in numbered if first < last)


def _open(row: Row) -> Sequence[tuple[str, str]]:
    """Return the spans in which an issuance is open, by ISO dates, the last not included.

    A withdrawn opening closes on its own day.
    """
    whole = (row.opened_on, row.closed_on or FOREVER)
    return [*_without(whole, row)] if row.spells else (whole,)


def _without(whole: tuple[str, str], row: Row) -> Iterator[tuple[str, str]]:
    """Yield the parts of a span between suspensions; these do not overlap, and one without an end lasts for ever."""
    since, until = whole
    for begins, ends in sorted((spell.since, spell.end or FOREVER) for spell in row.spells):
        yield since, min(begins, until)
        since = ends
    yield since, until
