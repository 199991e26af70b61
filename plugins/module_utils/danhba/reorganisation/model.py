"""A reorganisation as its document decides it: agencies that open and close, and where their people go."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from ..model.findings import Where
from ..model.place import START, Places


@dataclass(frozen=True, slots=True)
class Opening:
    """A new agency; the closings say which agencies it succeeds."""

    code: str
    name: str
    kind: str
    event: str
    parent: str = ""
    identifier: str = ""
    quota: int | None = None
    quota_document: str = ""
    at: Places = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a mailbox: its owner goes on in the agency `to`, or it is closed by the event `close`.

    A fate may have a `document` of its own, such as a decision on retirement.
    """

    to: str = ""
    close: str = ""
    document: str = ""
    at: Places = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Closing:
    """The end of an agency: `to` take over its mail and duties; `people` is the fate of all who are not named."""

    code: str
    event: str
    to: tuple[str, ...] = ()
    people: Fate | None = None
    at: Places = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Unit:
    """The fate of everyone in one division of an agency."""

    agency: str
    name: str
    fate: Fate


@dataclass(frozen=True, slots=True)
class Person:
    """The fate of one person, and changed fields; None and empty texts change nothing."""

    id: str
    fate: Fate
    title: str = ""
    unit: str = ""
    phone: str = ""
    leader: bool | None = None
    address: str = ""
    address_document: str = ""


@dataclass(frozen=True, slots=True)
class Parent:
    """The new managing agency of an agency that goes on."""

    agency: str
    parent: str
    at: Places = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Holder:
    """The custodian of an agency's mailbox from the day on (R11.1)."""

    agency: str
    person: str
    document: str
    role: str
    key: str = ""
    at: Places = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Reorganisation:
    """Any number of agencies opened, closed and changed on one day by one document."""

    document: str
    date: date
    file: str
    request: str = ""
    operator: str = ""
    agencies: tuple[Opening, ...] = ()
    close: tuple[Closing, ...] = ()
    units: tuple[Unit, ...] = ()
    people: tuple[Person, ...] = ()
    parents: tuple[Parent, ...] = ()
    custodians: tuple[Holder, ...] = ()
    at: Places = field(default_factory=dict, compare=False, repr=False)

    def decides(self, quota: int | None, document: str) -> str:
        """Return the document of a quota: its own, else the reorganisation's; empty if no quota is stated."""
        return document or (self.document if quota is not None else "")

    def where(self, at: Places, key: str = "", subject: str = "") -> Where:
        """The place of a value of one of its parts."""
        return Where(self.file, at.get(key, at.get("", START)), subject)
