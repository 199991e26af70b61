"""The scope of a report: the province, an agency with those below it, or one mailbox."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ..addresses.issuing import contact
from ..messages import mark as _
from ..model.facts import FOREVER
from ..planning.accounts import AGENCY, OFFICIAL
from ..planning.state import Timeline
from ..reading.source import Unusable

PROVINCE = "province"
NO_AGENCY = _("the register has no agency {agency}; name one by its tendonvi, such as snv; nothing was written")
NO_MAILBOX = _("the register has no mailbox {mailbox}; write its whole address; nothing was written")


@dataclass(frozen=True, slots=True)
class Scope:
    """A scope: `kind` is `province`, `agency` or `official`; `codes` are its agencies.

    `mailbox` is its one mailbox, as events name it; empty for all.
    """

    kind: str
    name: str
    codes: frozenset[str]
    mailbox: str = ""

    def has(self, mailbox: str, agency: str) -> bool:
        """Say whether a mailbox at an agency is in the scope."""
        return agency in self.codes and self.mailbox in ("", mailbox)

    @property
    def whole(self) -> bool:
        """Say whether the scope is the whole province."""
        return self.kind == PROVINCE


def of_province(timeline: Timeline) -> Scope:
    """Return the scope of the whole province."""
    return Scope(PROVINCE, timeline.register.province.name, frozenset(timeline.register.agencies))


def of_agency(timeline: Timeline, code: str) -> Scope:
    """Return the scope of an agency with all below it on the day, or on their last day.

    Raises:
        Unusable: no agency has that tendonvi.
    """
    agencies = timeline.register.agencies
    if code not in agencies:
        raise Unusable(NO_AGENCY, agency=code)
    return Scope(AGENCY, agencies[code].name, frozenset(each for each in agencies if code in _above(timeline, each)))


def _above(timeline: Timeline, code: str) -> Iterator[str]:
    """Yield an agency and all above it; for a closed agency, those above it on its last day."""
    seen: set[str] = set()
    while code in timeline.register.agencies and code not in seen:
        yield code
        seen.add(code)
        agency = timeline.register.agencies[code]
        day = min(timeline.day, agency.closed.date if agency.closed else date.max)
        code = agency.on(day).parent


def of_mailbox(timeline: Timeline, address: str) -> Scope:
    """Return the scope of one mailbox, by its present or a former address.

    Raises:
        Unusable: nobody ever had the address.
    """
    local, _at, domain = address.lower().partition("@")
    if domain != timeline.register.province.domain:
        raise Unusable(NO_MAILBOX, mailbox=address)
    for agency in timeline.register.agencies.values():
        if local == contact(agency.code):
            name = f"{agency.name} ({address.lower()})"
            return Scope(AGENCY, name, frozenset({agency.code}), f"{AGENCY}/{agency.code}")
        for row in timeline.rows(agency):
            if row.local == local:
                everywhere = frozenset(timeline.register.agencies)
                return Scope(OFFICIAL, f"{row.name} ({address.lower()})", everywhere, f"{OFFICIAL}/{row.id}")
    raise Unusable(NO_MAILBOX, mailbox=address)


def members(timeline: Timeline, scope: Scope, first: date, last: date) -> frozenset[str]:
    """Return the mailboxes that were in the scope on any day of a period, open or suspended."""
    return frozenset(_members(timeline, scope, first.isoformat(), last.isoformat()))


def _members(timeline: Timeline, scope: Scope, first: str, last: str) -> Iterator[str]:
    for code in scope.codes:
        agency = timeline.register.agencies[code]
        until = agency.closed.date.isoformat() if agency.closed else FOREVER
        if agency.opened.date.isoformat() <= last and first < until and scope.has(f"{AGENCY}/{code}", code):
            yield f"{AGENCY}/{code}"
        for row in timeline.rows(agency):
            there = row.opened_on <= last and first < (row.closed_on or FOREVER)
            if there and scope.has(f"{OFFICIAL}/{row.id}", code):
                yield f"{OFFICIAL}/{row.id}"
