"""Sums the checks of mailboxes in a period (R8, R12, R13), and ranks agencies and people (R9.9, R15.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from ..planning.accounts import AGENCY, OFFICIAL
from ..usage.checks import Period
from ..usage.daily import Use


@dataclass(slots=True)
class Rate:
    """Working days of mailboxes, those that meet R8, and those that do so by polling programs alone."""

    days: int = 0
    met: int = 0
    by_program: int = 0

    def add(self, days: int, met: int, by_program: int) -> None:
        """Add the sizes of sets of days."""
        self.days += days.bit_count()
        self.met += met.bit_count()
        self.by_program += by_program.bit_count()

    @property
    def share(self) -> float | None:
        """Return the share of days that meet R8, from 0 to 1; None without any day."""
        return self.met / self.days if self.days else None

    @property
    def by_people(self) -> float:
        """Return that share without days that are met by polling programs alone."""
        return (self.met - self.by_program) / self.days if self.days else 0.0


@dataclass(slots=True)
class Months:
    """A month's rates by kind."""

    month: str
    kinds: dict[str, Rate] = field(default_factory=lambda: {AGENCY: Rate(), OFFICIAL: Rate()})


@dataclass(slots=True)
class OfMailbox:
    """A mailbox at an agency; `looked` is the set of days with a check in any window."""

    name: str
    kind: str
    holder: str
    address: str
    agency: str
    rate: Rate = field(default_factory=Rate)
    looked: int = 0


@dataclass(slots=True)
class OfAgency:
    """An agency with all its mailboxes.

    `contact` is the rate of its contact mailbox; `leave` are working days of leave, left out. `measured` is the set of
    working days with data on which a mailbox of it had to be checked: bit n is the nth day of the period.
    """

    code: str
    name: str
    mailboxes: int = 0
    rate: Rate = field(default_factory=Rate)
    contact: Rate = field(default_factory=Rate)
    leave: int = 0
    measured: int = 0

    @property
    def measured_days(self) -> int:
        """Return the number of measured working days, each counted once for all mailboxes."""
        return self.measured.bit_count()


@dataclass(frozen=True, slots=True)
class Rules:
    """The targets: shares of working days (0 to 1), and the least days that make mailbox and agency comparable.

    These are calendar days, not days of all mailboxes added up. Shares are compared with quotients, so equal ones are
    equal as floats.
    """

    target: float = 0.9
    regular: float = 0.8
    least_days: int = 20
    named: int = 20


@dataclass(slots=True)
class Using:
    """All sums of a period.

    `windows` are working days of all mailboxes with a check, by window and kind; `leave` are officials' working days
    left out for leave.
    """

    kinds: dict[str, Rate]
    windows: dict[str, list[int]]
    months: list[Months]
    agencies: list[OfAgency]
    mailboxes: list[OfMailbox]
    leave: int = 0

    def regular(self, rules: Rules) -> tuple[int, int]:
        """Return how many officials' mailboxes are in regular use, and how many were open on a working day."""
        people: dict[str, tuple[int, int]] = {}
        for each in self.mailboxes:
            if each.kind == OFFICIAL and each.rate.days:
                looked, days = people.get(each.name, (0, 0))
                people[each.name] = looked + each.looked, days + each.rate.days
        return sum(looked / days >= rules.regular for looked, days in people.values()), len(people)

    def ranked(self, rules: Rules) -> list[OfAgency]:
        """Return the comparable agencies, by share met, then by share without programs, then by size."""
        found = [each for each in self.agencies if each.measured_days >= rules.least_days]
        return sorted(
            found, key=lambda each: (-(each.rate.share or 0), -each.rate.by_people, -each.rate.days, each.code)
        )

    def commended(self, rules: Rules) -> list[OfAgency]:
        """Return the first comparable agencies that reach the target."""
        return [each for each in self.ranked(rules) if (each.rate.share or 0) >= rules.target][: rules.named]

    def best(self, rules: Rules) -> list[OfMailbox]:
        """Return the first comparable officials' mailboxes that reach the target, in the same order."""
        found = [
            each
            for each in self.mailboxes
            if each.kind == OFFICIAL and each.rate.days >= rules.least_days and (each.rate.share or 0) >= rules.target
        ]
        found.sort(key=lambda each: (-(each.rate.share or 0), -each.rate.by_people, -each.rate.days, each.address))
        return found[: rules.named]

    def below(self, rules: Rules) -> list[OfAgency]:
        """Return the comparable agencies that miss the target, the worst first."""
        return [each for each in reversed(self.ranked(rules)) if (each.rate.share or 0) < rules.target]

    def missing(self, rules: Rules, agency: str) -> list[OfMailbox]:
        """Return an agency's comparable mailboxes that miss the target, the worst first."""
        found = [
            each
            for each in self.mailboxes
            if each.agency == agency and each.rate.days >= rules.least_days and (each.rate.share or 0) < rules.target
        ]
        return sorted(found, key=lambda each: (each.rate.share or 0, -each.rate.days, each.address))


def summed(
    period: Period, uses: Iterable[Use], domain: str, names: dict[str, str], away: Iterable[tuple[str, int]] = ()
) -> Using:
    """Sum the use of mailboxes; `names` are the agencies' names by code, `away` days of leave by agency."""
    months = [*_months(period)]
    found = Using({AGENCY: Rate(), OFFICIAL: Rate()}, {AGENCY: [0] * 4, OFFICIAL: [0] * 4}, [], [], [])
    found.months = [Months(name) for name, _days in months]
    agencies: dict[str, OfAgency] = {}
    mailboxes: dict[tuple[str, str], OfMailbox] = {}
    for use in uses:
        if use.days:
            agency = agencies.setdefault(use.stay.agency, OfAgency(use.stay.agency, names[use.stay.agency]))
            _add(found, use, agency, _mailbox(mailboxes, agency, use, domain), [days for _name, days in months])
    for code, days in away:
        found.leave += days
        agencies.setdefault(code, OfAgency(code, names[code])).leave += days
    found.agencies, found.mailboxes = [*agencies.values()], [*mailboxes.values()]
    return found


def _mailbox(mailboxes: dict[tuple[str, str], OfMailbox], agency: OfAgency, use: Use, domain: str) -> OfMailbox:
    """Return the line of a mailbox at an agency, also if it was elsewhere in between."""
    key = use.mailbox.name, use.stay.agency
    if key not in mailboxes:
        address = f"{use.stay.local}@{domain}"
        mailboxes[key] = OfMailbox(use.mailbox.name, use.mailbox.kind, use.mailbox.holder, address, use.stay.agency)
        agency.mailboxes += 1
    return mailboxes[key]


def _add(found: Using, use: Use, agency: OfAgency, mailbox: OfMailbox, months: Sequence[int]) -> None:
    kind, sets = use.mailbox.kind, (use.days, use.met, use.by_program)
    rates = [found.kinds[kind], agency.rate, mailbox.rate] + [agency.contact] * (kind == AGENCY)
    for rate in rates:
        rate.add(*sets)
    agency.measured |= use.days
    anywhere = 0
    for number, window in enumerate(use.windows):
        found.windows[kind][number] += window.bit_count()
        anywhere |= window
    mailbox.looked += anywhere.bit_count()
    for month, days in zip(found.months, months, strict=True):
        month.kinds[kind].add(*(each & days for each in sets))


def _months(period: Period) -> Iterator[tuple[str, int]]:
    """Yield the months of a period (`2026-03`), each with the set of its days."""
    found: dict[str, int] = {}
    for number in range((period.last - period.first).days + 1):
        day = date.fromordinal(period.first.toordinal() + number)
        found[f"{day:%Y-%m}"] = found.get(f"{day:%Y-%m}", 0) | 1 << number
    yield from found.items()
