"""What tests start is measured as the tests are: `danhba`, host programs, Ansible and its modules."""

from __future__ import annotations

import os
from pathlib import Path

from coverage import Coverage
from coverage.collector import Collector

PROJECT = Path(__file__).resolve().parents[2]
# By which coverage begins in any Python that finds it.
VARIABLE = "COVERAGE_PROCESS_CONFIG"


def measure_processes() -> None:
    """Have each process of Python that this one starts measured, by the settings of pyproject.toml."""
    os.environ[VARIABLE] = serialized()


def serialized(data_file: Path | None = None) -> str:
    """The settings as `VARIABLE` has them; the data goes to files of that name, or of pyproject.toml's, and an ending.

    They go by patterns: told folders, each of thousands of processes would look through them when it ends, for files of
    which nothing has run.
    """
    settings = Coverage(config_file=str(PROJECT / "pyproject.toml")).config
    folders = [f"{PROJECT / name}/*" for name in settings.source or []]
    archives = [f"{pattern}/*" for pattern in settings.paths["plugins"] if pattern.startswith("*")]
    settings.run_include = [*folders, *archives]
    settings.source, settings.source_pkgs = [], []
    settings.parallel = True
    settings.data_file = str(data_file or PROJECT / settings.data_file)
    return settings.serialize()


def lock_nothing() -> None:
    """Have coverage take no lock, which Python's own makes needless: it guards `dict`s to which files are added.

    It would be held for ever where a signal's handler raises within it. It is taken wherever one file calls another,
    so that one such signal of a hundred met it, and a test that waited there could not even be timed out.
    """
    Collector.data_lock = property(lambda _self: None, lambda _self, _lock: None)
