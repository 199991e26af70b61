"""laocai.mail.units: what systemd says of a unit, against the times of its files."""

from __future__ import annotations

import getpass
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from .conftest import Ansible, Database, Outcome

MODULE = "laocai.mail.units"
NAME = "mail.service"
SHOWN = """ActiveEnterTimestamp=Sun 2001-09-09 01:46:40.000000 UTC
StateChangeTimestamp=Sun 2001-09-09 01:48:20.000000 UTC
LoadState={load}
ActiveState=active
UnitFileState=enabled
NeedDaemonReload=no
"""
STARTED, RELOADED = 1_000_000_000, 1_000_000_100  # the same times


@pytest.fixture
def systemd(ansible: Ansible, tmp_path: Path) -> Ansible:
    """Ansible where `systemctl` is a program of the test's own: it tells of one unit that runs, and does nothing."""
    program = tmp_path / "bin/systemctl"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$*" >>{tmp_path}/asked\ncat {tmp_path}/said\n')
    program.chmod(0o755)
    (tmp_path / "said").write_text(SHOWN.format(load="loaded"))
    return replace(ansible, environment=ansible.environment | {"PATH": f"{program.parent}:{os.environ['PATH']}"})


def ask(systemd: Ansible, *, check: bool = False, **unit: Any) -> Outcome:
    return systemd.run(MODULE, {"units": [{"name": NAME, **unit}]}, check=check)


def test_what_is_older_than_its_files_is_named(systemd: Ansible, tmp_path: Path) -> None:
    file = tmp_path / "mail.conf"
    file.touch()
    for seconds, stale in ((STARTED, False), (STARTED + 1, True), (RELOADED + 1, True)):
        os.utime(file, (seconds, seconds))
        done = ask(systemd, start_files=[str(file)], read_files=[str(file)])
        assert (done.changed, done.result["restart"], done.result["reload"]) == (stale, [NAME] * stale, [])
    assert ask(systemd, read_files=[str(file)]).result["reload"] == [NAME]
    assert ask(systemd, read_files=[str(file)], check=True).result["reload"] == [NAME]


def test_a_unit_that_check_mode_has_not_made_is_passed_over(systemd: Ansible, tmp_path: Path) -> None:
    (tmp_path / "said").write_text(SHOWN.format(load="not-found"))
    done = ask(systemd, check=True, read_files=[str(tmp_path / "none")])
    assert (done.status, done.changed) == (0, False), done.output


def test_a_file_that_is_missing_is_refused(systemd: Ansible, tmp_path: Path) -> None:
    done = ask(systemd, read_files=[str(tmp_path / "none")])
    done.assert_refused(f"Thiếu {tmp_path}/none", f"{tmp_path}/none is missing")


def ask_reader(systemd: Ansible, database: Database, /, *, check: bool = False, **other: Any) -> Outcome:
    """Ask for a unit that reads a database as the user of this test, whom the server takes for Dovecot's."""
    reader = {
        "database": database.name,
        "socket_dir": database.server.socket,
        "user": getpass.getuser(),
        "role": "dovecot",
        "views": ["dovecot.passdb", "dovecot.userdb"],
    }
    return systemd.run(MODULE, {"units": [{"name": NAME}], "database": {**reader, **other}}, check=check)


def test_a_database_with_the_views_answers(systemd: Ansible, database: Database) -> None:
    done = ask_reader(systemd, database)
    assert (done.status, done.changed) == (0, False), done.output


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"views": ["dovecot.none"]}, 'relation "dovecot.none" does not exist'),
        ({"views": ["mail.credential"]}, "permission denied"),
        ({"database": "none"}, 'database "none" does not exist'),
        ({"socket_dir": "/nonexistent"}, "No such file or directory"),
        ({"role": "nobody"}, "failed"),
    ],
)
def test_where_the_database_does_not_answer_nothing_is_begun(
    systemd: Ansible, database: Database, tmp_path: Path, other: dict[str, Any], said: str
) -> None:
    (tmp_path / "said").write_text(SHOWN.format(load="loaded").replace("=active", "=inactive"))
    refused = ask_reader(systemd, database, **other)
    refused.assert_refused("chạy role database trước", "run role database first")
    assert said in refused.message
    assert asked(tmp_path) == []
    told = ask_reader(systemd, database, check=True, **other)
    assert (told.status, told.changed) == (0, True), told.output


def asked(folder: Path) -> list[str]:
    """What systemctl was called with, one call a line."""
    return (folder / "asked").read_text().splitlines() if (folder / "asked").exists() else []


def test_what_does_not_run_is_begun_once_the_database_answers(
    systemd: Ansible, database: Database, tmp_path: Path
) -> None:
    (tmp_path / "said").write_text(SHOWN.format(load="loaded").replace("=active", "=inactive"))
    assert ask_reader(systemd, database).changed
    assert f"start {NAME}" in asked(tmp_path)
