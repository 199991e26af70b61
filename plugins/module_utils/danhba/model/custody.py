"""The custodian of an agency's contact mailbox on a day (R11.1), and the key to which its letters are encrypted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from .entries import entry_on
from .register import Agency, Custodian, Issuance, Province


class Rekeyed(NamedTuple):
    """A change of the key to which an agency's letters are encrypted, on a day (ISO 8601): new and old holder and key.

    Where the operator's key is used, `person` is empty and `name` is the operator's code. A key is empty where there is
    none.
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
    """Return the custodian of the contact mailbox on a day, with that person's entry in the agency.

    Return None where no custodian has been named by then, and where the last one named is suspended or has left the
    agency: somebody who may not log in gets no letters, and a former custodian does not return because the successor
    left.
    """
    begun = [custodian for custodian in agency.custodians if custodian.date <= day]
    return in_office(agency, begun[-1], day) if begun else None


def in_office(agency: Agency, custodian: Custodian, day: date) -> tuple[Custodian, Issuance] | None:
    """Return a custodian with that person's entry, if it is open and not suspended on a day; else None."""
    entry = entry_on(agency.people, custodian.person, day)
    if entry is None or any(suspension.covers(day) for suspension in entry.suspended):
        return None
    return custodian, entry


def turns(agency: Agency) -> Iterator[date]:
    """Yield the days on which `holder` can change: hand-overs, and the days that open, close, suspend or readmit a
    custodian.
    """
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
    """Yield each change of the key of an agency's letters that an edit of the register makes (`before`, `now`).

    The keys of both versions are compared on every day on which a holder can change, so that it does not matter by
    which edit the key changed (hand-over, closing, suspension, another key). The same change is yielded once, with its
    first day.
    """
    seen = set()
    for day in sorted({*turns(before), *turns(now)}):
        then, later = (_reader(operator, holder(agency, day)) for agency in (before, now))
        if then[-1] != later[-1] and (then, later) not in seen:
            seen.add((then, later))
            yield Rekeyed(now.code, day.isoformat(), *later, *then)


def _reader(operator: Province, held: tuple[Custodian, Issuance] | None) -> tuple[str, str, str]:
    """Return id, name and key of whoever can decrypt an agency's letters: the holder with a key, else the operator."""
    if held and held[0].key:
        return held[1].id, held[1].name, held[0].key
    return "", operator.operator, operator.operator_key
