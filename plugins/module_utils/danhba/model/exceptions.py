"""Exceptions from the secrecy filter (R7.1): files that one sender may send although they carry a mark."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from .place import Places

# As `sha256sum` writes it.
SHA256 = re.compile(r"[0-9a-f]{64}")
# The longest that an exception may hold: it names one sending, and a habit is decided otherwise.
MOST_DAYS = 31


@dataclass(frozen=True, slots=True)
class SecrecyException:
    """The files with these SHA-256, from one sender, from one day to another, both included, by a document.

    `sender` is an address, or the part before @ of one of the province's.
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
        """For how many days it holds."""
        return (self.until - self.since).days + 1
