"""What is stored: an event of a message, and a sign of use; nothing of a message but what is named here."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, fields
from datetime import datetime

# As long as the longest that means anything; a key of the index has room for 2,700 octets.
LONGEST = {"said": 300, "message_id": 500, "symbols": 1000, "files": 50 * 65}
LONGEST_OTHER = 320  # an address (RFC 5321, 4.5.3.1), the name of a folder
# What the other side says may quote what it was sent.
_QUOTED = re.compile(r"\b(subject|tiêu đề|chủ đề)\b.*", re.IGNORECASE | re.DOTALL)
# Nor what turns the order of a line around where it is shown (UAX 9).
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One row of events.event; which column means what stands in migrations 0012, 0015 and 0019.

    `person` is the address of the mailbox that it is about. The database says whose it was then.
    """

    at: datetime
    source: str
    position: int
    event: str
    person: str | None = None
    queue_id: str | None = None
    message_id: str | None = None
    next_queue_id: str | None = None
    sender: str | None = None
    recipient: str | None = None
    original: str | None = None
    origin: str | None = None
    folder: str | None = None
    uid: int | None = None
    size: int | None = None
    client: str | None = None
    protocol: str | None = None
    code: str | None = None
    said: str | None = None
    session: str | None = None
    action: str | None = None
    score: float | None = None
    symbols: str | None = None
    reference: str | None = None
    step: str | None = None
    files: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A sign that somebody used a mailbox: a sign-in, a folder that was looked at, a connection that was kept.

    One row of events.use is all such signs of a minute.
    """

    at: datetime
    source: str
    position: int
    person: str
    sign: str
    protocol: str
    client: str


EVENT_COLUMNS = tuple(field.name for field in fields(Event))
USE_COLUMNS = tuple(field.name for field in fields(Use))


def bounded(name: str, value: str | None) -> str | None:
    """A text of a service as it may be stored: on one line, without what it quotes of a message, not too long."""
    if value is None:
        return None
    if name == "said":
        value = _QUOTED.sub("…", value)
    return _CONTROL.sub(" ", value).strip()[: LONGEST.get(name, LONGEST_OTHER)] or None


def network_address(text: str | None) -> str | None:
    """An address as PostgreSQL takes it, None for anything else (`unknown`, a local socket)."""
    try:
        return str(ipaddress.ip_address(text or ""))
    except ValueError:
        return None


def number(text: object) -> int | None:
    """A count that a bigint holds, None for anything else."""
    try:
        value = int(str(text))
    except ValueError:
        return None
    return value if 0 <= value < 2**63 else None
