"""Helper processes that tests start once and query line by line, because starting takes longer than an answer."""

from __future__ import annotations

import subprocess


def ask(server: subprocess.Popen[str], request: str) -> str:
    """What it answers to a line, in one line."""
    assert server.stdin
    assert server.stdout
    print(request, file=server.stdin, flush=True)
    answer = server.stdout.readline()
    assert answer, f"the server has ended: {server.args!r}"
    return answer
