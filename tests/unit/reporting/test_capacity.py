"""How disks grow, and on which day one is full."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from danhba.reporting.capacity import Noted, disks

FIRST = date(2026, 1, 1)


def noted(used: list[int], total: int = 1000, folder: str = "/srv") -> list[Noted]:
    return [Noted(FIRST + timedelta(number), folder, total, each) for number, each in enumerate(used)]


@pytest.mark.clause("R9.2")
def test_a_disk_that_grows_evenly() -> None:
    [disk] = disks(noted([100 + 10 * number for number in range(10)]))
    assert (disk.day, disk.used, disk.growth) == (date(2026, 1, 10), 190, 10.0)
    assert disk.full == date(2026, 1, 10) + timedelta(81)


@pytest.mark.parametrize(
    ("used", "growth", "full"),
    [
        ([100] * 6, None, None),  # too few days
        ([100] * 7, 0.0, None),
        ([200 - number for number in range(7)], -1.0, None),
        ([0] * 3 + [1] * 4, pytest.approx(6 / 28), None),  # in more than ten years
    ],
)
def test_where_no_day_can_be_named(used: list[int], growth: float | None, full: date | None) -> None:
    [disk] = disks(noted(used, total=100_000))
    assert (disk.growth, disk.full) == (growth, full)


def test_each_disk_by_itself_in_whatever_order() -> None:
    rows = [*noted([5, 6]), *noted([7], folder="/var")]
    found = disks(reversed(rows))
    assert [(disk.folder, disk.used) for disk in found] == [("/srv", 6), ("/var", 7)]
    assert found == disks(rows)
    assert disks([]) == []
