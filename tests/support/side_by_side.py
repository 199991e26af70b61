"""In which order test files begin when several run side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, zip_longest

UNIT = "unit"
# Of those that wait for hosts and servers, the longest begin first.
WAITING = ("molecule", "e2e", "integration")


def in_order(files: Iterable[str]) -> list[str]:
    """Each file once: those that wait for hosts and servers mixed with those that keep a processor busy.

    So neither the processors stand still while all wait, nor is a process left with a long file at the end.
    """
    once = list(dict.fromkeys(files))
    waiting = [file for folder in WAITING for file in once if _folder(file) == folder]
    return _mixed(waiting, [file for file in once if _folder(file) == UNIT])


def _folder(file: str) -> str:
    return file.split("/")[1]


def _mixed(some: Sequence[str], others: Sequence[str]) -> list[str]:
    return [file for file in chain.from_iterable(zip_longest(some, others)) if file is not None]
