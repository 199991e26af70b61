"""The sample register's mailboxes as its files have them, read once more without the project's own code: what a report
of the register says is worked out a second time from these.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml
from holidays import country_holidays

DIRECTORY = Path(__file__).resolve().parents[2] / "directory"
# Events of somebody who goes on elsewhere or by another name: an end and a beginning that are one change.
MOVES = {"transferred", "reorganised", "renamed"}
# Of the windows of a day, by number from 0, those in which a mailbox has to be looked at (Article 8).
NEEDED = {"agency": (0, 1, 2, 3), "official": (0, 2)}


@dataclass
class Entry:
    """A mailbox at an agency as the files have it."""

    name: str
    kind: str
    agency: str
    data: dict[str, Any]

    def open_on(self, day: date, *, suspended: bool = False) -> bool:
        """Whether it is open on a day; or open or suspended."""
        text = day.isoformat()
        closed = self.data.get("closed")
        if self.data["opened"].get("withdrawn") or text < self.data["opened"]["date"]:
            return False
        if closed and not closed.get("withdrawn") and closed["date"] <= text:
            return False
        return suspended or not any(since <= text < until for since, until in self.suspensions())

    def suspensions(self) -> Iterator[tuple[str, str]]:
        """The first days of each suspension and of what is behind it."""
        for spell in self.data.get("suspended", ()):
            if not spell.get("withdrawn"):
                yield spell["date"], spell.get("ended", {}).get("date", spell.get("until", "9999"))


def entries() -> Iterator[Entry]:
    """Each mailbox at each agency; who has moved is there more than once."""
    for path in sorted((DIRECTORY / "agencies").glob("*.yml")):
        data = yaml.load(path.read_bytes(), yaml.CBaseLoader)  # noqa: S506 - its own files, as text
        code = data["agency"]
        yield Entry(f"agency/{code}", "agency", code, data)
        for person in data.get("people") or ():
            yield Entry(f"official/{person['id']}", "official", code, person)


def below(of: list[Entry], code: str) -> set[str]:
    """An agency and all below it; of no code, every agency."""
    parents = {entry.agency: entry.data.get("parent", "") for entry in of if entry.kind == "agency"}
    found = {code} if code else {*parents}
    while more := {each for each, parent in parents.items() if parent in found and each not in found}:
        found |= more
    return found


def working_days(first: date, last: date) -> list[date]:
    """The working days of a period by the library and the exchange of 2025 (Saturday 26 April for Friday 2 May) that it
    may lack.
    """
    calendar, exchanged = country_holidays("VN"), {date(2025, 4, 26)}
    days = {first + timedelta(number) for number in range((last - first).days + 1)}
    worked = {day for day in days if calendar.is_working_day(day)} | (exchanged & days)
    return sorted(worked - {date(2025, 5, 2)})
