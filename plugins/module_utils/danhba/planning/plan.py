"""What must change on a server, why, and whether it may: the difference between wanted and actual accounts."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from ..messages import mark as _
from ..model.findings import Rule, rule
from ..model.policy import Guards, Limit
from .accounts import AGENCY, CANCELLED, CLOSED, FORWARD, OPEN, REDIRECT, SUSPENDED, SYSTEM, Account, Accounts, Route

LIMIT = rule(
    "plan-limit",
    "R6",
    _(
        "{action}: {count} of {base} accounts in all, but at most {most} at once; if this is meant, "
        "add to province.yml: acknowledgements: [{{limit: {action}, count: {count}, document: …, until: …}}]"
    ),
)
AGENCY_LIMIT = rule(
    "plan-agency-limit",
    "R6",
    _(
        "{action}: {count} of {base} accounts of {agency}, but at most {most} at once; if this is meant, "
        "add to province.yml: acknowledgements: [{{limit: {action}, count: {count}, document: …, until: …}}]"
    ),
)
PROTECTED = rule(
    "plan-protected",
    "R6",
    _(
        "{action}: {address} is protected; if this is meant, add to province.yml: "
        "acknowledgements: [{{limit: protected, accounts: [{address}], document: …, until: …}}]"
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
ACTIONS = (CREATE, REOPEN, RESUME, SUSPEND, READDRESS, CLOSE, UPDATE, RECORD, *ROUTED.values(), RELEASE)
# What each limit counts: a suspension takes a mailbox away from its owner as a closing does.
GUARDED = {CLOSE: (CLOSE, SUSPEND), READDRESS: (READDRESS,)}
# Actions after which nobody may go on under the address that the account had.
ENDING = frozenset({CLOSE, SUSPEND, READDRESS})
# Samples in messages and results are this long.
SAMPLE = 10


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do to one account or route, on one document; `before` and `after` hold what differs."""

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
        """Actions are shown by what they do, then agency, then address."""
        return ACTIONS.index(self.action), self.agency, self.address


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a plan must not be applied."""

    rule: Rule
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The accounts that follow from a register on a day; `register` is the digest of its files."""

    accounts: Accounts
    day: date
    register: str
    guards: Guards


@dataclass(frozen=True, slots=True)
class Changes:
    """The rows to write; what is not here stays as it is."""

    accounts: tuple[Account, ...]
    routes: tuple[Route, ...]
    released: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.accounts or self.routes or self.released)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that would be done, in order, and every reason not to."""

    checksum: str
    day: date
    actions: tuple[Action, ...]
    refused: tuple[Refusal, ...]
    changes: Changes

    @property
    def counts(self) -> dict[str, int]:
        """How many actions of each kind there are."""
        counted = Counter(action.action for action in self.actions)
        return {action: counted[action] for action in ACTIONS}


def make(wanted: Wanted, actual: Accounts, approved: str = "", applied: date | None = None) -> Plan:
    """Compare; refuse where a guard objects, where the checksum is no longer the approved one, or where the day lies
    before the one that was `applied` last.
    """
    checksum = _checksum(wanted, actual)
    changes = _changes(wanted.accounts, actual)
    actions = tuple(sorted(_actions(changes, actual), key=lambda action: action.order))
    refused = list(_guard(wanted, actual, actions))
    if applied and wanted.day < applied:
        refused.insert(0, Refusal(DAY, {"day": wanted.day.isoformat(), "applied": applied.isoformat()}))
    if approved and approved != checksum:
        refused.insert(0, Refusal(CHECKSUM, {"approved": approved[:12], "now": checksum[:12]}))
    return Plan(checksum, wanted.day, actions, tuple(refused), changes)


def _checksum(wanted: Wanted, actual: Accounts) -> str:
    return hashlib.sha256(f"{wanted.register}\n{wanted.day}\n{actual.digest()}\n".encode()).hexdigest()


def _changes(wanted: Accounts, actual: Accounts) -> Changes:
    accounts = (_placed(account, wanted, actual) for account in wanted.accounts.values())
    return Changes(
        tuple(account for account in accounts if actual.accounts.get(account.key) != account),
        tuple(route for address, route in wanted.routes.items() if actual.routes.get(address) != route),
        tuple(address for address in actual.routes if address not in wanted.routes),
    )


def _placed(account: Account, wanted: Accounts, actual: Accounts) -> Account:
    """The account where it stands until the agency that is to manage it has opened: `parent` has no date."""
    if not account.parent or (AGENCY, account.parent) in wanted.accounts:
        return account
    before = actual.accounts.get(account.key)
    return replace(account, parent=before.parent if before else "")


def _actions(changes: Changes, actual: Accounts) -> Iterator[Action]:
    # A closing says that its address now refuses, a readdressing that the old one forwards: no action of its own.
    said: set[tuple[str, str]] = set()
    for account in changes.accounts:
        before = actual.accounts.get(account.key)
        for action in _steps(before, account):
            yield _account_action(action, before, account)
        said.add((account.address, CANCELLED))
        if before and before.address != account.address:
            said.update({(before.address, FORWARD), (before.address, CANCELLED)})
    for route in changes.routes:
        if (route.address, route.mode) not in said or route.address in actual.routes:
            yield _route_action(ROUTED[route.mode], route, actual.routes.get(route.address), route)
    written = {account.address for account in changes.accounts}
    for address in changes.released:
        if address not in written:
            yield _route_action(RELEASE, actual.routes[address], actual.routes[address], None)


_STEPS = {
    (OPEN, CLOSED): CLOSE,
    (SUSPENDED, CLOSED): CLOSE,
    (CLOSED, OPEN): REOPEN,
    (CLOSED, SUSPENDED): REOPEN,
    (OPEN, SUSPENDED): SUSPEND,
    (SUSPENDED, OPEN): RESUME,
}


def _steps(before: Account | None, after: Account) -> Iterator[str]:
    if before is None:
        yield RECORD if after.state == CLOSED else CREATE
        return
    step = _STEPS.get((before.state, after.state))
    if step:
        yield step
    if before.address != after.address:
        yield READDRESS
    elif not step:
        yield UPDATE


def _account_action(action: str, before: Account | None, after: Account) -> Action:
    names = [n for n in Account.__slots__ if before is None or getattr(before, n) != getattr(after, n)]
    return Action(
        action,
        after.kind,
        after.id,
        before.address if before else after.address,
        before.agency if before else after.agency,
        after.name,
        after.document,
        after.since,
        {name: getattr(before, name) for name in names} if before else {},
        {name: getattr(after, name) for name in names},
    )


def _route_action(action: str, route: Route, before: Route | None, after: Route | None) -> Action:
    return Action(
        action, "route", route.address, route.address, "", "", route.document, "", _shown(before), _shown(after)
    )


def _shown(route: Route | None) -> dict[str, Any]:
    if route is None:
        return {}
    shown: dict[str, Any] = {"mode": route.mode}
    if route.reply:
        shown["reply"] = route.reply
    if route.targets:
        shown["targets"] = ["/".join(target) for target in route.targets]
    return shown


def _guard(wanted: Wanted, actual: Accounts, actions: tuple[Action, ...]) -> Iterator[Refusal]:
    vanished = [account.address for key, account in actual.accounts.items() if key not in wanted.accounts.accounts]
    if vanished:
        yield Refusal(VANISHED, {"count": len(vanished), "sample": sorted(vanished)[:SAMPLE]})
    live = Counter(account.agency for account in actual.accounts.values() if account.state != CLOSED)
    for kind, counted in GUARDED.items():
        yield from _limits(kind, wanted, live, [action for action in actions if action.action in counted])
    protected = {_local(address) for address in wanted.guards.protected} - _named("protected", wanted)
    for action in actions:
        if action.action in ENDING and _local(action.address) in protected:
            yield Refusal(PROTECTED, {"action": action.action, "address": action.address})


def _limits(kind: str, wanted: Wanted, live: Counter[str], actions: list[Action]) -> Iterator[Refusal]:
    limit, named = wanted.guards.limits[kind], _named(kind, wanted)
    counted = Counter(action.agency for action in actions if _local(action.address) not in named)
    acknowledged = max((a.count for a in _in_force(kind, wanted)), default=0)
    total, base = counted.total(), live.total()
    if total > (most := max(most_of(limit, base), acknowledged)):
        yield Refusal(LIMIT, {"action": kind, "count": total, "base": base, "most": most})
    for agency, count in sorted(counted.items()):
        if count > (most := max(_share(limit.agency_percent, live[agency]), acknowledged)):
            values = {"action": kind, "count": count, "base": live[agency], "most": most, "agency": agency}
            yield Refusal(AGENCY_LIMIT, values)


def most_of(limit: Limit, base: int) -> int:
    """How many of `base` accounts one plan may touch: the smaller of the count and the percentage."""
    return min(limit.count, _share(limit.percent, base))


def _share(percent: int, base: int) -> int:
    """A percentage, rounded down; but one person may always leave, however small the agency."""
    return max(1, base * percent // 100) if percent else 0


def _in_force(limit: str, wanted: Wanted) -> Iterator[Any]:
    return (a for a in wanted.guards.acknowledgements if a.limit == limit and wanted.day <= a.until)


def _named(limit: str, wanted: Wanted) -> set[str]:
    return {_local(address) for a in _in_force(limit, wanted) for address in a.accounts}


def _local(address: str) -> str:
    """The part before the @, so that a change of the domain disarms no guard."""
    return address.partition("@")[0]
