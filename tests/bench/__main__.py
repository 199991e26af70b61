"""`python -m tests.bench`: apply growing registers to a real host, beside an Ansible loop; check, beside yamllint."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.measure import Measured, measure
from tests.deployment import FQDN, PROJECT, Deployment, environment
from tests.factory import write_register
from tests.lab import Lab

NAME, ADDRESS = "bench", "10.233.0.50"
SIZES = (1_000, 10_000, 100_000)
LOOP = 50
DAY = "2026-11-24"
# Ansible feeds a module to a bare interpreter on the host, which this machine sees among its processes.
CONTROLLER, MODULE = r"ansible-playbook\0", r"^/usr/bin/python3\0$"
EMPTY = (
    "ALTER TABLE mail.run DISABLE TRIGGER ALL; ALTER TABLE mail.audit DISABLE TRIGGER ALL;"
    "TRUNCATE mail.account, mail.run CASCADE;"
    "ALTER TABLE mail.run ENABLE TRIGGER ALL; ALTER TABLE mail.audit ENABLE TRIGGER ALL"
)


@dataclass(frozen=True)
class Row:
    """What was measured for one size of register."""

    officials: int
    first: Measured
    same: Measured
    one: Measured
    check: Measured
    yamllint: Measured


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
        """Apply a register of a size three times, and check it."""
        self.console.print(f"{officials:,} CCVC / officials …")
        register = self.folder / f"register-{officials}"
        write_register(register, officials=officials)
        deployment = Deployment(self.deployment.host, self.folder / "private", register)
        deployment.host.run(f'runuser -u postgres -- psql -q danhba -c "{EMPTY}"', timeout=300)
        first, same = self._apply(deployment), self._apply(deployment)
        self._change_one(register)
        one = self._apply(deployment)
        programs = Path(sys.executable).parent
        check = measure([str(programs / "danhba"), "check", str(register)], cwd=PROJECT, env=dict(os.environ))
        lint = [str(programs / "yamllint"), "--no-warnings", "-c", str(PROJECT / ".yamllint"), str(register)]
        yamllint = measure(lint, cwd=PROJECT, env=dict(os.environ))
        shutil.rmtree(register)
        return Row(officials, first, same, one, check, yamllint)

    def _apply(self, deployment: Deployment) -> Measured:
        command = deployment.command("accounts", as_of=DAY)
        return measure(command, cwd=PROJECT, env=environment(), markers=(CONTROLLER, MODULE))

    def _change_one(self, register: Path) -> None:
        agency = max((register / "agencies").iterdir(), key=lambda path: path.stat().st_size)
        text = agency.read_text(encoding="utf-8")
        assert "title: Chuyên viên\n" in text
        agency.write_text(text.replace("title: Chuyên viên\n", "title: Chuyên viên chính\n", 1), encoding="utf-8")

    def loop(self) -> float:
        """Seconds that one account takes in an Ansible loop: of LOOP accounts, less what a loop of none takes."""
        return (self._loop(LOOP) - self._loop(0)) / LOOP

    def _loop(self, count: int) -> float:
        command = self.deployment.command("accounts", count=str(count))
        command[-1] = "tests/bench/loop.yml"
        return measure(command, cwd=PROJECT, env=environment()).seconds


def show(console: Console, rows: list[Row], loop: float) -> None:
    """The figures, and the ratios that count."""
    table = Table(
        "CCVC / officials",
        *("first apply s", "no change s", "one change s", "controller MiB", "host MiB", "loop s", "no change : loop"),
        *("check s", "yamllint s", "yamllint : check"),
        title="laocai.mail.accounts; danhba check",
    )
    for row in rows:
        runs = (row.first, row.same, row.one)
        table.add_row(
            f"{row.officials:,}",
            *(f"{run.seconds:.1f}" for run in runs),
            *(f"{max(run.memory.get(marker, 0) for run in runs):.0f}" for marker in (CONTROLLER, MODULE)),
            f"{loop * row.officials:,.0f}",
            f"1 : {loop * row.officials / row.same.seconds:,.0f}",
            f"{row.check.seconds:.2f}",
            f"{row.yamllint.seconds:.2f}",
            f"{row.yamllint.seconds / row.check.seconds:.1f} : 1",
        )
    console.print(table)
    account = f"{loop * 1000:.0f} ms một tài khoản / an account"
    console.print(f"Vòng lặp Ansible / Ansible loop: {account}, đo trên / measured on {LOOP}")
    for before, after in pairwise(rows):
        sizes = f"{before.officials:,} → {after.officials:,} (× {after.officials / before.officials:.0f})"
        console.print(f"{sizes}: no change × {after.same.seconds / before.same.seconds:.1f}")


def main() -> int:
    """Measure, print a table, and write the same as JSON where asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="số CCVC / numbers of officials")
    parser.add_argument("--json", type=Path, help="tệp kết quả / file for the results")
    options = parser.parse_args()
    console = Console(highlight=False, width=200 if not sys.stdout.isatty() else None)
    console.print(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} CPU")
    try:
        with tempfile.TemporaryDirectory(prefix="danhba-bench-") as folder:
            bench = Bench(console, Path(folder))
            bench.deploy()
            rows = [bench.row(size) for size in options.sizes]
            loop = bench.loop()
    finally:
        Lab().down(NAME)
    show(console, rows, loop)
    if options.json:
        results = [{"officials": r.officials, "no_change": r.same.seconds, "first": r.first.seconds} for r in rows]
        options.json.write_text(json.dumps({"loop": loop, "rows": results}, indent=2), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
