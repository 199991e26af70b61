"""Notices to owners that are not in the database yet."""

from __future__ import annotations

import threading

MOST = 1000  # maximum waiting; more are dropped: each comes again while its cause lasts

Note = tuple[str, str]
"""An address, which may be nobody's, and what there is to say: `guessed` or `strange` of migration 0013."""


class Notes:
    """Waiting notices, each once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[Note, str] = {}

    def add(self, address: str, what: str, detail: str) -> None:
        """Keep a notice to be written."""
        with self._lock:
            if len(self._waiting) < MOST:
                self._waiting.setdefault((address, what), detail)

    def take(self) -> dict[Note, str]:
        """Return and forget the waiting notices."""
        with self._lock:
            taken, self._waiting = self._waiting, {}
        return taken
