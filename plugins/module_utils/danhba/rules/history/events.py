"""Rules about a change of openings and closings, of agencies and people (R6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from ...messages import mark as _
from ...model.findings import Finding, Where, rule
from ...model.register import Agency, Event, Issuance, OfAgency, Suspension

OPENED = rule(
    "history-opened",
    "R6",
    _(
        "{object} is entered as opened by {before}, and this change says {now}; restore it, "
        "or acknowledge the correction: danhba acknowledge --limit history --accounts {object}"
    ),
)
CLOSED = rule(
    "history-closed-changed",
    "R6",
    _(
        "{object} is entered as closed by {before}, and this change says {now}; restore it, "
        "or acknowledge the correction: danhba acknowledge --limit history --accounts {object}"
    ),
)
REOPENED = rule(
    "history-closed",
    "R6.2b",
    _(
        "{object} is entered as closed from {day} on by {document}, and this change takes that back; "
        "restore closed: and open anew, or acknowledge the correction: danhba acknowledge "
        "--limit history --accounts {object}"
    ),
)
TO_COME = rule(
    "history-to-come",
    "R6",
    _(
        "{object}: {before} is still to come, and this change says {now}; restore it, and withdraw it by a document "
        "(danhba withdraw), or acknowledge the correction: danhba acknowledge --limit history --accounts {object}"
    ),
)
WITHDRAWN = rule(
    "history-withdrawn",
    "R6",
    _(
        "{object}: {before} has happened by {today}, and cannot be withdrawn any more; end it as what has happened is "
        "ended: danhba close, transfer, open, resume, custodian, agency change"
    ),
)


def check(before: Agency | Issuance, now: Agency | Issuance, opened: Where, closed: Where) -> Iterator[Finding]:
    """Yield an opening or closing that says something else than before, without a withdrawal."""
    if not _says(before.opened, now.opened):
        yield OPENED.at(opened, object=opened.object, before=describe(before.opened), now=describe(now.opened))
    if before.closed is None:
        return
    if now.closed is None:
        values = {"day": before.closed.date, "document": before.closed.document}
        yield REOPENED.at(closed, object=closed.object, **values)
    elif not _says(before.closed, now.closed):
        yield CLOSED.at(closed, object=closed.object, before=describe(before.closed), now=describe(now.closed))


def of_person(before: Issuance, now: Issuance, where: Callable[[str], Where], day: date | None) -> Iterator[Finding]:
    """Yield the same for a person's entry; future events may be withdrawn before their day."""
    gone = now.withdrawn[len(before.withdrawn) :]
    yield from _kept(before.withdrawn, now.withdrawn, where)
    yield from _never(before.opened, now.opened, where)
    yield from withdrawn(now, where, day, known=[each for each, _day, _ending in before.taken_back()])
    if before.closed and not before.void and any(_says(before.closed, each) for each in gone):
        before = replace(before, closed=None)
    for finding in check(before, now, where("opened"), where("closed")):
        yield _to_come(finding, before, now, day)


def of_agency(before: Agency, now: Agency, day: date | None) -> Iterator[Finding]:
    """Yield the same for an agency itself."""
    then, later = before.closings_withdrawn(), now.closings_withdrawn()
    yield from _kept(then, later, now.where)
    yield from _never(before.opened, now.opened, now.where)
    withdrawn_now = before.closed and any(_says(before.closed, each) for each in later[len(then) :])
    if (before.void and now.void) or (withdrawn_now and not before.void):
        before = replace(before, closed=None)
    for finding in check(before, now, now.where("opened"), now.where("closed")):
        yield _to_come(finding, before, now, day)


def _never(before: Event, now: Event, where: Callable[[str], Where]) -> Iterator[Finding]:
    """Yield a withdrawn opening whose withdrawal was changed."""
    if before.withdrawn and now.withdrawn and before.withdrawn != now.withdrawn:
        shown = [_with_ending(each) for each in (before, now)]
        yield OPENED.at(where("opened"), object=where("").object, before=shown[0], now=shown[1])


def _kept(before: Sequence[Event], now: Sequence[Event], where: Callable[[str], Where]) -> Iterator[Finding]:
    """Yield withdrawn closings that were changed or removed: the former list begins the later one."""
    kept = now[: len(before)]
    if [*map(_with_ending, before)] != [*map(_with_ending, kept)]:
        shown = ["; ".join(map(_with_ending, each)) or "—" for each in (before, kept)]
        yield CLOSED.at(where("withdrawn"), object=where("").object, before=shown[0], now=shown[1])


def _to_come(finding: Finding, before: Agency | Issuance, now: Agency | Issuance, day: date | None) -> Finding:
    """Return the finding, with another message if its event is still in the future."""
    was, becomes = (before.opened, now.opened) if finding.rule is OPENED else (before.closed, now.closed)
    if before.void or was is None or day is None or was.date <= day:
        return finding
    values = {"before": describe(was), "now": describe(becomes) if becomes else "—"}
    return TO_COME.at(finding.where, object=finding.where.object, **values)


def withdrawn(
    now: Agency | Issuance,
    where: Callable[[str], Where],
    day: date | None,
    known: Sequence[OfAgency | Suspension] = (),
) -> Iterator[Finding]:
    """Yield withdrawals that a change adds although their event has taken effect."""
    for happening, begins, ending in now.taken_back():
        if day and begins <= day and happening not in known:
            at = Where(where("").file, ending.at.get("date", where("").place), where("").object)
            shown = describe(happening) if isinstance(happening, Event) else f"{happening.document} {begins}"
            yield WITHDRAWN.at(at, object=at.object, before=shown, today=day)


def _with_ending(event: Event) -> str:
    ending = event.withdrawn
    return f"{describe(event)} ({ending.document} {ending.date})" if ending else describe(event)


def _says(before: Event, now: Event) -> bool:
    """Say whether two events are the same; a request that was missing may be added."""
    same = (before.document, before.date, before.event) == (now.document, now.date, now.event)
    return same and before.request in ("", now.request)


def describe(event: Event) -> str:
    """Return an event in one line, for messages."""
    request = f" ({event.request})" if event.request else ""
    return f"{event.document}{request} {event.date} {event.event}"
