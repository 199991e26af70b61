"""One playbook at a time: the lock is the controller's own, and is free however its playbook has ended."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.deployment import PROJECT, environment

PLAY = f"""\
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.import_tasks: {PROJECT}/playbooks/tasks/alone.yml
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.import_tasks: {PROJECT}/playbooks/tasks/alone.yml  # as a playbook that is imported
    - ansible.builtin.wait_for: {{path: "{{{{ private_dir }}}}/go-on", timeout: 60}}
"""
PLAYBOOK = str(Path(sys.executable).with_name("ansible-playbook"))


# What has Ansible run a playbook, and is not its command: no lock could be tied to it.
OTHERWISE = "import sys; from ansible.cli.playbook import main; sys.argv[0] = 'other'; main()"


def begin(
    folder: Path, *before: str, options: Sequence[str] = (), by: Sequence[str] = (PLAYBOOK,)
) -> subprocess.Popen[str]:
    """A run of which the private files are in a folder, which need not be there."""
    there = next(above for above in folder.parents if above.exists())
    play = there / f"{folder.name}.yml"
    play.write_text(PLAY)
    command = [*before, *by, "--inventory", "localhost,", "--connection", "local"]
    values = ["--extra-vars", f"private_dir={folder} ansible_python_interpreter={sys.executable}"]
    return subprocess.Popen(
        [*command, *values, *options, str(play)],
        env={**os.environ, **environment()},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
    )


def ended(run: subprocess.Popen[str]) -> str:
    """What a run said that has to end well."""
    said = run.communicate(timeout=60)[0]
    assert run.returncode == 0, said
    return said


def is_locked(folder: Path) -> bool:
    if not folder.exists():
        return False
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
    assert "failed=0" in ended(begin(tmp_path, "flock", "--nonblock", str(tmp_path / "lock")))
    wait_for(tmp_path, locked=False)


def test_another_lock_above_it_is_no_matter(tmp_path: Path) -> None:
    """Whatever words that has, one too long for the name of a file among them."""
    (tmp_path / "go-on").touch()
    before = ("flock", "--nonblock", str(tmp_path / "other"), "env", f"X={'x' * 300}")
    assert "failed=0" in ended(begin(tmp_path, *before))


def test_a_folder_that_is_not_there_yet_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    private = tmp_path / ".private/production"
    run = begin(private)
    wait_for(private, locked=True)
    assert [folder.stat().st_mode & 0o777 for folder in (private.parent, private)] == [0o700] * 2
    assert (private / "lock").stat().st_mode & 0o777 == 0o600
    (private / "go-on").touch()
    ended(run)
    wait_for(private, locked=False)


@pytest.mark.parametrize("options", [("--check",), ("--extra-vars", "alone=false")])
def test_check_mode_and_what_cannot_wait_take_no_lock(tmp_path: Path, options: tuple[str, ...]) -> None:
    (tmp_path / "go-on").touch()
    with (tmp_path / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ended(begin(tmp_path, options=options))


def test_it_is_tied_to_ansible_that_python_has_begun(tmp_path: Path) -> None:
    run = begin(tmp_path, by=(sys.executable, "-m", "ansible", "playbook"))
    wait_for(tmp_path, locked=True)
    run.send_signal(signal.SIGKILL)
    run.wait()
    wait_for(tmp_path, locked=False)


def test_a_lock_that_cannot_be_taken_is_told_as_that(tmp_path: Path) -> None:
    (tmp_path / "lock").mkdir()
    said = begin(tmp_path).communicate(timeout=60)[0]
    assert "could not be taken" in said
    assert "Is a directory" in said
    assert "Another playbook" not in said


def test_it_is_refused_to_what_is_no_playbooks_command(tmp_path: Path) -> None:
    run = begin(tmp_path, by=(sys.executable, "-c", OTHERWISE))
    said = run.communicate(timeout=60)[0]
    assert run.returncode != 0
    assert "add -e alone=false" in said
    assert "Another playbook" not in said
