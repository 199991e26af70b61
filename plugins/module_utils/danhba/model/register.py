"""The register as typed data: the province, its agencies, and each issuance of a mailbox (register format)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import groupby

from .findings import Where
from .place import START, Places
from .policy import Acknowledgement, Policy

AGENCY_OPENED = frozenset({"established", "renamed", "merged", "split"})
AGENCY_CLOSED = frozenset({"dissolved", "renamed", "merged", "split"})
PERSON_OPENED = frozenset({"recruited", "transferred", "reorganised", "migrated"})
PERSON_CLOSED = frozenset(
    {"retired", "resigned", "dismissed", "deceased", "left_province", "transferred", "reorganised"}
)
# Events that end one issuance of a person and begin another on the same day.
MOVES = frozenset({"transferred", "reorganised"})


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a document did on a day: an opening or a closing."""

    document: str
    date: date
    event: str
    request: str = ""
    at: Places = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Ending:
    """The document that ends a suspension before its day, and the day from which it does."""

    document: str
    date: date
    at: Places = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Suspension:
    """No login from `since` and, where an end is set or decided, not on that day any more; mail still arrives."""

    document: str
    since: date
    until: date | None = None
    ended: Ending | None = None
    at: Places = field(default_factory=dict, compare=False, repr=False)

    @property
    def end(self) -> date | None:
        """The first day on which it is not in force any more; None where none is set."""
        return self.ended.date if self.ended else self.until

    def covers(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.since <= day and (self.end is None or day < self.end)


@dataclass(frozen=True, slots=True)
class Issuance:
    """One mailbox given to one person in one agency; `quota` in bytes, None for the policy's."""

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
    suspended: tuple[Suspension, ...] = ()
    at: Places = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Custodian:
    """Who holds the contact mailbox from a day on, as its head or as a delegate (R11.1)."""

    person: str
    document: str
    date: date
    role: str
    key: str = ""
    at: Places = field(default_factory=dict, compare=False, repr=False)


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

    @property
    def values(self) -> dict[str, str]:
        """What it states, by the keys of `STANDING`."""
        return {key: value for key in STANDING if (value := getattr(self, key))}


def _day_of(change: Change) -> date:
    return change.date


@dataclass(frozen=True, slots=True)
class Agency:
    """A body with its contact mailbox and its people, in the order of its file.

    `kind`, `parent` and `identifier` are those of its founding; what they are on a day, `on` says.
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
    custodians: tuple[Custodian, ...] = ()
    people: Sequence[Issuance] = ()
    changes: tuple[Change, ...] = ()
    at: Places = field(default_factory=dict, compare=False, repr=False)

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
    sample: bool = False
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

    def issuances(self) -> Iterator[tuple[Agency, Issuance]]:
        """Every issuance with its agency, in the order of the register."""
        for agency in self.agencies.values():
            for issuance in agency.people:
                yield agency, issuance
