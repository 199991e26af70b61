"""The lines of the journal as journalctl prints them, and how it is asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from danhba_host.events import event, reading
from danhba_host.events.line import parse
from danhba_host.journal import Away, Refused
from tests.support.journals import POSTFIX, SOURCE, journalctl, line, write

ENTRY = {
    "__REALTIME_TIMESTAMP": "1795785592487027",
    "__SEQNUM_ID": SOURCE,
    "__SEQNUM": "981",
    "__CURSOR": "s=1",
    "_SYSTEMD_UNIT": "postfix.service",
    "SYSLOG_IDENTIFIER": "postfix/qmgr",
}


@pytest.mark.parametrize(
    ("message", "text"),
    [("chào", "chào"), (list("chào".encode()), "chào"), ([255, 65], "\ufffdA"), (["a", "b"], ""), (None, ""), (7, "")],
)
def test_text_of_a_line(message: object, text: str) -> None:
    found = parse(json.dumps({**ENTRY, "MESSAGE": message}).encode(), {})
    assert found
    assert (found.text, found.position, found.time.isoformat()) == (text, 981, "2026-11-27T13:19:52.487027+00:00")


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'{"MESSAGE":"x"}', b"[" * 100_000, b"\xff"])
def test_what_is_no_line(raw: bytes) -> None:
    assert parse(raw, {}) is None


@pytest.mark.parametrize(
    ("told", "unit"),
    [
        ({"_UID": "103"}, POSTFIX),
        ({"_UID": "103", "_SYSTEMD_UNIT": "ssh.service"}, "ssh.service"),
        ({"_UID": "104"}, ""),
        ({}, ""),
    ],
)
def test_a_line_of_a_process_that_ended_at_once_is_of_its_users_unit(told: dict[str, str], unit: str) -> None:
    entry = {name: value for name, value in ENTRY.items() if name != "_SYSTEMD_UNIT"}
    found = parse(json.dumps(entry | told).encode(), {"103": POSTFIX})
    assert found
    assert found.unit == unit


def test_lines_of_postfix_are_asked_for_by_its_user_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(reading, "USERS", {"nobody": POSTFIX, "not-on-this-host": "other.service"})
    monkeypatch.setattr(reading, "JOURNALCTL", str(tmp_path / "journalctl"))
    journalctl(tmp_path / "journalctl", tmp_path / "lines")
    (number,) = reading.owners()
    write(tmp_path / "lines", [line("", "postfix/lmtp", "sent"), line("", "postfix/lmtp", "forged")])
    entries = [json.loads(each) for each in (tmp_path / "lines").read_text().splitlines()]
    entries[0]["_UID"], entries[1]["_UID"] = number, "1"
    (tmp_path / "lines").write_text("".join(json.dumps(each) + "\n" for each in entries))
    assert [(one.text, one.unit) for one in reading.read(None, 9)] == [("sent", POSTFIX)]


def test_reading_goes_on_behind_the_cursor_and_ends_at_the_bound(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(reading, "JOURNALCTL", str(tmp_path / "journalctl"))
    journalctl(tmp_path / "journalctl", tmp_path / "lines")
    write(
        tmp_path / "lines",
        [line("ssh.service", "sshd", "x")] + [line(POSTFIX, "postfix/qmgr", str(n)) for n in range(9)],
    )
    assert [one.text for one in reading.read(None, 3)] == ["0", "1", "2"]
    assert [one.text for one in reading.read("s=8", 100)] == ["7", "8"]
    first = reading.oldest()
    assert first
    assert first.unit == "ssh.service"


def test_a_journal_that_cannot_be_read_is_tried_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "journalctl"
    monkeypatch.setattr(reading, "JOURNALCTL", str(program))
    with pytest.raises(Refused, match="journalctl does not run"):
        list(reading.read(None, 1))
    program.write_text("#!/bin/sh\necho 'Failed to seek to cursor' >&2\nexit 1\n")
    program.chmod(0o755)
    with pytest.raises(Away, match="Failed to seek to cursor"):
        list(reading.read("s=1", 1))


@pytest.mark.parametrize(
    ("text", "address"), [("192.0.2.1", "192.0.2.1"), ("::1", "::1"), ("unknown", None), ("", None), (None, None)]
)
def test_network_address(text: str | None, address: str | None) -> None:
    assert event.network_address(text) == address


@pytest.mark.parametrize(
    ("text", "count"), [("3", 3), (4, 4), ("-1", None), ("9" * 30, None), ("error", None), (None, None)]
)
def test_number(text: object, count: int | None) -> None:
    assert event.number(text) == count
