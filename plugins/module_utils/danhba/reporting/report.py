"""A report: register and the server's counts, combined for one period and one scope."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from ..planning.state import Timeline
from ..usage.calendar import computed
from ..usage.checks import Period
from ..usage.daily import Looked, days_of, uses
from .accounts import Change, Open, changes, open_on
from .capacity import Disk, Noted, disks
from .scope import Scope, members
from .using import Rules, Using, summed

INCIDENTS = ("refused-marked", "refused-unreadable", "passed")
PASSWORDS = {"issue_password": "first", "reissue_password": "again"}


class Post(NamedTuple):
    """Messages that mailboxes submitted and received, and the bytes received."""

    sent: int
    received: int
    octets: int


class Recall(NamedTuple):
    """A recalled message (R10.7, R10.8), with the number of copies erased and not yet erased."""

    name: str
    day: date
    purpose: str
    document: str
    document_date: date
    erased: int
    left: int
    recorded: bool


class Handover(NamedTuple):
    """A contact mailbox handed from one custodian to the next (R11.2), by name; `former` may be unknown."""

    day: date
    agency: str
    address: str
    former: str
    successor: str
    document: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """The reliability of the counts.

    `asked` is the last day asked for; `measured` are the period's working days with data, `uncounted` those without
    complete data; `late` counts data for days already closed; `gaps` are spans in which events were lost.
    """

    asked: date
    measured: tuple[date, ...]
    uncounted: tuple[date, ...]
    late: int
    gaps: tuple[tuple[str, str], ...]
    computed: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """All content of a report.

    `flow` is mail by month and result; it, `disks` and `recalls` cover the whole province only.
    """

    scope: Scope
    period: Period
    rules: Rules
    coverage: Coverage
    before: Open
    after: Open
    changes: list[Change]
    using: Using
    post: Post
    flow: dict[str, Counter[str]]
    disks: list[Disk]
    incidents: Counter[str]
    passwords: Counter[str]
    recalls: list[Recall]
    handovers: list[Handover]

    @property
    def mail(self) -> Counter[str]:
        """Return all mail of the period by result."""
        return sum(self.flow.values(), Counter())


def make(  # noqa: PLR0913, PLR0917 - what a report is made of
    timeline: Timeline,
    scope: Scope,
    period: Period,
    told: Mapping[str, Any],
    rules: Rules,
    asked: date | None = None,
) -> Report:
    """Return a report from the result of `laocai.mail.report` (see `told` there).

    `asked` is the last day asked for, if the period had to end earlier because the data do.
    """
    looked = {name: _looked(row, len(period.usage.windows)) for name, row in told["looked"].items()}
    known = int(told["counted"], 16)
    found = (use for use in uses(period, looked, known) if scope.has(use.mailbox.name, use.stay.agency))
    # The whole province includes mailboxes that the register no longer has.
    of = None if scope.whole else members(timeline, scope, period.first, period.last)
    names = {code: agency.name for code, agency in timeline.register.agencies.items()}
    return Report(
        scope=scope,
        period=period,
        rules=rules,
        coverage=_coverage(period, told, asked or period.last),
        before=open_on(timeline, scope, period.first),
        after=open_on(timeline, scope, period.last),
        changes=changes(timeline, scope, period.first, period.last),
        using=summed(period, found, timeline.register.province.domain, names, _away(scope, period, known)),
        post=_post(of, told["looked"]),
        flow=_flow(told["flow"]) if scope.whole else {},
        disks=disks(Noted(date.fromisoformat(day), *rest) for day, *rest in told["disk"]) if scope.whole else [],
        incidents=_incidents(of, told["incidents"]),
        passwords=_passwords(of, told["passwords"]),
        recalls=_recalls(told["recalls"]) if scope.whole else [],
        handovers=_handovers(of, told["handovers"]),
    )


def _away(scope: Scope, period: Period, known: int) -> Iterator[tuple[str, int]]:
    """Yield working days of leave by agency, of days with data."""
    for mailbox in period.mailboxes:
        for stay in mailbox.leave:
            if scope.has(mailbox.name, stay.agency):
                days = period.days.days[stay.first : stay.last]
                yield stay.agency, sum(known >> (day - period.first).days & 1 for day in days)


def _looked(row: list[Any], windows: int) -> Looked:
    sets = [int(each, 16) for each in row[: 2 * windows]]
    return Looked(tuple(sets[:windows]), tuple(sets[windows:]))


def _coverage(period: Period, told: Mapping[str, Any], asked: date) -> Coverage:
    counted = int(told["counted"], 16)
    everything = sum(1 << (day - period.first).days for day in period.days.days)
    return Coverage(
        asked,
        tuple(days_of(period, everything & counted)),
        tuple(days_of(period, everything & ~counted)),
        told["late"],
        tuple((since, until) for since, until in told["gaps"]),
        tuple(computed(period.first, period.last, period.usage)),
    )


def _post(of: frozenset[str] | None, looked: Mapping[str, list[Any]]) -> Post:
    rows = [row[-3:] for name, row in looked.items() if of is None or name in of]
    return Post(*map(sum, zip(*rows, strict=True))) if rows else Post(0, 0, 0)


def _flow(rows: Iterable[tuple[str, str, int]]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for month, what, times in rows:
        found.setdefault(month, Counter())[what] += times
    return found


def _incidents(of: frozenset[str] | None, rows: Iterable[tuple[str, str, str, list[str]]]) -> Counter[str]:
    return Counter(
        action if action == "passed" else f"{action}-{verdict}"
        for action, verdict, sender, receivers in rows
        if of is None or not of.isdisjoint((sender, *receivers))
    )


def _passwords(of: frozenset[str] | None, rows: Iterable[tuple[str, str]]) -> Counter[str]:
    return Counter(PASSWORDS[action] for action, name in rows if of is None or name in of)


def _recalls(rows: Iterable[tuple[str, str, str, str, str, int, int, bool]]) -> list[Recall]:
    return [
        Recall(name, date.fromisoformat(day), purpose, document, date.fromisoformat(dated), erased, left, recorded)
        for name, day, purpose, document, dated, erased, left, recorded in rows
    ]


def _handovers(of: frozenset[str] | None, rows: Iterable[tuple[str, str, str, str, str, str]]) -> list[Handover]:
    return [
        Handover(date.fromisoformat(day), agency, *rest)
        for day, agency, *rest in rows
        if of is None or f"agency/{agency}" in of
    ]
