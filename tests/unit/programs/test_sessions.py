"""How mail sessions are ended, with a program in doveadm's place."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from danhba_host import session_endings, sessions
from danhba_host.credentials.sessions import Dovecot
from danhba_host.journal import Away, Refused

ADDRESS = "nvvinh-stttt@laocai.gov.vn"

Doveadm = Callable[[int], list[list[str]]]


@pytest.fixture
def doveadm(monkeypatch: pytest.MonkeyPatch) -> Doveadm:
    """Has doveadm end with a status from now on; the commands that it gets."""

    def answering(status: int) -> list[list[str]]:
        commands: list[list[str]] = []

        def run(command: list[str], **_options: object) -> subprocess.CompletedProcess[str]:
            commands.append(command)
            return subprocess.CompletedProcess(command, status, "", "Fatal:\n  not today")

        monkeypatch.setattr(subprocess, "run", run)
        return commands

    return answering


@pytest.mark.parametrize("status", [0, 68])
def test_ended_or_nobody_there(doveadm: Doveadm, status: int) -> None:
    commands = doveadm(status)
    sessions.kick("/run/anvil", ADDRESS, timeout_seconds=1)
    assert commands == [["/usr/bin/doveadm", "-O", "kick", "-a", "/run/anvil", ADDRESS]]


@pytest.mark.parametrize(("there", "error"), [(True, Refused), (False, Away)])
def test_failure_waits_where_dovecot_is_away(
    doveadm: Doveadm, tmp_path: Path, there: bool, error: type[Exception]
) -> None:
    doveadm(75)
    socket = tmp_path / "anvil"
    if there:
        socket.touch()
    with pytest.raises(error, match="has not ended the sessions: Fatal: not today"):
        sessions.kick(str(socket), ADDRESS, timeout_seconds=1)


@pytest.mark.parametrize("error", [subprocess.TimeoutExpired("doveadm", 1), FileNotFoundError("doveadm")])
def test_no_answer_is_a_failure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: Exception) -> None:
    def run(*_arguments: object, **_options: object) -> None:
        raise error

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(Refused, match="doveadm"):
        sessions.kick(str(tmp_path), ADDRESS, timeout_seconds=1)


def test_many_are_ended_at_once(doveadm: Doveadm) -> None:
    commands = doveadm(0)
    addresses = [f"a{number}@x" for number in range(501)]
    session_endings.end("/run/anvil", addresses[:500])
    assert [command[-1] for command in commands] == addresses[:500]
    session_endings.end("/run/anvil", addresses)
    assert [command[-1] for command in commands[500:]] == ["*"]


def test_service_is_told_what_went_wrong(doveadm: Doveadm) -> None:
    assert Dovecot("").end(ADDRESS) == "", "no Dovecot on this host"
    commands = doveadm(0)
    assert Dovecot("/run/anvil").end(ADDRESS) == ""
    assert commands[0][-1] == ADDRESS
    doveadm(75)
    assert "not today" in Dovecot("/run/anvil").end(ADDRESS)


class List:
    """The list of the database, as the job's connection sees it."""

    def __init__(self, rows: list[tuple[int, str]]) -> None:
        self.rows = rows

    def __enter__(self) -> List:
        return self

    def __exit__(self, *_: object) -> None:
        """The connection is closed."""

    def execute(self, query: str, parameters: list[list[int]] | None = None) -> List:
        if query.startswith("DELETE") and parameters:
            self.rows = [row for row in self.rows if row[0] not in parameters[0]]
        return self

    def fetchall(self) -> list[tuple[int, str]]:
        return self.rows


@pytest.fixture
def listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> List:
    """A list of two entries for one mailbox, and the settings of the job."""
    made = List([(1, ADDRESS), (2, ADDRESS)])
    monkeypatch.setattr(session_endings, "connect", lambda *_arguments, **_options: made)
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path))
    settings = {"database": "x", "database_socket_dir": "x", "anvil_socket": "/nowhere"}
    (tmp_path / "settings.json").write_text(json.dumps(settings))
    return made


def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The exit status of one run, and what it says."""
    status = session_endings.main(["--settings", str(folder / "settings.json")])
    return status, capsys.readouterr().out


def test_list_is_worked_off_once(
    doveadm: Doveadm, listed: List, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    doveadm(0)
    status, said = run(tmp_path, capsys)
    assert status == 0
    assert "ended the mail sessions of 1 mailboxes" in said
    assert listed.rows == []
    assert (tmp_path / "ended").exists()
    assert run(tmp_path, capsys) == (0, ""), "nothing is said twice"


def test_list_stays_while_dovecot_is_away(
    doveadm: Doveadm, listed: List, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    doveadm(1)
    assert run(tmp_path, capsys) == (75, "")
    assert len(listed.rows) == 2
    assert not (tmp_path / "ended").exists()
