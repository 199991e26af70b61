"""The register as typed data: the province, its agencies, and every issuance of a mailbox (docs/reference.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby
from typing import TypeAlias

from .exceptions import SecrecyException
from .findings import Where
from .place import START, Places
from .policy import Acknowledgement, Policy
from .regulation import Regulation

AGENCY_OPENED = frozenset({"established", "renamed", "merged", "split"})
AGENCY_CLOSED = frozenset({"dissolved", "renamed", "merged", "split"})
PERSON_OPENED = frozenset({"recruited", "transferred", "reorganised", "renamed", "migrated"})
PERSON_CLOSED = frozenset(
    {"retired", "resigned", "dismissed", "deceased", "left_province", "transferred", "reorganised", "renamed"}
)
# Events that end one issuance of a person and begin another on the same day: in another agency, or under another name.
MOVES = frozenset({"transferred", "reorganised"})
RENAMED = "renamed"
PAIRED = MOVES | {RENAMED}
# The event that closes an issuance whose opening was withdrawn, on the day of that opening: it is never in force.
WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Event:
    """An opening or a closing by a document on a day. One that was `withdrawn` before its day does not happen."""

    document: str
    date: date
    event: str
    request: str = ""
    at: Places = field(default_factory=dict, compare=False, repr=False)
    withdrawn: Ending | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """The document and the day that end a suspension early, or withdraw an event before it happens."""

    document: str
    date: date
    at: Places = field(default_factory=dict, compare=False, repr=False)


def closing(opened: Event, closed: Event | None) -> Event | None:
    """Return the closing that belongs to an opening: `closed`, unless the opening itself was withdrawn.

    Of a withdrawn opening, it is an event `WITHDRAWN` on the day of the opening, by the document that withdrew it.
    """
    if opened.withdrawn is None:
        return closed
    return Event(opened.withdrawn.document, opened.date, WITHDRAWN, at=opened.withdrawn.at)


@dataclass(frozen=True, slots=True)
class Suspension:
    """A suspension: no login from the day `since` until the day before `end`; mail still arrives."""

    document: str
    since: date
    until: date | None = None
    ended: Ending | None = None
    at: Places = field(default_factory=dict, compare=False, repr=False)
    withdrawn: Ending | None = None

    @property
    def end(self) -> date | None:
        """The first day on which login is possible again, None where no end is set; `since` if it was withdrawn."""
        if self.withdrawn:
            return self.since
        return self.ended.date if self.ended else self.until

    def covers(self, day: date) -> bool:
        """Return whether the suspension is in force on a day."""
        return self.since <= day and (self.end is None or day < self.end)


@dataclass(frozen=True, slots=True)
class Leave:
    """Days off work, `first` and `last` included, on which the mailbox need not be checked (R8).

    Nothing else changes on these days. The register does not record the reason, which is private.
    """

    first: date
    last: date
    document: str = ""
    at: Places = field(default_factory=dict, compare=False, repr=False)

    def __str__(self) -> str:
        """Return the leave as messages show it: first–last day."""
        return f"{self.first}–{self.last}"


@dataclass(frozen=True, slots=True)
class Issuance:
    """One mailbox issued to one person in one agency; `quota` in bytes, None for the policy's.

    `withdrawn` are closings that were withdrawn before their day. Where the opening itself was withdrawn, `closed` is
    an event `WITHDRAWN`. `leave` belongs to the person and stays valid where the mailbox moves to another agency.
    """

    id: str
    name: str
    opened: Event
    closed: Event | None = None
    title: str = ""
    leader: bool = False
    unit: str = ""
    phone: str = ""
    family: str = ""
    given: str = ""
    address: str = ""
    address_document: str = ""
    quota: int | None = None
    quota_document: str = ""
    suspended: tuple[Suspension, ...] = ()
    withdrawn: tuple[Event, ...] = ()
    leave: tuple[Leave, ...] = ()
    at: Places = field(default_factory=dict, compare=False, repr=False)

    @property
    def days_off(self) -> str:
        """All leave of the issuance in one line, empty where there is none."""
        return ", ".join(map(str, self.leave))

    @property
    def void(self) -> bool:
        """Whether the opening was withdrawn before its day: nobody gets the mailbox, but its address stays issued."""
        return self.opened.withdrawn is not None

    def taken_back(self) -> Iterator[tuple[Event | Suspension, date, Ending]]:
        """Yield each withdrawn opening, closing and suspension, its effective date, and the withdrawing document."""
        for event in (self.opened, *self.withdrawn):
            if event.withdrawn:
                yield event, event.date, event.withdrawn
        for suspension in self.suspended:
            if suspension.withdrawn:
                yield suspension, suspension.since, suspension.withdrawn


@dataclass(frozen=True, slots=True)
class Custodian:
    """The person who holds the contact mailbox from a day on, as head of the agency or as a delegate (R11.1)."""

    person: str
    document: str
    date: date
    role: str
    key: str = ""
    at: Places = field(default_factory=dict, compare=False, repr=False)
    withdrawn: Ending | None = None


# The keys of an agency that a document can change later (R6.1a).
STANDING = ("kind", "parent", "identifier")


@dataclass(frozen=True, slots=True)
class Change:
    """A change of an agency's kind, parent or identifier by a document from a day on; empty values stay (R6.1a)."""

    document: str
    date: date
    kind: str = ""
    parent: str = ""
    identifier: str = ""
    at: Places = field(default_factory=dict, compare=False, repr=False)
    withdrawn: Ending | None = None

    @property
    def values(self) -> dict[str, str]:
        """The values that the change states, by their keys in `STANDING`."""
        return {key: value for key in STANDING if (value := getattr(self, key))}


def _day_of(change: Change) -> date:
    return change.date


# The acts on an agency itself that can be withdrawn before their day: opening, closing, hand-over, change.
OfAgency: TypeAlias = Event | Custodian | Change


def never(closings: Iterable[Event], changes: Iterable[Change], custodians: Iterable[Custodian]) -> list[OfAgency]:
    """Return the withdrawn items: first of the closings, then of the changes, then of the custodians."""
    return [
        *(closing for closing in closings if closing.withdrawn),
        *(change for change in changes if change.withdrawn),
        *(custodian for custodian in custodians if custodian.withdrawn),
    ]


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency with its contact mailbox and its people, in the order of its file.

    `kind`, `parent` and `identifier` are those of its founding; `on` returns those of a day. `withdrawn` are closings,
    changes and custodians that were withdrawn before their day; `closed`, `changes` and `custodians` do not have them.
    Where the opening itself was withdrawn, `closed` is an event `WITHDRAWN`.
    """

    code: str
    name: str
    kind: str
    opened: Event
    file: str
    closed: Event | None = None
    parent: str = ""
    identifier: str = ""
    succeeds: tuple[str, ...] = ()
    quota: int | None = None
    quota_document: str = ""
    custodians: tuple[Custodian, ...] = ()
    people: Sequence[Issuance] = ()
    changes: tuple[Change, ...] = ()
    withdrawn: tuple[OfAgency, ...] = ()
    at: Places = field(default_factory=dict, compare=False, repr=False)

    @property
    def void(self) -> bool:
        """Whether the opening was withdrawn before its day: there is no mailbox, but the code stays taken."""
        return self.opened.withdrawn is not None

    def taken_back(self) -> Iterator[tuple[OfAgency, date, Ending]]:
        """Yield each withdrawn act on the agency itself, its effective date, and the document that withdrew it."""
        for happening in (self.opened, *self.withdrawn):
            if happening.withdrawn:
                yield happening, happening.date, happening.withdrawn

    def closings_withdrawn(self) -> tuple[Event, ...]:
        """Return the closings that were withdrawn, in the order of the file."""
        return tuple(each for each in self.withdrawn if isinstance(each, Event))

    def on(self, day: date) -> Agency:
        """Return the agency with the kind, parent and identifier of a day, and without `changes`.

        Return the agency itself where it has no changes.
        """
        standing = self
        for change, _before, after in self.steps() if self.changes else ():
            if change.date > day:
                break
            standing = after
        return replace(standing, changes=()) if self.changes else self

    def steps(self) -> Iterator[tuple[Change, Agency, Agency]]:
        """Yield the changes in order of their days, each with the agency before that day and from that day on.

        Changes of one day take effect together: each is yielded with the same two agencies.
        """
        standing = replace(self, changes=())
        for _day, together in groupby(sorted(self.changes, key=_day_of), _day_of):
            changes = [*together]
            values = {key: value for change in changes for key, value in change.values.items()}
            after = replace(standing, **values)  # type: ignore[arg-type]  # keys of STANDING
            yield from ((change, standing, after) for change in changes)
            standing = after

    def where(self, key: str = "") -> Where:
        """Return the place of a value of the agency itself, or of the agency where the key has no place."""
        return Where(self.file, self.at.get(key, self.at.get("", START)), self.code)

    def where_of(self, issuance: Issuance | Custodian, key: str = "") -> Where:
        """Return the place of a value of an issuance or a custodian of this agency."""
        subject = issuance.id if isinstance(issuance, Issuance) else issuance.person
        return Where(self.file, issuance.at.get(key, issuance.at.get("", START)), f"{self.code}/{subject}")


@dataclass(frozen=True, slots=True)
class Province:
    """The settings of the whole register: domain, operator, contacts for support, policy, acknowledgements.

    `operator` is the code of the agency that runs the mail system. A `sample` register is for trials: it is applied to
    test hosts only.
    """

    name: str
    domain: str
    host: str
    operator: str
    file: str
    operator_key: str = ""
    support_phone: str = ""
    support_mail: str = ""
    system_addresses: Mapping[str, str] = field(default_factory=dict)
    policy: Policy = field(default_factory=Policy)
    acknowledgements: tuple[Acknowledgement, ...] = ()
    secrecy_exceptions: tuple[SecrecyException, ...] = ()
    sample: bool = False
    regulation: Regulation = field(default_factory=Regulation)
    at: Places = field(default_factory=dict, compare=False, repr=False)

    def where(self, key: str = "") -> Where:
        """Return the place of a value of the province's file, or of the file where the key has no place."""
        return Where(self.file, self.at.get(key, self.at.get("", START)), "province")


@dataclass(frozen=True, slots=True)
class Register:
    """The whole register: province, agencies by code in the order of their codes, and the digest of the files read."""

    province: Province
    agencies: Mapping[str, Agency]
    digest: str

    def on(self, day: date) -> Register:
        """Return the register with each agency as it is on a day (`Agency.on`)."""
        return replace(self, agencies={code: agency.on(day) for code, agency in self.agencies.items()})

    def below(self, code: str, day: date) -> set[str]:
        """Return the codes of an agency and of all agencies below it on a day, at any depth."""
        parents = {each.code: each.on(day).parent for each in self.agencies.values()}
        found, last = {code}, 0
        while last < len(found):
            last = len(found)
            found |= {each for each, parent in parents.items() if parent in found}
        return found

    def issuances(self) -> Iterator[tuple[Agency, Issuance]]:
        """Yield every issuance with its agency, in the order of the register."""
        for agency in self.agencies.values():
            for issuance in agency.people:
                yield agency, issuance


def numbered(people: Iterable[Issuance]) -> Iterator[tuple[tuple[str, int], Issuance]]:
    """Yield each entry of an agency under a stable key: the person's id, and its number among that person's entries.

    Numbers count from 0. The key stays valid, because entries are only ever added at the end.
    """
    counted: Counter[str] = Counter()
    for issuance in people:
        yield (issuance.id, counted[issuance.id]), issuance
        counted[issuance.id] += 1
