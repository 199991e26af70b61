"""The plan of a recall: what is to be erased, as a text of which two operators sign the checksum."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

# Of a copy, and of a message in the queue. What is gone was not there any more when it was to be held. What is left is
# of a kind that the operators have not chosen; what has lapsed was left, and its owner has removed it.
FOUND, HELD, ERASED, RELEASED, GONE, LEFT, LAPSED = "found", "held", "erased", "released", "gone", "left", "lapsed"
STATES = (FOUND, HELD, ERASED, RELEASED, GONE, LEFT, LAPSED)
SECRET, OUTBREAK = "secret", "outbreak"
# Relations that no plan names: those of recalls before there were others, whose plans may be signed.
PLAIN = ("copy", "carrier")


@dataclass(frozen=True, slots=True, order=True)
class Copy:
    """A copy of the message in a mailbox, or a message that is like it or carries it.

    Attributes:
        mailbox: whose, as kind and id (`official/000105`); no new address changes that.
        folder_id, uid: the folder's GUID and the message's number in it, which stay whatever the folder is called.
        digest: what tells one message from another (`fingerprint.digest`).
        message_id: its own, which is another one where it carries the message.
        relation: what it is to the message, one of `likeness.KINDS`.
        flags: of IMAP. `received`, `size`: when it came and how many octets it has, as Dovecot says.
        percent, differs: of `likeness.Likeness`, the latter in one line.
    """

    mailbox: str
    folder_id: str
    uid: int
    address: str
    folder: str
    digest: str
    message_id: str
    relation: str
    flags: str = ""
    received: str = ""
    size: int = 0
    state: str = FOUND
    percent: int = 100
    differs: str = ""

    @property
    def key(self) -> tuple[str, str, int]:
        """What it is known by."""
        return self.mailbox, self.folder_id, self.uid

    def now(self, state: str) -> Copy:
        """The same in another state."""
        return replace(self, state=state)


@dataclass(frozen=True, slots=True, order=True)
class Queued:
    """A message that waits in the queue: its number there, for whom, and what tells it from another one.

    `relation`: what it is to the message, one of `likeness.KINDS`.
    """

    queue_id: str
    digest: str
    recipients: tuple[str, ...] = ()
    state: str = FOUND
    relation: str = "copy"


def canonical(value: Any) -> str:
    """JSON as it is signed and hashed: keys in order, no room between, every letter itself, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256(text: str) -> str:
    """The checksum of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def make(asked: Mapping[str, Any], copies: Iterable[Copy], queued: Iterable[Queued]) -> dict[str, Any]:
    """The plan: why, and each message that is to be erased. The same however far that is; without what was put back.

    What was found and is left, too, for whoever signs says by that that it stays.
    """
    every = sorted(copies)
    left = [_named(copy) for copy in every if copy.state == LEFT]
    return {
        **{name: asked[name] for name in ("recall", "purpose", "document", "document_date", "message_id")},
        **({"file": asked["file"]} if asked.get("file") else {}),
        "copies": [_named(copy) for copy in every if copy.state not in (RELEASED, LEFT, LAPSED)],
        "queue": [
            {"queue_id": each.queue_id, "digest": each.digest}
            for each in sorted(queued)
            if each.state not in (RELEASED, LEFT)
        ],
        **({"left": left} if left else {}),
    }


def _named(copy: Copy) -> dict[str, Any]:
    """A message as the plan names it. What it is stands there where that is more than plans had said before."""
    names = ("mailbox", "folder_id", "uid", "digest", "message_id")
    kind = {} if copy.relation in PLAIN else {"relation": copy.relation}
    return {**{name: getattr(copy, name) for name in names}, **kind}


def checksum(plan: Mapping[str, Any]) -> str:
    """What two operators sign: SHA-256 of the canonical plan."""
    return sha256(canonical(plan))
