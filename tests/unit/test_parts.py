"""What is measured: all Python that runs in production, whatever it is called."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from coverage.files import GlobMatcher, prep_patterns

from tests.support.parts import PARTS

pytestmark = pytest.mark.of_the_tests

PROJECT = Path(__file__).resolve().parents[2]
PRODUCTION = ("plugins", "roles", "scripts", "playbooks", ".ci")


def production() -> list[Path]:
    """Each file of Python: by its name, or by its first line."""
    listed = subprocess.run(["git", "ls-files", "-z", *PRODUCTION], cwd=PROJECT, check=True, stdout=subprocess.PIPE)
    paths = [PROJECT / name.decode() for name in listed.stdout.split(b"\0") if name]
    return [path for path in paths if path.is_file() and (path.suffix == ".py" or _is_python(path))]


def _is_python(path: Path) -> bool:
    first = path.read_bytes().partition(b"\n")[0]
    return first.startswith(b"#!") and b"python" in first


def test_production_file_is_in_one_part() -> None:
    patterns = {name: GlobMatcher(prep_patterns(files)) for name, files in PARTS.items()}
    found = {path: [name for name, pattern in patterns.items() if pattern.match(str(path))] for path in production()}
    assert len(found) > 100
    assert {path: names for path, names in found.items() if len(names) != 1} == {}


def test_production_file_has_a_suffix_that_coverage_finds() -> None:
    """Of a file that no test runs, coverage knows nothing but what it is called."""
    assert [path for path in production() if path.suffix != ".py"] == []
