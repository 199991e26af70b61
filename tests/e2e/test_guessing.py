"""Guessing at passwords by mail programs (R10.4): one count for all ways in, and no way to lock an owner out."""

from __future__ import annotations

import imaplib
import poplib
import shlex
import smtplib
import ssl
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

import ldap3
import pytest
from ldap3.core.exceptions import LDAPException

from tests.support import waiting
from tests.support.deployment import Deployment
from tests.support.mail import Server

pytestmark = pytest.mark.clause("R10.4")

LIMIT = 10  # wrong passwords of one mailbox at one client (credentials_account_failures)
BASE = "dc=laocai,dc=gov,dc=vn"
HERE = "10.233.0.1"  # this machine, as the host sees it
_ELSEWHERE = """
import imaplib, ssl, sys
user, password = sys.stdin.read().split()
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
try:
    print(imaplib.IMAP4_SSL("127.0.0.1", 993, ssl_context=context).login(user, password)[0])
except imaplib.IMAP4.error as error:
    print(error)
"""


_STRANGER = """
import http.client
connection = http.client.HTTPConnection("127.0.0.1", 941, timeout=10)
connection.request("POST", "/?command=allow", b"{}", {"X-API-Key": "0" * 64})
print(connection.getresponse().status)
"""


@dataclass(frozen=True)
class Owner:
    """Somebody with a password that was chosen."""

    mail: Deployment
    address: str
    password: str

    @property
    def server(self) -> Server:
        return self.mail.server

    def guess(self, number: int, way: Callable[[Owner, str], bool]) -> None:
        """So many wrong passwords, all different, at once: each waits for its answer some seconds."""
        with ThreadPoolExecutor(number) as pool:
            assert not any(pool.map(lambda each: way(self, f"doan-{number}-{each}"), range(number)))

    def elsewhere(self, password: str) -> str:
        """What IMAP says to a client that is not here: a program on the host itself."""
        command = self.mail.host.ssh(f"python3 -c {shlex.quote(_ELSEWHERE)}")
        sent = f"{self.address} {password}"
        return subprocess.run(command, input=sent, text=True, check=True, stdout=subprocess.PIPE).stdout.strip()

    def refusal(self) -> str:
        """What IMAP says to the right password, from here."""
        with pytest.raises(imaplib.IMAP4.error) as refused, self.server.imap(self.address, self.password):
            pass
        return str(refused.value)


@pytest.fixture(scope="module")
def owners(mail: Deployment) -> list[Owner]:
    """Several, for what is counted stays counted."""
    return [Owner(mail, address, mail.choose(address)) for address in sorted(mail.passwords)[:9]]


def by_imap(owner: Owner, password: str) -> bool:
    return owner.server.may_log_in(owner.address, password)


def by_pop3(owner: Owner, password: str) -> bool:
    client = poplib.POP3_SSL(owner.server.address, 995, context=_loose())
    try:
        client.user(owner.address)
        client.pass_(password)
    except poplib.error_proto:
        return False
    finally:
        client.close()
    return True


def by_submission(owner: Owner, password: str) -> bool:
    try:
        with owner.server.submission(owner.address, password, 465):
            return True
    except smtplib.SMTPAuthenticationError:
        return False


def by_the_webmail(owner: Owner, password: str) -> bool:
    request = {"request": "sign_in", "address": owner.address, "password": password}
    return bool(owner.mail.ask(request, client=HERE)["answer"] == "signed_in")


def by_the_address_book(owner: Owner, password: str) -> bool:
    server = ldap3.Server(owner.server.address, 636, use_ssl=True, tls=ldap3.Tls(validate=ssl.CERT_NONE))
    find = f"ldapsearch -LLL -Q -Y EXTERNAL -H ldapi:/// -o ldif-wrap=no -b {BASE} '(mail={owner.address})' dn"
    found = owner.mail.host.run(f"runuser -u openldap -- {find}").stdout
    name = next(line.removeprefix("dn: ") for line in found.splitlines() if line.startswith("dn: "))
    connection = ldap3.Connection(server, name, password)
    try:
        return bool(connection.bind())
    except LDAPException:
        return False
    finally:
        with suppress(LDAPException):
            connection.unbind()


def _loose() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def from_elsewhere(owner: Owner, password: str) -> bool:
    return owner.elsewhere(password) == "OK"


@pytest.fixture
def owner(owners: list[Owner]) -> Owner:
    return owners.pop()


def test_who_guesses_is_told_to_wait_and_no_password_is_looked_at(owner: Owner) -> None:
    def looked_at() -> int:
        found = f"journalctl -u dovecot -o cat | grep -c 'auth({owner.address},.*Password mismatch' || true"
        return int(owner.mail.host.run(found).stdout)

    before = looked_at()
    owner.guess(LIMIT, by_imap)
    assert "doi 15 phut" in owner.refusal()
    owner.guess(5, by_imap)
    assert looked_at() == before + LIMIT
    assert from_elsewhere(owner, owner.password), "the owner himself, where he is"


@pytest.mark.parametrize(
    "way", [*(pytest.param(some, marks=pytest.mark.long) for some in (by_pop3, by_submission)), by_the_webmail]
)
def test_one_count_for_all_ways_in(owner: Owner, way: Callable[[Owner, str], bool]) -> None:
    owner.guess(LIMIT - 1, by_imap)
    assert not way(owner, "sai them mot lan")
    assert not by_imap(owner, owner.password)
    assert not way(owner, owner.password)


def test_who_signed_in_before_is_not_locked_out_by_others(owner: Owner) -> None:
    assert by_imap(owner, owner.password)
    owner.guess(LIMIT, from_elsewhere)
    assert "doi 15 phut" in owner.elsewhere(owner.password)
    assert by_imap(owner, owner.password)


def test_signing_in_to_send_is_no_failure(owner: Owner) -> None:
    """For Postfix, Dovecot calls the user by another name afterwards."""
    assert all(by_submission(owner, owner.password) for _ in range(3))
    owner.guess(LIMIT - 1, by_imap)
    assert by_imap(owner, owner.password)


def test_program_with_a_former_password_locks_nobody_out(owner: Owner) -> None:
    with ThreadPoolExecutor(LIMIT + 2) as pool:
        assert not any(pool.map(lambda _each: by_imap(owner, "mat-khau-cu"), range(LIMIT + 2)))
    assert by_imap(owner, owner.password)


def test_guessing_by_the_address_book_ends_too(owner: Owner) -> None:
    assert by_the_address_book(owner, owner.password)
    owner.guess(LIMIT, by_the_address_book)
    assert not by_the_address_book(owner, owner.password)
    assert by_imap(owner, owner.password), "mail is not touched"


def test_mail_works_where_the_count_is_away(owner: Owner) -> None:
    owner.mail.host.run("systemctl stop danhba-credentials.socket danhba-credentials.service")
    try:
        assert by_imap(owner, owner.password)
    finally:
        owner.mail.host.run("systemctl start danhba-credentials.socket")

    def is_counted() -> bool:
        owner.guess(LIMIT, by_imap)
        return not by_imap(owner, owner.password)

    # Dovecot, which found nobody to ask, waits for a while before it asks again.
    waiting.until(is_counted)
    assert "doi 15 phut" in owner.refusal()


def test_nobody_but_dovecot_is_answered(mail: Deployment) -> None:
    asked = shlex.quote(_STRANGER)
    assert mail.host.run(f"runuser -u nobody -- python3 -c {asked}").stdout.strip() == "403"
    assert mail.host.run("runuser -u nobody -- cat /etc/danhba/dovecot.key", check=False).returncode != 0
    assert mail.host.run("runuser -u nobody -- cat /etc/dovecot/policy.conf", check=False).returncode != 0
