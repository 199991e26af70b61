"""Computes everything that a reorganisation will do, before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..addresses.issuing import CONTACT, Issued, contact
from ..addresses.rule import candidates
from ..messages import mark as _
from ..model.findings import Finding, binding
from ..model.register import Agency, Issuance, Register
from ..vietnamese.names import split
from .changes import Changes
from .fates import Fates
from .model import Reorganisation
from .placing import Closed, Placing
from .references import DONE, Names, carried_out
from .rules import reminder

NO_CUSTODIAN = reminder(
    "no-custodian",
    "R11.1",
    _("nobody holds {address} from {day} on; name who does by a document, custodians: - {{agency: {agency}, …}}"),
)
PROTECT = reminder(
    "protected",
    "R9.3",
    _("{address} was protected and ends on {day}; protect {successors} from then on: protected: in province.yml"),
)
SUPPORT = reminder(
    "support", "R10.9", _("every refusal names {mail}, which ends on {day}; change support: in province.yml")
)
KEY = reminder(
    "operator-key",
    "R3",
    _("operator_key is still the key of {before}; enter the key of {after} in province.yml when it takes over"),
)


@dataclass(frozen=True, slots=True)
class Clash:
    """The holder of the plain form of a name, because of whom a later namesake gets another address."""

    plain: str
    holder: str
    name: str


@dataclass(frozen=True, slots=True)
class Move:
    """A person's mailbox that goes from one agency to another; `clash` if it cannot have the plain form."""

    source: str
    issuance: Issuance
    before: str
    target: str
    new: Issuance
    after: str
    clash: Clash | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """Everything that a reorganisation does; it cannot be written while `problems` has errors.

    `agencies` are the changed ones in their new form, by code; `undecided` are people about whom nothing is stated.
    """

    decision: Reorganisation
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
        """Say whether the reorganisation can be carried out."""
        return not binding([*self.problems])


def forecast(register: Register, issued: Issued, decision: Reorganisation) -> Forecast:
    """Compute a reorganisation of a valid register."""
    if carried_out(register, decision):
        done = DONE.at(decision.where(decision.at), day=decision.date, document=decision.document)
        return Forecast(decision, register, {}, (), (), (), register, issued, (done,), ())
    names = Names.of(register, decision)
    fates = Fates.of(names)
    placing = Placing.of(names, issued, list(fates.decided()))
    changes = Changes.of(names, placing)
    agencies = dict(sorted((dict(register.agencies) | changes.agencies).items()))
    return Forecast(
        decision,
        register,
        changes.agencies,
        tuple(_moves(changes)),
        tuple(placing.closed),
        tuple(fates.undecided),
        replace(register, agencies=agencies),
        Issued(dict(issued.locals) | changes.locals),
        tuple(sorted(names.findings, key=lambda finding: finding.order)),
        tuple(sorted(_reminders(changes), key=lambda finding: finding.order)),
    )


def _moves(changes: Changes) -> Iterator[Move]:
    """Yield everyone who goes on, with the old and the new address."""
    placing = changes.placing
    for code, arrivals in placing.arrivals.items():
        people, locals_ = changes.agencies[code].people, changes.locals[code]
        # The first person with an address is its holder.
        holders = dict(zip(reversed(locals_), reversed(people), strict=True))
        for arrival, local in zip(arrivals, locals_[-len(arrivals) :], strict=True):
            former, source = arrival.decided.issuance, arrival.decided.agency.code
            comes_back = placing.address(code, former)
            clash = None if comes_back else _clash(code, arrival.new, local, holders)
            before = placing.address(source, former) or ""
            yield Move(source, former, before, code, arrival.new, local or "", clash)


def _clash(code: str, new: Issuance, local: str | None, holders: dict[str | None, Issuance]) -> Clash | None:
    """Return why a computed address is not the plain form of the name, or None if it is."""
    if new.address or not local:
        return None
    parts = split(new.name, new.family or None, new.given or None)
    plain = f"{next(candidates(parts))}-{code}"
    holder = holders.get(plain)
    return Clash(plain, holder.id, holder.name) if holder and plain != local else None


def _reminders(changes: Changes) -> Iterator[Finding]:
    """Yield advice that does not prevent the reorganisation."""
    decision, names = changes.decision, changes.names
    province = names.register.province
    touched = {*changes.placing.arrivals, *changes.placing.departures} - names.closings.keys()
    for code in sorted(touched):
        if not _is_held(changes, changes.agencies[code]):
            opening = names.openings.get(code)
            where = decision.where(opening.at if opening else decision.at, "", code)
            yield NO_CUSTODIAN.at(where, address=contact(code), agency=code, day=decision.date)
    for address in province.policy.protected:
        ends = names.closings.get(address.removeprefix(CONTACT))
        after = [contact(code) for code in ends.to if contact(code) not in province.policy.protected] if ends else []
        if after:
            values = {"address": address, "day": decision.date, "successors": after}
            yield PROTECT.at(province.where("policy"), **values)
    if province.support_mail.partition("@")[0].removeprefix(CONTACT) in names.closings:
        yield SUPPORT.at(province.where("support"), mail=province.support_mail, day=decision.date)
    if province.operator_key and decision.operator not in ("", province.operator):
        where = province.where("operator_key")
        yield KEY.at(where, before=province.operator, after=decision.operator)


def _is_held(changes: Changes, agency: Agency) -> bool:
    return bool(agency.custodians) and changes.is_in(agency.custodians[-1].person, agency)
