"""Rules about effects of a change on agencies whose own files it leaves alone: late successors, people who return."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from ...messages import mark as _
from ...model.facts import Facts, Held
from ...model.findings import Finding, advice, rule
from ...model.register import PAIRED

SUCCEEDS_ADDED = rule(
    "history-succeeds-added",
    "R6.1a",
    _(
        "{object} now succeeds {before}, which had ended on {day} before this change, and would be given its mail; "
        "take it out of succeeds:, "
        "or acknowledge the correction: danhba acknowledge --limit history --accounts {object}"
    ),
)
RETURN = advice(
    "history-return",
    "R6.2a",
    _(
        "{person} left {other} on {day} ({event}) and opens again in {agency}, with the mailbox of then: all its mail, "
        "and what is still sent to the old address; ask {other} whether this is the same person, else give a new id"
    ),
)


def taken_over(former: Mapping[str, Facts], changed: Sequence[Facts]) -> Iterator[Finding]:
    """Yield agencies that are made successors of one that had already ended."""
    for agency in changed:
        known = former[agency.code].succeeds if agency.code in former else ()
        for code in agency.succeeds:
            ended = former.get(code)
            if ended and ended.closed and code not in known:
                values = {"object": agency.code, "before": code, "day": ended.closed}
                yield SUCCEEDS_ADDED.at(agency.where("succeeds"), **values)


def returned(base: Sequence[Facts], former: Mapping[str, Facts], changed: Sequence[Facts]) -> Iterator[Finding]:
    """Yield people who had left for good and are opened again, in any agency."""
    new = [entry for agency in changed for entry in _new(agency, former.get(agency.code))]
    last = _last(base, {held.id for _agency, held in new})
    for agency, held in new:
        if held.id in last and (left := last[held.id])[1].closed:
            values = {"person": held.id, "agency": agency.code, "other": left[0].code}
            yield RETURN.at(agency.where_of(held, "opened"), day=left[1].closed, event=left[1].closed_event, **values)


def _new(agency: Facts, before: Facts | None) -> Iterator[tuple[Facts, Held]]:
    """Yield the entries that a change adds, except those of moves and new names, whose closing entry is judged."""
    known = Counter(held.id for held in before.people) if before else Counter[str]()
    for held in agency.people:
        known[held.id] -= 1
        if known[held.id] < 0 and held.opened_event not in PAIRED and not held.void:
            yield agency, held


def _last(base: Sequence[Facts], ids: set[str]) -> dict[str, tuple[Facts, Held]]:
    """Return the last entry of each of these people, without openings that were withdrawn."""
    last: dict[str, tuple[Facts, Held]] = {}
    for agency in base:
        for held in agency.people if not ids.isdisjoint(agency.ids) else ():
            if held.id in ids and not held.void and (held.id not in last or last[held.id][1].end <= held.end):
                last[held.id] = agency, held
    return last
