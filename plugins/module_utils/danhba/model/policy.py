"""The policy of a province: the settings that the regulation leaves to it, and the limits that guard a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from .place import Places
from .sizes import GIB


@dataclass(frozen=True, slots=True)
class Limit:
    """How many mailboxes one plan may close or readdress.

    In all, the smaller of `count` and of `percent` of all mailboxes; in each agency, `agency_percent` of its own.
    """

    count: int = 50
    percent: int = 2
    agency_percent: int = 20


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Leave for a plan to exceed a limit or touch a protected account, given by a document until a day.

    It allows up to `count` actions of the kind `limit`, or those on the `accounts` named. It is in force from the day
    `since` on, or at once where none is stated. Where `agencies` or `documents` are named, only actions in these
    agencies and by these documents are counted.
    """

    limit: str
    document: str
    until: date
    count: int = 0
    accounts: tuple[str, ...] = ()
    since: date | None = None
    agencies: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    at: Places = field(default_factory=dict, compare=False, repr=False)

    @property
    def is_for_all(self) -> bool:
        """Whether its count covers actions in every agency and by every document."""
        return bool(self.count) and not self.agencies and not self.documents

    def counts(self, agency: str, document: str) -> bool:
        """Return whether its count covers actions in an agency by a document."""
        return (not self.agencies or agency in self.agencies) and (not self.documents or document in self.documents)

    def decides(self, agency: str, document: str) -> bool:
        """Return whether it allows a document to give people of an agency new addresses, on whatever day.

        It does where its limit is `readdress`, it is given by this document or names it, and it names the agency or no
        agency at all. One document of a reorganisation moves all people of an agency.
        """
        by = document in {self.document, *self.documents}
        return self.limit == "readdress" and by and (not self.agencies or agency in self.agencies)

    def holds(self, day: date) -> bool:
        """Return whether the acknowledgement is in force on a day."""
        return (self.since is None or self.since <= day) and day <= self.until


@dataclass(frozen=True, slots=True)
class Guards:
    """The limits that a plan must keep before it reaches the server; `protected` are whole addresses."""

    limits: Mapping[str, Limit]
    protected: frozenset[str] = frozenset()
    acknowledgements: tuple[Acknowledgement, ...] = ()


@dataclass(frozen=True, slots=True)
class Sending:
    """The sending limits of one mailbox: messages, and recipients of all messages together, within any hour and day."""

    messages_hour: int
    recipients_hour: int
    messages_day: int
    recipients_day: int


class Window(NamedTuple):
    """A window of the working day in which a mailbox is to be checked (R8): minutes from midnight, `end` excluded."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Exceptional:
    """A day that a document makes a working day or a day off against the calendar."""

    day: date
    worked: bool
    document: str
    at: Places = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Usage:
    """How the use of mailboxes is measured (R8).

    `windows` are the windows of a working day. `official` and `agency` are the numbers (from 1) of the windows in which
    a mailbox of that kind must be checked. `days` are those on which the province works, or is off, against the
    calendar.
    """

    windows: tuple[Window, ...] = (Window(420, 570), Window(570, 690), Window(780, 915), Window(915, 1020))
    official: tuple[int, ...] = (1, 3)
    agency: tuple[int, ...] = (1, 2, 3, 4)
    days: tuple[Exceptional, ...] = ()


LIMITS = ("close", "readdress")
# What an acknowledgement may allow: exceeding a limit, touching a protected account, correcting an earlier entry.
ACKNOWLEDGED = (*LIMITS, "protected", "history")


@dataclass(frozen=True, slots=True)
class Policy:
    """The settings that the regulation leaves to the province, with their defaults; quotas are in bytes.

    A mailbox that tries to reach `sending_suspend` times its hourly limit of recipients within an hour is stopped from
    sending (R10.6).
    """

    forward_days: int = 90
    redirect_days: int = 365
    future_days: int = 366
    retention_days: int = 183
    retention_days_leader: int = 365
    quota_official: int = 2 * GIB
    quota_agency: int = 10 * GIB
    sending_official: Sending = Sending(100, 500, 500, 2000)
    sending_agency: Sending = Sending(500, 3000, 2500, 15000)
    sending_suspend: int = 3
    usage: Usage = Usage()
    limits: Mapping[str, Limit] = field(default_factory=lambda: {name: Limit() for name in LIMITS})
    protected: tuple[str, ...] = ()
