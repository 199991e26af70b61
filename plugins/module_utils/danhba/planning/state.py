"""What an issuance is on a day, and where its holder is now (register format, States)."""

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
    """The state of an issuance or a contact mailbox on a day."""

    PENDING = "pending"
    OPEN = "open"
    SUSPENDED = "suspended"
    FORWARDING = "forwarding"
    REDIRECTING = "redirecting"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


LIVE = frozenset({State.OPEN, State.SUSPENDED})


class Entry(NamedTuple):
    """One issuance with its agency."""

    agency: Agency
    issuance: Row

    @property
    def local(self) -> str:
        """The local part of its address."""
        return self.issuance.local


@dataclass(slots=True)
class Timeline:
    """A register on a day. Rows are gone through agency by agency and never held; only who was in several is."""

    register: Register
    day: date
    issued: Issued | None = None
    # The issuances of each person who has more than one, from the first opened to the last.
    moved: dict[str, list[Entry]] = field(default_factory=dict)
    # The agencies that took over each agency's mail and duties.
    successors: dict[str, list[Agency]] = field(default_factory=dict)
    _today: str = ""

    def __post_init__(self) -> None:
        self._today = self.day.isoformat()

    @classmethod
    def of(cls, register: Register, issued: Issued, day: date) -> Timeline:
        """Order the register by people and by succession; every issuance must have its address."""
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
        """The same register on another day."""
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
        """The issuances of an agency, in the order of its file."""
        if isinstance(agency.people, Staff):
            return agency.people.rows()
        return map(rows.row_of, agency.people, self.issued.locals[agency.code] if self.issued else ())

    def called(self, agency: Agency) -> Called:
        """By what the people of an agency are asked for."""
        if isinstance(agency.people, Staff):
            return agency.people.called()
        people = [*self.rows(agency)]
        return Called([row.id for row in people], [row.name for row in people], [row.local for row in people])

    def live(self) -> Counter[str]:
        """How many mailboxes of each agency are open or suspended, its contact mailbox among them."""
        found: Counter[str] = Counter()
        for code, agency in self.register.agencies.items():
            found[code] = sum(self.own_state(row) in LIVE for row in self.rows(agency))
            found[code] += self.own_agency_state(agency) in LIVE
        return found

    def own_state(self, issuance: Issuance | Row) -> State:
        """The state by the issuance's own dates alone: pending, open, suspended, closed or withdrawn."""
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
        """The suspension that is in force, if any is."""
        return next((s for s in row.spells if s.since <= self._today and (not s.end or self._today < s.end)), None)

    def last(self, entries: Sequence[Entry]) -> Entry | None:
        """The one of a person's issuances that holds the mailbox: the last that began (none overlap, R4.0)."""
        return next((e for e in reversed(entries) if e.issuance.opened_on <= self._today), None)

    def state(self, entry: Entry) -> State:
        """The state of an issuance; those who went on leave a forwarding, then a redirecting address behind."""
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
        """The state of a contact mailbox by its agency's own dates: pending, open, closed or withdrawn."""
        if agency.void:
            return State.WITHDRAWN
        if self.day < agency.opened.date:
            return State.PENDING
        return State.CLOSED if agency.closed and agency.closed.date <= self.day else State.OPEN

    def agency_state(self, agency: Agency) -> State:
        """The state of a contact mailbox; where another agency succeeds, its mail goes on."""
        state = self.own_agency_state(agency)
        if state is State.CLOSED and agency.closed and self.heirs(agency):
            return self._after(agency.closed.date)
        return state

    def heirs(self, agency: Agency) -> list[Agency]:
        """The open agencies that an agency's mail and duties have come to, over any number of moves, by code."""
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
