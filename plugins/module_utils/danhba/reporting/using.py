"""How mailboxes were looked at in a period (R8, R12, R13), and who is to be named for it (R9.9, R15.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from ..planning.accounts import AGENCY, OFFICIAL
from ..usage.checks import Period
from ..usage.daily import Use


@dataclass(slots=True)
class Rate:
    """Working days of some mailboxes, those that are met, and those that are by a program alone."""

    days: int = 0
    met: int = 0
    by_program: int = 0

    def add(self, days: int, met: int, by_program: int) -> None:
        """Count sets of days."""
        self.days += days.bit_count()
        self.met += met.bit_count()
        self.by_program += by_program.bit_count()

    @property
    def share(self) -> float | None:
        """Of the days, how many are met, from 0 to 1; None where there is no day."""
        return self.met / self.days if self.days else None

    @property
    def by_people(self) -> float:
        """The same without days that only a program makes."""
        return (self.met - self.by_program) / self.days if self.days else 0.0


@dataclass(slots=True)
class Months:
    """A month's rates by kind."""

    month: str
    kinds: dict[str, Rate] = field(default_factory=lambda: {AGENCY: Rate(), OFFICIAL: Rate()})


@dataclass(slots=True)
class OfMailbox:
    """A mailbox at an agency; `looked` are the days on which somebody looked in any window."""

    name: str
    kind: str
    holder: str
    address: str
    agency: str
    rate: Rate = field(default_factory=Rate)
    looked: int = 0


@dataclass(slots=True)
class OfAgency:
    """An agency with all its mailboxes; `contact` is of its own alone, `leave` working days left out for it.

    `measured` is the set of working days on which one of its mailboxes had to be looked at and is known: bit n is the
    nth day of the period.
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
        """How many working days those are, however many mailboxes each of them counts for."""
        return self.measured.bit_count()


@dataclass(frozen=True, slots=True)
class Rules:
    """What is asked of use: shares of working days, from 0 to 1, and how many working days make a mailbox and an agency
    comparable: days of the calendar, not days of all mailboxes together. A share is to be compared with a quotient:
    what is equal is equal then as floats.
    """

    target: float = 0.9
    regular: float = 0.8
    least_days: int = 20
    named: int = 20


@dataclass(slots=True)
class Using:
    """All of it: `windows` are working days of all mailboxes on which somebody looked in each window, by kind;
    `leave` are working days of officials that are left out because they were on leave.
    """

    kinds: dict[str, Rate]
    windows: dict[str, list[int]]
    months: list[Months]
    agencies: list[OfAgency]
    mailboxes: list[OfMailbox]
    leave: int = 0

    def regular(self, rules: Rules) -> tuple[int, int]:
        """How many officials' mailboxes are in regular use, of how many that were open on a working day."""
        people: dict[str, tuple[int, int]] = {}
        for each in self.mailboxes:
            if each.kind == OFFICIAL and each.rate.days:
                looked, days = people.get(each.name, (0, 0))
                people[each.name] = looked + each.looked, days + each.rate.days
        return sum(looked / days >= rules.regular for looked, days in people.values()), len(people)

    def ranked(self, rules: Rules) -> list[OfAgency]:
        """The agencies that are comparable: by the share met, then without programs, then the larger."""
        found = [each for each in self.agencies if each.measured_days >= rules.least_days]
        return sorted(
            found, key=lambda each: (-(each.rate.share or 0), -each.rate.by_people, -each.rate.days, each.code)
        )

    def commended(self, rules: Rules) -> list[OfAgency]:
        """The first of them that reach the target."""
        return [each for each in self.ranked(rules) if (each.rate.share or 0) >= rules.target][: rules.named]

    def best(self, rules: Rules) -> list[OfMailbox]:
        """Officials' mailboxes that are comparable and reach the target, by the same order."""
        found = [
            each
            for each in self.mailboxes
            if each.kind == OFFICIAL and each.rate.days >= rules.least_days and (each.rate.share or 0) >= rules.target
        ]
        found.sort(key=lambda each: (-(each.rate.share or 0), -each.rate.by_people, -each.rate.days, each.address))
        return found[: rules.named]

    def below(self, rules: Rules) -> list[OfAgency]:
        """The comparable agencies that miss the target, the worst first."""
        return [each for each in reversed(self.ranked(rules)) if (each.rate.share or 0) < rules.target]

    def missing(self, rules: Rules, agency: str) -> list[OfMailbox]:
        """An agency's mailboxes that are comparable and miss the target, the worst first."""
        found = [
            each
            for each in self.mailboxes
            if each.agency == agency and each.rate.days >= rules.least_days and (each.rate.share or 0) < rules.target
        ]
        return sorted(found, key=lambda each: (each.rate.share or 0, -each.rate.days, each.address))


def summed(
    period: Period, uses: Iterable[Use], domain: str, names: dict[str, str], away: Iterable[tuple[str, int]] = ()
) -> Using:
    """What mailboxes came to; `names` are those of the agencies by code, `away` days of leave at agencies."""
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
    """The line of a mailbox at an agency; it may have been away in between."""
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
    """The months of a period, such as `2026-03`, each with all its days."""
    found: dict[str, int] = {}
    for number in range((period.last - period.first).days + 1):
        day = date.fromordinal(period.first.toordinal() + number)
        found[f"{day:%Y-%m}"] = found.get(f"{day:%Y-%m}", 0) | 1 << number
    yield from found.items()
