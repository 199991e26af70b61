"""Recognises polling: a client that asks for mail at fixed intervals and reads nothing, with nobody there.

Each day is judged by itself, so that splitting a period changes nothing. A program that asks at irregular times is not
told from a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median_low

# Actions within a minute are one visit: a program signs in and selects within seconds.
VISIT = 60_000_000  # microseconds
# Fewest visits whose intervals can be called fixed.
LEAST_VISITS = 6
# Tenths of the intervals that must be regular: computers sleep, and networks fail.
REGULAR = 9


def fixed(moments: Sequence[int]) -> bool:
    """Say whether actions at these moments (ascending) were done at fixed intervals."""
    visits = _visits(moments)
    if len(visits) < LEAST_VISITS:
        return False
    intervals = [after - before for before, after in pairwise(visits)]
    middle = median_low(intervals)
    # Tolerance: a tenth of the interval, at least five seconds, because a program asks again after its answer.
    margin = max(middle // 10, 5_000_000)
    regular = sum(abs(interval - middle) <= margin for interval in intervals)
    return 10 * regular >= REGULAR * len(intervals)


def _visits(moments: Sequence[int]) -> list[int]:
    """Return the beginning of each visit."""
    found: list[int] = []
    for moment in moments:
        if not found or moment - found[-1] >= VISIT:
            found.append(moment)
    return found
