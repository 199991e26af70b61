"""The merger of 1 July 2025 at the size of the province: all 339 bodies, 20,000 officials, by the command itself."""

from __future__ import annotations

import pytest

from tests.support.merger import Merged, carry_out

OFFICIALS = 20_000


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> Merged:
    """The merger, carried out by the command."""
    return carry_out(tmp_path_factory.mktemp("merger"), officials=OFFICIALS)


def test_every_mailbox_is_open_or_knowingly_closed(merged: Merged) -> None:
    merged.assert_nobody_is_lost()


def test_everything_goes_along(merged: Merged) -> None:
    merged.assert_everything_goes_along()


def test_every_address_is_somebodys_alone_and_old_ones_forward(merged: Merged) -> None:
    merged.assert_addresses_lead_on()


def test_nothing_that_was_written_before_has_changed(merged: Merged) -> None:
    merged.assert_entries_only_ended()


def test_it_is_checked_planned_and_done_once(merged: Merged) -> None:
    merged.assert_accepted()
