"""Resolves the names in a reorganisation: they exist, are open, named once, and fit the events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from ..addresses.issuing import CONTACT
from ..messages import mark as _
from ..model.findings import Finding
from ..model.place import Places
from ..model.register import Agency, Issuance, Register
from .model import Closing, Fate, Opening, Reorganisation
from .rules import problem

DONE = problem(
    "done",
    "R6.1a",
    _("the register has this reorganisation already: all agencies open or end on {day} by {document}; nothing is left"),
)
KNOWN = problem(
    "agency-known",
    "R4.1",
    _("the register has {agency} already, and no tendonvi is issued again; give the new agency another"),
)
NOT_OPEN = problem(
    "agency-open",
    "R6.1a",
    _("{agency} is no agency that is open on {day}; write the tendonvi of one that is, or open it under agencies:"),
)
TWICE = problem("twice", "R6.1a", _("{subject} stands here a second time; only one entry can hold"))
SUCCESSORS = problem(
    "successors",
    "R6.1a",
    _("{agency} ends by event {event}, which needs {wanted} under to:, but names {count}; correct to: or the event"),
)
ORIGIN = problem(
    "origin",
    "R6.1a",
    _("{agency} opens by event {event}, but no agency under close: ends by that event with to: {agency}; correct one"),
)
NO_MAILBOX = problem(
    "nobody",
    "R6.2a",
    _("nobody with a mailbox on {day} is '{subject}' in the register; correct it, or take the entry out"),
)
OPERATOR = problem(
    "operator",
    "R3",
    _("the operator {agency} ends on {day}; name the agency that runs the system from then on: operator: <tendonvi>"),
)
SYSTEM = problem(
    "system-address",
    "R10.9",
    _(
        "{target} answers for {local}, and {agency} ends without a successor; name one under to:, or change "
        "province.yml"
    ),
)

# Minimum and maximum number of successors, by closing event.
_SUCCESSORS = {"renamed": (1, 1), "merged": (1, 1), "split": (2, None), "dissolved": (0, None)}
_WANTED = {"renamed": "1", "merged": "1", "split": "2…"}


@dataclass(slots=True)
class Names:
    """The entries of a reorganisation by the names they refer to; impossible ones are left out, with findings."""

    register: Register
    decision: Reorganisation
    findings: list[Finding] = field(default_factory=list)
    openings: dict[str, Opening] = field(default_factory=dict)
    closings: dict[str, Closing] = field(default_factory=dict)
    # Each person's open mailbox before the day, with its agency, by id.
    live: dict[str, tuple[Agency, Issuance]] = field(default_factory=dict)

    @classmethod
    def of(cls, register: Register, decision: Reorganisation) -> Names:
        """Resolve the names against the register."""
        names = cls(register, decision)
        for agency, issuance in register.issuances():
            if is_live(issuance, decision.date):
                names.live[issuance.id] = agency, issuance
        names.openings = {entry.code: entry for entry in names._new()}
        names.closings = {entry.code: entry for entry in names._ending()}
        names.findings += names._between()
        names.findings += names._province()
        return names

    def goes_on(self, code: str) -> bool:
        """Say whether an agency is open on the day, after the whole reorganisation."""
        agency = self.register.agencies.get(code)
        opened = agency is not None and open_on(agency, self.decision.date) and code not in self.closings
        return opened or code in self.openings

    def open_before(self, code: str) -> bool:
        """Say whether an agency was open until the day."""
        agency = self.register.agencies.get(code)
        return agency is not None and agency.opened.date < self.decision.date and agency.closed is None

    def can_go_to(self, fate: Fate) -> bool:
        """Say whether a fate's agency exists; if not, add a finding."""
        if fate.to and not self.goes_on(fate.to):
            self.not_open(fate.at, "to", fate.to)
            return False
        return True

    def not_open(self, at: Places, key: str, code: str) -> None:
        """Add the finding that an agency is not open on the day."""
        self.findings.append(NOT_OPEN.at(self.decision.where(at, key, code), agency=code, day=self.decision.date))

    def nobody(self, at: Places, key: str, subject: str) -> None:
        """Add the finding that an entry is about nobody."""
        self.findings.append(
            NO_MAILBOX.at(self.decision.where(at, key, subject), subject=subject, day=self.decision.date)
        )

    def once(self, seen: set[str], subject: str, at: Places, key: str) -> bool:
        """Say whether something is named for the first time; if not, add a finding."""
        if subject in seen:
            self.findings.append(TWICE.at(self.decision.where(at, key, subject), subject=subject))
            return False
        seen.add(subject)
        return True

    def _new(self) -> Iterator[Opening]:
        seen: set[str] = set()
        for entry in self.decision.agencies:
            if entry.code in self.register.agencies:
                where = self.decision.where(entry.at, "agency", entry.code)
                self.findings.append(KNOWN.at(where, agency=entry.code))
            elif self.once(seen, entry.code, entry.at, "agency"):
                yield entry

    def _ending(self) -> Iterator[Closing]:
        seen: set[str] = set()
        for entry in self.decision.close:
            if not self.open_before(entry.code):
                self.not_open(entry.at, "agency", entry.code)
            elif self.once(seen, entry.code, entry.at, "agency"):
                yield entry

    def _between(self) -> Iterator[Finding]:
        """Yield contradictions between closings and openings."""
        for entry in self.closings.values():
            yield from self._successors(entry)
        into = {(closing.event, code) for closing in self.closings.values() for code in closing.to}
        for opening in self.openings.values():
            if opening.event in ("renamed", "merged") and (opening.event, opening.code) not in into:
                where = self.decision.where(opening.at, "event", opening.code)
                yield ORIGIN.at(where, agency=opening.code, event=opening.event)
            if opening.parent and not self.goes_on(opening.parent):
                self.not_open(opening.at, "parent", opening.parent)

    def _successors(self, entry: Closing) -> Iterator[Finding]:
        least, most = _SUCCESSORS[entry.event]
        count = len(set(entry.to))
        if count < least or (most and count > most):
            where = self.decision.where(entry.at, "to", entry.code)
            values = {"agency": entry.code, "event": entry.event, "wanted": _WANTED[entry.event], "count": count}
            yield SUCCESSORS.at(where, **values)
        for code in entry.to:
            if not self.goes_on(code):
                self.not_open(entry.at, "to", code)

    def _province(self) -> Iterator[Finding]:
        """Yield findings if the operator or a system address ends with its agency (R3, R10.9)."""
        province, decision = self.register.province, self.decision
        if decision.operator and not self.goes_on(decision.operator):
            self.not_open(decision.at, "operator", decision.operator)
        if (ends := self.closings.get(province.operator)) and not decision.operator:
            yield OPERATOR.at(decision.where(ends.at, "", ends.code), agency=ends.code, day=decision.date)
        for local, target in province.system_addresses.items():
            entry = self.closings.get(target.removeprefix(CONTACT))
            if entry and not entry.to:
                where = decision.where(entry.at, "", entry.code)
                yield SYSTEM.at(where, target=target, local=local, agency=entry.code)


def carried_out(register: Register, decision: Reorganisation) -> bool:
    """Say whether the register already has everything that the reorganisation states of agencies."""
    wanted = [(entry.code, entry.event) for entry in decision.agencies]
    wanted += [(entry.code, entry.event) for entry in decision.close]
    known = {
        (agency.code, event.event)
        for agency in register.agencies.values()
        for event in (agency.opened, agency.closed)
        if event and (event.document, event.date) == (decision.document, decision.date)
    }
    return bool(wanted) and known.issuperset(wanted)


def is_live(issuance: Issuance, day: date) -> bool:
    """Say whether a mailbox was open before a day and is not closed on it."""
    return issuance.opened.date < day and not (issuance.closed and issuance.closed.date <= day)


def open_on(agency: Agency, day: date) -> bool:
    """Say whether an agency is open on a day."""
    return agency.opened.date <= day and not (agency.closed and agency.closed.date <= day)


def successors(closings: Iterable[Closing]) -> Mapping[str, list[str]]:
    """Return the agencies that each successor takes over, in the order of the closings."""
    found: dict[str, list[str]] = {}
    for closing in closings:
        for code in dict.fromkeys(closing.to):
            found.setdefault(code, []).append(closing.code)
    return found
