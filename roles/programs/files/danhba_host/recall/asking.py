"""What the stored events know of a message: who received it, who read it, what left the province."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import dict_row

from ..database import Connection
from ..trace.queries import Events
from ..trace.ways import Ways, messages

Person = tuple[str, str]  # kind and id
# Messages that their holders have sent since, of which it is looked at whether they carry it.
MOST_SENT = 200


@dataclass(frozen=True)
class Account:
    """A mailbox as it is now; one that is `closed` is not opened any more."""

    mailbox: str
    address: str
    name: str
    agency: str
    state: str


@dataclass(frozen=True)
class Way:
    """What became of one message.

    Attributes:
        message: its queue ids, sender, size and events, as the trace tells them.
        notices: ids of the notices about it, which may have it in them.
    """

    message: dict[str, Any]
    notices: list[str]

    @property
    def holders(self) -> set[Person]:
        """Whose mailboxes it was sent from, delivered to or copied in."""
        return {
            (event["mailbox"]["kind"], event["mailbox"]["id"])
            for event in self.message["events"]
            if "mailbox" in event and event["event"] in {"received", "delivered", "stored", "copied", "moved"}
        }

    @property
    def authors(self) -> set[Person]:
        """From whose mailbox it was sent; nobody's where it came from outside."""
        return {
            (event["mailbox"]["kind"], event["mailbox"]["id"])
            for event in self.message["events"]
            if "mailbox" in event and event["event"] == "received"
        }

    @property
    def began(self) -> datetime:
        """When it was first heard of."""
        return min(datetime.fromisoformat(event["at"]) for event in self.message["events"])

    @property
    def folders(self) -> set[tuple[str, str]]:
        """In which folders it was, by mailbox: their caches may remember it."""
        return {
            (f"{event['mailbox']['kind']}/{event['mailbox']['id']}", event[name])
            for event in self.message["events"]
            for name in ("folder", "origin")
            if "mailbox" in event and event["event"] in {"stored", "copied", "moved", "expunged"} and event.get(name)
        }

    @property
    def outside(self) -> list[dict[str, str]]:
        """To whom outside it was delivered: `recipient`, `at`, `server`."""
        return [
            {"recipient": event.get("recipient", ""), "at": event["at"], "server": event.get("origin", "")}
            for event in self.message["events"]
            if event["event"] == "delivered" and event.get("protocol") == "smtp" and "mailbox" not in event
        ]

    @property
    def reads(self) -> list[dict[str, Any]]:
        """When it was fetched, from which mailbox, by which way in."""
        return [
            {
                "mailbox": f"{event['mailbox']['kind']}/{event['mailbox']['id']}",
                **{name: event.get(name, "") for name in ("at", "protocol", "client", "folder")},
            }
            for event in self.message["events"]
            if event["event"] == "read" and "mailbox" in event
        ]


class Knowledge:
    """Asks the events and the accounts; cost grows with the recipients."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._events = Events(connection, None, most=None)

    def way(self, message_id: str) -> Way | None:
        """What became of the message with this id; None where nothing is known."""
        _kind, rows, _more = Ways(self._events).find(message_id)
        groups = messages(rows, {})
        own = next((group for group in groups if group["message_id"] == message_id), None)
        if own is None:
            return None
        return Way(own, [group["message_id"] for group in groups if group is not own and group["message_id"]])

    def sent_by(self, sender: str, since: datetime, until: datetime) -> list[dict[str, Any]]:
        """The messages that an address has sent in that time: `message_id`, `at`, `size`, `queue_id`."""
        rows = Events(self._connection, since, most=None).of_sender(sender, until)
        return [
            {"message_id": row["message_id"], "at": row["at"].isoformat(), "size": row["size"] or 0}
            for row in rows
            if row["message_id"]
        ]

    def sent_since(self, people: Collection[Person], since: datetime) -> tuple[list[Way], bool]:
        """The first messages that these have sent since, and whether there were more than were looked at."""
        events = Events(self._connection, since, most=None)
        rows, more = events.of_senders([f"{kind}/{id_}" for kind, id_ in people], MOST_SENT)
        ways = [way for each in dict.fromkeys(row["message_id"] for row in rows) if each and (way := self.way(each))]
        return ways, more

    def carrying(self, files: Collection[str]) -> list[Way]:
        """Every message that carried one of these files, by SHA-256; the oldest first."""
        queue_ids = {row["queue_id"] for row in self._events.with_files(files)}
        rows = self._events.of_queue(queue_ids) if queue_ids else []
        ways = [way for each in sorted({row["message_id"] for row in rows} - {None}) if (way := self.way(each))]
        return sorted(ways, key=lambda way: way.began)

    def accounts(self, people: Iterable[Person]) -> dict[str, Account]:
        """The mailboxes of these, by kind and id."""
        kinds, ids = [list(each) for each in zip(*people, strict=True)] or ([], [])
        with self._connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(
                "SELECT kind || '/' || id AS mailbox, address, name, agency, state FROM mail.account"
                " WHERE (kind, id) IN (SELECT * FROM unnest(%s::text[], %s::text[]))",
                [kinds, ids],
            )
            return {row["mailbox"]: Account(**row) for row in cursor.fetchall()}

    def everybody(self) -> list[Person]:
        """All mailboxes that are not closed."""
        found = self._connection.execute("SELECT kind, id FROM mail.account WHERE state <> 'closed' ORDER BY 1, 2")
        return [(str(kind), str(id_)) for kind, id_ in found.fetchall()]

    def archives(self, mailboxes: Collection[str], since: datetime) -> list[dict[str, Any]]:
        """Archives of these mailboxes that were sealed since and not purged: `number`, `mailbox`, `address`, `at`."""
        with self._connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute("SELECT * FROM recall.archives(%s, %s)", [sorted(mailboxes), since])
            return [{**row, "at": row["at"].isoformat()} for row in cursor.fetchall()]

    def agencies(self, codes: Collection[str]) -> dict[str, str]:
        """The names of agencies by code, as their own mailboxes have them."""
        found = self._connection.execute(
            "SELECT id, name FROM mail.account WHERE kind = 'agency' AND id = ANY (%s)", [list(codes)]
        ).fetchall()
        return dict(found)

    def record(self, actor: str, asked: str, found: int) -> None:
        """Put on record who asked for what."""
        self._events.record(actor, asked, found)
