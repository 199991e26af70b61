"""Forecasts the day on which a disk is full, from its daily fill levels (R9.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

# Fewest days from which growth is computed, and how far ahead a forecast goes.
LEAST_DAYS = 7
FARTHEST = 3660


class Noted(NamedTuple):
    """The fill level of a folder's disk on a day, in bytes."""

    day: date
    folder: str
    total: int
    used: int


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk at its last measurement.

    `growth` is in bytes a day, None if unknown; `full` is the day on which it will be full, None if not within ten
    years.
    """

    folder: str
    day: date
    total: int
    used: int
    growth: float | None
    full: date | None
    noted: tuple[Noted, ...]


def disks(noted: Iterable[Noted]) -> list[Disk]:
    """Return each disk, by folder."""
    found: dict[str, list[Noted]] = {}
    for each in sorted(noted):
        found.setdefault(each.folder, []).append(each)
    return [_disk(folder, rows) for folder, rows in sorted(found.items())]


def _disk(folder: str, rows: list[Noted]) -> Disk:
    last, growth = rows[-1], _growth(rows)
    return Disk(folder, last.day, last.total, last.used, growth, _full(last, growth), tuple(rows))


def _growth(rows: list[Noted]) -> float | None:
    """Return the slope of the least-squares line through the days; None with too few days."""
    if len(rows) < LEAST_DAYS:
        return None
    days = [row.day.toordinal() for row in rows]
    middle, level = sum(days) / len(days), sum(row.used for row in rows) / len(rows)
    above = sum((day - middle) * (row.used - level) for day, row in zip(days, rows, strict=True))
    return above / sum((day - middle) ** 2 for day in days)


def _full(last: Noted, growth: float | None) -> date | None:
    if not growth or growth <= 0:
        return None
    days = (last.total - last.used) / growth
    return last.day + timedelta(int(days)) if days <= FARTHEST else None
