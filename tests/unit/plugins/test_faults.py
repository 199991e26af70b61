"""The callback laocai.mail.faults: why a run failed, as its tasks say it to people."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.laocai.mail.plugins.callback import faults

from tests.support.deployment import PROJECT, environment


class Callback(faults.CallbackModule):
    """With a file in place of Ansible's options."""

    def __init__(self, file: str) -> None:
        super().__init__()
        self.file = file

    def get_option(self, _name: str, *_more: Any) -> str:
        return self.file


def result(host: str = "mail", fields: dict[str, Any] | None = None, **said: Any) -> Any:
    """What a failed task said, as Ansible gives it to a callback."""
    return SimpleNamespace(
        _result=said,
        _host=SimpleNamespace(get_name=lambda: host),
        _task=SimpleNamespace(get_name=lambda: "Do it"),
        _task_fields=fields or {},
    )


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"msg": "không được\nit could not be\n"}, "không được\nit could not be"),
        ({"failed": True}, "Do it"),
        ({"failed": True, "msg": "geheim", "_ansible_no_log": True}, "Do it"),
        (
            {
                "failed": True,
                "msg": "One or more items failed",
                "results": [{"msg": "một"}, {"failed": True, "msg": "hai"}, {"unreachable": True, "msg": "ba"}],
            },
            "hai\nba",
        ),
        ({"failed": True, "msg": "x" * 5000}, "x" * 4000),
    ],
)
def test_failed_task_is_reported_with_its_message(tmp_path: Path, said: dict[str, Any], fault: str) -> None:
    callback = Callback(str(tmp_path / "faults"))
    callback.v2_runner_on_failed(result(**said))
    callback.v2_playbook_on_stats(None)
    assert (tmp_path / "faults").read_text(encoding="utf-8") == f"mail: {fault}\n\n"


def test_failures_of_a_real_run_are_written(tmp_path: Path) -> None:
    """As Ansible calls it."""
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "tasks": [
            {"name": "Refuse", "ansible.builtin.assert": {"that": "false", "fail_msg": "không -- no", "quiet": True}}
        ],
    }
    (tmp_path / "play.yml").write_text(json.dumps([play]), encoding="utf-8")
    known = {"ANSIBLE_CALLBACKS_ENABLED": "laocai.mail.faults", "DANHBA_FAULTS": str(tmp_path / "faults")}
    command = [str(Path(sys.executable).with_name("ansible-playbook")), str(tmp_path / "play.yml")]
    done = subprocess.run(command, cwd=PROJECT, env=environment() | known, check=False, capture_output=True)
    assert done.returncode == 2
    assert (tmp_path / "faults").read_text(encoding="utf-8") == "localhost: không -- no\n\n"


def test_same_message_is_written_once_and_runs_are_appended(tmp_path: Path) -> None:
    file = tmp_path / "faults"
    for name in ("a", "b"):
        callback = Callback(str(file))
        callback.v2_runner_on_failed(result("one", failed=True, msg=name))
        callback.v2_runner_on_failed(result("two", failed=True, msg=name))
        callback.v2_runner_on_unreachable(result("two", unreachable=True, msg=f"{name}: no route"))
        callback.v2_playbook_on_stats(None)
    told = "one: a\n\ntwo: a: no route\n\none: b\n\ntwo: b: no route\n\n"
    assert file.read_text(encoding="utf-8") == told
    assert file.stat().st_mode & 0o777 == 0o600


def test_ignored_failure_is_not_written(tmp_path: Path) -> None:
    callback = Callback(str(tmp_path / "faults"))
    callback.v2_runner_on_failed(result(failed=True, msg="a"), ignore_errors=True)
    callback.v2_runner_on_unreachable(result(fields={"ignore_unreachable": True}, unreachable=True, msg="b"))
    callback.v2_playbook_on_stats(None)
    assert not list(tmp_path.iterdir())


def test_faults_without_file_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    callback = Callback("")
    callback.v2_runner_on_failed(result(failed=True, msg="a"))
    callback.v2_playbook_on_stats(None)
    assert not list(tmp_path.iterdir())
