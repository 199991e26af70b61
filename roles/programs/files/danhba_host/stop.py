"""Handles SIGTERM in a program that waits for something else.

A Python handler neither raises nor takes a lock here: between any two steps of the main thread, it would leave a lock
held for ever, or wait for one that this thread holds; and a signal just before a blocking call would not be handled.
"""

from __future__ import annotations

import select
import signal
import socket
from types import FrameType


class Stop:
    """Knows whether the process received SIGTERM; created once, in the main thread."""

    def __init__(self) -> None:
        self._seen, self._told = socket.socketpair()
        self._told.setblocking(False)
        signal.set_wakeup_fd(self._told.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, self._known)

    def _known(self, _number: int, _frame: FrameType | None) -> None:
        """Do nothing: without a handler the process would end at once.

        As a bound method it keeps the sockets open: on a later signal the process would write to whatever has their
        numbers then.
        """

    def within(self, seconds: float) -> bool:
        """Wait for some seconds or until SIGTERM; return whether it came."""
        return bool(select.select([self._seen], [], [], seconds)[0])

    def before(self, listener: socket.socket) -> bool:
        """Wait for a connection or SIGTERM; return whether SIGTERM came."""
        return self._seen in select.select([self._seen, listener], [], [])[0]
