"""The bench on registers that are small enough for a test: whether it measures, not what."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from tests.bench import mail, people, sessions
from tests.bench.__main__ import main
from tests.bench.commands import WHOLE
from tests.bench.measure import measure, percentile
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


def shown_by(show: Callable[..., None], *figures: object) -> str:
    console = Console(file=StringIO(), width=200)
    show(console, *figures)
    return str(console.file.getvalue())  # type: ignore[attr-defined]


def test_percentiles() -> None:
    assert percentile([1.0, 2.0, 3.0], 50) == 2.0
    assert percentile([5.0], 95) == 5.0
    assert percentile([], 95) == float("inf")


SESSIONS = sessions.Figures(
    sessions=1000, mailboxes=500, open_rate=60, refused=0, memory_before=200, memory=320,
    notices=sessions.Times([0.1, 0.9]), paced=19.5, sign_ins=30, quiet=sessions.Times([0.01]),
    beside=sessions.Times([0.02]), late={"* BYE [UNAVAILABLE]": 20}, ended=0, died=0,
)  # fmt: skip


def test_the_part_about_sessions() -> None:
    shown = shown_by(sessions.show, SESSIONS)
    assert "whole host at 10,000 ≤ 2048 MiB (1,000): 1400 MiB ✓" in shown
    assert "20 × * BYE [UNAVAILABLE]" in shown
    assert "✗" not in shown


@pytest.mark.parametrize(
    "changes",
    [
        {"memory": 400},
        {"notices": sessions.Times([0.1, 1.1])},
        {"notices": sessions.Times([0.1], missed=1)},
        {"paced": 18.0},
        {"refused": 1},
        {"ended": 1},
        {"died": 1},
        {"late": {}},
    ],
)
def test_what_is_asked_of_sessions(changes: dict[str, Any]) -> None:
    assert shown_by(sessions.show, replace(SESSIONS, **changes)).count("✗") == 1


def test_the_part_about_people() -> None:
    figures = people.Figures(300, 300.0, 500.0, [0.5], {action: [0.1, 0.2] for action in people.ACTIONS})
    assert shown_by(people.show, figures).count("✓") == 2
    figures.actions[people.ACTIONS[0]].append(2.0)
    figures.errors.append("429")
    assert shown_by(people.show, figures).count("✗") == 2


def test_the_part_about_the_mail_path() -> None:
    shown = shown_by(mail.show, [mail.Rates(70, 69)], [mail.Rates(100, 100)], 1000)
    assert "accepted : bare ≥ 0.7: 0.70 ✓" in shown
    assert "delivered : bare ≥ 0.7: 0.69 ✗" in shown
