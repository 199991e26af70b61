"""Rules about agencies: their place among the others, their dates, their custodians."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ..findings import Finding, rule
from ..messages import mark as _
from ..register import Agency, Custodian, Register

PARENT = rule("agency-parent", "R1", _("the parent '{parent}' is no agency of this register; write its tendonvi"))
CYCLE = rule("agency-cycle", "R1", _("{chain}: an agency cannot stand above itself; correct a parent"))
PARENT_CLOSED = rule(
    "agency-parent-closed",
    "R6.1b",
    _("{agency} is open on {day}, when its parent {parent} is not; correct the dates or the parent"),
)
SUCCEEDS = rule("agency-succeeds", "R6.1a", _("'{code}' is no other agency of this register; write its tendonvi"))
HEIR = rule(
    "agency-heir",
    "R6.1a",
    _("{agency} was {event} on {day}, but no agency says succeeds: [{agency}]; add it to the one that took over"),
)
BACKWARDS = rule("agency-dates", "R6.1a", _("{agency} closes on {closed}, not after it opened on {opened}"))
CUSTODIAN = rule(
    "custodian-official",
    "R11.1",
    _("{person} is no open official of {agency} on {day}; only one of its own can hold its mailbox"),
)
CUSTODIAN_ORDER = rule(
    "custodian-order",
    "R11.2",
    _("custodians are listed by date: {day} stands after {before}; the list grows at its end"),
)


def check(register: Register, unread: frozenset[str]) -> Iterator[Finding]:
    """Each agency by itself and among the others."""
    known = unread.union(register.agencies)
    succeeded = {code for agency in register.agencies.values() for code in agency.succeeds}
    for agency in register.agencies.values():
        yield from _place(register, agency, known)
        yield from _ends(agency, succeeded, complete=not unread)
        yield from _custodians(agency)


def _place(register: Register, agency: Agency, known: frozenset[str]) -> Iterator[Finding]:
    for code in agency.succeeds:
        if code not in known or code == agency.code:
            yield SUCCEEDS.at(agency.where("succeeds"), code=code)
    if not agency.parent:
        return
    if agency.parent not in known:
        yield PARENT.at(agency.where("parent"), parent=agency.parent)
    elif chain := _cycle(register, agency):
        yield CYCLE.at(agency.where("parent"), chain=" → ".join(chain))
    elif parent := register.agencies.get(agency.parent):
        yield from _under(agency, parent)


def _cycle(register: Register, agency: Agency) -> list[str]:
    """The codes from an agency up to itself, or nothing; only a member of a cycle reports it."""
    chain, above = [agency.code], register.agencies.get(agency.parent)
    while above and above.code not in chain:
        chain.append(above.code)
        above = register.agencies.get(above.parent)
    return [*chain, agency.code] if above and above.code == agency.code else []


def _under(agency: Agency, parent: Agency) -> Iterator[Finding]:
    """A subordinate unit stands under an open agency (R6.1b): when it opens, and for as long as it is open."""
    if agency.opened.date < parent.opened.date:
        yield _parent_closed(agency, agency.opened.date)
    if parent.closed and (agency.closed is None or agency.closed.date > parent.closed.date):
        yield _parent_closed(agency, parent.closed.date)


def _parent_closed(agency: Agency, day: date) -> Finding:
    return PARENT_CLOSED.at(agency.where("parent"), agency=agency.code, day=day, parent=agency.parent)


def _ends(agency: Agency, succeeded: set[str], *, complete: bool) -> Iterator[Finding]:
    if agency.closed is None:
        return
    if agency.closed.date <= agency.opened.date:
        where = agency.where("closed")
        yield BACKWARDS.at(where, agency=agency.code, closed=agency.closed.date, opened=agency.opened.date)
    if complete and agency.closed.event != "dissolved" and agency.code not in succeeded:
        values = {"agency": agency.code, "event": agency.closed.event, "day": agency.closed.date}
        yield HEIR.at(agency.where("closed"), **values)


def _custodians(agency: Agency) -> Iterator[Finding]:
    before: Custodian | None = None
    for custodian in agency.custodians:
        if before and custodian.date < before.date:
            where = agency.where_of(custodian, "date")
            yield CUSTODIAN_ORDER.at(where, day=custodian.date, before=before.date)
        if not _holds(agency, custodian):
            where = agency.where_of(custodian, "person")
            yield CUSTODIAN.at(where, person=custodian.person, agency=agency.code, day=custodian.date)
        before = custodian


def _holds(agency: Agency, custodian: Custodian) -> bool:
    return any(
        issuance.id == custodian.person
        and issuance.opened.date <= custodian.date
        and (issuance.closed is None or custodian.date < issuance.closed.date)
        for issuance in agency.people
    )
