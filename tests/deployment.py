"""A mail server on a test host, deployed and used by the project's own playbooks."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.lab import Host
from tests.mail import Server, read_passwords

PROJECT = Path(__file__).resolve().parents[1]
FQDN = "mail.laocai.gov.vn"
_TASK = re.compile(r"^TASK \[(?P<name>.*)\]")


class PlaybookFailed(Exception):
    """A playbook failed; `output` is all that it said."""

    def __init__(self, name: str, output: str) -> None:
        super().__init__(f"{name}\n{output[-4000:]}")
        self.output = output


@dataclass(frozen=True)
class Deployment:
    """A test host as `inventories/lab` describes it; `private` is where its secrets are on the controller."""

    host: Host
    private: Path
    register: Path = PROJECT / "directory"
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def server(self) -> Server:
        """The mail server as its users see it."""
        return Server(str(self.host.address), FQDN, self.private / "ca.crt")

    @property
    def passwords_file(self) -> Path:
        """The private file with the issued passwords."""
        return self.private / "passwords.csv"

    @property
    def passwords(self) -> dict[str, str]:
        """The issued passwords by address."""
        return read_passwords(self.passwords_file)

    def command(self, playbook: str, *options: str, **variables: Any) -> list[str]:
        """The command line that runs one of the project's playbooks on this host."""
        values = {
            "ansible_host": str(self.host.address),
            "private_dir": str(self.private),
            "register_dir": str(self.register),
            **self.variables,
            **variables,
        }
        ansible = Path(sys.executable).with_name("ansible-playbook")
        return [
            str(ansible),
            *("--inventory", "inventories/lab", "--extra-vars", json.dumps(values), *options),
            f"playbooks/{playbook}.yml",
        ]

    def play(
        self, playbook: str, *options: str, task: Callable[[str], None] = lambda _name: None, **variables: Any
    ) -> str:
        """Run a playbook and return its output; `task` is told the name of each task as it begins."""
        process = subprocess.Popen(
            self.command(playbook, *options, **variables),
            cwd=PROJECT,
            env=environment(),
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        lines = []
        for line in process.stdout or ():
            lines.append(line)
            if match := _TASK.match(line):
                task(match["name"])
        output = "".join(lines)
        if process.wait() != 0:
            raise PlaybookFailed(playbook, output)
        return output


def environment() -> dict[str, str]:
    """The environment in which Ansible runs: its own settings and no colours."""
    return {**os.environ, "ANSIBLE_CONFIG": str(PROJECT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1", "LC_ALL": "C.UTF-8"}


def changed(output: str) -> int:
    """How many tasks a play's recap says have changed something."""
    return sum(int(count) for count in re.findall(r"^\S+ +: .*\bchanged=(\d+)", output, re.MULTILINE))
