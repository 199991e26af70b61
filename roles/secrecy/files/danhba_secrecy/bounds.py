"""How much one scan may take, and what is told where it takes more."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from .verdict import Why

MIB = 1024**2


class Unreadable(Exception):
    """Something cannot be read: one part of a content, or all that is left of it."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


class Exhausted(Unreadable):
    """A bound of the whole scan: nothing more is read."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounds of one scan; what hits one is *unreadable*, never *clean*.

    Attributes:
        seconds: processor time of the scan, programs that it starts not counted.
        waiting: seconds by the clock for each program that it starts.
        octets: the largest single content, as it stands and expanded.
        expanded: octets of all contents together, each expanded.
        parts: contents of all kinds: parts of a mail, files in archives, parts of a document.
        depth: contents within contents.
        memory: octets of memory of each program that it starts.
        marks: how many marks are told; the first decides.
    """

    seconds: float = 10.0
    waiting: float = 10.0
    octets: int = 64 * MIB
    expanded: int = 256 * MIB
    parts: int = 4096
    depth: int = 16
    memory: int = 512 * MIB
    marks: int = 20

    def __post_init__(self) -> None:
        """Each is above nothing."""
        if not all(getattr(self, name) > 0 for name in self.__slots__):
            raise ValueError("each bound of a scan is above 0")


class Budget:
    """What is left of the bounds of one scan."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.left = bounds.expanded
        self.parts = bounds.parts
        self._end = time.thread_time() + bounds.seconds

    def take(self, octets: int) -> None:
        """Count a content of so many octets."""
        self.time()
        self.parts -= 1
        self.left -= octets
        if self.parts < 0:
            raise Exhausted(Why.MANY)
        if octets > self.bounds.octets:
            raise Unreadable(Why.LARGE)
        if self.left < 0:
            raise Exhausted(Why.LARGE)

    def room(self) -> int:
        """How many octets the next content may have."""
        return max(0, min(self.left, self.bounds.octets))

    def time(self) -> None:
        """Go on only where there is time left."""
        if time.thread_time() > self._end:
            raise Exhausted(Why.LONG)

    @contextmanager
    def alarm(self) -> Iterator[None]:
        """End what runs on without asking, by the timer of the process's own time; only its main thread has one."""
        if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
            yield
            return
        before = signal.signal(signal.SIGVTALRM, _ring)
        # Again and again, for code that swallows what is raised within it.
        signal.setitimer(signal.ITIMER_VIRTUAL, self.bounds.seconds, 0.2)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.signal(signal.SIGVTALRM, before)


def _ring(_number: int, _frame: FrameType | None) -> None:
    raise Exhausted(Why.LONG)
