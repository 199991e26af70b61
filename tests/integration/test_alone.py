"""One playbook at a time: the lock is the controller's own, and is free however its playbook has ended."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.support.deployment import PROJECT, environment

PLAY = f"""\
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.import_tasks: {PROJECT}/playbooks/tasks/alone.yml
    - ansible.builtin.wait_for: {{path: "{{{{ private_dir }}}}/go-on", timeout: 60}}
"""
PLAYBOOK = str(Path(sys.executable).with_name("ansible-playbook"))


def begin(folder: Path, *before: str) -> subprocess.Popen[str]:
    (folder / "play.yml").write_text(PLAY)
    command = [*before, PLAYBOOK, "--inventory", "localhost,", "--connection", "local"]
    values = ["--extra-vars", f"private_dir={folder} ansible_python_interpreter={sys.executable}"]
    return subprocess.Popen(
        [*command, *values, str(folder / "play.yml")],
        env=environment(),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
    )


def is_locked(folder: Path) -> bool:
    done = subprocess.run(["flock", "--nonblock", str(folder / "lock"), "true"], check=False)
    return done.returncode != 0


def wait_for(folder: Path, *, locked: bool) -> None:
    end = time.monotonic() + 60
    while is_locked(folder) is not locked:
        assert time.monotonic() < end
        time.sleep(0.1)


def test_another_one_is_refused_until_the_first_was_killed(tmp_path: Path) -> None:
    first = begin(tmp_path)
    wait_for(tmp_path, locked=True)
    second = begin(tmp_path)
    said = second.communicate(timeout=60)[0]
    assert second.returncode != 0
    assert "Another playbook" in said
    first.send_signal(signal.SIGKILL)
    first.wait()
    wait_for(tmp_path, locked=False)


def test_who_has_begun_it_by_flock_has_it_already(tmp_path: Path) -> None:
    (tmp_path / "go-on").touch()
    done = begin(tmp_path, "flock", "--nonblock", str(tmp_path / "lock"))
    assert done.communicate(timeout=60)[0].count("failed=0")
    assert done.returncode == 0
    wait_for(tmp_path, locked=False)
