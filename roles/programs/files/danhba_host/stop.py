"""Being told to end by SIGTERM, for a program that waits for something else meanwhile.

A handler of Python's own neither raises nor takes a lock here: run between any two steps of the main thread, it would
leave a lock held by nobody, or wait for the one that thread holds; and told just before a call blocks it is not run.
"""

from __future__ import annotations

import select
import signal
import socket
from types import FrameType


class Stop:
    """Knows whether the process was told to end; made in its main thread, once."""

    def __init__(self) -> None:
        self._seen, self._told = socket.socketpair()
        self._told.setblocking(False)
        signal.set_wakeup_fd(self._told.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGTERM, self._known)

    def _known(self, _number: int, _frame: FrameType | None) -> None:
        """Nothing is left to do; without a handler the process would end at once.

        As this object's own it keeps the sockets open: told once more when their user has returned, the process would
        write to whatever has their number by then.
        """

    def within(self, seconds: float) -> bool:
        """Wait so long, or until told; whether told."""
        return bool(select.select([self._seen], [], [], seconds)[0])

    def before(self, listener: socket.socket) -> bool:
        """Wait until somebody connects, or until told; whether told."""
        return self._seen in select.select([self._seen, listener], [], [])[0]
