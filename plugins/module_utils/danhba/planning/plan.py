"""Plans: the changes from a server's actual accounts to the wanted ones, each with its document, and their refusals."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial
from operator import itemgetter
from typing import Any, NamedTuple, overload

from ..messages import mark as _
from ..messages import word
from ..model.findings import Rule, advice, rule
from ..model.policy import Acknowledgement, Guards, Limit
from .accounts import (
    AGENCY,
    CANCELLED,
    CLOSED,
    FORWARD,
    OPEN,
    REDIRECT,
    SUSPENDED,
    SYSTEM,
    Account,
    Accounts,
    Exemption,
    Route,
)

LIMIT = rule(
    "plan-limit",
    "R6",
    _(
        "{doing} {count} of {base} mailboxes in all, but at most {most} at once; if this is meant, "
        "acknowledge it in the register: danhba acknowledge --limit {action} --count {count}"
    ),
)
AGENCY_LIMIT = rule(
    "plan-agency-limit",
    "R6",
    _(
        "{doing} {count} of {base} mailboxes of {agency}, but at most {most} at once; if this is meant, "
        "acknowledge it in the register: danhba acknowledge --limit {action} --count {count}"
    ),
)
PROTECTED = rule(
    "plan-protected",
    "R6",
    _(
        "{doing} {address}, which is protected; if this is meant, acknowledge it in the register: "
        "danhba acknowledge --limit protected --accounts {address}"
    ),
)
TOGETHER = advice(
    "plan-together",
    "R6",
    _(
        "{doing} {count} of {base} mailboxes of {agency} together with {others}, but at most {most} at once: an apply "
        "refuses all of it; wait until that is applied, or acknowledge both: danhba acknowledge --limit {action} "
        "--count {count}"
    ),
)
VANISHED = rule(
    "plan-vanished",
    "R6",
    _(
        "{count} accounts of the server are missing from the register ({sample}); entries are closed, never deleted: "
        "restore them from git and add closed: with its document"
    ),
)
CHECKSUM = rule(
    "plan-checksum",
    "R6",
    _(
        "the plan has changed since it was approved (approved {approved}, now {now}): the register, the day or "
        "the server has moved; make the plan again, have it approved, and apply that one"
    ),
)
DAY = rule(
    "plan-day",
    "R6",
    _("the day {day} lies before {applied}, up to which the server has been brought; give that day or a later one"),
)

# Each kind of action, in the order in which plans show them.
CREATE, REOPEN, RESUME, SUSPEND = "create", "reopen", "resume", "suspend"
READDRESS, CLOSE, UPDATE, RECORD = "readdress", "close", "update", "record"
ROUTED = {SYSTEM: "alias", FORWARD: "forward", REDIRECT: "redirect", CANCELLED: "cancel"}
RELEASE = "release"
EXCEPT, END_EXCEPTION = "except", "end_exception"
ACTIONS = (
    *(CREATE, REOPEN, RESUME, SUSPEND, READDRESS, CLOSE, UPDATE, RECORD),
    *(*ROUTED.values(), RELEASE, EXCEPT, END_EXCEPTION),
)
# The actions that each limit counts: a suspension takes a mailbox from its owner as a closing does.
GUARDED = {CLOSE: (CLOSE, SUSPEND), READDRESS: (READDRESS,)}
# The words for an action in a refusal's message.
_DOING = {
    CLOSE: word(_("closing")),
    SUSPEND: word(_("suspending")),
    READDRESS: word(_("readdressing")),
}
_LIMITED = {CLOSE: word(_("closing or suspending")), READDRESS: _DOING[READDRESS]}
# Actions after which the account's former address no longer signs in.
ENDING = frozenset({CLOSE, SUSPEND, READDRESS})
_RANKS = {action: rank for rank, action in enumerate(ACTIONS)}
_ENDING = frozenset(_RANKS[action] for action in ENDING)
_CREATED, _RECORDED = (_RANKS[CREATE],), (_RANKS[RECORD],)
# Maximum length of samples in messages and results.
SAMPLE = 10


class Action(NamedTuple):
    """A change of one account, route or exemption, by one document; `before` and `after` hold the differing fields."""

    action: str
    kind: str
    id: str
    address: str
    agency: str
    name: str
    document: str
    date: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def order(self) -> tuple[int, str, str]:
        """Return the sort key of plans: rank of the action, then agency, then address."""
        return _RANKS[self.action], self.agency, self.address


class Step(NamedTuple):
    """Short form of an `Action`. Tuples of it sort as plans show actions: rank, then agency, then address."""

    rank: int
    agency: str
    address: str
    before: Account | Route | Exemption | None
    after: Account | Route | Exemption | None

    @property
    def action(self) -> str:
        """Return its action, one of `ACTIONS`."""
        return ACTIONS[self.rank]


class Actions(Sequence[Action]):
    """The actions of a plan, computed from its steps on each access: a first plan has one for each mailbox."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self.steps = sorted(steps, key=itemgetter(0, 1, 2))

    @overload
    def __getitem__(self, index: int) -> Action: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Action]: ...

    def __getitem__(self, index: int | slice) -> Action | Sequence[Action]:
        """Return the action at an index, or a tuple of those of a slice."""
        if isinstance(index, slice):
            return tuple(map(_action, self.steps[index]))
        return _action(self.steps[index])

    def __iter__(self) -> Iterator[Action]:
        """Yield the actions in order."""
        return map(_action, self.steps)

    def __len__(self) -> int:
        """Return the number of actions."""
        return len(self.steps)

    def __eq__(self, other: object) -> bool:
        """Compare with another sequence of actions, element by element."""
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(len(self.steps))

    def counted(self) -> Counter[str]:
        """Return the number of actions of each kind."""
        return Counter({ACTIONS[rank]: count for rank, count in Counter(step[0] for step in self.steps).items()})

    def ended(self) -> list[str]:
        """The addresses under which nobody may go on that had them."""
        return [step.address for step in self.steps if step.rank in _ENDING]

    def data(self) -> Iterator[dict[str, Any]]:
        """Yield the actions in order, as dicts by field name."""
        return map(_data, self.steps)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a plan must not be applied."""

    rule: Rule
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The accounts that a register demands on a day; `register` is the digest of its files."""

    accounts: Accounts
    day: date
    register: str
    guards: Guards


@dataclass(frozen=True, slots=True)
class Changes:
    """The rows to write to the database: accounts and routes to upsert, routes to delete, exemptions to add or end."""

    accounts: tuple[Account, ...]
    routes: tuple[Route, ...]
    released: tuple[str, ...]
    granted: tuple[Exemption, ...] = ()
    ended: tuple[Exemption, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.accounts or self.routes or self.released or self.granted or self.ended)


@dataclass(frozen=True, slots=True)
class Plan:
    """All actions in order, and all refusals. The `checksum` is empty for a preview, which cannot be applied."""

    checksum: str
    day: date
    actions: Sequence[Action]
    refused: tuple[Refusal, ...]
    changes: Changes

    @property
    def counts(self) -> dict[str, int]:
        """Return the number of actions of each kind, 0 for kinds without any."""
        actions = self.actions
        counted = actions.counted() if isinstance(actions, Actions) else Counter(a.action for a in actions)
        return {action: counted[action] for action in ACTIONS}

    @property
    def ended(self) -> list[str]:
        """The addresses under which nobody may go on that had them."""
        actions = self.actions
        return actions.ended() if isinstance(actions, Actions) else [a.address for a in actions if a.action in ENDING]

    @property
    def data(self) -> Iterator[dict[str, Any]]:
        """Yield the actions as dicts by field name."""
        actions = self.actions
        return actions.data() if isinstance(actions, Actions) else (action._asdict() for action in actions)


class Rest(NamedTuple):
    """The part of a server's accounts that is not compared: the digest of all accounts, and the number of open or
    suspended ones of each agency.
    """

    digest: str
    live: Callable[[], Counter[str]]


def make(
    wanted: Wanted, actual: Accounts, approved: str = "", applied: date | None = None, rest: Rest | None = None
) -> Plan:
    """Make the plan from actual to wanted accounts.

    It is refused if a guard objects, if its checksum is not the `approved` one, or if its day is before the day that
    was `applied` last.

    With `rest`, `wanted` and `actual` may lack officials who are the same in both, as `rest` counts them.
    """
    checksum = _checksum(wanted, rest.digest if rest else actual.digest())
    made = preview(wanted, actual, rest.live if rest else None)
    refused = list(made.refused)
    if applied and wanted.day < applied:
        refused.insert(0, Refusal(DAY, {"day": wanted.day.isoformat(), "applied": applied.isoformat()}))
    if approved and approved != checksum:
        refused.insert(0, Refusal(CHECKSUM, {"approved": approved[:12], "now": checksum[:12]}))
    return replace(made, checksum=checksum, refused=tuple(refused))


def preview(wanted: Wanted, actual: Accounts, live: Callable[[], Counter[str]] | None = None) -> Plan:
    """Make a plan without a checksum, which cannot be applied; neither approval nor the day of the last apply count.

    `live` counts the open and suspended accounts of each agency where `actual` does not have them all.
    """
    changes = _changes(wanted.accounts, actual)
    actions = Actions(_steps(changes, actual))
    refused = (*_vanished(wanted, actual), *guard([(wanted, actions.steps)], live or partial(_live, actual)))
    return Plan("", wanted.day, actions, refused, changes)


def steps(wanted: Wanted, actual: Accounts) -> list[Step]:
    """Return the steps from actual to wanted accounts, without asking the guards."""
    return [*_steps(_changes(wanted.accounts, actual), actual)]


def _live(accounts: Accounts) -> Counter[str]:
    return Counter(account.agency for account in accounts.accounts.values() if account.state != CLOSED)


def _checksum(wanted: Wanted, actual: str) -> str:
    return hashlib.sha256(f"{wanted.register}\n{wanted.day}\n{actual}\n".encode()).hexdigest()


def _changes(wanted: Accounts, actual: Accounts) -> Changes:
    there = actual.accounts
    placed = ((key, _placed(each, wanted, actual) if each.parent else each) for key, each in wanted.accounts.items())
    return Changes(
        tuple(account for key, account in placed if there.get(key) != account),
        tuple(route for address, route in wanted.routes.items() if actual.routes.get(address) != route),
        tuple(address for address in actual.routes if address not in wanted.routes),
        tuple(each for id_, each in wanted.exemptions.items() if id_ not in actual.exemptions),
        tuple(each for id_, each in actual.exemptions.items() if id_ not in wanted.exemptions),
    )


def _placed(account: Account, wanted: Accounts, actual: Accounts) -> Account:
    """Return the account with its present parent if its wanted parent has not opened yet: `parent` has no date."""
    if (AGENCY, account.parent) in wanted.accounts:
        return account
    before = actual.accounts.get(account.key)
    return account._replace(parent=before.parent if before else "")


def _steps(changes: Changes, actual: Accounts) -> Iterator[Step]:
    # A closing says that its address now refuses, a readdressing that the old one forwards: no action of its own.
    said: set[tuple[str, str]] = set()
    routed = {route.address for route in changes.routes}
    for account in changes.accounts:
        before = actual.accounts.get((account.kind, account.id))
        shown = before or account
        for rank in _ranks(before, account):
            yield Step(rank, shown.agency, shown.address, before, account)
        if account.address in routed:
            said.add((account.address, CANCELLED))
        if before and before.address != account.address:
            said.update({(before.address, FORWARD), (before.address, CANCELLED)})
    for route in changes.routes:
        if (route.address, route.mode) not in said or route.address in actual.routes:
            yield Step(_RANKS[ROUTED[route.mode]], "", route.address, actual.routes.get(route.address), route)
    written = {account.address for account in changes.accounts} if changes.released else frozenset()
    for address in changes.released:
        if address not in written:
            yield Step(_RANKS[RELEASE], "", address, actual.routes[address], None)
    yield from (Step(_RANKS[EXCEPT], "", each.sender, None, each) for each in changes.granted)
    yield from (Step(_RANKS[END_EXCEPTION], "", each.sender, each, None) for each in changes.ended)


_STEPS = {
    (OPEN, CLOSED): CLOSE,
    (SUSPENDED, CLOSED): CLOSE,
    (CLOSED, OPEN): REOPEN,
    (CLOSED, SUSPENDED): REOPEN,
    (OPEN, SUSPENDED): SUSPEND,
    (SUSPENDED, OPEN): RESUME,
}


def _ranks(before: Account | None, after: Account) -> Sequence[int]:
    if before is None:
        return _RECORDED if after.state == CLOSED else _CREATED
    steps = [step] if (step := _STEPS.get((before.state, after.state))) else []
    if before.address != after.address:
        steps.append(READDRESS)
    return [_RANKS[step] for step in steps or [UPDATE]]


def _action(step: Step) -> Action:
    """Return the action of a step."""
    before, after = step.before, step.after
    if isinstance(after, Account):
        return _account_action(step, before if isinstance(before, Account) else None, after)
    route = after or before
    if isinstance(route, Exemption):
        return _exemption_action(step, route)
    document = route.document if route else ""
    shown = (_shown(before), _shown(after))
    return Action(step.action, "route", step.address, step.address, "", "", document, "", *shown)


def _data(step: Step) -> dict[str, Any]:
    """Return a step's action as a dict. For a new account it is made directly: a first plan creates everything."""
    rank, agency, address, before, after = step
    if before is not None or not isinstance(after, Account):
        return _action(step)._asdict()
    return {
        "action": ACTIONS[rank],
        "kind": after.kind,
        "id": after.id,
        "address": address,
        "agency": agency,
        "name": after.name,
        "document": after.document,
        "date": after.since,
        "before": {},
        "after": after._asdict(),
    }


def _exemption_action(step: Step, exemption: Exemption) -> Action:
    shown = exemption._asdict() | {"files": list(exemption.files)}
    was, becomes = (shown if each else {} for each in (step.before, step.after))
    address, document, since = exemption.sender, exemption.document, exemption.since
    return Action(step.action, "exception", exemption.id, address, "", "", document, since, was, becomes)


def _account_action(step: Step, before: Account | None, after: Account) -> Action:
    if before is None:
        was, becomes = {}, dict(zip(Account._fields, after, strict=True))
    else:
        names = [name for name, old, new in zip(Account._fields, before, after, strict=True) if old != new]
        was, becomes = ({name: getattr(each, name) for name in names} for each in (before, after))
    return Action(
        step.action,
        after.kind,
        after.id,
        step.address,
        step.agency,
        after.name,
        _document(step, was, after),
        after.since,
        was,
        becomes,
    )


def _document(step: Step, was: Mapping[str, Any], after: Account) -> str:
    """Return the document of an account's change; a change of the quota alone has a document of its own (R9.2)."""
    is_of_quota = step.action == UPDATE and "quota" in was and after.quota_document
    return after.quota_document if is_of_quota else after.document


def _shown(route: Account | Route | Exemption | None) -> dict[str, Any]:
    if not isinstance(route, Route):
        return {}
    shown: dict[str, Any] = {"mode": route.mode}
    if route.reply:
        shown["reply"] = route.reply
    if route.targets:
        shown["targets"] = ["/".join(target) for target in route.targets]
    return shown


def guard(days: Sequence[tuple[Wanted, Sequence[Step]]], live: Callable[[], Counter[str]]) -> Iterator[Refusal]:
    """Yield the guards' refusals of a change's steps on one or several days; each limit holds for all days together.

    Steps of a day that an acknowledgement covers are counted apart, against the acknowledged count.
    """
    live = cache(live)
    for kind in GUARDED:
        yield from _limits(kind, days, live)
    touched: dict[tuple[str, str], None] = {}
    for wanted, done in days:
        protected = {_local(address) for address in wanted.guards.protected} - _named("protected", wanted)
        for step in done:
            if step.rank in _ENDING and _local(step.address) in protected:
                touched.setdefault((step.action, step.address))
    for action, address in touched:
        yield Refusal(PROTECTED, {"action": action, "doing": _DOING[action], "address": address})


def _vanished(wanted: Wanted, actual: Accounts) -> Iterator[Refusal]:
    vanished = [account.address for key, account in actual.accounts.items() if key not in wanted.accounts.accounts]
    if vanished:
        yield Refusal(VANISHED, {"count": len(vanished), "sample": sorted(vanished)[:SAMPLE]})


def _limits(
    kind: str, days: Sequence[tuple[Wanted, Sequence[Step]]], live: Callable[[], Counter[str]]
) -> Iterator[Refusal]:
    limit = days[0][0].guards.limits[kind]
    for acknowledged, counted in _counted(kind, days).items():
        # Within the limit of a province without mailboxes means within every limit: then `live` is not computed.
        if any(_exceeded(kind, limit, acknowledged.most, Counter(), counted)):
            yield from _exceeded(kind, limit, acknowledged.most, live(), counted)


class _Counted(NamedTuple):
    """An acknowledged maximum, and the agencies and documents it is for; `most` is 0 without an acknowledgement."""

    most: int = 0
    agencies: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()


def _counted(kind: str, days: Sequence[tuple[Wanted, Sequence[Step]]]) -> dict[_Counted, Counter[str]]:
    """Return, by acknowledgement, the number of accounts of each agency that a limit counts, each account once."""
    ranks = {_RANKS[action] for action in GUARDED[kind]}
    counted: dict[_Counted, Counter[str]] = {}
    seen: set[tuple[str, str]] = set()
    for wanted, done in days:
        named = _named(kind, wanted)
        given = [a for a in _in_force(kind, wanted) if a.count]
        for step in done:
            account = step.after
            if step.rank not in ranks or not isinstance(account, Account) or account.key in seen:
                continue
            seen.add(account.key)
            if _local(step.address) not in named:
                counted.setdefault(_by(given, step.agency, account.document), Counter())[step.agency] += 1
    return counted


def _by(given: Iterable[Acknowledgement], agency: str, document: str) -> _Counted:
    """Return the largest acknowledgement that covers a change in an agency by a document."""
    counts = (_Counted(a.count, a.agencies, a.documents) for a in given if a.counts(agency, document))
    return max(counts, default=_Counted())


def _exceeded(
    kind: str, limit: Limit, acknowledged: int, live: Counter[str], counted: Counter[str]
) -> Iterator[Refusal]:
    total, base = counted.total(), live.total()
    if total > (most := max(most_of(limit, base), acknowledged)):
        values = {"action": kind, "doing": _LIMITED[kind], "count": total, "base": base, "most": most}
        yield Refusal(LIMIT, values)
    for agency, count in sorted(counted.items()):
        if count > (most := max(_share(limit.agency_percent, live[agency]), acknowledged)):
            values = {"count": count, "base": live[agency], "most": most, "agency": agency}
            yield Refusal(AGENCY_LIMIT, {"action": kind, "doing": _LIMITED[kind], **values})


def most_of(limit: Limit, base: int) -> int:
    """Return how many of `base` accounts one plan may touch: the smaller of the limit's count and percentage."""
    return min(limit.count, _share(limit.percent, base))


def _share(percent: int, base: int) -> int:
    """Return a percentage of `base`, rounded down but at least 1 (one person may leave the smallest agency)."""
    return max(1, base * percent // 100) if percent else 0


def _in_force(limit: str, wanted: Wanted) -> Iterator[Acknowledgement]:
    return (a for a in wanted.guards.acknowledgements if a.limit == limit and a.holds(wanted.day))


def _named(limit: str, wanted: Wanted) -> set[str]:
    return {_local(address) for a in _in_force(limit, wanted) for address in a.accounts}


def _local(address: str) -> str:
    """Return the local part of an address, so that guards also hold when the domain changes."""
    return address.partition("@")[0]
