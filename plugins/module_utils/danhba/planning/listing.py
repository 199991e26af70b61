"""Every issuance and contact mailbox of a register as it is on a day, and the search among them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from unidecode import unidecode

from ..addresses.issuing import contact
from ..model.register import Agency, Event, Issuance
from .accounts import AGENCY, OFFICIAL
from .state import Timeline


@dataclass(frozen=True, slots=True)
class Listed:
    """One mailbox that was given out; `issuance` is None for the contact mailbox of `agency`."""

    address: str
    state: str
    agency: Agency
    issuance: Issuance | None

    @property
    def kind(self) -> str:
        """Of an official or of an agency."""
        return OFFICIAL if self.issuance else AGENCY

    @property
    def id(self) -> str:
        """The person's id, or the agency's tendonvi."""
        return self.issuance.id if self.issuance else self.agency.code

    @property
    def name(self) -> str:
        """The person's or the agency's name."""
        return self.issuance.name if self.issuance else self.agency.name

    @property
    def opened(self) -> Event:
        """By which document and from which day."""
        return self.issuance.opened if self.issuance else self.agency.opened

    @property
    def closed(self) -> Event | None:
        """By which document and from which day it was no more, if it is so decided."""
        return self.issuance.closed if self.issuance else self.agency.closed


def everything(timeline: Timeline) -> list[Listed]:
    """All mailboxes in the order of the register: each agency's contact mailbox, then its people."""
    domain = timeline.register.province.domain
    states = {id(entry.issuance): (entry, timeline.state(entry)) for entry in timeline.entries()}
    found = []
    for agency in timeline.register.agencies.values():
        address = f"{contact(agency.code)}@{domain}"
        found.append(Listed(address, timeline.agency_state(agency).value, agency, None))
        for issuance in agency.people:
            entry, state = states[id(issuance)]
            found.append(Listed(f"{entry.local}@{domain}", state.value, agency, issuance))
    return found


def who(listed: list[Listed], query: str) -> Iterator[Listed]:
    """Those whose address, local part or id is the query, and those whose name has all its words.

    Marks do not count where the query has none: `vinh` finds Vịnh and Vĩnh, `vịnh` only Vịnh.
    """
    wanted = unicodedata.normalize("NFC", " ".join(query.split())).casefold()
    marked = not wanted.isascii()
    words = wanted.split()
    for item in listed:
        name = item.name.casefold()
        if wanted in (item.address, item.address.partition("@")[0], item.id.casefold()) or (
            words and set(words).issubset((name if marked else unidecode(name)).split())
        ):
            yield item
