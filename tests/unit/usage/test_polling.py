"""When intervals are fixed."""

from __future__ import annotations

import pytest

from danhba.usage.polling import fixed

MINUTE = 60_000_000


def at(*minutes: float) -> list[int]:
    return [int(minute * MINUTE) for minute in minutes]


@pytest.mark.parametrize(
    ("moments", "found"),
    [
        (at(), False),
        (at(*range(0, 50, 10)), False),  # five
        (at(*range(0, 60, 10)), True),  # six
        (at(0, 10, 20, 30, 40, 52), False),  # one of five intervals
        (at(0, 10, 20, 30, 40, 51), True),  # within a tenth
        (at(*range(0, 101, 10), 300), True),  # one of eleven: asleep
        (at(*range(0, 81, 10), 300), False),  # one of nine
        (at(0, 0.1, 10, 10.1, 20, 20.1, 30, 30.1, 40, 40.1, 50, 50.1), True),  # signs in and selects
        (at(*(n / 100 for n in range(50))), False),  # all at once
        (at(0, 1, 2, 3, 4, 5), True),
        (at(0, 1, 2.08, 3.15, 4.2, 5.28), True),  # within five seconds
        (at(0, 1, 2.2, 3.4, 4.4, 5.4, 6.4), False),
        (at(0, 7, 31, 33, 80, 81, 95, 140), False),
    ],
)
def test_fixed(moments: list[int], found: bool) -> None:
    assert fixed(moments) is found
