"""How much a mailbox may send, as the database counts it for Postfix (R10.6), and who may not go on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.integration.conftest import Database
from tests.integration.rows import fill
from tests.integration.sending import ADDRESS, OFFICIAL, TIMES, ask, question

pytestmark = pytest.mark.clause("R10.6")

GO_ON: list[tuple[object, ...]] = []


@pytest.fixture
def filled(database: Database) -> Database:
    fill(database)
    database.query("UPDATE mail.credential SET initial = false")
    return database


def send(database: Database, recipients: int = 1) -> list[list[tuple[object, ...]]]:
    return [ask(database, step) for step in ["recipient"] * recipients + ["message"]]


def pass_minutes(database: Database, minutes: int) -> None:
    database.query(f"UPDATE mail.sending SET slot = slot - interval '{minutes} minutes'")


def test_so_many_messages_and_no_more(filled: Database) -> None:
    assert [send(filled) for _ in range(3)] == [[GO_ON, GO_ON]] * 3
    [(suspended, minutes)] = ask(filled, "recipient")
    assert not suspended
    assert isinstance(minutes, int)
    assert 60 <= minutes <= 65


def test_so_many_recipients_and_no_more(filled: Database) -> None:
    assert [ask(filled, "recipient") for _ in range(5)] == [GO_ON] * 5
    assert ask(filled, "recipient") != GO_ON
    assert ask(filled, "message") == GO_ON, "those that were taken may still get it"


def test_no_more_than_that_in_any_hour(filled: Database) -> None:
    for _ in range(3):
        send(filled)
    pass_minutes(filled, 59)
    assert ask(filled, "recipient") != GO_ON
    pass_minutes(filled, 6)
    assert send(filled) == [GO_ON, GO_ON]


def test_no_more_than_that_in_any_day(filled: Database) -> None:
    for _ in range(6):
        assert send(filled) == [GO_ON, GO_ON]
        pass_minutes(filled, 65)
    [(suspended, minutes)] = ask(filled, "recipient")
    assert not suspended
    assert minutes == pytest.approx(24 * 60 - 5 * 65, abs=70)
    pass_minutes(filled, 24 * 60)
    assert send(filled) == [GO_ON, GO_ON]


def test_agencies_may_send_more(filled: Database) -> None:
    filled.query(
        "INSERT INTO mail.account (kind, id, address, name, agency, quota, state, document, since) VALUES"
        " ('agency', 'stttt', 'contact-stttt@laocai.gov.vn', 'Sở', 'stttt', 1, 'open', 'x', '2010-10-15')"
    )
    filled.query(
        "INSERT INTO mail.credential (kind, id, password, run, initial) VALUES"
        " ('agency', 'stttt', '{PLAIN}x', 1, false)"
    )
    assert [ask(filled, "recipient", "contact-stttt@laocai.gov.vn/1") for _ in range(50)] == [GO_ON] * 50
    assert ask(filled, "recipient", "contact-stttt@laocai.gov.vn/1") != GO_ON


def test_sending_while_another_session_takes_the_last_message_waits_and_is_refused(filled: Database) -> None:
    """The first has taken it and not yet committed: nobody else can see that, so the second has to wait for it."""
    send(filled)
    send(filled)
    with ThreadPoolExecutor(1) as pool, filled.connect("postfix") as first:
        with first.transaction():
            assert first.execute(question("message").encode()).fetchall() == GO_ON
            second = pool.submit(ask, filled, "message")
            assert filled.somebody_waits("advisory", "transactionid")
        assert second.result() != GO_ON


def test_far_beyond_the_usual_sending_is_suspended_once(filled: Database) -> None:
    tried = OFFICIAL[1] * TIMES
    answers = [ask(filled, "recipient") for _ in range(tried + 2)]
    assert answers[-3:] == [[(True, 0)]] * 3
    assert answers[-4] != [(True, 0)]
    assert filled.query("SELECT id, reason FROM mail.sending_suspension") == [("open", f"{tried}/{OFFICIAL[1]}")]
    assert filled.query("SELECT id, what, detail, told FROM mail.notice") == [
        ("open", "suspended", f"{tried}/{OFFICIAL[1]}", None)
    ]
    assert filled.query("SELECT action, actor FROM mail.audit JOIN mail.run USING (run) WHERE job = 'sending'") == [
        ("suspend_sending", "postfix")
    ]
    pass_minutes(filled, 24 * 60 * 2)
    assert ask(filled, "recipient") == [(True, 0)], "time does not lift it"
    assert filled.query("SELECT address FROM dovecot.passdb WHERE login IS NOT NULL") == [(ADDRESS,)], "reading goes on"


def written(database: Database, *statements: str) -> list[str]:
    """Whether a transaction waits for the disk as it ends, after each of its statements."""
    with database.connect() as connection, connection.transaction():
        told = []
        for statement in statements:
            connection.execute(statement.encode())
            [(setting,)] = connection.execute("SHOW synchronous_commit").fetchall()
            told.append(setting)
        return told


def test_suspension_waits_for_the_disk_and_counting_does_not(filled: Database) -> None:
    counted = question("recipient")
    for _ in range(OFFICIAL[1] * TIMES - 2):
        ask(filled, "recipient")
    assert written(filled, counted) == ["off"]
    assert written(filled, counted) == ["on"]
    assert filled.query("SELECT id FROM mail.sending_suspension") == [("open",)]
    assert written(filled, "SET LOCAL synchronous_commit = off", f"SELECT mail.resume_sending('{ADDRESS}', 'x')") == [
        "off",
        "on",
    ]


def test_the_operator_lifts_it_and_that_is_on_record(filled: Database) -> None:
    for _ in range(OFFICIAL[1] * TIMES):
        ask(filled, "recipient")
    lift = f"SELECT mail.resume_sending('{ADDRESS}', 'operator')"
    assert filled.query(lift, role="danhba_apply") == [(True,)]
    assert filled.query(lift, role="danhba_apply") == [(False,)]
    assert filled.query("SELECT mail.resume_sending('nobody@laocai.gov.vn', 'x')", role="danhba_apply") == [(False,)]
    assert send(filled) == [GO_ON, GO_ON]
    assert filled.query("SELECT action, actor FROM mail.audit JOIN mail.run USING (run) WHERE job = 'sending'") == [
        ("suspend_sending", "postfix"),
        ("resume_sending", "operator"),
    ]


@pytest.mark.parametrize("login", [ADDRESS, f"{ADDRESS}/2", "suspended-stttt@laocai.gov.vn/1", "", "x", "/", "'; --"])
def test_who_may_not_send_at_all_is_not_counted(filled: Database, login: str) -> None:
    """Those hear another text, from the map that asks."""
    assert ask(filled, "recipient", login.replace("'", "''")) == GO_ON
    assert filled.query("SELECT count(*) FROM mail.sending") == [(0,)]


def test_the_same_is_written_once_a_day(filled: Database) -> None:
    note = "SELECT mail.note('official', 'open', 'guessed', '{}')"
    found = "SELECT detail, told IS NULL FROM mail.notice"
    filled.query(note.format("a"), role="danhba_credentials")
    filled.query(note.format("b"), role="danhba_credentials")
    assert filled.query(found) == [("a", True)]
    filled.query("UPDATE mail.notice SET told = now()", role="danhba_notices")
    filled.query(note.format("c"), role="danhba_credentials")
    assert filled.query(found) == [("a", False)]
    filled.query("UPDATE mail.notice SET since = now() - interval '25 hours'")
    filled.query(note.format("d"), role="danhba_credentials")
    assert filled.query(found) == [("d", True)]
