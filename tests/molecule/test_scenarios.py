"""Runs every Molecule scenario: check mode, converge, idempotence, and Testinfra's questions to the host."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SCENARIOS = sorted(path.parent.name for path in Path(__file__).parent.glob("*/molecule.yml"))
SHOWN_LINES = 150


def environment() -> dict[str, str]:
    """Let Molecule find the scenarios, and Ansible's commands, as the Makefile does."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return os.environ | {
        "LC_ALL": "C.UTF-8",
        "MOLECULE_GLOB": "tests/molecule/*/molecule.yml",
        "NO_COLOR": "1",
        "PATH": path,
        "PYTEST_ADDOPTS": "",
    }


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_scenario(scenario: str) -> None:
    done = subprocess.run(
        ["molecule", "test", "--scenario-name", scenario],
        cwd=PROJECT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    shown = "\n".join(done.stdout.splitlines()[-SHOWN_LINES:])
    assert done.returncode == 0, f"molecule test -s {scenario} ended with status {done.returncode}:\n{shown}"
