"""What a program says, and the status by which it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from danhba_host import journal
from danhba_host.journal import Away, Refused


def failing(error: Exception) -> str:
    raise error


@pytest.mark.parametrize(
    ("error", "status"),
    [(Away("cơ sở dữ liệu\n  không trả lời"), 75), (Refused("cơ sở dữ liệu\n  không trả lời"), 1)],
)
def test_failure_is_one_line_and_a_status(capsys: pytest.CaptureFixture[str], error: Exception, status: int) -> None:
    assert journal.run(lambda: failing(error)) == status
    assert capsys.readouterr() == ("", "cơ sở dữ liệu không trả lời\n")


@pytest.mark.parametrize(("said", "printed"), [("đã làm -- done", "đã làm -- done\n"), ("", "")])
def test_success(capsys: pytest.CaptureFixture[str], said: str, printed: str) -> None:
    assert journal.run(lambda: said) == 0
    assert capsys.readouterr() == (printed, "")


def test_a_fault_of_the_program_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        journal.run(lambda: failing(ZeroDivisionError()))


@pytest.mark.parametrize(
    ("work", "stream", "line"),
    [
        ("'done'", 1, "<5>done\n"),
        ("(_ for _ in ()).throw(Away('x'))", 2, "<4>x\n"),
        ("(_ for _ in ()).throw(Refused('x'))", 2, "<3>x\n"),
    ],
)
def test_the_journal_is_told_the_priority(tmp_path: Path, work: str, stream: int, line: str) -> None:
    """systemd says in the environment which file the journal is."""
    path = tmp_path / "journal"
    code = f"from danhba_host.journal import *; run(lambda: {work})"
    with path.open("wb") as file:
        status = os.fstat(file.fileno())
        environment = {**os.environ, "JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"}
        environment["PYTHONPATH"] = os.pathsep.join(sys.path)
        streams = [None, file] if stream == 2 else [file, None]
        subprocess.run([sys.executable, "-c", code], check=True, env=environment, stdout=streams[0], stderr=streams[1])
    assert path.read_text() == line
