"""The register as typed data: the province, its agencies, and each issuance of a mailbox (register format)."""

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
# What closes an issuance on the day on which it was to open: it was taken back before, and nobody has it on any day.
WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Event:
    """What a document does on a day: an opening or a closing. One that was `withdrawn` before does not come to pass."""

    document: str
    date: date
    event: str
    request: str = ""
    at: Places = field(default_factory=dict, compare=False, repr=False)
    withdrawn: Ending | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """The document that ends a suspension sooner, or takes back what is to come, and the day on which it does."""

    document: str
    date: date
    at: Places = field(default_factory=dict, compare=False, repr=False)


def closing(opened: Event, closed: Event | None) -> Event | None:
    """What closes something that opens so: where the opening itself was withdrawn, what took it back, on that day."""
    if opened.withdrawn is None:
        return closed
    return Event(opened.withdrawn.document, opened.date, WITHDRAWN, at=opened.withdrawn.at)


@dataclass(frozen=True, slots=True)
class Suspension:
    """No login from `since` and, where an end is set or decided, not on that day any more; mail still arrives."""

    document: str
    since: date
    until: date | None = None
    ended: Ending | None = None
    at: Places = field(default_factory=dict, compare=False, repr=False)
    withdrawn: Ending | None = None

    @property
    def end(self) -> date | None:
        """The first day on which it is not in force any more; None where none is set."""
        if self.withdrawn:
            return self.since
        return self.ended.date if self.ended else self.until

    def covers(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.since <= day and (self.end is None or day < self.end)


@dataclass(frozen=True, slots=True)
class Leave:
    """Days off work from the first to the last, both included, on which nobody has to look into the mailbox (R8).

    Nothing else changes meanwhile, and the reason is nobody's business here.
    """

    first: date
    last: date
    document: str = ""
    at: Places = field(default_factory=dict, compare=False, repr=False)

    def __str__(self) -> str:
        """As messages show it."""
        return f"{self.first}–{self.last}"


@dataclass(frozen=True, slots=True)
class Issuance:
    """One mailbox given to one person in one agency; `quota` in bytes, None for the policy's.

    `withdrawn` are closings that were to come and were taken back. Where the opening itself was, `closed` says so.
    `leave` is the person's, wherever the mailbox goes meanwhile.
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
        """All leave in one line, empty where there is none."""
        return ", ".join(map(str, self.leave))

    @property
    def void(self) -> bool:
        """Whether it was taken back before its day: its address stays given out, and nobody has the mailbox."""
        return self.opened.withdrawn is not None

    def taken_back(self) -> Iterator[tuple[Event | Suspension, date, Ending]]:
        """What of it was to come, on which day, and what took it back."""
        for event in (self.opened, *self.withdrawn):
            if event.withdrawn:
                yield event, event.date, event.withdrawn
        for suspension in self.suspended:
            if suspension.withdrawn:
                yield suspension, suspension.since, suspension.withdrawn


@dataclass(frozen=True, slots=True)
class Custodian:
    """Who holds the contact mailbox from a day on, as its head or as a delegate (R11.1)."""

    person: str
    document: str
    date: date
    role: str
    key: str = ""
    at: Places = field(default_factory=dict, compare=False, repr=False)
    withdrawn: Ending | None = None


# What an agency is among the others, and what a document can change of it (R6.1a).
STANDING = ("kind", "parent", "identifier")


@dataclass(frozen=True, slots=True)
class Change:
    """What a document makes of an agency from a day on: what it does not state stays (R6.1a)."""

    document: str
    date: date
    kind: str = ""
    parent: str = ""
    identifier: str = ""
    at: Places = field(default_factory=dict, compare=False, repr=False)
    withdrawn: Ending | None = None

    @property
    def values(self) -> dict[str, str]:
        """What it states, by the keys of `STANDING`."""
        return {key: value for key in STANDING if (value := getattr(self, key))}


def _day_of(change: Change) -> date:
    return change.date


# What can be to come for an agency itself, and be taken back: an opening, a closing, a hand-over of its mailbox, a
# change of what it is.
OfAgency: TypeAlias = Event | Custodian | Change


def never(closings: Iterable[Event], changes: Iterable[Change], custodians: Iterable[Custodian]) -> list[OfAgency]:
    """Those that were taken back, in this order, of all that an agency's file says of itself."""
    return [
        *(closing for closing in closings if closing.withdrawn),
        *(change for change in changes if change.withdrawn),
        *(custodian for custodian in custodians if custodian.withdrawn),
    ]


@dataclass(frozen=True, slots=True)
class Agency:
    """A body with its contact mailbox and its people, in the order of its file.

    `kind`, `parent` and `identifier` are those of its founding; what they are on a day, `on` says. `withdrawn` is what
    was to come and was taken back: it is neither among the `custodians` and `changes` nor what it is `closed` by. Where
    the opening itself was, `closed` says so.
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
        """Whether it was taken back before its day: its code stays given out, and nobody has the mailbox."""
        return self.opened.withdrawn is not None

    def taken_back(self) -> Iterator[tuple[OfAgency, date, Ending]]:
        """What of itself was to come, on which day, and what took it back."""
        for happening in (self.opened, *self.withdrawn):
            if happening.withdrawn:
                yield happening, happening.date, happening.withdrawn

    def closings_withdrawn(self) -> tuple[Event, ...]:
        """The closings that were taken back, in the order of its file."""
        return tuple(each for each in self.withdrawn if isinstance(each, Event))

    def on(self, day: date) -> Agency:
        """The agency as it stands on a day, of which nothing changes any more: itself where nothing ever does."""
        standing = self
        for change, _before, after in self.steps() if self.changes else ():
            if change.date > day:
                break
            standing = after
        return replace(standing, changes=()) if self.changes else self

    def steps(self) -> Iterator[tuple[Change, Agency, Agency]]:
        """Its changes by their days, each with the agency as it stands before that day and from that day on."""
        standing = replace(self, changes=())
        for _day, together in groupby(sorted(self.changes, key=_day_of), _day_of):
            changes = [*together]
            values = {key: value for change in changes for key, value in change.values.items()}
            after = replace(standing, **values)  # type: ignore[arg-type]  # keys of STANDING
            yield from ((change, standing, after) for change in changes)
            standing = after

    def where(self, key: str = "") -> Where:
        """The place of one of its own values."""
        return Where(self.file, self.at.get(key, self.at.get("", START)), self.code)

    def where_of(self, issuance: Issuance | Custodian, key: str = "") -> Where:
        """The place of a value of one of its people or custodians."""
        subject = issuance.id if isinstance(issuance, Issuance) else issuance.person
        return Where(self.file, issuance.at.get(key, issuance.at.get("", START)), f"{self.code}/{subject}")


@dataclass(frozen=True, slots=True)
class Province:
    """What holds for the whole register: the domain, who operates it, whom to ask, the policy.

    A `sample` is for trials: it goes to no host but a test host.
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
        """The place of one of its values."""
        return Where(self.file, self.at.get(key, self.at.get("", START)), "province")


@dataclass(frozen=True, slots=True)
class Register:
    """The whole register; `agencies` by code in order of their codes, `digest` over the files it was read from."""

    province: Province
    agencies: Mapping[str, Agency]
    digest: str

    def on(self, day: date) -> Register:
        """The register whose agencies stand as they do on a day."""
        return replace(self, agencies={code: agency.on(day) for code, agency in self.agencies.items()})

    def below(self, code: str, day: date) -> set[str]:
        """The code of an agency, and of all that stand below it on a day, however deep."""
        parents = {each.code: each.on(day).parent for each in self.agencies.values()}
        found, last = {code}, 0
        while last < len(found):
            last = len(found)
            found |= {each for each, parent in parents.items() if parent in found}
        return found

    def issuances(self) -> Iterator[tuple[Agency, Issuance]]:
        """Every issuance with its agency, in the order of the register."""
        for agency in self.agencies.values():
            for issuance in agency.people:
                yield agency, issuance


def numbered(people: Iterable[Issuance]) -> Iterator[tuple[tuple[str, int], Issuance]]:
    """Entries of an agency by whose they are, and the first, second … of that person: they only grow."""
    counted: Counter[str] = Counter()
    for issuance in people:
        yield (issuance.id, counted[issuance.id]), issuance
        counted[issuance.id] += 1
