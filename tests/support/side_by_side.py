"""In which order test files begin when several run side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, zip_longest

UNIT = "tests/unit/"


def in_order(files: Iterable[str]) -> list[str]:
    """Each file once: those that wait for hosts and servers mixed with those that keep a processor busy.

    So neither the processors stand still while all wait, nor is a process left with a long file at the end.
    """
    once = list(dict.fromkeys(files))
    waiting = [file for file in once if not file.startswith(UNIT)]
    return _mixed(waiting, [file for file in once if file.startswith(UNIT)])


def _mixed(some: Sequence[str], others: Sequence[str]) -> list[str]:
    return [file for file in chain.from_iterable(zip_longest(some, others)) if file is not None]
