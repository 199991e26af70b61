"""What the owners of mailboxes have to be told, until it is in the database."""

from __future__ import annotations

import threading

MOST = 1000  # that wait to be written; more are dropped, for each comes again while it lasts

Note = tuple[str, str]
"""An address, which may be nobody's, and what there is to say: `guessed` or `strange` of migration 0013."""


class Notes:
    """Each once, whatever comes how often."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[Note, str] = {}

    def add(self, address: str, what: str, detail: str) -> None:
        """Keep a note for the next time that somebody writes them."""
        with self._lock:
            if len(self._waiting) < MOST:
                self._waiting.setdefault((address, what), detail)

    def take(self) -> dict[Note, str]:
        """All that wait, which wait no more."""
        with self._lock:
            taken, self._waiting = self._waiting, {}
        return taken
