"""`danhba check` beside yamllint with check-jsonschema on the same files, how it grows, and what a change costs."""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.measure import Measured, measure, median
from tests.factory import write_register

PROJECT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(sys.executable).parent
DAY = "2026-11-24"
TURNS = 3  # of what takes seconds; of these the middle counts
# Wanted: how many times as fast as the alternatives, the share of the whole that one touched file may take, and MiB of
# memory at a number of officials.
FASTER, TOUCHED, MEMORY, AT = 15, 0.1, 400, 100_000


@dataclass(frozen=True)
class Compared:
    """The alternatives and the check on one register."""

    officials: int
    mebibytes: float
    yamllint: Measured
    jsonschema: Measured
    check: Measured

    @property
    def ratio(self) -> float:
        """How many times as long the alternatives take, one after the other."""
        return (self.yamllint.seconds + self.jsonschema.seconds) / self.check.seconds


@dataclass(frozen=True)
class Grown:
    """The check and the plan on a register of one size; `base` is against the commit before one file was touched."""

    officials: int
    check: Measured
    first: Measured
    same: Measured
    touched: Measured
    base: Measured
    plan: Measured


def run(console: Console, folder: Path, sizes: Sequence[int], growth: Sequence[int]) -> dict[str, Any]:
    """Measure and show; the figures as data."""
    compared = [_compare(console, folder, size) for size in sizes]
    _show_compared(console, compared)
    grown = [_grow(console, folder, size) for size in growth]
    _show_grown(console, grown)
    _show_growth(console, grown)
    _judge(console, compared, grown)
    return {"compared": list(map(asdict, compared)), "grown": list(map(asdict, grown))}


def _register(console: Console, folder: Path, officials: int, what: str) -> Path:
    console.print(f"{officials:,} CCVC / officials: {what} …")
    register = folder / f"register-{officials}"
    shutil.rmtree(register, ignore_errors=True)
    write_register(register, officials=officials)
    return register


def program(name: str, *arguments: str | Path, home: Path) -> Measured:
    """Run one of this environment's programs with its caches in an own place."""
    command = [str(PROGRAMS / name), *map(str, arguments)]
    return measure(command, cwd=PROJECT, env={**os.environ, "XDG_CACHE_HOME": str(home)})


def _compare(console: Console, folder: Path, officials: int) -> Compared:
    register = _register(console, folder, officials, "yamllint, check-jsonschema, danhba check")
    schema, agencies = folder / "agency.schema.json", sorted((register / "agencies").iterdir())
    schema.write_text(program("danhba", "schema", "agency", home=folder).output, encoding="utf-8")
    compared = Compared(
        officials,
        sum(path.stat().st_size for path in register.rglob("*.yml")) / 1024**2,
        program("yamllint", "--no-warnings", "-c", PROJECT / ".yamllint", register, home=folder),
        program("check-jsonschema", "--schemafile", schema, *agencies, home=folder),
        median([program("danhba", "check", register, "--no-cache", home=folder) for _turn in range(TURNS)]),
    )
    shutil.rmtree(register)
    return compared


def _grow(console: Console, folder: Path, officials: int) -> Grown:
    register = _register(console, folder, officials, "danhba check, plan")
    home = folder / "home"
    shutil.rmtree(home, ignore_errors=True)
    _commit(register)
    check = program("danhba", "check", register, "--no-cache", home=home)
    first, same = (program("danhba", "check", register, home=home) for _ in range(2))
    change_one(register)
    touched = program("danhba", "check", register, home=home)
    base = program("danhba", "check", register, "--base", "HEAD", home=home)
    plan = program("danhba", "plan", register, "--against", "empty", "--as-of", DAY, "--format", "json", home=home)
    shutil.rmtree(register)
    return Grown(officials, check, first, same, touched, base, plan)


def _commit(register: Path) -> None:
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "Register"]):
        settings = ["-c", "user.name=Bench", "-c", "user.email=bench@example.org", "-c", "core.autocrlf=false"]
        subprocess.run(["git", *settings, *command], cwd=register, check=True)


def change_one(register: Path) -> None:
    """Give one official of the largest agency another title."""
    agency = max((register / "agencies").iterdir(), key=lambda path: path.stat().st_size)
    text = agency.read_text(encoding="utf-8")
    assert "title: Chuyên viên\n" in text
    agency.write_text(text.replace("title: Chuyên viên\n", "title: Chuyên viên chính\n", 1), encoding="utf-8")


def _show_compared(console: Console, rows: Sequence[Compared]) -> None:
    table = Table(
        *(
            "CCVC / officials",
            "MiB",
            "yamllint s",
            "check-jsonschema s",
            "danhba check s",
            "alternatives : check",
            "CPU s",
        ),
        *("yamllint MiB", "check-jsonschema MiB", "check MiB"),
        title="danhba check; yamllint + check-jsonschema",
    )
    for row in rows:
        runs = (row.yamllint, row.jsonschema, row.check)
        table.add_row(
            f"{row.officials:,}",
            f"{row.mebibytes:.1f}",
            *(f"{run.seconds:.2f}" for run in runs),
            f"{row.ratio:.1f} : 1",
            " + ".join(f"{run.processor:.1f}" for run in runs[:2]) + f" : {row.check.processor:.1f}",
            *(f"{run.peak:.0f}" for run in runs),
        )
    console.print(table)


def _runs(row: Grown) -> tuple[Measured, ...]:
    return row.check, row.first, row.same, row.touched, row.base, row.plan


def _show_grown(console: Console, rows: Sequence[Grown]) -> None:
    kinds = ("check --no-cache", "check, 1st", "check, 2nd", "1 file touched", "check --base", "plan")
    table = Table("CCVC / officials", *(f"{kind}: s, MiB" for kind in kinds), "touched : no cache", title="danhba")
    for row in rows:
        cells = (f"{run.seconds:.2f}, {run.peak:.0f}" for run in _runs(row))
        table.add_row(f"{row.officials:,}", *cells, f"{row.touched.seconds / row.check.seconds:.3f}")
    console.print(table)


def _show_growth(console: Console, rows: Sequence[Grown]) -> None:
    """The exponent of growth between two sizes: 1 is linear, 2 is the square."""
    for before, after in pairwise(rows):
        factor = math.log(after.officials / before.officials)
        # Of the processors, which whatever else the machine does changes little.
        check = math.log(after.check.processor / before.check.processor) / factor
        plan = math.log(after.plan.processor / before.plan.processor) / factor
        console.print(f"{before.officials:,} → {after.officials:,}: check ~ n^{check:.2f}, plan ~ n^{plan:.2f}")


def _judge(console: Console, compared: Sequence[Compared], grown: Sequence[Grown]) -> None:
    for what, size, value, holds in _verdicts(compared, grown):
        style = "green" if holds else "red"
        console.print(f"{what} ({size:,}): {value} {'✓' if holds else '✗'}", style=style)


def _verdicts(compared: Sequence[Compared], grown: Sequence[Grown]) -> Iterator[tuple[str, int, str, bool]]:
    """What is asked, at the size at which it is asked or the nearest below."""
    for row in [row for row in compared if row.officials <= AT][-1:]:
        yield f"yamllint + check-jsonschema : check ≥ {FASTER}", row.officials, f"{row.ratio:.1f}", row.ratio >= FASTER
    for found in [row for row in grown if row.officials <= AT][-1:]:
        part = found.touched.seconds / found.check.seconds
        yield f"1 file touched : all < {TOUCHED}", found.officials, f"{part:.3f}", part < TOUCHED
        peak = max(run.peak for run in _runs(found))
        yield f"memory < {MEMORY} MiB", found.officials, f"{peak:.0f} MiB", peak < MEMORY
