"""A simulated time of use: who looked when, and the same as `laocai.mail.report` tells it."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

WINDOWS = 4
GB = 10**9
# What hosts tell of a year beside use: mail, disks, incidents, recalls, handovers.
FLOW = [["2025-01", "incoming", 1200], ["2025-02", "incoming", 34], ["2025-02", "virus", 2], ["2025-02", "refused", 9]]
DISK = [[f"2025-12-{day:02}", "/srv/vmail", 1000 * GB, (100 + day) * GB] for day in range(1, 32)]
TOLD = {
    "flow": FLOW,
    "disk": DISK,
    "incidents": [["refused", "marked", "official/2", []]],
    "passwords": [["reissue_password", "official/3"]],
    "recalls": [
        ["TH-1", "2025-05-05", "secret", "7/QĐ-STTTT", "2025-02-04", 12, 0, True],
        ["TH-2", "2025-06-05", "outbreak", "8/QĐ-STTTT", "2025-06-05", 3, 2, False],
    ],
    "handovers": [["2025-07-01", "good", "contact-good@laocai.gov.vn", "", "=Lò Bình", "9/QĐ-STTTT"]],
    "gaps": [["08:00 05/05/2025", "09:00 05/05/2025"]],
    "late": 3,
}


@dataclass
class Looks:
    """In which windows a mailbox was looked at on a day, and in which of them by what is no program."""

    windows: list[bool]
    attended: list[bool]


@dataclass
class Simulated:
    """What went on from a first to a last day; `uncounted` are days of which nothing is known."""

    first: date
    last: date
    looks: dict[tuple[str, date], Looks] = field(default_factory=dict)
    mail: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    uncounted: set[date] = field(default_factory=set)

    def days(self) -> list[date]:
        """Each of its days."""
        return [self.first + timedelta(number) for number in range((self.last - self.first).days + 1)]

    def told(self, **more: Any) -> dict[str, Any]:
        """As the module tells it."""
        days = self.days()
        names = {name for name, _day in self.looks} | self.mail.keys()
        counted = sum(1 << number for number, day in enumerate(days) if day not in self.uncounted)
        lists = ("flow", "disk", "incidents", "passwords", "recalls", "handovers", "gaps")
        rest: dict[str, Any] = {name: [] for name in lists} | {"late": 0}
        looked = {name: self._row(name, days) for name in sorted(names)}
        return {"looked": looked, "counted": f"{counted:x}", **rest, **more}

    def _row(self, name: str, days: Sequence[date]) -> list[Any]:
        sets = [0] * 2 * WINDOWS
        for number, day in enumerate(days):
            if looks := self.looks.get((name, day)):
                for place, looked in enumerate((*looks.windows, *looks.attended)):
                    if looked:
                        sets[place] |= 1 << number
        return [*(f"{each:x}" for each in sets), *self.mail.get(name, (0, 0, 0))]


def simulate(names: Iterable[str], first: date, last: date, care: Mapping[str, float], seed: int = 1) -> Simulated:
    """A time of use by chance: mailboxes look in a window as often as their `care` says, 0.95 where it says nothing."""
    chance, found = random.Random(seed), Simulated(first, last)
    days = found.days()
    for name in names:
        taken = care.get(name, 0.95)
        for day in days:
            windows = [chance.random() < taken for _window in range(WINDOWS)]
            if any(windows):
                attended = [looked and chance.random() < 0.97 for looked in windows]
                found.looks[name, day] = Looks(windows, attended)
        found.mail[name] = chance.randrange(300), chance.randrange(900), chance.randrange(GB)
    return found
