"""Every command line on this machine, for tests that look for secrets in them."""

from __future__ import annotations

import threading
from pathlib import Path


class CommandLines:
    """Collects the command line and environment of every process on this machine, test hosts included."""

    def __init__(self) -> None:
        self.seen: set[bytes] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> CommandLines:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.02):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.seen.add(path.read_bytes())
                    self.seen.add(path.with_name("environ").read_bytes())
                except OSError:
                    continue
