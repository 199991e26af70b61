"""Many runs: what they gave in all, and each way in which one failed."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.case import Target
from tests.fuzz.directories import directory
from tests.fuzz.hard import FILES, hard
from tests.fuzz.issuances import issuances
from tests.fuzz.lists import csv, xlsx
from tests.fuzz.minimise import signature, smallest
from tests.fuzz.registers import register
from tests.fuzz.revisions import base
from tests.fuzz.worker import Job, Limits, Make, Result, run_all, seeded

# Each kind of case, and how many there are of it among a hundred.
TARGETS: Mapping[str, tuple[Target, int]] = {
    "yaml": (register, 50),
    "addresses": (issuances, 10),
    "directory": (directory, 8),
    "git": (base, 4),
    "csv": (csv, 14),
    "xlsx": (xlsx, 14),
}
# The cases of `hard`, each once.
HARD = "hard"
# Runs begun at once: a process is forked for so many, unless it is lost before.
AT_ONCE = 500


@dataclass
class Failure:
    """One way to fail: the first case that did, how many did, and where its smallest form lies."""

    name: str
    error: str
    count: int = 1
    path: Path | None = None


@dataclass
class Tally:
    """What all runs gave."""

    runs: int = 0
    findings: int = 0
    refusals: int = 0
    clean: int = 0
    rules: set[str] = field(default_factory=set)
    slowest: Result = field(default_factory=lambda: Result(""))
    largest: Result = field(default_factory=lambda: Result(""))
    failures: dict[str, Failure] = field(default_factory=dict)

    def add(self, result: Result) -> None:
        """Count one more."""
        self.runs += 1
        self.findings += result.findings
        self.refusals += result.refused
        self.clean += not (result.findings or result.refused or result.error)
        self.rules.update(result.rules)
        self.slowest = max(self.slowest, result, key=lambda r: r.seconds)
        self.largest = max(self.largest, result, key=lambda r: r.memory)
        if result.error:
            known = self.failures.setdefault(signature(result.error), Failure(result.name, result.error, 0))
            known.count += 1


def make_of(name: str) -> Make:
    """The case of a name: ``seed/target/number``, or ``seed/hard/`` and which."""
    _seed, target, which = name.split("/", 2)
    return (lambda: hard(which)) if target == HARD else seeded(TARGETS[target][0], name)


def jobs(targets: Sequence[str], seed: int, runs: int) -> Iterator[Job]:
    """So many cases of the targets, mixed by their shares; each of the hardest once, whatever `runs` says."""
    wheel = sorted(
        (turn / TARGETS[name][1], name) for name in targets if name != HARD for turn in range(TARGETS[name][1])
    )
    names = [f"{seed}/{wheel[number % len(wheel)][1]}/{number}" for number in range(runs if wheel else 0)]
    names += [f"{seed}/{HARD}/{which}" for which in FILES if HARD in targets]
    for name in names:
        yield name, make_of(name)


def campaign(made: Iterator[Job], limits: Limits, seconds: float | None = None) -> Tally:
    """Run them until all are done or the time is up."""
    tally, end = Tally(), time.monotonic() + (seconds or float("inf"))
    while some := [job for _, job in zip(range(AT_ONCE), made, strict=False)]:
        for result in run_all(some, limits):
            tally.add(result)
            if time.monotonic() > end:
                return tally
    return tally


def keep(failure: Failure, limits: Limits, folder: Path, seconds: float) -> None:
    """Write the smallest case that fails so, with what it says."""
    case = make_of(failure.name)()
    failure.path = folder / failure.name.replace("/", "-").replace(" ", "-")
    shutil.rmtree(failure.path, ignore_errors=True)
    failure.path.mkdir(parents=True)
    smallest(case, failure.error, limits, seconds).save(failure.path)
    (failure.path / "error.txt").write_text(f"{failure.name}: {case.how}\n\n{failure.error}", encoding="utf-8")
