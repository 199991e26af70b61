"""Lists everything in a change of the register that a reviewer compares with its documents, by importance.

A plan lists what a server does on one day. `Compared` lists the causes on all days: who is given a mailbox that is not
their own, the keys that letters are encrypted with, pinned addresses, lifted suspensions, quotas, and each event of a
person. Plans, reviews and rules all use it, so that none of them overlooks a change that another one sees. Days are
ISO 8601, empty if there is none; quotas are in bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from itertools import zip_longest
from typing import Any, NamedTuple

from ..addresses.issuing import Issued
from ..model.custody import Rekeyed, rekeyed
from ..model.entries import by_person, entry_on, everywhere, last_before
from ..model.policy import Policy
from ..model.register import RENAMED, Agency, Custodian, Event, Issuance, OfAgency, Register, Suspension, numbered
from ..model.rows import ids_of
from .accounts import AGENCY, OFFICIAL

OPENED, CLOSED, SUSPENDED, ENDED = "opened", "closed", "suspended", "ended"
# Kinds of entries that may be removed besides closings: an entry of `changes`, a custodian, a withdrawal.
CHANGED, CUSTODIAN, WITHDRAWN = "changed", "custodian", "withdrawn"
# Fields of a person and of an agency that change without a document of their own.
_UNNAMED = ("title", "unit", "phone")
_OF_PEOPLE = ("family", "given", *_UNNAMED)
_OF_AGENCIES = ("name", "kind", "parent", "identifier")


class Handover(NamedTuple):
    """A contact mailbox given to a custodian from a day on; `before_…` is the former one, empty if none (R11.1)."""

    agency: str
    day: str
    person: str
    name: str
    title: str
    role: str
    document: str
    key: str
    before_person: str
    before_name: str

    @property
    def is_to_another(self) -> bool:
        """Say whether the mailbox goes from one person to another, which demands a hand-over (R11.2)."""
        return self.before_person not in {"", self.person}


class Pinned(NamedTuple):
    """An address that a document decides (`address` is its local part)."""

    agency: str
    person: str
    name: str
    address: str
    document: str


class Unlocked(NamedTuple):
    """A suspension that ends earlier: on `end` instead of `before` (empty: open-ended). Removed if `end` is empty."""

    agency: str
    person: str
    name: str
    title: str
    since: str
    before: str
    end: str
    document: str


class Withdrawn(NamedTuple):
    """An entry that was to take effect on `day`, withdrawn by the document `by` of the day `on` before it.

    `what` and `event` are as in `Cited`; for an agency also `CHANGED`, without a `person`, and `CUSTODIAN`.
    """

    agency: str
    person: str
    name: str
    what: str
    event: str
    day: str
    document: str
    by: str
    on: str


class Gone(NamedTuple):
    """An entry that was removed from the register without a withdrawal: an acknowledged correction.

    `what` is one of `CLOSED`, `CHANGED`, `CUSTODIAN` and `WITHDRAWN`, `event` the entry's event if it has one. For a
    removed withdrawal, `day` is the day of the withdrawn entry, `document` the withdrawing one, and `event`, if the
    withdrawn entry has no event, its kind. `person` is empty for an entry of the agency itself.
    """

    agency: str
    day: str
    person: str
    name: str
    what: str
    event: str
    document: str


class Leader(NamedTuple):
    """A person who becomes a leader, whose mail is kept longer, or ceases to be one; `document` of a new entry."""

    agency: str
    person: str
    name: str
    title: str
    before: bool
    now: bool
    document: str


class Quota(NamedTuple):
    """A changed quota of a mailbox; without an `id`, of all mailboxes that have the policy's quota.

    `before` is None for a new mailbox; `usual` is the policy's quota of the kind.
    """

    kind: str
    agency: str
    id: str
    name: str
    before: int | None
    now: int
    usual: int
    document: str

    @property
    def is_lowered(self) -> bool:
        """Say whether the quota is reduced, so that the mailbox may already be over it."""
        return self.before is not None and self.now < self.before


class Inherited(NamedTuple):
    """An agency that ends on a day, and all agencies whose contact mailboxes get its mail from then on (R6.1a)."""

    agency: str
    name: str
    day: str
    event: str
    heirs: tuple[str, ...]
    document: str


class Changed(NamedTuple):
    """A change of an agency's kind, parent or identifier on a day, by a document: one of its `changes` (R6.1a)."""

    agency: str
    day: str
    field: str
    before: str
    now: str
    document: str


class Named(NamedTuple):
    """Another name under the same id: the holder before, the holder from a day on, and the document.

    Day and document are empty for an edited entry. Mailbox, mail and password belong to the id, so another name may
    mean that another person gets them.
    """

    agency: str
    person: str
    before: str
    before_title: str
    before_agency: str
    now: str
    title: str
    day: str
    document: str
    event: str


class Described(NamedTuple):
    """A changed field of a person, or without a `person`, of an agency."""

    agency: str
    person: str
    name: str
    field: str
    before: str
    now: str


class Cited(NamedTuple):
    """An event that a document orders for a person on a day, or without a `person`, for an agency.

    `what` is one of `OPENED`, `CLOSED`, `SUSPENDED` and `ENDED`. `event` is the event of the first two; `until` is the
    end of a suspension, and `until_before` its former end if only the end changed. `address` is the local part;
    `leader` says whether the entry marks the person as a leader.
    """

    agency: str
    day: str
    what: str
    event: str
    person: str
    name: str
    title: str
    unit: str
    document: str
    request: str
    until: str
    address: str
    address_document: str
    until_before: str = ""
    leader: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """Everything to compare with documents, the most important kinds first."""

    named: tuple[Named, ...] = ()
    handovers: tuple[Handover, ...] = ()
    keys: tuple[Rekeyed, ...] = ()
    pins: tuple[Pinned, ...] = ()
    unlocked: tuple[Unlocked, ...] = ()
    withdrawn: tuple[Withdrawn, ...] = ()
    gone: tuple[Gone, ...] = ()
    leaders: tuple[Leader, ...] = ()
    quotas: tuple[Quota, ...] = ()
    inherited: tuple[Inherited, ...] = ()
    changes: tuple[Changed, ...] = ()
    described: tuple[Described, ...] = ()
    cited: tuple[Cited, ...] = ()

    def as_data(self) -> dict[str, list[dict[str, Any]]]:
        """Return the records of each kind as dicts, for JSON."""
        return {each.name: [record._asdict() for record in getattr(self, each.name)] for each in fields(self)}


def compare(before: Register | None, now: Register | None, issued: Issued | None) -> Compared:
    """Compare two registers; `issued` are the addresses of `now`. Empty if `now` is None (it could not be read)."""
    if now is None:
        return Compared()
    former = before.agencies if before else {}
    made = _Made(before, now, issued)
    pairs = [
        (former.get(agency.code), agency)
        for agency in now.agencies.values()
        if former.get(agency.code) is not agency and former.get(agency.code) != agency
    ]
    made.earlier = everywhere(now.agencies.values(), {id_ for _then, agency in pairs for id_ in ids_of(agency)})
    return made.all(pairs)


# A person's entry before (None if it is new) and now, and its local part.
_Pair = tuple[Issuance | None, Issuance, str]


class _Made:
    def __init__(self, before: Register | None, now: Register, issued: Issued | None) -> None:
        self.before, self.now, self.issued = before, now, issued
        self.policy = now.province.policy
        self.earlier: Mapping[str, list[Issuance]] = {}

    def all(self, agencies: Iterable[tuple[Agency | None, Agency]]) -> Compared:
        found: dict[str, list[Any]] = {each.name: [] for each in fields(Compared)}
        found["quotas"] += self._usual()
        found["inherited"] += _inherited(self.before, self.now)
        for then, agency in agencies:
            found["handovers"] += _handovers(then, agency)
            found["keys"] += rekeyed(then, agency, self.now.province) if then else ()
            found["withdrawn"] += _withdrawn_of_agency(then, agency)
            found["gone"] += _gone_of_agency(then, agency) if then else ()
            found["quotas"] += self._contact(then, agency)
            found["changes"] += _changes(then, agency)
            found["described"] += _described(agency, then, agency, _OF_AGENCIES)
            found["cited"] += _of_agency(then, agency)
            for pair in self._pairs(then, agency):
                self._person(found, agency, pair)
        found["cited"].sort(key=lambda cited: (cited.day, cited.agency, cited.person))
        return Compared(**{name: tuple(records) for name, records in found.items()})

    def _pairs(self, then: Agency | None, agency: Agency) -> Iterator[_Pair]:
        known = dict(numbered(then.people)) if then else {}
        given = self.issued.locals.get(agency.code, ()) if self.issued else ()
        for (key, issuance), local in zip_longest(numbered(agency.people), given[: len(agency.people)]):
            if known.get(key) != issuance:
                yield known.get(key), issuance, local or ""

    def _person(self, found: dict[str, list[Any]], agency: Agency, pair: _Pair) -> None:
        then, now, _local = pair
        found["named"] += self._named(agency, then, now)
        found["pins"] += _pins(agency, then, now)
        found["unlocked"] += _unlocked(agency, then, now) if then else self._let_in(agency, now)
        found["withdrawn"] += _withdrawn(agency, then, now)
        found["gone"] += _gone(agency, then, now) if then else ()
        found["leaders"] += self._leader(agency, then, now)
        found["quotas"] += self._quota(agency, then, now)
        renamed = then is None and now.opened.event == RENAMED
        told = (*(_UNNAMED if renamed else _OF_PEOPLE), *(("days_off",) if then else ()))
        found["described"] += _described(agency, self._former(then, now), now, told)
        found["cited"] += _of_person(agency, pair)

    def _former(self, then: Issuance | None, now: Issuance) -> Issuance | None:
        """Return the entry before the change; for a new one, the person's last entry before its day in any agency.

        The latter is returned as it is now, because its own changes are listed themselves.
        """
        return then or last_before(self.earlier.get(now.id, ()), now.id, now.opened.date)

    def _named(self, agency: Agency, then: Issuance | None, now: Issuance) -> Iterator[Named]:
        """Yield a name that differs from the former one of the entry, or of the person's other entry."""
        former = self._former(then, now) or self._later(now)
        if former is None or former.name == now.name:
            return
        told = ("", "", "") if then else (now.opened.date.isoformat(), now.opened.document, now.opened.event)
        where = agency.code if then else self._agency_of(former)
        yield Named(agency.code, now.id, former.name, former.title, where, now.name, now.title, *told)

    def _later(self, now: Issuance) -> Issuance | None:
        """Return the person's first entry on or after the day of a new one, or None."""
        others = [each for each in self.earlier.get(now.id, ()) if each.opened.date >= now.opened.date and each != now]
        return min(others, key=lambda each: each.opened.date, default=None)

    def _agency_of(self, entry: Issuance) -> str:
        """Return the code of the agency whose file has an entry."""
        agencies = self.now.agencies.values()
        holders = (each for each in agencies if entry.id in ids_of(each))
        return next((each.code for each in holders if entry in by_person(each.people, {entry.id})[entry.id]), "")

    def _let_in(self, agency: Agency, now: Issuance) -> Iterator[Unlocked]:
        """Yield suspensions that end earlier because a new entry does not continue them to their former end."""
        earlier, day = self._former(None, now), now.opened.date
        spells = [spell for spell in earlier.suspended if spell.end is None or day < spell.end] if earlier else []
        carried = next((spell for spell in now.suspended if spell.covers(day)), None)
        for before in spells:
            if carried is None:
                yield _sooner(agency, now, before, day.isoformat(), now.opened.document)
            elif _is_sooner(before, carried) and carried.end:
                yield _sooner(agency, now, before, carried.end.isoformat(), (carried.ended or carried).document)

    def _leader(self, agency: Agency, then: Issuance | None, now: Issuance) -> Iterator[Leader]:
        earlier = self._former(then, now)
        was = bool(earlier and earlier.leader)
        if was != now.leader:
            document = "" if then else now.opened.document
            yield Leader(agency.code, now.id, now.name, now.title, was, now.leader, document)

    def _quota(self, agency: Agency, then: Issuance | None, now: Issuance) -> Iterator[Quota]:
        usual, earlier = self.policy.quota_official, self._former(then, now)
        before, room = (earlier.quota or usual) if earlier else None, now.quota or usual
        stated = now.quota is not None if earlier is None else before != room
        if stated:
            yield Quota(OFFICIAL, agency.code, now.id, now.name, before, room, usual, now.quota_document)

    def _contact(self, then: Agency | None, agency: Agency) -> Iterator[Quota]:
        usual = self.policy.quota_agency
        before, room = (then.quota or usual) if then else None, agency.quota or usual
        stated = agency.quota is not None if then is None else before != room
        if stated:
            yield Quota(AGENCY, agency.code, agency.code, agency.name, before, room, usual, agency.quota_document)

    def _usual(self) -> Iterator[Quota]:
        """Yield the changed quotas of the policy, for mailboxes without a quota of their own."""
        was: Policy = self.before.province.policy if self.before else self.policy
        for kind, before, now in (
            (OFFICIAL, was.quota_official, self.policy.quota_official),
            (AGENCY, was.quota_agency, self.policy.quota_agency),
        ):
            if before != now:
                yield Quota(kind, "", "", "", before, now, now, "")


def _inherited(before: Register | None, now: Register) -> Iterator[Inherited]:
    """Yield the ended agencies whose mail goes to other agencies than before."""
    former, later = _heirs(before), _heirs(now)
    for code, heirs in later.items():
        ended = now.agencies.get(code)
        if ended and ended.closed and former.get(code) != heirs:
            closed = ended.closed
            yield Inherited(code, ended.name, closed.date.isoformat(), closed.event, tuple(heirs), closed.document)


def _heirs(register: Register | None) -> dict[str, list[str]]:
    """Return the codes of an agency's successors, by its code."""
    found: dict[str, list[str]] = {}
    for agency in register.agencies.values() if register else ():
        for code in () if agency.void else agency.succeeds:
            found.setdefault(code, []).append(agency.code)
    return found


def _handovers(before: Agency | None, now: Agency) -> Iterator[Handover]:
    known = before.custodians if before else ()
    people = by_person(now.people, {custodian.person for custodian in now.custodians}) if now.custodians else {}
    former = None
    for each in now.custodians:
        if each not in known:
            to = _entry_of(people, each)
            by = last_before(people.get(former.person, ()), former.person, each.date) if former else None
            yield Handover(
                now.code,
                each.date.isoformat(),
                each.person,
                to.name if to else "",
                to.title if to else "",
                each.role,
                each.document,
                each.key,
                former.person if former else "",
                by.name if by else "",
            )
        former = each


def _entry_of(people: Mapping[str, Sequence[Issuance]], custodian: Custodian) -> Issuance | None:
    """Return a custodian's entry on the day of naming, or else the last before it."""
    entries = people.get(custodian.person, ())
    asked = (entries, custodian.person, custodian.date)
    return entry_on(*asked) or last_before(*asked)


def _pins(agency: Agency, then: Issuance | None, now: Issuance) -> Iterator[Pinned]:
    before = (then.address, then.address_document) if then else ("", "")
    if now.address and before != (now.address, now.address_document):
        yield Pinned(agency.code, now.id, now.name, now.address, now.address_document)


def _unlocked(agency: Agency, then: Issuance, now: Issuance) -> Iterator[Unlocked]:
    for before, later in zip_longest(then.suspended, now.suspended):
        if before and (later is None or _is_sooner(before, later)):
            end = later.end.isoformat() if later and later.end else ""
            document = (later.ended or later).document if later else ""
            yield _sooner(agency, now, before, end, document)


def _sooner(agency: Agency, now: Issuance, before: Suspension, end: str, document: str) -> Unlocked:
    was = before.end.isoformat() if before.end else ""
    return Unlocked(agency.code, now.id, now.name, now.title, before.since.isoformat(), was, end, document)


def _is_sooner(before: Suspension, now: Suspension) -> bool:
    return now.end is not None and (before.end is None or now.end < before.end)


def _withdrawn(agency: Agency, then: Issuance | None, now: Issuance) -> Iterator[Withdrawn]:
    known = set(then.taken_back()) if then else set()
    for each in now.taken_back():
        if each in known:
            continue
        happening, day, ending = each
        event = happening.event if isinstance(happening, Event) else ""
        what = (OPENED if happening == now.opened else CLOSED) if event else SUSPENDED
        stated = (day.isoformat(), happening.document, ending.document, ending.date.isoformat())
        yield Withdrawn(agency.code, now.id, now.name, what, event, *stated)


def _withdrawn_of_agency(then: Agency | None, agency: Agency) -> Iterator[Withdrawn]:
    known = {_bare(each) for each, _day, _ending in then.taken_back()} if then else set()
    for each, day, ending in agency.taken_back():
        if _bare(each) not in known:
            what = (OPENED, agency.opened.event) if each is agency.opened else _what(each)
            stated = (day.isoformat(), each.document, ending.document, ending.date.isoformat())
            yield Withdrawn(agency.code, *_whose(agency, each), *what, *stated)


def _gone_of_agency(then: Agency, now: Agency) -> Iterator[Gone]:
    """Yield an agency's entries that were removed without a withdrawal, and its removed withdrawals."""
    kept = {_bare(each) for each in (*_standing(now), *(replace(each, withdrawn=None) for each in now.withdrawn))}
    for each in _standing(then):
        if _bare(each) not in kept:
            yield Gone(now.code, each.date.isoformat(), *_whose(then, each), *_what(each), each.document)
    withdrawn = {_bare(each) for each, _day, _ending in now.taken_back()}
    for each, day, ending in then.taken_back():
        if _bare(each) not in withdrawn:
            what, event = _what(each)
            stated = (WITHDRAWN, event or what, ending.document)
            yield Gone(now.code, day.isoformat(), *_whose(then, each), *stated)


def _standing(agency: Agency) -> Iterator[OfAgency]:
    """Yield an agency's closing, changes and custodians that are not withdrawn."""
    if agency.closed and not agency.void:
        yield agency.closed
    yield from agency.changes
    yield from agency.custodians


def _bare(each: OfAgency) -> OfAgency:
    """Return an entry without the fields that may change later: a custodian's key, an event's request."""
    if isinstance(each, Custodian):
        return replace(each, key="")
    return replace(each, request="") if isinstance(each, Event) else each


def _what(each: OfAgency) -> tuple[str, str]:
    """Return the kind of an agency's entry, and its event if it has one."""
    if isinstance(each, Event):
        return CLOSED, each.event
    return (CUSTODIAN if isinstance(each, Custodian) else CHANGED), ""


def _whose(agency: Agency, each: OfAgency) -> tuple[str, str]:
    """Return person and name of a custodian's entry (the name on its day), else no person and the agency's name."""
    if not isinstance(each, Custodian):
        return "", agency.name
    people = by_person(agency.people, {each.person})
    held = _entry_of(people, each) or next(iter(people.get(each.person, ())), None)
    return each.person, held.name if held else ""


def _gone(agency: Agency, then: Issuance, now: Issuance) -> Iterator[Gone]:
    """Yield a person's closing that was removed without a withdrawal, and removed withdrawals."""
    closed, there = then.closed, [each for each in (now.closed, *now.withdrawn) if each]
    if closed and not then.void and _stated(closed) not in map(_stated, there):
        yield Gone(agency.code, closed.date.isoformat(), now.id, now.name, CLOSED, closed.event, closed.document)
    kept = {(day, ending) for _happening, day, ending in now.taken_back()}
    for happening, day, ending in then.taken_back():
        if (day, ending) not in kept:
            event = happening.event if isinstance(happening, Event) else ""
            yield Gone(agency.code, day.isoformat(), now.id, now.name, WITHDRAWN, event, ending.document)


def _stated(event: Event) -> tuple[str, date, str]:
    return event.document, event.date, event.event


def _changes(then: Agency | None, agency: Agency) -> Iterator[Changed]:
    """Yield an agency's added changes, each with the value until its day."""
    known = frozenset(then.changes) if then else frozenset()
    for change, until, _after in agency.steps():
        for field, value in change.values.items() if change not in known else ():
            day = change.date.isoformat()
            yield Changed(agency.code, day, field, getattr(until, field), value, change.document)


def _described(
    agency: Agency, then: Agency | Issuance | None, now: Agency | Issuance, names: Iterable[str]
) -> Iterator[Described]:
    person, name = (now.id, now.name) if isinstance(now, Issuance) else ("", now.name)
    for field in names if then else ():
        before, later = getattr(then, field), getattr(now, field)
        if before != later:
            yield Described(agency.code, person, name, field, before, later)


def _of_agency(then: Agency | None, agency: Agency) -> Iterator[Cited]:
    for what, was, event in _events(then, agency):
        if event and event != was and not event.withdrawn:
            yield _cited(agency, what, event)


def _events(then: Agency | Issuance | None, now: Agency | Issuance) -> Iterator[tuple[str, Event | None, Event | None]]:
    yield OPENED, then.opened if then else None, now.opened
    # A withdrawn opening closes on its own day; only the withdrawal is listed.
    if not now.void:
        yield CLOSED, then.closed if then else None, now.closed


def _of_person(agency: Agency, pair: _Pair) -> Iterator[Cited]:
    then, now, _local = pair
    for what, was, event in _events(then, now):
        if event and event != was and not event.withdrawn:
            yield _cited(agency, what, event, pair)
    for before, later in zip_longest(then.suspended if then else (), now.suspended):
        if later:
            yield from _spell(agency, before, later, pair)


def _spell(agency: Agency, before: Suspension | None, now: Suspension, pair: _Pair) -> Iterator[Cited]:
    stated = (before.document, before.since, before.until) if before else None
    if stated != (now.document, now.since, now.until) and not now.withdrawn:
        until = now.until.isoformat() if now.until else ""
        cited = _cited(agency, SUSPENDED, Event(now.document, now.since, ""), pair, until)
        if before and before.until and (before.document, before.since) == (now.document, now.since):
            cited = cited._replace(until_before=before.until.isoformat())
        yield cited
    if now.ended and now.ended != (before.ended if before else None):
        yield _cited(agency, ENDED, Event(now.ended.document, now.ended.date, ""), pair)


def _cited(agency: Agency, what: str, event: Event, pair: _Pair | None = None, until: str = "") -> Cited:
    now, local = pair[1:] if pair else (None, "")
    return Cited(
        agency.code,
        event.date.isoformat(),
        what,
        event.event,
        now.id if now else "",
        now.name if now else agency.name,
        now.title if now else "",
        now.unit if now else "",
        event.document,
        event.request,
        until,
        local,
        now.address_document if now else "",
        leader=now.leader if now else False,
    )
