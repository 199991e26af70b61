"""Every command that reads a register, with and without what is remembered of it, beside a first check."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from tests.bench.check import TURNS
from tests.bench.measure import Measured, measure, median
from tests.factory import write_register

PROJECT = Path(__file__).resolve().parents[2]
DANHBA = Path(sys.executable).parent / "danhba"
DAY = "2026-11-24"
EDIT = ("--document", "9/QĐ-UBND", "--date", DAY, "--dry-run", "--yes")
# Seconds at 100,000 officials on two idle cores at commit 02f0af5, before there was one way of reading.
BEFORE = {
    "check": 6.9,
    "plan --format json": 19.4,
    "addresses --format json": 17.5,
    "addresses": 105.0,
    "who": 18.7,
}
# What is asked at 100,000: parts of a first check, MiB in all processes, seconds where it is remembered, text to JSON.
FIRST, AGAIN, MEMORY, SOON, TEXT, AT = 1.2, 0.5, 400, 1.5, 2.0, 100_000
WHOLE = ("plan --format json", "plan", "addresses --format json", "addresses")


@dataclass(frozen=True)
class Command:
    """A command without anything remembered, and with everything."""

    name: str
    first: Measured | None
    again: Measured


class Turn(NamedTuple):
    """A first check, and all commands after it."""

    check: Measured
    commands: Sequence[Command]


@dataclass(frozen=True)
class Row:
    """All commands on a register of one size, each by the middle of its turns; `check` is a first one."""

    officials: int
    check: Measured
    commands: Sequence[Command]


def run(console: Console, folder: Path, sizes: Sequence[int]) -> dict[str, Any]:
    """Measure and show; the figures as data."""
    rows = [_row(console, folder, size) for size in sizes]
    for row in rows:
        console.print(_table(row))
    for row in [row for row in rows if row.officials <= AT][-1:]:
        for what, value, holds in _verdicts(row):
            console.print(
                f"{what} ({row.officials:,}): {value} {'✓' if holds else '✗'}", style="green" if holds else "red"
            )
    return {"rows": [asdict(row) for row in rows]}


def _row(console: Console, folder: Path, officials: int) -> Row:
    console.print(f"{officials:,} CCVC / officials: mọi lệnh / every command …")
    register, home = folder / f"register-{officials}", folder / "home"
    shutil.rmtree(register, ignore_errors=True)
    write_register(register, officials=officials)
    turns = [_turn(register, home) for _number in range(TURNS)]
    shutil.rmtree(register)
    commands = zip(*(turn.commands for turn in turns), strict=True)
    return Row(officials, median([turn.check for turn in turns]), list(map(_middle, commands)))


def _turn(register: Path, home: Path) -> Turn:
    """A first check and each command: side by side, for a machine is faster at one time than at another."""
    _forget(home)
    check = _danhba(("check", register), home)
    return Turn(check, [_command(name, arguments, home) for name, arguments in _commands(register)])


def _middle(turns: Sequence[Command]) -> Command:
    firsts = [turn.first for turn in turns if turn.first]
    return Command(turns[0].name, median(firsts) if firsts else None, median([turn.again for turn in turns]))


def _command(name: str, arguments: Sequence[str | Path], home: Path) -> Command:
    first = None
    if name in WHOLE:
        _forget(home)
        first = _danhba(arguments, home)
    return Command(name, first, _danhba(arguments, home))


def _forget(home: Path) -> None:
    shutil.rmtree(home, ignore_errors=True)


def _danhba(arguments: Sequence[str | Path], home: Path) -> Measured:
    return measure([str(DANHBA), *map(str, arguments)], cwd=PROJECT, env={**os.environ, "XDG_CACHE_HOME": str(home)})


def _commands(register: Path) -> Iterator[tuple[str, Sequence[str | Path]]]:
    agency = sorted((register / "agencies").iterdir())[0]
    person = re.findall(r'- id: "([0-9]+)"', agency.read_text(encoding="utf-8"))[-1]
    yield "check", ("check", register)
    plan = ("plan", register, "--against", "empty", "--as-of", DAY)
    yield "plan --format json", (*plan, "--format", "json")
    yield "plan", plan
    yield "addresses --format json", ("addresses", register, "--as-of", DAY, "--format", "json")
    yield "addresses", ("addresses", register, "--as-of", DAY)
    yield "who", ("who", person, register)
    yield "export --agency", ("export", register, "--format", "csv", "--agency", agency.stem, "--out", "-")
    yield "close --dry-run", ("close", person, register, "--event", "retired", *EDIT)
    yield "suspend --dry-run", ("suspend", person, register, *EDIT)
    yield "open --dry-run", ("open", agency.stem, register, "--name", "Nguyễn Văn An", "--id", "zz9", *EDIT)


def _table(row: Row) -> Table:
    check = f"{row.check.seconds:.2f} s, {row.check.processor:.1f} CPU s"
    table = Table(
        *("lệnh / command", "trước / before s", "first s", ": check", "again s", ": check", "CPU s", "MiB"),
        title=f"{row.officials:,} CCVC / officials; check, first: {check}",
    )
    for command in row.commands:
        before = BEFORE.get(command.name) if row.officials == AT else None
        table.add_row(
            command.name,
            f"{before:.1f}" if before else "",
            *_cells(command.first, row.check),
            *_cells(command.again, row.check),
            f"{command.again.processor:.2f}",
            f"{_peak(command):.0f}",
        )
    return table


def _cells(run: Measured | None, check: Measured) -> tuple[str, str]:
    return (f"{run.seconds:.2f}", f"{run.seconds / check.seconds:.2f}") if run else ("", "")


def _peak(command: Command) -> float:
    return max(run.peak for run in (command.first, command.again) if run)


def _verdicts(row: Row) -> Iterator[tuple[str, str, bool]]:
    named = {command.name: command for command in row.commands}
    for name in WHOLE:
        first, again = named[name].first, named[name].again
        part = first.seconds / row.check.seconds if first else 0.0
        yield f"{name}: first check ≤ {FIRST}", f"{part:.2f}", part <= FIRST
        part = again.seconds / row.check.seconds
        yield f"{name}, remembered : first check ≤ {AGAIN}", f"{part:.2f}", part <= AGAIN
        yield f"{name}: memory ≤ {MEMORY} MiB", f"{_peak(named[name]):.0f} MiB", _peak(named[name]) <= MEMORY
    for name in ("plan", "addresses"):
        ratio = named[name].again.seconds / named[f"{name} --format json"].again.seconds
        yield f"{name}: text : JSON ≤ {TEXT}", f"{ratio:.2f}", ratio <= TEXT
    for command in row.commands:
        if command.name not in (*WHOLE, "check"):
            yield (
                f"{command.name}, remembered ≤ {SOON} s",
                f"{command.again.seconds:.2f} s",
                command.again.seconds <= SOON,
            )
