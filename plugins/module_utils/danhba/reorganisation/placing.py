"""Places everyone who goes on as an entry of the new agency, in the order in which addresses are issued there."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from ..addresses import issuing as addresses
from ..addresses.issuing import Issued, Pairs
from ..messages import mark as _
from ..model.register import Event, Issuance
from .fates import Decided
from .model import Person
from .references import Names
from .rules import problem

PIN = problem(
    "pin",
    "R16",
    _(
        "{person} ({name}) has the pinned address {before}, but cannot have {after}, which {holder} has; decide one "
        "by a document, people: - {{id: {person}, to: {agency}, address: …-{agency}, address_document: …}}"
    ),
)
LONG = problem(
    "pin-long",
    "R16",
    _(
        "{person} ({name}) has the pinned address {before}, but {after} has more than {most} characters; decide "
        "another by a document, people: - {{id: {person}, to: {agency}, address: …-{agency}, address_document: …}}"
    ),
)


@dataclass(frozen=True, slots=True)
class Closed:
    """A mailbox that is closed on purpose."""

    agency: str
    issuance: Issuance
    local: str
    event: Event


@dataclass(frozen=True, slots=True)
class Arrival:
    """A person who goes on: the decision and the new entry."""

    decided: Decided
    new: Issuance


@dataclass(slots=True)
class Placing:
    """The places of everyone after a reorganisation."""

    names: Names
    issued: Issued
    closed: list[Closed] = field(default_factory=list)
    # By agency: arrivals in the order of its file, and the event by which each person leaves.
    arrivals: dict[str, list[Arrival]] = field(default_factory=dict)
    departures: dict[str, dict[str, Event]] = field(default_factory=dict)
    # By agency: present and former addresses of each person, and the holder of each address.
    _pairs: dict[str, Pairs] = field(default_factory=dict)
    _holders: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, names: Names, issued: Issued, decided: list[Decided]) -> Placing:
        """Place each mailbox; pins go first, so that computed addresses make way for them."""
        placing = cls(names, issued)
        for item in decided:
            event = placing._event(item)
            code = item.agency.code
            placing.departures.setdefault(code, {})[item.issuance.id] = event
            if item.fate.close:
                placing.closed.append(Closed(code, item.issuance, placing.address(code, item.issuance) or "", event))
            else:
                placing.arrivals.setdefault(item.fate.to, []).append(Arrival(item, placing._arrival(item)))
        for arrivals in placing.arrivals.values():
            arrivals.sort(key=lambda arrival: not arrival.new.address)
        return placing

    def address(self, code: str, issuance: Issuance) -> str | None:
        """Return the address that a person has or had in an agency under an issuance's name, or None."""
        if code not in self._pairs:
            agency = self.names.register.agencies.get(code)
            given = [(each, local) for each, local in self.issued.of(agency) if local] if agency else []
            self._pairs[code] = Pairs()
            for each, local in given:
                self._pairs[code].add(each, local)
            self._holders[code] = {local: each.id for each, local in given}
        return self._pairs[code].under(issuance.id, issuance.name)

    def _event(self, item: Decided) -> Event:
        """Return the event that closes the former entry and opens the new one."""
        decision, fate = self.names.decision, item.fate
        return Event(fate.document or decision.document, decision.date, fate.close or "reorganised", decision.request)

    def _arrival(self, item: Decided) -> Issuance:
        """Return the person's entry in the other agency, with everything that the reorganisation does not change.

        A closing entered for a later day and a suspension in force move along.
        """
        former, decision = item.issuance, self.names.decision
        address, document = self._pin(item)
        in_force = (s for s in former.suspended if s.covers(decision.date))
        return replace(
            former,
            opened=self._event(item),
            address=address,
            address_document=document,
            quota_document=decision.decides(former.quota, former.quota_document),
            suspended=tuple(replace(s, since=decision.date, at={}) for s in in_force),
            withdrawn=(),
            at=item.fate.at,
            **_changes(item.person),
        )

    def _pin(self, item: Decided) -> tuple[str, str]:
        """Return the pin in the new agency: the decided one, or the former one with the new code (R16).

        A person who returns under the same name gets the former address of that agency again; a pin without a code
        stays.
        """
        former, target = item.issuance, item.fate.to
        if item.person and item.person.address:
            return item.person.address, item.person.address_document
        if not former.address or self.address(target, former):
            return "", ""
        left, dash, _code = former.address.rpartition("-")
        if not dash:
            return former.address, former.address_document
        pin = f"{left}-{target}"
        return (pin, former.address_document) if self._is_free(item, pin) else ("", "")

    def _is_free(self, item: Decided, pin: str) -> bool:
        """Reserve an address for a person; False, with a finding, if another has it or it is too long."""
        former, target = item.issuance, item.fate.to
        where = self.names.decision.where(item.fate.at, "", f"{item.agency.code}/{former.id}")
        values: dict[str, Any] = {"person": former.id, "name": former.name, "before": former.address, "after": pin}
        if len(pin) > addresses.LONGEST:
            self.names.findings.append(LONG.at(where, most=addresses.LONGEST, agency=target, **values))
            return False
        holder = self._holders[target].setdefault(pin, former.id)
        if holder != former.id:
            self.names.findings.append(PIN.at(where, holder=holder, agency=target, **values))
        return holder == former.id


def _changes(person: Person | None) -> dict[str, Any]:
    """Return the fields of a person that the reorganisation changes."""
    if person is None:
        return {}
    stated = {key: getattr(person, key) for key in ("title", "unit", "phone", "leader")}
    return {key: value for key, value in stated.items() if value not in ("", None)}
