"""What Ansible forks for a task leaves its memory alone: seen in a task, by the settings of a clone and a province."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.deployment import PROJECT, environment

SETTINGS = [PROJECT / "ansible.cfg", PROJECT / "plugins/module_utils/danhba/founding/files/ansible.cfg"]
COLLECTIONS = str(PROJECT / ".ansible/collections")
# A task that tells how many objects its process does not look at, and fails, so that it is told.
TELLS = """\
import gc
from ansible.plugins.action import ActionBase

class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        return {"failed": True, "msg": f"frozen: {gc.get_freeze_count()}."}
"""


def frozen(folder: Path, settings: Path) -> int:
    (folder / "action_plugins").mkdir()
    (folder / "action_plugins/tells.py").write_text(TELLS, encoding="utf-8")
    play = {"hosts": "localhost", "gather_facts": False, "tasks": [{"tells": {}}]}
    (folder / "play.yml").write_text(json.dumps([play]), encoding="utf-8")
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "--inventory", "localhost,"]
    known = {**os.environ, **environment(), "ANSIBLE_CONFIG": str(settings), "ANSIBLE_COLLECTIONS_PATH": COLLECTIONS}
    done = subprocess.run(
        [*command, str(folder / "play.yml")], cwd=PROJECT, env=known, check=False, text=True, capture_output=True
    )
    return int(done.stdout.partition("frozen: ")[2].partition(".")[0])


@pytest.mark.parametrize("settings", SETTINGS, ids=["clone", "province"])
def test_what_was_there_before_a_fork_is_not_searched_in_it(tmp_path: Path, settings: Path) -> None:
    assert frozen(tmp_path, settings) > 10_000


def test_without_it_all_is(tmp_path: Path) -> None:
    (tmp_path / "ansible.cfg").write_text("[defaults]\n", encoding="utf-8")
    assert frozen(tmp_path, tmp_path / "ansible.cfg") == 0
