"""Work that goes on beside other work of an action plugin, on another processor."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress


def begin(work: Callable[[], bytes]) -> Callable[[], bytes]:
    """Begin it in a copy of this process; what is returned waits for what it gives.

    Where the copy cannot be made or does not end well, the work is done here, so that its errors are told as ever.
    """
    reading, writing = os.pipe()
    try:
        child = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        return work
    if not child:
        os.close(reading)  # so that it ends where nobody reads any more
        _carry_out(work, writing)
    os.close(writing)

    def wait() -> bytes:
        with os.fdopen(reading, "rb") as pipe:
            given = pipe.read()
        return given if os.waitpid(child, 0)[1] == 0 else work()

    return wait


def _carry_out(work: Callable[[], bytes], writing: int) -> None:
    """Give what the work gives, and end, with nothing of what the first process would do at its end."""
    status = 1
    with suppress(BaseException), os.fdopen(writing, "wb") as pipe:
        pipe.write(work())
        pipe.flush()
        status = 0
    os._exit(status)
