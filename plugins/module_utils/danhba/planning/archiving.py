"""Closed mailboxes whose retention period in the store has ended, so that they are to be archived."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from .accounts import CLOSED, OFFICIAL, Key
from .desired import accounts
from .state import Timeline


class Kept(NamedTuple):
    """A closed mailbox with its retention: `since` the closing by `document`, for `days` days, `until` a day.

    Days are ISO 8601. The mailbox of a `leader` is kept longer.
    """

    kind: str
    id: str
    address: str
    name: str
    since: str
    document: str
    leader: bool
    days: int
    until: str

    @property
    def key(self) -> Key:
        """Return kind and id, which never change."""
        return self.kind, self.id


def kept(timeline: Timeline) -> dict[Key, Kept]:
    """Return every mailbox that is closed on the timeline's day, by key, in the order of the days `until`.

    A person with any entry as leader counts as a leader: the mailbox holds what was written in that office.
    """
    policy = timeline.register.province.policy
    leaders = frozenset(_leaders(timeline))
    found = []
    for account in accounts(timeline).accounts.values():
        if account.state != CLOSED:
            continue
        leader = account.kind == OFFICIAL and account.id in leaders
        days = policy.retention_days_leader if leader else policy.retention_days
        until = (date.fromisoformat(account.since) + timedelta(days=days)).isoformat()
        what = (account.kind, account.id, account.address, account.name, account.since, account.document)
        found.append(Kept(*what, leader, days, until))
    return {each.key: each for each in sorted(found, key=lambda each: (each.until, each.key))}


def due(timeline: Timeline) -> list[Kept]:
    """Return the closed mailboxes whose retention has ended by the timeline's day."""
    today = timeline.day.isoformat()
    return [each for each in kept(timeline).values() if each.until <= today]


def _leaders(timeline: Timeline) -> Iterator[str]:
    for agency in timeline.register.agencies.values():
        yield from (row.id for row in timeline.rows(agency) if row.leader and not row.void_on)
