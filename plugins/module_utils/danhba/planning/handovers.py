"""Due hand-overs: contact mailboxes whose custodian in the register is not the person who holds them (R11.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from ..addresses.issuing import contact
from ..model import custody
from ..model.entries import last_before
from ..model.register import Agency, Custodian, Issuance, Register


class Held(NamedTuple):
    """The server's record of who holds an open contact mailbox that has a password.

    `person` received the last hand-over, or else the letter with the first password. It is empty if there was no
    custodian then or it was not recorded; then the custodian of `day` (ISO 8601), the day of the first password, holds
    the mailbox.
    """

    agency: str
    person: str
    day: str


class Party(NamedTuple):
    """One side of a hand-over, as its record names it; all empty if unknown, name and title if not of the agency."""

    person: str
    name: str
    title: str


class Handover(NamedTuple):
    """A due hand-over of an agency's mailbox, by the document that names the successor from `day` (ISO 8601) on."""

    agency: str
    name: str
    address: str
    former: Party
    successor: Party
    role: str
    document: str
    day: str


def due(register: Register, held: Iterable[Held], day: date) -> list[Handover]:
    """Return the hand-overs that are due on a day, in the order of the agencies' codes.

    Only agencies that exist on the day and have somebody in office who may hold the mailbox (R11.1).
    """
    found = (_due(register, register.agencies.get(each.agency), each, day) for each in held)
    return sorted(handover for handover in found if handover)


def is_there(agency: Agency, day: date) -> bool:
    """Say whether an agency, and so its contact mailbox, exists on a day."""
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
    """Return the id of the custodian on a day; before the first one, that of the first."""
    return max(_begun(agency, day), key=lambda each: each.date, default=agency.custodians[0]).person


def _begun(agency: Agency, day: date) -> Iterator[Custodian]:
    """Yield the custodians who began by a day, last named first, so that `max` prefers the last of one day."""
    return (each for each in reversed(agency.custodians) if each.date <= day)


def _party(agency: Agency, person: str, day: date) -> Party:
    """Return the party of a person, also of one who has left; of other agencies' people only the id."""
    entry = last_before(agency.people, person, day)
    return _as_party(entry) if entry else Party(person, "", "")


def _as_party(entry: Issuance) -> Party:
    return Party(entry.id, entry.name, entry.title)
