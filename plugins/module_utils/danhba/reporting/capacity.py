"""How full the disks are, how they grow, and on which day one will be full (R9.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

# From so many days on can it be said how a disk grows; and so far ahead is something said.
LEAST_DAYS = 7
FARTHEST = 3660


class Noted(NamedTuple):
    """How full the disk of a folder was on a day, in octets."""

    day: date
    folder: str
    total: int
    used: int


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk as it was noted last: `growth` in octets a day, None where that cannot be said; the day on which it is
    `full`, None where none is within ten years.
    """

    folder: str
    day: date
    total: int
    used: int
    growth: float | None
    full: date | None
    noted: tuple[Noted, ...]


def disks(noted: Iterable[Noted]) -> list[Disk]:
    """Each disk, by its folder."""
    found: dict[str, list[Noted]] = {}
    for each in sorted(noted):
        found.setdefault(each.folder, []).append(each)
    return [_disk(folder, rows) for folder, rows in sorted(found.items())]


def _disk(folder: str, rows: list[Noted]) -> Disk:
    last, growth = rows[-1], _growth(rows)
    return Disk(folder, last.day, last.total, last.used, growth, _full(last, growth), tuple(rows))


def _growth(rows: list[Noted]) -> float | None:
    """The slope of the line of least squares through the days."""
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
