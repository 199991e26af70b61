"""Templates as the roles write them, for tests: by a process of its own, for Ansible takes over a process's imports."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_PROGRAM = """
import json, sys
from pathlib import Path
from tests.lint import rendering, units
path, other = json.load(sys.stdin)
json.dump(rendering.render(Path(path), **other) if path else units.rendered(), sys.stdout)
"""


def render(path: Path, **other: Any) -> str:
    """The text that a template makes, with other values of some inputs."""
    return str(_rendered(str(path), other))


def units() -> dict[str, str]:
    """The text of each unit of systemd, by its name."""
    found: dict[str, str] = _rendered("", {})
    return found


def _rendered(path: str, other: dict[str, Any]) -> Any:
    command = [sys.executable, "-c", _PROGRAM]
    done = subprocess.run(command, cwd=ROOT, input=json.dumps([path, other]).encode(), check=True, capture_output=True)
    return json.loads(done.stdout)
