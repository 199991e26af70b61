"""What the fuzzers are made of: a case that can be run, and what comes of it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeAlias

Contents: TypeAlias = Mapping[str, "bytes | None"]
"""The files of a register by name; None is one that must not be read."""


class WrongError(AssertionError):
    """Something came out that must not, though nothing was raised."""


@dataclass
class Outcome:
    """What one run gave: how many findings, by which rules, or that it was refused."""

    findings: int = 0
    rules: set[str] = field(default_factory=set)
    refused: bool = False


class Case(Protocol):
    """One hostile input."""

    @property
    def how(self) -> str:
        """The names of what was done to something valid."""

    def run(self) -> Outcome:
        """Put it through the real thing; whatever this raises is a failure."""

    def size(self) -> int:
        """Octets of input, by which time and output are measured."""

    def save(self, folder: Path) -> None:
        """Write it down, so that it can be looked at."""

    def smaller(self) -> Iterable[Case]:
        """The same with less in it, the greatest cuts first; none where nothing can be left out."""


Target: TypeAlias = Callable[[random.Random], Case]


def require(holds: object, text: str) -> None:
    """Object unless it holds; `assert` would be gone under `python -O`."""
    if not holds:
        raise WrongError(text)
