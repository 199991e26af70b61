"""Of what a report is: the province, an agency with those below it, or one mailbox."""

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
    """`kind` is `province`, `agency` or `official`; `codes` are its agencies, `mailbox` the one it is about, as events
    name it, empty for all of them.
    """

    kind: str
    name: str
    codes: frozenset[str]
    mailbox: str = ""

    def has(self, mailbox: str, agency: str) -> bool:
        """Whether a mailbox, at an agency, is in it."""
        return agency in self.codes and self.mailbox in ("", mailbox)

    @property
    def whole(self) -> bool:
        """Whether it is of the whole province."""
        return self.kind == PROVINCE


def of_province(timeline: Timeline) -> Scope:
    """Everything."""
    return Scope(PROVINCE, timeline.register.province.name, frozenset(timeline.register.agencies))


def of_agency(timeline: Timeline, code: str) -> Scope:
    """An agency with all that are below it, as they stand on the day or stood when they ended.

    Raises:
        Unusable: there is none of that tendonvi.
    """
    agencies = timeline.register.agencies
    if code not in agencies:
        raise Unusable(NO_AGENCY, agency=code)
    return Scope(AGENCY, agencies[code].name, frozenset(each for each in agencies if code in _above(timeline, each)))


def _above(timeline: Timeline, code: str) -> Iterator[str]:
    """An agency and all above it; one that is gone has those that it had on its last day."""
    seen: set[str] = set()
    while code in timeline.register.agencies and code not in seen:
        yield code
        seen.add(code)
        agency = timeline.register.agencies[code]
        day = min(timeline.day, agency.closed.date if agency.closed else date.max)
        code = agency.on(day).parent


def of_mailbox(timeline: Timeline, address: str) -> Scope:
    """One mailbox, by its address, of now or before.

    Raises:
        Unusable: nobody ever had it.
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
    """The mailboxes that were in it on some day, worked or not, open or suspended."""
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
