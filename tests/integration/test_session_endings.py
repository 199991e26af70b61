"""The list of mail sessions that have to end, which the database keeps until the job on the host has ended them."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from danhba_host import session_endings
from danhba_host.journal import Away
from tests.integration.conftest import Database
from tests.integration.rows import SESSIONS, fill

ADDRESS = "open-stttt@laocai.gov.vn"


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder that systemd gives the job."""
    monkeypatch.setenv("RUNTIME_DIRECTORY", str(tmp_path))


def listed(database: Database) -> list[str]:
    return [address for (address,) in database.query("SELECT address FROM mail.ending ORDER BY entry")]


@pytest.mark.clause("R6.2b", "R10.4")
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("UPDATE mail.account SET state = 'suspended' WHERE id = 'open'", [ADDRESS]),
        ("UPDATE mail.account SET state = 'closed' WHERE id = 'open'", [ADDRESS]),
        ("UPDATE mail.account SET address = 'open-snv@laocai.gov.vn' WHERE id = 'open'", [ADDRESS]),
        ("UPDATE mail.credential SET password = '{PLAIN}new' WHERE id = 'open'", [ADDRESS]),
        ("UPDATE mail.account SET title = 'Giám đốc', quota = 2 WHERE id = 'open'", []),
        ("UPDATE mail.account SET state = 'open' WHERE id = 'suspended'", []),
        ("UPDATE mail.credential SET initial = false, since = now() WHERE id = 'open'", []),
    ],
)
def test_what_has_to_end_is_listed(database: Database, change: str, expected: list[str]) -> None:
    fill(database)
    database.query(change)
    assert listed(database) == expected


def test_web_sessions_of_a_suspended_mailbox_do_not_come_back(database: Database) -> None:
    fill(database)
    database.query("UPDATE mail.credential SET initial = false")
    database.query(SESSIONS)
    for state in ("suspended", "open"):
        database.query(f"UPDATE mail.account SET state = '{state}' WHERE id = 'open'")
    assert database.query("SELECT address FROM dovecot.web_session", role="dovecot") == []


def test_a_web_session_that_begins_meanwhile_does_not_outlast_a_suspension(database: Database) -> None:
    """The suspension waits for it, because both lock the password first; and then ends it."""
    fill(database)
    database.query("UPDATE mail.credential SET initial = false")
    suspend = "UPDATE mail.account SET state = 'suspended' WHERE id = 'open'"
    with database.connect() as beginning, ThreadPoolExecutor(1) as pool:
        with beginning.transaction():
            beginning.execute("SELECT FROM mail.credential WHERE id = 'open' FOR SHARE")
            beginning.execute(SESSIONS.encode())
            suspending = pool.submit(database.query, suspend)
            time.sleep(0.5)
            assert not suspending.done()
        suspending.result(timeout=10)
    database.query("UPDATE mail.account SET state = 'open' WHERE id = 'open'")
    assert database.query("SELECT address FROM dovecot.web_session", role="dovecot") == []


def test_a_password_that_was_checked_before_opens_no_mailbox_after(database: Database) -> None:
    """What Dovecot asks at a sign-in (with the generation that it checked) and for a delivery (without)."""
    fill(database)
    query = f"SELECT address FROM dovecot.userdb WHERE address = '{ADDRESS}' AND %s IN ('', login)"

    def opens(generation: str) -> bool:
        return bool(database.query(query, generation, role="dovecot"))

    assert opens(f"{ADDRESS}/1")
    assert not opens(f"{ADDRESS}/2")
    database.query("UPDATE mail.account SET state = 'suspended' WHERE id = 'open'")
    assert not opens(f"{ADDRESS}/1")
    assert opens("")


class TestJob:
    @pytest.fixture
    def ended(self, monkeypatch: pytest.MonkeyPatch) -> list[Sequence[str]]:
        """Whose sessions Dovecot was told to end, call by call."""
        calls: list[Sequence[str]] = []
        monkeypatch.setattr(session_endings, "end", lambda _anvil, addresses: calls.append(addresses))
        return calls

    def work(self, database: Database) -> str:
        return session_endings.work(session_endings.Settings(database.name, database.server.socket, "/nowhere"))

    def test_works_the_list_off_once(self, database: Database, ended: list[Sequence[str]]) -> None:
        fill(database)
        database.query("UPDATE mail.credential SET password = '{PLAIN}new'")
        database.query("UPDATE mail.account SET state = 'closed' WHERE id = 'open'")
        assert "of 3 mailboxes" in self.work(database)
        assert ended == [sorted(f"{name}-stttt@laocai.gov.vn" for name in ("open", "suspended", "closed"))]
        assert listed(database) == []
        assert self.work(database) == ""
        assert len(ended) == 1
        assert Path(os.environ["RUNTIME_DIRECTORY"], "ended").exists(), "what follows from it is still to be done"

    def test_what_comes_meanwhile_stays_on_the_list(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        fill(database)
        close = "UPDATE mail.account SET state = 'closed' WHERE id = '{}'"
        database.query(close.format("open"))
        monkeypatch.setattr(
            session_endings,
            "end",
            lambda *_given: database.query("INSERT INTO mail.ending (address) VALUES (%s)", ADDRESS),
        )
        assert "of 1 mailboxes" in self.work(database)
        assert listed(database) == [ADDRESS]

    def test_nothing_is_taken_off_when_dovecot_fails(self, database: Database) -> None:
        """There is no socket, so it does not run, and the next run will do."""
        fill(database)
        database.query("UPDATE mail.account SET state = 'closed' WHERE id = 'open'")
        with pytest.raises(Away, match="Dovecot has not ended the sessions"):
            self.work(database)
        assert listed(database) == [ADDRESS]
        assert not Path(os.environ["RUNTIME_DIRECTORY"], "ended").exists()

    def test_waits_for_no_lock_for_ever(self, database: Database, ended: list[Sequence[str]]) -> None:
        """It is the next run's then, and `pg_stat_activity` says meanwhile who waits."""
        fill(database)
        database.query("UPDATE mail.account SET state = 'closed' WHERE id = 'open'")
        waiting = "SELECT application_name FROM pg_stat_activity WHERE datname = current_database() AND usename = %s"
        with database.connect() as other, other.transaction(), ThreadPoolExecutor(1) as pool:
            other.execute("SELECT FROM mail.ending FOR UPDATE")
            running = pool.submit(self.work, database)
            while not (seen := database.query(waiting, session_endings.ROLE)) and not running.done():
                time.sleep(0.05)
            assert seen == [("danhba-end-sessions",)]
            with pytest.raises(Away, match="lock timeout"):
                running.result(timeout=30)
        assert listed(database) == [ADDRESS]


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("danhba_credentials", "INSERT INTO mail.run (job, actor) VALUES ('accounts', 'x')"),
        ("danhba_credentials", "INSERT INTO mail.run (job, actor, as_of) VALUES ('credentials', 'x', '2999-01-01')"),
        ("danhba_password", "INSERT INTO mail.run (job, actor, as_of) VALUES ('accounts', 'x', '2999-01-01')"),
        ("danhba_apply", "INSERT INTO mail.run (job, actor) VALUES ('passwords', 'x')"),
        (
            "danhba_credentials",
            "INSERT INTO mail.audit (run, action, kind, id, document) VALUES (1, 'close', 'a', 'b', 'c')",
        ),
        (
            "danhba_password",
            "INSERT INTO mail.audit (run, action, kind, id, document) VALUES (1, 'close', 'a', 'b', 'c')",
        ),
        (
            "danhba_apply",
            "INSERT INTO mail.audit (run, action, kind, id, document) VALUES (1, 'reissue_password', 'a', 'b', 'c')",
        ),
    ],
)
def test_nobody_records_what_another_does(database: Database, role: str, statement: str) -> None:
    fill(database)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        database.query(statement, role=role)
