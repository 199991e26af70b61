"""The address book: name, title, division, agency, address and office telephone, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..messages import mark as _
from ..planning.listing import Listed
from ..planning.state import State
from ..vietnamese import names

# The heading of each column, in the order of tables.
HEADINGS = {
    "name": _("Full name"),
    "title": _("Title"),
    "unit": _("Division"),
    "agency": _("Agency"),
    "address": _("Address"),
    "phone": _("Telephone"),
}


@dataclass(frozen=True, slots=True)
class Contact:
    """An open mailbox. For a person the name is also given in parts; for an agency `given` and `family` are empty.

    `leader` says whether the register marks the person as one.
    """

    name: str
    title: str
    unit: str
    agency: str
    address: str
    phone: str
    code: str
    family: str = ""
    middle: str = ""
    given: str = ""
    leader: bool = False

    @property
    def is_person(self) -> bool:
        """Say whether the contact is an official, and not an agency's contact mailbox."""
        return bool(self.given)

    def row(self) -> tuple[str, ...]:
        """Return a table's cells in the order of `HEADINGS`."""
        return tuple(getattr(self, key) for key in HEADINGS)


def is_offered(state: str) -> bool:
    """Say whether an address book lists a mailbox in a state: only open ones, in every form (decision 0049).

    A suspended person reads no mail meanwhile, and is listed again afterwards. The host's view `addressbook.mailbox`
    has the same condition.
    """
    return state == State.OPEN


def contacts(listed: Iterable[Listed]) -> Iterator[Contact]:
    """Yield the contacts that address books list, in the same order."""
    return (_contact(item) for item in listed if is_offered(item.state))


def _contact(item: Listed) -> Contact:
    agency, person = item.agency, item.issuance
    if person is None:
        return Contact(agency.name, "", "", agency.name, item.address, "", agency.code)
    family, middle, given = names.as_written(person.name, person.family, person.given)
    return Contact(
        person.name,
        person.title,
        person.unit,
        agency.name,
        item.address,
        person.phone,
        agency.code,
        family,
        middle,
        given,
        person.leader,
    )
