"""laocai.mail.files: what comes to the host is what was asked for, and nothing else is touched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .conftest import Ansible, Outcome

MODULE = "laocai.mail.files"


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """The folder that stands for the host's."""
    folder = tmp_path / "host"
    folder.mkdir()
    return folder


def run(ansible: Ansible, *files: dict[str, Any], **options: Any) -> Outcome:
    check, diff = options.pop("check", False), options.pop("diff", False)
    return ansible.run(MODULE, {"files": list(files), **options}, check=check, diff=diff)


def make(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def read_all(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


def everything(ansible: Ansible, host: Path) -> list[dict[str, Any]]:
    """One entry of each kind."""
    make(ansible.folder / "templates/greeting.j2", "{{ ansible_managed | comment }}\n{{ word }} ạ\n")
    make(ansible.folder / "templates/map.j2", "{{ item.key }}={{ item.value }}\n{% if true %}\nx\n{% endif %}\n")
    make(ansible.folder / "files/program", "#!/bin/sh\n")
    make(ansible.folder / "files/set/a/b", "b\n")
    make(ansible.folder / "files/set/__pycache__/c.pyc", "c")
    make(host / "old", "old")
    return [
        {"path": f"{host}/folder", "directory": True, "mode": "0750"},
        {"path": f"{host}/folder/greeting", "template": "greeting.j2", "vars": {"word": "Chào"}},
        {"path": f"{host}/maps-%s", "template": "map.j2", "each": {"one": 1, "two": 2}},
        {"path": f"{host}/texts-%s", "each": {"one": "một", "two": "hai"}},
        {"path": f"{host}/program", "copy": "program", "mode": "0755", "validate": "sh -n %s"},
        {"path": f"{host}/text", "content": "text"},
        {"path": f"{host}/set", "tree": "set"},
        {"path": f"{host}/link", "link": "text"},
        {"path": f"{host}/old", "absent": True},
    ]


def test_each_kind_comes_about_and_the_second_run_changes_nothing(ansible: Ansible, host: Path) -> None:
    files = everything(ansible, host)
    first = run(ansible, *files)
    assert first.changed, first.output
    assert read_all(host) == {
        "folder/greeting": "#\n# Ansible managed\n#\nChào ạ\n",
        "maps-one": "one=1\nx\n",
        "maps-two": "two=2\nx\n",
        "texts-one": "một",
        "texts-two": "hai",
        "program": "#!/bin/sh\n",
        "text": "text",
        "set/a/b": "b\n",
        "link": "text",
    }
    assert (host / "folder").stat().st_mode & 0o7777 == 0o750
    assert (host / "program").stat().st_mode & 0o7777 == 0o755
    second = run(ansible, *files)
    assert (second.status, second.changed, second.result["paths"]) == (0, False, [])


def test_check_mode_tells_and_changes_nothing(ansible: Ansible, host: Path) -> None:
    files = everything(ansible, host)
    before = read_all(host)
    told = run(ansible, *files, check=True, diff=True)
    assert told.changed
    assert "+Chào ạ" in told.output
    assert "-old" not in told.output  # what goes is told by its state
    assert read_all(host) == before


@pytest.mark.parametrize(("before", "after"), [("0600", "0600"), ("0600", "0644"), ("0644", "0400"), ("", "0600")])
@pytest.mark.parametrize("check", [False, True])
def test_what_its_owner_alone_may_read_is_not_shown(
    ansible: Ansible, host: Path, before: str, after: str, check: bool
) -> None:
    """A password, a URL that lets whoever knows it in: `--diff` tells that it changes, and no more."""
    if before:
        make(host / "secret", "old-secret").chmod(int(before, 8))
    file = {"path": f"{host}/secret", "content": "new-secret", "mode": after}
    told = ansible.run(MODULE, {"files": [file]}, check=check, diff=True, verbosity=3)
    assert told.changed
    assert "its owner alone may read it, so it is not shown" in told.output
    assert "old-secret" not in told.output
    assert "new-secret" not in told.output
    there = {"secret": "old-secret"} if before else {}
    assert read_all(host) == (there if check else {"secret": "new-secret"})


def test_what_left_the_set_goes(ansible: Ansible, host: Path) -> None:
    make(ansible.folder / "files/set/a", "a")
    gone = make(ansible.folder / "files/set/gone/b", "b")
    run(ansible, {"path": f"{host}/set", "tree": "set"})
    gone.unlink()
    gone.parent.rmdir()
    again = run(ansible, {"path": f"{host}/set", "tree": "set"})
    assert again.result["paths"] == [f"{host}/set/gone"]
    assert read_all(host) == {"set/a": "a"}


def test_a_file_that_is_not_valid_is_refused_and_the_old_one_stays(ansible: Ansible, host: Path) -> None:
    make(host / "program", "old")
    refused = run(ansible, {"path": f"{host}/program", "content": "if\n", "validate": "sh -n %s"})
    refused.assert_refused("không hợp lệ", "is not valid")
    assert read_all(host) == {"program": "old"}


def test_a_content_that_changed_alone_is_shipped(ansible: Ansible, host: Path) -> None:
    files = {"a": "1", "b": "2"}
    run(ansible, {"path": f"{host}/%s", "each": files})
    before = (host / "a").stat().st_ino
    again = run(ansible, {"path": f"{host}/%s", "each": files | {"b": "3"}})
    assert again.result["paths"] == [f"{host}/b"]
    assert (host / "a").stat().st_ino == before


def test_nothing_is_done_where_the_place_is_missing(ansible: Ansible, host: Path) -> None:
    done = run(ansible, {"path": f"{host}/a", "content": "a"}, only_with=f"{host}/none")
    assert (done.status, done.changed, read_all(host)) == (0, False, {})


@pytest.mark.parametrize("source", [{}, {"copy": "none"}, {"copy": "a", "content": "b"}])
def test_an_item_without_one_source_is_refused(ansible: Ansible, source: dict[str, Any]) -> None:
    refused = run(ansible, {"path": "/none/a"} | source)
    assert refused.status != 0
    assert "Traceback" not in refused.output
