"""The numbers of the mail system from a real database: what they count, and that whoever asks reads nothing else."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from danhba_host.journal import Refused
from danhba_host.metrics import __main__ as program
from danhba_host.metrics.__main__ import Settings
from tests.integration.conftest import Database
from tests.integration.rows import event, fill

OPEN = "official/open"


@pytest.fixture
def now(database: Database) -> datetime:
    """The database's clock; its accounts are there."""
    fill(database)
    moment: datetime = database.query("SELECT now()")[0][0]
    return moment


def settings(database: Database, folder: Path, **other: Any) -> Settings:
    nothing: dict[str, Any] = {
        "services": [], "queue": False, "bans": False, "certificate": "", "signatures": "", "time_servers": [],
        "dns": [], "jobs": ["backup"],
    }  # fmt: skip
    where = {"database": database.name, "database_socket_dir": database.server.socket, "folder": str(folder)}
    return Settings(**{**nothing, **where, **other})


def run(told: Settings, done: str | None = None) -> dict[str, float]:
    """The numbers in the file that a run has written."""
    assert not program.work(told, argparse.Namespace(done=done))
    lines = (Path(told.folder) / (f"danhba-{done}.prom" if done else program.FILE)).read_text(encoding="utf-8")
    named = (line.rpartition(" ") for line in lines.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _space, value in named}


def message(database: Database, at: datetime, seconds: float, queue_id: str, to: str | None = OPEN) -> None:
    """A message that took so long to arrive at a moment."""
    event(database, at - timedelta(seconds=seconds), "received", None, queue_id=queue_id)
    event(database, at, "delivered", to, queue_id=queue_id, protocol="lmtp" if to else "smtp")


@pytest.mark.clause("R9.2")
def test_how_long_messages_took_that_arrived_in_the_last_quarter_of_an_hour(
    database: Database, now: datetime, tmp_path: Path
) -> None:
    recent = now - timedelta(minutes=5)
    for number in range(18):
        message(database, recent, 2, f"Q{number}")
    message(database, recent, 7200, "L1")
    message(database, recent, 7200, "L2")
    message(database, recent, 40, "O1", None)
    for number in range(12):
        message(database, now - timedelta(minutes=20), 9000, f"before {number}")
    message(database, now - timedelta(minutes=20), 9000, "outside before", None)
    message(database, now - timedelta(minutes=70), 9000, "long before")
    event(database, recent, "delivered", OPEN, queue_id="passed on", next_queue_id="N1")
    found = run(settings(database, tmp_path))
    assert found['danhba_deliveries_last_hour{place="mailbox"}'] == 32
    assert found['danhba_deliveries_last_quarter{place="mailbox"}'] == 20
    assert found['danhba_delivery_seconds_p95{place="mailbox"}'] == pytest.approx(7200)
    assert found['danhba_delivery_seconds_p95{place="outside"}'] == pytest.approx(40)


def test_mail_by_what_became_of_it(database: Database, now: datetime, tmp_path: Path) -> None:
    recent = now - timedelta(minutes=1)
    for name, more in (
        ("received", {"queue_id": "A"}),
        ("judged", {"action": "reject", "symbols": "BAYES_SPAM"}),
        ("judged", {"action": "reject", "symbols": "CLAM_VIRUS"}),
        ("judged", {"action": "add-header"}),
        ("refused", {}),
        ("bounced", {}),
    ):
        event(database, recent, name, None, **more)
    event(database, now - timedelta(hours=2), "bounced", None)
    found = run(settings(database, tmp_path))
    counted = {what: found[f'danhba_mail_last_hour{{what="{what}"}}'] for what in ("spam", "virus", "junk", "bounced")}
    assert set(counted.values()) == {1}
    assert found.get('danhba_mail_today{what="bounced"}', 0) <= 2


def test_what_is_amiss(database: Database, now: datetime, tmp_path: Path) -> None:
    before = run(settings(database, tmp_path))
    assert before["danhba_sending_suspended"] == before["danhba_accounts_guessed_last_day"] == 0
    database.query("INSERT INTO mail.sending_suspension (kind, id, reason) VALUES ('official', 'open', '9/1')")
    database.query("INSERT INTO mail.notice (kind, id, what) VALUES ('official', 'open', 'guessed')")
    database.query(
        "INSERT INTO mail.notice (kind, id, what, since)"
        " VALUES ('official', 'closed', 'guessed', now() - interval '25 hours')"
    )
    database.query("UPDATE events.progress SET checked = now() - interval '1000 s'")
    after = run(settings(database, tmp_path))
    assert after["danhba_sending_suspended"] == after["danhba_accounts_guessed_last_day"] == 1
    assert after["danhba_collector_lag_seconds"] == pytest.approx(1000, abs=60)
    assert after['danhba_mailboxes{kind="official",state="suspended"}'] == 1
    assert now


def test_a_database_that_is_away_is_a_number_and_the_rest_is_written(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "daily.cvd").touch()
    found = run(settings(database, tmp_path, database_socket_dir=str(tmp_path), signatures=str(tmp_path)))
    assert found['danhba_metrics_source_up{source="database"}'] == 0
    assert found['danhba_metrics_source_up{source="signatures"}'] == 1
    assert found["danhba_metrics_timestamp_seconds"] == pytest.approx(datetime.now(UTC).timestamp(), abs=60)
    assert "database does not answer" in capsys.readouterr().err


def test_an_apply_is_noted_beside_the_other_numbers(database: Database, tmp_path: Path) -> None:
    run(settings(database, tmp_path))
    before = (tmp_path / program.FILE).read_text(encoding="utf-8")
    assert 'danhba_job_expected{job_name="backup"} 1' in (tmp_path / program.FILE).read_text(encoding="utf-8")
    found = run(settings(database, tmp_path), "apply")
    assert list(found) == ["danhba_apply_last_success_timestamp_seconds"]
    assert (tmp_path / program.FILE).read_text(encoding="utf-8") == before


def test_a_folder_that_is_not_there(database: Database, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be written"):
        program.work(settings(database, tmp_path / "none"), argparse.Namespace(done=None))


@pytest.mark.parametrize(
    "asked",
    [
        "SELECT * FROM events.event",
        "SELECT * FROM mail.account",
        "SELECT * FROM mail.sending_suspension",
        "SELECT * FROM secrecy.incident",
        "SELECT usage.flows(now(), now())",
        "DELETE FROM mail.notice",
    ],
)
def test_whoever_asks_reads_no_row(database: Database, asked: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        database.query(asked, role="danhba_metrics")


@pytest.mark.parametrize("role", ["postfix", "dovecot", "danhba_events"])
def test_nobody_else_asks(database: Database, role: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        database.query("SELECT * FROM metrics.figures()", role=role)
