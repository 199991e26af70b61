"""One scan on its way: what was found, what could not be read, what is left of the bounds; and how one goes deeper."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from . import marks
from .bounds import Bounds, Budget, Exhausted, Unreadable
from .verdict import Mark, Obstacle, Verdict, Why, path

MOST_FILES = 50  # of a mail, by which it is found again
Where = tuple[str, ...]
# What reads a content whose kind is not known yet: the scan, the path, the octets, the type that was declared for it.
Opener = Callable[["Scan", Where, bytes, str], None]


class Scan:
    """What the readers of all kinds report to; one scan's own, and used once."""

    def __init__(self, bounds: Bounds, opener: Opener) -> None:
        self.bounds = bounds
        self.budget = Budget(bounds)
        self._opener = opener
        self._depth = 0
        self._marks: dict[Mark, None] = {}
        self._obstacles: dict[Obstacle, None] = {}
        self._files: dict[str, None] = {}

    def file(self, octets: bytes) -> None:
        """A file as it would be saved, by which a message is found again."""
        if len(self._files) < MOST_FILES:
            self._files[hashlib.sha256(octets).hexdigest()] = None

    def text(self, where: Where, text: str, *, numbered: bool = False) -> None:
        """A text with its lines and cells (`marks`); `numbered` where somebody who opens it can count its lines."""
        self.budget.time()
        for found in marks.in_text(text):
            self._mark(found, (*where, f"line {found.line}") if numbered else where)

    def title(self, where: Where, text: str) -> None:
        """A subject, or the name of a sheet."""
        if found := marks.in_title(text):
            self._mark(found, where)

    def name(self, where: Where, name: str) -> None:
        """The name of a file, as one sees it: without folders and ending."""
        stem = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
        for shown in dict.fromkeys((stem.rpartition(".")[0] or stem, stem)):
            if found := marks.in_title(shown.replace("_", " - ") if "_" in shown else shown):
                self._mark(found, (*where, "file name"))
                return

    def open(self, where: Where, octets: bytes, declared: str = "") -> None:
        """Read a content within another; its name is the last step of the path."""
        with self.deeper():
            self.budget.take(len(octets))
            self._opener(self, where, octets, declared)

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """One step into what holds others."""
        if self._depth >= self.bounds.depth:
            raise Unreadable(Why.DEEP)
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1

    def attempt(self, where: Where, read: Callable[[], None]) -> None:
        """Read something; where that fails it is unreadable, and the rest is read on, unless the bounds are reached."""
        try:
            read()
        except Exhausted:
            raise
        except Unreadable as error:
            self.obstacle(where, error.why)
        except (MemoryError, RecursionError):
            self.obstacle(where, Why.LARGE)
        except Exception:  # noqa: BLE001 - a library met octets that nobody thought of; what they say is not told
            self.obstacle(where, Why.BROKEN)

    def obstacle(self, where: Where, why: Why) -> None:
        """Say that something could not be read."""
        if len(self._obstacles) < self.bounds.marks:
            self._obstacles[Obstacle(path(where), why)] = None

    def _mark(self, found: marks.Found, where: Where) -> None:
        if len(self._marks) < self.bounds.marks:
            self._marks[Mark(found.level, path(where) or "text", found.text)] = None

    def verdict(self) -> Verdict:
        """What there is to tell; the highest level first."""
        order = ("tuyet-mat", "toi-mat", "mat")
        marks = sorted(self._marks, key=lambda mark: order.index(mark.level))
        return Verdict(tuple(marks), tuple(self._obstacles), tuple(self._files))


def run(bounds: Bounds, opener: Opener, begin: Callable[[Scan], None]) -> Verdict:
    """One scan from its beginning, within its bounds."""
    scan = Scan(bounds, opener)
    try:
        with scan.budget.alarm():
            scan.attempt((), lambda: begin(scan))
    except Exhausted as error:
        scan.obstacle((), error.why)
    return scan.verdict()
