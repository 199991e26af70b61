"""Where programs find their secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from danhba_host.credential import given

FILE = "/etc/danhba/backup/store.password"


def test_in_its_unit_a_program_has_what_systemd_hands_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", "/run/credentials/danhba-backup.service")
    assert given(FILE) == Path("/run/credentials/danhba-backup.service/store.password")


def test_by_hand_it_reads_where_that_comes_from(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    assert given(FILE) == Path(FILE)
