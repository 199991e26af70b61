"""Events put in order of mailbox, day and time on disk: of a year's events, few are in memory at once.

Each is written to one of some temporary files, by mailbox and day; each file is then read alone, and sorted. Equal
events become one there. The files have no name (tempfile), numbers in place of names, and end with the process.
"""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import IO, NamedTuple

# So many files are open at once, which every system allows.
PARTS = 128
_BUFFER = 1 << 14
# Big-endian, so that octets sort as the numbers do: place, microseconds, kind; then what tells events apart.
_RECORD = struct.Struct(">QQBqq")


class Spooled(NamedTuple):
    """An event by numbers: `place` of a mailbox on a day, `moment` in microseconds from 1970 on; `client` and `session`
    only tell apart.
    """

    place: int
    moment: int
    kind: int
    client: int
    session: int


class Spool:
    """Takes events of so many places in any order, and gives them in that of place and time, each once."""

    def __init__(self, places: int) -> None:
        self._places = max(1, places)
        self._stack = ExitStack()
        # A file is made for its first event: most periods have few.
        self._files: list[IO[bytes] | None] = [None] * min(PARTS, self._places)

    def __enter__(self) -> Spool:
        """Begin."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close the files, which removes them."""
        self._stack.close()

    def put(self, event: Spooled) -> None:
        """Take an event."""
        part = event.place * len(self._files) // self._places
        (self._files[part] or self._open(part)).write(_RECORD.pack(*event))

    def _open(self, part: int) -> IO[bytes]:
        file = tempfile.TemporaryFile(prefix="danhba-", buffering=_BUFFER)  # noqa: SIM115 (closed with the others)
        self._files[part] = self._stack.enter_context(file)
        return file

    def sorted(self) -> Iterator[Spooled]:
        """All events that were taken."""
        for file in filter(None, self._files):
            file.seek(0)
            data = file.read()
            octets = {data[start : start + _RECORD.size] for start in range(0, len(data), _RECORD.size)}
            for record in sorted(octets):
                yield Spooled._make(_RECORD.unpack(record))
