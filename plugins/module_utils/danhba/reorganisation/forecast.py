"""What a reorganisation will do, in full, before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from .. import addresses, names
from ..addresses import CONTACT, Issued, contact
from ..findings import Finding, Where, advice, binding, rule
from ..messages import mark as _
from ..register import Agency, Custodian, Event, Issuance, Register, Suspension
from .fates import Decided, Fates
from .model import Reorganisation
from .references import Names, successors

PIN = rule(
    "reorganise-pin",
    "R16",
    _(
        "{person} ({name}) has the pinned address {before}, but {after} is {reason}; decide one by a document: "
        'people: - {{id: "{person}", to: {agency}, address: …-{agency}, address_document: …}}'
    ),
)
CHILD = rule(
    "reorganise-parent",
    "R6.1b",
    _(
        "{child} stands under {agency}, which ends; name its new managing agency: parents: - {{agency: {child}, parent: …}}"
    ),
)
PARENT = rule("reorganise-parent-known", "R6.1b", _("{agency} does not go on after {day}, so it has no new parent"))
CUSTODIAN = rule(
    "reorganise-custodian",
    "R11.1",
    _("{person} is not in {agency} from {day} on; only one of its own can hold its contact mailbox"),
)
NO_CUSTODIAN = advice(
    "reorganise-no-custodian",
    "R11.1",
    _("nobody holds {address} from {day} on; name who does, by the document: custodians: - {{agency: {agency}, …}}"),
)
SUPPORT = advice(
    "reorganise-support", "R10.9", _("every refusal names {mail}, which ends on {day}; change support: in province.yml")
)
KEY = advice(
    "reorganise-operator-key",
    "R3",
    _("operator_key is still the key of {before}; enter the key of {after} in province.yml when it takes over"),
)


@dataclass(frozen=True, slots=True)
class Clash:
    """Who has the plain form of a name already, so that a later namesake gets another."""

    plain: str
    holder: str
    name: str


@dataclass(frozen=True, slots=True)
class Move:
    """One person's mailbox, which goes from one agency to another; `clash` where it cannot have the plain form."""

    source: str
    issuance: Issuance
    before: str
    target: str
    new: Issuance
    after: str
    clash: Clash | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """One person's mailbox, which is closed knowingly."""

    agency: str
    issuance: Issuance
    local: str
    event: Event


@dataclass(frozen=True, slots=True)
class Forecast:
    """Everything that a reorganisation does; nothing can be written while `problems` has errors.

    `agencies` are those that change, as they will be, by code; `undecided` is everyone of whom nothing is said.
    """

    plan: Reorganisation
    before: Register
    agencies: dict[str, Agency]
    moves: tuple[Move, ...]
    closed: tuple[Closed, ...]
    undecided: tuple[tuple[Agency, Issuance], ...]
    after: Register
    issued: Issued
    problems: tuple[Finding, ...]
    reminders: tuple[Finding, ...]

    @property
    def possible(self) -> bool:
        """Whether it can be carried out."""
        return not binding([*self.problems])


def forecast(register: Register, issued: Issued, plan: Reorganisation) -> Forecast:
    """Compute a reorganisation of a register that holds."""
    known = Names.of(register, plan)
    fates = Fates.of(known)
    work = _Work(known, issued)
    work.place(list(fates.decided()))
    work.agencies_change()
    work.custodians()
    moves = tuple(work.moves())
    after = replace(register, agencies=dict(sorted((dict(register.agencies) | work.changed).items())))
    return Forecast(
        plan,
        register,
        work.changed,
        moves,
        tuple(work.closed),
        tuple(fates.undecided),
        after,
        Issued(issued.locals | work.locals),
        tuple(known.findings),
        tuple(work.reminders()),
    )


@dataclass(slots=True)
class _Work:
    """A reorganisation while it is computed: `arrivals` are in the order of the files that they will go to."""

    known: Names
    issued: Issued
    changed: dict[str, Agency] = field(default_factory=dict)
    locals: dict[str, list[str | None]] = field(default_factory=dict)
    closed: list[Closed] = field(default_factory=list)
    # By agency: who comes, and when who goes.
    arrivals: dict[str, list[tuple[Decided, Issuance]]] = field(default_factory=dict)
    departures: dict[str, dict[str, Event]] = field(default_factory=dict)
    # The local part that each agency's people have or had, by person and the other way round.
    held: dict[str, dict[str, str]] = field(default_factory=dict)
    taken: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def plan(self) -> Reorganisation:
        return self.known.plan

    # --- people

    def place(self, decided: list[Decided]) -> None:
        """Give each person a place; pins go first, so that whoever has none makes way for them."""
        for item in decided:
            event = self._departure(item)
            self.departures.setdefault(item.agency.code, {})[item.issuance.id] = event
            if item.fate.close:
                local = self._held(item.agency.code)[item.issuance.id]
                self.closed.append(Closed(item.agency.code, item.issuance, local, event))
            else:
                self.arrivals.setdefault(item.fate.to, []).append((item, self._arrival(item)))
        for code, arrivals in self.arrivals.items():
            self.arrivals[code] = sorted(arrivals, key=lambda arrival: not arrival[1].address)

    def _departure(self, item: Decided) -> Event:
        plan, fate = self.plan, item.fate
        return Event(fate.document or plan.document, plan.date, fate.close or "reorganised", plan.request)

    def _arrival(self, item: Decided) -> Issuance:
        """The same person in the other agency: nothing is lost but what the reorganisation changes."""
        former, person, plan = item.issuance, item.person, self.plan
        address, document = self._pin(item)
        changes = {
            key: value
            for key in ("title", "unit", "phone", "leader")
            if person and (value := getattr(person, key)) not in ("", None)
        }
        return replace(
            former,
            opened=Event(plan.document, plan.date, "reorganised", plan.request),
            closed=None,
            address=address,
            address_document=document,
            suspended=tuple(
                Suspension(s.document, plan.date, s.until) for s in former.suspended if s.covers(plan.date)
            ),
            at=item.fate.at,
            **changes,
        )

    def _pin(self, item: Decided) -> tuple[str, str]:
        """The pin in the new agency: as decided now, or the former one with the new code behind it (R16).

        One who comes back gets the former address of that agency again; a pin without a code stays as it is.
        """
        former, target = item.issuance, item.fate.to
        if item.person and item.person.address:
            return item.person.address, item.person.address_document
        if not former.address or former.id in self._held(target):
            return "", ""
        left, dash, _code = former.address.rpartition("-")
        if not dash:
            return former.address, former.address_document
        pin = f"{left}-{target}"
        holder = self._taken(target).setdefault(pin, former.id)
        if holder != former.id:
            self._pin_clashes(item, pin, holder)
        elif len(pin) > addresses.LONGEST:
            self._pin_clashes(item, pin, f"> {addresses.LONGEST}")
        else:
            return pin, former.address_document
        return "", ""

    def _pin_clashes(self, item: Decided, pin: str, reason: str) -> None:
        former = item.issuance
        where = self.plan.where(item.fate.at, "", f"{item.agency.code}/{former.id}")
        values = {"person": former.id, "name": former.name, "before": former.address, "after": pin}
        self.known.findings.append(PIN.at(where, reason=reason, agency=item.fate.to, **values))

    def _held(self, code: str) -> dict[str, str]:
        if code not in self.held:
            agency = self.known.register.agencies.get(code)
            given = self.issued.of(agency) if agency else ()
            self.held[code] = {issuance.id: local for issuance, local in given if local}
        return self.held[code]

    def _taken(self, code: str) -> dict[str, str]:
        if code not in self.taken:
            agency = self.known.register.agencies.get(code)
            given = self.issued.of(agency) if agency else ()
            self.taken[code] = {local: issuance.id for issuance, local in given if local}
        return self.taken[code]

    # --- agencies

    def agencies_change(self) -> None:
        """Make every agency that changes as it will be, and give out the new addresses."""
        heirs = successors(self.known.closings.values())
        parents = dict(self._parents())
        touched = {*self.known.openings, *self.known.closings, *self.departures, *self.arrivals, *heirs, *parents}
        for code in sorted(touched):
            agency = self._former(code)
            if agency is None:
                continue
            self.changed[code] = replace(
                agency,
                parent=parents.get(code, agency.parent),
                closed=self._closing(code) or agency.closed,
                succeeds=(*agency.succeeds, *heirs.get(code, ())),
                people=tuple(self._people(agency)),
            )
            self._issue(self.changed[code])

    def _former(self, code: str) -> Agency | None:
        if agency := self.known.register.agencies.get(code):
            return agency
        if (entry := self.known.openings.get(code)) is None:
            return None
        event = Event(self.plan.document, self.plan.date, entry.event, self.plan.request)
        return Agency(
            code,
            entry.name,
            entry.kind,
            event,
            self.plan.file,
            parent=entry.parent,
            identifier=entry.identifier,
            quota=entry.quota,
            at=entry.at,
        )

    def _closing(self, code: str) -> Event | None:
        entry = self.known.closings.get(code)
        return Event(self.plan.document, self.plan.date, entry.event, self.plan.request) if entry else None

    def _people(self, agency: Agency) -> Iterator[Issuance]:
        departures, day = self.departures.get(agency.code, {}), self.plan.date
        for issuance in agency.people:
            live = issuance.closed is None and issuance.opened.date < day
            event = departures.get(issuance.id) if live else None
            yield replace(issuance, closed=event) if event else issuance
        yield from (new for _item, new in self.arrivals.get(agency.code, ()))

    def _issue(self, agency: Agency) -> None:
        """Give out the addresses; what is found is about newcomers, and so stands in the reorganisation's own file."""
        system = frozenset(self.known.register.province.system_addresses)
        arrivals = len(self.arrivals.get(agency.code, ()))
        found: list[Finding] = []
        self.locals[agency.code] = addresses.issue_in(replace(agency, file=self.plan.file), system, found)
        self.known.findings += found if arrivals else []

    def _parents(self) -> Iterator[tuple[str, str]]:
        """The new managing agency of each that goes on: as stated, or the only successor of the former one."""
        stated = {}
        for entry in self.plan.parents:
            if not self.known.goes_on(entry.agency):
                where = self.plan.where(entry.at, "agency", entry.agency)
                self.known.findings.append(PARENT.at(where, agency=entry.agency, day=self.plan.date))
            elif not self.known.goes_on(entry.parent):
                self.known.not_open(entry.at, "parent", entry.parent)
            stated[entry.agency] = entry.parent
        yield from stated.items()
        for child in self.known.register.agencies.values():
            ends = self.known.closings.get(child.parent)
            if ends and child.code not in stated and self.known.goes_on(child.code):
                if len(ends.to) == 1:
                    yield child.code, ends.to[0]
                else:
                    where = self.plan.where(ends.at, "", child.code)
                    self.known.findings.append(CHILD.at(where, child=child.code, agency=ends.code))

    # --- custodians

    def custodians(self) -> None:
        """Who holds the contact mailboxes from the day on (R11.1)."""
        seen: set[str] = set()
        for entry in self.plan.custodians:
            if not self.known.goes_on(entry.agency):
                self.known.not_open(entry.at, "agency", entry.agency)
            elif not self._is_in(entry.person, entry.agency):
                where = self.plan.where(entry.at, "person", f"{entry.agency}/{entry.person}")
                values = {"person": entry.person, "agency": entry.agency, "day": self.plan.date}
                self.known.findings.append(CUSTODIAN.at(where, **values))
            elif self.known.once(seen, entry.agency, entry.at, "agency"):
                agency = self.changed.get(entry.agency) or self.known.register.agencies[entry.agency]
                custodian = Custodian(entry.person, entry.document, self.plan.date, entry.role, entry.key, entry.at)
                self.changed[entry.agency] = replace(agency, custodians=(*agency.custodians, custodian))

    def _is_in(self, person: str, code: str) -> bool:
        """Whether a person is in an agency on the day, after everything that the reorganisation does."""
        agency = self.changed.get(code) or self.known.register.agencies.get(code)
        return agency is not None and any(
            issuance.id == person
            and issuance.opened.date <= self.plan.date
            and not (issuance.closed and issuance.closed.date <= self.plan.date)
            for issuance in agency.people
        )

    # --- what is told

    def moves(self) -> Iterator[Move]:
        """Everyone who goes on, with the old and the new address."""
        for code, arrivals in self.arrivals.items():
            if (agency := self.changed.get(code)) is None:
                continue
            holders = dict(zip(reversed(self.locals[code]), reversed(agency.people), strict=True))
            given = self.locals[code][len(agency.people) - len(arrivals) :]
            for (item, new), local in zip(arrivals, given, strict=True):
                before = self._held(item.agency.code)[item.issuance.id]
                clash = _clash(code, new, local, holders) if local and new.id not in self._held(code) else None
                yield Move(item.agency.code, item.issuance, before, code, new, local or "", clash)

    def reminders(self) -> Iterator[Finding]:
        """What somebody should see to, though nothing forbids to go on."""
        plan, province = self.plan, self.known.register.province
        for code, agency in self.changed.items():
            if code not in self.known.closings and not self._is_held(agency):
                opening = self.known.openings.get(code)
                where = plan.where(opening.at if opening else plan.at, "", code)
                yield NO_CUSTODIAN.at(where, address=contact(code), agency=code, day=plan.date)
        local = province.support_mail.partition("@")[0]
        if local.removeprefix(CONTACT) in self.known.closings:
            yield SUPPORT.at(province.where("support"), mail=province.support_mail, day=plan.date)
        if province.operator_key and plan.operator not in ("", province.operator):
            where = province.where("operator_key")
            yield KEY.at(where, before=province.operator, after=plan.operator)

    def _is_held(self, agency: Agency) -> bool:
        if not agency.people:
            return True  # nobody is there yet who could
        return bool(agency.custodians) and self._is_in(agency.custodians[-1].person, agency.code)


def _clash(code: str, new: Issuance, local: str, holders: dict[str | None, Issuance]) -> Clash | None:
    """Why a computed address is not the plain form of the name."""
    if new.address:
        return None
    parts = names.split(new.name, new.family or None, new.given or None)
    plain = f"{next(names.candidates(parts))}-{code}"
    holder = holders.get(plain)
    return Clash(plain, holder.id, holder.name) if holder and plain != local else None


def where_in(plan: Reorganisation, subject: str) -> Where:
    """The reorganisation's file as a whole."""
    return plan.where(plan.at, "", subject)
