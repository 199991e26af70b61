"""Rules about leave: days off on which a mailbox need not be checked (R8)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from ..messages import mark as _
from ..model.findings import Finding, Where, rule
from ..model.register import PAIRED, Agency, Issuance, Leave

DAYS = rule(
    "leave-days",
    "R8.2",
    _("{person}: leave from {first} to {last} ends before it begins; to: is the last day of it, so correct the days"),
)
OVERLAP = rule(
    "leave-overlap",
    "R8.2",
    _(
        "{person}: leave from {first} begins when the one of {former} is not over; make one of the two, or correct the "
        "days"
    ),
)
OUTSIDE = rule(
    "leave-outside",
    "R8.2",
    _(
        "{person} begins leave on {first}, when the mailbox in {agency} is not open (opened {opened}, closed "
        "{closed}); correct the days, or take the leave out"
    ),
)
LONG = rule(
    "leave-long",
    "R8.2",
    _(
        "{person}: leave from {first} to {last} has {days} days, and {most} are the most; correct the year if this is "
        "a slip; who is away for longer is suspended, by a document (danhba suspend)"
    ),
)
# The days of a leap year.
MOST_DAYS = 366


def check(agency: Agency) -> Iterator[Finding]:
    """Yield leaves without an end, overlapping ones, and those that begin while the person is not in office.

    A leave may end after the entry does: a person who moves keeps it, and otherwise no checks are required then.
    """
    for issuance in agency.people:
        if issuance.leave and not issuance.void:
            yield from _spans(agency, issuance)
            ordered = sorted(issuance.leave, key=_first)
            for former, leave in pairwise(ordered):
                if leave.first <= former.last:
                    values = {"first": leave.first, "former": str(former)}
                    yield OVERLAP.at(_where(agency, issuance, leave, "from"), person=issuance.id, **values)


def _first(leave: Leave) -> tuple[date, date]:
    return leave.first, leave.last


def _spans(agency: Agency, issuance: Issuance) -> Iterator[Finding]:
    for leave in issuance.leave:
        days = (leave.last - leave.first).days + 1
        values = {"person": issuance.id, "first": leave.first}
        if days < 1:
            yield DAYS.at(_where(agency, issuance, leave, "to"), last=leave.last, **values)
        elif days > MOST_DAYS:
            yield LONG.at(_where(agency, issuance, leave, "to"), last=leave.last, days=days, most=MOST_DAYS, **values)
        if not _begins_within(issuance, leave):
            closed = issuance.closed.date if issuance.closed else "…"
            values |= {"agency": agency.code, "opened": issuance.opened.date}
            yield OUTSIDE.at(_where(agency, issuance, leave, "from"), closed=closed, **values)


def _begins_within(issuance: Issuance, leave: Leave) -> bool:
    """Say whether a leave begins while its entry lasts; a move or a new name keeps a leave."""
    closed = issuance.closed
    ends = closed.date if closed and closed.event not in PAIRED else date.max
    return issuance.opened.date <= leave.first < ends


def _where(agency: Agency, issuance: Issuance, leave: Leave, key: str) -> Where:
    where = agency.where_of(issuance, "leave")
    return Where(where.file, leave.at.get(key, where.place), where.object)
