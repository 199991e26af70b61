"""laocai.mail.prerequisites: what this machine says of itself."""

from __future__ import annotations

import grp
import json
import pwd
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support import preloaded

from .conftest import PROJECT, Ansible

MODULE = "laocai.mail.prerequisites"
VALKEY = {"role": "valkey", "folder": str(PROJECT / "roles/valkey")}
ROOT: dict[str, Any] = {"name": "root", "uid": 0, "group": "root", "home": "/root"}


def test_what_is_missing_is_told_and_nothing_is_changed(ansible: Ansible) -> None:
    before = subprocess.run(["getent", "passwd"], check=True, capture_output=True).stdout
    wanted = {
        "role": "programs",
        "packages": ["dpkg", "no-such-package"],
        "groups": [{"name": "root", "gid": 0}, {"name": "danhba-none"}],
        "users": [ROOT, {"name": "danhba-none"}],
        "bring": False,
    }
    done = ansible.run(MODULE, wanted)
    assert (done.status, done.changed) == (0, False), done.output
    assert done.result["packages"] == ["no-such-package"]
    assert [group["name"] for group in done.result["groups"]] == ["danhba-none"]
    # root signs in, so it is not as a user of the system should be.
    assert [user["name"] for user in done.result["users"]] == ["root", "danhba-none"]
    assert subprocess.run(["getent", "passwd"], check=True, capture_output=True).stdout == before
    json.dumps(done.result)


@pytest.mark.parametrize("check", [False, True])
def test_a_host_on_which_the_roles_before_have_not_run_is_refused_but_in_check_mode(
    ansible: Ansible, tmp_path: Path, check: bool
) -> None:
    path = str(tmp_path / "server.crt")
    done = ansible.run(MODULE, {"role": "programs", "paths": [path], "before": "tls"}, check=check)
    if check:
        assert (done.status, done.result["paths"]) == (0, [path]), done.output
    else:
        done.assert_refused(f"Chưa có {path}: chạy role tls trước", f"{path} is missing: run role tls first")


@pytest.mark.parametrize("check", [False, True])
def test_settings_are_refused_before_the_host_is_asked(ansible: Ansible, tmp_path: Path, check: bool) -> None:
    wanted = {**VALKEY, "paths": [str(tmp_path / "none")], "before": "programs"}
    done = ansible.run(MODULE, wanted, check=check, variables={"valkey_memory": 8})
    done.assert_refused("valkey_memory = 8", "valkey_memory = 8")
    done = ansible.run(MODULE, VALKEY, check=check, variables={"valkey_memory": 64})
    assert done.status == 0, done.output


def test_a_setting_that_is_not_there_is_told(ansible: Ansible) -> None:
    ansible.run(MODULE, VALKEY).assert_refused("Role valkey: Check the memory: ", "'valkey_memory' is undefined")


def test_a_role_that_is_none_of_this_collection_is_held_to_nothing_of_its_namesake(
    ansible: Ansible, tmp_path: Path
) -> None:
    assert ansible.run(MODULE, {"role": "valkey", "folder": str(tmp_path)}).status == 0


def test_check_mode_tells_that_what_follows_cannot_be_asked(ansible: Ansible) -> None:
    for packages, bare in ((["no-such-package"], True), (["dpkg"], False)):
        done = ansible.run(MODULE, {"role": "programs", "packages": packages, "bring": False}, check=True)
        assert (done.status, done.result["bare"]) == (0, bare), done.output
    done = ansible.run(MODULE, {"role": "programs", "packages": ["no-such-package"], "bring": False}, check=False)
    assert (done.status, done.result["bare"]) == (0, False), done.output


def test_outside_of_a_role_one_is_named(ansible: Ansible) -> None:
    ansible.run(MODULE, {"packages": ["dpkg"]}).assert_refused("không nằm trong role nào", "No role has this task")


def test_check_mode_tells_what_it_would_bring_and_brings_nothing(ansible: Ansible) -> None:
    wanted = {"role": "programs", "groups": [{"name": "danhba-none"}]}
    done = ansible.run(MODULE, wanted, check=True)
    assert (done.status, done.changed, done.result["names"]) == (0, True, ["danhba-none"]), done.output
    with pytest.raises(KeyError):
        grp.getgrnam("danhba-none")


def test_what_was_asked_before_is_not_asked_again(ansible: Ansible) -> None:
    missing = {"paths": [], "packages": [], "apt": True, "groups": [], "users": []}
    # The host would refuse, for it has no such path.
    wanted = {"role": "programs", "paths": ["/danhba/none"], "before": "tls", "missing": missing}
    done = ansible.run(MODULE, wanted)
    assert (done.status, done.changed) == (0, False), done.output


def test_what_cannot_be_brought_about_fails(ansible: Ansible) -> None:
    wanted = {"role": "programs", "users": [{"name": "danhba-none", "group": "danhba-none"}]}
    done = ansible.run(MODULE, wanted, check=False)
    assert done.status != 0
    assert "danhba-none" in done.message
    with pytest.raises(KeyError):
        pwd.getpwnam("danhba-none")


def test_a_role_alone_is_held_to_its_own_settings(
    ansible: Ansible, ansible_environment: dict[str, str], tmp_path: Path
) -> None:
    """Without a playbook of this collection, and its preflight, around it."""
    play = {"hosts": "localhost", "gather_facts": False, "roles": ["laocai.mail.valkey"]}
    book = tmp_path / "play.yml"
    book.write_text(json.dumps([play]), encoding="utf-8")
    variables = json.dumps({"ansible_python_interpreter": sys.executable, "valkey_memory": 8})
    command = ["ansible-playbook", "--inventory", "localhost,", "--connection", "local", "--check", str(book)]
    done = preloaded.run([*command, "--extra-vars", variables], ansible_environment, ansible.folder)
    assert done.returncode == 2, done.stdout
    assert "valkey_memory = 8 (MiB) must be 32 at least" in done.stdout
    assert "laocai.mail.valkey : Install the store" in done.stdout
