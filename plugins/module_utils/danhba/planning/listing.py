"""Lists all issuances and contact mailboxes of a register with their state on a day, and searches them."""

from __future__ import annotations

import unicodedata
from collections.abc import Container, Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from unidecode import unidecode

from ..addresses.issuing import contact
from ..model.register import Agency, Event
from ..model.rows import Called, Row, ids_of
from .accounts import AGENCY, OFFICIAL
from .state import Entry, Timeline


class Listed(NamedTuple):
    """A mailbox with its state; `issuance` is None for the contact mailbox of `agency`."""

    address: str
    state: str
    agency: Agency
    issuance: Row | None

    @property
    def kind(self) -> str:
        """Return `OFFICIAL` or `AGENCY`."""
        return OFFICIAL if self.issuance else AGENCY

    @property
    def id(self) -> str:
        """Return the person's id, or the agency's tendonvi."""
        return self.issuance.id if self.issuance else self.agency.code

    @property
    def name(self) -> str:
        """Return the person's or the agency's name."""
        return self.issuance.name if self.issuance else self.agency.name

    @property
    def opened_on(self) -> str:
        """Return the day of opening (ISO 8601)."""
        return self.issuance.opened_on if self.issuance else self.agency.opened.date.isoformat()

    @property
    def closed_on(self) -> str:
        """Return the day of closing (ISO 8601); empty if none is decided or the mailbox never opened."""
        if self.issuance:
            return "" if self.issuance.void_on else self.issuance.closed_on
        return self.agency.closed.date.isoformat() if self.agency.closed and not self.agency.void else ""

    @property
    def opened(self) -> Event:
        """Return the event that opened the mailbox."""
        return self.issuance.opened if self.issuance else self.agency.opened

    @property
    def closed(self) -> Event | None:
        """Return the event that closes the mailbox, or None."""
        return self.issuance.closed if self.issuance else self.agency.closed


def everything(timeline: Timeline) -> list[Listed]:
    """Return all mailboxes in the order of the register: each agency's contact mailbox, then its people."""
    return list(each(timeline))


def each(timeline: Timeline) -> Iterator[Listed]:
    """Yield all mailboxes in that order, without a list of up to 100,000 in memory."""
    for agency in timeline.register.agencies.values():
        yield from of_agency(timeline, agency)


def of_agency(timeline: Timeline, agency: Agency) -> Iterator[Listed]:
    """Yield the contact mailbox of an agency, then those of its people."""
    yield _contact(timeline, agency)
    for row in timeline.rows(agency):
        yield _official(timeline, agency, row)


def contacts(timeline: Timeline) -> Iterator[Listed]:
    """Yield the contact mailboxes, without reading any person's row."""
    for agency in timeline.register.agencies.values():
        yield _contact(timeline, agency)


def _contact(timeline: Timeline, agency: Agency) -> Listed:
    address = f"{contact(agency.code)}@{timeline.register.province.domain}"
    return Listed(address, timeline.agency_state(agency).value, agency, None)


def _official(timeline: Timeline, agency: Agency, row: Row) -> Listed:
    address = f"{row.local}@{timeline.register.province.domain}"
    return Listed(address, timeline.state(Entry(agency, row)).value, agency, row)


def who(timeline: Timeline, query: str) -> Iterator[Listed]:
    """Yield the mailboxes whose address, local part or id equals the query, or whose name has all its words.

    A query without marks matches names with any marks: `vinh` finds Vịnh and Vĩnh, `vịnh` only Vịnh.
    """
    asked = _Query.of(query, timeline.register.province.domain)
    for agency in timeline.register.agencies.values():
        if asked.means(contact(agency.code), agency.code, agency.name):
            yield _contact(timeline, agency)
        if asked.may_mean(timeline.called(agency)):
            for row in timeline.rows(agency):
                if asked.means(row.local, row.id, row.name):
                    yield _official(timeline, agency, row)


def of_people(timeline: Timeline, ids: Container[str]) -> Iterator[Listed]:
    """Yield all mailboxes, present and former, of people with these ids."""
    for agency in timeline.register.agencies.values():
        if any(id_ in ids for id_ in ids_of(agency)):
            for row in timeline.rows(agency):
                if row.id in ids:
                    yield _official(timeline, agency, row)


def of_name(timeline: Timeline, name: str) -> Iterator[Listed]:
    """Yield the mailboxes of all people with exactly this name, ignoring case."""
    wanted = name.casefold()
    for agency in timeline.register.agencies.values():
        if wanted in map(str.casefold, timeline.called(agency).names):
            for row in timeline.rows(agency):
                if row.name.casefold() == wanted:
                    yield _official(timeline, agency, row)


class _Query(NamedTuple):
    """A search text: `whole` in lower case, `locals` with and without the domain, `words`, and whether it has marks."""

    whole: str
    locals: frozenset[str]
    words: frozenset[str]
    marked: bool

    @classmethod
    def of(cls, text: str, domain: str) -> _Query:
        whole = unicodedata.normalize("NFC", " ".join(text.split())).casefold()
        local = whole.removesuffix(f"@{domain}")
        return cls(whole, frozenset((whole, local)), frozenset(whole.split()), not whole.isascii())

    def means(self, local: str, id_: str, name: str) -> bool:
        """Say whether a mailbox matches."""
        return local in self.locals or id_.casefold() == self.whole or self._is_in(name)

    def may_mean(self, people: Called) -> bool:
        """Say whether any of an agency's people can match; one test of all together skips most agencies."""
        return (
            not self.locals.isdisjoint(people.locals)
            or self.whole in map(str.casefold, people.ids)
            or self._is_in(" ".join(people.names))
        )

    def _is_in(self, name: str) -> bool:
        """Say whether a name, or several joined ones, contain all words of the search."""
        return bool(self.words) and self.words.issubset(_words(name, marked=self.marked))


def _words(name: str, *, marked: bool) -> Iterable[str]:
    """Return the words of a name, in lower case, without marks unless `marked`."""
    found = set(name.casefold().split())
    return found if marked else chain.from_iterable(map(_bare, found))


@lru_cache(maxsize=65536)  # a province has a few thousand words of names
def _bare(word: str) -> list[str]:
    return unidecode(word).split()
