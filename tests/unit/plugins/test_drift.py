"""The callback laocai.mail.drift: what a run changes, or would change, written down."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.laocai.mail.plugins.callback import drift


class Callback(drift.CallbackModule):
    """With a file in place of Ansible's options."""

    def __init__(self, file: str) -> None:
        super().__init__()
        self.file = file

    def get_option(self, _name: str, *_more: Any) -> str:
        return self.file


def result(changed: bool = True, **said: Any) -> Any:
    """A task's result, as Ansible gives it to a callback."""
    return SimpleNamespace(
        _result={"changed": changed, **said},
        _host=SimpleNamespace(get_name=lambda: "mail.example.org"),
        _task=SimpleNamespace(get_name=lambda: "Run it"),
        is_changed=lambda: changed,
    )


def written(file: Path, *results: Any) -> str:
    callback = Callback(str(file))
    for one in results:
        callback.v2_runner_on_ok(one)
    callback.v2_playbook_on_stats(None)
    return lines(file)


def lines(file: Path) -> str:
    """What is told behind what it means; of nothing, nothing."""
    text = file.read_text(encoding="utf-8")
    assert not text or text.startswith(drift.INTRODUCTION)
    return text.removeprefix(drift.INTRODUCTION)


@pytest.mark.parametrize(
    ("said", "about"),
    [
        ({"paths": ["/etc/one", "/etc/two"]}, ": /etc/one, /etc/two"),
        ({"paths": ["/etc/missing"], "names": ["postfix", "vmail"]}, ": postfix, vmail"),
        ({"paths": [f"/etc/{number}" for number in range(12)]}, f": {', '.join(f'/etc/{n}' for n in range(10))}"),
        ({"name": "postfix.service"}, ": postfix.service"),
        ({"results": [{"changed": True, "name": "a"}, {"changed": False, "name": "b"}]}, ": a"),
        ({"results": [{"changed": True, "item": "c"}]}, ": c"),
        ({"stdout": "geheim"}, ""),
        ({"name": "geheim", "_ansible_no_log": True}, ""),
    ],
)
def test_each_changed_task_is_a_line(tmp_path: Path, said: dict[str, Any], about: str) -> None:
    assert written(tmp_path / "drift", result(**said)) == f"mail.example.org: Run it{about}\n"


def test_run_without_changes_empties_the_file(tmp_path: Path) -> None:
    file = tmp_path / "drift"
    assert written(file, result(), result(changed=False)).count("\n") == 1
    assert file.stat().st_mode & 0o777 == 0o600
    assert not written(file, result(changed=False))


def test_drift_without_file_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Callback("").v2_playbook_on_stats(None)
    assert not list(tmp_path.iterdir())


def test_failed_or_unreachable_task_is_a_line(tmp_path: Path) -> None:
    file = tmp_path / "drift"
    callback = Callback(str(file))
    failed = result(False, failed=True, msg="the database\ndoes not answer")
    failed._task_fields = {}
    callback.v2_runner_on_failed(failed)
    callback.v2_runner_on_failed(failed, ignore_errors=True)
    callback.v2_runner_on_unreachable(failed)
    failed._task_fields = {"ignore_unreachable": True}
    callback.v2_runner_on_unreachable(failed)
    callback.v2_playbook_on_stats(None)
    line = (
        "mail.example.org: từ đây trở đi chưa so sánh được -- not compared from here on: Run it: "
        "the database does not answer\n"
    )
    assert lines(file) == line * 2
