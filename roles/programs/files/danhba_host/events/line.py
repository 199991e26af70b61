"""A line of the journal, with the fields that are read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

# The fields that journalctl is asked for.
FIELDS = ("MESSAGE", "SYSLOG_IDENTIFIER", "_SYSTEMD_UNIT", "_UID")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a service.

    Attributes:
        at: microseconds since 1970, when the journal received it.
        source: the journal's sequence id (systemd.journal-fields(7), __SEQNUM_ID).
        position: the line's sequence number, which only grows.
        cursor: where to continue after it.
        unit: the service, as systemd knows it: nobody else can write in its name.
        program: the name it gives itself, such as postfix/smtpd.
        text: the message.
    """

    at: int
    source: str
    position: int
    cursor: str
    unit: str
    program: str
    text: str

    @property
    def time(self) -> datetime:
        """Return the time in UTC."""
        return datetime.fromtimestamp(self.at / 1_000_000, UTC)


def parse(raw: bytes, owners: Mapping[str, str]) -> Line | None:
    """Return a line of `journalctl --output=json`; None for a malformed one, as of a truncated journal.

    `owners`: units by the id of a user all of whose processes belong to it. The kernel names the user; the unit is
    looked up by journald while the process is still there, which fails under load for one that has ended.
    """
    try:
        entry = json.loads(raw)
        return Line(
            at=int(entry["__REALTIME_TIMESTAMP"]),
            source=str(entry["__SEQNUM_ID"]),
            position=int(entry["__SEQNUM"]),
            cursor=str(entry["__CURSOR"]),
            unit=_text(entry.get("_SYSTEMD_UNIT")) or owners.get(_text(entry.get("_UID")), ""),
            program=_text(entry.get("SYSLOG_IDENTIFIER")),
            text=_text(entry.get("MESSAGE")),
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _text(value: Any) -> str:
    """Return a field as text: journald gives a list of bytes for invalid UTF-8, a list of texts for repeated fields."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(octet, int) for octet in value):
        return bytes(octet & 0xFF for octet in value).decode("utf-8", "replace")
    return ""
