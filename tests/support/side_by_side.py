"""In which order test files begin when several run side by side, and how long each took."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from itertools import chain, zip_longest

UNIT = "unit"
# Of those that wait for hosts and servers, the longest begin first.
WAITING = ("molecule", "e2e", "integration")
# Of those, the ones that deploy whole hosts.
BUILDING = ("molecule", "e2e")
# As many files as keep the other processes busy while one of them has the demo's host built.
MEANWHILE = 12


def in_order(files: Iterable[str], of_the_demo: Container[str] = (), long: Container[str] = ()) -> list[str]:
    """Each file once: those that wait for hosts and servers mixed with those that keep a processor busy.

    So neither the processors stand still while all wait, nor is a process left with a long file at the end. Of the
    files `of_the_demo`, which begin on copies of its host, the first one has that host built: the others follow those
    that build hosts of their own and some that need none of it, so that no process only waits for it. Of the others
    those begin first that are `long`: one of them at the end would be all that still runs.
    """
    once = list(dict.fromkeys(files))
    waiting = [file for folder in WAITING for file in once if _folder(file) == folder]
    copies = [file for file in waiting if file in of_the_demo]
    own = [file for file in waiting if file not in of_the_demo and _folder(file) in BUILDING]
    others = [file for file in waiting if file not in {*copies, *own}]
    first = [*own[:1], *copies[:1], *own[1:], *others[:MEANWHILE], *copies[1:]]
    units = sorted((file for file in once if _folder(file) == UNIT), key=lambda file: file not in long)
    return _mixed([*first, *others[MEANWHILE:]], units)


def longest(seconds: Iterable[tuple[str, float]], count: int = 10) -> list[tuple[str, float]]:
    """The files that took longest, the first the longest, with the seconds of all their cases, setups and teardowns."""
    total: defaultdict[str, float] = defaultdict(float)
    for nodeid, each in seconds:
        total[nodeid.partition("::")[0]] += each
    return sorted(total.items(), key=lambda file: (-file[1], file[0]))[:count]


def _folder(file: str) -> str:
    return file.split("/")[1]


def _mixed(some: Sequence[str], others: Sequence[str]) -> list[str]:
    return [file for file in chain.from_iterable(zip_longest(some, others)) if file is not None]
