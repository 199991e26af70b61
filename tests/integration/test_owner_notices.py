"""What owners and the operator are written, and how suspended sending is lifted, with a real PostgreSQL."""

from __future__ import annotations

from argparse import Namespace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from danhba_host import owner_notices, protected_names, sending
from danhba_host.journal import Away, Refused
from tests.integration.conftest import Database
from tests.integration.rows import fill
from tests.integration.sending import ADDRESS, OFFICIAL, TIMES, ask

OPERATOR = "postmaster@laocai.gov.vn"
NOTE = "SELECT mail.note('official', '{}', '{}', '{}')"


@pytest.fixture
def filled(database: Database) -> Database:
    fill(database)
    database.query("UPDATE mail.credential SET initial = false")
    return database


@pytest.fixture
def settings(filled: Database) -> owner_notices.Settings:
    return owner_notices.Settings(filled.name, filled.server.socket, OPERATOR, OPERATOR, "0214 3 000 000")


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A sendmail(1) that keeps each message in a file, named by its recipient; it refuses while `away` is there."""
    program = tmp_path / "sendmail"
    program.write_text(
        f'#!/bin/sh\ntest ! -e {tmp_path}/away || {{ echo "queue is full" >&2; exit 75; }}\n'
        f'for to; do :; done\ncat > "{tmp_path}/$to.eml"\n'
    )
    program.chmod(0o755)
    monkeypatch.setattr(owner_notices, "SENDMAIL", str(program))
    return tmp_path


def mails(posted: Path) -> dict[str, EmailMessage]:
    found = {path.stem: message_from_bytes(path.read_bytes(), policy=policy.default) for path in posted.glob("*.eml")}
    return {name: message for name, message in found.items() if isinstance(message, EmailMessage)}


@pytest.mark.clause("R10.4")
def test_an_owner_is_told_of_guesses_once(filled: Database, settings: owner_notices.Settings, posted: Path) -> None:
    filled.query(NOTE.format("open", "guessed", ""), role="danhba_credentials")
    assert "1" in owner_notices.work(settings)
    [(to, message)] = mails(posted).items()
    assert to == message["To"] == ADDRESS
    assert message["Subject"] == owner_notices.GUESSED
    assert message["Auto-Submitted"] == "auto-generated"
    text = message.get_content()
    assert "Lò Thị" in text
    assert "0214 3 000 000" in text
    assert "http" not in text
    (posted / f"{ADDRESS}.eml").unlink()
    assert owner_notices.work(settings) == ""
    assert mails(posted) == {}


def test_a_name_is_a_name(filled: Database, settings: owner_notices.Settings, posted: Path) -> None:
    """Whatever stands in it: it is no template, and keeps nobody else's notices back."""
    filled.query("UPDATE mail.account SET name = 'Lò {thing} {0} {' WHERE id = 'open'")
    filled.query(NOTE.format("open", "guessed", ""), role="danhba_credentials")
    owner_notices.work(settings)
    assert "Kính gửi Lò {thing} {0} {," in mails(posted)[ADDRESS].get_content()


@pytest.mark.clause("R10.4")
def test_an_owner_is_told_of_a_stranger(filled: Database, settings: owner_notices.Settings, posted: Path) -> None:
    filled.query(NOTE.format("open", "strange", "203.0.113.7"), role="danhba_credentials")
    owner_notices.work(settings)
    assert "203.0.113.7" in mails(posted)[ADDRESS].get_content()


@pytest.mark.clause("R10.6")
def test_owner_and_operator_are_told_of_a_suspension(
    filled: Database, settings: owner_notices.Settings, posted: Path
) -> None:
    for _ in range(OFFICIAL[1] * TIMES):
        ask(filled, "recipient")
    assert ADDRESS in owner_notices.work(settings), "the journal names it"
    told = mails(posted)
    assert told.keys() == {ADDRESS, OPERATOR}
    assert f"-e accounts={ADDRESS}" in told[OPERATOR].get_content()


def test_what_postfix_does_not_take_comes_again(
    filled: Database, settings: owner_notices.Settings, posted: Path
) -> None:
    filled.query(NOTE.format("open", "guessed", ""), role="danhba_credentials")
    (posted / "away").touch()
    with pytest.raises(Away, match="queue is full"):
        owner_notices.work(settings)
    (posted / "away").unlink()
    owner_notices.work(settings)
    assert mails(posted).keys() == {ADDRESS}


def test_a_closed_mailbox_is_told_nothing(filled: Database, settings: owner_notices.Settings, posted: Path) -> None:
    filled.query(NOTE.format("closed", "guessed", ""), role="danhba_credentials")
    assert owner_notices.work(settings) == ""
    assert mails(posted) == {}


def test_counts_of_yesterday_are_forgotten(filled: Database, settings: owner_notices.Settings, posted: Path) -> None:
    ask(filled, "recipient")
    owner_notices.work(settings)
    assert filled.query("SELECT count(*) FROM mail.sending") == [(1,)]
    filled.query("UPDATE mail.sending SET slot = slot - interval '26 hours'")
    owner_notices.work(settings)
    assert filled.query("SELECT count(*) FROM mail.sending") == [(0,)]


@pytest.mark.clause("R9.6")
def test_the_operator_lists_and_lifts(
    filled: Database, settings: owner_notices.Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(OFFICIAL[1] * TIMES):
        ask(filled, "recipient")
    sending.work(settings, Namespace(resume=[], actor="x"))
    [line] = capsys.readouterr().out.splitlines()
    assert line.split("\t")[::2] == [ADDRESS, f"{OFFICIAL[1] * TIMES}/{OFFICIAL[1]}"]
    with pytest.raises(Refused, match="nobody@laocai"):
        sending.work(settings, Namespace(resume=[ADDRESS, "nobody@laocai.gov.vn"], actor="x"))
    assert ask(filled, "recipient") == [(True, 0)], "all of it or nothing"
    sending.work(settings, Namespace(resume=[f" {ADDRESS.upper()}"], actor="nva"))
    assert capsys.readouterr().out == ""
    assert ask(filled, "recipient") == []
    assert filled.query("SELECT actor FROM mail.run WHERE job = 'sending' ORDER BY run DESC LIMIT 1") == [("nva",)]


def test_names_of_open_mailboxes_and_their_agencies(filled: Database, tmp_path: Path) -> None:
    filled.query(
        "INSERT INTO mail.account (kind, id, address, name, agency, quota, state, document, since) VALUES"
        " ('agency', 'stttt', 'contact-stttt@laocai.gov.vn', 'Sở Thông tin', 'stttt', 1, 'open', 'x', '2010-10-15')"
    )
    filled.query("UPDATE mail.account SET name = 'Đã Đóng' WHERE id = 'closed'")
    protected_names.work(protected_names.Settings(filled.name, filled.server.socket, str(tmp_path)))
    path = tmp_path / protected_names.FILE
    assert path.read_text() == "lo-thi\nso-thong-tin\n"
    before = path.stat().st_mtime_ns
    protected_names.work(protected_names.Settings(filled.name, filled.server.socket, str(tmp_path)))
    assert path.stat().st_mtime_ns == before
