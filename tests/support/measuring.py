"""What tests start is measured as the tests are: `danhba`, host programs, Ansible and its modules."""

from __future__ import annotations

import os
from pathlib import Path

from coverage import Coverage

PROJECT = Path(__file__).resolve().parents[2]
# By which coverage begins in any Python that finds it.
VARIABLE = "COVERAGE_PROCESS_CONFIG"


def measure_processes() -> None:
    """Have each process of Python that this one starts measured, by the settings of pyproject.toml.

    It goes by patterns: told folders, each of thousands of processes would look through them when it ends, for files of
    which nothing has run.
    """
    measured = Coverage(config_file=str(PROJECT / "pyproject.toml"))
    folders = [f"{PROJECT / name}/*" for name in _strings(measured, "run:source")]
    archives = [f"{pattern}/*" for pattern in measured.config.paths["plugins"] if pattern.startswith("*")]
    measured.set_option("run:include", [*folders, *archives])
    for name in ("run:source", "run:source_pkgs"):
        measured.set_option(name, [])
    measured.set_option("run:parallel", True)
    measured.set_option("run:data_file", str(PROJECT / str(measured.get_option("run:data_file"))))
    os.environ[VARIABLE] = measured.config.serialize()


def _strings(measured: Coverage, option: str) -> list[str]:
    found = measured.get_option(option)
    assert isinstance(found, list)
    return found
