"""Rules about custodians: the head or an authorised official holds a contact mailbox, at all times (R11)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from ..messages import mark as _
from ..model.entries import by_person, entry_on
from ..model.findings import Finding, advice, rule
from ..model.register import Agency, Issuance

HEAD = advice(
    "custodian-head",
    "R11.1",
    _(
        "{person} holds contact-{agency} as its head, but is not marked leader: true; "
        "mark the entry, or write as: delegate with the authorisation"
    ),
)
LEFT = advice(
    "custodian-left",
    "R11.2",
    _(
        "{person} held contact-{agency} and left on {day}, and nobody follows; hand it over: "
        "a new entry at the end of custodians:, with its document"
    ),
)
TWICE = advice(
    "custodian-twice",
    "R11.1",
    _(
        "{person} is entered as {role} of contact-{agency} on {day} by {document}, and the entry before already says "
        "who is; if this is no slip, leave it, else correct it"
    ),
)
LOCKED = advice(
    "custodian-suspended",
    "R11.1",
    _(
        "{person} holds contact-{agency} and is suspended since {day} without an end; hand it over: a new entry at the "
        "end of custodians:, with its document"
    ),
)
NO_CUSTODIAN = advice(
    "custodian-missing",
    "R11.1",
    _(
        "{agency} has a leader, {person}, and nobody holds contact-{agency}; "
        "add custodians: with the head, or whom the head authorised in writing"
    ),
)
OFFICIAL = rule(
    "custodian-official",
    "R11.1",
    _("{person} is no open official of {agency} on {day}; only one of its own can hold its mailbox"),
)
ORDER = rule(
    "custodian-order",
    "R11.2",
    _("custodians are listed by date: {day} stands after {before}; the list grows at its end"),
)


def check(agency: Agency) -> Iterator[Finding]:
    """Yield the findings about an agency's custodians, and about an open agency without one."""
    if agency.custodians:
        yield from _entries(agency)
        yield from _holders(agency)
    elif agency.closed is None:
        leader = next((issuance for issuance in agency.people if issuance.leader and not issuance.closed), None)
        if leader:
            yield NO_CUSTODIAN.at(agency.where(), agency=agency.code, person=leader.id)


def _entries(agency: Agency) -> Iterator[Finding]:
    """Yield the findings about each custodian, and about its order after the one before."""
    people = _people_of(agency)
    for before, custodian in pairwise(agency.custodians):
        if custodian.date < before.date:
            yield ORDER.at(agency.where_of(custodian, "date"), day=custodian.date, before=before.date)
    for custodian in agency.custodians:
        if not entry_on(people.get(custodian.person, ()), custodian.person, custodian.date):
            where = agency.where_of(custodian, "person")
            yield OFFICIAL.at(where, person=custodian.person, agency=agency.code, day=custodian.date)


def _people_of(agency: Agency) -> dict[str, list[Issuance]]:
    """Return the issuances of all custodians by id, without withdrawn ones."""
    known = {custodian.person for custodian in agency.custodians}
    return by_person((issuance for issuance in agency.people if not issuance.void), known)


def _holders(agency: Agency) -> Iterator[Finding]:
    people = _people_of(agency)
    for custodian in agency.custodians:
        holding = entry_on(people.get(custodian.person, ()), custodian.person, custodian.date)
        if custodian.role == "head" and holding and not holding.leader:
            where = agency.where_of(custodian, "as")
            yield HEAD.at(where, person=custodian.person, agency=agency.code)
    yield from _twice(agency)
    last = agency.custodians[-1]
    entries = people.get(last.person, [])
    ends = [issuance.closed.date for issuance in entries if issuance.closed]
    if agency.closed is None and len(ends) == len(entries) and entry_on(entries, last.person, last.date):
        where = agency.where_of(last, "person")
        yield LEFT.at(where, person=last.person, agency=agency.code, day=max(ends))
    elif agency.closed is None and (since := _locked(entries)):
        where = agency.where_of(last, "person")
        yield LOCKED.at(where, person=last.person, agency=agency.code, day=since)


def _twice(agency: Agency) -> Iterator[Finding]:
    """Yield a role given twice on one day, or an entry written twice; an authorisation may be renewed."""
    for former, custodian in pairwise(agency.custodians):
        same = (former.person, former.document) == (custodian.person, custodian.document)
        if former.role == custodian.role and (same or former.date == custodian.date):
            values = {"person": custodian.person, "role": custodian.role, "agency": agency.code}
            where = agency.where_of(custodian, "date")
            yield TWICE.at(where, day=custodian.date, document=custodian.document, **values)


def _locked(entries: list[Issuance]) -> date | None:
    """Return the day since which an official in office is suspended without an end, or None."""
    for issuance in entries:
        last = issuance.suspended[-1] if issuance.suspended else None
        if issuance.closed is None and last and last.end is None:
            return last.since
    return None
