"""The probe's way through a mail system that stands in for the real one: each step may fail, and is told."""

from __future__ import annotations

import imaplib
import json
import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from danhba_host import probe

ADDRESS, PASSWORD = "contact-vhud@laocai.gov.vn", "mật khẩu 1"
OTHER = "somebody else's"


class System:
    """The mail system: letters of the mailbox by number, and what is broken."""

    def __init__(self) -> None:
        self.letters: dict[int, str] = {1: OTHER, 2: "of a run that was cut off"}
        self.broken = ""
        self.sent: list[EmailMessage] = []

    def fail(self, step: str) -> None:
        if self.broken == step:
            raise (
                imaplib.IMAP4.error(f"{step} is broken\r\nfor now")
                if step != "submit"
                else smtplib.SMTPException("451")
            )


class Imap:
    """A connection to that system."""

    def __init__(self, system: System) -> None:
        self._system = system
        if system.broken == "connect":
            raise ConnectionRefusedError

    def login(self, address: str, password: str) -> None:
        self._system.fail("login")
        assert (address, password) == (ADDRESS, PASSWORD)

    def select(self, folder: str) -> None:
        assert folder == "INBOX"

    def noop(self) -> None:
        """Nothing new by itself."""

    def uid(self, command: str, *given: str) -> tuple[str, list[bytes | None]]:
        if command == "SEARCH":
            return self._search(given[0].rpartition(" ")[2].strip('"'))
        self._system.fail("remove")
        if command == "EXPUNGE":
            for number in given[0].split(","):
                del self._system.letters[int(number)]
        return "OK", []

    def _search(self, mark: str) -> tuple[str, list[bytes | None]]:
        self._system.fail("search")
        found = [n for n, letter in self._system.letters.items() if letter != OTHER and mark in letter]
        return ("NO" if self._system.broken == "no" else "OK"), [" ".join(map(str, found)).encode() or None]

    def logout(self) -> None:
        """Gone."""


def smtp(system: System) -> Callable[..., Any]:
    class Connection:
        def __init__(self, *_where: object, **_how: object) -> None: ...

        def __enter__(self) -> Connection:
            return self

        def __exit__(self, *_error: object) -> None: ...

        def login(self, address: str, password: str) -> None:
            assert (address, password) == (ADDRESS, PASSWORD)

        def send_message(self, message: EmailMessage) -> None:
            system.fail("submit")
            system.sent.append(message)
            if system.broken != "lost":
                system.letters[len(system.letters) + 1] = message[probe.HEADER]

    return Connection


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> System:
    made = System()
    monkeypatch.setattr(imaplib, "IMAP4_SSL", lambda *_where, **_how: Imap(made))
    monkeypatch.setattr(smtplib, "SMTP_SSL", smtp(made))
    monkeypatch.setattr(ssl, "create_default_context", lambda **_given: None)
    monkeypatch.setattr(probe, "PAUSE", 0)
    (tmp_path / "probe.password").write_text(f"{PASSWORD}\n", encoding="utf-8")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    return made


def run(folder: Path, **other: Any) -> tuple[int, dict[str, float]]:
    """The exit status, and the numbers."""
    values = {
        "host": "mail.laocai.gov.vn", "imap_port": 993, "submission_port": 465, "authority": "/ca.crt",
        "address": ADDRESS, "folder": str(folder), "wait_seconds": 0, **other,
    }  # fmt: skip
    (folder / "probe.json").write_text(json.dumps(values), encoding="utf-8")
    status = probe.main(["--settings", str(folder / "probe.json")])
    path = folder / probe.FILE
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    named = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return status, {name: float(value) for name, _space, value in named}


def steps(numbers: dict[str, float]) -> dict[str, float]:
    return {name[27:-2]: value for name, value in numbers.items() if name.startswith("danhba_probe_success")}


def test_all_goes_well_and_nothing_is_left_but_what_is_others(system: System, tmp_path: Path) -> None:
    status, numbers = run(tmp_path)
    assert status == 0
    assert steps(numbers) == {"login": 1, "submit": 1, "receive": 1, "remove": 1}
    assert numbers["danhba_probe_timestamp_seconds"] > 1e9
    assert system.letters == {1: OTHER}
    assert system.sent[0]["From"] == system.sent[0]["To"] == ADDRESS
    assert system.sent[0]["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(
    ("broken", "step", "before"),
    [
        ("connect", "login", []),
        ("login", "login", []),
        ("submit", "submit", ["login"]),
        ("lost", "receive", ["login", "submit"]),
        ("search", "receive", ["login", "submit"]),
        ("no", "receive", ["login", "submit"]),
        ("remove", "remove", ["login", "submit", "receive"]),
    ],
)
def test_a_step_that_fails_is_told_and_ends_the_run(  # noqa: PLR0917
    system: System, tmp_path: Path, capsys: pytest.CaptureFixture[str], broken: str, step: str, before: list[str]
) -> None:
    system.broken = broken
    status, numbers = run(tmp_path)
    assert status == 0  # what is to be done is an alert's to say
    assert steps(numbers) == {**dict.fromkeys(before, 1.0), step: 0.0}
    said = capsys.readouterr().err
    assert f"step {step} failed" in said
    assert PASSWORD not in said
    assert len(said.splitlines()) == 1


def test_without_its_password_it_refuses(
    system: System, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "probe.password").unlink()
    assert run(tmp_path) == (1, {})
    assert "there is no password" in capsys.readouterr().err
    assert not system.sent


def test_where_its_numbers_cannot_be_written_it_refuses(
    system: System, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / probe.FILE).mkdir()
    (tmp_path / probe.FILE / "full").touch()
    assert run(tmp_path)[0] == 1
    assert "cannot be written" in capsys.readouterr().err
    assert system.letters == {1: OTHER}


def test_not_signed_in_is_no_way_on() -> None:
    way = probe.Way(probe.Settings("h", 1, 2, "", ADDRESS, "", 0), PASSWORD, "m")
    with pytest.raises(imaplib.IMAP4.error, match="not signed in"):
        way.receive()
