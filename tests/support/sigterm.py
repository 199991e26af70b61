"""Send SIGTERM to a program that runs in the test's own process."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from danhba_host.stop import Stop


class ByHand(Stop):
    """Told by a test, in whatever thread the program runs."""

    def __init__(self) -> None:
        self._seen, self._told = socket.socketpair()

    def tell(self) -> None:
        """Tell it to end."""
        self._told.send(b"x")


@contextmanager
def kept() -> Iterator[None]:
    """Put back, afterwards, what the test's process does on SIGTERM."""
    handler, wakeup = signal.getsignal(signal.SIGTERM), signal.set_wakeup_fd(-1)
    try:
        yield
    finally:
        signal.set_wakeup_fd(wakeup)
        signal.signal(signal.SIGTERM, handler)
