"""The warning of a mailbox that is nearly full, with programs in the place of Dovecot's."""

from __future__ import annotations

import json
import os
import subprocess
import time
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from danhba_host import free_space, quota
from danhba_host.journal import Away
from tests.support.programs import QUOTA

USER = "nvvinh-stttt@laocai.gov.vn"
ANSWER = "Quota name\tType\tValue\tLimit\t%\nUser quota\tSTORAGE\t1690000\t2097152\t80\nUser quota\tMESSAGE\t7\t-\t0\n"


@dataclass
class Dovecot:
    """Dovecot's programs: what they are given, and what they say."""

    answer: str = ANSWER
    fails: str = ""
    sent: list[tuple[list[str], bytes]] = field(default_factory=list)

    def run(self, command: list[str], *, input: bytes, **_: Any) -> subprocess.CompletedProcess[bytes]:  # noqa: A002
        if command[0] == self.fails:
            raise subprocess.CalledProcessError(75, command, stderr=b"Fatal:\n  not today")
        if command[0] == quota.DELIVER:
            self.sent.append((command, input))
        return subprocess.CompletedProcess(command, 0, self.answer.encode())


@pytest.fixture
def dovecot(monkeypatch: pytest.MonkeyPatch) -> Dovecot:
    programs = Dovecot()
    monkeypatch.setattr(subprocess, "run", programs.run)
    return programs


@pytest.fixture(autouse=True)
def noted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses of which the database is told that they have no room."""
    addresses: list[str] = []
    monkeypatch.setattr(free_space, "note_over", lambda _settings, user: addresses.append(user))
    return addresses


def warn(folder: Path, percent: int = 80, what: str = "warn", **changes: Any) -> int:
    """Run the program as Dovecot does, with the folder as the mailbox's home."""
    path = folder / "settings.json"
    path.write_text(json.dumps(QUOTA | changes))
    return quota.main(["--settings", str(path), what, str(percent), USER, str(folder)])


def message(dovecot: Dovecot) -> EmailMessage:
    [(_command, octets)] = dovecot.sent
    return message_from_bytes(octets, policy=policy.default)


@pytest.mark.parametrize(("percent", "expected"), [(79, []), (80, [USER]), (95, [USER])])
def test_postfix_is_to_ask_from_then_on(
    dovecot: Dovecot, noted: list[str], tmp_path: Path, percent: int, expected: list[str]
) -> None:
    """The same again, too: a warning that was sent before is not sent anew, and the note is."""
    for times in (1, 2):
        assert warn(tmp_path, percent) == 0
        assert noted == expected * times
    assert len(dovecot.sent) == 1


def test_what_is_only_noted_warns_nobody(dovecot: Dovecot, noted: list[str], tmp_path: Path) -> None:
    assert warn(tmp_path, what="note") == 0
    assert (noted, dovecot.sent) == ([USER], [])


def test_owner_is_warned_while_the_database_is_away(
    monkeypatch: pytest.MonkeyPatch, dovecot: Dovecot, tmp_path: Path
) -> None:
    def fail(*_arguments: str) -> None:
        raise Away("cơ sở dữ liệu không trả lời -- the database does not answer")

    monkeypatch.setattr(free_space, "note_over", fail)
    assert warn(tmp_path) == 75
    assert len(dovecot.sent) == 1


def test_warning_is_delivered_past_the_quota(dovecot: Dovecot, tmp_path: Path) -> None:
    assert warn(tmp_path) == 0
    [(command, _octets)] = dovecot.sent
    assert command == [quota.DELIVER, "-d", USER, "-f", QUOTA["sender"], "-o", "quota_enforce=no"]


def test_warning_says_how_full_it_is_and_what_to_do(dovecot: Dovecot, tmp_path: Path) -> None:
    warn(tmp_path, support="điện thoại 0214 3 840 034")
    warning = message(dovecot)
    assert warning["Subject"] == "Hộp thư này đã dùng 80 % dung lượng"
    assert warning["To"] == USER
    assert warning["Auto-Submitted"] == "auto-generated"
    for said in ("1,6 GB trên 2,0 GB (80 %)", "https://mail/", "điện thoại 0214 3 840 034"):
        assert said in warning.get_content()


def test_nobody_is_named_where_there_is_no_support(dovecot: Dovecot, tmp_path: Path) -> None:
    warn(tmp_path)
    assert "xin liên hệ" not in message(dovecot).get_content()


@pytest.mark.parametrize(("days_ago", "warnings"), [(6.9, 1), (7.1, 2)])
def test_the_same_warning_waits_for_days(dovecot: Dovecot, tmp_path: Path, days_ago: float, warnings: int) -> None:
    warn(tmp_path)
    then = time.time() - days_ago * 86400
    os.utime(tmp_path / ".quota-warning-80", (then, then))
    warn(tmp_path)
    assert len(dovecot.sent) == warnings


def test_another_percentage_is_another_warning(dovecot: Dovecot, tmp_path: Path) -> None:
    warn(tmp_path, 80)
    warn(tmp_path, 95)
    assert len(dovecot.sent) == 2


@pytest.mark.parametrize("program", ["/usr/bin/doveadm", quota.DELIVER])
def test_failure_is_one_line_and_is_tried_again(
    dovecot: Dovecot, tmp_path: Path, capsys: pytest.CaptureFixture[str], program: str
) -> None:
    dovecot.fails = program
    assert warn(tmp_path) == 1
    assert capsys.readouterr().err == (
        f"không gửi được cảnh báo hộp thư sắp đầy -- the warning was not sent: {program}: Fatal: not today\n"
    )
    dovecot.fails = ""
    assert warn(tmp_path) == 0
    assert len(dovecot.sent) == 1


@pytest.mark.parametrize("answer", ["", "Quota name\tType\tValue\tLimit\t%\nUser quota\tMESSAGE\t7\t-\t0\n"])
def test_mailbox_without_a_quota(
    dovecot: Dovecot, tmp_path: Path, capsys: pytest.CaptureFixture[str], answer: str
) -> None:
    dovecot.answer = answer
    assert warn(tmp_path) == 1
    assert "the warning was not sent" in capsys.readouterr().err
    assert dovecot.sent == []


@pytest.mark.parametrize(
    ("kib", "text"),
    [(0, "0 KB"), (1023, "1023 KB"), (1024, "1,0 MB"), (1024 * 1024 - 1, "1024,0 MB"), (1024 * 1024, "1,0 GB")],
)
def test_sizes_have_a_decimal_comma(kib: int, text: str) -> None:
    assert quota.size(kib) == text
