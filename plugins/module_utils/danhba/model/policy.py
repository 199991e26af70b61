"""The policy of a province: settings where the regulation leaves room, and the limits that guard a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from .place import Places
from .sizes import GIB


@dataclass(frozen=True, slots=True)
class Limit:
    """How much of one kind one plan may do: the smaller of a count and a percentage, also in each agency."""

    count: int = 50
    percent: int = 2
    agency_percent: int = 20


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Something knowingly done until a day: up to `count` of a kind, or to the `accounts` named.

    It holds from its day `since` on, where there is one. A count is that of the `agencies` and of the `documents` by
    which it is done, where they are named.
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
        """Whether it counts what is done in any agency, by whatever document."""
        return bool(self.count) and not self.agencies and not self.documents

    def counts(self, agency: str, document: str) -> bool:
        """Whether its count is that of what is done in an agency by a document."""
        return (not self.agencies or agency in self.agencies) and (not self.documents or document in self.documents)

    def decides(self, agency: str, document: str) -> bool:
        """Whether it lets people of an agency get other addresses by a document whenever that takes effect: it is by
        this document, or names it, and names the agency or none. A reorganisation moves all its people by one.
        """
        by = document in {self.document, *self.documents}
        return self.limit == "readdress" and by and (not self.agencies or agency in self.agencies)

    def holds(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return (self.since is None or self.since <= day) and day <= self.until


@dataclass(frozen=True, slots=True)
class Guards:
    """What stands between a plan and the server; `protected` are addresses in full."""

    limits: Mapping[str, Limit]
    protected: frozenset[str] = frozenset()
    acknowledgements: tuple[Acknowledgement, ...] = ()


@dataclass(frozen=True, slots=True)
class Sending:
    """What one mailbox may send: messages, and recipients of all of them, within any hour and any day."""

    messages_hour: int
    recipients_hour: int
    messages_day: int
    recipients_day: int


class Window(NamedTuple):
    """A part of each working day in which a mailbox is to be checked: minutes from midnight, half-open (R8)."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Exceptional:
    """A day that is not as the calendar has it: off, or worked, by a document."""

    day: date
    worked: bool
    document: str
    at: Places = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Usage:
    """How the use of mailboxes is measured (R8): the windows of a working day; which of them, by their numbers from 1
    on, a mailbox of each kind needs; and the days on which the province works or is off against the calendar.
    """

    windows: tuple[Window, ...] = (Window(420, 570), Window(570, 690), Window(780, 915), Window(915, 1020))
    official: tuple[int, ...] = (1, 3)
    agency: tuple[int, ...] = (1, 2, 3, 4)
    days: tuple[Exceptional, ...] = ()


LIMITS = ("close", "readdress")
# What an acknowledgement may be for: a limit exceeded, a protected account touched, an earlier entry corrected.
ACKNOWLEDGED = (*LIMITS, "protected", "history")


@dataclass(frozen=True, slots=True)
class Policy:
    """Settings where the regulation leaves room; days, bytes, and the guards of a plan.

    Whoever tries to write to `sending_suspend` times the recipients of an hour within an hour sends no more (R10.6).
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
