"""Wait for a condition on a host, such as the end of a job that a timer starts."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def until(
    look: Callable[[], Any], seconds: float = 90, *, holds: Callable[[Any], Any] = bool, every: float = 0.5
) -> Any:
    """What is seen, as soon as it holds; what was seen last is what the test says where it does not."""
    end = time.monotonic() + seconds
    while not holds(seen := look()):
        assert time.monotonic() < end, f"not within {seconds} seconds: {seen}"
        time.sleep(every)
    return seen
