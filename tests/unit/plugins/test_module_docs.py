"""What the modules document is what they accept: the manual is checked against the argument specs."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[3]
MODULES = sorted(path.stem for path in (PROJECT / "plugins/modules").glob("*.py"))


class SpecSeen(Exception):
    """Ends a module as soon as it has stated its argument spec."""


def load(name: str) -> Any:
    return importlib.import_module(f"ansible_collections.laocai.mail.plugins.modules.{name}")


def read_spec(module: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    """What a task's options are checked against: by the action plugin's ARGUMENTS, or by the module alone."""
    if hasattr(module, "ARGUMENTS"):
        arguments: dict[str, dict[str, Any]] = module.ARGUMENTS
        return arguments
    seen: dict[str, dict[str, Any]] = {}

    def see(argument_spec: dict[str, dict[str, Any]], **_: Any) -> None:
        seen.update(argument_spec)
        raise SpecSeen

    monkeypatch.setattr(module, "AnsibleModule", see)
    with pytest.raises(SpecSeen):
        module.main()
    return seen


def documented_options(module: Any) -> dict[str, dict[str, Any]]:
    """The options of a module's documentation, with those of the fragments that it extends."""
    page = yaml.safe_load(module.DOCUMENTATION)
    options: dict[str, dict[str, Any]] = dict(page["options"])
    for name in page.get("extends_documentation_fragment", []):
        collection = "ansible_collections.laocai.mail.plugins.doc_fragments"
        fragment = importlib.import_module(f"{collection}.{name.removeprefix('laocai.mail.')}").ModuleDocFragment
        added = yaml.safe_load(fragment.DOCUMENTATION).get("options", {})
        assert not added.keys() & options.keys()
        options |= added
    return options


def without_text(option: dict[str, Any]) -> dict[str, Any]:
    kept = {key: option[key] for key in ("type", "elements", "choices", "required", "default") if key in option}
    return {key: value for key, value in kept.items() if (key, value) != ("required", False)}


@pytest.mark.parametrize("name", MODULES)
def test_documented_options_equal_argument_spec(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = load(name)
    documented = documented_options(module)
    spec = read_spec(module, monkeypatch)
    assert {key: without_text(option) for key, option in documented.items()} == {
        key: without_text(option) for key, option in spec.items()
    }


@pytest.mark.parametrize("name", MODULES)
def test_examples_use_options_that_exist(name: str) -> None:
    module = load(name)
    options = documented_options(module)
    required = {key for key, option in options.items() if option.get("required")}
    tasks = yaml.safe_load(module.EXAMPLES)
    assert tasks
    for task in tasks:
        assert required <= task[f"laocai.mail.{name}"].keys() <= options.keys(), task["name"]


@pytest.fixture(scope="module")
def manual(tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """What Ansible's own command says of all modules: most of its time is that to begin."""
    environment = os.environ | {
        "ANSIBLE_COLLECTIONS_PATH": str(PROJECT / ".ansible/collections"),
        "ANSIBLE_HOME": str(tmp_path_factory.mktemp("ansible")),
    }
    names = [f"laocai.mail.{name}" for name in MODULES]
    command = [str(Path(sys.executable).with_name("ansible-doc")), "--json", *names]
    return subprocess.run(command, env=environment, check=False, text=True, capture_output=True)


@pytest.mark.parametrize("name", MODULES)
def test_ansible_doc_shows_the_module(name: str, manual: subprocess.CompletedProcess[str]) -> None:
    assert (manual.returncode, manual.stderr) == (0, "")
    page = json.loads(manual.stdout)[f"laocai.mail.{name}"]
    assert page["doc"]["short_description"]
    assert page["doc"]["options"].keys() == documented_options(load(name)).keys()
    assert page["return"]
    assert page["examples"]
