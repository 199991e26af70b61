"""A line of the journal, as far as it is read here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

# What journalctl is asked for: nothing else is even looked at.
FIELDS = ("MESSAGE", "SYSLOG_IDENTIFIER", "_SYSTEMD_UNIT", "_UID")


@dataclass(frozen=True, slots=True)
class Line:
    """What a service said.

    Attributes:
        at: microseconds since 1970, when the journal took it.
        source: the journal's own number (systemd.journal-fields(7), __SEQNUM_ID), and
        position: the number of the line in it, which only grows.
        cursor: where to go on behind it.
        unit: the service, as systemd knows it: nobody else can say something in its name.
        program: what it calls itself, such as postfix/smtpd.
        text: what it says.
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
        """When it was, in UTC."""
        return datetime.fromtimestamp(self.at / 1_000_000, UTC)


def parse(raw: bytes, owners: Mapping[str, str]) -> Line | None:
    """A line as `journalctl --output=json` writes it; None where it is none, as of a journal that was cut off.

    `owners`: units by the number of the user whose processes all are of it. The kernel says whose a line is; of which
    unit, journald has to look up while the process is still there, and under load one that has ended is not.
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
    """A field: text; a list of octets where it is none in UTF-8, a list of texts where it was given twice."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(octet, int) for octet in value):
        return bytes(octet & 0xFF for octet in value).decode("utf-8", "replace")
    return ""
