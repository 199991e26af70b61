"""Keeps failures within the window, known clients and notices to owners over a restart.

They are written periodically in one transaction; sign-ins never wait for it.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field

from .guard import Guard
from .store import Store, Unavailable

LOG = logging.getLogger("danhba-credentials")

SECONDS = 20.0


@dataclass(slots=True)
class Memory:
    """Reads and writes a guard's state."""

    guard: Guard
    store: Store
    _read: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _end: threading.Event = field(default_factory=threading.Event)

    def keep(self) -> None:
        """Read the state, and write changes periodically, until the process ends."""
        while True:
            self.exchange()
            if self._end.wait(SECONDS):
                return

    def end(self) -> None:
        """Write the last changes."""
        self._end.set()
        self.exchange()

    def exchange(self) -> None:
        """Read the former state once, and write changes; if the database is away, later."""
        with self._lock:
            try:
                if not self._read:
                    known, attempts = self.store.recall()
                    self.guard.known.restore(known)
                    self.guard.throttle.restore(attempts)
                    self._read = True
                self._write()
            except Unavailable as error:
                LOG.error("what was guessed is not written down: %s", error)

    def _write(self) -> None:
        known, attempts = self.guard.known.take_changes(), self.guard.throttle.take_changes()
        notes = self.guard.notes.take()
        try:
            if known or attempts or notes:
                self.store.remember(known, attempts, notes)
        except Unavailable:
            self.guard.known.touch(known)
            self.guard.throttle.touch(attempts)
            for (address, what), detail in notes.items():
                self.guard.notes.add(address, what, detail)
            raise
