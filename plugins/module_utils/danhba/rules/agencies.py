"""Rules about agencies: dates, changes and succession of each, and its place among the others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import date
from itertools import islice
from typing import NamedTuple

from ..addresses.lookalike import code_skeleton
from ..addresses.office import RESERVED_NAMES
from ..messages import mark as _
from ..model.facts import Facts, Since
from ..model.findings import KIND_LIMIT, Finding, Where, advice, rule
from ..model.register import STANDING, Agency, Change, Custodian, Ending, Event, OfAgency
from ..vietnamese.names import spelling

PARENT = rule("agency-parent", "R1", _("the parent '{parent}' is no agency of this register; write its tendonvi"))
CYCLE = rule("agency-cycle", "R1", _("{chain}: an agency cannot stand above itself; correct a parent"))
PARENT_CLOSED = rule(
    "agency-parent-closed",
    "R6.1b",
    _(
        "{agency} is open on {day}, when its parent {parent} is not; correct the dates or the parent, "
        "or say under changes: which agency it stands under from then on"
    ),
)
CHANGE_DAY = rule(
    "agency-change-day",
    "R6.1a",
    _(
        "the change of {agency} on {day} is not after its opening ({opened}) and before its closing ({closed}); "
        "correct the date, or withdraw what will not come to pass (danhba withdraw); what it is from its first day on "
        "stands at the head of its file"
    ),
)
CHANGE_ORDER = rule(
    "agency-change-order",
    "R6.1a",
    _("the change of {day} stands behind that of {before}; put changes: in the order of their days"),
)
CHANGE_TWICE = rule(
    "agency-change-twice",
    "R6.1a",
    _("{key} of {agency} becomes '{before}' and '{now}' on one day, {day}; leave the one that the document says"),
)
CHANGE_SAME = rule(
    "agency-change-same",
    "R6.1a",
    _("the change of {day} changes nothing of {agency}; state kind, parent or identifier as they are from then on"),
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
        "{agency} and {other} are both '{name}' at the same time, under the same parent or one of them at the head of "
        "the province; say in the name what tells them apart, such as the place, or correct the parent"
    ),
)
RESERVED = rule(
    "agency-code-reserved",
    "R4.1",
    _(
        "'{agency}' is what mail systems or the regulation call something else by, so that the addresses of its people "
        "would mislead; take the tendonvi of the list, such as snv"
    ),
)
ALIKE = advice(
    "agency-code-alike",
    "R4.1",
    _(
        "'{agency}' can hardly be told from '{other}', so that letters of one pass for those of the other; "
        "take a tendonvi that reads otherwise, for none ever changes"
    ),
)
LATE = rule(
    "agency-withdrawn",
    "R6.1",
    _(
        "{agency}: what {document} does on {day} cannot be withdrawn on {withdrawn}, by when it has happened; correct "
        "the days, or enter what is decided since: danhba agency, custodian, reorganise"
    ),
)
BOTH = rule(
    "agency-withdrawn-twice",
    "R6.1",
    _(
        "{agency}: what {document} does on {day} is withdrawn, and stands beside that as it was, or as withdrawn once "
        "more; leave one of them, for it comes to pass or it does not"
    ),
)
VOID_CLOSED = rule(
    "agency-withdrawn-closed",
    "R6.1",
    _(
        "{agency} never opens on {day}, for that is withdrawn, and yet is to be closed; withdraw that too: move "
        "closed: to the list withdrawn: with its document, as danhba withdraw does"
    ),
)
BACKWARDS = rule("agency-dates", "R6.1a", _("{agency} closes on {closed}, not after it opened on {opened}"))

# Codes shorter than this are read letter by letter, so that look-alikes are not confused.
SHORT = 4
# Local parts of agencies' mailboxes and of mail systems.
_RESERVED = RESERVED_NAMES | {"contact"}
# Codes that pass for those of a help desk for mail and passwords.
_HELP = re.compile(r"(hotro|trogiup|helpdesk|help|quantri|baomat|matkhau|password|hopthu|thudientu|email)+[0-9]*")
# Maximum number of agencies that a message about a circle names.
CIRCLE_LIMIT = 8
# Opening events of agencies made of others. A split may leave the former one open, and is then no succession.
GROWN = frozenset({"renamed", "merged"})


def check(agency: Agency) -> Iterator[Finding]:
    """Yield the findings about an agency's code, dates, changes and withdrawals."""
    if agency.code in _RESERVED or _HELP.fullmatch(agency.code):
        yield RESERVED.at(agency.where("agency"), agency=agency.code)
    if agency.closed and agency.closed.date <= agency.opened.date and not agency.void:
        where = agency.where("closed")
        yield BACKWARDS.at(where, agency=agency.code, closed=agency.closed.date, opened=agency.opened.date)
    if agency.changes:
        yield from islice(_changes(agency), KIND_LIMIT)
    if agency.withdrawn or agency.void:
        yield from islice(_withdrawn(agency), KIND_LIMIT)


def _withdrawn(agency: Agency) -> Iterator[Finding]:
    """Yield withdrawals that came too late, or of an entry that is also there unwithdrawn or withdrawn twice."""
    there = (agency.closed, *agency.custodians, *agency.changes, *agency.withdrawn)
    seen = Counter(key for happening in there if happening for key in _keys(happening))
    for happening, day, ending in agency.taken_back():
        values = {"agency": agency.code, "document": happening.document, "day": day}
        if ending.date >= day:
            yield LATE.at(_ending(agency, ending, "date"), withdrawn=ending.date, **values)
        if any(seen[key] > 1 for key in _keys(happening)):
            yield BOTH.at(_ending(agency, ending, "document"), **values)
    if agency.void and "closed" in agency.at:
        yield VOID_CLOSED.at(agency.where("closed"), agency=agency.code, day=agency.opened.date)


def _keys(happening: OfAgency) -> Iterator[tuple[str, ...]]:
    """Yield what identifies an entry of an agency; for a change, one key for each value."""
    stated = (happening.document, happening.date.isoformat())
    if isinstance(happening, Event):
        yield (*stated, happening.event)
    elif isinstance(happening, Custodian):
        yield (*stated, happening.person, happening.role)
    else:
        yield from ((*stated, key, value) for key, value in happening.values.items())


def _ending(agency: Agency, ending: Ending, key: str) -> Where:
    where = agency.where()
    return Where(where.file, ending.at.get(key, where.place), where.object)


def _changes(agency: Agency) -> Iterator[Finding]:
    """Yield the findings about changes: each lies within the agency's time, in order, and changes something."""
    known = {key: getattr(agency, key) for key in STANDING}
    since, last = dict[str, date](), agency.opened.date
    end = agency.closed.date if agency.closed else date.max
    for change in agency.changes:
        day, values = {"agency": agency.code, "day": change.date}, change.values
        if not agency.opened.date < change.date < end:
            closed = agency.closed.date if agency.closed else "…"
            yield CHANGE_DAY.at(_at(agency, change, "date"), opened=agency.opened.date, closed=closed, **day)
        elif change.date < last:
            yield CHANGE_ORDER.at(_at(agency, change, "date"), before=last, **day)
        elif _read(change) and all(known[key] == value for key, value in values.items()):
            yield CHANGE_SAME.at(_at(agency, change, ""), **day)
        for key, value in values.items():
            if since.get(key) == change.date and known[key] != value:
                yield CHANGE_TWICE.at(_at(agency, change, key), key=key, before=known[key], now=value, **day)
            known[key], since[key] = value, change.date
        last = max(last, change.date)


def _read(change: Change) -> bool:
    """Say whether all values of a change could be read."""
    return not any(key in change.at and not getattr(change, key) for key in STANDING)


def _at(agency: Agency, change: Change, key: str) -> Where:
    where = agency.where("changes")
    return Where(where.file, change.at.get(key, where.place), where.object)


def across(agencies: Mapping[str, Facts], unread: frozenset[str]) -> Iterator[Finding]:
    """Yield the findings about agencies among each other: parents, successors, names, identifiers and codes."""
    known = unread.union(agencies)
    heirs = _heirs(agencies)
    cycles = _cycles(agencies)
    for agency in (each for each in agencies.values() if not each.void):
        yield from _above(agency, agencies, known, cycles)
        yield from _succession(agency, agencies, known)
        if agency.closed and agency.closed_event != "dissolved" and not unread:
            yield from _inherited(agency, heirs, agencies)
    yield from _alike(agencies)
    yield from _alike_in_code(agencies)


def _alike_in_code(agencies: Mapping[str, Facts]) -> Iterator[Finding]:
    """Yield an agency whose code looks like that of one opened earlier."""
    seen: dict[str, Facts] = {}
    long = (each for each in agencies.values() if len(each.code) >= SHORT)
    for agency in sorted(long, key=lambda each: each.opened):
        first = seen.setdefault(code_skeleton(agency.code), agency)
        if first is not agency:
            yield ALIKE.at(agency.where("agency"), agency=agency.code, other=first.code)


def _heirs(agencies: Mapping[str, Facts]) -> dict[str, list[Facts]]:
    """Return the successors of each agency, by its code."""
    heirs: dict[str, list[Facts]] = {}
    for agency in (each for each in agencies.values() if not each.void):
        for code in agency.succeeds:
            heirs.setdefault(code, []).append(agency)
    return heirs


def _inherited(agency: Facts, heirs: Mapping[str, list[Facts]], agencies: Mapping[str, Facts]) -> Iterator[Finding]:
    """Yield a closed agency without a successor, or a renamed one whose successor is not it alone."""
    found = heirs.get(agency.code)
    if not found:
        values = {"agency": agency.code, "event": agency.closed_event, "day": agency.closed}
        yield HEIR.at(agency.where("closed"), **values)
    elif agency.closed_event == "renamed" and not (len(found) == 1 and _continues(agency, found[0], agencies)):
        values = {"agency": agency.code, "day": agency.closed}
        yield RENAMED.at(agency.where("closed"), heirs=[heir.code for heir in found], **values)


def _continues(agency: Facts, heir: Facts, agencies: Mapping[str, Facts]) -> bool:
    """Say whether a successor is the same agency under another name, and succeeds no other one."""
    begins = (heir.opened, heir.opened_event) == (agency.closed, agency.closed_event)
    former = [agencies[code] for code in heir.succeeds if code in agencies]
    return begins and not any(
        (other.closed, other.closed_event) == (agency.closed, agency.closed_event) and other.code != agency.code
        for other in former
    )


def _alike(agencies: Mapping[str, Facts]) -> Iterator[Finding]:
    """Yield agencies open at the same time with one national identifier, or with one name under one parent."""
    identifiers: dict[str, list[_Stay]] = {}
    names: dict[tuple[str, str], list[_Stay]] = {}
    named: dict[str, list[_Stay]] = {}
    for agency in (each for each in agencies.values() if not each.void):
        name = spelling(agency.name)
        for since, until in agency.spans(agency.parents):
            names.setdefault((name, since.value), []).append(_Stay(agency, since, until))
            named.setdefault(name, []).append(_Stay(agency, since, until))
        for since, until in agency.spans(agency.identifiers):
            if since.value:
                identifiers.setdefault(since.value, []).append(_Stay(agency, since, until))
    for stay, other in _at_once(identifiers.values()):
        yield IDENTIFIER.at(stay.agency.where_since(stay.since), identifier=stay.since.value, other=other.agency.code)
    for stay, other in (*_at_once(names.values()), *_of_heads(named.values(), agencies)):
        agency = stay.agency
        yield NAMESAKE.at(agency.where("name"), agency=agency.code, other=other.agency.code, name=agency.name)


def _of_heads(groups: Iterable[list[_Stay]], agencies: Mapping[str, Facts]) -> Iterator[tuple[_Stay, _Stay]]:
    """Yield pairs of namesakes under different parents, one of which is at the head of the province at the time."""
    for group in groups:
        stays = sorted(group, key=lambda stay: stay.since.day) if len(group) > 1 else []
        for number, stay in enumerate(stays):
            for other in stays[:number]:
                apart = stay.agency is not other.agency and stay.since.value != other.since.value
                heads = apart and (_is_at_head(stay, agencies) or _is_at_head(other, agencies))
                if heads and stay.since.day < other.until:
                    yield stay, other
                    break


def _is_at_head(stay: _Stay, agencies: Mapping[str, Facts]) -> bool:
    """Say whether an agency has no parent, or its parent has none: letters of a namesake would pass for its own."""
    above = agencies.get(stay.since.value)
    return not stay.since.value or (above is not None and not above.parent_on(stay.since.day))


class _Stay(NamedTuple):
    """An agency with a value, from a day on until another on which it no longer has it (ISO 8601)."""

    agency: Facts
    since: Since
    until: str


def _at_once(groups: Iterable[list[_Stay]]) -> Iterator[tuple[_Stay, _Stay]]:
    """Yield pairs of a group that overlap in time, each agency with an earlier one."""
    for group in groups:
        first, *others = sorted(group, key=lambda stay: stay.since.day) if len(group) > 1 else group
        for stay in others:
            if stay.since.day < first.until and stay.agency is not first.agency:
                yield stay, first
            first = max(first, stay, key=lambda each: each.until)


def _above(
    agency: Facts, agencies: Mapping[str, Facts], known: frozenset[str], cycles: Mapping[tuple[str, str], list[str]]
) -> Iterator[Finding]:
    for since, until in agency.spans(agency.parents):
        if not since.value:
            continue
        if since.value not in known:
            yield PARENT.at(agency.where_since(since), parent=since.value)
        elif cycle := cycles.get((agency.code, since.day)):
            yield CYCLE.at(agency.where_since(since), chain=" → ".join(cycle))
        elif parent := agencies.get(since.value):
            yield from _under(_Stay(agency, since, until), parent, agencies)


def _cycles(agencies: Mapping[str, Facts]) -> dict[tuple[str, str], list[str]]:
    """Return each agency that is above itself, with the codes of the circle, by code and first day.

    Parents at the founding are compared whatever the days; each change of a parent is compared on its day.
    """
    found: dict[tuple[str, str], list[str]] = {}
    done: set[str] = set()
    for start in agencies:
        chain = _chain(agencies, start, "", done)
        done.update(chain)
        for index, member in enumerate(circle := _circle(agencies, chain, "")):
            found[member, agencies[member].opened] = _named([*circle[index:], *circle[:index]])
    for agency in agencies.values():
        for since in agency.parents[1:]:
            if agency.code in (circle := _circle(agencies, _chain(agencies, agency.code, since.day), since.day)):
                index = circle.index(agency.code)
                found[agency.code, since.day] = _named([*circle[index:], *circle[:index]])
    return found


def _chain(agencies: Mapping[str, Facts], code: str, day: str, done: Container[str] = ()) -> list[str]:
    """Return an agency's code and those above it on a day, itself first, each once."""
    chain: dict[str, None] = {}
    while code in agencies and code not in done and code not in chain:
        chain[code] = None
        code = agencies[code].parent_on(day)
    return [*chain]


def _circle(agencies: Mapping[str, Facts], chain: list[str], day: str) -> list[str]:
    """Return the codes of a chain that are above themselves: from the one that the last one leads back to."""
    again = agencies[chain[-1]].parent_on(day) if chain else ""
    return chain[chain.index(again) :] if again in chain else []


def _named(circle: list[str]) -> list[str]:
    return [*circle[:CIRCLE_LIMIT], *["…"] * (len(circle) > CIRCLE_LIMIT), circle[0]]


def _under(stay: _Stay, parent: Facts, agencies: Mapping[str, Facts]) -> Iterator[Finding]:
    """Yield days on which a subordinate unit's parent is not open (R6.1b).

    A unit may be founded under an agency that was opened later, if that agency succeeds the original parent:
    reorganisations wrote it so before changes had days.
    """
    founded = stay.since is stay.agency.parents[0]
    if stay.since.day < parent.opened and not (founded and _since(parent, agencies) <= stay.since.day):
        yield _parent_closed(stay, stay.since.day)
    if stay.until > parent.end:
        yield _parent_closed(stay, max(parent.end, stay.since.day))


def _since(agency: Facts, agencies: Mapping[str, Facts]) -> str:
    """Return the first day of an agency or of those that it succeeds."""
    days, seen, waiting = [agency.opened], {agency.code}, [*agency.succeeds]
    while waiting:
        code = waiting.pop()
        if code not in seen and (former := agencies.get(code)):
            seen.add(code)
            days.append(former.opened)
            waiting.extend(former.succeeds)
    return min(days)


def _parent_closed(stay: _Stay, day: str) -> Finding:
    where = stay.agency.where_since(stay.since)
    return PARENT_CLOSED.at(where, agency=stay.agency.code, day=day, parent=stay.since.value)


def _succession(agency: Facts, agencies: Mapping[str, Facts], known: frozenset[str]) -> Iterator[Finding]:
    """Yield findings about succession: the successor is open when the other ends, and opens when it does (R6.1a)."""
    former = [agencies[code] for code in agency.succeeds if code in agencies and code != agency.code]
    for code in agency.succeeds:
        if code not in known or code == agency.code:
            yield SUCCEEDS.at(agency.where("succeeds"), code=code)
    for other in former:
        if not other.closed or other.void:
            yield SUCCEEDS_OPEN.at(agency.where("succeeds"), agency=agency.code, other=other.code)
        elif not agency.opened <= other.closed < agency.end:
            values = {"agency": agency.code, "other": other.code, "day": other.closed}
            yield SUCCEEDS_DAY.at(agency.where("succeeds"), **values)
    grown = any(other.closed == agency.opened and other.closed_event == agency.opened_event for other in former)
    unknown = not known.issuperset(agency.succeeds) or len(former) < len(agency.succeeds)
    if agency.opened_event in GROWN and not grown and not unknown:
        values = {"agency": agency.code, "event": agency.opened_event, "day": agency.opened}
        yield ORIGIN.at(agency.where("opened"), **values)
