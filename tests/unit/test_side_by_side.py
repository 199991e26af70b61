"""The order in which test files begin when several run side by side."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.side_by_side import MEANWHILE, in_order

pytestmark = pytest.mark.of_the_tests

PROJECT = Path(__file__).resolve().parents[2]


def test_order_has_each_file_once() -> None:
    files = [str(path.relative_to(PROJECT)) for path in (PROJECT / "tests").rglob("test_*.py")]
    assert sorted(in_order([*files, *files])) == sorted(files)


def test_order_mixes_files_of_hosts_and_of_processors() -> None:
    files = ["tests/unit/a.py", "tests/unit/b.py", "tests/unit/c.py", "tests/integration/d.py", "tests/e2e/e.py"]
    assert in_order(files) == [
        "tests/e2e/e.py",
        "tests/unit/a.py",
        "tests/integration/d.py",
        "tests/unit/b.py",
        "tests/unit/c.py",
    ]


def test_order_begins_with_the_longest_files() -> None:
    files = ["tests/unit/a.py", "tests/unit/long.py", "tests/unit/c.py", "tests/e2e/e.py"]
    assert in_order(files, long={"tests/unit/long.py"}) == [
        "tests/e2e/e.py",
        "tests/unit/long.py",
        "tests/unit/a.py",
        "tests/unit/c.py",
    ]


def test_order_has_other_work_while_the_demo_is_built() -> None:
    files = ["tests/e2e/a.py", "tests/e2e/b.py", "tests/e2e/own.py", "tests/molecule/c.py"]
    without = [f"tests/integration/{number}.py" for number in range(MEANWHILE + 1)]
    assert in_order([*files, *without], of_the_demo=["tests/e2e/b.py", "tests/e2e/a.py"]) == [
        "tests/molecule/c.py",
        "tests/e2e/a.py",
        "tests/e2e/own.py",
        *without[:-1],
        "tests/e2e/b.py",
        without[-1],
    ]
