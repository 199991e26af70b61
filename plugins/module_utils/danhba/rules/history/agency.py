"""Rules about a change of an agency: it is never removed, and its code is never given again (R4.1)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import islice

from ...messages import mark as _
from ...model.findings import KIND_LIMIT, Finding, Where, advice, rule
from ...model.register import STANDING, Agency, Change
from . import custodians, events, past
from .spelling import alike

GONE = rule(
    "history-agency-gone",
    "R6.1a",
    _("the file of {agency} is gone; restore it from git, and close the agency by closed: with its document"),
)
REUSED = rule(
    "history-agency-reused",
    "R4.1",
    _("{agency} closed on {closed}, and this change opens it on {opened}; no tendonvi is issued again, take another"),
)
RENAMED = rule(
    "history-agency-name",
    "R6.1a",
    _(
        "{object} was '{before}' and is now '{now}'; a renamed agency is a new one that succeeds: [{object}], "
        "or acknowledge the correction: danhba acknowledge --limit history --accounts {object}"
    ),
)
VALUE = rule(
    "history-agency-value",
    "R6.1a",
    _(
        "{key} of {object} was '{before}' and is now '{now}', also for the past; restore it, and enter what changes "
        "with its day: danhba agency change {object} --{key}, "
        "or acknowledge the correction: danhba acknowledge --limit history --accounts {object}"
    ),
)
CHANGE = rule(
    "history-agency-change",
    "R6.1a",
    _(
        "changes: of {object} had {before}, and this change alters or removes it; restore it, and enter what is "
        "decided since behind it, "
        "or acknowledge the correction: danhba acknowledge --limit history --accounts {object}"
    ),
)
BACK = advice(
    "history-agency-back",
    "R6.1a",
    _(
        "{object} is changed from {day} on, more than {days} days ago; correct the year if this is a slip, and compare "
        "it with the document if not"
    ),
)
SUCCEEDS = rule(
    "history-succeeds",
    "R6.1a",
    _(
        "{object} took over from {before}, whose mail would no longer reach it; restore it under succeeds:, "
        "or acknowledge the correction: danhba acknowledge --limit history --accounts {object}"
    ),
)

NOTHING = "—"


def check(before: Agency, now: Agency, whole: Mapping[str, Agency], day: date | None) -> Iterator[Finding]:
    """Yield what a change takes back of an agency itself, without its people.

    `whole` are all agencies now, by code.
    """
    if before.closed and now.opened.date >= before.closed.date and not before.void:
        values = {"agency": now.code, "closed": before.closed.date, "opened": now.opened.date}
        yield REUSED.at(now.where("opened"), **values)
        return
    if not alike(before.name, now.name):
        yield RENAMED.at(now.where("name"), object=now.code, before=before.name, now=now.name)
    yield from _standing(before, now, day)
    yield from events.of_agency(before, now, day)
    yield from events.withdrawn(now, now.where, day, known=[each for each, _day, _ending in before.taken_back()])
    for code in before.succeeds:
        if code not in now.succeeds and not _goes_on(whole.get(code)):
            yield SUCCEEDS.at(now.where("succeeds"), object=now.code, before=code)
    yield from custodians.check(before, now, day)


def _goes_on(agency: Agency | None) -> bool:
    """Say whether an agency's closing was withdrawn, so that no agency succeeds it any more."""
    return agency is not None and agency.closed is None and bool(agency.closings_withdrawn())


def _standing(before: Agency, now: Agency, day: date | None) -> Iterator[Finding]:
    """Yield changed values of the founding and removed changes; a change may be added before others."""
    for key in STANDING:
        was, becomes = getattr(before, key), getattr(now, key)
        if was != becomes:
            yield VALUE.at(now.where(key), key=key, object=now.code, before=was or NOTHING, now=becomes or NOTHING)
    for change in islice(_gone(before, now, day), KIND_LIMIT):
        if day and change.date > day and not change.withdrawn:
            where = now.where("changes")
            yield events.TO_COME.at(where, object=now.code, before=describe(change), now=NOTHING)
        else:
            yield CHANGE.at(now.where("changes"), object=now.code, before=describe(change))


def _gone(before: Agency, now: Agency, day: date | None) -> Iterator[Change]:
    """Yield the changes that were removed without a withdrawal.

    Changes after the agency's end are left out once that end can no longer be withdrawn: they did not take effect.
    """
    then, later = Counter(_listed(before)), Counter(_listed(now))
    taken_back = Counter(replace(change, withdrawn=None) for change in later - then if change.withdrawn)
    ended = now.closed.date if now.closed and (day is None or now.closed.date <= day) else date.max
    return (change for change in then - later - taken_back if change.withdrawn or change.date < ended)


def _listed(agency: Agency) -> Iterator[Change]:
    """Yield all changes in an agency's file, also withdrawn ones."""
    return (each for each in (*agency.changes, *agency.withdrawn) if isinstance(each, Change))


def describe(change: Change) -> str:
    """Return a change in one line, for messages."""
    values = (f"{key}: {value}" for key, value in change.values.items())
    ending = f" ({change.withdrawn.document} {change.withdrawn.date})" if change.withdrawn else ""
    return f"{change.document} {change.date} ({', '.join(values)}){ending}"


def back(before: Agency | None, now: Agency, day: date) -> Iterator[Finding]:
    """Yield added changes of an agency that are dated long ago."""
    known = frozenset(before.changes) if before else frozenset()
    for change in now.changes:
        if change not in known and (day - change.date).days > past.BACK_DAYS:
            where = now.where("changes")
            where = Where(where.file, change.at.get("date", where.place), where.object)
            yield BACK.at(where, object=now.code, day=change.date, days=past.BACK_DAYS)
