"""Fixtures: a cache of results for one test, and the list of files that were examined."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from danhba.checking import examination
from danhba.checking.cache import ResultCache
from danhba.reading import source

DAY = date(2026, 1, 1)
P, S, U = "province.yml", "agencies/stttt.yml", "agencies/ubnd.yml"


@pytest.fixture
def kept(tmp_path: Path) -> ResultCache:
    return ResultCache(tmp_path / "cache" / "danhba" / "results.sqlite")


@pytest.fixture
def examined(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that records the names of examined files, in order."""
    names: list[str] = []
    real = examination.examine

    def examine(file: source.File, system: frozenset[str]) -> examination.Examined:
        names.append(file.name)
        return real(file, system)

    monkeypatch.setattr(examination, "examine", examine)
    return names
