"""The plan of a recall: what is to be erased, as a text of which two operators sign the checksum."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

# Of a copy, and of a message in the queue. What is gone was not there any more when it was to be held.
FOUND, HELD, ERASED, RELEASED, GONE = "found", "held", "erased", "released", "gone"
SECRET, OUTBREAK = "secret", "outbreak"


@dataclass(frozen=True, slots=True, order=True)
class Copy:
    """A copy of the message in a mailbox, or a message that carries it.

    Attributes:
        mailbox: whose, as kind and id (`official/000105`); no new address changes that.
        folder_id, uid: the folder's GUID and the message's number in it, which stay whatever the folder is called.
        digest: what tells one message from another (`fingerprint.digest`).
        message_id: its own, which is another one where it carries the message.
        relation: `copy`, or `carrier` of the message: a forwarded one, a reply that quotes it, a notice with it.
        flags: of IMAP. `received`, `size`: when it came and how many octets it has, as Dovecot says.
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

    @property
    def key(self) -> tuple[str, str, int]:
        """What it is known by."""
        return self.mailbox, self.folder_id, self.uid

    def now(self, state: str) -> Copy:
        """The same in another state."""
        return replace(self, state=state)


@dataclass(frozen=True, slots=True, order=True)
class Queued:
    """A message that waits in the queue: its number there, for whom, and what tells it from another one."""

    queue_id: str
    digest: str
    recipients: tuple[str, ...] = ()
    state: str = FOUND


def canonical(value: Any) -> str:
    """JSON as it is signed and hashed: keys in order, no room between, every letter itself, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256(text: str) -> str:
    """The checksum of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def make(asked: Mapping[str, Any], copies: Iterable[Copy], queued: Iterable[Queued]) -> dict[str, Any]:
    """The plan: why, and each message that is to be erased. The same however far that is; without what was put back."""
    return {
        **{name: asked[name] for name in ("recall", "purpose", "document", "document_date", "message_id")},
        **({"file": asked["file"]} if asked.get("file") else {}),
        "copies": [
            {name: asdict(copy)[name] for name in ("mailbox", "folder_id", "uid", "digest", "message_id")}
            for copy in sorted(copies)
            if copy.state != RELEASED
        ],
        "queue": [
            {"queue_id": each.queue_id, "digest": each.digest} for each in sorted(queued) if each.state != RELEASED
        ],
    }


def checksum(plan: Mapping[str, Any]) -> str:
    """What two operators sign: SHA-256 of the canonical plan."""
    return sha256(canonical(plan))
