"""What the webmail has for somebody, by a psql that answers as the webmail's database would."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from typing import Any

import pytest

from danhba_host.archive import webmail
from danhba_host.archive.settings import Settings
from danhba_host.journal import Refused

ACCOUNT = {"kind": "official", "id": "000105", "address": "o'x@laocai.gov.vn"}
SETTINGS = Settings("danhba", "/run", "/srv/vmail", "/var/lib/danhba-archive", "roundcube", [])
USERS = [
    {
        "preferences": "a:0:{}",
        "language": "vi_VN",
        "identities": [{"name": "Lò", "email": "x@x", "organization": "", "signature": "Lò"}],
        "contacts": [
            {"name": "Bạn", "email": "b@x", "vcard": "BEGIN:VCARD\nFN:Bạn\nEND:VCARD\n"},
            {"name": "A, B;\nC\\", "email": "c@x", "vcard": ""},
        ],
    }
]


def test_contacts_are_cards_and_the_rest_is_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def run(_words: Sequence[str], *, input: bytes, **_more: Any) -> subprocess.CompletedProcess[bytes]:  # noqa: A002
        asked.append(input.decode())
        return subprocess.CompletedProcess([], 0, json.dumps(USERS).encode(), b"")

    monkeypatch.setattr(subprocess, "run", run)
    found = webmail.of(SETTINGS, ACCOUNT)
    assert found.cards == (
        "BEGIN:VCARD\r\nFN:Bạn\r\nEND:VCARD\r\n"
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:A\\, B\\;\\nC\\\\\r\nN:A\\, B\\;\\nC\\\\;;;;\r\nEMAIL:c@x\r\nEND:VCARD\r\n"
    )
    assert [each["language"] for each in found.settings] == ["vi_VN"]
    assert "contacts" not in found.settings[0]
    assert "'o''x@laocai.gov.vn'" in asked[0]


def test_no_webmail_has_nothing() -> None:
    assert webmail.of(Settings("d", "/run", "/srv", "/var", "", []), ACCOUNT) == webmail.Found()


def test_a_webmail_that_is_away_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: Any, **__: Any) -> None:
        raise subprocess.CalledProcessError(2, "psql", stderr=b"connection refused")

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(Refused, match="connection refused"):
        webmail.of(SETTINGS, ACCOUNT)
