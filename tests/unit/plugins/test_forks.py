"""What Ansible forks for a task leaves its memory alone, loads little: by the settings of a clone and a province."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.deployment import PROJECT, environment

SETTINGS = [PROJECT / "ansible.cfg", PROJECT / "plugins/module_utils/danhba/founding/files/ansible.cfg"]
COLLECTIONS = str(PROJECT / ".ansible/collections")
# A task that tells how many objects its process does not look at, and what was loaded.
TELLS = """\
import gc, json, sys
from ansible.plugins.action import ActionBase

class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        with open(self._task.args["to"], "w") as file:
            json.dump([gc.get_freeze_count(), list(sys.modules)], file)
        return {"changed": False}
"""
# What Ansible's own plugins begin with that most tasks use: all filters, all tests, a lookup, and how a module is run.
OF_MOST_TASKS = (
    "ansible.plugins.filter.core_",
    "ansible.plugins.test.core_",
    "ansible_collections.ansible.builtin.plugins.lookup.file",
    "ansible.plugins.action.normal",
)


def told(folder: Path, settings: Path) -> tuple[int, tuple[str, ...]]:
    """How many objects a task's process has frozen, and of what most tasks use, what it has from its parent."""
    (folder / "action_plugins").mkdir()
    (folder / "action_plugins/tells.py").write_text(TELLS, encoding="utf-8")
    play = {"hosts": "localhost", "gather_facts": False, "tasks": [{"tells": {"to": str(folder / "told")}}]}
    (folder / "play.yml").write_text(json.dumps([play]), encoding="utf-8")
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "--inventory", "localhost,"]
    own = {"ANSIBLE_CONFIG": str(settings), "ANSIBLE_COLLECTIONS_PATH": COLLECTIONS}
    subprocess.run([*command, str(folder / "play.yml")], cwd=PROJECT, env={**environment(), **own}, check=True)
    frozen, modules = json.loads((folder / "told").read_text(encoding="utf-8"))
    return frozen, tuple(plugin for plugin in OF_MOST_TASKS if any(name.startswith(plugin) for name in modules))


@pytest.mark.parametrize("settings", SETTINGS, ids=["clone", "province"])
def test_what_was_there_before_a_fork_is_neither_searched_nor_loaded_in_it(tmp_path: Path, settings: Path) -> None:
    frozen, loaded = told(tmp_path, settings)
    assert frozen > 10_000
    assert loaded == OF_MOST_TASKS


def test_without_it_it_is(tmp_path: Path) -> None:
    (tmp_path / "ansible.cfg").write_text("[defaults]\n", encoding="utf-8")
    assert told(tmp_path, tmp_path / "ansible.cfg") == (0, ())
