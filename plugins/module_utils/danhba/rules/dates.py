"""Rules about implausible days, too long ago or too far ahead: mostly a mistyped year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from ..messages import mark as _
from ..model.facts import Facts
from ..model.findings import Finding, Where, advice
from ..model.place import Place
from ..model.register import Agency, Province
from .documents import FIRST_YEAR

FUTURE = advice(
    "date-future",
    "R6",
    _("{day} lies more than {days} days ahead; if this is no slip, leave it, else correct the date"),
)
PAST = advice(
    "date-past",
    "R6.1a",
    _("{day} lies before {year}, when no agency of today's state was there yet; correct the date if this is a slip"),
)


def check(agency: Agency) -> Iterator[Finding]:
    """Yield an agency that would be older than the present state."""
    if agency.opened.date.year < FIRST_YEAR:
        yield PAST.at(agency.where("opened"), day=agency.opened.date, year=FIRST_YEAR)


def on(province: Province, facts: Sequence[Facts], day: date) -> Iterator[Finding]:
    """Yield every day of the register that is more than the policy's `future_days` after `day`."""
    days = province.policy.future_days
    last = (day + min(timedelta(days), date.max - day)).isoformat()
    for agency in facts:
        for where, found in _after(agency, last) if agency.latest > last else ():
            yield FUTURE.at(where, day=found, days=days)


def _after(agency: Facts, last: str) -> Iterator[tuple[Where, str]]:
    for key, day in (("opened", agency.opened), ("closed", agency.closed)):
        if day > last:
            yield agency.where(key), day
    for held in agency.people:
        if held.opened > last:
            yield agency.where_of(held, "opened"), held.opened
        if held.closed > last:
            yield agency.where_of(held, "closed"), held.closed
    for dated in agency.dates:
        if dated.day > last:
            yield Where(agency.file, Place(dated.line, dated.column), dated.object), dated.day
