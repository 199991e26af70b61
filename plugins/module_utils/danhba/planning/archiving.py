"""Which mailboxes have been closed for as long as the policy keeps them in the store, and are to be archived."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from .accounts import CLOSED, OFFICIAL, Key
from .desired import accounts
from .state import Timeline


class Kept(NamedTuple):
    """A closed mailbox: since when and by which document, how many days it is kept, and until which day.

    All days are ISO 8601. A `leader`'s is kept for longer.
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
        """What never changes about the mailbox."""
        return self.kind, self.id


def kept(timeline: Timeline) -> dict[Key, Kept]:
    """Every mailbox that the register has closed by the timeline's day, by its key, in the order of their days.

    Whoever was a leader in any entry counts as one: what a leader wrote is in it, whatever the last entry says.
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
    """Those of them whose days are over on the timeline's day."""
    today = timeline.day.isoformat()
    return [each for each in kept(timeline).values() if each.until <= today]


def _leaders(timeline: Timeline) -> Iterator[str]:
    for agency in timeline.register.agencies.values():
        yield from (row.id for row in timeline.rows(agency) if row.leader and not row.void_on)
