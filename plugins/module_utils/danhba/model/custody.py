"""Who holds an agency's contact mailbox on a day, and so with which key its letters are encrypted (R11.1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from .entries import entry_on
from .register import Agency, Custodian, Issuance, Province


class Rekeyed(NamedTuple):
    """Another key of an agency's letters from a day (ISO 8601) on: whose, and whose before the change.

    A `person` is empty where it is the operator's, whose code is the `name`; a key is empty where there is none.
    """

    agency: str
    day: str
    person: str
    name: str
    key: str
    before_person: str
    before_name: str
    before_key: str


def holder(agency: Agency, day: date) -> tuple[Custodian, Issuance] | None:
    """Who holds the contact mailbox on a day, with the entry under which that person is there.

    None where nobody does, and where the last one is suspended or has left: no letter is for somebody who may not
    log in, and nobody comes back because a successor left.
    """
    begun = [custodian for custodian in agency.custodians if custodian.date <= day]
    return in_office(agency, begun[-1], day) if begun else None


def in_office(agency: Agency, custodian: Custodian, day: date) -> tuple[Custodian, Issuance] | None:
    """A custodian with the entry that is open on a day, if there is one."""
    entry = entry_on(agency.people, custodian.person, day)
    if entry is None or any(suspension.covers(day) for suspension in entry.suspended):
        return None
    return custodian, entry


def turns(agency: Agency) -> Iterator[date]:
    """The days on which the holder can change: hand-overs, and what opens, closes or suspends a custodian."""
    people = {custodian.person for custodian in agency.custodians}
    yield from (custodian.date for custodian in agency.custodians)
    for issuance in agency.people:
        if issuance.id in people:
            yield issuance.opened.date
            if issuance.closed:
                yield issuance.closed.date
            for suspension in issuance.suspended:
                yield suspension.since
                if suspension.end:
                    yield suspension.end


def rekeyed(before: Agency, now: Agency, operator: Province) -> Iterator[Rekeyed]:
    """Every other key with which an agency's letters are encrypted on some day, however it came into force."""
    told = set()
    for day in sorted({*turns(before), *turns(now)}):
        then, later = (_reader(operator, holder(agency, day)) for agency in (before, now))
        if then[-1] != later[-1] and (then, later) not in told:
            told.add((then, later))
            yield Rekeyed(now.code, day.isoformat(), *later, *then)


def _reader(operator: Province, held: tuple[Custodian, Issuance] | None) -> tuple[str, str, str]:
    """Who opens an agency's letters, by which key: id, name, key."""
    if held and held[0].key:
        return held[1].id, held[1].name, held[0].key
    return "", operator.operator, operator.operator_key
