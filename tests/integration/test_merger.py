"""The merger of 1 July 2025 at the size of the province: all 339 bodies, 20,000 officials, by the command itself.

Its coverage is not measured, which takes as long as the merger: the unit tests have a small one.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.merger import PROPERTIES, Merged, carry_out

OFFICIALS = 20_000

pytestmark = pytest.mark.no_cover


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> Merged:
    """The merger, carried out by the command."""
    return carry_out(tmp_path_factory.mktemp("merger"), officials=OFFICIALS)


@pytest.mark.clause("R6.1a")
@PROPERTIES
def test_it_holds(merged: Merged, holds: Callable[[Merged], None]) -> None:
    holds(merged)
