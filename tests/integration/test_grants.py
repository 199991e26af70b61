"""What each database role may do, asked of a real PostgreSQL: its own job, and nothing of another's."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from tests.integration.conftest import LOGIN_ROLES, TEMPLATE, Database, Server, new_database
from tests.integration.rows import ACCOUNT, SESSIONS, fill
from tests.support.looped import for_each


@pytest.fixture(scope="module")
def filled(server: Server) -> Iterator[Database]:
    """An open, a suspended and a closed official, each with a password; a run and an audit row. Nobody changes it."""
    with new_database(server, TEMPLATE) as database:
        fill(database)
        yield database


FORBIDDEN = {
    "danhba_apply": [
        "SELECT password FROM mail.credential",
        "INSERT INTO mail.credential (kind, id, password, run) VALUES ('official', 'open', '{PLAIN}y', 1)",
        "UPDATE mail.credential SET password = '{PLAIN}y'",
        "DELETE FROM mail.account",
        "TRUNCATE mail.account CASCADE",
        "INSERT INTO secrecy.incident (reference) VALUES ('x')",
        "DELETE FROM secrecy.incident",
        "SELECT * FROM mail.handover",
        "INSERT INTO mail.handover_end (handover, actor) VALUES (1, 'x')",
    ],
    "danhba_password": [
        "UPDATE mail.account SET state = 'open'",
        ACCOUNT.format(id="new", state="open"),
        "DELETE FROM mail.account",
        "DELETE FROM mail.credential",
        "SELECT * FROM mail.route",
        "INSERT INTO mail.route (address, mode, document) VALUES ('x@laocai.gov.vn', 'system', 'x')",
        "DELETE FROM mail.handover",
        "UPDATE mail.handover_end SET actor = 'x'",
        "SELECT * FROM events.event",
        "DELETE FROM events.use",
        "SELECT * FROM events.look",
    ],
    "danhba_credentials": [
        "SELECT * FROM mail.held",
        "SELECT * FROM mail.handover",
        "SELECT mail.resume_sending('open-stttt@laocai.gov.vn', 'x')",
        "DELETE FROM mail.sending_suspension",
        "INSERT INTO mail.notice (kind, id, what) VALUES ('official', 'open', 'strange')",
        "UPDATE mail.account SET state = 'open'",
        ACCOUNT.format(id="new", state="open"),
        "INSERT INTO mail.credential (kind, id, password, run) VALUES ('official', 'open', '{PLAIN}y', 1)",
        "DELETE FROM mail.credential",
        "UPDATE mail.credential SET document = 'y'",
        "UPDATE mail.credential SET id = 'closed' WHERE id = 'open'",
        "INSERT INTO mail.former_password (kind, id, password) VALUES ('official', 'open', 'x')",
        "UPDATE mail.former_password SET password = 'x'",
        "UPDATE mail.web_session SET expires = now()",
        "SELECT actor FROM mail.run",
        "SELECT * FROM mail.audit",
        "SELECT * FROM mail.route",
        "SELECT * FROM dovecot.passdb",
    ],
    "danhba_sessions": [
        "SELECT * FROM mail.account",
        "SELECT * FROM mail.credential",
        "SELECT * FROM mail.web_session",
        "INSERT INTO mail.ending (address) VALUES ('x')",
        "UPDATE mail.ending SET address = 'x'",
        "TRUNCATE mail.ending",
    ],
    "danhba_room": [
        "SELECT name FROM mail.account",
        "UPDATE mail.account SET quota = 2",
        "SELECT * FROM mail.credential",
        "SELECT * FROM dovecot.passdb",
        "DELETE FROM mail.room",
        "TRUNCATE mail.room",
    ],
    "danhba_events": [
        "SELECT * FROM events.event",
        "INSERT INTO events.event (at, source, position, event) VALUES (now(), gen_random_uuid(), 1, 'read')",
        "UPDATE events.event SET said = 'y'",
        "DELETE FROM events.event",
        "TRUNCATE events.event",
        "SELECT * FROM events.use",
        "SELECT * FROM events.arrival",
        "UPDATE events.progress SET position = 1",
        "INSERT INTO events.look (actor, asked, found) VALUES ('x', 'y', 0)",
        "SELECT * FROM events.holder",
        "SELECT address FROM mail.account",
        "SELECT events.forget(30)",
        "SELECT events.forget(NULL)",
        "SELECT events.take(NULL, NULL, NULL, NULL, NULL, NULL, 1)",
        "DELETE FROM events.open",
        "INSERT INTO events.open VALUES ('x', '{}')",
        "SELECT * FROM events.refusals",
        "SELECT events.count_refusals()",
    ],
    "danhba_trace": [
        "INSERT INTO events.event (at, source, position, event) VALUES (now(), gen_random_uuid(), 1, 'read')",
        "UPDATE events.event SET said = 'y'",
        "DELETE FROM events.event",
        "INSERT INTO events.arrival (position) VALUES (1)",
        "SELECT events.forget(400)",
        "SELECT events.take(NULL, NULL, NULL, NULL, NULL, NULL, 400)",
        "SELECT * FROM events.open",
        "UPDATE events.refusals SET times = 1",
        "SELECT events.note_oldest(now())",
        "SELECT * FROM events.look",
        "UPDATE events.look SET actor = 'y'",
        "DELETE FROM events.look",
        "INSERT INTO events.look (at, actor, asked, found) VALUES ('2010-10-15', 'x', 'y', 0)",
        "SELECT phone FROM mail.account",
        "SELECT * FROM mail.credential",
        "SELECT * FROM mail.audit",
    ],
    "danhba_audit": [
        "INSERT INTO mail.run (job, actor) VALUES ('audit', 'x')",
        "UPDATE mail.audit SET document = 'y'",
        "DELETE FROM chain.seal",
        "SELECT chain.cover('mail.account')",
        "SELECT * FROM secrecy.exception",
        "SELECT phone FROM mail.account",
        "SELECT * FROM mail.credential",
    ],
    "danhba_recall": [
        "UPDATE recall.recall SET document = 'y'",
        "DELETE FROM recall.copy",
        "UPDATE recall.copy SET digest = 'y'",
        "DELETE FROM recall.step",
        "UPDATE recall.step SET actor = 'y'",
        "INSERT INTO recall.step (at, recall, step, actor, plan) VALUES ('2010-10-15', 'x', 'find', 'x', 'x')",
        "UPDATE recall.record SET record = 'y'",
        "DELETE FROM recall.record",
        "INSERT INTO recall.record (number, recall, record, sha256) VALUES (1, 'x', '{}', 'x')",
        "UPDATE events.event SET said = 'y'",
        "SELECT * FROM events.look",
        "SELECT phone FROM mail.account",
        "SELECT * FROM mail.credential",
    ],
    "danhba_archive": [
        "UPDATE archive.archive SET sealed = repeat('0', 64)",
        "DELETE FROM archive.archive",
        "INSERT INTO archive.archive (at, actor) VALUES ('2010-10-15', 'x')",
        "UPDATE archive.step SET actor = 'y'",
        "DELETE FROM archive.step",
        "INSERT INTO archive.step (at, archive, step, actor, document) VALUES ('2010-10-15', 1, 'removing', 'x', 'x')",
        "DELETE FROM archive.export",
        "SELECT archive.admit()",
        "UPDATE mail.account SET state = 'open'",
        "SELECT * FROM mail.credential",
        "SELECT sender FROM events.event",
        "SELECT * FROM events.look",
    ],
    "danhba_secrecy": [
        "SELECT * FROM mail.account",
        "SELECT * FROM secrecy.exception",
        "INSERT INTO secrecy.exception VALUES ('x', 'x@y', ARRAY[repeat('0', 64)], now(), now(), 'x', 'x')",
        "SELECT * FROM secrecy.incident",
        "INSERT INTO secrecy.incident (reference, at) VALUES ('x', now())",
        "INSERT INTO secrecy.incident (reference, sender) VALUES ('x', 'official/open')",
        "UPDATE secrecy.incident SET level = ''",
        "DELETE FROM secrecy.incident",
    ],
    "danhba_notices": [
        "SELECT quota FROM mail.account",
        "SELECT * FROM mail.credential",
        "UPDATE mail.notice SET what = 'strange'",
        "INSERT INTO mail.notice (kind, id, what) VALUES ('official', 'open', 'strange')",
        "DELETE FROM mail.sending_suspension",
        "SELECT mail.resume_sending('open-stttt@laocai.gov.vn', 'x')",
    ],
    "postfix": [
        "SELECT mail.resume_sending('open-stttt@laocai.gov.vn', 'x')",
        "SELECT mail.note('official', 'open', 'strange', '')",
        "SELECT mail.suspend_sending(NULL, '')",
        "DELETE FROM mail.sending",
        "SELECT * FROM mail.sending_suspension",
        "SELECT * FROM mail.known_client",
        "SELECT * FROM events.event",
        "SELECT * FROM mail.room",
        "SELECT * FROM mail.account",
        "SELECT * FROM mail.credential",
        "SELECT * FROM dovecot.passdb",
        "SELECT * FROM dovecot.web_session",
    ],
    "dovecot": [
        "SELECT * FROM mail.account",
        "SELECT * FROM mail.credential",
        "SELECT * FROM mail.web_session",
        "INSERT INTO mail.web_session VALUES (repeat('0', 64), 'official', 'open', 'x', now())",
        "SELECT * FROM postfix.alias",
    ],
    "openldap": [
        "SELECT * FROM mail.account",
        "SELECT * FROM mail.credential",
        "SELECT * FROM dovecot.passdb",
        "SELECT * FROM postfix.initial",
        "UPDATE mail.account SET name = 'y'",
    ],
}
FORBIDDEN_TO_ALL = [
    "UPDATE mail.audit SET document = 'y'",
    "DELETE FROM mail.audit",
    "TRUNCATE mail.audit",
    "UPDATE mail.run SET actor = 'y'",
    "DELETE FROM mail.run",
    "TRUNCATE mail.run CASCADE",
    "UPDATE events.look SET actor = 'y'",
    "TRUNCATE events.look",
    "UPDATE secrecy.incident SET level = ''",
    "DELETE FROM secrecy.incident",
    "TRUNCATE secrecy.incident",
]
FORBIDDEN_TO_SERVICES = [
    "CREATE TABLE public.own (x int)",
    "CREATE TABLE mail.own (x int)",
    "CREATE TEMPORARY TABLE own (x int)",
    "CREATE SCHEMA own",
    "UPDATE public.schema_migration SET sha256 = ''",
    "UPDATE public.schema_file SET made = ''",
    "SET ROLE danhba_owner",
]


@pytest.mark.clause("R9.3")
@for_each(
    "forbidden",
    [
        *((role, statement) for role, statements in FORBIDDEN.items() for statement in statements),
        *((role, statement) for role in LOGIN_ROLES for statement in FORBIDDEN_TO_ALL + FORBIDDEN_TO_SERVICES),
        *(("postgres", statement) for statement in FORBIDDEN_TO_ALL),
    ],
)
def test_role_may_not(filled: Database, forbidden: tuple[str, str]) -> None:
    role, statement = forbidden
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        filled.query(statement, role=role)


@pytest.mark.clause("R6.2b")
@pytest.mark.parametrize(
    ("role", "view", "addresses"),
    [
        ("dovecot", "dovecot.passdb", ["open"]),
        ("dovecot", "dovecot.userdb", ["open", "suspended"]),
        ("postfix", "postfix.mailbox", ["open", "suspended"]),
        ("postfix", "postfix.initial", ["open"]),
    ],
)
def test_view_shows_the_states_it_should(filled: Database, role: str, view: str, addresses: list[str]) -> None:
    rows = filled.query(f"SELECT address FROM {view} ORDER BY 1", role=role)
    assert rows == [(f"{name}-stttt@laocai.gov.vn",) for name in addresses]


@pytest.mark.clause("R10.1")
def test_issued_passwords_are_told_apart(database: Database) -> None:
    fill(database)
    assert database.query("SELECT initial FROM dovecot.passdb", role="dovecot") == [(True,)]
    shown = "SELECT address FROM {}"
    address = ("open-stttt@laocai.gov.vn",)
    assert database.query(shown.format("postfix.initial"), role="postfix") == [address]
    assert database.query(shown.format("postfix.sender"), role="postfix") == []
    database.query("UPDATE mail.credential SET initial = false, since = now()", role="danhba_credentials")
    assert database.query("SELECT initial FROM dovecot.passdb", role="dovecot") == [(False,)]
    assert database.query(shown.format("postfix.initial"), role="postfix") == []
    assert database.query(shown.format("postfix.sender"), role="postfix") == [address]


def test_name_of_a_sign_in_says_which_password_it_was(database: Database) -> None:
    """One name for both ways to sign in, and another one after each change of the password or the address."""
    fill(database)
    database.query("UPDATE mail.credential SET initial = false")
    database.query(SESSIONS)

    def logins() -> set[str]:
        views = [("dovecot", "dovecot.passdb"), ("dovecot", "dovecot.web_session"), ("postfix", "postfix.sender")]
        return {login for role, view in views for (login,) in database.query(f"SELECT login FROM {view}", role=role)}

    assert logins() == {"open-stttt@laocai.gov.vn/1"}
    run = "INSERT INTO mail.run (job, actor) VALUES ('credentials', 'test') RETURNING run"
    [(new,)] = database.query(run)
    database.query(f"UPDATE mail.credential SET password = '{{PLAIN}}new', run = {new} WHERE id = 'open'")
    assert logins() == {f"open-stttt@laocai.gov.vn/{new}"}
    database.query("UPDATE mail.account SET address = 'open-snv@laocai.gov.vn' WHERE id = 'open'")
    assert logins() == {f"open-snv@laocai.gov.vn/{new}"}
    database.query("UPDATE mail.account SET state = 'suspended' WHERE id = 'open'")
    assert logins() == set()


@pytest.mark.clause("R10.5")
@pytest.mark.parametrize("role", ["danhba_credentials", "danhba_password", "postgres"])
def test_whoever_replaces_a_password_ends_its_sessions(database: Database, role: str) -> None:
    """The old hash is remembered, also by a role that may not write there itself."""
    fill(database)
    database.query(SESSIONS)
    database.query("UPDATE mail.credential SET password = '{PLAIN}new' WHERE id = 'open'", role=role)
    assert database.query("SELECT id, password FROM mail.former_password") == [("open", "{PLAIN}x")]
    assert database.query("SELECT id FROM mail.web_session ORDER BY 1") == [("closed",), ("suspended",)]


@pytest.mark.clause("R10.4")
def test_web_session_is_of_an_open_account_with_its_address(database: Database) -> None:
    fill(database)
    database.query("UPDATE mail.credential SET initial = false")
    database.query(SESSIONS)
    shown = "SELECT address FROM dovecot.web_session"
    assert database.query(shown, role="dovecot") == [("open-stttt@laocai.gov.vn",)]
    database.query("UPDATE mail.account SET address = 'open-snv@laocai.gov.vn' WHERE id = 'open'")
    assert database.query(shown, role="dovecot") == []
    database.query("UPDATE mail.account SET address = 'open-stttt@laocai.gov.vn' WHERE id = 'open'")
    database.query("UPDATE mail.credential SET initial = true")
    assert database.query(shown, role="dovecot") == []


def test_account_without_a_password_cannot_log_in_but_receives(database: Database) -> None:
    database.query(ACCOUNT.format(id="new", state="open"))
    assert database.query("SELECT * FROM dovecot.passdb", role="dovecot") == []
    assert database.query("SELECT address FROM postfix.mailbox", role="postfix") == [("new-stttt@laocai.gov.vn",)]


@pytest.mark.clause("R6.2a")
def test_mail_is_stored_under_kind_and_id(filled: Database) -> None:
    homes = filled.query("SELECT home FROM dovecot.userdb ORDER BY 1", role="dovecot")
    assert homes == [("official/open",), ("official/suspended",)]
