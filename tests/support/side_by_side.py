"""In which order test files begin when several run side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, zip_longest

# They deploy a server from nothing, which takes minutes. The third is the first of those that need the demo's.
FIRST = (
    "tests/molecule/test_default.py",
    "tests/molecule/test_webmail.py",
    "tests/e2e/test_address_book.py",
    "tests/e2e/test_reorganisation.py",
)
UNIT = "tests/unit/"


def in_order(files: Iterable[str]) -> list[str]:
    """Each file once: those that deploy, then those that wait for hosts mixed with those that keep a processor busy.

    So neither the processors stand still while all wait, nor is a process left with a long file at the end.
    """
    once = list(dict.fromkeys(files))
    first = [file for file in FIRST if file in once]
    rest = [file for file in once if file not in FIRST]
    waiting = [file for file in rest if not file.startswith(UNIT)]
    return [*first, *_mixed(waiting, [file for file in rest if file.startswith(UNIT)])]


def _mixed(some: Sequence[str], others: Sequence[str]) -> list[str]:
    return [file for file in chain.from_iterable(zip_longest(some, others)) if file is not None]
