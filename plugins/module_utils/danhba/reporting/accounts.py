"""Lists the mailboxes opened, changed and closed in a period, each with its document (R5, R6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from ..addresses.issuing import contact
from ..model.facts import FOREVER
from ..model.register import PAIRED, Agency
from ..model.rows import Row
from ..planning.accounts import AGENCY, OFFICIAL
from ..planning.state import LIVE, Timeline
from .scope import Scope

OPENED, CHANGED, CLOSED = "opened", "changed", "closed"
SUSPENDED, RESUMED, CUSTODIAN, STANDING = "suspended", "resumed", "custodian", "standing"


class Change(NamedTuple):
    """An event of a mailbox: `what` is opened, changed or closed; `event` is the register's."""

    day: date
    what: str
    event: str
    mailbox: str
    address: str
    name: str
    agency: str
    document: str
    request: str = ""


@dataclass(frozen=True, slots=True)
class Open:
    """The number of open or suspended mailboxes on a day, by kind."""

    agencies: int
    officials: int


def changes(timeline: Timeline, scope: Scope, first: date, last: date) -> list[Change]:
    """Return all changes of a period, by day; a move within the scope is one change, at the present agency."""
    found = {
        (change.day, change.what, change.event, change.mailbox): change
        for change in _all(timeline)
        if first <= change.day <= last and scope.has(change.mailbox, change.agency)
    }
    return sorted(found.values())


def _all(timeline: Timeline) -> Iterator[Change]:
    """Yield closings before openings, so that the opening of a move is what remains."""
    for agency in timeline.register.agencies.values():
        if not agency.void:
            for row in timeline.rows(agency):
                if not row.void_on:
                    yield from _ended(timeline, agency, row)
    for agency in timeline.register.agencies.values():
        if not agency.void:
            yield from _of_agency(timeline, agency)
            for row in timeline.rows(agency):
                if not row.void_on:
                    yield from _began(timeline, agency, row)


def _of(timeline: Timeline, agency: Agency, row: Row) -> Change:
    """Return the fields that all changes of an issuance share."""
    address = f"{row.local}@{timeline.register.province.domain}"
    return Change(timeline.day, "", "", f"{OFFICIAL}/{row.id}", address, row.name, agency.code, "")


def _on(change: Change, day: str, what: str, event: str, document: str) -> Change:
    return change._replace(day=date.fromisoformat(day), what=what, event=event, document=document)


def _ended(timeline: Timeline, agency: Agency, row: Row) -> Iterator[Change]:
    if row.closed_on:
        what = CHANGED if row.closed_event in PAIRED else CLOSED
        found = _on(_of(timeline, agency, row), row.closed_on, what, row.closed_event, row.closed_by)
        yield found._replace(request=row.closed_request)


def _began(timeline: Timeline, agency: Agency, row: Row) -> Iterator[Change]:
    what, mine = CHANGED if row.opened_event in PAIRED else OPENED, _of(timeline, agency, row)
    found = _on(mine, row.opened_on, what, row.opened_event, row.opened_by)
    yield found._replace(request=row.opened_request)
    for spell in row.spells:
        if not spell.withdrawn_on:
            yield _on(mine, spell.since, CHANGED, SUSPENDED, spell.document)
            if spell.end and spell.end < (row.closed_on or FOREVER):  # a closed mailbox does not reopen
                yield _on(mine, spell.end, CHANGED, RESUMED, spell.ending)


def _of_agency(timeline: Timeline, agency: Agency) -> Iterator[Change]:
    address = f"{contact(agency.code)}@{timeline.register.province.domain}"

    def change(day: date, what: str, event: str, document: str) -> Change:
        return Change(day, what, event, f"{AGENCY}/{agency.code}", address, agency.name, agency.code, document)

    opened, closed = agency.opened, agency.closed
    yield change(opened.date, OPENED, opened.event, opened.document)
    if closed:
        yield change(closed.date, CLOSED, closed.event, closed.document)
    for custodian in agency.custodians:
        if custodian.date <= opened.date:  # the first custodian took it over from nobody
            continue
        yield change(custodian.date, CHANGED, CUSTODIAN, custodian.document)
    for standing in agency.changes:
        yield change(standing.date, CHANGED, STANDING, standing.document)


def open_on(timeline: Timeline, scope: Scope, day: date) -> Open:
    """Count the mailboxes of a scope on a day."""
    that, agencies, officials = timeline.on(day), 0, 0
    for code in scope.codes:
        agency = that.register.agencies[code]
        agencies += scope.has(f"{AGENCY}/{code}", code) and that.own_agency_state(agency) in LIVE
        for row in that.rows(agency):
            officials += scope.has(f"{OFFICIAL}/{row.id}", code) and that.own_state(row) in LIVE
    return Open(agencies, officials)
