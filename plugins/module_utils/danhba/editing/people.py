"""Whom an editor means, and ids for those who have none."""

from __future__ import annotations

import base64
import secrets
from collections import defaultdict
from collections.abc import Container
from datetime import date

from ..messages import mark as _
from ..planning.listing import Listed, of_people, who
from ..planning.state import State, Timeline
from .problem import Problem

UNKNOWN_PERSON = _("nobody here is or was '{query}'; try an address, an id or a name")
CONTACT = _("{query} is the contact mailbox of an agency; it opens and closes with it: danhba agency")
ALL_CLOSED = _("{name} ({id}) has no open mailbox: {address} was closed on {day} by {document}")
WILL_BE_CLOSED = _("{name} ({id}) has no open mailbox by then: {address} will be closed on {day} by {document}")
NEVER_OPENED = _("{name} ({id}) has no open mailbox: that {address} opens on {day} was withdrawn by {document}")
NOT_THERE = _("{name} ({id}) is open in {other}, not in {agency}")


class Ambiguous(Problem):
    """Several people could be meant: `found` are their open mailboxes."""

    def __init__(self, query: str, found: list[Listed]) -> None:
        super().__init__(SEVERAL, query=query, count=len(found))
        self.found = found


SEVERAL = _("'{query}' could be {count} people, listed above; give an id or an address")


def find_open(timeline: Timeline, query: str, day: date, agency: str = "") -> Listed:
    """The open mailbox of the one person that an id, an address, a local part or a name means; in `agency`, if stated.

    It is the one that is open on the day; of a person who has none by then, the one that nothing closes.

    Raises:
        Problem: there is no such person, or no open mailbox, or not there.
        Ambiguous: there are several.
    """
    mailboxes = of_query(timeline, query)
    people = [item for entries in mailboxes.values() for item in entries]
    live = [item for entries in mailboxes.values() for item in _open(entries, day)]
    there = [item for item in live if item.agency.code == agency] if agency else live
    if len(there) == 1:
        return there[0]
    if there or len(live) > 1:
        raise Ambiguous(query, there or live)
    raise _not_open(live, people, agency)


def of_query(timeline: Timeline, query: str) -> dict[str, list[Listed]]:
    """All mailboxes of those who are meant by an id, an address, a local part or a name, by their ids.

    Raises:
        Problem: there is no such person.
    """
    found = list(who(timeline, query))
    people = [item for item in found if item.issuance]
    if not people:
        raise Problem(CONTACT if found else UNKNOWN_PERSON, query=query)
    exact = [item for item in people if query.strip().casefold() in (item.id.casefold(), *_addresses(item))]
    named = [item for item in people if item.name.casefold() == " ".join(query.split()).casefold()]
    mailboxes: dict[str, list[Listed]] = defaultdict(list)
    for item in of_people(timeline, {item.id for item in exact or named or people}):
        mailboxes[item.id].append(item)
    return mailboxes


def _open(entries: list[Listed], day: date) -> list[Listed]:
    in_force = [e for e in entries if e.opened.date <= day and (e.closed is None or e.closed.date > day)]
    return in_force or [e for e in entries if e.closed is None]


def _addresses(item: Listed) -> tuple[str, str]:
    return item.address, item.address.partition("@")[0]


def _not_open(live: list[Listed], people: list[Listed], agency: str) -> Problem:
    item = (live or people)[-1]
    values = {"name": item.name, "id": item.id}
    if live:
        return Problem(NOT_THERE, **values, other=item.agency.code, agency=agency)
    closed = item.closed
    if item.state == State.WITHDRAWN.value and closed:
        return Problem(NEVER_OPENED, **values, address=item.address, day=closed.date, document=closed.document)
    return Problem(
        ALL_CLOSED if item.state == State.CLOSED.value or not closed else WILL_BE_CLOSED,
        **values,
        address=item.address,
        day=closed.date if closed else "?",
        document=closed.document if closed else "?",
    )


def new_id(taken: Container[str]) -> str:
    """A random id that nobody has; two who choose at once hardly choose the same (40 bits)."""
    while True:
        chosen = base64.b32encode(secrets.token_bytes(5)).decode().lower()
        if chosen not in taken:
            return chosen
