"""The merger of 1 July 2025 by the command itself: all 339 bodies of the province, and all its officials or a fifth.

Its coverage is not measured, which takes as long as the merger: the unit tests have a small one.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.merger import PROPERTIES, Merged, carry_out

OFFICIALS = [4_000, pytest.param(20_000, marks=pytest.mark.long)]

pytestmark = pytest.mark.no_cover


@pytest.fixture(scope="module", params=OFFICIALS)
def merged(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Merged:
    """The merger of so many, carried out by the command."""
    return carry_out(tmp_path_factory.mktemp("merger"), officials=request.param)


@pytest.mark.clause("R6.1a")
@PROPERTIES
def test_it_holds(merged: Merged, holds: Callable[[Merged], None]) -> None:
    holds(merged)
