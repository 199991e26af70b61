"""What an issuance is on a day, and where its holder is now (register format, States)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from ..addresses.issuing import Issued
from ..model.register import Agency, Issuance, Register


class State(StrEnum):
    """The state of an issuance or a contact mailbox on a day."""

    PENDING = "pending"
    OPEN = "open"
    SUSPENDED = "suspended"
    FORWARDING = "forwarding"
    REDIRECTING = "redirecting"
    CLOSED = "closed"


LIVE = frozenset({State.OPEN, State.SUSPENDED})


@dataclass(frozen=True, slots=True)
class Entry:
    """One issuance with its agency and its local part."""

    agency: Agency
    issuance: Issuance
    local: str


@dataclass(slots=True)
class Timeline:
    """A register on a day."""

    register: Register
    day: date
    # Each person's issuances, from the first opened to the last.
    people: dict[str, list[Entry]] = field(default_factory=dict)
    # The agencies that took over each agency's mail and duties.
    successors: dict[str, list[Agency]] = field(default_factory=dict)
    _current: dict[str, Entry | None] = field(default_factory=dict)

    @classmethod
    def of(cls, register: Register, issued: Issued, day: date) -> Timeline:
        """Order the register by people and by succession; every issuance must have its address."""
        timeline = cls(register, day)
        for agency in register.agencies.values():
            for issuance, local in issued.of(agency):
                timeline.people.setdefault(issuance.id, []).append(Entry(agency, issuance, local or ""))
            for code in agency.succeeds:
                timeline.successors.setdefault(code, []).append(agency)
        for entries in timeline.people.values():
            if len(entries) > 1:
                entries.sort(key=lambda entry: entry.issuance.opened.date)
        return timeline

    def own_state(self, issuance: Issuance) -> State:
        """The state by the issuance's own dates alone: pending, open, suspended or closed."""
        if self.day < issuance.opened.date:
            return State.PENDING
        if issuance.closed and issuance.closed.date <= self.day:
            return State.CLOSED
        if any(suspension.covers(self.day) for suspension in issuance.suspended):
            return State.SUSPENDED
        return State.OPEN

    def current(self, person: str) -> Entry | None:
        """The issuance that holds the person's mailbox: the last that began (none overlap, R4.0); None if all pend."""
        if person not in self._current:
            started = (e for e in reversed(self.people[person]) if e.issuance.opened.date <= self.day)
            self._current[person] = next(started, None)
        return self._current[person]

    def state(self, entry: Entry) -> State:
        """The state of an issuance; those who went on leave a forwarding, then a redirecting address behind."""
        state = self.own_state(entry.issuance)
        if state is not State.CLOSED or entry.issuance.closed is None:
            return state
        current = self.current(entry.issuance.id)
        if current is None or current.local == entry.local or self.own_state(current.issuance) not in LIVE:
            return State.CLOSED
        return self._after(entry.issuance.closed.date)

    def _after(self, closed: date) -> State:
        policy = self.register.province.policy
        passed = (self.day - closed).days
        if passed < policy.forward_days:
            return State.FORWARDING
        if passed < policy.forward_days + policy.redirect_days:
            return State.REDIRECTING
        return State.CLOSED

    def own_agency_state(self, agency: Agency) -> State:
        """The state of a contact mailbox by its agency's own dates: pending, open or closed."""
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

    def entries(self) -> Iterator[Entry]:
        """Every issuance, people in order of the register."""
        for entries in self.people.values():
            yield from entries
