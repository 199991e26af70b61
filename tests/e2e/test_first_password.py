"""The first password (R10.1): the same account in every protocol before the change, after it, and after a reissue."""

from __future__ import annotations

import imaplib
import poplib
import shlex
import smtplib
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial

import pytest

from tests.e2e.post import alive
from tests.support.deployment import Deployment
from tests.support.mail import Sieve

from .conftest import NOTED

# An agency that no other test writes to.
AGENCY = "svhttdl"
WEBMAIL = "https://mail.laocai.gov.vn/"
ASCII, VIETNAMESE = "suoi Thau chan cay 88", "Núi Hàm Rồng, mây số 7"


@dataclass
class Person:
    """An official and the password that is in force."""

    mail: Deployment
    address: str
    colleague: str
    password: str

    def change(self, new: str) -> str:
        """Change the password as the webmail does; the token of the web session."""
        answer = self.mail.ask(
            {"request": "change_password", "address": self.address, "old": self.password, "new": new}
        )
        assert answer["answer"] == "changed", answer
        self.mail.remember(self.address, new)
        self.password = new
        return str(answer["token"])


@pytest.fixture(scope="module")
def person(mail: Deployment) -> Person:
    issued = mail.passwords
    names = sorted(address for address in issued if address.endswith(f"-{AGENCY}@laocai.gov.vn"))
    officials = [address for address in names if not address.startswith("contact-")]
    return Person(mail, officials[0], officials[1], issued[officials[0]])


@contextmanager
def pop3(person: Person) -> Iterator[poplib.POP3_SSL]:
    context = person.mail.server.tls
    context.check_hostname = False  # poplib can only check the name that it connects to
    client = poplib.POP3_SSL(person.mail.server.address, context=context)
    client.encoding = "utf-8"
    try:
        client.user(person.address)
        client.pass_(person.password)
        yield client
    finally:
        client.close()


def imap_says(person: Person) -> str:
    try:
        with person.mail.server.imap(person.address, person.password) as client:
            return str(client.noop()[0])
    except imaplib.IMAP4.error as error:
        return str(error)


def pop3_says(person: Person) -> str:
    try:
        with pop3(person) as client:
            return client.noop().decode()
    except poplib.error_proto as error:
        return str(error)


def sieve_says(person: Person) -> str:
    try:
        session = Sieve(person.mail.server, person.address, person.password)
    except PermissionError as error:
        return str(error)
    try:
        return session.active()
    finally:
        session.close()


def submission_says(person: Person, port: int) -> str:
    with person.mail.server.submission(person.address, person.password, port) as client:
        client.mail(person.address)
        code, text = client.rcpt(person.colleague)
    return f"{code} {text.decode()}"


PROTOCOLS: dict[str, tuple[Callable[[Person], str], str, str, str]] = {
    "imap": (imap_says, "[CONTACTADMIN] Chua doi mat khau cap mot lan", "OK", "[AUTHENTICATIONFAILED]"),
    "pop3": (pop3_says, "-ERR [AUTH] Chua doi mat khau cap mot lan", "+OK", "-ERR [AUTH] Authentication failed."),
    "sieve": (sieve_says, 'NO "Chưa đổi mật khẩu cấp một lần', "OK", "NO"),
    "submission": (lambda person: submission_says(person, 587), "554 5.7.1", "250", "535"),
    "submissions": (lambda person: submission_says(person, 465), "554 5.7.1", "250", "535"),
}
protocols = pytest.mark.parametrize("protocol", PROTOCOLS)


def assert_gated(person: Person, protocol: str) -> None:
    """The right password is known for the issued one: refused, with the text that says where to change it."""
    says, refused, _works, _wrong = PROTOCOLS[protocol]
    answer = says(person)
    assert refused in answer
    assert WEBMAIL in answer
    assert "mat khau" in answer or "mật khẩu" in answer
    assert "Change your first password" in answer


def assert_works(person: Person, protocol: str) -> None:
    says, _refused, works, _wrong = PROTOCOLS[protocol]
    assert works in says(person)


@pytest.mark.clause("R10.1")
@protocols
def test_issued_password_is_refused_and_the_webmail_named(person: Person, protocol: str) -> None:
    assert_gated(person, protocol)


def test_webmail_gets_no_session_for_it(person: Person) -> None:
    answer = person.mail.ask({"request": "sign_in", "address": person.address, "password": person.password})
    assert answer["answer"] == "initial"
    assert "token" not in answer


@protocols
def test_only_who_knows_it_is_told(person: Person, protocol: str) -> None:
    _says, refused, _works, wrong = PROTOCOLS[protocol]
    answer = wrong_says(protocol, replace(person, password=person.password + "x"))
    assert wrong in answer
    assert refused not in answer


@pytest.mark.clause("R10.1")
def test_change_opens_every_protocol(person: Person) -> None:
    person.change(ASCII)
    for protocol in PROTOCOLS:
        assert_works(person, protocol)


def test_vietnamese_password_works_in_every_protocol(person: Person) -> None:
    person.change(VIETNAMESE)
    for protocol in PROTOCOLS:
        assert_works(person, protocol)


def test_change_ends_the_sessions_of_the_old_password(person: Person) -> None:
    with (
        person.mail.server.imap(person.address, person.password) as imap,
        person.mail.server.imap(person.address, person.password) as second,
        pop3(person) as post,
    ):
        sieve = Sieve(person.mail.server, person.address, person.password)
        assert imap.noop()[0] == "OK"
        assert post.noop().startswith(b"+OK")
        person.change("trau den an co xanh 12")
        for session in (imap, second):
            with pytest.raises(imaplib.IMAP4.abort):
                session.noop()
        with pytest.raises((poplib.error_proto, OSError)):
            post.noop()
        with pytest.raises((PermissionError, ConnectionError, ssl.SSLError)):
            sieve.active()
    assert imap_says(person) == "OK"
    assert owed(person) == [], "what has ended is off the list"


def owed(person: Person) -> list[str]:
    """Of whom mail sessions have to end yet, as the database has it."""
    query = "SELECT address FROM mail.ending"
    return person.mail.host.run(f"runuser -u postgres -- psql -d danhba -qtA -c '{query}'").stdout.split()


def test_a_sign_in_under_way_does_not_outlast_the_change(person: Person) -> None:
    """The password is checked, and replaced before the mailbox is opened: what runs on under the old one is nothing."""
    old, stop = person.password, threading.Event()
    opened: list[imaplib.IMAP4] = []

    def sign_in_again_and_again() -> None:
        while not stop.is_set():
            with suppress(imaplib.IMAP4.error, OSError):
                opened.append(_signed_in(person, old))

    with ThreadPoolExecutor(6) as pool:
        for _ in range(6):
            pool.submit(sign_in_again_and_again)
        while len(opened) < 3:
            time.sleep(0.1)
        person.change("mua dong suong muoi 17")
        time.sleep(1)
        stop.set()
    try:
        assert opened
        assert [session for session in opened if alive(session)] == []
    finally:
        for session in opened:
            with suppress(OSError):
                session.shutdown()


def _signed_in(person: Person, password: str) -> imaplib.IMAP4:
    with ExitStack() as stack:
        session = stack.enter_context(person.mail.server.imap(person.address, password))
        stack.pop_all()
    return session


HOSTILE = [
    "' OR 1=1 --",
    "x'; DROP SCHEMA mail CASCADE; --",
    "\\' OR 1=1 --",
    "%{user}",
    "a' UNION SELECT 'x",
    "*",
    "%s",
]


def test_a_name_or_password_that_is_an_injection_is_only_wrong(person: Person) -> None:
    """In every protocol; the services that make queries of them go on, and the database is as it was."""
    before = accounts_dump(person)
    guesses = [
        guess
        for text in HOSTILE
        for guess in (
            replace(person, address=f"{text}@laocai.gov.vn"),
            replace(person, address=f"{person.address}{text}"),
            replace(person, password=text),
        )
    ]
    with ThreadPoolExecutor(12) as pool:  # each failure has its wait
        answers = {protocol: list(pool.map(partial(wrong_says, protocol), guesses)) for protocol in PROTOCOLS}
    for protocol, said in answers.items():
        _says, _refused, _works, wrong = PROTOCOLS[protocol]
        assert [text for text in said if wrong not in text] == [], protocol
    assert accounts_dump(person) == before
    for protocol in PROTOCOLS:
        assert_works(person, protocol)


def wrong_says(protocol: str, guess: Person) -> str:
    """What a protocol answers to somebody who may not sign in."""
    try:
        return PROTOCOLS[protocol][0](guess)
    except smtplib.SMTPAuthenticationError as error:
        return f"{error.smtp_code}"


@pytest.mark.parametrize("text", ["' OR 1=1 --", "x'; DROP SCHEMA mail CASCADE; --", "%s", "\\\\'"])
def test_a_sender_or_recipient_that_is_an_injection_is_refused(person: Person, text: str) -> None:
    with person.mail.server.smtp() as client:
        client.ehlo()
        client.docmd("MAIL", "FROM:<stranger@example.org>")
        code, said = client.docmd("RCPT", f'TO:<"{text}"@laocai.gov.vn>')
        assert 500 <= code < 600, said
    with person.mail.server.submission(person.address, person.password) as client:
        client.docmd("MAIL", f'FROM:<"{text}"@laocai.gov.vn>')
        code, said = client.rcpt(person.colleague)
        assert 500 <= code < 600, said


def accounts_dump(person: Person) -> str:
    """Everything that the database of accounts holds, but sessions of the webmail, and what is noted of who came."""
    leaving_out = " ".join(f"--exclude-table-data='{name}'" for name in ("mail.web_session", *NOTED))
    command = f"pg_dump --no-owner {leaving_out} danhba | grep -v '^.\\(un\\)\\?restrict '"
    return person.mail.host.run(f"runuser -u postgres -- sh -c {shlex.quote(command)} | sha256sum").stdout


@contextmanager
def sending(person: Person, port: int = 587) -> Iterator[smtplib.SMTP]:
    """A session of submission in which the account may send."""
    with person.mail.server.submission(person.address, person.password, port) as client:
        client.mail(person.address)
        assert client.rcpt(person.colleague)[0] == 250
        client.rset()
        yield client


def assert_ended(person: Person, client: smtplib.SMTP) -> None:
    """Nobody sends in this session any more, not even a receipt, which has no sender; and the reply says what to do."""
    for sender in (person.address, ""):
        client.mail(sender)
        code, text = client.rcpt(person.colleague)
        assert (code, text[:5]) == (554, b"5.7.1")
        assert b"Phien dang nhap da het hieu luc: hay dang nhap lai" in text
        assert b"This session has ended: sign in again" in text
        client.rset()


def test_change_ends_sending_with_the_old_password(person: Person) -> None:
    """In a session that was there before, as well as in the middle of a message."""
    with sending(person) as client, sending(person, 465) as writing:
        writing.mail(person.address)
        writing.rcpt(person.colleague)
        person.change("bep lua nha san am 54")
        assert writing.data(b"Subject: half\r\n\r\n.\r\n")[0] == 554
        assert_ended(person, client)
        assert_ended(person, writing)
    for protocol in ("submission", "submissions"):
        assert_works(person, protocol)


def test_token_of_a_web_session_holds_on_the_server_alone(person: Person) -> None:
    """By IMAP without TLS on the loopback, as the webmail signs in, and from nowhere else; and it ends."""
    token = person.mail.ask({"request": "sign_in", "address": person.address, "password": person.password})["token"]
    assert not person.mail.server.may_log_in(person.address, token)
    assert inside(person, token) == "OK"
    person.mail.ask({"request": "sign_out", "address": person.address, "token": token})
    assert "AUTHENTICATIONFAILED" in inside(person, token)


_INSIDE = """
import imaplib, sys
user, password = sys.stdin.read().split()
client = imaplib.IMAP4("127.0.0.1", 143)
try:
    print(client.login(user, password)[0])
except imaplib.IMAP4.error as error:
    print(error)
"""


def inside(person: Person, password: str) -> str:
    """What IMAP on the loopback says to a password."""
    command = person.mail.host.ssh(f"python3 -c {shlex.quote(_INSIDE)}")
    sent = f"{person.address} {password}"
    return subprocess.run(command, input=sent, text=True, check=True, stdout=subprocess.PIPE).stdout.strip()


@pytest.mark.clause("R10.5")
def test_reissue_begins_again(person: Person) -> None:
    """The old password, its sessions and its web sessions end at once, and the new one opens nothing but the change."""
    token = person.mail.ask({"request": "sign_in", "address": person.address, "password": person.password})["token"]
    with person.mail.server.imap(person.address, person.password) as session, sending(person) as client:
        assert session.noop()[0] == "OK"
        person.mail.play("passwords", accounts=[person.address], document="12/BC-SVHTTDL", document_date="2010-10-15")
        with pytest.raises(imaplib.IMAP4.abort):
            session.noop()
        assert_ended(person, client)
    assert not person.mail.server.may_log_in(person.address, person.password)
    assert person.mail.ask({"request": "look_up", "address": person.address, "token": token}) == {"answer": "refused"}
    former, person.password = person.password, person.mail.passwords[person.address]
    assert person.password != former
    for protocol in PROTOCOLS:
        assert_gated(person, protocol)
    answer = person.mail.ask(
        {"request": "change_password", "address": person.address, "old": person.password, "new": former}
    )
    assert [reason["rule"] for reason in answer["reasons"]] == ["former"]
    person.change("ruong bac thang vang 9")
    for protocol in PROTOCOLS:
        assert_works(person, protocol)


def test_guessing_through_the_webmail_slows_nobody_else(person: Person) -> None:
    colleague = person.mail.choose(person.colleague)
    guess = {"request": "sign_in", "address": person.address, "password": "doan mo"}
    answers = [person.mail.ask(guess, "198.51.100.7")["answer"] for _ in range(11)]
    assert answers == ["refused"] * 10 + ["wait"]
    for address, password in ((person.colleague, colleague), (person.address, person.password)):
        answer = person.mail.ask({"request": "sign_in", "address": address, "password": password})
        assert answer["answer"] == "signed_in", "neither the colleague nor the owner, who is elsewhere, has to wait"
    assert imap_says(person) == "OK", "mail programs of the same owner are not shut out"


def test_journal_and_disk_hold_no_password(person: Person) -> None:
    journal = person.mail.host.run("journalctl --no-pager -o cat", timeout=120).stdout
    for secret in (ASCII, VIETNAMESE, person.password):
        assert secret not in journal
    assert f"changed: {person.address}" in journal
