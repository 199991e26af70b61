"""What the operators are told: the same again when a day is over, and not before."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

import pytest

from tests.support.deployment import PROJECT, changed, environment

SUBJECT, TEXT = "Thử", "mail: sai"


def tell(folder: Path) -> str:
    """What the playbook would do, told this machine in place of the mail server."""
    (folder / "inventory.yml").write_text("mail: {hosts: {mail: {ansible_connection: local, ansible_become: false}}}\n")
    (folder / "told.txt").write_text(f"{TEXT}\n", encoding="utf-8")
    values = {
        "notify_subject": SUBJECT,
        "notify_file": folder / "told.txt",
        "private_dir": folder,
        "register_dir": PROJECT / "directory",
        "ansible_python_interpreter": sys.executable,
    }
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "--inventory", str(folder / "inventory.yml")]
    for name, value in values.items():
        command += ["--extra-vars", f"{name}={value}"]
    done = subprocess.run(
        [*command, "--check", "playbooks/notify_operators.yml"],
        cwd=PROJECT,
        env=environment(),
        check=False,
        text=True,
        capture_output=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize(("hours", "again"), [(None, True), (19, False), (23.5, True)])
def test_what_a_daily_timer_finds_each_day_is_told_each_day(tmp_path: Path, hours: float | None, again: bool) -> None:
    """A timer's run does not begin on the second, so that two are less than a day apart, too."""
    if hours is not None:
        mark = tmp_path / "told" / sha256(f"{SUBJECT}{TEXT}".encode()).hexdigest()
        mark.parent.mkdir()
        mark.touch()
        os.utime(mark, (time.time() - hours * 3600,) * 2)
    assert (changed(tell(tmp_path)) > 0) is again
