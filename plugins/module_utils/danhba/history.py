"""What a change does to what was issued before: the register only grows (design, Decided)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from datetime import date

from .addresses import Issued
from .findings import Finding, Where, rule
from .messages import mark as _
from .place import START
from .register import Agency, Event, Issuance, Register

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
REOPENED = rule(
    "history-closed",
    "R6.2b",
    _("{object} was closed on {day} by {document}, and this change takes that back; restore closed:, and open anew"),
)
DOMAIN = rule(
    "history-domain",
    "R4.1",
    _("the domain was {before} and is now {now}, which would change every address; restore it"),
)


@dataclass(frozen=True, slots=True)
class Version:
    """A register with the addresses that it gives out."""

    register: Register
    issued: Issued


def check(base: Version, now: Version, unclear: frozenset[str], day: date | None = None) -> Iterator[Finding]:
    """Everything that a change takes back; left out are the agencies that could not be read in full, then or now."""
    before, after = base.register.province.domain, now.register.province.domain
    if before != after:
        yield DOMAIN.at(now.register.province.where("domain"), before=before, now=after)
    for agency in base.register.agencies.values():
        if agency.code in unclear:
            continue
        if later := now.register.agencies.get(agency.code):
            yield from _reuse(agency, later) or _reopened(agency.closed, later.closed, later.where())
            yield from _entries(list(base.issued.of(agency)), later, list(now.issued.of(later)))
        else:
            yield GONE.at(Where(agency.file, START, agency.code), agency=agency.code)


def _reuse(agency: Agency, later: Agency) -> list[Finding]:
    if agency.closed is None or later.opened.date < agency.closed.date:
        return []
    values = {"agency": agency.code, "closed": agency.closed.date, "opened": later.opened.date}
    return [REUSED.at(later.where("opened"), **values)]


def _reopened(before: Event | None, now: Event | None, where: Where) -> list[Finding]:
    if before is None or now:
        return []
    return [REOPENED.at(where, object=where.object, day=before.date, document=before.document)]


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
        yield from _reopened(issuance.closed, later.closed, now.where_of(later))
        if local and later_local and later_local != local:
            where = now.where_of(later, "address" if later.address else "name")
            yield READDRESSED.at(where, person=issuance.id, agency=now.code, before=local, now=later_local)
