"""Counts the mailboxes and addresses that a changed setting of `province.yml` affects on a day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta

from ..messages import mark as _
from ..model import settings
from ..model.register import Agency
from ..model.rows import Row
from ..model.settings import Told
from .archiving import kept
from .state import LIVE, State, Timeline

# The text of a count in messages.
COUNTED: Mapping[str, str] = {
    settings.OFFICIALS: _("mailboxes of officials: {count}"),
    settings.AGENCIES: _("contact mailboxes: {count}"),
    settings.ALL: _("mailboxes: {count}"),
    settings.USUAL_OFFICIALS: _("officials without a quota of their own: {count}"),
    settings.USUAL_AGENCIES: _("contact mailboxes without a quota of their own: {count}"),
    settings.FORWARDED: _("old addresses that deliver now and then refuse: {count}"),
    settings.REDIRECTED: _("old addresses that name the new one now and then do not: {count}"),
    settings.DELETED: _("closed mailboxes whose mail may then go at once: {count}"),
}


def reached(told: Told, before: Timeline, now: Timeline) -> int:
    """Return how many mailboxes or addresses a changed setting affects on the timelines' day; 0 for most settings."""
    count = _COUNTS.get(told.setting.reaches)
    return count(before, now) if count else 0


def _live(timeline: Timeline) -> Iterator[Row]:
    for agency in timeline.register.agencies.values():
        yield from (row for row in timeline.rows(agency) if timeline.own_state(row) in LIVE)


def _contacts(timeline: Timeline) -> Iterator[Agency]:
    agencies = timeline.register.agencies.values()
    return (agency for agency in agencies if timeline.own_agency_state(agency) is State.OPEN)


def _officials(_before: Timeline, now: Timeline) -> int:
    return sum(1 for _row in _live(now))


def _agencies(_before: Timeline, now: Timeline) -> int:
    return sum(1 for _agency in _contacts(now))


def _all(before: Timeline, now: Timeline) -> int:
    return _officials(before, now) + _agencies(before, now)


def _usual_officials(_before: Timeline, now: Timeline) -> int:
    return sum(row.quota is None for row in _live(now))


def _usual_agencies(_before: Timeline, now: Timeline) -> int:
    return sum(agency.quota is None for agency in _contacts(now))


def _left(timeline: Timeline, state: State) -> set[str]:
    """Return the former addresses that are in a state: local parts of people, codes of agencies."""
    people = (entry for entries in timeline.moved.values() for entry in entries)
    found = {entry.local for entry in people if timeline.state(entry) is state}
    return found | {agency.code for agency in timeline.register.agencies.values() if _is(timeline, agency, state)}


def _is(timeline: Timeline, agency: Agency, state: State) -> bool:
    return timeline.agency_state(agency) is state


def _forwarded(before: Timeline, now: Timeline) -> int:
    return len(_left(before, State.FORWARDING) - _left(now, State.FORWARDING))


def _redirected(before: Timeline, now: Timeline) -> int:
    return len(_left(before, State.REDIRECTING) - _left(now, State.REDIRECTING))


def _deleted(before: Timeline, now: Timeline) -> int:
    """Count the closed mailboxes whose retention has ended by the new setting, but not by the former."""
    today = now.day.isoformat()
    was = kept(before)
    due = [each for each in kept(now).values() if each.until <= today]
    return sum(1 for each in due if each.key not in was or was[each.key].until > today)


_COUNTS: Mapping[str, Callable[[Timeline, Timeline], int]] = {
    settings.OFFICIALS: _officials,
    settings.AGENCIES: _agencies,
    settings.ALL: _all,
    settings.USUAL_OFFICIALS: _usual_officials,
    settings.USUAL_AGENCIES: _usual_agencies,
    settings.FORWARDED: _forwarded,
    settings.REDIRECTED: _redirected,
    settings.DELETED: _deleted,
}


def past_days(told: Told, day: date) -> int:
    """Count the past days whose kind (working or off) a changed setting reverses: reports about them change."""
    if told.setting.key != "policy.usage.days":
        return 0
    return sum(each.day <= day - timedelta(days=1) for each in {*told.before} ^ {*told.now})
