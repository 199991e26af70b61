"""The stored rows: events of messages, and signs of use; nothing else of a message."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, fields
from datetime import datetime

# Maximum lengths: the longest meaningful ones; a key of the index has at most 2,700 bytes.
LONGEST = {"said": 300, "message_id": 500, "symbols": 1000, "files": 50 * 65}
LONGEST_OTHER = 320  # for an address (RFC 5321, 4.5.3.1) or a folder's name
# The other server's reply may quote the message.
_QUOTED = re.compile(r"\b(subject|tiêu đề|chủ đề)\b.*", re.IGNORECASE | re.DOTALL)
# Control characters, and those that reverse the displayed order (UAX 9).
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A row of events.event; migrations 0012, 0015 and 0019 define the columns.

    `person` is the address of the mailbox; the database adds its owner at that time.
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
    """A sign of use of a mailbox: a sign-in, a selected folder, a kept connection.

    A row of events.use is all such signs of a minute.
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
    """Return a service's text as it may be stored: one line, without quotations of a message, of bounded length."""
    if value is None:
        return None
    if name == "said":
        value = _QUOTED.sub("…", value)
    return _CONTROL.sub(" ", value).strip()[: LONGEST.get(name, LONGEST_OTHER)] or None


def network_address(text: str | None) -> str | None:
    """Return an address for PostgreSQL, or None (`unknown`, a local socket)."""
    try:
        return str(ipaddress.ip_address(text or ""))
    except ValueError:
        return None


def number(text: object) -> int | None:
    """Return a count that fits a bigint, or None."""
    try:
        value = int(str(text))
    except ValueError:
        return None
    return value if 0 <= value < 2**63 else None
