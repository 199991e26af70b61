"""What the tests' own hooks do about coverage; where nothing is measured, all of it holds anyway."""

from __future__ import annotations

import os

import pytest

from tests.support.measuring import VARIABLE

pytestmark = pytest.mark.of_the_tests

ENDS = os._exit


@pytest.mark.no_cover
@pytest.mark.parametrize("_again", range(3))
def test_no_cover_test_starts_no_measured_process(_again: int) -> None:
    assert VARIABLE not in os.environ
    assert os._exit is ENDS


def test_no_cover_test_restores_os_exit() -> None:
    """Wrapped by each of a thousand such tests it saves a thousand times, and then fails: what was forked goes on."""
    assert os._exit is ENDS
