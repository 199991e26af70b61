"""Ansible's commands for tests that run them hundreds of times: loading takes longer than what most of them do.

There is a server for each environment of which something is read only while Ansible and Python load, and one more for
each command that runs beside another. What Ansible keeps for one command, it keeps for all of a server: the archives
that it makes of modules, by their names, so that a test that changes a module runs it otherwise. A server ends when
nobody can ask it any more.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path

from tests.support.measuring import VARIABLE
from tests.support.servers import ask

PROJECT = Path(__file__).resolve().parents[2]
ONCE = ("HOME", "LC_ALL", "PYTHONPATH", "TMPDIR", VARIABLE)

_idle: defaultdict[frozenset[tuple[str, str]], list[subprocess.Popen[str]]] = defaultdict(list)


def run(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run `ansible` or `ansible-playbook` as `subprocess.run` would; stderr is in the output, too."""
    settings = _settings(environment)
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as output:
        request = {"command": [Path(command[0]).name, *command[1:]], "environment": dict(environment)}
        server = _server(settings, environment)
        try:
            answer = ask(server, json.dumps({**request, "folder": str(folder), "output": output.name}))
        except BaseException:  # a test that is cut short, too: the next command must not have this one's answer
            _kill(server)
            raise
        _idle[settings].append(server)
        return subprocess.CompletedProcess(command, int(answer), output.read())


def end() -> None:
    """End the servers that have begun."""
    while _idle:
        _of, servers = _idle.popitem()
        for server in servers:
            try:
                server.communicate(timeout=30)
            except subprocess.TimeoutExpired:
                _kill(server)


def _settings(environment: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    """What a process reads once of its environment: Ansible and Python when they load."""
    return frozenset(item for item in environment.items() if item[0].startswith("ANSIBLE_") or item[0] in ONCE)


def _server(settings: frozenset[tuple[str, str]], environment: Mapping[str, str]) -> subprocess.Popen[str]:
    """One that does nothing; who asks it gives it back."""
    try:
        return _idle[settings].pop()
    except IndexError:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.support.preloaded_server"],
            env=environment,
            cwd=PROJECT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )


def _kill(server: subprocess.Popen[str]) -> None:
    """It and all that came of it; Ansible's workers are sessions of their own."""
    for pid in _stopped(server.pid):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    server.wait()


def _stopped(pid: int) -> list[int]:
    """A process and its descendants, each stopped before its children are read, so that none is born meanwhile."""
    try:
        os.kill(pid, signal.SIGSTOP)
        lists = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    except (ProcessLookupError, FileNotFoundError):
        return [pid]
    return [pid, *chain.from_iterable(_stopped(int(child)) for text in lists for child in text.split())]
