"""Rules about agencies: their place among the others, and how long they are there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..messages import mark as _
from ..model.facts import Facts
from ..model.findings import Finding, advice, rule
from ..model.register import Agency
from ..vietnamese.names import spelling

PARENT = rule("agency-parent", "R1", _("the parent '{parent}' is no agency of this register; write its tendonvi"))
CYCLE = rule("agency-cycle", "R1", _("{chain}: an agency cannot stand above itself; correct a parent"))
PARENT_CLOSED = rule(
    "agency-parent-closed",
    "R6.1b",
    _("{agency} is open on {day}, when its parent {parent} is not; correct the dates or the parent"),
)
SUCCEEDS = rule("agency-succeeds", "R6.1a", _("'{code}' is no other agency of this register; write its tendonvi"))
HEIR = rule(
    "agency-heir",
    "R6.1a",
    _("{agency} was {event} on {day}, but no agency says succeeds: [{agency}]; add it to the one that took over"),
)
SUCCEEDS_OPEN = rule(
    "agency-succeeds-open",
    "R6.1a",
    _("{agency} succeeds {other}, which is not closed; close {other} by its document, or take it out of succeeds:"),
)
SUCCEEDS_DAY = rule(
    "agency-succeeds-day",
    "R6.1a",
    _("{agency} succeeds {other}, but is not open on {day}, when {other} ends; correct the dates of one of them"),
)
ORIGIN = rule(
    "agency-origin",
    "R6.1a",
    _(
        "{agency} was opened on {day} by event {event}, but no agency that it succeeds closes on that day by the same "
        "event; add it to succeeds: and close it, or write established"
    ),
)
RENAMED = rule(
    "agency-renamed",
    "R6.1a",
    _(
        "{agency} was renamed on {day}, but {heirs} did not begin on that day as this one agency under its new name; "
        "let one agency open by event renamed and succeed only it, or write merged or split"
    ),
)
IDENTIFIER = rule(
    "agency-identifier",
    "R5",
    _(
        "the national identifier {identifier} is that of {other} too, which is open at the same time; "
        "look up which of them has it, and correct the other"
    ),
)
NAMESAKE = advice(
    "agency-namesake",
    "R5",
    _(
        "{agency} and {other} are both '{name}', at the same time and under the same parent; "
        "say in the name what tells them apart, such as the place, or correct the parent"
    ),
)
BACKWARDS = rule("agency-dates", "R6.1a", _("{agency} closes on {closed}, not after it opened on {opened}"))

# Of a circle of agencies so many are named.
CIRCLE_LIMIT = 8
# Events that make one agency out of others. A split may leave the other one open, and is then no succession.
GROWN = frozenset({"renamed", "merged"})


def check(agency: Agency) -> Iterator[Finding]:
    """An agency by itself."""
    if agency.closed and agency.closed.date <= agency.opened.date:
        where = agency.where("closed")
        yield BACKWARDS.at(where, agency=agency.code, closed=agency.closed.date, opened=agency.opened.date)


def across(agencies: Mapping[str, Facts], unread: frozenset[str]) -> Iterator[Finding]:
    """Each agency among the others."""
    known = unread.union(agencies)
    heirs = _heirs(agencies)
    cycles = _cycles(agencies)
    for agency in agencies.values():
        yield from _above(agency, agencies, known, cycles.get(agency.code))
        yield from _succession(agency, agencies, known)
        if agency.closed and agency.closed_event != "dissolved" and not unread:
            yield from _inherited(agency, heirs, agencies)
    yield from _alike(agencies)


def _heirs(agencies: Mapping[str, Facts]) -> dict[str, list[Facts]]:
    """The agencies that succeed one, by its code."""
    heirs: dict[str, list[Facts]] = {}
    for agency in agencies.values():
        for code in agency.succeeds:
            heirs.setdefault(code, []).append(agency)
    return heirs


def _inherited(agency: Facts, heirs: Mapping[str, list[Facts]], agencies: Mapping[str, Facts]) -> Iterator[Finding]:
    """Of an agency that did not just end: somebody took over, and a renamed one is one agency before and after."""
    found = heirs.get(agency.code)
    if not found:
        values = {"agency": agency.code, "event": agency.closed_event, "day": agency.closed}
        yield HEIR.at(agency.where("closed"), **values)
    elif agency.closed_event == "renamed" and not (len(found) == 1 and _continues(agency, found[0], agencies)):
        values = {"agency": agency.code, "day": agency.closed}
        yield RENAMED.at(agency.where("closed"), heirs=[heir.code for heir in found], **values)


def _continues(agency: Facts, heir: Facts, agencies: Mapping[str, Facts]) -> bool:
    """Whether an heir is the agency itself under another name, and no other agency's."""
    begins = (heir.opened, heir.opened_event) == (agency.closed, agency.closed_event)
    former = [agencies[code] for code in heir.succeeds if code in agencies]
    return begins and not any(
        (other.closed, other.closed_event) == (agency.closed, agency.closed_event) and other.code != agency.code
        for other in former
    )


def _alike(agencies: Mapping[str, Facts]) -> Iterator[Finding]:
    """Open at the same time: no two of one national identifier, and better none of one name under one parent."""
    identifiers: dict[str, list[Facts]] = {}
    names: dict[tuple[str, str], list[Facts]] = {}
    for agency in agencies.values():
        names.setdefault((spelling(agency.name), agency.parent), []).append(agency)
        if agency.identifier:
            identifiers.setdefault(agency.identifier, []).append(agency)
    for agency, other in _at_once(identifiers.values()):
        yield IDENTIFIER.at(agency.where("identifier"), identifier=agency.identifier, other=other.code)
    for agency, other in _at_once(names.values()):
        yield NAMESAKE.at(agency.where("name"), agency=agency.code, other=other.code, name=agency.name)


def _at_once(groups: Iterable[list[Facts]]) -> Iterator[tuple[Facts, Facts]]:
    """Of each group, an agency with one that opened before it and is still open then."""
    for group in groups:
        first, *others = sorted(group, key=lambda agency: agency.opened) if len(group) > 1 else group
        for agency in others:
            if agency.opened < first.end:
                yield agency, first
            first = max(first, agency, key=lambda each: each.end)


def _above(
    agency: Facts, agencies: Mapping[str, Facts], known: frozenset[str], cycle: list[str] | None
) -> Iterator[Finding]:
    if not agency.parent:
        return
    if agency.parent not in known:
        yield PARENT.at(agency.where("parent"), parent=agency.parent)
    elif cycle:
        yield CYCLE.at(agency.where("parent"), chain=" → ".join(cycle))
    elif parent := agencies.get(agency.parent):
        yield from _under(agency, parent, agencies)


def _cycles(agencies: Mapping[str, Facts]) -> dict[str, list[str]]:
    """Each agency that stands above itself, with the codes from it up to itself."""
    found: dict[str, list[str]] = {}
    done: set[str] = set()
    for start in agencies:
        chain: dict[str, None] = {}
        code = start
        while code in agencies and code not in done and code not in chain:
            chain[code] = None
            code = agencies[code].parent
        if code in chain:
            members = list(chain)[list(chain).index(code) :]
            for index, member in enumerate(members):
                following = [members[(index + step) % len(members)] for step in range(min(len(members), CIRCLE_LIMIT))]
                found[member] = [*following, *["…"] * (len(members) > CIRCLE_LIMIT), member]
        done.update(chain)
    return found


def _under(agency: Facts, parent: Facts, agencies: Mapping[str, Facts]) -> Iterator[Finding]:
    """A subordinate unit stands under an open agency (R6.1b): when it opens, and for as long as it is open.

    After a reorganisation it stands under one that succeeds the one that it was opened under.
    """
    if agency.opened < parent.opened and agency.opened < _since(parent, agencies):
        yield _parent_closed(agency, agency.opened)
    if agency.end > parent.end:
        yield _parent_closed(agency, parent.end)


def _since(agency: Facts, agencies: Mapping[str, Facts]) -> str:
    """The day from which an agency has been there, itself or in those that it succeeds."""
    days, seen, waiting = [agency.opened], {agency.code}, [*agency.succeeds]
    while waiting:
        code = waiting.pop()
        if code not in seen and (former := agencies.get(code)):
            seen.add(code)
            days.append(former.opened)
            waiting.extend(former.succeeds)
    return min(days)


def _parent_closed(agency: Facts, day: str) -> Finding:
    return PARENT_CLOSED.at(agency.where("parent"), agency=agency.code, day=day, parent=agency.parent)


def _succession(agency: Facts, agencies: Mapping[str, Facts], known: frozenset[str]) -> Iterator[Finding]:
    """Who takes over is there when the other ends, and what it grew out of ends when it begins (R6.1a)."""
    former = [agencies[code] for code in agency.succeeds if code in agencies and code != agency.code]
    for code in agency.succeeds:
        if code not in known or code == agency.code:
            yield SUCCEEDS.at(agency.where("succeeds"), code=code)
    for other in former:
        if not other.closed:
            yield SUCCEEDS_OPEN.at(agency.where("succeeds"), agency=agency.code, other=other.code)
        elif not agency.opened <= other.closed < agency.end:
            values = {"agency": agency.code, "other": other.code, "day": other.closed}
            yield SUCCEEDS_DAY.at(agency.where("succeeds"), **values)
    grown = any(other.closed == agency.opened and other.closed_event == agency.opened_event for other in former)
    unknown = not known.issuperset(agency.succeeds) or len(former) < len(agency.succeeds)
    if agency.opened_event in GROWN and not grown and not unknown:
        values = {"agency": agency.code, "event": agency.opened_event, "day": agency.opened}
        yield ORIGIN.at(agency.where("opened"), **values)
