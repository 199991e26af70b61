"""Tests for sizes in the register's notation."""

from __future__ import annotations

import pytest

from danhba.model.sizes import GIB, MIB, TIB, written


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (500 * MIB, "500M"),
        (1024 * MIB, "1G"),
        (1536 * MIB, "1536M"),
        (2 * GIB, "2G"),
        (TIB, "1T"),
        (1025 * GIB, "1025G"),
        (MIB + 1, "1M"),
        (0, "0M"),
    ],
)
def test_written_size_uses_the_largest_unit_that_divides_it(octets: int, text: str) -> None:
    assert written(octets) == text
