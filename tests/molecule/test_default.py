"""A mail server alone, and that each scenario has a file here: files are what runs side by side."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.molecule import LONGEST, SCENARIOS, run_scenario


@pytest.mark.timeout(LONGEST)
def test_scenario() -> None:
    run_scenario("default")


def test_every_scenario_has_a_file() -> None:
    scenarios = {path.parent.name for path in SCENARIOS.glob("*/molecule.yml")}
    assert scenarios == {path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_*.py")}
