"""A program that asks for mail while nobody is there: one client, at fixed intervals, that reads nothing.

It is recognised within a day, so that no way of splitting a period changes what is found, and where it can be: a
program that asks now and then is not told from a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median_low

# What is done at once is one visit: a program signs in and selects within seconds.
VISIT = 60_000_000  # microseconds
# From so many visits on can an interval be called fixed.
LEAST_VISITS = 6
# Of the intervals, so many in ten must be fixed: a computer sleeps at times, and a network fails.
REGULAR = 9


def fixed(moments: Sequence[int]) -> bool:
    """Whether what was done at these moments, in order, was done at fixed intervals."""
    visits = _visits(moments)
    if len(visits) < LEAST_VISITS:
        return False
    intervals = [after - before for before, after in pairwise(visits)]
    middle = median_low(intervals)
    # A tenth of the interval, and at least five seconds: a program asks when it has got its answer.
    margin = max(middle // 10, 5_000_000)
    regular = sum(abs(interval - middle) <= margin for interval in intervals)
    return 10 * regular >= REGULAR * len(intervals)


def _visits(moments: Sequence[int]) -> list[int]:
    """When each visit began."""
    found: list[int] = []
    for moment in moments:
        if not found or moment - found[-1] >= VISIT:
            found.append(moment)
    return found
