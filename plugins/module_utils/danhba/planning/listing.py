"""Every issuance and contact mailbox of a register as it is on a day, and the search among them."""

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
        """The day from which it is no more (ISO 8601), empty where none is decided, and where it never opened."""
        if self.issuance:
            return "" if self.issuance.void_on else self.issuance.closed_on
        return self.agency.closed.date.isoformat() if self.agency.closed and not self.agency.void else ""

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
    yield _contact(timeline, agency)
    for row in timeline.rows(agency):
        yield _official(timeline, agency, row)


def contacts(timeline: Timeline) -> Iterator[Listed]:
    """The contact mailboxes alone, for which no person's row is made out."""
    for agency in timeline.register.agencies.values():
        yield _contact(timeline, agency)


def _contact(timeline: Timeline, agency: Agency) -> Listed:
    address = f"{contact(agency.code)}@{timeline.register.province.domain}"
    return Listed(address, timeline.agency_state(agency).value, agency, None)


def _official(timeline: Timeline, agency: Agency, row: Row) -> Listed:
    address = f"{row.local}@{timeline.register.province.domain}"
    return Listed(address, timeline.state(Entry(agency, row)).value, agency, row)


def who(timeline: Timeline, query: str) -> Iterator[Listed]:
    """The mailboxes whose address, local part or id is the query, and those of whom the name has all its words.

    Marks do not count where the query has none: `vinh` finds Vịnh and Vĩnh, `vịnh` only Vịnh.
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
    """The mailboxes of some people, wherever they are or were."""
    for agency in timeline.register.agencies.values():
        if any(id_ in ids for id_ in ids_of(agency)):
            for row in timeline.rows(agency):
                if row.id in ids:
                    yield _official(timeline, agency, row)


def of_name(timeline: Timeline, name: str) -> Iterator[Listed]:
    """The mailboxes of all people of that very name, large and small letters being the same."""
    wanted = name.casefold()
    for agency in timeline.register.agencies.values():
        if wanted in map(str.casefold, timeline.called(agency).names):
            for row in timeline.rows(agency):
                if row.name.casefold() == wanted:
                    yield _official(timeline, agency, row)


class _Query(NamedTuple):
    """What somebody typed: `locals` are it with and without the domain, `words` without marks where it has none."""

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
        """Whether a mailbox could be meant."""
        return local in self.locals or id_.casefold() == self.whole or self._is_in(name)

    def may_mean(self, people: Called) -> bool:
        """Whether one of some people could be meant: of most agencies nobody is, and all at once tell it soonest."""
        return (
            not self.locals.isdisjoint(people.locals)
            or self.whole in map(str.casefold, people.ids)
            or self._is_in(" ".join(people.names))
        )

    def _is_in(self, name: str) -> bool:
        """Whether a name, or several together, have all its words."""
        return bool(self.words) and self.words.issubset(_words(name, marked=self.marked))


def _words(name: str, *, marked: bool) -> Iterable[str]:
    """The words of a name or of several, without their marks where these do not count."""
    found = set(name.casefold().split())
    return found if marked else chain.from_iterable(map(_bare, found))


@lru_cache(maxsize=65536)  # a province has a few thousand words of names
def _bare(word: str) -> list[str]:
    return unidecode(word).split()
