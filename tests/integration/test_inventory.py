"""An inventory that does not hold is refused before any server is asked."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.support.deployment import PROJECT, environment

UNREACHABLE = "192.0.2.1"  # RFC 5737: nobody answers there, so only what comes before the first question is tested


def refuse(playbook: str, **variables: str) -> str:
    """What a playbook says that refuses these variables."""
    command = [
        str(PROJECT / ".venv/bin/ansible-playbook"),
        *("--inventory", "inventories/lab", "--extra-vars", json.dumps({"ansible_host": UNREACHABLE, **variables})),
        f"playbooks/{playbook}.yml",
    ]
    done = subprocess.run(command, cwd=PROJECT, env=environment(), text=True, capture_output=True, check=False)
    assert done.returncode == 2, done.stdout
    assert UNREACHABLE not in done.stdout  # it was not tried
    return " ".join(done.stdout.split())


@pytest.mark.parametrize("playbook", ["site", "accounts", "passwords", "verify"])
def test_a_former_name_is_refused_with_the_present_one(playbook: str) -> None:
    said = refuse(playbook, postfix_database_socket="/run/postgresql")
    assert "Biến đã đổi tên hoặc bỏ: postfix_database_socket → postfix_database_socket_dir." in said
    assert "Variables that were renamed or removed: postfix_database_socket → postfix_database_socket_dir." in said


def test_a_variable_that_is_gone_is_refused() -> None:
    assert "dovecot_local_imap → bỏ đi / remove it" in refuse("accounts", dovecot_local_imap="false")


@pytest.mark.parametrize(("name", "value"), [("mail_domain", "example.org"), ("mail_host", "mx.laocai.gov.vn")])
def test_another_name_than_the_register_has_is_refused(name: str, value: str) -> None:
    said = refuse("accounts", **{name: value})
    assert f'{name} = "{value}"' in said
    assert "they come from province.yml" in said


@pytest.mark.parametrize(("old", "new"), [("laocai.gov.vn", "LaoCai.gov.vn"), ("mail.laocai.gov.vn", "mail")])
def test_a_name_of_another_form_is_refused(tmp_path: Path, old: str, new: str) -> None:
    register = tmp_path / "directory"
    register.mkdir()
    text = (PROJECT / "directory/province.yml").read_text(encoding="utf-8")
    (register / "province.yml").write_text(text.replace(f": {old}\n", f": {new}\n"), encoding="utf-8")
    said = refuse("site", register_dir=str(register))
    assert f'"{new}"' in said
    assert "must be names in lower case" in said
