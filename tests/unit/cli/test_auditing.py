"""`danhba audit verify`: exit statuses, JSON and what is said, of a file or the standard input."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from danhba.auditing import heads
from danhba.auditing.chain import MOST, Head
from danhba.cli import main
from tests.support.chains import Batch, chain, export, rows

Run = Callable[..., Result]
MADE = [Batch("mail.run", (("1", "a"),), "adopted"), Batch("mail.audit", (("1", "b"), ("2", "c")))]
SEALS = chain(MADE)
GOOD = b"\n".join(export(SEALS, rows(MADE))) + b"\n"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)

    def invoke(octets: bytes, *more: str, language: str = "en", file: str = "audit.txt") -> Result:
        Path("audit.txt").write_bytes(octets)
        words = ["audit", "verify", file, *more]
        result = CliRunner().invoke(main, words, input=octets, env={"LANGUAGE": language})
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        return result

    return invoke


def test_what_holds(run: Run) -> None:
    result = run(GOOD)
    assert (result.exit_code, result.stderr) == (0, "")
    head = f"the newest seal is 2 of {SEALS[1].at}, {SEALS[1].hash}"
    assert result.stdout.splitlines() == [
        f"the records are as they were written: 2 seals, 3 rows; {head}",
        "1 rows of mail.run were there before the chain: they are as on that day, and no more is known",
    ]
    assert run(GOOD, file="-").stdout == result.stdout
    data = json.loads(run(GOOD, "--format", "json").stdout)
    assert data == {
        "holds": True,
        "head": {"n": 2, "hash": SEALS[1].hash, "at": SEALS[1].at},
        "seals": 2,
        "rows": {"mail.run": 1, "mail.audit": 2},
        "adopted": {"mail.run": 1},
        "faults": [],
        "found": 0,
    }


def test_nothing_yet(run: Run) -> None:
    assert run(b"\n".join(export([], [])), language="vi").stdout == "nhật ký còn trống: chưa có niêm phong nào\n"


@pytest.mark.clause("R9.6")
def test_what_does_not_hold_is_named(run: Run) -> None:
    result = run(GOOD.replace(b"row mail.audit 2 c", b"row mail.audit 2 x"), language="vi")
    assert result.exit_code == 1
    assert result.stdout.splitlines()[:2] == [
        "nhật ký đã bị sửa: 1 chỗ không khớp chuỗi niêm phong; những chỗ đầu tiên:",
        "  dòng 2 của mail.audit không còn như khi niêm phong 2 được lập: đã bị sửa",
    ]


def test_of_very_many_faults_it_is_said_how_many(run: Run) -> None:
    many = [Batch("mail.run", tuple((str(number), "x") for number in range(MOST + 7)))]
    lines = run(b"\n".join(export(chain(many), []))).stdout.splitlines()
    assert (len(lines), lines[-1]) == (MOST + 2, "  … and 7 more")


def test_a_kept_head_is_compared(run: Run) -> None:
    Path("heads.jsonl").write_text(heads.line(Head(1, SEALS[0].hash, "2026")) + heads.line(Head(2, "a" * 64, "2026")))
    result = run(GOOD, "--head", "heads.jsonl")
    assert result.exit_code == 1
    assert "the chain was made anew behind seal 1" in result.stdout
    Path("heads.jsonl").write_text(heads.line(Head(2, SEALS[1].hash, "2026")))
    assert run(GOOD, "--head", "heads.jsonl").exit_code == 0


@pytest.mark.parametrize(
    ("octets", "more", "words"),
    [
        (GOOD[:-20], (), "is no whole export"),
        (b"", (), "line 1: this is no whole export"),
        (GOOD, ("--head", "none.jsonl"), "cannot read none.jsonl: No such file"),
        (GOOD, ("--head", "audit.txt"), "audit.txt, line 1: this is no head"),
    ],
)
def test_what_cannot_be_read_is_refused(run: Run, octets: bytes, more: tuple[str, ...], words: str) -> None:
    result = run(octets, *more)
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr


def test_a_file_that_is_not_there(run: Run) -> None:
    result = run(GOOD, file="none.txt")
    assert result.exit_code == 2
    assert "cannot read none.txt: No such file" in result.stderr
