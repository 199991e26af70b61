"""laocai.mail.prerequisites: what this machine says of itself."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from .conftest import Ansible

MODULE = "laocai.mail.prerequisites"
ROOT: dict[str, Any] = {"name": "root", "uid": 0, "group": "root", "home": "/root"}


def test_what_is_missing_is_told_and_nothing_is_changed(ansible: Ansible) -> None:
    before = subprocess.run(["getent", "passwd"], check=True, capture_output=True).stdout
    wanted = {
        "role": "postfix",
        "packages": ["dpkg", "no-such-package"],
        "groups": [{"name": "root", "gid": 0}, {"name": "danhba-none"}],
        "users": [ROOT, {"name": "danhba-none"}],
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
    done = ansible.run(MODULE, {"role": "postfix", "paths": [path], "before": "tls"}, check=check)
    if check:
        assert (done.status, done.result["paths"]) == (0, [path]), done.output
    else:
        done.assert_refused(f"Chưa có {path}: chạy role tls trước", f"{path} is missing: run role tls first")
