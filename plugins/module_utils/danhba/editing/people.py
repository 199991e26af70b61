"""Lookup of people by what an editor typed (an id, an address or a name), and new random ids."""

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
    """Refusal of a query that matches several people; `found` are their open mailboxes."""

    def __init__(self, query: str, found: list[Listed]) -> None:
        super().__init__(SEVERAL, query=query, count=len(found))
        self.found = found


SEVERAL = _("'{query}' could be {count} people, listed above; give an id or an address")


def find_open(timeline: Timeline, query: str, day: date, agency: str = "") -> Listed:
    """Return the open mailbox of the one person with this id, address, local part or name; in `agency`, if stated.

    It is the mailbox that is open on the day; for a person without one on that day, the one that has no closing.

    Raises:
        Problem: there is no such person, or the person has no open mailbox, or none in `agency`.
        Ambiguous: several people match.
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
    """Return all mailboxes of the people with this id, address, local part or name, grouped by person id.

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
    """Return a random id (40 bits) that is not in `taken`.

    Two editors who work at the same time hardly get the same one.
    """
    while True:
        chosen = base64.b32encode(secrets.token_bytes(5)).decode().lower()
        if chosen not in taken:
            return chosen
