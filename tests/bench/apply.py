"""Apply growing registers to a real host, beside an Ansible loop."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.check import DAY, TURNS, change_one, program
from tests.bench.measure import Measured, measure, median
from tests.factory import write_register
from tests.lab import Lab
from tests.lab.host import INTERPRETER
from tests.support.deployment import FQDN, PROJECT, Deployment, environment

NAME, ADDRESS = "bench", "10.233.0.50"
LOOP = 50
# What is asked of an apply over a playbook that does nothing, in parts of a first check; the second for a first apply.
UNCHANGED, FIRST, AT = 0.8, 2.0, 100_000
# Ansible feeds a module to the host's interpreter, which this machine sees among its processes.
CONTROLLER, MODULE = r"ansible-playbook\0", rf"^/usr/bin/python3\0/{re.escape(str(INTERPRETER))}\0$"
BOOK = "danhba-addressbook-sync.service"
# What only grows refuses to be emptied, by triggers that do not fire in a session of this kind.
EMPTY = "SET session_replication_role = replica; TRUNCATE mail.account, mail.run CASCADE"


@dataclass(frozen=True)
class Row:
    """What was measured for one size of register; `check` is a first one of the same register."""

    officials: int
    check: Measured
    first: Measured
    same: Measured
    one: Measured

    def parts(self, nothing: float) -> tuple[float, float, float]:
        """How much longer each apply takes than a playbook that does nothing, in parts of the check."""
        first, same, one = ((run.seconds - nothing) / self.check.seconds for run in (self.first, self.same, self.one))
        return first, same, one


def run(console: Console, folder: Path, sizes: Sequence[int]) -> dict[str, Any]:
    """Measure and show; the figures as data."""
    try:
        bench = Bench(console, folder)
        bench.deploy()
        rows = [bench.row(size) for size in sizes]
        nothing, loop = bench.nothing(), bench.loop()
    finally:
        Lab().down(NAME)
    show(console, rows, nothing, loop)
    return {"nothing": nothing, "loop": loop, "rows": list(map(asdict, rows))}


class Bench:
    """Everything that is measured, on one host."""

    def __init__(self, console: Console, folder: Path) -> None:
        self.console = console
        self.folder = folder
        self.deployment: Deployment

    def deploy(self) -> None:
        """A mail server as `make demo` has it."""
        self.console.print("Dựng máy chủ / deploying …")
        host = Lab().up(NAME, address=ADDRESS, fqdn=FQDN)
        self.deployment = Deployment(host, self.folder / "private")
        self.deployment.play("site")

    def row(self, officials: int) -> Row:
        """Check a register of a size, and apply it three times, with nothing remembered at the first."""
        self.console.print(f"{officials:,} CCVC / officials: apply …")
        register = self.folder / f"register-{officials}"
        write_register(register, officials=officials)
        deployment = Deployment(self.deployment.host, self.folder / "private", register)
        deployment.host.run(f'runuser -u postgres -- psql -q danhba -c "{EMPTY}"', timeout=300)
        checks, same = [self._check(register, 0)], []
        first = self._apply(deployment)
        # The book of a new province is written in the background for a minute or more, on the same processors.
        deployment.host.run(f"for n in 1 2; do systemctl start {BOOK}; done", timeout=900)
        # In turn, for a machine is faster at one time than at another.
        for turn in range(1, TURNS):
            same.append(self._apply(deployment))
            checks.append(self._check(register, turn))
        same.append(self._apply(deployment))
        change_one(register)
        one = self._apply(deployment)
        shutil.rmtree(register)
        return Row(officials, median(checks), first, median(same), one)

    def _check(self, register: Path, turn: int) -> Measured:
        """A first check: what it remembers is its own."""
        return program("danhba", "check", register, home=self.folder / f"{register.name}-checked-{turn}")

    def _apply(self, deployment: Deployment) -> Measured:
        command = deployment.command("accounts", as_of=DAY)
        return measure(command, cwd=PROJECT, env=environment(), markers=(CONTROLLER, MODULE))

    def nothing(self) -> float:
        """Seconds of a playbook on this host that loops over nothing."""
        return self._loop(0)

    def loop(self) -> float:
        """Seconds that one account takes in an Ansible loop: of LOOP accounts, less what a loop of none takes."""
        return (self._loop(LOOP) - self._loop(0)) / LOOP

    def _loop(self, count: int) -> float:
        command = self.deployment.command("accounts", count=str(count))
        command[-1] = "tests/bench/loop.yml"
        return measure(command, cwd=PROJECT, env=environment()).seconds


def show(console: Console, rows: Sequence[Row], nothing: float, loop: float) -> None:
    """The figures, and the ratios that count."""
    table = Table(
        "CCVC / officials",
        *(
            "check s",
            "first apply s",
            "no change s",
            "one change s",
            "over nothing : check",
            "controller MiB",
            "host MiB",
            "loop s",
            "no change : loop",
        ),
        title="laocai.mail.accounts",
    )
    for row in rows:
        runs = (row.first, row.same, row.one)
        table.add_row(
            f"{row.officials:,}",
            *(f"{run.seconds:.1f}" for run in (row.check, *runs)),
            ", ".join(f"{part:.2f}" for part in row.parts(nothing)),
            *(f"{max(run.memory.get(marker, 0) for run in runs):.0f}" for marker in (CONTROLLER, MODULE)),
            f"{loop * row.officials:,.0f}",
            f"1 : {loop * row.officials / row.same.seconds:,.0f}",
        )
    console.print(table)
    account = f"{loop * 1000:.0f} ms một tài khoản / an account"
    console.print(f"Vòng lặp Ansible / Ansible loop: {account}, đo trên / measured on {LOOP}")
    for before, after in pairwise(rows):
        sizes = f"{before.officials:,} → {after.officials:,} (× {after.officials / before.officials:.0f})"
        console.print(f"{sizes}: no change × {after.same.seconds / before.same.seconds:.1f}")
    for what, size, value, holds in _verdicts(rows, nothing):
        console.print(f"{what} ({size:,}): {value} {'✓' if holds else '✗'}", style="green" if holds else "red")


def _verdicts(rows: Sequence[Row], nothing: float) -> Iterator[tuple[str, int, str, bool]]:
    for row in [row for row in rows if row.officials <= AT][-1:]:
        first, same, one = row.parts(nothing)
        yield f"first apply ≤ {FIRST}", row.officials, f"{first:.2f}", first <= FIRST
        yield f"no change ≤ {UNCHANGED}", row.officials, f"{same:.2f}", same <= UNCHANGED
        yield f"one change ≤ {UNCHANGED}", row.officials, f"{one:.2f}", one <= UNCHANGED
