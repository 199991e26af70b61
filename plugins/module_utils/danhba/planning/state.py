"""States of issuances and contact mailboxes on a day, and where a person's mailbox is (docs/reference.md, States)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from ..addresses.issuing import Issued
from ..model import rows
from ..model.register import Agency, Issuance, Register
from ..model.rows import Called, Row, Spell, Staff


class State(StrEnum):
    """State of an issuance or a contact mailbox on a day."""

    PENDING = "pending"
    OPEN = "open"
    SUSPENDED = "suspended"
    FORWARDING = "forwarding"
    REDIRECTING = "redirecting"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


LIVE = frozenset({State.OPEN, State.SUSPENDED})


class Entry(NamedTuple):
    """An issuance with its agency."""

    agency: Agency
    issuance: Row

    @property
    def local(self) -> str:
        """Return the local part of the issuance's address."""
        return self.issuance.local


@dataclass(slots=True)
class Timeline:
    """A register on a day.

    Rows are read agency by agency and not kept in memory, except those of people with several issuances (`moved`).
    """

    register: Register
    day: date
    issued: Issued | None = None
    # Issuances of each person who has more than one, by opening day.
    moved: dict[str, list[Entry]] = field(default_factory=dict)
    # Agencies that succeed an agency (take over its mail and duties), by the succeeded agency's code.
    successors: dict[str, list[Agency]] = field(default_factory=dict)
    _today: str = ""

    def __post_init__(self) -> None:
        self._today = self.day.isoformat()

    @classmethod
    def of(cls, register: Register, issued: Issued, day: date) -> Timeline:
        """Index a register by people with several issuances and by succession; each issuance must have its address."""
        timeline = cls(register, day, issued)
        seen: set[str] = set()
        several: set[str] = set()
        for agency in register.agencies.values():
            for id_ in rows.ids_of(agency):
                (several if id_ in seen else seen).add(id_)
            for code in () if agency.void else agency.succeeds:
                timeline.successors.setdefault(code, []).append(agency)
        timeline._gather(several)
        return timeline

    def on(self, day: date) -> Timeline:
        """Return the timeline of the same register on another day."""
        return self if day == self.day else replace(self, day=day)

    def _gather(self, people: set[str]) -> None:
        for agency in self.register.agencies.values() if people else ():
            if not people.isdisjoint(rows.ids_of(agency)):
                for row in self.rows(agency):
                    if row.id in people and not row.void_on:
                        self.moved.setdefault(row.id, []).append(Entry(agency, row))
        for entries in self.moved.values():
            entries.sort(key=lambda entry: entry.issuance.opened_on)

    def rows(self, agency: Agency) -> Iterator[Row]:
        """Yield the issuances of an agency in the order of its file."""
        if isinstance(agency.people, Staff):
            return agency.people.rows()
        return map(rows.row_of, agency.people, self.issued.locals[agency.code] if self.issued else ())

    def called(self, agency: Agency) -> Called:
        """Return the ids, names and local parts by which an agency's people are looked up."""
        if isinstance(agency.people, Staff):
            return agency.people.called()
        people = [*self.rows(agency)]
        return Called([row.id for row in people], [row.name for row in people], [row.local for row in people])

    def live(self) -> Counter[str]:
        """Return the number of open or suspended mailboxes of each agency, its contact mailbox included, by code."""
        found: Counter[str] = Counter()
        for code, agency in self.register.agencies.items():
            found[code] = sum(self.own_state(row) in LIVE for row in self.rows(agency))
            found[code] += self.own_agency_state(agency) in LIVE
        return found

    def own_state(self, issuance: Issuance | Row) -> State:
        """Return the state by the issuance's own dates alone: pending, open, suspended, closed or withdrawn."""
        row = issuance if isinstance(issuance, Row) else rows.row_of(issuance, None)
        if row.void_on:
            return State.WITHDRAWN
        if self._today < row.opened_on:
            return State.PENDING
        if row.closed_on and row.closed_on <= self._today:
            return State.CLOSED
        if row.spells and self.spell(row):
            return State.SUSPENDED
        return State.OPEN

    def spell(self, row: Row) -> Spell | None:
        """Return the suspension in force on the timeline's day, or None."""
        return next((s for s in row.spells if s.since <= self._today and (not s.end or self._today < s.end)), None)

    def last(self, entries: Sequence[Entry]) -> Entry | None:
        """Return the issuance that holds a person's mailbox: the last that has begun; None before the first (R4.0)."""
        return next((e for e in reversed(entries) if e.issuance.opened_on <= self._today), None)

    def state(self, entry: Entry) -> State:
        """Return the state of an issuance.

        A closed one forwards, then redirects, if its holder has another mailbox that is open or suspended.
        """
        state = self.own_state(entry.issuance)
        if state is not State.CLOSED or entry.issuance.id not in self.moved:
            return state
        current = self.last(self.moved[entry.issuance.id])
        if current is None or current.local == entry.local or self.own_state(current.issuance) not in LIVE:
            return State.CLOSED
        return self._after(date.fromisoformat(entry.issuance.closed_on))

    def _after(self, closed: date) -> State:
        policy = self.register.province.policy
        passed = (self.day - closed).days
        if passed < policy.forward_days:
            return State.FORWARDING
        if passed < policy.forward_days + policy.redirect_days:
            return State.REDIRECTING
        return State.CLOSED

    def own_agency_state(self, agency: Agency) -> State:
        """Return the state of a contact mailbox by its agency's own dates: pending, open, closed or withdrawn."""
        if agency.void:
            return State.WITHDRAWN
        if self.day < agency.opened.date:
            return State.PENDING
        return State.CLOSED if agency.closed and agency.closed.date <= self.day else State.OPEN

    def agency_state(self, agency: Agency) -> State:
        """Return the state of a contact mailbox; a closed one forwards, then redirects, if an agency succeeds it."""
        state = self.own_agency_state(agency)
        if state is State.CLOSED and agency.closed and self.heirs(agency):
            return self._after(agency.closed.date)
        return state

    def heirs(self, agency: Agency) -> list[Agency]:
        """Return the open agencies that succeed an agency, over any number of successions, in the order of codes."""
        found, seen = {}, {agency.code}
        waiting = list(self.successors.get(agency.code, ()))
        while waiting:
            heir = waiting.pop()
            if heir.code in seen:
                continue
            seen.add(heir.code)
            if self.own_agency_state(heir) is State.OPEN:
                found[heir.code] = heir
            else:
                waiting.extend(self.successors.get(heir.code, ()))
        return [found[code] for code in sorted(found)]
