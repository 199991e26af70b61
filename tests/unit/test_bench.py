"""The bench on registers that are small enough for a test: whether it measures, not what."""

from __future__ import annotations

import json
import os
import re
import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from tests.bench.__main__ import main
from tests.bench.commands import WHOLE
from tests.bench.measure import measure
from tests.bench.webmail import LOGINS, Rates, show

EATER = "import sys; held = bytearray(int(sys.argv[1]) << 20); held[::4096] = b'x' * len(held[::4096]); import time; "
CHILD = "import time; held = b'x' * (60 << 20); time.sleep(0.5)"
STARTED = f"import subprocess; subprocess.run([sys.executable, '-c', {CHILD!r}])"
FORKED = "import os; pid = os.fork(); time.sleep(0.5); pid and os.wait()"


def eat(mebibytes: int, more: str = "time.sleep(0.5)") -> float:
    """What is measured of a program that needs so many MiB."""
    command = [sys.executable, "-c", EATER + more, str(mebibytes)]
    return measure(command, cwd=Path(), env=dict(os.environ)).peak


def test_memory_is_that_of_all_processes_with_what_they_share_counted_once() -> None:
    alone, forked = eat(60), eat(60, FORKED)
    assert 60 < alone < 90
    assert 60 < forked < 90
    assert 120 < eat(60, STARTED) < 170


def test_a_command_that_fails_is_told(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="ended with 3:\nwhy"):
        measure(["sh", "-c", "echo why; exit 3"], cwd=tmp_path, env={})


def test_the_part_about_the_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "results.json"
    assert main(["--parts", "check", "--sizes", "200", "--growth", "200", "400", "--json", str(out)]) == 0
    shown = capsys.readouterr().out
    assert "200 → 400: check ~ n^" in shown
    assert "yamllint + check-jsonschema : check ≥ 45 (200): " in shown
    assert "1 file touched : all < 0.1 (400): " in shown
    found = json.loads(out.read_text(encoding="utf-8"))["check"]
    (compared,) = found["compared"]
    assert all(compared[name]["seconds"] > 0 for name in ("yamllint", "jsonschema", "check"))
    assert [row["officials"] for row in found["grown"]] == [200, 400]
    assert all(row[name]["peak"] > 5 for row in found["grown"] for name in ("check", "same", "touched", "base", "plan"))


def test_the_part_about_every_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "results.json"
    assert main(["--parts", "commands", "--sizes", "200", "--json", str(out)]) == 0
    shown = capsys.readouterr().out
    assert "plan, remembered : first check ≤ 0.5 (200): " in shown
    assert "close --dry-run, remembered ≤ 1.5 s (200): " in shown
    (row,) = json.loads(out.read_text(encoding="utf-8"))["commands"]["rows"]
    assert all(command["again"]["seconds"] > 0 for command in row["commands"])
    assert [command["name"] for command in row["commands"] if command["first"]] == [*WHOLE]


def test_the_part_about_the_webmail_shows_both_and_the_gain() -> None:
    out = StringIO()
    rates = [Rates("IMAP logins", 120.0, 30.0), Rates("webmail: message opened", 9.0, 6.0)]
    show(Console(file=out, width=200), rates, users=4, seconds=2)
    assert re.search(r"IMAP logins\s.*120\.0\s.*30\.0\s.*4\.0 : 1", out.getvalue())
    assert re.search(r"message opened\s.*9\.0\s.*6\.0\s.*1\.5 : 1", out.getvalue())


def test_the_load_on_the_host_is_a_program() -> None:
    compile(LOGINS, "logins.py", "exec")


def test_an_unknown_part(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--parts", "check,speed"])
    assert "no such part: speed" in capsys.readouterr().err
