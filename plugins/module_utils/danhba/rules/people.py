"""Rules about officials: one mailbox each, dates that run forwards, moves that match on both sides."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from ..findings import Finding, rule
from ..messages import mark as _
from ..register import MOVES, Agency, Event, Issuance, Register

TWO = rule(
    "person-two-mailboxes",
    "R4.0",
    _("{person} has a mailbox in {other} until {until} and another in {agency} from {day}; close the former first"),
)
IDENTITY = rule(
    "person-two-names",
    "R4.0",
    _("id {person} is {name} here and {other_name} in {other}: two people cannot share an id; give one a new id"),
)
BACKWARDS = rule("person-dates", "R6.2", _("{person}: {later} comes not after {earlier}; correct the dates"))
AGENCY_CLOSED = rule(
    "person-agency-closed",
    "R6.1a",
    _("{person} is open in {agency} on {day}, when the agency is not; close or move its people with it"),
)
MOVE_TO = rule(
    "person-move-to",
    "R6.2a",
    _("{person} left {agency} on {day} ({event}), but nothing opens elsewhere on that day with this id and event"),
)
MOVE_FROM = rule(
    "person-move-from",
    "R6.2a",
    _("{person} came to {agency} on {day} ({event}), but nothing closes elsewhere on that day with this id and event"),
)

FOREVER = date.max
Entry = tuple[Agency, Issuance]


def check(register: Register, unread: frozenset[str]) -> Iterator[Finding]:
    """Each issuance by itself, and all of each person together."""
    people: dict[str, list[Entry]] = {}
    for agency, issuance in register.issuances():
        people.setdefault(issuance.id, []).append((agency, issuance))
        yield from _dates(agency, issuance)
        yield from _within(agency, issuance)
    for entries in people.values():
        yield from _identity(entries)
        yield from _one_at_a_time(entries)
        if not unread:
            yield from _moves(entries)


def _end(issuance: Issuance) -> date:
    return issuance.closed.date if issuance.closed else FOREVER


def _dates(agency: Agency, issuance: Issuance) -> Iterator[Finding]:
    opened, end = issuance.opened.date, _end(issuance)
    if end <= opened:
        where = agency.where_of(issuance, "closed")
        yield BACKWARDS.at(where, person=issuance.id, later=f"closed {end}", earlier=f"opened {opened}")
        return
    for suspension in issuance.suspended:
        where = agency.where_of(issuance, "suspended")
        if not opened <= suspension.since < end:
            span = f"opened {opened}" if suspension.since < opened else f"closed {end}"
            yield BACKWARDS.at(where, person=issuance.id, later=f"suspended {suspension.since}", earlier=span)
        if suspension.until and suspension.until <= suspension.since:
            later, earlier = f"until {suspension.until}", f"suspended {suspension.since}"
            yield BACKWARDS.at(where, person=issuance.id, later=later, earlier=earlier)


def _within(agency: Agency, issuance: Issuance) -> Iterator[Finding]:
    """People are open in their agency only while it is."""
    if issuance.opened.date < agency.opened.date:
        where = agency.where_of(issuance, "opened")
        yield AGENCY_CLOSED.at(where, person=issuance.id, agency=agency.code, day=issuance.opened.date)
    elif agency.closed and _end(issuance) > agency.closed.date:
        where = agency.where_of(issuance)
        yield AGENCY_CLOSED.at(where, person=issuance.id, agency=agency.code, day=agency.closed.date)


def _by_date(entries: list[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: entry[1].opened.date)


def _identity(entries: list[Entry]) -> Iterator[Finding]:
    """One id in two names is two people, unless a change of name explains it: then the later entry follows a move."""
    (first_agency, first), *others = _by_date(entries)
    for agency, issuance in others:
        if issuance.name.casefold() != first.name.casefold() and issuance.opened.event not in MOVES:
            yield IDENTITY.at(
                agency.where_of(issuance, "name"),
                person=issuance.id,
                name=issuance.name,
                other_name=first.name,
                other=first_agency.code,
            )


def _one_at_a_time(entries: list[Entry]) -> Iterator[Finding]:
    for (former_agency, former), (agency, issuance) in pairwise(_by_date(entries)):
        if issuance.opened.date < (end := _end(former)):
            until = end if former.closed else "…"
            values = {"other": former_agency.code, "until": until, "agency": agency.code, "day": issuance.opened.date}
            yield TWO.at(agency.where_of(issuance), person=issuance.id, **values)


def _moves(entries: list[Entry]) -> Iterator[Finding]:
    """A move closes here and opens there, on the same day, by the same event (R6.2a)."""
    for agency, issuance in entries:
        others = [other for elsewhere, other in entries if elsewhere is not agency]
        closed = issuance.closed
        if closed and closed.event in MOVES and not any(_same(closed, other.opened) for other in others):
            values = {"person": issuance.id, "agency": agency.code, "day": closed.date, "event": closed.event}
            yield MOVE_TO.at(agency.where_of(issuance, "closed"), **values)
        opened = issuance.opened
        if opened.event in MOVES and not any(other.closed and _same(opened, other.closed) for other in others):
            values = {"person": issuance.id, "agency": agency.code, "day": opened.date, "event": opened.event}
            yield MOVE_FROM.at(agency.where_of(issuance, "opened"), **values)


def _same(one: Event, other: Event) -> bool:
    return one.event == other.event and one.date == other.date
