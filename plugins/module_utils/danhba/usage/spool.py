"""Sorts events by mailbox, day and time on disk, so that few of a year's events are in memory at once.

Each event is written to one of `PARTS` temporary files, by mailbox and day; each file is then read and sorted alone.
Equal events become one. The files are unnamed (tempfile), hold numbers instead of names, and end with the process.
"""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import IO, NamedTuple

# Number of open files: below every system's limit.
PARTS = 128
_BUFFER = 1 << 14
# Big-endian, so that bytes sort as the numbers do: place, microseconds, kind, client, session.
_RECORD = struct.Struct(">QQBqq")


class Spooled(NamedTuple):
    """An event as numbers: `place` (mailbox and day) and `moment` in microseconds since 1970.

    `client` and `session` only tell events apart.
    """

    place: int
    moment: int
    kind: int
    client: int
    session: int


class Spool:
    """Takes events of a number of places in any order, and yields them by place and time, each once."""

    def __init__(self, places: int) -> None:
        self._places = max(1, places)
        self._stack = ExitStack()
        # A file is created for its first event: most periods need few.
        self._files: list[IO[bytes] | None] = [None] * min(PARTS, self._places)

    def __enter__(self) -> Spool:
        """Return the spool itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close the files, which removes them."""
        self._stack.close()

    def put(self, event: Spooled) -> None:
        """Write an event to its file."""
        part = event.place * len(self._files) // self._places
        (self._files[part] or self._open(part)).write(_RECORD.pack(*event))

    def _open(self, part: int) -> IO[bytes]:
        file = tempfile.TemporaryFile(prefix="danhba-", buffering=_BUFFER)  # noqa: SIM115 (closed with the others)
        self._files[part] = self._stack.enter_context(file)
        return file

    def sorted(self) -> Iterator[Spooled]:
        """Yield all events in order, each once."""
        for file in filter(None, self._files):
            file.seek(0)
            data = file.read()
            octets = {data[start : start + _RECORD.size] for start in range(0, len(data), _RECORD.size)}
            for record in sorted(octets):
                yield Spooled._make(_RECORD.unpack(record))
