"""Finds a person's entry on a day. An entry that was withdrawn before it opened is never found."""

from __future__ import annotations

from collections.abc import Container, Iterable, Set
from datetime import date

from .register import Agency, Issuance
from .rows import Staff, ids_of


def by_person(people: Iterable[Issuance], ids: Container[str]) -> dict[str, list[Issuance]]:
    """Return the entries of the persons with these ids: by id, each person's entries in the order of `people`."""
    found: dict[str, list[Issuance]] = {}
    for issuance in people:
        if issuance.id in ids:
            found.setdefault(issuance.id, []).append(issuance)
    return found


def everywhere(agencies: Iterable[Agency], ids: Set[str]) -> dict[str, list[Issuance]]:
    """Return the entries of the persons with these ids in all agencies, like `by_person`.

    Entries of agencies in which none of them appears are not decoded.
    """
    concerned = (agency for agency in agencies if ids and not ids.isdisjoint(ids_of(agency)))
    return by_person((issuance for agency in concerned for issuance in agency.people), ids)


def entry_on(people: Iterable[Issuance], person: str, day: date) -> Issuance | None:
    """Return the entry of a person that is open on a day, suspended or not; None where there is none."""
    own = people.of_person(person) if isinstance(people, Staff) else (each for each in people if each.id == person)
    return next((each for each in own if _is_there(each, day)), None)


def last_before(people: Iterable[Issuance], person: str, day: date) -> Issuance | None:
    """Return a person's last entry that opened before a day, closed or not; None where there is none."""
    own = [each for each in people if each.id == person and not each.void and each.opened.date < day]
    return max(own, key=lambda each: each.opened.date, default=None)


def _is_there(issuance: Issuance, day: date) -> bool:
    return issuance.opened.date <= day and (issuance.closed is None or day < issuance.closed.date)
