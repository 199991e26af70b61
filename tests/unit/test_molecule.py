"""Tests of what a Molecule scenario that failed says of itself."""

from __future__ import annotations

from tests.support import molecule


def test_failed_scenario_is_reported_by_its_failed_lines() -> None:
    passed = [f"tests/test_host.py::test_{number} PASSED" for number in range(2 * molecule.SHOWN_LINES)]
    output = "\n".join(["fatal: [mol]: FAILED!", *passed, "FAILED tests/test_host.py::test_up - assert 1 == 2", "end"])
    told = molecule.told(output).splitlines()
    assert told[:2] == ["fatal: [mol]: FAILED!", "FAILED tests/test_host.py::test_up - assert 1 == 2"]
    assert told[-1] == "end"
    assert len(told) == molecule.SHOWN_LINES + 3
