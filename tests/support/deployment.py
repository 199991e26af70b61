"""A mail server on a test host, deployed and used by the project's own playbooks."""

from __future__ import annotations

import json
import os
import re
import secrets
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.lab import Host
from tests.support import preloaded
from tests.support.letters import new_key, open_letters, read_key
from tests.support.mail import Server

PROJECT = Path(__file__).resolve().parents[2]
FQDN = "mail.laocai.gov.vn"
_ASK = """
import socket, sys
connection = socket.socket(socket.AF_UNIX)
connection.connect("/run/danhba-credentials/socket")
connection.sendall(sys.stdin.buffer.read())
while part := connection.recv(65536):
    sys.stdout.buffer.write(part)
"""
_TASK = re.compile(r"^TASK \[(?P<name>.*)\]")


class PlaybookFailed(Exception):
    """A playbook failed; `output` is all that it said."""

    def __init__(self, name: str, output: str) -> None:
        super().__init__(f"{name}\n{output[-4000:]}")
        self.output = output


@dataclass(frozen=True)
class Deployment:
    """A test host as `inventories/lab` describes it; `private` is where its secrets are on the controller.

    `project` is the folder that has inventories and playbooks: the clone, or that of another version.
    """

    host: Host
    private: Path
    register: Path = PROJECT / "directory"
    variables: Mapping[str, Any] = field(default_factory=dict)
    project: Path = PROJECT

    @property
    def server(self) -> Server:
        """The mail server as its users see it."""
        return Server(str(self.host.address), FQDN, self.private / "ca.crt")

    @property
    def letters(self) -> Path:
        """The private folder with the encrypted letters."""
        return self.private / "letters"

    @property
    def letters_key_file(self) -> Path:
        """The file with the private key that opens every letter of this host."""
        return self.private / "letters.key"

    @property
    def issued(self) -> dict[str, str]:
        """The one-time passwords by address, as the newest letter of each has it."""
        return open_letters(self.letters, read_key(self.letters_key_file))

    @property
    def passwords(self) -> dict[str, str]:
        """The passwords in force by address: as the letters have them, or as they were chosen afterwards."""
        issued = self.issued
        return issued | {
            address: entry["chosen"]
            for address, entry in self._chosen().items()
            if entry["issued"] == issued.get(address)  # otherwise it was issued anew
        }

    def choose(self, address: str) -> str:
        """Change the issued password of an account, as its owner has to before anything else; the password in force."""
        issued, old = self.issued[address], self.passwords[address]
        if old != issued:
            return old
        new = new_password()
        answer = self.ask({"request": "change_password", "address": address, "old": old, "new": new})
        if answer["answer"] != "changed":
            raise AssertionError(f"the password of {address} was not changed: {answer}")
        self.remember(address, new)
        return new

    def remember(self, address: str, password: str) -> None:
        """Keep a password that was chosen for an account, so that `passwords` knows it until it is issued anew."""
        issued = self.issued[address]
        chosen = self._chosen() | {address: {"issued": issued, "chosen": password}}
        self._chosen_file.touch(mode=0o600)
        self._chosen_file.write_text(json.dumps(chosen), encoding="utf-8")

    def ask(self, request: Mapping[str, str], client: str = "203.0.113.1") -> dict[str, Any]:
        """What the credential service answers to a request; secrets are on no command line."""
        whole = {**request, "client": client} if "client" not in request and "token" not in request else dict(request)
        done = subprocess.run(
            self.host.ssh(f"python3 -c {shlex.quote(_ASK)}"),
            input=json.dumps(whole) + "\n",
            text=True,
            check=True,
            stdout=subprocess.PIPE,
        )
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    @property
    def _chosen_file(self) -> Path:
        return self.private / "chosen.json"

    def _chosen(self) -> dict[str, dict[str, str]]:
        if not self._chosen_file.exists():
            return {}
        chosen: dict[str, dict[str, str]] = json.loads(self._chosen_file.read_text(encoding="utf-8"))
        return chosen

    def command(self, playbook: str, *options: str, **variables: Any) -> list[str]:
        """The command line that runs one of the project's playbooks on this host."""
        values = {
            "ansible_host": str(self.host.address),
            "private_dir": str(self.private),
            "register_dir": str(self.register),
            "letters_key": new_key(self.letters_key_file),
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
        self,
        playbook: str,
        *options: str,
        task: Callable[[str], object] | None = None,
        apart: bool = False,
        **variables: Any,
    ) -> str:
        """Run a playbook and return its output; `task` is told the name of each task as it begins.

        Where that is asked for, or `apart`, it is a process with the command line that an operator's has.
        """
        command = self.command(playbook, *options, **variables)
        if task or apart:
            status, output = self._follow(command, task or str)
        else:
            done = preloaded.run(command, environment(self.project), self.project)
            status, output = done.returncode, done.stdout
        if status != 0:
            raise PlaybookFailed(playbook, output)
        return output

    def _follow(self, command: Sequence[str], task: Callable[[str], object]) -> tuple[int, str]:
        process = subprocess.Popen(
            command,
            cwd=self.project,
            env=environment(self.project),
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
        return process.wait(), "".join(lines)


def new_password() -> str:
    """A password that the rules let everybody choose: no vowel, so no word and no name."""
    return "".join(secrets.choice("2345679bcdfghjkm") for _ in range(20))


def environment(project: Path = PROJECT) -> dict[str, str]:
    """The environment in which Ansible runs: its own settings, no colours, and not measured."""
    own = {"ANSIBLE_CONFIG": str(project / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1", "LC_ALL": "C.UTF-8"}
    return {**unmeasured(), **own}


def unmeasured() -> dict[str, str]:
    """This process's environment for a program of which no coverage is wanted: most of it runs on a host anyway.

    Playbooks refuse in both languages, so that a test may ask for either.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    return {**kept, "DANHBA_LANGUAGE": "both"}


def changed(output: str) -> int:
    """Return the number of changed tasks in the recap of a playbook's output."""
    return sum(int(count) for count in re.findall(r"^\S+ +: .*\bchanged=(\d+)", output, re.MULTILINE))
