"""How tests run `ansible`: as a shell would, though it was loaded before."""

from __future__ import annotations

import signal
from types import FrameType

import pytest

from tests.support.waiting import until

from .conftest import Ansible, environment_of, processes

COMMAND = "ansible.builtin.command"


def _cut(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError


def said(ansible: Ansible, *argv: str) -> tuple[int, str]:
    """Ansible's exit status, and what a command printed last."""
    done = ansible.run(COMMAND, {"argv": argv})
    return done.status, done.output.strip().splitlines()[-1]


def test_a_command_that_is_cut_short_ends_and_answers_nobody_else(ansible: Ansible) -> None:
    mark = f"MARK={ansible.folder}"
    before = signal.signal(signal.SIGALRM, _cut)
    try:
        signal.setitimer(signal.ITIMER_REAL, 5)
        with pytest.raises(TimeoutError):
            ansible.run(COMMAND, {"argv": ["env", mark, "sleep", "600"]})
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert said(ansible, "echo", "second") == (0, "second")
    until(lambda: not [pid for pid in processes() if mark.encode() in environment_of(pid)], 30)


def test_each_command_has_its_own_status_folder_and_environment(ansible: Ansible) -> None:
    assert said(ansible, "false")[0] == 2
    assert said(ansible, "pwd") == (0, str(ansible.folder))
    there = Ansible(ansible.folder, {**ansible.environment, "WHOSE": "mine"})
    assert said(there, "printenv", "WHOSE") == (0, "mine")
    assert said(ansible, "printenv", "WHOSE")[0] == 2
