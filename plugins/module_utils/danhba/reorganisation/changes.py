"""The agencies that a reorganisation changes, in their new form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from ..addresses import issuing as addresses
from ..messages import mark as _
from ..model.findings import Finding
from ..model.register import Agency, Change, Custodian, Event, Issuance
from .model import Holder, Opening, Reorganisation
from .placing import Placing
from .references import Names, is_live, open_on, successors
from .rules import problem

CHILD = problem(
    "parent",
    "R6.1b",
    _(
        "{child} stands under {agency}, which ends; name its new managing agency: "
        "parents: - {{agency: {child}, parent: …}}"
    ),
)
CUSTODIAN = problem(
    "custodian",
    "R11.1",
    _("{person} is not in {agency} from {day} on; only one of its own can hold its contact mailbox"),
)


@dataclass(slots=True)
class Changes:
    """The changed agencies by code, and the local parts of their issuances."""

    names: Names
    placing: Placing
    agencies: dict[str, Agency] = field(default_factory=dict)
    locals: dict[str, Sequence[str | None]] = field(default_factory=dict)

    @classmethod
    def of(cls, names: Names, placing: Placing) -> Changes:
        """Compute the changed agencies and issue the new addresses."""
        changes = cls(names, placing)
        heirs = successors(names.closings.values())
        parents = dict(changes._parents())
        people = (*placing.departures, *placing.arrivals)
        for code in sorted({*names.openings, *names.closings, *people, *heirs, *parents}):
            if agency := changes._former(code):
                changed = replace(
                    changes._placed(agency, parents.get(code, "")),
                    closed=changes._closing(code) or agency.closed,
                    succeeds=(*agency.succeeds, *heirs.get(code, ())),
                    people=tuple(changes._people(agency)),
                )
                changes.agencies[code] = changed
                changes.locals[code] = changes._issue(changed)
        changes._custodians()
        return changes

    @property
    def decision(self) -> Reorganisation:
        """Return the reorganisation."""
        return self.names.decision

    def is_in(self, person: str, agency: Agency) -> bool:
        """Say whether a person is in an agency on the day, after the whole reorganisation."""
        day = self.decision.date
        return any(
            issuance.id == person
            and issuance.opened.date <= day
            and not (issuance.closed and issuance.closed.date <= day)
            for issuance in agency.people
        )

    def _placed(self, agency: Agency, parent: str) -> Agency:
        """Return an agency with a new parent from the day on, if one is stated."""
        day = self.decision.date
        if agency.code in self.names.openings and parent:
            return replace(agency, parent=parent)
        if not parent or agency.on(day).parent == parent:
            return agency
        return replace(agency, changes=(*agency.changes, Change(self.decision.document, day, parent=parent)))

    def _former(self, code: str) -> Agency | None:
        """Return the agency as it is, or the new one without people; None if there is neither."""
        opening = self.names.openings.get(code)
        return self._new(opening) if opening else self.names.register.agencies.get(code)

    def _new(self, opening: Opening) -> Agency:
        return Agency(
            opening.code,
            opening.name,
            opening.kind,
            self._event(opening.event),
            self.decision.file,
            parent=opening.parent,
            identifier=opening.identifier,
            quota=opening.quota,
            quota_document=self.decision.decides(opening.quota, opening.quota_document),
            at=opening.at,
        )

    def _closing(self, code: str) -> Event | None:
        entry = self.names.closings.get(code)
        return self._event(entry.event) if entry else None

    def _event(self, event: str) -> Event:
        return Event(self.decision.document, self.decision.date, event, self.decision.request)

    def _people(self, agency: Agency) -> Iterator[Issuance]:
        departures = self.placing.departures.get(agency.code, {})
        for issuance in agency.people:
            event = departures.get(issuance.id) if is_live(issuance, self.decision.date) else None
            yield replace(issuance, closed=event) if event else issuance
        yield from (arrival.new for arrival in self.placing.arrivals.get(agency.code, ()))

    def _issue(self, agency: Agency) -> list[str | None]:
        """Issue addresses; findings are about newcomers, and so refer to the reorganisation's file."""
        system = frozenset(self.names.register.province.system_addresses)
        return addresses.issue_in(replace(agency, file=self.decision.file), system, self.names.findings)

    def _parents(self) -> Iterator[tuple[str, str]]:
        """Yield the new managing agency of each agency that goes on: the stated one, or the former's only successor."""
        names, stated = self.names, {}
        for entry in self.decision.parents:
            for key, code in (("agency", entry.agency), ("parent", entry.parent)):
                if not names.goes_on(code):
                    names.not_open(entry.at, key, code)
            stated[entry.agency] = entry.parent
        yield from stated.items()
        for child in names.register.agencies.values():
            ends = names.closings.get(child.on(self.decision.date).parent)
            if ends and child.code not in stated and child.code not in names.closings and not self._ended(child):
                if len(ends.to) == 1:
                    yield child.code, ends.to[0]
                else:
                    where = self.decision.where(ends.at, "", child.code)
                    names.findings.append(CHILD.at(where, child=child.code, agency=ends.code))

    def _ended(self, agency: Agency) -> bool:
        return bool(agency.closed and not open_on(agency, self.decision.date))

    def _custodians(self) -> None:
        """Set the custodians from the day on (R11.1)."""
        seen: set[str] = set()
        for entry in self.decision.custodians:
            if not self.names.goes_on(entry.agency):
                self.names.not_open(entry.at, "agency", entry.agency)
            elif self.names.once(seen, entry.agency, entry.at, "agency"):
                self.names.findings += self._custodian(entry)

    def _custodian(self, entry: Holder) -> Iterator[Finding]:
        agency = self.agencies.get(entry.agency) or self.names.register.agencies[entry.agency]
        if not self.is_in(entry.person, agency):
            where = self.decision.where(entry.at, "person", f"{entry.agency}/{entry.person}")
            yield CUSTODIAN.at(where, person=entry.person, agency=entry.agency, day=self.decision.date)
            return
        custodian = Custodian(entry.person, entry.document, self.decision.date, entry.role, entry.key, entry.at)
        self.agencies[entry.agency] = replace(agency, custodians=(*agency.custodians, custodian))
        self.locals.setdefault(entry.agency, self.placing.issued.locals.get(entry.agency, []))
