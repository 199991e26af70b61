"""Whether a mail or a document carries a mark of state secrecy (R7.1, `docs/decisions/0052-the-secrecy-scanner.md`).

Plain typed Python over octets: no server, no database, no day of the calendar, and nothing of a content is kept or told
but the mark itself. On the hosts with Debian's packages, on a controller with those of the lock::

    >>> scan_message(b"Subject: =?utf-8?q?=5BM=E1=BA=ACT=5D_K=E1=BA=BF_ho=E1=BA=A1ch?=\\n\\n.").verdict
    'marked'

The modules, each standing on those before it: `bounds`, `verdict`, `letters` (what a character is), `marks` (the one
place that says what a mark is), `scan` (what is found on the way); `text`, `markup`, `office`, `pdf`, `ole`, `word`,
`excel`, `powerpoint`, `rtf`, `mapi`, `archives`, `message` (one kind of content each); `kinds` (what some octets are).
"""

from __future__ import annotations

from .bounds import Bounds
from .verdict import Mark, Obstacle, Verdict, Why

__all__ = ["Bounds", "Mark", "Obstacle", "Verdict", "Why", "scan_file", "scan_message"]


def scan_message(octets: bytes, bounds: Bounds | None = None) -> Verdict:
    """What is found in a mail (RFC 5322) with all that is in it.

    Never raises for what a mail holds: what cannot be read or hits a bound is told as `unreadable`. To be called in a
    process's main thread, where the bound in time also ends what is deep in a library.
    """
    from . import kinds

    return kinds.scan("", octets, bounds or Bounds(), mail=True)


def scan_file(name: str, octets: bytes, bounds: Bounds | None = None) -> Verdict:
    """The same of a file of any kind, a mail as well; `name` is its own, without folders, and is read too."""
    from . import kinds

    return kinds.scan(name, octets, bounds or Bounds(), mail=False)
