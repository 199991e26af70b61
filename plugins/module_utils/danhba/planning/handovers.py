"""Which contact mailboxes have another custodian in the register than the server has handed them to (R11.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from ..addresses.issuing import contact
from ..model import custody
from ..model.entries import last_before
from ..model.register import Agency, Custodian, Issuance, Register


class Held(NamedTuple):
    """What the server's record says of an open contact mailbox that has a password.

    `person` has it: by the last hand-over, or else by the letter of the first password. Empty where nobody was the
    custodian then, and where that is not on record; whoever held it on `day` (ISO 8601), that of the first password,
    has it then.
    """

    agency: str
    person: str
    day: str


class Party(NamedTuple):
    """One side of a hand-over: whom the record of it names. The id and name are empty where nobody is known."""

    person: str
    name: str
    title: str


class Handover(NamedTuple):
    """A hand-over that is due: of which mailbox, from whom to whom, on which document from which day (ISO 8601)."""

    agency: str
    name: str
    address: str
    former: Party
    successor: Party
    role: str
    document: str
    day: str


def due(register: Register, held: Iterable[Held], day: date) -> list[Handover]:
    """The hand-overs that are not done yet on a day, by the codes of the agencies.

    Of agencies alone that are there on the day, with somebody in office who may hold the mailbox (R11.1): while there
    is nobody, there is nobody to hand it over to.
    """
    found = (_due(register, register.agencies.get(each.agency), each, day) for each in held)
    return sorted(handover for handover in found if handover)


def is_there(agency: Agency, day: date) -> bool:
    """Whether an agency has a contact mailbox on a day."""
    return not agency.void and agency.opened.date <= day and (agency.closed is None or day < agency.closed.date)


def _due(register: Register, agency: Agency | None, held: Held, day: date) -> Handover | None:
    if agency is None or not is_there(agency, day):
        return None
    now = custody.holder(agency, day)
    if now is None:
        return None
    custodian, entry = now
    former = held.person or _holder_then(agency, date.fromisoformat(held.day))
    if former == custodian.person:
        return None
    address = f"{contact(agency.code)}@{register.province.domain}"
    return Handover(
        agency=agency.code,
        name=agency.name,
        address=address,
        former=_party(agency, former, day),
        successor=_as_party(entry),
        role=custodian.role,
        document=custodian.document,
        day=custodian.date.isoformat(),
    )


def _holder_then(agency: Agency, day: date) -> str:
    """Who was named last on a day, or else first of all: before there was somebody, nobody has handed over anything."""
    return max(_begun(agency, day), key=lambda each: each.date, default=agency.custodians[0]).person


def _begun(agency: Agency, day: date) -> Iterator[Custodian]:
    """The last first where several began on one day, which `max` prefers."""
    return (each for each in reversed(agency.custodians) if each.date <= day)


def _party(agency: Agency, person: str, day: date) -> Party:
    """Somebody who may have left since; of other agencies' people no more than the id."""
    entry = last_before(agency.people, person, day)
    return _as_party(entry) if entry else Party(person, "", "")


def _as_party(entry: Issuance) -> Party:
    return Party(entry.id, entry.name, entry.title)
