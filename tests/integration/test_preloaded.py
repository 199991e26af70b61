"""How tests run Ansible: as a shell would, though it was loaded before."""

from __future__ import annotations

import json
import signal
from concurrent.futures import ThreadPoolExecutor
from types import FrameType

import pytest
from coverage import Coverage

from tests.support import measuring, preloaded
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


def test_one_that_runs_beside_another_does_not_wait_for_it(ansible: Ansible) -> None:
    mark = ansible.folder / "mark"
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(said, ansible, "sh", "-c", f"until [ -e {mark} ]; do sleep 0.1; done; echo met")
        assert said(ansible, "touch", str(mark))[0] == 0
        assert waiting.result(30) == (0, "met")


def test_a_playbook_is_known_as_one_by_the_lock_of_all_playbooks(
    ansible: Ansible, ansible_environment: dict[str, str]
) -> None:
    play = {"hosts": "localhost", "gather_facts": False, "tasks": [{"laocai.mail.lock": {"path": "lock"}}]}
    book = ansible.folder / "play.yml"
    book.write_text(json.dumps([play]), encoding="utf-8")
    command = ["ansible-playbook", "--inventory", "localhost,", "--connection", "local", str(book)]
    done = preloaded.run(command, ansible_environment, ansible.folder)
    assert done.returncode == 0, done.stdout
    assert "failed=0" in done.stdout
    assert (ansible.folder / "lock").exists()


def test_what_is_to_be_measured_is_not_asked_of_one_that_measures_nothing(ansible: Ansible) -> None:
    data = ansible.folder / "data"
    unmeasured = {key: value for key, value in ansible.environment.items() if key != measuring.VARIABLE}
    measured = {**unmeasured, measuring.VARIABLE: measuring.serialized(data)}
    for known in (unmeasured, measured):
        assert "no ansible-playbook" in Ansible(ansible.folder, known).run("laocai.mail.lock", {"path": "lock"}).output
    found = Coverage(config_file=False, data_file=str(data))
    found.combine()
    assert any(file.endswith("plugins/action/lock.py") for file in found.get_data().measured_files())
