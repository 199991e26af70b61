"""The address book for everybody: name, title, division, agency, address, office telephone, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ..messages import mark as _
from ..planning.listing import Listed
from ..planning.state import State
from ..vietnamese import names

# The heading of each column, in the order in which tables have them.
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
    """One open mailbox; of a person, its name also in its parts, and of an agency's own, `given` and `family` empty.

    `leader` is whether the register marks the person as one.
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
        """Whether it is an official's, and not an agency's contact mailbox."""
        return bool(self.given)

    def row(self) -> tuple[str, ...]:
        """What a table has, in the order of `HEADINGS`."""
        return tuple(getattr(self, key) for key in HEADINGS)


def is_offered(state: str) -> bool:
    """Whether an address book has a mailbox in that state: an open one alone, in every form (decision 0049).

    Who is suspended reads nothing meanwhile, and is there again when that is over. On the host the view
    `addressbook.mailbox` says the same.
    """
    return state == State.OPEN


def contacts(listed: Iterable[Listed]) -> Iterator[Contact]:
    """The mailboxes that address books offer, in their order."""
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
