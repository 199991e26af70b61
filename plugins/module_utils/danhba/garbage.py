"""Turns Python's cyclic garbage collector off while a register is read."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collection() -> Iterator[None]:
    """Disable the cyclic garbage collector inside the `with` block, then restore the former setting.

    Reading a register creates no reference cycles, and searching its many objects for some would double the time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
