"""Rules about a change of people's entries in an agency: addresses, names and suspensions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from itertools import zip_longest
from typing import TypeAlias

from ...messages import mark as _
from ...model.findings import Finding, advice, rule
from ...model.register import RENAMED, Agency, Issuance, Suspension
from ..leave import MOST_DAYS
from . import events
from .order import Order
from .spelling import alike, spelt

READDRESSED = rule(
    "history-address",
    "R4.2",
    _(
        "{person} in {agency} was given {before}, which this change makes {now}; keep the name, or pin {before}; "
        "danhba change {person} --name … is for a new name by a document"
    ),
)
NAME = rule(
    "history-name",
    "R4.2",
    _(
        "{object} was {before} and is now {now}; restore the name: a new one by a document is an entry at the end, as "
        "danhba change --name writes it; "
        "or acknowledge a correction: danhba acknowledge --limit history --accounts {object}"
    ),
)
MARKS = advice(
    "history-name-marks",
    "R4.2",
    _(
        "{object} was {before} and is now {now}, which may be another person's name; "
        "if the spelling is mended leave it, else restore the name, and give the other person a new id"
    ),
)
PIN = rule(
    "history-pin",
    "R16",
    _(
        "{object} had the address pinned by {before}, and this change says {now}; restore address: with its document, "
        "or acknowledge the correction: danhba acknowledge --limit history --accounts {object}"
    ),
)
LEADER = advice(
    "history-leader",
    "R9.3",
    _(
        "{object} is no longer marked leader: true, so that its mail is kept for fewer days once it is closed; "
        "restore it, unless the person holds the office no more"
    ),
)
LEAVE = advice(
    "history-leave",
    "R8.2",
    _(
        "{object}: this change counts {changed} (the first of {days} days) otherwise than before, more than {past} "
        "days ago; reports were made of those days: compare with what granted the leave, and leave it if it is right"
    ),
)
# Leave may be entered up to this many days later: illness is not known before.
LEAVE_PAST = 31
SUSPENDED = rule(
    "history-suspended",
    "R5",
    _(
        "suspension {number} of {object} was {before} and is now {now}; restore it: what ends it sooner is a document, "
        "ended: {{document: …, date: …}}, and its until: only moves to a later day; "
        "or acknowledge the correction: danhba acknowledge --limit history --accounts {object}"
    ),
)
Given: TypeAlias = "tuple[Issuance, str | None]"


def check(then: list[Given], today: list[Given], now: Agency, day: date | None) -> Iterator[Finding]:
    """Yield what a change takes back of an agency's entries, each given with its local part."""
    former, later = [issuance for issuance, _local in then], [issuance for issuance, _local in today]
    yield from _led(later, now, len(former))
    pairs = {index: index for index in range(len(former))}
    in_order = [issuance.id for issuance in former] == [issuance.id for issuance in later[: len(former)]]
    if not in_order:
        order = Order(former, later, now)
        yield from order.findings()
        pairs = order.pairs
    for place in sorted(set(range(len(later))).difference(pairs.values())):
        yield from events.withdrawn(later[place], partial(now.where_of, later[place]), day)
    for index, place in pairs.items():
        (before, was), (issuance, local) = then[index], today[place]
        yield from _issuance(before, issuance, now, day)
        # If entries moved, so do addresses: the finding about the order suffices.
        if in_order and was and local and was != local:
            where = now.where_of(issuance, "address" if issuance.address else "name")
            yield READDRESSED.at(where, person=issuance.id, agency=now.code, before=was, now=local)
        elif was and local:
            yield from _identity(before, issuance, now)


def _led(people: list[Issuance], now: Agency, known: int) -> Iterator[Finding]:
    """Yield people who lost the mark of a leader in an added entry of a new name (`known`: number of old entries)."""
    ended = {(i.id, i.closed.date): i for i in people if i.closed and i.closed.event == RENAMED}
    for issuance in people[known:]:
        former = ended.get((issuance.id, issuance.opened.date)) if issuance.opened.event == RENAMED else None
        if former and former.leader and not issuance.leader:
            where = now.where_of(issuance)
            yield LEADER.at(where, object=where.object)


def _issuance(before: Issuance, later: Issuance, now: Agency, day: date | None) -> Iterator[Finding]:
    yield from events.of_person(before, later, partial(now.where_of, later), day)
    if before.leader and not later.leader:
        where = now.where_of(later, "leader")
        yield LEADER.at(where, object=where.object)
    yield from _leave(before, later, now, day)
    where = now.where_of(later, "suspended")
    for number, (then, today) in enumerate(zip_longest(before.suspended, later.suspended), 1):
        if then is None:
            return
        if today is None or not _goes_on(then, today):
            values = {"before": _suspension(then), "now": _suspension(today) if today else "—"}
            yield SUSPENDED.at(where, object=where.object, number=number, **values)
            return


def _leave(before: Issuance, later: Issuance, now: Agency, day: date | None) -> Iterator[Finding]:
    """Yield changed days of leave that are long past."""
    if day is None or before.leave == later.leave:
        return
    past = day - timedelta(LEAVE_PAST)
    changed = [each for each in _days_off(before) ^ _days_off(later) if each < past]
    if changed:
        where = now.where_of(later, "leave")
        values = {"changed": min(changed), "days": len(changed), "past": LEAVE_PAST}
        yield LEAVE.at(where, object=where.object, **values)


def _days_off(issuance: Issuance) -> set[date]:
    return {
        leave.first + timedelta(count)
        for leave in issuance.leave
        for count in range(min((leave.last - leave.first).days + 1, MOST_DAYS))
    }


def _goes_on(before: Suspension, now: Suspension) -> bool:
    """Say whether two entries are the same suspension; a longer end, a lifting or a withdrawal may be added."""
    same = (before.document, before.since) == (now.document, now.since)
    longer = before.until is not None and now.until is not None and before.until <= now.until
    kept = before.ended in {None, now.ended} and before.withdrawn in {None, now.withdrawn}
    return same and (longer or before.until == now.until) and kept


def _suspension(suspension: Suspension) -> str:
    ending = suspension.ended or suspension.withdrawn
    ended = f" ({ending.document} {ending.date})" if ending else ""
    return f"{suspension.document} {suspension.since}–{suspension.until or '…'}{ended}"


def _identity(before: Issuance, later: Issuance, now: Agency) -> Iterator[Finding]:
    """Yield an address that went to another name, or lost the document that decides it."""
    where = now.where_of(later, "name")
    if not alike(before.name, later.name):
        yield NAME.at(where, object=where.object, before=before.name, now=later.name)
    elif spelt(before.name) != spelt(later.name):
        yield MARKS.at(where, object=where.object, before=before.name, now=later.name)
    if before.address_document and before.address_document != later.address_document:
        where = now.where_of(later, "address_document")
        values = {"before": before.address_document, "now": later.address_document or "—"}
        yield PIN.at(where, object=where.object, **values)
