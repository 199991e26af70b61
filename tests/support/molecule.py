"""Runs a Molecule scenario: converge, idempotence, and Testinfra's questions to the host."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

from tests.support.demo_host import NAME, PRIVATE
from tests.support.deployment import unmeasured

PROJECT = Path(__file__).resolve().parents[2]
SCENARIOS = PROJECT / "tests/molecule"
SHOWN_LINES = 150
# How a line begins that names what failed: pytest's and Ansible's.
FAILURES = ("FAILED ", "ERROR ", "fatal: ")
# Seconds that a whole scenario may take.
LONGEST = 2400


def run_scenario(name: str) -> None:
    """Run all of a scenario over the demo's snapshot, its host removed afterwards.

    Raises:
        AssertionError: it failed; the message is what :func:`told` makes of its output.
    """
    done = subprocess.run(
        ["molecule", "test", "--scenario-name", name],
        cwd=PROJECT,
        env={**environment(), "DANHBA_OVER": NAME, "DANHBA_OVER_PRIVATE": str(PRIVATE)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"molecule test -s {name} ended with status {done.returncode}:\n{told(done.stdout)}"


def told(output: str) -> str:
    """What failed, first, then the last lines of it all: of a long message, a log may keep the beginning alone."""
    lines = output.splitlines()
    return "\n".join([*(line for line in lines if line.startswith(FAILURES)), "", *lines[-SHOWN_LINES:]])


def environment() -> dict[str, str]:
    """Let Molecule find the scenarios, and Ansible's commands, as the Makefile does; nothing of the outer pytest.

    Mitogen keeps a Python on the host that runs all tasks, where Ansible begins one for each: a quarter of the work.
    `make demo` and `test_first_deployment` deploy as operators do.
    """
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    inherited = {name: value for name, value in unmeasured().items() if not name.startswith("PYTEST_")}
    return inherited | {
        "ANSIBLE_STRATEGY": "mitogen_linear",
        "ANSIBLE_STRATEGY_PLUGINS": str(_strategies()),
        "LC_ALL": "C.UTF-8",
        "MOLECULE_GLOB": "tests/molecule/*/molecule.yml",
        "NO_COLOR": "1",
        "PATH": path,
        # No line for each test that passed: the scenario is verbose for who runs it by hand.
        "PYTEST_ADDOPTS": "--quiet",
    }


def _strategies() -> Path:
    """Where Mitogen has its strategies, of which Ansible has to be told the folder."""
    found = importlib.util.find_spec("ansible_mitogen")
    assert found
    assert found.origin
    return Path(found.origin).parent / "plugins/strategy"
