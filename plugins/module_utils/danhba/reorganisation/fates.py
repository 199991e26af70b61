"""Decides what becomes of each person of the ending agencies, and of people named in other agencies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..messages import mark as _
from ..model.register import Agency, Issuance
from .model import Closing, Fate, Person
from .references import Names, is_live
from .rules import problem

UNDECIDED = problem(
    "undecided",
    "R6.2",
    _(
        "nothing says what becomes of {count} people of {agency} on {day} ({sample}); name them under people: or "
        "units:, or all at once: people: {{to: <tendonvi>}} or people: {{close: <event>}}"
    ),
)
PENDING = problem(
    "pending",
    "R6.2a",
    _(
        "{person} opens in {agency} only on {day}, when that has ended; set opened: to an earlier day first "
        "(acknowledged in province.yml by limit: history), so that the mailbox goes along"
    ),
)
LATER = problem(
    "later",
    "R6.2",
    _(
        "{person} is to be suspended in {agency} on {day}, when that has ended; take that out first "
        "(acknowledged in province.yml by limit: history), and enter it anew where the person is then"
    ),
)
STAYS = problem("stays", "R6.2a", _("{person} is in {agency} already; take the entry out"))

# Maximum number of people that a message names.
SAMPLE = 10


@dataclass(frozen=True, slots=True)
class Decided:
    """An open mailbox and what becomes of it; `person` has what is new about its owner."""

    agency: Agency
    issuance: Issuance
    fate: Fate
    person: Person | None


@dataclass(slots=True)
class Fates:
    """The fates of everyone, in the order in which addresses are issued: ending agencies in order, then the others."""

    names: Names
    people: dict[str, Person]
    units: dict[tuple[str, str], Fate]
    undecided: list[tuple[Agency, Issuance]]

    @classmethod
    def of(cls, names: Names) -> Fates:
        """Read the fates, with findings about entries that match nobody."""
        fates = cls(names, {}, {}, [])
        fates.people = {entry.id: entry for entry in fates._people()}
        fates.units = dict(fates._units())
        return fates

    def _people(self) -> Iterator[Person]:
        names, seen = self.names, set[str]()
        for entry in names.decision.people:
            if entry.id not in names.live:
                names.nobody(entry.fate.at, "id", entry.id)
            elif names.once(seen, entry.id, entry.fate.at, "id") and names.can_go_to(entry.fate):
                yield entry

    def _units(self) -> Iterator[tuple[tuple[str, str], Fate]]:
        names, seen = self.names, set[str]()
        known = {(agency.code, issuance.unit) for agency, issuance in names.live.values()}
        for entry in names.decision.units:
            subject = f"{entry.agency}: {entry.name}"
            if (entry.agency, entry.name) not in known:
                names.nobody(entry.fate.at, "unit", subject)
            elif names.once(seen, subject, entry.fate.at, "unit") and names.can_go_to(entry.fate):
                yield (entry.agency, entry.name), entry.fate

    def decided(self) -> Iterator[Decided]:
        """Yield every mailbox that the reorganisation moves or closes."""
        names = self.names
        for closing in names.closings.values():
            agency = names.register.agencies[closing.code]
            rest = self._rest(closing)
            found = [(issuance, self._fate(agency, issuance) or rest) for issuance in self._live(agency, closing)]
            yield from self._carried_out(agency, found)
            self._undecided(closing, agency, [issuance for issuance, fate in found if fate is None])
        moving = {unit[0] for unit in self.units} | {names.live[id_][0].code for id_ in self.people}
        for code in sorted(moving - names.closings.keys()):
            agency = names.register.agencies[code]
            live = (issuance for issuance in agency.people if is_live(issuance, names.decision.date))
            yield from self._carried_out(agency, [(issuance, self._fate(agency, issuance)) for issuance in live])

    def _rest(self, closing: Closing) -> Fate | None:
        """Return the fate of people whom nothing names: as stated, or to the only successor of the agency."""
        if closing.people:
            return closing.people if self.names.can_go_to(closing.people) else Fate()
        if len(closing.to) == 1:
            return Fate(to=closing.to[0], at=closing.at) if self.names.goes_on(closing.to[0]) else Fate()
        return None

    def _fate(self, agency: Agency, issuance: Issuance) -> Fate | None:
        if person := self.people.get(issuance.id):
            return person.fate
        return self.units.get((agency.code, issuance.unit))

    def _carried_out(self, agency: Agency, found: list[tuple[Issuance, Fate | None]]) -> Iterator[Decided]:
        for issuance, fate in found:
            if fate and fate.to == agency.code:
                where = self.names.decision.where(fate.at, "to", issuance.id)
                self.names.findings.append(STAYS.at(where, person=issuance.id, agency=agency.code))
            elif fate and (fate.to or fate.close) and not self._later(agency, issuance, fate):
                yield Decided(agency, issuance, fate, self.people.get(issuance.id))

    def _live(self, agency: Agency, closing: Closing) -> Iterator[Issuance]:
        """Yield the open mailboxes of an ending agency; one that opens later is a finding."""
        decision = self.names.decision
        for issuance in agency.people:
            if is_live(issuance, decision.date):
                yield issuance
            elif issuance.opened.date >= decision.date and not issuance.void:
                where = decision.where(closing.at, "", issuance.id)
                values = {"person": issuance.id, "agency": agency.code, "day": issuance.opened.date}
                self.names.findings.append(PENDING.at(where, **values))

    def _later(self, agency: Agency, issuance: Issuance, fate: Fate) -> bool:
        """Say whether a suspension begins on or after the day, when this entry has ended; each is a finding."""
        decision = self.names.decision
        days = [s.since for s in issuance.suspended if s.since >= decision.date and not s.withdrawn]
        for day in days:
            where = decision.where(fate.at, "", issuance.id)
            self.names.findings.append(LATER.at(where, person=issuance.id, agency=agency.code, day=day))
        return bool(days)

    def _undecided(self, closing: Closing, agency: Agency, people: list[Issuance]) -> None:
        if not people:
            return
        self.undecided += [(agency, issuance) for issuance in people]
        decision = self.names.decision
        shown = [f"{issuance.id} {issuance.name}" for issuance in people[:SAMPLE]] + ["…"] * (len(people) > SAMPLE)
        values = {"count": len(people), "agency": agency.code, "day": decision.date, "sample": shown}
        self.names.findings.append(UNDECIDED.at(decision.where(closing.at, "", agency.code), **values))
