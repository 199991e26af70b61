"""Rules about officials: one mailbox each, dates in order, moves that match on both sides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from hashlib import blake2b
from itertools import islice, pairwise

from ..messages import mark as _
from ..messages import word
from ..model.facts import FOREVER, Alike, Facts, Held, Namesakes
from ..model.findings import Finding, Where, advice, rule
from ..model.personal import digits
from ..model.place import Place
from ..model.register import MOVES, PAIRED, RENAMED, Agency, Event, Issuance, Suspension
from ..vietnamese.names import spelling

NO_END, NO_CLOSING = word(_("no end is stated")), word(_("no closing is stated"))

TWO = rule(
    "person-two-mailboxes",
    "R4.0",
    _("{person} has a mailbox in {other} (to: {until}) and another in {agency} from {day}; close the former first"),
)
IDENTITY = rule(
    "person-two-names",
    "R4.0",
    _("id {person} is {name} here and {other_name} in {other}: two people cannot share an id; give one a new id"),
)
BACKWARDS = rule("person-dates", "R6.2", _("{person}: {later} comes not after {earlier}; correct the dates"))
SUSPENSIONS = rule(
    "person-suspensions",
    "R6.2",
    _(
        "{person} is suspended from {day}, but the suspension before goes on (to: {until}); the list grows at its end, "
        "and one ends before the next begins: correct the days, or state what ended the former: ended:"
    ),
)
DECEASED = rule(
    "person-deceased",
    "R6.2b",
    _(
        "{person} died on {day}, as {other} says, and opens in {agency} on {opened}; give a new id if this is another "
        "person, else correct the event"
    ),
)
AGENCY_CLOSED = rule(
    "person-agency-closed",
    "R6.1a",
    _("{person} is open in {agency} on {day}, when the agency is not; close or move its people with it"),
)
BEFORE = rule(
    "person-before-agency",
    "R6.1a",
    _("{person} opens on {day}, before {agency} was founded on {founded}; correct the day"),
)
MOVE_TO = rule(
    "person-move-to",
    "R6.2a",
    _("{person} left {agency} on {day} ({event}), but nothing opens elsewhere on that day with this id and event"),
)
MOVE_FROM = rule(
    "person-move-from",
    "R6.2a",
    _("{person} came to {agency} on {day} ({event}), but nothing closes elsewhere on that day with this id and event"),
)
RENAMED_TO = rule(
    "person-renamed-to",
    "R4.2",
    _(
        "{person} gets another name in {agency} on {day} by {document}, but no later entry opens there on that day "
        "with this id, document and event; add one with the new name at the end of people:, as danhba change {person} "
        "--name does, or correct the event"
    ),
)
RENAMED_FROM = rule(
    "person-renamed-from",
    "R4.2",
    _(
        "{person} opens in {agency} on {day} under a new name by {document}, but no earlier entry closes there on that "
        "day with this id, document and event; close it by the same, or write transferred for one of another agency"
    ),
)
RENAMED_SAME = rule(
    "person-renamed-same",
    "R4.2",
    _(
        "{person} is called {name} after {document} as before it; write the name that {document} gives, or take this "
        "entry out again, and the closing by event renamed with it"
    ),
)
CARRIED = rule(
    "person-suspension-carried",
    "R6.2a",
    _(
        "{person} left {other} on {day} suspended (to: {until}), and would be open in {agency} on {opened}; carry it "
        "on under suspended: there, or end it in {other}: ended: {{document: …, date: …}}"
    ),
)
LATE = rule(
    "person-withdrawn",
    "R6.2",
    _(
        "{person}: what {document} does on {day} cannot be withdrawn on {withdrawn}, by when it has happened; correct "
        "the days, or end it as what has happened is ended: danhba close, transfer, open, resume"
    ),
)
VOID_CLOSED = rule(
    "person-withdrawn-closed",
    "R6.2",
    _(
        "{person} never opens in {agency} on {day}, for that is withdrawn, and yet is to be closed; withdraw that too: "
        "move closed: to the list withdrawn: with its document, as danhba withdraw does"
    ),
)
BOTH = rule(
    "person-withdrawn-twice",
    "R6.2",
    _(
        "{person}: what {document} does on {day} is withdrawn, and stands beside that as it was, as ended or as "
        "withdrawn once more; leave one of them, for it comes to pass or it does not"
    ),
)
UNPAIRED = rule(
    "person-withdrawn-from",
    "R6.2a",
    _(
        "{person} was to open in {agency} on {day} ({event}), which is withdrawn, but no closing of that day with "
        "this id and event is; write it under withdrawn: where {person} was to leave, as danhba withdraw does, or "
        "correct the event"
    ),
)
TWO_IDS = advice(
    "person-two-ids",
    "R4.0",
    _(
        "{name} opened in {agency} on {day} as {other} and as {person}: if this is one person, keep one entry; "
        "if they are two, tell them apart by title:, unit: or phone:"
    ),
)

ALIKE = advice(
    "person-alike",
    "R4.0",
    _(
        "{name} is open in {agency} as {person} and in {other} as {other_id}, with the same {common}: if this is one "
        "person, keep one id and close the other; if they are two, tell them apart by title:, unit: or phone:"
    ),
)

_APART = ("title", "unit", "phone")
# Maximum number of namesakes of an agency that are compared in pairs, and of pairs kept for an agency.
_NAMESAKES, _PAIRS = 20, 1000
Entry = tuple[Facts, Held]


def check(agency: Agency) -> Iterator[Finding]:
    """Yield the findings about each issuance of an agency, and about people entered under two ids."""
    for issuance in agency.people:
        yield from _dates(agency, issuance)
        yield from _within(agency, issuance)
    yield from _both(agency)
    yield from _renamed(agency)
    yield from _two_ids(agency)


def _renamed(agency: Agency) -> Iterator[Finding]:
    """Yield changes of a name without both entries: on one day, by one document, one ends and the next begins."""
    ended: dict[tuple[str, date, str], Issuance] = {}
    for issuance in agency.people:
        opened, closed = issuance.opened, issuance.closed
        if opened.event == RENAMED and not issuance.void:
            former = ended.pop((issuance.id, opened.date, opened.document), None)
            values = {"person": issuance.id, "document": opened.document}
            if former is None:
                yield RENAMED_FROM.at(
                    agency.where_of(issuance, "opened"), agency=agency.code, day=opened.date, **values
                )
            elif spelling(former.name) == spelling(issuance.name):
                yield RENAMED_SAME.at(agency.where_of(issuance, "name"), name=issuance.name, **values)
        if closed and closed.event == RENAMED:
            ended[issuance.id, closed.date, closed.document] = issuance
    for (person, day, document), issuance in ended.items():
        where = agency.where_of(issuance, "closed")
        yield RENAMED_TO.at(where, agency=agency.code, person=person, day=day, document=document)


def _both(agency: Agency) -> Iterator[Finding]:
    """Yield withdrawn events that are in the file once more, in any entry of the person and with any request."""
    taken_back = [(issuance, each) for issuance in agency.people for each in issuance.taken_back()]
    seen = Counter(key for issuance in agency.people for key in _said(issuance)) if taken_back else {}
    for issuance, (happening, day, ending) in taken_back:
        ended = isinstance(happening, Suspension) and happening.ended
        if ended or seen[_key(issuance, happening, day, opens=happening is issuance.opened)] > 1:
            where = agency.where_of(issuance)
            where = Where(where.file, ending.at.get("document", where.place), where.object)
            yield BOTH.at(where, person=issuance.id, document=happening.document, day=day)


def _said(issuance: Issuance) -> Iterator[tuple[str, str, date, str]]:
    """Yield the keys of all events of an issuance, withdrawn ones included."""
    yield _key(issuance, issuance.opened, issuance.opened.date, opens=True)
    for event in (issuance.closed, *issuance.withdrawn):
        if event:
            yield _key(issuance, event, event.date)
    for spell in issuance.suspended:
        yield _key(issuance, spell, spell.since)


def _key(
    issuance: Issuance, happening: Event | Suspension, day: date, opens: bool = False
) -> tuple[str, str, date, str]:
    what = happening.event if isinstance(happening, Event) else "suspended"
    return issuance.id, happening.document, day, f"{what} {opens}"


def _two_ids(agency: Agency) -> Iterator[Finding]:
    seen: dict[tuple[str, date], Issuance] = {}
    for issuance in (each for each in agency.people if not each.void):
        first = seen.setdefault((spelling(issuance.name), issuance.opened.date), issuance)
        if first.id != issuance.id and not _apart(first, issuance):
            values = {"name": issuance.name, "agency": agency.code, "day": issuance.opened.date}
            yield TWO_IDS.at(agency.where_of(issuance, "id"), other=first.id, person=issuance.id, **values)


def namesakes(agency: Agency) -> Namesakes:
    """Return pairs of people in an agency who may be one person under two ids; a day decides whether they count."""
    spelled = [spelling(issuance.name) for issuance in agency.people]
    dialled = tuple(map(_dialled, agency.people, spelled))
    return Namesakes(tuple(islice(_alike(agency.people, spelled), _PAIRS)), dialled)


def _alike(people: Sequence[Issuance], spelled: Sequence[str]) -> Iterator[Alike]:
    """Yield pairs of entries of one name at one time, under two ids, that nothing tells apart."""
    seen: dict[str, list[int]] = {}
    for number, issuance in enumerate(people):
        known = seen.setdefault(spelled[number], [])
        for earlier in known:
            if _meet(people[earlier], issuance) and (common := _common(people[earlier], issuance)):
                yield Alike(earlier, number, ("name", *common))
                break
        if len(known) < _NAMESAKES:
            known.append(number)


def _meet(one: Issuance, other: Issuance) -> bool:
    """Say whether two entries overlap under two ids; entries of one opening day are the matter of another rule."""
    together = one.opened.date < _end(other) and other.opened.date < _end(one)
    return together and not (one.void or other.void) and one.id != other.id and one.opened.date != other.opened.date


def _common(one: Issuance, other: Issuance) -> tuple[str, ...]:
    """Return the fields that two entries of one name share; nothing if a field tells them apart."""
    if _apart(one, other):
        return ()
    shared = tuple(key for key in _APART if getattr(one, key) and getattr(one, key) == getattr(other, key))
    return (*shared, *(["document"] if one.opened.document == other.opened.document else []))


def _dialled(issuance: Issuance, spelled: str) -> int:
    if not issuance.phone or issuance.void:
        return 0
    text = f"{spelled}\n{digits(issuance.phone)}"
    return int.from_bytes(blake2b(text.encode(), digest_size=6).digest())


def on(facts: Sequence[Facts], day: date) -> Iterator[Finding]:
    """Yield people who may have two mailboxes on the day or later, under two ids."""
    today = day.isoformat()
    for agency in facts:
        for pair in agency.alike:
            first, second = agency.people[pair.first], agency.people[pair.second]
            yield from _doubled((agency, first), (agency, second), pair.common, today)
    for entries in _of_one_telephone(facts):
        first_entry, *others = _by_date(entries)
        for entry in others:
            yield from _doubled(first_entry, entry, ("name", "phone"), today)
            first_entry = max(first_entry, entry, key=lambda each: each[1].end)


def _doubled(one: Entry, other: Entry, common: Sequence[str], today: str) -> Iterator[Finding]:
    """Yield a finding about the later of two entries, if they overlap and both go on after today."""
    (first_agency, first), (agency, held) = _by_date([one, other])
    if first.id != held.id and held.opened < first.end and min(first.end, held.end) > today:
        values = {"name": held.name, "other": first_agency.code, "other_id": first.id, "common": [*common]}
        yield ALIKE.at(agency.where_of(held), agency=agency.code, person=held.id, **values)


def _of_one_telephone(facts: Sequence[Facts]) -> Iterator[list[Entry]]:
    """Yield the entries of one name and telephone under several ids, except pairs that `alike` has."""
    ids: dict[int, str] = {}
    several: set[int] = set()
    for agency in facts:
        for key, id_ in zip(agency.dialled, agency.ids, strict=True):
            if key and ids.setdefault(key, id_) != id_:
                several.add(key)
    found: dict[int, list[Entry]] = {}
    for agency in facts if several else ():
        told = {pair.second for pair in agency.alike if "phone" in pair.common}
        for number, key in enumerate(agency.dialled):
            if key in several and number not in told:
                found.setdefault(key, []).append((agency, agency.people[number]))
    yield from found.values()


def _apart(one: Issuance, other: Issuance) -> bool:
    """Say whether a field known of both tells two people of one name apart."""
    pairs = ((getattr(one, key), getattr(other, key)) for key in _APART)
    return any(mine and theirs and mine != theirs for mine, theirs in pairs)


def across(facts: Sequence[Facts], *, complete: bool) -> Iterator[Finding]:
    """Yield the findings about all issuances of each person; about moves only if every file was read."""
    for listed in _entries(facts).values():
        yield from _identity([entry for entry in listed if not (entry[1].void and entry[1].opened_event in PAIRED)])
        entries = [entry for entry in listed if not entry[1].void]
        yield from _deceased(entries)
        yield from _one_at_a_time(entries)
        yield from _carried(entries)
        if complete:
            yield from _moves(entries)
    if complete:
        yield from _unpaired(facts)


def _entries(facts: Sequence[Facts]) -> dict[str, list[Entry]]:
    """Return the issuances of people who have several or who moved; others cannot contradict each other."""
    seen: set[str] = set()
    several: set[str] = set()
    for agency in facts:
        several |= agency.moved
        for id_ in agency.ids:
            if id_ in seen:
                several.add(id_)
            seen.add(id_)
    found: dict[str, list[Entry]] = {}
    for agency in facts if several else ():
        for held in agency.people if not several.isdisjoint(agency.ids) else ():
            if held.id in several:
                found.setdefault(held.id, []).append((agency, held))
    return found


def _unpaired(facts: Sequence[Facts]) -> Iterator[Finding]:
    """Yield withdrawn openings of moves and renamings whose matching closing is not withdrawn with them."""
    both = [(agency, each) for agency in facts for each in agency.taken_back]
    left: dict[tuple[str, str, str], set[str]] = {}
    for agency, each in both:
        if not each.opens:
            left.setdefault((each.id, each.day, each.event), set()).add(agency.code)
    for agency, each in both:
        codes = left.get((each.id, each.day, each.event), set())
        found = agency.code in codes if each.event == RENAMED else bool(codes - {agency.code})
        if each.opens and not found:
            where = Where(agency.file, Place(each.line, each.column), f"{agency.code}/{each.id}")
            yield UNPAIRED.at(where, person=each.id, agency=agency.code, day=each.day, event=each.event)


def _end(issuance: Issuance) -> date:
    return issuance.closed.date if issuance.closed else date.max


def _dates(agency: Agency, issuance: Issuance) -> Iterator[Finding]:
    opened, end = issuance.opened.date, _end(issuance)
    yield from _withdrawn(agency, issuance)
    if issuance.void:
        return
    if end <= opened:
        where = agency.where_of(issuance, "closed")
        yield BACKWARDS.at(where, person=issuance.id, later=f"closed {end}", earlier=f"opened {opened}")
        return
    for suspension in (each for each in issuance.suspended if not each.withdrawn):
        where = agency.where_of(issuance, "suspended")
        if not opened <= suspension.since < end:
            span = f"opened {opened}" if suspension.since < opened else f"closed {end}"
            yield BACKWARDS.at(where, person=issuance.id, later=f"suspended {suspension.since}", earlier=span)
        yield from _ends(suspension, issuance, where)
    for former, suspension in pairwise(issuance.suspended):
        if suspension.since < (former.end or date.max):
            where = agency.where_of(issuance)
            where = Where(where.file, suspension.at.get("date", where.place), where.object)
            values = {"day": suspension.since, "until": former.end or NO_END}
            yield SUSPENSIONS.at(where, person=issuance.id, **values)


def _withdrawn(agency: Agency, issuance: Issuance) -> Iterator[Finding]:
    """Yield withdrawals dated on or after their event's day, and a closing beside a withdrawn opening."""
    for happening, day, ending in issuance.taken_back():
        if ending.date >= day:
            where = agency.where_of(issuance)
            where = Where(where.file, ending.at.get("date", where.place), where.object)
            values = {"person": issuance.id, "document": happening.document, "day": day}
            yield LATE.at(where, withdrawn=ending.date, **values)
    if issuance.void and "closed" in issuance.at:
        where = agency.where_of(issuance, "closed")
        yield VOID_CLOSED.at(where, person=issuance.id, agency=agency.code, day=issuance.opened.date)


def _ends(suspension: Suspension, issuance: Issuance, where: Where) -> Iterator[Finding]:
    """Yield suspensions that end before they begin, or that a document lifts outside of them."""
    since, until, ended = suspension.since, suspension.until, suspension.ended
    if until and until <= since:
        yield BACKWARDS.at(where, person=issuance.id, later=f"until {until}", earlier=f"suspended {since}")
    if ended is None:
        return
    at = Where(where.file, ended.at.get("date", where.place), where.object)
    if ended.date < since:
        yield BACKWARDS.at(at, person=issuance.id, later=f"ended {ended.date}", earlier=f"suspended {since}")
    elif until and until <= ended.date:
        yield BACKWARDS.at(at, person=issuance.id, later=f"until {until}", earlier=f"ended {ended.date}")


def _within(agency: Agency, issuance: Issuance) -> Iterator[Finding]:
    """Yield issuances outside of the time in which their agency exists."""
    if issuance.void:
        return
    if issuance.opened.date < agency.opened.date:
        where = agency.where_of(issuance, "opened")
        values = {"person": issuance.id, "agency": agency.code, "founded": agency.opened.date}
        yield BEFORE.at(where, day=issuance.opened.date, **values)
    elif agency.closed and _end(issuance) > agency.closed.date:
        where = agency.where_of(issuance)
        yield AGENCY_CLOSED.at(where, person=issuance.id, agency=agency.code, day=agency.closed.date)


def _by_date(entries: list[Entry]) -> list[Entry]:
    return sorted(entries, key=lambda entry: entry[1].opened)


def _identity(entries: list[Entry]) -> Iterator[Finding]:
    """Yield an id with two names, unless the later entry follows a change of the name or a move."""
    for (former_agency, former), (agency, held) in pairwise(_by_date(entries)):
        if spelling(held.name) != spelling(former.name) and held.opened_event not in PAIRED:
            values = {"name": held.name, "other_name": former.name, "other": former_agency.code}
            yield IDENTITY.at(agency.where_of(held, "name"), person=held.id, **values)


def _deceased(entries: list[Entry]) -> Iterator[Finding]:
    for (former_agency, former), (agency, held) in pairwise(_by_date(entries)):
        if former.closed_event == "deceased":
            values = {"day": former.closed, "other": former_agency.code, "agency": agency.code}
            yield DECEASED.at(agency.where_of(held), person=held.id, opened=held.opened, **values)


def _one_at_a_time(entries: list[Entry]) -> Iterator[Finding]:
    for (former_agency, former), (agency, held) in pairwise(_by_date(entries)):
        if held.opened < former.end:
            values = {"other": former_agency.code, "until": former.closed or NO_CLOSING, "agency": agency.code}
            yield TWO.at(agency.where_of(held), person=held.id, day=held.opened, **values)


def _carried(entries: list[Entry]) -> Iterator[Finding]:
    """Yield entries that do not continue a suspension of the former one until its end."""
    for (former_agency, former), (agency, held) in pairwise(_by_date(entries)):
        if former.locked > held.opened and held.carried < former.locked:
            until = NO_END if former.locked == FOREVER else former.locked
            values = {"other": former_agency.code, "day": former.closed, "until": until, "agency": agency.code}
            yield CARRIED.at(agency.where_of(held), person=held.id, opened=held.opened, **values)


def _moves(entries: list[Entry]) -> Iterator[Finding]:
    """Yield moves without the other side: closed in one agency, opened in another, same day and event (R6.2a)."""
    opened: dict[tuple[str, str], set[str]] = {}
    closed: dict[tuple[str, str], set[str]] = {}
    for agency, held in entries:
        opened.setdefault((held.opened, held.opened_event), set()).add(agency.code)
        closed.setdefault((held.closed, held.closed_event), set()).add(agency.code)
    for agency, held in entries:
        values = {"person": held.id, "agency": agency.code}
        left, came = (held.closed, held.closed_event), (held.opened, held.opened_event)
        if held.closed_event in MOVES and not opened.get(left, set()) - {agency.code}:
            yield MOVE_TO.at(agency.where_of(held, "closed"), day=held.closed, event=held.closed_event, **values)
        if held.opened_event in MOVES and not closed.get(came, set()) - {agency.code}:
            yield MOVE_FROM.at(agency.where_of(held, "opened"), day=held.opened, event=held.opened_event, **values)
