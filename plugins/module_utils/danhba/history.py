"""What a change does to what was issued before: the register only grows (design, Decided)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .addresses import Issued
from .findings import Finding, Where, rule
from .messages import mark as _
from .place import START
from .register import Agency, Issuance, Register

GONE = rule(
    "history-agency-gone",
    "R6.1a",
    _("the file of {agency} is gone; restore it from git, and close the agency by closed: with its document"),
)
REMOVED = rule(
    "history-entry-removed",
    "R5",
    _("entry {number} of {agency} was {person} ({name}) and is gone; restore it, and close it by closed: instead"),
)
REORDERED = rule(
    "history-entry-moved",
    "R4.2",
    _("entry {number} of {agency} was {before} and is now {now}; restore the order, and add new entries at the end"),
)
READDRESSED = rule(
    "history-address",
    "R4.2",
    _("{person} in {agency} was given {before}, which this change makes {now}; keep the name, or pin {before}"),
)
REUSED = rule(
    "history-agency-reused",
    "R4.1",
    _("{agency} closed on {closed}, and this change opens it on {opened}; no tendonvi is issued again, take another"),
)


@dataclass(frozen=True, slots=True)
class Version:
    """A register with the addresses that it gives out."""

    register: Register
    issued: Issued


def check(base: Version, now: Version, unclear: frozenset[str]) -> Iterator[Finding]:
    """Everything that a change takes back; left out are the agencies that could not be read in full, then or now."""
    for agency in base.register.agencies.values():
        if agency.code in unclear:
            continue
        if later := now.register.agencies.get(agency.code):
            yield from _reuse(agency, later)
            yield from _entries(list(base.issued.of(agency)), later, list(now.issued.of(later)))
        else:
            yield GONE.at(Where(agency.file, START, agency.code), agency=agency.code)


def _reuse(agency: Agency, later: Agency) -> Iterator[Finding]:
    if agency.closed and agency.closed.date <= later.opened.date:
        values = {"agency": agency.code, "closed": agency.closed.date, "opened": later.opened.date}
        yield REUSED.at(later.where("opened"), **values)


Entries = list[tuple[Issuance, str | None]]


def _entries(then: Entries, now: Agency, today: Entries) -> Iterator[Finding]:
    left = {issuance.id for issuance, _local in today}
    for number, (issuance, local) in enumerate(then, 1):
        values = {"number": number, "agency": now.code}
        if issuance.id not in left:
            yield REMOVED.at(now.where("people"), person=issuance.id, name=issuance.name, **values)
            return  # every later entry has moved because of this one
        if number > len(today) or today[number - 1][0].id != issuance.id:
            found = today[number - 1][0].id if number <= len(today) else "—"
            yield REORDERED.at(now.where("people"), before=issuance.id, now=found, **values)
            return
        later, later_local = today[number - 1]
        if local and later_local and later_local != local:
            where = now.where_of(later, "address" if later.address else "name")
            yield READDRESSED.at(where, person=issuance.id, agency=now.code, before=local, now=later_local)
