"""Facts: the extract of one agency's file that rules across agencies use, with its encoding in the cache.

Compact, because a province has a thousand agencies. Days are in ISO 8601, so that texts compare as days do.
"""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple, overload

from ..jsontext import pack, unpack
from . import documents
from .findings import KIND_LIMIT, Where
from .place import START, Place, Places
from .register import MOVES, PAIRED, WITHDRAWN, Agency, Custodian, Ending, Event, Issuance

FOREVER = "9999-12-31"


class Held(NamedTuple):
    """One issuance of a mailbox: days in ISO 8601 (`closed` empty while it is open), and places as line and column."""

    id: str
    name: str
    opened: str
    opened_event: str
    closed: str
    closed_event: str
    entry_line: int
    entry_column: int
    name_line: int
    name_column: int
    opened_line: int
    opened_column: int
    closed_line: int
    closed_column: int
    # The stated end of a suspension that is in force on the day of the opening; empty where there is none.
    carried: str
    # The end of a suspension that is in force on the day of the closing; empty where there is none.
    locked: str

    @property
    def end(self) -> str:
        """The day from which the issuance is closed, `FOREVER` where none is set."""
        return self.closed or FOREVER

    @property
    def void(self) -> bool:
        """Whether the issuance was withdrawn before it opened."""
        return self.closed_event == WITHDRAWN

    def place(self, key: str = "") -> Place:
        """Return the place of the entry, or of its key `name`, `opened` or `closed`."""
        if key == "name":
            return Place(self.name_line, self.name_column)
        if key == "opened":
            return Place(self.opened_line, self.opened_column)
        if key == "closed":
            return Place(self.closed_line, self.closed_column)
        return Place(self.entry_line, self.entry_column)


class Pin(NamedTuple):
    """A pinned address without the agency's code at its end, so that another agency could pin the same one."""

    address: str
    id: str
    line: int
    column: int


class Dated(NamedTuple):
    """A day in the file besides openings and closings: of a change, a custodian, a suspension or leave."""

    day: str
    object: str
    line: int
    column: int


class Since(NamedTuple):
    """A value (parent or identifier) that an agency has from a day on, empty for none, and the place that states it."""

    day: str
    value: str
    line: int
    column: int


class PublicKey(NamedTuple):
    """The public age key of a custodian, to which the agency's letters are encrypted, and its place."""

    key: str
    person: str
    line: int
    column: int


class Hired(NamedTuple):
    """An act that an agency's file attributes to the document of another body.

    `body` is the code that the document's symbol suggests, `object` the agency or person concerned. `what` is the event
    (`recruited`), or one of the constants below for acts that are no event (`SUSPENDED`); empty for acts that concern
    the agency itself. `day` is empty where the file states none.
    """

    body: str
    day: str
    document: str
    object: str
    line: int
    column: int
    what: str = ""


# Acts besides openings and closings that have a document of their own (`Hired.what`).
SUSPENDED, UNLOCKED, QUOTA, PINNED, LEAVE = "suspended", "ended", "quota", "address", "leave"
HEAD, DELEGATE = "head", "delegate"


class TakenBack(NamedTuple):
    """The withdrawn opening (`opens`) or closing of a person's move or change of name."""

    id: str
    day: str
    event: str
    opens: bool
    line: int
    column: int


class Alike(NamedTuple):
    """Two issuances with different ids and the same name that nothing tells apart.

    `first` and `second` are their positions in the agency's file; `common` are the keys in which they agree.
    """

    first: int
    second: int
    common: tuple[str, ...]


class Namesakes(NamedTuple):
    """Evidence that one person may have two ids.

    `pairs` are pairs of issuances in the agency. `dialled` has for each issuance a hash of name and telephone together,
    from which neither can be read; 0 where there is no telephone, or the issuance is void.
    """

    pairs: tuple[Alike, ...] = ()
    dialled: tuple[int, ...] = ()


class PackedPeople(Sequence[Held]):
    """The issuances of an agency from the cache, decoded at first use: those of most agencies are never used."""

    def __init__(self, data: bytes, count: int) -> None:
        self._data = data
        self._count = count

    @cached_property
    def _people(self) -> tuple[Held, ...]:
        return tuple(map(Held._make, unpack(zlib.decompress(self._data))))

    @overload
    def __getitem__(self, index: int) -> Held: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Held]: ...

    def __getitem__(self, index: int | slice) -> Held | Sequence[Held]:
        """Return one issuance, or a slice of them."""
        return self._people[index]

    def __len__(self) -> int:
        """Return the number of issuances, without decoding them."""
        return self._count


class Facts(NamedTuple):
    """The facts of one agency that rules across agencies use.

    - `founded_by`: the document that opened the agency
    - `at`: the places of its own values, as line and column
    - `people`, `ids`: its issuances and their ids, in the order of its file; `moved` are the ids of issuances that
      opened or closed by a move (`MOVES`)
    - `pins`, `keys`: pinned addresses without its code; public keys of its custodians
    - `dates`: days besides openings and closings; `latest` is the last day of all, those included
    - `hired`: acts on mailboxes and people by documents of other bodies, at most `KIND_LIMIT` of each kind by each body
      under each parent
    - `changed`: documents of other bodies that change or close the agency, or withdraw such an act
    - `parents`, `identifiers`: their values in order of time, beginning with those of the founding
    - `taken_back`: withdrawn sides of moves and of changes of name
    - `alike`, `dialled`: see `Namesakes`
    """

    file: str
    code: str
    name: str
    opened: str
    opened_event: str
    closed: str
    closed_event: str
    founded_by: str
    succeeds: tuple[str, ...]
    at: Mapping[str, tuple[int, int]]
    ids: tuple[str, ...]
    moved: frozenset[str]
    latest: str
    pins: tuple[Pin, ...]
    keys: tuple[PublicKey, ...]
    dates: tuple[Dated, ...]
    hired: tuple[Hired, ...]
    parents: tuple[Since, ...]
    identifiers: tuple[Since, ...]
    changed: tuple[Hired, ...]
    taken_back: tuple[TakenBack, ...]
    alike: tuple[Alike, ...]
    dialled: tuple[int, ...]
    people: Sequence[Held]

    @property
    def void(self) -> bool:
        """Whether the agency was withdrawn before it opened."""
        return self.closed_event == WITHDRAWN

    @property
    def end(self) -> str:
        """The day from which the agency is closed, `FOREVER` where none is set."""
        return self.closed or FOREVER

    def parent_on(self, day: str) -> str:
        """Return the code of the parent agency on a day, empty where there is none; before the founding, the first."""
        number = bisect_right(self.parents, day, lo=1, key=lambda each: each.day)
        return self.parents[number - 1].value

    def spans(self, values: Sequence[Since]) -> Iterator[tuple[Since, str]]:
        """Yield each of `values` with the day on which the next value or the closing of the agency replaces it."""
        return zip(values, [*(each.day for each in values[1:]), self.end], strict=True)

    def where(self, key: str = "") -> Where:
        """Return the place of a value of the agency itself, or of the agency where the key has no place."""
        return Where(self.file, Place(*self.at.get(key, self.at.get("", START))), self.code)

    def where_since(self, value: Since) -> Where:
        """Return the place that states a value with its first day."""
        return Where(self.file, Place(value.line, value.column), self.code)

    def where_of(self, held: Held, key: str = "") -> Where:
        """Return the place of an issuance of this agency, or of its key `name`, `opened` or `closed`."""
        return Where(self.file, held.place(key), f"{self.code}/{held.id}")


_KEYS = ("", "agency", "name", "opened", "closed", "succeeds")


def of(agency: Agency, locals_: list[str | None], namesakes: Namesakes) -> Facts:
    """Return the facts of an agency; `locals_` are the local parts of its issuances, None where the rule gives none."""
    closed, closed_event = _ending(agency.closed)
    people, dates = tuple(map(_held, agency.people)), tuple(_dates(agency))
    opened = agency.opened.date.isoformat()
    days = chain((opened, closed), *((held.opened, held.closed) for held in people), (dated.day for dated in dates))
    return Facts(
        file=agency.file,
        code=agency.code,
        name=agency.name,
        opened=opened,
        opened_event=agency.opened.event,
        closed=closed,
        closed_event=closed_event,
        founded_by=agency.opened.document,
        succeeds=agency.succeeds,
        at={key: agency.at[key] for key in _KEYS if key in agency.at},
        ids=tuple(held.id for held in people),
        moved=frozenset(held.id for held in people if not MOVES.isdisjoint((held.opened_event, held.closed_event))),
        latest=max(days),
        pins=tuple(_pins(agency, locals_)),
        keys=tuple(PublicKey(c.key, c.person, *c.at["key"]) for c in agency.custodians if c.key),
        dates=dates,
        hired=tuple(_hired(agency)),
        parents=tuple(_since(agency, "parent")),
        identifiers=tuple(_since(agency, "identifier")),
        changed=tuple(_changed(agency)),
        taken_back=tuple(_taken_back(agency)),
        alike=namesakes.pairs,
        dialled=namesakes.dialled,
        people=people,
    )


def _ending(event: Event | None) -> tuple[str, str]:
    return (event.date.isoformat(), event.event) if event else ("", "")


def _held(issuance: Issuance) -> Held:
    opened, at = issuance.opened, issuance.at
    entry = at[""]
    spots = (*entry, *at.get("name", entry), *at.get("opened", entry), *at.get("closed", entry))
    start = (issuance.id, issuance.name, opened.date.isoformat(), opened.event)
    return Held(*start, *_ending(issuance.closed), *spots, *(_locks(issuance) if issuance.suspended else ("", "")))


def _locks(issuance: Issuance) -> tuple[str, str]:
    """Return the fields `carried` and `locked` of an issuance with suspensions.

    `carried` is the end as stated (`until`), although another document may have ended the suspension sooner; `locked`
    is the end as it came to be.
    """
    carried, locked, closed = "", "", issuance.closed
    for suspension in issuance.suspended:
        until, end = suspension.until or date.max, suspension.end or date.max
        if suspension.since <= issuance.opened.date < until and not suspension.withdrawn:
            carried = until.isoformat()
        if closed and suspension.since < closed.date < end:
            locked = end.isoformat()
    return carried, locked


def _pins(agency: Agency, locals_: list[str | None]) -> Iterator[Pin]:
    for issuance, local in zip(agency.people, locals_, strict=True):
        if issuance.address and local and "-" not in local:
            yield Pin(local, issuance.id, *issuance.at["address"])


def _hired(agency: Agency) -> Iterator[Hired]:
    """Yield the acts on the agency's mailbox and people that documents of other bodies do (`Facts.hired`)."""
    counted: Counter[tuple[str, str, str]] = Counter()
    parents: dict[date | None, str] = {}
    for act, document, day, where in _documented(agency):
        body = documents.body(document)
        if not body or body == agency.code:
            continue
        if day not in parents:
            parents[day] = agency.on(day or date.max).parent
        key = (body, parents[day], act)
        counted[key] += 1
        if counted[key] <= KIND_LIMIT:
            yield Hired(body, day.isoformat() if day else "", document, where.object, *where.place, act)


_Documented = tuple[str, str, date | None, Where]


def _documented(agency: Agency) -> Iterator[_Documented]:
    """Yield each act of a file that has a document, except those on the agency itself (`_changed`).

    Yields what is done, the document, the day (None where the file states none), and the place.
    """
    for custodian in agency.custodians:
        yield custodian.role, custodian.document, custodian.date, agency.where_of(custodian, "document")
    for each in agency.withdrawn:
        if isinstance(each, Custodian) and each.withdrawn:
            yield _ends_by(each.role, each.withdrawn, agency.where_of(each))
    if agency.quota_document:
        yield QUOTA, agency.quota_document, None, agency.where("quota_document")
    for issuance in agency.people:
        yield from _documented_of(agency, issuance)


def _documented_of(agency: Agency, issuance: Issuance) -> Iterator[_Documented]:
    where = agency.where_of(issuance)
    for event in (issuance.opened, None if issuance.void else issuance.closed):
        if event:
            yield event.event, event.document, event.date, _at(where, event.at)
            if event.request:
                yield event.event, event.request, event.date, _at(where, event.at, "request")
    for happening, _day, ending in issuance.taken_back():
        yield _ends_by(happening.event if isinstance(happening, Event) else SUSPENDED, ending, where)
    for spell in issuance.suspended:
        yield SUSPENDED, spell.document, spell.since, _at(where, spell.at)
        if spell.ended:
            yield _ends_by(UNLOCKED, spell.ended, where)
    yield from _documented_besides(agency, issuance)


def _documented_besides(agency: Agency, issuance: Issuance) -> Iterator[_Documented]:
    """Yield the documents of an issuance's leave, pinned address and quota."""
    for leave in issuance.leave:
        if leave.document:
            yield LEAVE, leave.document, leave.first, _at(agency.where_of(issuance, "leave"), leave.at)
    if issuance.address_document:
        yield PINNED, issuance.address_document, None, agency.where_of(issuance, "address_document")
    if issuance.quota_document:
        yield QUOTA, issuance.quota_document, None, agency.where_of(issuance, "quota_document")


def _ends_by(act: str, ending: Ending, where: Where) -> _Documented:
    return act, ending.document, ending.date, _at(where, ending.at)


def _at(where: Where, at: Places, key: str = "document") -> Where:
    return Where(where.file, at.get(key, where.place), where.object)


def _since(agency: Agency, key: str) -> Iterator[Since]:
    """Yield the values of a key in order of time: that of the founding, then that of each change which states one."""
    yield Since(agency.opened.date.isoformat(), getattr(agency, key), *agency.where(key).place)
    for change in sorted(agency.changes, key=lambda change: change.date):
        if key in change.values:
            yield Since(change.date.isoformat(), change.values[key], *change.at.get(key, agency.where("changes").place))


def _changed(agency: Agency) -> Iterator[Hired]:
    """Yield the documents of other bodies that close or change the agency, or withdraw such an act."""
    closed = agency.closed if agency.closed and not agency.void else None
    stated = [(each, each.date) for each in (closed, *agency.changes) if each]
    taken_back = ((by, day) for each, day, by in agency.taken_back() if not isinstance(each, Custodian))
    for by, day in (*stated, *taken_back):
        body = documents.body(by.document)
        if body and body != agency.code:
            place = by.at.get("document", agency.where().place)
            yield Hired(body, day.isoformat(), by.document, agency.code, *place)


def _taken_back(agency: Agency) -> Iterator[TakenBack]:
    for issuance in agency.people:
        for happening, day, _ending in issuance.taken_back():
            if isinstance(happening, Event) and happening.event in PAIRED:
                opens = happening is issuance.opened
                place = issuance.at.get("opened" if opens else "withdrawn", issuance.at[""])
                yield TakenBack(issuance.id, day.isoformat(), happening.event, opens, *place)


def _dates(agency: Agency) -> Iterator[Dated]:
    for change in agency.changes:
        yield Dated(change.date.isoformat(), agency.code, *change.at.get("date", agency.where("changes").place))
    for custodian in agency.custodians:
        where = agency.where_of(custodian, "date")
        yield Dated(custodian.date.isoformat(), where.object, *where.place)
    for issuance in agency.people:
        for suspension in (each for each in issuance.suspended if not each.withdrawn):
            subject = f"{agency.code}/{issuance.id}"
            yield Dated(suspension.since.isoformat(), subject, *suspension.at["date"])
            if suspension.until:
                yield Dated(suspension.until.isoformat(), subject, *suspension.at["until"])
            if suspension.ended:
                yield Dated(suspension.ended.date.isoformat(), subject, *suspension.ended.at["date"])
        for leave in issuance.leave:
            yield Dated(leave.last.isoformat(), f"{agency.code}/{issuance.id}", *leave.at["to"])


# The positions of the first field that is a tuple of named tuples, and of the plain tuple behind the last of them.
_LISTS, _PLAIN = Facts._fields.index("pins"), Facts._fields.index("dialled")
_MADE: tuple[Callable[[Any], Any], ...] = (
    *(Pin._make, PublicKey._make, Dated._make, Hired._make),
    *(Since._make, Since._make, Hired._make, TakenBack._make),
    lambda pair: Alike(pair[0], pair[1], tuple(pair[2])),
)


def dump(facts: Facts) -> tuple[list[Any], bytes]:
    """Return the facts as the cache keeps them: a list for JSON, and the issuances apart, compressed.

    The name of the file is left out: it depends on the directory from which the register is read.
    """
    people = zlib.compress(pack([tuple(held) for held in facts.people]), 1)
    head: Sequence[Any] = facts[1:_LISTS]
    lists: Sequence[Any] = facts[_LISTS:_PLAIN]
    plain = [sorted(value) if isinstance(value, frozenset) else value for value in head]
    return [*plain, *([tuple(item) for item in items] for items in lists), facts.dialled], people


def load(data: list[Any], people: bytes, file: str) -> Facts:
    """Return the facts that `dump` encoded, for a file of this name; issuances are decoded at first use."""
    *head, succeeds, at, ids, moved, latest = data[: _LISTS - 1]
    made = zip(_MADE, data[_LISTS - 1 : -1], strict=True)
    lists = [tuple(map(make, items)) for make, items in made]
    kept = PackedPeople(people, len(ids))
    return Facts._make(
        (file, *head, tuple(succeeds), at, tuple(ids), frozenset(moved), latest, *lists, tuple(data[-1]), kept)
    )
