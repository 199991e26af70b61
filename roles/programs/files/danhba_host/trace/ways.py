"""Combines events: which messages there were, and what became of each."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from .queries import Events, Row

# Maximum number of messages in the answer for an address; more by giving a time.
MOST_MESSAGES = 20
# From a message to its notice and what became of that: longer ways are only made on purpose.
MOST_STEPS = 8
_QUEUE_ID = re.compile(r"[0-9A-Za-z]{6,30}")


class Ways:
    """Finds the ways of requested messages."""

    def __init__(self, events: Events) -> None:
        self._events = events

    def find(self, asked: str) -> tuple[str, list[Row], bool]:
        """Return how the request was understood (message-id, queue-id, address), its events, and whether there are
        more.
        """
        if asked.startswith("<"):
            return "message-id", self._follow(self._events.of_messages([asked])), False
        if "@" not in asked:
            found = self._events.of_queue([asked]) if _QUEUE_ID.fullmatch(asked) else []
            return "queue-id", self._follow(found), False
        if found := self._events.of_messages([f"<{asked}>"]):
            return "message-id", self._follow(found), False
        return "address", *self._of_address(asked.lower())

    def _of_address(self, address: str) -> tuple[list[Row], bool]:
        newest = _unique(self._events.of_address(address, 10 * MOST_MESSAGES))
        queue_ids = list(dict.fromkeys(row["queue_id"] for row in reversed(newest) if row["queue_id"]))
        wanted = set(queue_ids[:MOST_MESSAGES])
        refused = [row for row in newest if not row["queue_id"]][-MOST_MESSAGES:]
        seeds = self._events.of_queue(wanted) if wanted else []
        return self._follow(seeds + refused), len(queue_ids) > MOST_MESSAGES

    def _follow(self, rows: Sequence[Row]) -> list[Row]:
        """Return all events of the same messages: other queue ids, mailboxes, and what was done there."""
        known = list(rows)
        queue_ids: set[str] = set()
        message_ids: set[str] = set()
        for _step in range(MOST_STEPS):
            more_queue = _named(known, "queue_id", "next_queue_id") - queue_ids
            more_messages = _named(known, "message_id") - message_ids
            if not more_queue | more_messages:
                break
            queue_ids |= more_queue
            message_ids |= more_messages
            known += self._events.of_queue(more_queue) if more_queue else []
            known += self._events.of_messages(more_messages) if more_messages else []
            known += self._stored(known)
            known = _unique(known)
        return _unique(known + self._reads(known))

    def _stored(self, rows: Sequence[Row]) -> list[Row]:
        """Return where each was stored; the session connects Dovecot's truncated message ids with the complete ones."""
        there = {row["session"] for row in rows if row["event"] == "stored"}
        sessions = {row["session"] for row in rows if row["event"] == "delivered" and row["session"]} - there
        return self._events.of_sessions(sessions) if sessions else []

    def _reads(self, rows: Sequence[Row]) -> list[Row]:
        places = {
            (row["kind"], row["id"], row["uid"], row["folder"]): row["message_id"]
            for row in rows
            if row["event"] in {"stored", "copied"} and row["id"] and row["folder"] and row["uid"]
        }
        reads = self._events.reads(places.keys())
        for row in reads:
            row["message_id"] = places[row["kind"], row["id"], row["uid"], row["folder"]]
        return reads


def count_alike(rows: Sequence[Row], events: Events) -> None:
    """Add, to the last refusal of each client and reason in a minute, the number of equal ones without a row."""
    last = {
        (found["minute"], found["network"], found["code"], found["protocol"]): found for found in events.counted(rows)
    }
    for found in last.values():
        found["row"]["alike"] = found["times"]


def messages(rows: Sequence[Row], people: dict[tuple[str, str], Row]) -> list[dict[str, Any]]:
    """Return the messages in rows, oldest first, each with its events; an event without id is a message of its own."""
    by_queue = {row["queue_id"]: row["message_id"] for row in rows if row["queue_id"] and row["message_id"]}
    by_session = _by_session(rows, by_queue)
    groups: dict[str, list[Row]] = {}
    for number, row in enumerate(rows):
        own = by_session.get(row["message_id"]) or row["message_id"] or by_queue.get(row["queue_id"])
        groups.setdefault(own or row["queue_id"] or f"#{number}", []).append(row)
    return [_message(group, people) for group in groups.values()]


def _by_session(rows: Sequence[Row], by_queue: dict[str, str]) -> dict[str, str]:
    """Return complete message ids by those that Dovecot has truncated."""
    whole = {row["session"]: by_queue.get(row["queue_id"]) for row in rows if row["event"] == "delivered"}
    found = {
        row["message_id"]: whole.get(row["session"]) for row in rows if row["event"] == "stored" and row["message_id"]
    }
    return {cut: own for cut, own in found.items() if own and own != cut}


def _message(rows: Sequence[Row], people: dict[tuple[str, str], Row]) -> dict[str, Any]:
    received = next((row for row in rows if row["event"] == "received"), rows[0])
    return {
        "message_id": next((row["message_id"] for row in rows if row["queue_id"] and row["message_id"]), None)
        or received["message_id"],
        "queue_ids": list(dict.fromkeys(row["queue_id"] for row in rows if row["queue_id"])),
        "sender": next((row["sender"] for row in rows if row["sender"] is not None), None),
        "size": received["size"],
        "events": [_event(row, people) for row in rows],
    }


def _event(row: Row, people: dict[tuple[str, str], Row]) -> dict[str, Any]:
    """Return an event with its mailbox's owner in place of kind and id, without unknown values."""
    shown = {name: value for name, value in row.items() if value is not None and name not in {"kind", "id", "symbols"}}
    shown["at"] = row["at"].isoformat()
    if row["symbols"]:
        shown["symbols"] = row["symbols"].split()
    if row["id"]:
        person = people.get((row["kind"], row["id"]), {})
        shown["mailbox"] = {
            "kind": row["kind"],
            "id": row["id"],
            "name": person.get("name", ""),
            "address": person.get("address", ""),
        }
    return shown


def _named(rows: Iterable[Row], *names: str) -> set[str]:
    return {row[name] for row in rows for name in names if row[name]}


def _unique(rows: Collection[Row]) -> list[Row]:
    """Return each row once, in order of time."""
    once = {(row["at"], row["event"], row["queue_id"], row["recipient"], row["id"], row["uid"]): row for row in rows}
    return sorted(once.values(), key=lambda row: row["at"])
