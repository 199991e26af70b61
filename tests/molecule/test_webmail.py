"""A mail server with the webmail, its pages and the address book."""

from __future__ import annotations

from tests.support.molecule import run_scenario


def test_scenario() -> None:
    run_scenario("webmail")
