"""Waiting for what a host does by itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any


def until(done: Callable[[], Any], seconds: float = 60) -> Any:
    """What is so, as soon as it is."""
    end = time.monotonic() + seconds
    while not (found := done()):
        assert time.monotonic() < end, "not in time"
        time.sleep(0.5)
    return found
