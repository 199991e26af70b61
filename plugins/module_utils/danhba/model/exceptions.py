"""Exceptions from the secrecy filter (R7.1): files that one sender may send although they carry a secrecy mark."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from .place import Places

# A SHA-256 as `sha256sum` writes it.
SHA256 = re.compile(r"[0-9a-f]{64}")
# The longest time that an exception may be in force: it is for one sending. Regular sending needs another decision.
MOST_DAYS = 31


@dataclass(frozen=True, slots=True)
class SecrecyException:
    """An exception for the files with these SHA-256 from one sender, decided by a document.

    `since` and `until` are the first and the last day, both included. `sender` is a whole address, or the part before
    the @ of an address of the province.
    """

    sender: str
    files: tuple[str, ...]
    since: date
    until: date
    document: str
    reason: str
    at: Places = field(default_factory=dict, compare=False, repr=False)

    @property
    def days(self) -> int:
        """The number of days on which the exception is in force."""
        return (self.until - self.since).days + 1
