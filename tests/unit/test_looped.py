"""Tests over many things as one case: each is looked at, and all that fail are told."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from tests.support.looped import for_each
from tests.support.side_by_side import longest

pytestmark = pytest.mark.of_the_tests


def test_for_each_runs_all_and_reports_every_failure() -> None:
    seen = []

    @for_each("number", [1, 2, 3], ids=lambda number: f"number {number}")
    def odd(number: int) -> None:
        seen.append(number)
        assert number == 2, f"{number} is odd"

    with pytest.raises(pytest.fail.Exception) as failure:
        odd()
    assert seen == [1, 2, 3]
    assert str(failure.value).startswith("2 of 3:\nnumber 1\n")
    assert "number 2" not in str(failure.value)
    assert re.search(rf"^  \S+{Path(__file__).name}:\d+: AssertionError: 3 is odd$", str(failure.value), re.MULTILINE)


def test_for_each_over_nothing_fails() -> None:
    @for_each("number", lambda: iter(()))
    def never(number: int) -> None:
        raise RuntimeError(number)

    with pytest.raises(AssertionError, match="there is no number"):
        never()


def test_for_each_passes_fixtures_on() -> None:
    def test(tmp_path: Path, number: int) -> None: ...

    assert list(inspect.signature(for_each("number", [1])(test)).parameters) == ["tmp_path"]
    with pytest.raises(AssertionError, match="test does not take letter"):
        for_each("letter", "a")(test)


def test_longest_sums_all_cases_of_a_file() -> None:
    seconds = [("a.py::x", 1.0), ("b.py::x", 2.5), ("a.py::y[1::2]", 2.0), ("c.py::x", 0.5)]
    assert longest(seconds, 2) == [("a.py", 3.0), ("b.py", 2.5)]
