"""laocai.mail.upgradable: what apt would upgrade, by apt's own answer; the rest is this machine's."""

from __future__ import annotations

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from .conftest import Ansible

MODULE = "laocai.mail.upgradable"


@pytest.fixture
def apt(ansible: Ansible, tmp_path: Path) -> Ansible:
    """Ansible where `apt-get` is a program of the test's own: it offers one package."""
    program = tmp_path / "bin/apt-get"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho 'Inst dpkg [1] (2 Debian:13.2/stable [amd64])'\n")
    program.chmod(0o755)
    return replace(ansible, environment=ansible.environment | {"PATH": f"{program.parent}:{os.environ['PATH']}"})


@pytest.mark.parametrize("check", [False, True])
def test_it_says_what_is_there_and_what_has_changed_since(apt: Ansible, check: bool) -> None:
    query = ["dpkg-query", "--show", "--showformat=${Version}", "dpkg"]
    version = subprocess.run(query, check=True, text=True, stdout=subprocess.PIPE).stdout
    done = apt.run(MODULE, {"since": {"dpkg": "0", "apt": "0"}}, check=check)
    assert (done.status, done.changed) == (0, False), done.output
    assert done.result["pending"] == [{"name": "dpkg", "before": "1", "after": "2"}]
    assert done.result["installed"]["dpkg"] == version
    assert {"name": "dpkg", "before": "0", "after": version} in done.result["changes"]


def test_an_apt_that_cannot_answer_is_told(apt: Ansible, tmp_path: Path) -> None:
    (tmp_path / "bin/apt-get").write_text("#!/bin/sh\necho 'E: dpkg was interrupted' >&2\nexit 100\n")
    apt.run(MODULE, {"since": {}}).assert_refused("apt-get không trả lời được", "apt-get cannot answer")
