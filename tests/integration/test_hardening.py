"""Role hardening, by Ansible itself: who has not come by ssh is told before anything is changed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.deployment import PROJECT, environment


def test_a_local_connection_within_a_session_of_ssh_is_none_of_ssh() -> None:
    """Its commands inherit what sshd has told the session in which Ansible was begun."""
    done = subprocess.run(
        [
            Path(sys.executable).with_name("ansible"),
            *("localhost", "--inventory", "localhost,", "--connection", "local"),
            *("--module-name", "include_role"),
            *("--args", "name=laocai.mail.hardening tasks_from=preflight"),
        ],
        cwd=PROJECT,
        env={**os.environ, **environment(), "SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"},
        text=True,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert done.returncode, done.stdout
    assert "Ansible does not come to localhost by a new connection of ssh" in " ".join(done.stdout.split())
