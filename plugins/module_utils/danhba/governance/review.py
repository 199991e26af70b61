"""Judges whether the register may take a proposal: all faults of the result, and the plan that follows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from ..addresses.issuing import CONTACT, Issued
from ..checking.check import Beside, Checked, acknowledged, check, differences, loosened, reached
from ..checking.check import together as judged_together
from ..model.findings import Finding, binding, new
from ..model.policy import Acknowledgement
from ..model.register import PAIRED, Agency, Issuance, Province, Register
from ..model.settings import Told, weakens
from ..planning.compared import CLOSED, OPENED, Cited, Compared, compare
from ..planning.plan import Plan
from ..reading import beside, tree
from ..reading.source import PROVINCE, File
from ..reading.tree import Map, Node, Text
from . import outside
from .outside import Touched
from .proposal import Other, Proposal

# In both languages, because it stands among names of proposals.
MERGED = "đã gộp, chưa thực hiện / merged, not applied"
# From so many days of delay on, the effect of a back-dated event is shown, too.
LATE = 7


class Back(NamedTuple):
    """An event dated `days` days back.

    For a former address, `left` of the `promised` days of forwarding remain.
    """

    cited: Cited
    days: int
    left: int | None
    promised: int


@dataclass(frozen=True, slots=True)
class Moved:
    """A person who gets another address than on the branch alone, because `holder` of the target has that one.

    Addresses are local parts.
    """

    issuance: Issuance
    before: str
    now: str
    holder: str


@dataclass(frozen=True, slots=True)
class Review:
    """The effects of a proposal; `plan` is None if there is no result, or if the target itself has errors.

    The plan has what the proposal does on `day` and up to its own last day; `more` are other days. `findings` are those
    that the target does not have; `known` counts the others. `settings` are the changes of `province.yml`: path of the
    key, value before and now (empty if none). If the proposal `loosens` guards, `loosened` is what passes only by that;
    `acknowledged` is what passes by an acknowledgement that was there before. `reached` are changed settings with the
    number of mailboxes or addresses affected; `together` is what the limits refuse of it together with merged or open
    proposals; `back` are back-dated events; `outside` are the files beside the register.
    """

    proposal: Proposal
    day: date
    findings: list[Finding]
    known: int
    plan: Plan | None
    more: list[date]
    moved: list[Moved]
    settings: list[tuple[str, str, str]]
    compared: Compared = field(default_factory=Compared)
    loosens: bool = False
    loosened: list[Finding] = field(default_factory=list)
    acknowledged: list[Finding] = field(default_factory=list)
    reached: list[tuple[Told, int | None]] = field(default_factory=list)
    together: list[Finding] = field(default_factory=list)
    back: list[Back] = field(default_factory=list)
    outside: list[Touched] = field(default_factory=list)
    province: Province | None = None

    @property
    def breaks_promise(self) -> bool:
        """Say whether a former address forwards for fewer days than promised, because its day is past."""
        return any(each.left is not None for each in self.back)

    @property
    def unguarded(self) -> bool:
        """Say whether the proposal changes a file outside of the register that can switch off a guard."""
        return any(each.kind.guard for each in self.outside)

    def passes_by(self, finding: Finding) -> list[Acknowledgement]:
        """Return the acknowledgements that can have let a finding pass."""
        given = self.province.acknowledgements if self.province else ()
        return [each for each in given if self.day <= each.until and _lets(each, finding)]

    @property
    def passed(self) -> bool:
        """Say whether the proposal may be merged as it is."""
        clean = self.proposal.related and not self.proposal.conflicts and not binding(self.findings)
        return clean and self.plan is not None and not self.plan.refused


def review(proposal: Proposal, day: date, others: Sequence[Other] = (), applied: list[File] | None = None) -> Review:
    """Check the result of merging against the present target.

    The target's tip is the measure, not the commit where the branch left it: addresses given meanwhile stay. Without a
    result, the branch is checked against the commit where it left. Limits are also judged together with open `others`,
    and with what was merged since `applied`, the register that the servers were brought to.
    """
    if proposal.result is None:
        files, base = proposal.own, proposal.ancestor or proposal.before
    else:
        files, base = proposal.result, proposal.before
    # Without the cache: a guard of the register trusts no file of its machine.
    before = check(base, day)
    now = check(files, day, before)
    names = {file.name for file in files}
    findings = [*new(before.findings, now.findings), *beside.check(proposal.beside, proposal.prefix, names)]
    made, moved, more = None, list[Moved](), list[date]()
    if proposal.result is not None and now.sound and before.usable:
        plans, more = differences(before, now, day)
        made = together(plans)
        moved = list(_moved(proposal, *now.sound)) if proposal.behind else []
    settings = list(_settings(base, files))
    known = len(now.findings) - len(new(before.findings, now.findings))
    compared = compare(before.register, now.register, now.issued)
    made_out = Review(
        proposal,
        day,
        findings,
        known,
        made,
        more,
        moved,
        settings,
        compared,
        reached=reached(before, now, day),
        together=judged_together(before, now, [*_merged(before, applied, day), *_open(before, others, day)], day),
        back=list(_back(compared, now.register, day)),
        outside=outside.told(proposal.outside, proposal.gone, proposal.prefix),
        province=now.register.province if now.register else None,
    )
    return _with_what_passes(made_out, before, now)


def _merged(before: Checked, applied: list[File] | None, day: date) -> Iterator[Beside]:
    """Yield what the target has and the servers have not."""
    if applied is not None and (then := check(applied, day)).sound and then.read.digest != before.read.digest:
        yield Beside(MERGED, then, before, merged=True)


def _open(before: Checked, others: Sequence[Other], day: date) -> Iterator[Beside]:
    """Yield what each other open proposal does to the target."""
    return (Beside(each.name, before, check(each.result, day, before)) for each in others)


def _lets(given: Acknowledgement, finding: Finding) -> bool:
    """Say whether an acknowledgement can have let a finding pass."""
    if finding.rule.id == "history-forwarding" and given.decides(
        finding.where.object.partition("/")[0], finding.values["document"]
    ):
        return True
    if finding.rule.id.startswith("history-"):
        return given.limit == "history" and finding.where.object in {a.removeprefix(CONTACT) for a in given.accounts}
    if finding.rule.id == "plan-protected":
        local = str(finding.values["address"]).partition("@")[0]
        return given.limit == "protected" and local in {account.partition("@")[0] for account in given.accounts}
    agency = finding.values.get("agency")
    return given.limit == finding.values.get("action") and (not given.agencies or agency in {None, *given.agencies})


def _back(compared: Compared, register: Register | None, day: date) -> Iterator[Back]:
    """Yield back-dated events, with the remaining days of forwarding of a former address."""
    promised = register.province.policy.forward_days if register else 0
    for cited in compared.cited:
        days = (day - date.fromisoformat(cited.day)).days
        if days > LATE and cited.what != OPENED:  # openings have rules of their own
            goes_on = cited.what == CLOSED and cited.event in PAIRED
            yield Back(cited, days, max(0, promised - days) if goes_on else None, promised)


def _with_what_passes(made_out: Review, before: Checked, now: Checked) -> Review:
    """Return a review with what the former guards would have stopped, and what acknowledgements let pass."""
    day = made_out.day
    if before.register and now.register and weakens(before.register.province, now.register.province):
        made_out = replace(made_out, loosens=True, loosened=loosened(before, now, day))
    return replace(made_out, acknowledged=new(made_out.loosened, acknowledged(before, now, day)))


def together(plans: list[Plan]) -> Plan:
    """Return one plan of all that a change does on the day and later, each action once; refusals are findings."""
    every = (action for each in reversed(plans) for action in each.actions)
    actions = {(action.action, action.kind, action.id, action.date): action for action in every}
    refused = plans[0].refused if len(plans) == 1 else ()
    ordered = sorted(actions.values(), key=lambda action: (action.order, action.date))
    return replace(plans[0], day=plans[-1].day, actions=tuple(ordered), refused=refused)


def _moved(proposal: Proposal, merged: Register, given: Issued) -> Iterator[Moved]:
    then = {file.name: file.data for file in proposal.ancestor}
    own = [file for file in proposal.own if file.name == PROVINCE or then.get(file.name) != file.data]
    alone = check(own)
    if alone.register and alone.issued:
        for agency in alone.register.agencies.values():
            if later := merged.agencies.get(agency.code):
                yield from _moved_in(later, _by_entry(agency, alone.issued), _by_entry(later, given))


def _moved_in(agency: Agency, alone: dict[Entry, str | None], now: dict[Entry, str | None]) -> Iterator[Moved]:
    people = {(issuance.id, issuance.opened.date): issuance for issuance in agency.people}
    for entry, before in alone.items():
        local = now.get(entry)
        if before and local and before != local:
            # The address has no holder if it changed for another reason, such as a name corrected on the target.
            yield from (Moved(people[entry], before, local, people[by].name) for by in now if now[by] == before)


Entry = tuple[str, date]


def _by_entry(agency: Agency, issued: Issued) -> dict[Entry, str | None]:
    return {(issuance.id, issuance.opened.date): local for issuance, local in issued.of(agency)}


def _settings(before: list[File], now: list[File]) -> Iterator[tuple[str, str, str]]:
    """Yield the changed values of `province.yml`, of which a reviewer sees each."""
    then, today = _province(before), _province(now)
    for path in then | today:
        if then.get(path) != today.get(path):
            yield path, then.get(path, ""), today.get(path, "")


def _province(files: list[File]) -> dict[str, str]:
    data = next((file.data for file in files if file.name == PROVINCE), None)
    node, _problems = tree.parse((data or b"").decode("utf-8", "replace"))
    return dict(_flat(node, "")) if node else {}


def _flat(node: Node, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, Text):
        yield path, node.value
        return
    items = node.entries.items() if isinstance(node, Map) else enumerate(node.items, 1)
    for key, child in items:
        yield from _flat(child, f"{path}.{key}" if path else str(key))
