"""One host with everything, the webmail, its pages and the address book too: a second run, and what it then is."""

from __future__ import annotations

import pytest

from tests.support.molecule import LONGEST, run_scenario


@pytest.mark.timeout(LONGEST)
@pytest.mark.usefixtures("demo_output")
def test_scenario() -> None:
    run_scenario("internet")
