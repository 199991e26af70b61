"""What the controller's units run, by their templates: each command in its turn, as systemd.service(5) has it."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.rendered import ROOT, render

TEMPLATES = ROOT / "roles/controller/templates"
# In place of ansible-playbook: notes what it was asked for, and fails where it is to.
PROGRAM = """#!/bin/sh
line="$(basename "$1") $2"
echo "$line" >> {folder}/ran
grep -qxF "$line" {folder}/fails && echo "mail: sai -- wrong" >> "$DANHBA_FAULTS"
! grep -qxF "$line" {folder}/fails
"""
CHECK, NOTIFY, SITE, VERIFY, AUDIT = (
    "site.yml --check",
    "notify_operators.yml -e",
    "site.yml ",
    "verify.yml ",
    "audit.yml ",
)
WHOLE = [CHECK, NOTIFY, SITE, VERIFY, AUDIT]


@dataclass(frozen=True)
class Unit:
    """A unit whose commands run here, without its sandbox."""

    folder: Path
    name: str

    @property
    def text(self) -> str:
        program = self.folder / "ansible-playbook"
        program.write_text(PROGRAM.format(folder=self.folder))
        program.chmod(0o755)
        values = {"__controller_ansible": str(program), "controller_private": str(self.folder)}
        return render(TEMPLATES / f"{self.name}.j2", **values)

    def commands(self) -> list[tuple[bool, list[str]]]:
        """Whether a failure counts, and the words of each command, in order."""
        found = re.findall(r"^Exec(?:StartPre|Start|StopPost)=(-?)(.*)$", self.text, re.MULTILINE)
        # What is to be there first stands in a file that is included further down.
        lines = sorted(found, key=lambda each: "/bin/rm " not in each[1])
        return [(not mark, shlex.split(_expanded(line))) for mark, line in lines]

    def run(self, *fails: str) -> tuple[bool, list[str]]:
        """Whether the unit fails when these do, and what ran."""
        (self.folder / "fails").write_text("".join(f"{line}\n" for line in fails))
        environment = {
            "PATH": "/usr/bin:/bin",
            "DANHBA_FAULTS": str(self.folder / "unit.faults"),
            "MONITOR_INVOCATION_ID": "5e1f",
        }
        failed = False
        for counts, words in self.commands():
            failed = subprocess.run(words, env=environment, check=False).returncode != 0 and counts
            if failed:
                break
        return failed, (self.folder / "ran").read_text().splitlines()

    def ended(self, result: str, run: str) -> None:
        """What systemd does when the unit has ended, as it did and in the run of that id."""
        (line,) = re.findall(r"^ExecStopPost=(.*)$", self.text, re.MULTILINE)
        environment = {"PATH": "/usr/bin:/bin", "SERVICE_RESULT": result, "INVOCATION_ID": run}
        subprocess.run(shlex.split(_expanded(line)), env=environment, check=True)


def _expanded(line: str) -> str:
    return line.replace("$$", "$").replace("%N", "unit").replace("%i", "failed")


@pytest.fixture
def drift(tmp_path: Path) -> Unit:
    return Unit(tmp_path, "danhba-drift.service")


def test_check_unit_compares_mails_applies_and_verifies(drift: Unit) -> None:
    assert drift.run() == (False, [*WHOLE, NOTIFY])


@pytest.mark.clause("R9.2")
def test_failed_check_mode_is_mailed_and_changes_are_applied(drift: Unit) -> None:
    """As with PostgreSQL off: it is not started in check mode, and the next module asks it."""
    assert drift.run(CHECK) == (False, [*WHOLE, NOTIFY])


@pytest.mark.parametrize("fails", [(SITE,), (VERIFY,), (AUDIT,), (SITE, VERIFY)])
def test_each_command_runs_after_a_failure_and_the_unit_fails(drift: Unit, fails: tuple[str, ...]) -> None:
    assert drift.run(*fails) == (True, WHOLE)
    assert (drift.folder / "unit.faults").read_text() == "mail: sai -- wrong\n" * len(fails)


def test_unsent_mail_is_sent_at_the_end_or_the_unit_fails(drift: Unit) -> None:
    assert drift.run(NOTIFY) == (True, [*WHOLE, NOTIFY])


def test_failure_mail_has_the_reason_before_the_log(tmp_path: Path) -> None:
    (tmp_path / "failed.faults.5e1f").write_text("mail: Kế hoạch bị từ chối\n\n")
    (tmp_path / "failed.faults.0ther").write_text("mail: của lần khác\n\n")
    assert Unit(tmp_path, "danhba-told@.service").run() == (False, [NOTIFY])
    told = (tmp_path / "failed.txt").read_text(encoding="utf-8")
    assert told.startswith("mail: Kế hoạch bị từ chối\n\nNhật ký -- the log:\n")
    assert not [*tmp_path.glob("*.faults*")]


def test_failure_mail_has_the_last_runs_reason_when_systemd_names_the_next(tmp_path: Path) -> None:
    """As on a busy machine: of a run that goes on there is no reason yet, and may never be one."""
    for run, written in (("1ast", 2_000_000), ("01d", 1_000_000)):
        reason = tmp_path / f"failed.faults.{run}"
        reason.write_text(f"mail: {run}\n\n")
        os.utime(reason, (written, written))
    assert Unit(tmp_path, "danhba-told@.service").run() == (False, [NOTIFY])
    told = (tmp_path / "failed.txt").read_text(encoding="utf-8")
    assert told.startswith("mail: 1ast\n\nNhật ký -- the log:\n")
    assert not [*tmp_path.glob("*.faults*")]


def test_failure_mail_without_reason_has_only_the_log(tmp_path: Path) -> None:
    assert Unit(tmp_path, "danhba-told@.service").run() == (False, [NOTIFY])
    assert (tmp_path / "failed.txt").read_text(encoding="utf-8").startswith("Nhật ký -- the log:\n")


def test_next_run_does_not_remove_the_reason_of_the_mail(tmp_path: Path) -> None:
    """The timer may come by before the letter is begun."""
    follow, faults = Unit(tmp_path, "danhba-follow.service"), tmp_path / "unit.faults"
    for run, result in (("5e1f", "exit-code"), ("600d", "success")):
        faults.write_text(f"mail: {run}\n")
        follow.ended(result, run)
    follow.run()
    assert {path.name: path.read_text() for path in tmp_path.glob("unit.faults*")} == {
        "unit.faults.5e1f": "mail: 5e1f\n"
    }
    follow.ended("exit-code", "n0ne")  # nothing was written down


@pytest.mark.parametrize("name", ["danhba-follow", "danhba-drift", "danhba-monthly"])
def test_each_unit_writes_its_reason_where_the_mail_reads_it(tmp_path: Path, name: str) -> None:
    text = Unit(tmp_path, f"{name}.service").text
    assert "OnFailure=danhba-told@%N.service" in text
    assert f"DANHBA_FAULTS={tmp_path}/%N.faults\n" in text
    assert f"ExecStartPre=/bin/rm -f {tmp_path}/%N.faults\n" in text


# Playbooks that may run beside another: they change neither the servers nor the database, but for these reasons.
BESIDE = {
    "controller": "changes the controller's own units",
    "dns": "asks",
    "drill": "restores beside the living host, on whose own lock it waits; an hour and more",
    "incidents": "asks",
    "report": "asks",
    "status": "asks",
    "notify_operators": "writes a letter, about what holds the lock, too",
    "trace": "asks, while somebody waits",
    "verify": "asks",
}


def test_changing_playbook_takes_the_shared_lock() -> None:
    for path in sorted((ROOT / "playbooks").glob("*.yml")):
        takes = "import_tasks: tasks/alone.yml" in path.read_text(encoding="utf-8")
        assert takes is not (path.stem in BESIDE), path.stem
