"""`ansible` for tests that run it hundreds of times: loading it takes longer than what most of them have it do.

What Ansible reads while it loads is its own settings, so there is a server for each set of those that a test wants;
all else is each command's own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]

_begun: dict[frozenset[tuple[str, str]], subprocess.Popen[str]] = {}


def run(arguments: Sequence[str], environment: Mapping[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run `ansible` as `subprocess.run` would; stderr is in the output, too."""
    server = _server(environment)
    assert server.stdin
    assert server.stdout
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as output:
        request = {"arguments": arguments, "environment": dict(environment), "folder": str(folder)}
        print(json.dumps({**request, "output": output.name}), file=server.stdin, flush=True)
        answer = server.stdout.readline()
        assert answer, "Ansible's server has ended"
        return subprocess.CompletedProcess(arguments, int(answer), output.read())


def end() -> None:
    """End the servers that have begun."""
    while _begun:
        _settings, server = _begun.popitem()
        server.communicate()


def _server(environment: Mapping[str, str]) -> subprocess.Popen[str]:
    settings = frozenset((name, value) for name, value in environment.items() if name.startswith("ANSIBLE_"))
    if settings not in _begun:
        _begun[settings] = subprocess.Popen(
            [sys.executable, "-m", "tests.support.adhoc_server"],
            env=environment,
            cwd=PROJECT,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
    return _begun[settings]
