"""Rules about the name behind an id: mail and password belong to the id, so another person must never get it.

All ways of changing a name are judged alike, whatever events and files: an entry that follows another one of the same
id is compared with it. A new name is entered by the event `renamed`, with the document that gives it (`danhba change
--name`); reviewers are also asked whether this is one person.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from itertools import pairwise

from ...messages import mark as _
from ...model.findings import Finding, advice, rule
from ...model.register import RENAMED, WITHDRAWN, Agency, Issuance
from ...model.rows import ids_of
from ...vietnamese.names import spelling
from .entries import MARKS
from .spelling import alike

RENAMED_NOW = advice(
    "history-renamed",
    "R4.0",
    _(
        "{object} was {before} in {other} and is {now} from {day} on by {document}, with the same mailbox, mail and "
        "password; ask whether this is one human and read {document}, which must give the new name: another human gets "
        "a new id"
    ),
)
UNNAMED = rule(
    "history-renamed-document",
    "R4.0",
    _(
        "{object} was {before} in {other} and would be {now} from {day} on ({event}), with the same mailbox, mail and "
        "password, and {document} does something else than give a new name; give another human a new id, or enter the "
        "new name first by the document that gives it: danhba change --name, "
        "or acknowledge the correction: danhba acknowledge --limit history --accounts {object}"
    ),
)

Entry = tuple[Agency, Issuance]


def check(base: Mapping[str, Agency], now: Mapping[str, Agency], changed: Collection[Agency]) -> Iterator[Finding]:
    """Yield entries whose name differs from that of the person's entry before, unless this was so before the change.

    `changed` are the changed agencies with places in files; `base` and `now` are all agencies, by code.
    """
    ids = {id_ for agency in changed for id_ in _touched(base.get(agency.code), agency)}
    if not ids:
        return
    known = {_said(*pair) for pair in _following(base.values(), ids)}
    there = {**now, **{agency.code: agency for agency in changed}}
    for former, entry in _following(there.values(), ids):
        if _said(former, entry) not in known:
            for finding in _objections(former, entry):
                # Changed marks of an old entry are reported by `entries`.
                if finding.rule is not MARKS or not _was_there(base.get(entry[0].code), entry[1]):
                    yield finding


def _touched(before: Agency | None, now: Agency) -> Iterator[str]:
    """Yield the ids of entries that are new, or whose name, opening or withdrawal differs."""
    known = {_shown(issuance) for issuance in before.people} if before else set()
    yield from (issuance.id for issuance in now.people if _shown(issuance) not in known)


def _was_there(before: Agency | None, now: Issuance) -> bool:
    stands = (now.id, now.opened.date)
    return before is not None and any((each.id, each.opened.date) == stands for each in before.people)


def _shown(issuance: Issuance) -> tuple[str, str, date, str, bool]:
    return issuance.id, issuance.name, issuance.opened.date, issuance.opened.event, issuance.void


def _following(agencies: Iterable[Agency], ids: Collection[str]) -> Iterator[tuple[Entry, Entry]]:
    """Yield each entry of these people with the one before it, if their names differ, without withdrawn openings."""
    entries: dict[str, list[Entry]] = {}
    for agency in agencies:
        for issuance in agency.people if not set(ids).isdisjoint(ids_of(agency)) else ():
            if issuance.id in ids and not issuance.void:
                entries.setdefault(issuance.id, []).append((agency, issuance))
    for listed in entries.values():
        for former, entry in pairwise(sorted(listed, key=_opened)):
            if spelling(former[1].name) != spelling(entry[1].name):
                yield former, entry


def _opened(entry: Entry) -> date:
    return entry[1].opened.date


def _said(former: Entry, entry: Entry) -> tuple[str, str, str, date, str]:
    issuance = entry[1]
    return issuance.id, former[1].name, issuance.name, issuance.opened.date, issuance.opened.event


def _objections(former: Entry, entry: Entry) -> Iterator[Finding]:
    (other, before), (agency, issuance) = former, entry
    where, opened = agency.where_of(issuance, "name"), issuance.opened
    values = {"object": where.object, "before": before.name, "now": issuance.name}
    if opened.event == RENAMED and not _does_more(agency, opened.document, opened.date):
        yield RENAMED_NOW.at(where, other=other.code, day=opened.date, document=opened.document, **values)
    elif alike(before.name, issuance.name):
        yield MARKS.at(where, **values)
    else:
        more = {"other": other.code, "day": opened.date, "event": opened.event, "document": opened.document}
        yield UNNAMED.at(where, **values, **more)


def _does_more(agency: Agency, document: str, day: date) -> bool:
    """Say whether the document of a new name also opens, moves or closes somebody in the same year."""
    events = (event for issuance in agency.people for event in (issuance.opened, issuance.closed) if event)
    return any(
        event.document == document and event.date.year == day.year and event.event not in {RENAMED, WITHDRAWN}
        for event in events
    )
