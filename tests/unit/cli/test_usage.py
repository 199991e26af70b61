"""`danhba usage`: its JSON, which outside checks rely on, its table, and what it says of what cannot be counted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from danhba.cli import main
from tests.support.registers import SAMPLE, edited, write
from tests.support.usage import MONDAY, REGISTER, every, lines

Run = Callable[..., Result]
BY_PROGRAM = (
    "by a program alone: days that count as met, on which a program asked at fixed intervals and nobody read anything"
)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command over a small register and some events, for a Monday."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "directory", SAMPLE)

    def invoke(
        *told: str, first: str = MONDAY, last: str = MONDAY, form: str = "json", language: str = "vi", more: str = ""
    ) -> Result:
        Path("events.jsonl").write_text("\n".join(told) + "\n" * bool(told), encoding="utf-8")
        words = ["usage", "--events", "events.jsonl", "--from", first, "--to", last, "--format", form, *more.split()]
        result = CliRunner().invoke(main, words, env={"LANGUAGE": language})
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        return result

    return invoke


@pytest.mark.clause("R8.1", "R8.2", "R9.5", "R13")
def test_json_is_what_outside_checks_rely_on(run: Run) -> None:
    told = lines("07:30 login, 07:30 login, 08:00 read, 13:20 select", "official/000101")
    result = run(*told, *lines("07:30 login, 10:00 login, 14:00 login, 16:00 login", "agency/stttt"))
    assert (result.exit_code, result.stderr) == (0, "")
    found = {row["mailbox"]: row for row in json.loads(result.stdout)}
    assert found["official/000101"] == {
        "mailbox": "official/000101",
        "day": MONDAY,
        "windows": [2, 0, 1, 0],
        "checks": 2,
        "required": 2,
        "met": True,
        "agency": "stttt",
        "polled": [0, 0, 0, 0],
        "attended": 2,
    }
    assert list(found["agency/stttt"].items())[:6] == [
        ("mailbox", "agency/stttt"),
        ("day", MONDAY),
        ("windows", [1, 1, 1, 1]),
        ("checks", 4),
        ("required", 4),
        ("met", True),
    ]
    assert [name for name, row in found.items() if not row["checks"]] == ["official/000102", "agency/ubnd"]


def test_a_row_for_each_open_mailbox_and_working_day(run: Run) -> None:
    found = json.loads(run(first="2026-02-27", last="2026-03-03").stdout)
    assert {row["day"] for row in found} == {"2026-02-27", "2026-03-02", "2026-03-03"}
    assert len(found) == 3 * len({row["mailbox"] for row in found})


@pytest.mark.clause("R9.5", "R13")
def test_the_table_has_the_worst_first_and_totals(run: Run) -> None:
    asking = every(10, "07:00", "16:50", "login")
    told = [*lines(asking, "official/000101"), *lines("08:00 login", "official/000102")]
    said = run(*told, form="text", language="en").stdout.splitlines()
    assert said[0] == "Checks of mailboxes from 02/03/2026 to 02/03/2026 (Article 8), working days: 1"
    assert [line.split("  ")[0].strip() for line in said[2:6]] == [
        "contact-stttt@laocai.gov.vn",
        "contact-ubnd@laocai.gov.vn",
        "vinhnv-stttt@laocai.gov.vn",
        "nvvinh-stttt@laocai.gov.vn",
    ]
    assert said[5].split()[-5:] == ["1", "1", "100.0", "%", "1"]
    assert said[6:] == [
        "Contact mailboxes: 2; working days of all: 2, met: 0 (0.0 %)",
        "Officials' mailboxes: 2; working days of all: 2, met: 1 (50.0 %)",
        BY_PROGRAM,
    ]
    assert "Kiểm tra hộp thư từ 02/03/2026" in run(*told, form="text").stdout


def test_what_stands_in_no_row_is_told_beside_it(run: Run) -> None:
    later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86_400))
    told = [
        *lines("08:00 login", "official/7"),
        *lines("08:00 login, 09:00 login", "official/8"),
        *lines("08:00 login", "official/000101", "2026-03-01"),
        *lines(f"2026-02-27T08:00:00Z login, {later} login", "official/000101"),
    ]
    result = run(*told, first="2026-03-01", language="en")
    assert (result.exit_code, len(json.loads(result.stdout))) == (0, 4)
    assert result.stderr.splitlines() == [
        "events of mailboxes that this register does not have, not counted: 3 (official/8, official/7)",
        "events before or after the period, not counted: 2",
        "events on days off, not counted: 1",
        "events of a time still to come: 1; look at the clock of the host that wrote them",
    ]


def test_a_mailbox_that_was_not_open_is_told(run: Run) -> None:
    result = run(*lines("08:00 login", "official/000101", "2010-10-14"), first="2010-10-14", last="2010-10-14")
    assert "không mở vào ngày đó, không tính: 1" in result.stderr


def test_no_event_and_no_working_day_are_told(run: Run) -> None:
    nothing = run(first="2026-03-07", last="2026-03-08", language="en")
    assert (nothing.exit_code, nothing.stdout) == (0, "[]\n")
    assert nothing.stderr.splitlines() == [
        "the file holds no event; is it the right one?",
        "there is no working day from 2026-03-07 to 2026-03-08, so there is nothing to show",
    ]
    assert "tệp không có dấu hiệu nào" in run().stderr
    assert "hộp thư" not in run(first="2026-03-07", last="2026-03-08", form="text").stdout.splitlines()[1:2]


def test_a_year_whose_days_off_nobody_has_decided_is_told(run: Run) -> None:
    result = run(*lines("08:00 login", "official/000101", "2028-03-01"), first="2028-03-01", last="2028-03-01")
    assert "ngày nghỉ của năm 2028 chỉ tính theo luật" in result.stderr


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ("{", "không phải một đối tượng JSON"),
        ('{"time": "2026-03-02 08:00", "kind": "login", "mailbox": "official/1"}', "không phải thời điểm có múi giờ"),
        ('{"time": "2026-03-02T08:00:00Z", "kind": "sent", "mailbox": "official/1"}', "chỉ có: login, select, read"),
        ('{"time": "2026-03-02T08:00:00Z", "kind": "login"}', "dấu hiệu thiếu 'mailbox'"),
        ('{"time": "2026-03-02T08:00:00Z", "kind": "login", "mailbox": "x"}', "hãy ghi official/"),
        ("x" * 200_000, "có đúng tệp này không?"),
    ],
)
@pytest.mark.parametrize("form", ["json", "text"])
def test_a_line_that_is_no_event_stops_it(run: Run, bad: str, said: str, form: str) -> None:
    result = run(*lines("08:00 login", "official/000101"), "", bad, form=form)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("danhba: events.jsonl, dòng 3: ")
    assert said in result.stderr
    assert "chưa đếm gì cả" in result.stderr


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2026-03-03", "2026-03-02", "đứng trước ngày đầu"),
        ("2025-01-01", "2026-01-02", "dài 367 ngày, nhiều nhất là 366"),
        ("1999-12-31", "2000-01-01", "từ năm 2000 đến năm 2099"),
        ("2099-12-31", "2100-01-01", "từ năm 2000 đến năm 2099"),
        ("30/02/2026", "2026-03-02", "tháng 2 năm 2026 có 28 ngày"),
    ],
)
def test_a_period_that_cannot_be_meant(run: Run, first: str, last: str, said: str) -> None:
    result = run(first=first, last=last)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_the_longest_period(run: Run) -> None:
    assert run(first="2025-01-01", last="2026-01-01").exit_code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--events none.jsonl --from 2026-03-02 --to 2026-03-02", "none.jsonl"),
        ("--events directory --from 2026-03-02 --to 2026-03-02", "directory"),
        ("--from 2026-03-02 --to 2026-03-02", "--events"),
        ("--events events.jsonl --to 2026-03-02", "--from"),
        ("nowhere --events events.jsonl --from 2026-03-02 --to 2026-03-02", "nowhere"),
    ],
)
@pytest.mark.usefixtures("run")
def test_what_cannot_run_ends_with_2(words: str, said: str) -> None:
    Path("events.jsonl").write_text("", encoding="utf-8")
    result = CliRunner().invoke(main, ["usage", *words.split()], env={"LANGUAGE": "vi"})
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_a_register_that_does_not_hold_is_not_counted_by(run: Run, tmp_path: Path) -> None:
    write(tmp_path / "directory", edited("agencies/stttt.yml", ("77/QĐ-STTTT", "77")))
    result = run()
    assert (result.exit_code, result.stdout) == (1, "")


def outside(tmp_path: Path, told: bytes | None, **more: object) -> subprocess.CompletedProcess[bytes]:
    """As a process of its own, which reads its standard input; None where that is closed."""
    write(tmp_path / "directory", REGISTER)
    words = ["usage", "--events", "-", "--from", MONDAY, "--to", MONDAY, "--format", "json"]
    command = [str(Path(sys.executable).with_name("danhba")), *words]
    if told is None:
        command = ["sh", "-c", 'exec "$@" <&-', "sh", *command]
    environment = {**os.environ, "LANGUAGE": "en"}
    return subprocess.run(command, cwd=tmp_path, input=told, capture_output=True, check=False, env=environment)


def test_the_standard_input(tmp_path: Path) -> None:
    done = outside(tmp_path, "\n".join(lines("08:00 login, 14:00 login")).encode())
    assert (done.returncode, done.stderr) == (0, b"")
    assert [row["met"] for row in json.loads(done.stdout) if row["mailbox"] == "official/1"] == [True]


def test_a_file_without_an_end_is_no_file_of_events(tmp_path: Path) -> None:
    write(tmp_path / "directory", REGISTER)
    danhba = Path(sys.executable).with_name("danhba")
    words = f"usage --events /dev/zero --from {MONDAY} --to {MONDAY}"
    command = ["sh", "-c", f"ulimit -v 2000000; exec '{danhba}' {words}"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (2, b"")
    assert "dòng 1".encode() in done.stderr


def test_a_standard_input_that_is_closed(tmp_path: Path) -> None:
    done = outside(tmp_path, None)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"cannot read -" in done.stderr
