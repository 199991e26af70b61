"""Templates as the roles write them, for tests: by a process of its own, for Ansible takes over a process's imports.

Loading takes longer than what a template does, so that process is begun once, and forks for each text.
"""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tests.support.servers import ask

ROOT = Path(__file__).resolve().parents[2]


def render(path: Path, **other: Any) -> str:
    """The text that a template makes, with other values of some inputs."""
    return str(_rendered(str(path), other))


@cache
def units() -> Mapping[str, str]:
    """The text of each unit of systemd, by its name."""
    found: Mapping[str, str] = _rendered("", {})
    return found


def _rendered(path: str, other: dict[str, Any]) -> Any:
    server = _server()
    try:
        answer = json.loads(ask(server, json.dumps([path, other])))
    except BaseException:  # a test that is cut short, too: the next one must not have this one's answer
        _server.cache_clear()
        server.kill()
        server.wait()
        raise
    if "error" in answer:
        raise RuntimeError(answer["error"])
    return answer["said"]


@cache
def _server() -> subprocess.Popen[str]:
    """It ends when nobody can ask it any more, and with whoever has begun it."""
    command = [sys.executable, "-m", "tests.support.rendered_server"]
    server = subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    atexit.register(server.communicate, timeout=30)
    return server
