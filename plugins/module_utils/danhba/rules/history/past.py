"""Rules about events that a change enters with a past day (R6).

An apply does nothing for past days: it acts on the day on which it runs. So a back-dated event is mostly a mistyped
year, and where a period counts from the document's day, such as the forwarding of a former address, part of it is over
before it begins. Each message says the effect of the event.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from ...addresses.issuing import contact
from ...messages import mark as _
from ...messages import word
from ...model.findings import Finding, Where, advice, rule
from ...model.place import Places
from ...model.policy import Policy
from ...model.register import PAIRED, Agency, Custodian, Ending, Event, Issuance, numbered
from .entries import Given

FORWARDING = rule(
    "history-forwarding",
    "R6.2a",
    _(
        "{object}: {address} is left on {day} by {document}, {ago} days ago, so that of {days} days for which it still "
        "delivers {left} would be left; correct the year if this is a slip, enter the day on which the change takes "
        "effect, or acknowledge the correction: danhba acknowledge --limit history --accounts {object}"
    ),
)
LATE = advice(
    "history-late",
    "R6.2b",
    _(
        "{object} is closed from {day} on, {ago} days ago, so that of the {days} days for which its mail is kept "
        "{left} are left; correct the year if this is a slip, else leave it"
    ),
)
BACK = advice(
    "history-back",
    "R6",
    _(
        "{object}: {what} of {day} by {document} is entered {ago} days later, {effect}; correct the year if this is a "
        "slip, and compare it with the document if not"
    ),
)
MIGRATED = advice(
    "history-migrated",
    "R6.2a",
    _(
        "{object} is entered as having had the mailbox since {day}, before this system, though the people of {agency} "
        "who had one are in the register already; write recruited or transferred with the decision, or compare this "
        "with what the old system had"
    ),
)
# Days after which a document is not late but has a mistyped year.
BACK_DAYS = 183
# Days within which a document of a move or a new name may be entered late without a question.
FORWARDED_DAYS = 31

HIRED, LOCKED, OPENED = word(_("the hiring")), word(_("the suspension")), word(_("the end of the suspension"))
HANDED, WITHDRAWN = word(_("the hand-over of the contact mailbox")), word(_("the withdrawal"))
OPENS = word(_("and the mailbox opens when it is applied, not before"))
LOCKS = word(_("and the mailbox is locked when it is applied, not before"))
LOCKS_NOTHING = word(_("when it is over: it locks nothing"))
UNLOCKS = word(_("and the mailbox is unlocked when it is applied, not before"))
HANDS_OVER = word(_("and the mailbox is handed over when it is applied, not before"))
TAKES_BACK = word(_("and nothing that has happened meanwhile is undone"))


class Happened(NamedTuple):
    """An event in an agency's file: of whom, its kind, document, day and place, and its effect if entered late."""

    object: str
    what: str
    document: str
    day: date
    where: Where
    effect: str


def back(before: Agency | None, now: Agency, day: date) -> Iterator[Finding]:
    """Yield added events dated long ago, except closings, moves and changes, which have rules of their own."""
    known = Counter((each.object, each.what, each.day) for each in _happened(before, day)) if before else Counter()
    for each in _happened(now, day):
        known[each.object, each.what, each.day] -= 1
        ago = (day - each.day).days
        if ago > BACK_DAYS and known[each.object, each.what, each.day] < 0:
            values = {"what": each.what, "day": each.day, "document": each.document, "effect": each.effect}
            yield BACK.at(each.where, object=each.object, ago=ago, **values)


def migrated(before: Agency | None, now: Agency) -> Iterator[Finding]:
    """Yield people added as migrated to an agency that already had people."""
    if before is None or all(issuance.void for issuance in before.people):
        return
    known = {key for key, _issuance in numbered(before.people)}
    for key, issuance in numbered(now.people):
        if key not in known and issuance.opened.event == "migrated" and not issuance.void:
            where = _at(now.where_of(issuance, "opened"), issuance.opened.at, "event")
            yield MIGRATED.at(where, object=where.object, agency=now.code, day=issuance.opened.date)


def _happened(agency: Agency, today: date) -> Iterator[Happened]:
    """Yield all events of a file with a day of their own, except openings and closings of moves."""
    for custodian in (*agency.custodians, *(each for each in agency.withdrawn if isinstance(each, Custodian))):
        where = _at(agency.where("custodians"), custodian.at, "date")
        yield Happened(agency.code, HANDED, custodian.document, custodian.date, where, HANDS_OVER)
    yield from _taken_back(agency, agency.where(), today)
    for issuance in agency.people:
        where, opened = agency.where_of(issuance, "opened"), issuance.opened
        if opened.event == "recruited":
            at = _at(where, opened.at, "date")
            yield Happened(where.object, HIRED, opened.document, opened.date, at, OPENS)
        for spell in issuance.suspended:
            effect = LOCKS_NOTHING if spell.end and spell.end <= today else LOCKS
            at = _at(where, spell.at, "date")
            yield Happened(where.object, LOCKED, spell.document, spell.since, at, effect)
            if spell.ended:
                yield _ended(where, OPENED, spell.ended, UNLOCKS)
        yield from _taken_back(issuance, where, today)


def _taken_back(item: Agency | Issuance, where: Where, today: date) -> Iterator[Happened]:
    """Yield withdrawals of future events; `events` judges those of past ones."""
    for _happening, begins, ending in item.taken_back():
        if begins > today:
            yield _ended(where, WITHDRAWN, ending, TAKES_BACK)


def _ended(where: Where, what: str, ending: Ending, effect: str) -> Happened:
    return Happened(where.object, what, ending.document, ending.date, _at(where, ending.at, "date"), effect)


def late(before: Agency, now: Agency, policy: Policy, day: date) -> Iterator[Finding]:
    """Yield closings dated so long ago that part of the retention of the mail is over, without moves and renamings."""
    if _is_live(before, day) and now.closed and now.closed.event == "dissolved":
        yield from _kept(now.closed, policy.retention_days, day, now.where("closed"))
    still = {(issuance.id, issuance.opened.date) for issuance in before.people if _is_live(issuance, day)}
    for issuance in now.people:
        closed = issuance.closed
        if closed and closed.event not in PAIRED and (issuance.id, issuance.opened.date) in still:
            kept = policy.retention_days_leader if issuance.leader else policy.retention_days
            yield from _kept(closed, kept, day, now.where_of(issuance, "closed"))


def _kept(closed: Event, kept: int, day: date, where: Where) -> Iterator[Finding]:
    ago = (day - closed.date).days
    if ago > min(kept, BACK_DAYS):
        values = {"day": closed.date, "ago": ago, "days": kept, "left": max(0, kept - ago)}
        yield LATE.at(_at(where, closed.at, "date"), object=where.object, **values)


Listed = Sequence[tuple[Agency, Sequence[Given]]]


def left(then: Mapping[str, Sequence[Given]], now: Listed, policy: Policy, day: date) -> Iterator[Finding]:
    """Yield former addresses closed so long ago that they would hardly forward, of people who have another mailbox.

    `then` are the entries of the former agencies with their local parts, by code.
    """
    going_on: dict[str, list[Given]] = {}
    for _agency, given in now:
        for issuance, local in given:
            if not issuance.void and issuance.opened.date <= day:
                going_on.setdefault(issuance.id, []).append((issuance, local))
    for agency, given in now:
        former = numbered(each for each, _local in then.get(agency.code, ()))
        live = {key for key, issuance in former if _is_live(issuance, day)}
        for (key, issuance), (_same, local) in zip(numbered(each for each, _local in given), given, strict=True):
            entries = going_on.get(issuance.id, ())
            if key in live and issuance.closed and local and _goes_on(entries, issuance, local, day):
                yield from _shortened(issuance.closed, local, policy, day, agency.where_of(issuance, "closed"))


def left_by_agencies(
    before: Mapping[str, Agency], now: Iterable[Agency], whole: Iterable[Agency], policy: Policy, day: date
) -> Iterator[Finding]:
    """Yield the same for contact mailboxes, whose mail goes to the agencies that succeed theirs."""
    heirs = {code for agency in whole if not agency.void for code in agency.succeeds}
    for agency in now:
        former = before.get(agency.code)
        if former and _is_live(former, day) and agency.closed and agency.code in heirs and not agency.void:
            yield from _shortened(agency.closed, contact(agency.code), policy, day, agency.where("closed"))


def _shortened(closed: Event, local: str, policy: Policy, day: date, where: Where) -> Iterator[Finding]:
    """Yield an address of which more than a month, or half of the promised days if less, is over."""
    ago = (day - closed.date).days
    if ago > min(FORWARDED_DAYS, policy.forward_days // 2):
        values = {"day": closed.date, "document": closed.document, "ago": ago, "days": policy.forward_days}
        remaining = max(0, policy.forward_days - ago)
        yield FORWARDING.at(_at(where, closed.at, "date"), object=where.object, address=local, left=remaining, **values)


def _goes_on(entries: Sequence[Given], issuance: Issuance, local: str, day: date) -> bool:
    """Say whether a person has another address on the day, which gets the mail of this one."""
    current, address = max(entries, key=_opened, default=(issuance, local))
    return current is not issuance and _is_live(current, day) and address != local


def _opened(given: Given) -> date:
    return given[0].opened.date


def _is_live(item: Agency | Issuance, day: date) -> bool:
    return not item.void and item.opened.date <= day and (item.closed is None or day < item.closed.date)


def _at(where: Where, at: Places, key: str) -> Where:
    return Where(where.file, at.get(key, where.place), where.object)
