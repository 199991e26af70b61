"""Rules about who holds a contact mailbox: the head or whom the head authorised, and always somebody (R11)."""

from __future__ import annotations

from collections.abc import Iterator

from ..findings import Finding, advice
from ..messages import mark as _
from ..register import Agency, Custodian, Issuance

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
NOBODY = advice(
    "custodian-missing",
    "R11.1",
    _(
        "{agency} has a leader, {person}, and nobody holds contact-{agency}; "
        "add custodians: with the head, or whom the head authorised in writing"
    ),
)


def check(agency: Agency) -> Iterator[Finding]:
    """Who holds an agency's mailbox, and whether anybody does while it is open."""
    for custodian in agency.custodians:
        holding = _in_office(agency, custodian)
        if custodian.role == "head" and holding and not holding.leader:
            where = agency.where_of(custodian, "as")
            yield HEAD.at(where, person=custodian.person, agency=agency.code)
    if agency.closed:
        return
    if agency.custodians:
        yield from _left(agency, agency.custodians[-1])
    elif leader := next((issuance for issuance in agency.people if issuance.leader and not issuance.closed), None):
        yield NOBODY.at(agency.where(), agency=agency.code, person=leader.id)


def _in_office(agency: Agency, custodian: Custodian) -> Issuance | None:
    """The custodian's own issuance on the day of taking over; without one, custodian-official says so."""
    for issuance in agency.people:
        closed = issuance.closed
        before_the_end = closed is None or custodian.date < closed.date
        if issuance.id == custodian.person and issuance.opened.date <= custodian.date and before_the_end:
            return issuance
    return None


def _left(agency: Agency, last: Custodian) -> Iterator[Finding]:
    """The last custodian is one whose issuances here have all ended."""
    ends = [issuance.closed for issuance in agency.people if issuance.id == last.person]
    days = [event.date for event in ends if event]
    if days and len(days) == len(ends):
        where = agency.where_of(last, "person")
        yield LEFT.at(where, person=last.person, agency=agency.code, day=max(days))
