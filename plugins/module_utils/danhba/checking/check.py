"""Checks a register from its files, also against an earlier version (base), and computes the plans of a change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from .. import rules
from ..addresses.issuing import Issued
from ..model import rows
from ..model.facts import Facts
from ..model.findings import Finding, Where, binding, new
from ..model.place import START
from ..model.policy import Guards
from ..model.register import Agency, Province, Register
from ..model.settings import Told, changed
from ..planning import desired, plan, settings
from ..planning.plan import Plan, Refusal, Wanted
from ..planning.state import Timeline
from ..reading import loader, source
from ..reading.source import File
from ..rules import history
from ..rules.history import Version, telephones
from . import days
from .examination import Examined, examine
from .sweep import Progress, Results, sweep

# After `REGISTER_LIMIT` findings, at most `FILE_SHARE` of each further file are kept: many small files can have
# millions.
REGISTER_LIMIT, FILE_SHARE = 10_000, 10
Usable = tuple[Register, Issued]


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of a check: the register and its addresses (None where they cannot be read), and the sorted findings.

    `holds` tells whether the register has no errors by itself, apart from those about its change against a base.
    """

    register: Register | None
    issued: Issued | None
    findings: list[Finding]
    read: _Read = field(repr=False, compare=False)
    holds: bool

    @property
    def sound(self) -> Usable | None:
        """The register and its addresses if it holds by itself, whatever its change from a base breaks; else None."""
        return (self.register, self.issued) if self.register and self.issued and self.holds else None

    @property
    def usable(self) -> Usable | None:
        """The register and its addresses if there is no error at all; else None."""
        return None if binding(self.findings) else self.sound


def check(
    files: list[File],
    day: date | None = None,
    base: list[File] | Checked | None = None,
    progress: Progress | None = None,
    results: Results | None = None,
) -> Checked:
    """Check a register and return it with all findings; with `base`, also check the change from that earlier version.

    Without a `day`, three checks are left out: days too far ahead, lapsed acknowledgements, and the limits of a plan. A
    file that is the same in the base is examined once; one whose result is in `results` is not examined.
    """
    if isinstance(base, Checked):
        return _checked(_read(files, base.read, progress, results), day, base.read)
    read = _read(files, None, progress, results)
    return _checked(read, day, None if base is None else _read(base, read, None, results))


def _checked(read: _Read, day: date | None, before: _Read | None = None) -> Checked:
    findings = [*read.findings, *read.across]
    if day and read.province:
        findings += rules.on(read.province, read.facts(), day)
    holds = not binding(findings)
    if before is not None:
        findings += _taken_back(before, read, day)
        if day and not binding(findings):
            findings += _over_the_limits(before, read, day)
    return Checked(read.register(), read.issued(), _ordered(findings), read, holds)


def _ordered(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: finding.order)


def _agencies(files: Iterable[File]) -> list[File]:
    return [file for file in files if file.name != source.PROVINCE]


def _system(province: Province | None) -> frozenset[str]:
    return frozenset(province.system_addresses) if province else frozenset()


@dataclass(frozen=True)
class _Read:
    """A register read in full: its files, the examination of each, the findings, and the digest over the files."""

    province: Province | None
    files: dict[str, File]
    examined: dict[str, Examined]
    findings: list[Finding]
    digest: str

    @property
    def unread(self) -> frozenset[str]:
        """The codes of agencies whose files are unusable, so that no finding claims that there are no such agencies."""
        return frozenset(name for name, examined in self.examined.items() if examined.agency is None)

    @property
    def unclear(self) -> frozenset[str]:
        """The codes of agencies of which at least one entry could not be read."""
        return frozenset(name for name, examined in self.examined.items() if not examined.complete)

    def facts(self) -> list[Facts]:
        return [examined.facts for examined in self.examined.values() if examined.facts]

    @cached_property
    def across(self) -> list[Finding]:
        """The findings of rules across all files, on whatever day."""
        return [*rules.across(self.province, self.facts(), self.unread)]

    def register(self) -> Register | None:
        """Return the register, None where the province's file is unusable."""
        if self.province is None:
            return None
        return Register(
            self.province, {e.agency.code: e.agency for e in self.examined.values() if e.agency}, self.digest
        )

    def issued(self) -> Issued | None:
        """Return the addresses of the register, decoded when those of an agency are asked for."""
        register = self.register()
        return Issued(_Locals(register.agencies)) if register else None

    @cached_property
    def timeline(self) -> Timeline:
        """The timeline of the register, from which `on` gives that of any day."""
        register, issued = self.register(), self.issued()
        if register is None or issued is None:
            raise ValueError("a register without a province has no accounts")
        return Timeline.of(register, issued, date.min)

    def version(self, only: frozenset[str]) -> Version | None:
        """Return some agencies read from their files again, so that findings can cite all places of values."""
        if self.province is None:
            return None
        system = _system(self.province)
        found = [examine(file, system) for file in _agencies(self.files.values()) if file.stem in only]
        agencies = {e.agency.code: e.agency for e in found if e.agency}
        issued = {e.agency.code: e.locals for e in found if e.agency and e.locals is not None}
        return Version(Register(self.province, agencies, self.digest), Issued(issued), self.register())


class _Locals(Mapping[str, Sequence[str | None]]):
    """The local parts of each agency's issuances, decoded from its rows at each access."""

    def __init__(self, agencies: Mapping[str, Agency]) -> None:
        self._agencies = agencies

    def __getitem__(self, code: str) -> Sequence[str | None]:
        return rows.locals_of(self._agencies[code])

    def __iter__(self) -> Iterator[str]:
        return iter(self._agencies)

    def __len__(self) -> int:
        return len(self._agencies)


def _read(files: list[File], before: _Read | None, progress: Progress | None, results: Results | None) -> _Read:
    """Read a register in full; the examinations of files that are the same `before` are used again."""
    province, findings = loader.province(files)
    system = _system(province)
    same = _same(files, before, system)
    swept = sweep([file for file in _agencies(files) if file.name not in same], system, results, progress)
    found = {**same, **{file.name: made for file, made in swept}}
    examined = {}
    for file in _agencies(files):
        made = _bounded(found[file.name], len(findings))
        examined[file.stem] = made
        findings += made.findings
    return _Read(province, {file.name: file for file in files}, examined, findings, source.digest(files))


def _same(files: list[File], before: _Read | None, system: frozenset[str]) -> dict[str, Examined]:
    """Return the examinations of files that are the same `before`, by their names."""
    if before is None or _system(before.province) != system:
        return {}
    return {file.name: before.examined[file.stem] for file in _agencies(files) if before.files.get(file.name) == file}


def _bounded(examined: Examined, before: int) -> Examined:
    """Return an examination with fewer findings where the register has too many; errors are kept before advice."""
    if before < REGISTER_LIMIT or len(examined.findings) <= FILE_SHARE:
        return examined
    return replace(examined, findings=(binding(examined.findings) or examined.findings)[:FILE_SHARE])


def _taken_back(before: _Read, read: _Read, day: date | None, province: Province | None = None) -> Iterator[Finding]:
    """Yield findings about history that a change breaks (`rules.history`), in the files that differ.

    Acknowledgements are those of `province`, by default those of the changed register.
    """
    differ = frozenset(
        (before.files.get(name) or read.files[name]).stem
        for name in before.files.keys() | read.files.keys()
        if before.files.get(name) != read.files.get(name)
    )
    files = [[file for file in each.files.values() if file.stem in differ] for each in (before, read)]
    yield from telephones.check(*files)
    was, now = before.version(differ), read.version(differ)
    if was and now:
        unclear = before.unclear | read.unclear
        now = replace(now, register=replace(now.register, province=province or now.register.province))
        yield from history.check(was, now, unclear, day)
        yield from history.across(before.facts(), read.facts(), unclear, now.register.province, day)


def _over_the_limits(before: _Read, read: _Read, day: date) -> Iterator[Finding]:
    """Yield a finding for each reason why an apply would refuse the change: once, for the first day that shows it."""
    errors = binding([*before.findings, *before.across])
    if before.province is None or read.province is None:
        return
    if errors:
        yield history.BASE.at(read.province.where(), count=len(errors))
        return
    seen = set()
    for refusal in _refusals(before, read, day):
        finding = _refused(refusal, read)
        if (finding.rule, finding.where.object) not in seen:
            seen.add((finding.rule, finding.where.object))
            yield finding


def _refusals(was: _Read, now: _Read, day: date, guards: Guards | None = None) -> Iterator[Refusal]:
    """Yield the refusals of a change, counting its acts on the day and on all later days together.

    A change is approved once, so the limits are for all its days. The guards are those of the changed register, unless
    others are given.
    """
    yield from plan.guard([*_done(was, now, day, guards)], was.timeline.on(day).live)
    yield from (refusal for refusal in _preview(was, now, day).refused if refusal.rule is plan.VANISHED)


def _done(was: _Read, now: _Read, day: date, guards: Guards | None) -> Iterator[tuple[Wanted, list[plan.Step]]]:
    """Yield the wanted accounts and the steps of a change: on the day, and on each later day that takes mailboxes away.

    Limited to the agencies concerned.
    """
    coming = days.judged(days.happenings(was.facts(), now.facts()), day)
    today = desired.concerned(was.timeline.on(day), now.timeline.on(day))
    for each, only in ((day, today), *coming.items()):
        wanted = wanted_then(now.timeline.on(each), only)
        wanted = replace(wanted, guards=guards or wanted.guards)
        yield wanted, plan.steps(wanted, desired.accounts(was.timeline.on(each), only))


def _preview(was: _Read, now: _Read, day: date) -> Plan:
    """Return the plan that leads from the accounts of one register to those of the other on a day; both must hold."""
    before, after = was.timeline.on(day), now.timeline.on(day)
    only = desired.concerned(before, after)
    return plan.preview(wanted_then(after, only), desired.accounts(before, only), before.live)


def between(was: Checked, now: Checked, day: date) -> Plan:
    """Return the plan of a change on a day, without a checksum; both registers must hold."""
    return _preview(was.read, now.read, day)


def differences(before: Checked, now: Checked, day: date) -> tuple[list[Plan], list[date]]:
    """Return the plans of a change on the day and on later days on which it acts, and the further days without a plan.

    Both are empty where one of the registers is not sound.
    """
    if before.sound is None or now.sound is None:
        return [], []
    coming, more = days.shown(days.happenings(before.read.facts(), now.read.facts()), day)
    first = plan.make(wanted(*now.sound, day), wanted(*before.sound, day).accounts)
    return [first, *(_only_later(between(before, now, each), day) for each in coming)], more


def _only_later(made: Plan, day: date) -> Plan:
    """Return a plan without account actions that took effect by `day`, except updates: the first plan has them.

    The plans of later days compare with the former register, in which an account may close by then. Where the change
    withdraws that closing, the account only stays open: it must not be shown as opened.
    """
    actions = [a for a in made.actions if a.kind == "route" or a.action == plan.UPDATE or a.date > day.isoformat()]
    return replace(made, actions=tuple(actions))


def loosened(before: Checked, now: Checked, day: date) -> list[Finding]:
    """Return the findings that a change would have by the guards before it: it passes only because it loosens them."""
    return _passing(before, now, day, before.sound[0]) if before.sound else []


def acknowledged(before: Checked, now: Checked, day: date) -> list[Finding]:
    """Return the findings that a change would have without any acknowledgement."""
    if now.sound is None or not any(day <= each.until for each in now.sound[0].province.acknowledgements):
        return []
    register = now.sound[0]
    return _passing(before, now, day, replace(register, province=replace(register.province, acknowledgements=())))


def _passing(before: Checked, now: Checked, day: date, guards: Register) -> list[Finding]:
    """Return the further findings that a change would have by the guards and acknowledgements of another register."""
    was, read = before.read, now.read
    if was.province is None or read.province is None or not before.sound or not now.sound:
        return []
    guarded = replace(read.province, acknowledgements=guards.province.acknowledgements)
    found = [_refused(refusal, read) for refusal in _refusals(was, read, day, desired.guards(guards))]
    return new(now.findings, _ordered([*found, *_taken_back(was, read, day, guarded)]))


@dataclass(frozen=True, slots=True)
class Beside:
    """Another change that may be applied together with the one judged, with a `name` that people know.

    Of a change that is not `merged`, only its acts in the agencies of the judged change count.
    """

    name: str
    before: Checked
    now: Checked
    merged: bool = False


def together(before: Checked, now: Checked, others: Sequence[Beside], day: date) -> list[Finding]:
    """Return the limits that a change exceeds together with other changes, but not alone: one apply may do them all.

    For information only, because an open change may never be merged, and a merged one may have been applied already.
    """
    others = [each for each in others if each.before.sound and each.now.sound]
    if not others or before.sound is None or now.sound is None:
        return []
    own = [*_done(before.read, now.read, day, None)]
    agencies = {step.agency for _wanted, done in own for step in done if step.action in plan.ENDING}
    if not agencies:
        return []
    live = before.read.timeline.on(day).live
    alone = {_limited(refusal) for refusal in plan.guard(own, live)}
    every = [*own, *(done for each in others for done in _of_other(each, agencies, day))]
    refused = (r for r in plan.guard(every, live) if r.rule in {plan.LIMIT, plan.AGENCY_LIMIT})
    more = [r for r in refused if _limited(r) not in alone and r.values.get("agency") in {None, *agencies}]
    names, whole = [each.name for each in others], now.sound[0].province.name
    return [_refused(_besides(refusal, names, whole), now.read) for refusal in more]


def _besides(refusal: Refusal, names: list[str], whole: str) -> Refusal:
    """Return a refusal as one of several changes together, with their names; `whole` names a limit on all agencies."""
    return Refusal(plan.TOGETHER, {"agency": whole, **refusal.values, "others": names})


def _limited(refusal: Refusal) -> tuple[object, ...]:
    return refusal.rule.id, refusal.values.get("action"), refusal.values.get("agency")


def _of_other(other: Beside, agencies: Collection[str], day: date) -> Iterator[tuple[Wanted, list[plan.Step]]]:
    """Yield the acts of another change by day (`_done`); of one that is not merged, those in `agencies` alone."""
    for wanted, done in _done(other.before.read, other.now.read, day, None):
        yield wanted, done if other.merged else [step for step in done if step.agency in agencies]


def reached(before: Checked, now: Checked, day: date) -> list[tuple[Told, int | None]]:
    """Return the province's settings that a change alters, each with the number of mailboxes or addresses affected.

    The number is None where one of the registers is not sound.
    """
    if before.sound is None or now.sound is None:
        return [(change, None) for change in _settings_changed(before, now)]
    then, later = before.read.timeline.on(day), now.read.timeline.on(day)
    return [(change, settings.reached(change, then, later)) for change in _settings_changed(before, now)]


def _settings_changed(before: Checked, now: Checked) -> Iterator[Told]:
    if before.read.province and now.read.province:
        yield from changed(before.read.province, now.read.province)


def _refused(refusal: Refusal, read: _Read) -> Finding:
    known = read.examined.get(str(refusal.values.get("agency")))
    if known and known.facts:
        where = known.facts.where()
    else:
        where = read.province.where("policy") if read.province else Where(source.PROVINCE, START)
    address = str(refusal.values.get("address", ""))
    return refusal.rule.at(Where(where.file, where.place, address or where.object), **refusal.values)


def wanted(register: Register, issued: Issued, day: date) -> Wanted:
    """Return the accounts that follow from a checked register on a day, with its guards."""
    return wanted_then(Timeline.of(register, issued, day))


def wanted_then(timeline: Timeline, only: Collection[str] | None = None) -> Wanted:
    """Return the wanted accounts on the day of a timeline; with `only`, those of other agencies may be missing."""
    register = timeline.register
    return Wanted(desired.accounts(timeline, only), timeline.day, register.digest, desired.guards(register))
