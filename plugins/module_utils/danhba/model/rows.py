"""Issuances as flat rows for lists and plans, and agencies as the cache keeps them: compressed, decoded at first use.

A row has days as ISO 8601 texts, so that comparing days needs no parsing. A province has a hundred thousand rows, and
most commands need few of them as `Issuance`.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple, overload

from ..jsontext import pack, unpack
from .register import Agency, Change, Custodian, Ending, Event, Issuance, Leave, OfAgency, Suspension, closing, never

# The level of zlib; higher ones gain little, because the rows of one agency are similar.
_LEVEL = 1


class Spell(NamedTuple):
    """One suspension; `until` is its stated end, `ended_by` and `ended_on` what ended it early (else empty).

    Where it was withdrawn, `withdrawn_on` is the day of that, `ended_by` its document, and `ended_on` equals `since`.
    """

    document: str
    since: str
    until: str
    ended_by: str
    ended_on: str
    withdrawn_on: str = ""

    @property
    def end(self) -> str:
        """The first day on which the suspension is no longer in force, empty where none is set."""
        return self.ended_on or self.until

    @property
    def ending(self) -> str:
        """The document that ends the suspension: the one that ended it early, else its own, which states the end."""
        return self.ended_by or self.document

    def suspension(self) -> Suspension:
        """Return the suspension as a `Suspension`, without the places of its values."""
        until = date.fromisoformat(self.until) if self.until else None
        since = date.fromisoformat(self.since)
        if self.withdrawn_on:
            taken_back = Ending(self.ended_by, date.fromisoformat(self.withdrawn_on))
            return Suspension(self.document, since, until, withdrawn=taken_back)
        ended = Ending(self.ended_by, date.fromisoformat(self.ended_on)) if self.ended_on else None
        return Suspension(self.document, since, until, ended)


def _spell(suspension: Suspension) -> Spell:
    until, ended = suspension.until, suspension.ended
    by, on = (ended.document, ended.date.isoformat()) if ended else ("", "")
    since, stated = suspension.since.isoformat(), until.isoformat() if until else ""
    if withdrawn := suspension.withdrawn:
        return Spell(suspension.document, since, stated, withdrawn.document, since, withdrawn.date.isoformat())
    return Spell(suspension.document, since, stated, by, on)


class Away(NamedTuple):
    """Leave: first and last day, both included, and the document, empty where none is stated."""

    first: str
    last: str
    document: str

    def leave(self) -> Leave:
        """Return the leave as a `Leave`, without the places of its values."""
        return Leave(date.fromisoformat(self.first), date.fromisoformat(self.last), self.document)


def _away(leave: Leave) -> Away:
    return Away(leave.first.isoformat(), leave.last.isoformat(), leave.document)


class TakenBack(NamedTuple):
    """A closing that was withdrawn before its day, and the document (`by`) and day (`on`) that withdrew it."""

    document: str
    date: str
    event: str
    request: str
    by: str
    on: str

    def happening(self) -> Event:
        """Return the closing as an `Event` with its `withdrawn`, without the places of its values."""
        ending = Ending(self.by, date.fromisoformat(self.on))
        return Event(self.document, date.fromisoformat(self.date), self.event, self.request, withdrawn=ending)


def _taken_back(event: Event) -> TakenBack:
    ending = event.withdrawn or Ending("", event.date)
    planned = (event.document, event.date.isoformat(), event.event, event.request)
    return TakenBack(*planned, ending.document, ending.date.isoformat())


class Row(NamedTuple):
    """One issuance; `local` is the local part of its address, empty where the rule gives none.

    `quota` is in bytes, None for the policy's. `closed_on` is empty where no closing is set. Where the opening was
    withdrawn, `void_on` is the day of the withdrawal, `closed_by` its document, and `closed_on` equals `opened_on`.
    """

    id: str
    name: str
    local: str
    title: str
    unit: str
    phone: str
    quota: int | None
    opened_on: str
    opened_by: str
    closed_on: str
    closed_by: str
    spells: Sequence[Spell]
    family: str
    given: str
    leader: bool
    opened_event: str
    opened_request: str
    closed_event: str
    closed_request: str
    address: str
    address_document: str
    quota_document: str
    void_on: str
    withdrawn: Sequence[TakenBack]
    away: Sequence[Away] = ()

    @property
    def opened(self) -> Event:
        """The opening, with its withdrawal where there was one."""
        opened = Event(self.opened_by, date.fromisoformat(self.opened_on), self.opened_event, self.opened_request)
        if not self.void_on:
            return opened
        return replace(opened, withdrawn=Ending(self.closed_by, date.fromisoformat(self.void_on)))

    @property
    def closed(self) -> Event | None:
        """The closing, None where none is decided."""
        if not self.closed_on:
            return None
        return Event(self.closed_by, date.fromisoformat(self.closed_on), self.closed_event, self.closed_request)

    @property
    def suspended(self) -> tuple[Suspension, ...]:
        """The suspensions, in the order of the file."""
        return tuple(spell.suspension() for spell in self.spells)

    @property
    def leave(self) -> tuple[Leave, ...]:
        """The leave, in the order of the file."""
        return tuple(each.leave() for each in self.away)

    def issuance(self) -> Issuance:
        """Return the row as an `Issuance`, without the places of its values."""
        return Issuance(
            id=self.id,
            name=self.name,
            opened=self.opened,
            closed=self.closed,
            title=self.title,
            leader=self.leader,
            unit=self.unit,
            phone=self.phone,
            family=self.family,
            given=self.given,
            address=self.address,
            address_document=self.address_document,
            quota=self.quota,
            quota_document=self.quota_document,
            suspended=self.suspended,
            withdrawn=tuple(each.happening() for each in self.withdrawn),
            leave=self.leave,
        )


def row_of(issuance: Issuance, local: str | None) -> Row:
    """Return the row of an issuance with this local part, None where the rule gives none."""
    opened, closed = issuance.opened, issuance.closed
    return Row(
        issuance.id,
        issuance.name,
        local or "",
        issuance.title,
        issuance.unit,
        issuance.phone,
        issuance.quota,
        opened.date.isoformat(),
        opened.document,
        closed.date.isoformat() if closed else "",
        closed.document if closed else "",
        tuple(map(_spell, issuance.suspended)),
        issuance.family,
        issuance.given,
        issuance.leader,
        opened.event,
        opened.request,
        closed.event if closed else "",
        closed.request if closed else "",
        issuance.address,
        issuance.address_document,
        issuance.quota_document,
        opened.withdrawn.date.isoformat() if opened.withdrawn else "",
        tuple(map(_taken_back, issuance.withdrawn)),
        tuple(map(_away, issuance.leave)),
    )


class Called(NamedTuple):
    """Ids, names and local parts of an agency's people, in the order of its file: the first columns of their rows."""

    ids: Sequence[str]
    names: Sequence[str]
    locals: Sequence[str]


# How the columns that hold named tuples are made of JSON lists.
_MADE = {
    Row._fields.index("spells"): Spell._make,
    Row._fields.index("withdrawn"): TakenBack._make,
    Row._fields.index("away"): Away._make,
}


def _dump(rows: Sequence[Row]) -> bytes:
    """Return rows as compressed columns; the first part has those of `Called`, which can be read alone."""
    columns: list[list[Any]] = [[row[number] for row in rows] for number in range(len(Row._fields))]
    for number in _MADE:
        columns[number] = [[[*each] for each in several] for several in columns[number]]
    parts = columns[: len(Called._fields)], columns[len(Called._fields) :]
    return b"".join(zlib.compress(pack(part), _LEVEL) for part in parts)


class Staff(Sequence[Issuance]):
    """The issuances of an agency from the cache: rows are decoded at each call, issuances once, at first use."""

    def __init__(self, data: bytes, ids: Sequence[str]) -> None:
        self._data = data
        self.ids = ids

    def called(self) -> Called:
        """Return ids, names and local parts alone, in a third of the time of `rows`."""
        return Called(*unpack(zlib.decompressobj().decompress(self._data)))

    def rows(self) -> Iterator[Row]:
        """Yield the issuances as rows. These are not kept, because a million rows take a gigabyte."""
        first = zlib.decompressobj()
        columns = [*unpack(first.decompress(self._data)), *unpack(zlib.decompress(first.unused_data))]
        for number, make in _MADE.items():
            if any(columns[number]):  # few agencies have any
                columns[number] = [tuple(map(make, several)) for several in columns[number]]
        return map(Row._make, zip(*columns, strict=True))

    def of_person(self, person: str) -> Iterator[Issuance]:
        """Yield the issuances of one person, without making `Issuance` objects of other people's rows."""
        if "_issuances" in vars(self):
            yield from (each for each in self._issuances if each.id == person)
        elif person in self.ids:
            yield from (row.issuance() for row in self.rows() if row.id == person)

    @cached_property
    def _issuances(self) -> tuple[Issuance, ...]:
        return tuple(row.issuance() for row in self.rows())

    @overload
    def __getitem__(self, index: int) -> Issuance: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Issuance]: ...

    def __getitem__(self, index: int | slice) -> Issuance | Sequence[Issuance]:
        """Return one issuance, or a slice of them."""
        return self._issuances[index]

    def __len__(self) -> int:
        """Return the number of issuances, without decoding them."""
        return len(self.ids)

    def __eq__(self, other: object) -> bool:
        """Return whether the other sequence, from the cache or not, has the same issuances in the same order."""
        if isinstance(other, Staff) and self._data == other._data:
            return True
        return isinstance(other, Sequence) and self._issuances == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # as for any sequence that compares by its items

    def locals(self) -> list[str | None]:
        """Return the local part of each issuance, None where the rule gives none."""
        return [local or None for local in self.called().locals]


def dump(agency: Agency, locals_: Sequence[str | None]) -> tuple[list[Any], bytes]:
    """Return an agency as the cache keeps it, without places of values: a list for JSON, and the rows of its people."""
    head = [
        agency.code,
        agency.name,
        agency.kind,
        [*_event(agency.opened), *_taken_back_by(agency.opened)],
        _event(agency.closed) if agency.closed and not agency.void else None,
        agency.parent,
        agency.identifier,
        agency.succeeds,
        agency.quota,
        agency.quota_document,
        [_custodian(each) for each in (*agency.custodians, *agency.withdrawn) if isinstance(each, Custodian)],
        [_change(each) for each in (*agency.changes, *agency.withdrawn) if isinstance(each, Change)],
        [[*_event(each), *_taken_back_by(each)] for each in agency.closings_withdrawn()],
    ]
    rows = [row_of(issuance, local) for issuance, local in zip(agency.people, locals_, strict=True)]
    return head, _dump(rows)


def load(head: list[Any], rows: bytes, ids: Sequence[str], file: str) -> Agency:
    """Return the agency that `dump` encoded, for a file of this name; `ids` are those of its issuances."""
    code, name, kind, opened, closed, parent, identifier, succeeds, quota, quota_document, *lists = head
    custodians, changes = [_held(*row) for row in lists[0]], [_changed(*row) for row in lists[1]]
    closings, began = [_happened(row) for row in lists[2]], _happened(opened)
    return Agency(
        code=code,
        name=name,
        kind=kind,
        opened=began,
        file=file,
        closed=closing(began, _happened(closed) if closed else None),
        parent=parent,
        identifier=identifier,
        succeeds=tuple(succeeds),
        quota=quota,
        quota_document=quota_document,
        custodians=tuple(each for each in custodians if not each.withdrawn),
        people=Staff(rows, ids),
        changes=tuple(each for each in changes if not each.withdrawn),
        withdrawn=tuple(never(closings, changes, custodians)),
    )


def _custodian(item: Custodian) -> list[str]:
    return [item.person, item.document, item.date.isoformat(), item.role, item.key, *_taken_back_by(item)]


def _held(person: str, document: str, day: str, role: str, key: str, *ending: str) -> Custodian:
    return Custodian(person, document, date.fromisoformat(day), role, key, withdrawn=_ended(*ending))


def _change(item: Change) -> list[str]:
    return [item.document, item.date.isoformat(), item.kind, item.parent, item.identifier, *_taken_back_by(item)]


def _changed(document: str, day: str, kind: str, parent: str, identifier: str, *ending: str) -> Change:
    return Change(document, date.fromisoformat(day), kind, parent, identifier, withdrawn=_ended(*ending))


def _taken_back_by(item: OfAgency) -> list[str]:
    """Return document and day of the withdrawal of an item, an empty list where it was not withdrawn."""
    return [item.withdrawn.document, item.withdrawn.date.isoformat()] if item.withdrawn else []


def _ended(document: str = "", day: str = "") -> Ending | None:
    return Ending(document, date.fromisoformat(day)) if day else None


def _event(event: Event) -> list[str]:
    return [event.document, event.date.isoformat(), event.event, event.request]


def _happened(row: list[str]) -> Event:
    document, day, event, request, *ending = row
    return Event(document, date.fromisoformat(day), event, request, withdrawn=_ended(*ending))


def ids_of(agency: Agency) -> Sequence[str]:
    """Return the ids of an agency's issuances, in the order of its file, without decoding these."""
    return agency.people.ids if isinstance(agency.people, Staff) else [issuance.id for issuance in agency.people]


def locals_of(agency: Agency) -> Sequence[str | None]:
    """Return the local part of each issuance of an agency from the cache; empty for an agency read from its file."""
    return agency.people.locals() if isinstance(agency.people, Staff) else ()
