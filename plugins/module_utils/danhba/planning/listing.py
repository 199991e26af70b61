"""Every issuance and contact mailbox of a register as it is on a day, and the search among them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from unidecode import unidecode

from ..addresses.issuing import contact
from ..model.register import Agency, Event
from ..model.rows import Row
from .accounts import AGENCY, OFFICIAL
from .state import Entry, Timeline


class Listed(NamedTuple):
    """One mailbox that was given out; `issuance` is None for the contact mailbox of `agency`."""

    address: str
    state: str
    agency: Agency
    issuance: Row | None

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
    def opened_on(self) -> str:
        """The day from which it is there (ISO 8601)."""
        return self.issuance.opened_on if self.issuance else self.agency.opened.date.isoformat()

    @property
    def closed_on(self) -> str:
        """The day from which it is no more (ISO 8601), empty where none is decided."""
        if self.issuance:
            return self.issuance.closed_on
        return self.agency.closed.date.isoformat() if self.agency.closed else ""

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
    return list(each(timeline))


def each(timeline: Timeline) -> Iterator[Listed]:
    """The same one after the other: a list of a hundred thousand takes its memory."""
    for agency in timeline.register.agencies.values():
        yield from of_agency(timeline, agency)


def of_agency(timeline: Timeline, agency: Agency) -> Iterator[Listed]:
    """The contact mailbox of an agency, then those of its people."""
    domain = "@" + timeline.register.province.domain
    yield Listed(contact(agency.code) + domain, timeline.agency_state(agency).value, agency, None)
    for row in timeline.rows(agency):
        state = timeline.state(Entry(agency, row))
        yield Listed(row.local + domain, state.value, agency, row)


def who(listed: Iterable[Listed], query: str) -> Iterator[Listed]:
    """Those whose address, local part or id is the query, and those whose name has all its words.

    Marks do not count where the query has none: `vinh` finds Vịnh and Vĩnh, `vịnh` only Vịnh.
    """
    wanted = unicodedata.normalize("NFC", " ".join(query.split())).casefold()
    marked = not wanted.isascii()
    words = set(wanted.split())
    for item in listed:
        if wanted in (item.address, item.address.partition("@")[0], item.id.casefold()) or (
            words and words.issubset(_words(item.name, marked=marked))
        ):
            yield item


def _words(name: str, *, marked: bool) -> list[str]:
    """The words of a name, without their marks where these do not count."""
    found = name.casefold().split()
    return found if marked else [bare for word in found for bare in _bare(word)]


@lru_cache(maxsize=65536)  # a province has a few thousand words of names
def _bare(word: str) -> list[str]:
    return unidecode(word).split()
