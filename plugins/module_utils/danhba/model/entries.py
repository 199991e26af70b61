"""Which entry of a person counts on a day: one that was taken back before its day never does."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from .register import Agency, Issuance


def entry_on(agency: Agency, person: str, day: date) -> Issuance | None:
    """The entry under which somebody is in an agency on a day, suspended or not; None where nobody is."""
    return next((each for each in agency.people if each.id == person and _is_there(each, day)), None)


def last_before(people: Iterable[Issuance], person: str, day: date) -> Issuance | None:
    """The last entry of somebody that opened before a day, closed or not; None where there is none."""
    own = [each for each in people if each.id == person and not each.void and each.opened.date < day]
    return max(own, key=lambda each: each.opened.date, default=None)


def _is_there(issuance: Issuance, day: date) -> bool:
    return issuance.opened.date <= day and (issuance.closed is None or day < issuance.closed.date)
