"""laocai.mail.ssh_access as Ansible runs it; what it judges by, tests/unit/host/test_ssh_access.py has."""

from __future__ import annotations

import getpass
import os
from dataclasses import replace
from pathlib import Path

from tests.support.sshd import put_sshd

from .conftest import Ansible

MODULE = "laocai.mail.ssh_access"


def test_who_would_be_locked_out_is_told(ansible: Ansible, tmp_path: Path) -> None:
    put_sshd(tmp_path / "bin")
    asked = {
        "path": str(tmp_path / "sshd_config.d/10-danhba.conf"),
        "content": "PasswordAuthentication no\nAllowUsers nobody-at-all\n",
        "user": getpass.getuser(),
        "connection": "192.0.2.1 50000 192.0.2.10 22",
    }
    there = replace(ansible, environment=ansible.environment | {"PATH": f"{tmp_path}/bin:{os.environ['PATH']}"})
    there.run(MODULE, asked).assert_refused("Không đọc được", f"cannot be read: {tmp_path}/sshd_config")
    (tmp_path / "sshd_config").write_text(f"Include {tmp_path}/sshd_config.d/*.conf\n")
    for check in (False, True):
        done = there.run(MODULE, asked, check=check)
        assert not done.changed
        assert "hardening_ssh_users" in done.result["faults"][0]["vi"]
        assert done.result["faults"][0]["en"].startswith(f"{getpass.getuser()} (from 192.0.2.1) would not be let in")
    there.run(MODULE, asked | {"connection": ""}).assert_refused("không phải giá trị", "is no value of SSH_CONNECTION")
