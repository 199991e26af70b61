"""A guard of sign-ins with a manual clock, and a client that guesses passwords."""

from __future__ import annotations

from dataclasses import dataclass

from danhba_host.credentials.guard import Guard
from danhba_host.credentials.settings import Settings

OWNER, OTHER = "nvvinh-stttt@laocai.gov.vn", "lthanh-stttt@laocai.gov.vn"
HERE, THERE = "203.0.113.1", "203.0.113.2"
SETTINGS = Settings("", "", 8, 2, 43200, 900, 3, 6, 8, 5, 10, 2, [], "", "")


@dataclass
class Clock:
    """Stands until it is moved; in seconds."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def guess(guard: Guard, number: int, *, client: str = HERE, first: int = 0) -> list[int]:
    """What is said to so many passwords, no two the same, that are all wrong."""
    return [guard.begin(OWNER, client, f"guess {first + each}") for each in range(number)]
