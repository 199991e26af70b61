"""Guessing and flooding (R10.4, R10.6): how much a mailbox may send by all ways, who is told, who is banned."""

from __future__ import annotations

import base64
import socket
import ssl
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from email.policy import SMTP
from typing import Any

import pytest

from danhba_host.owner_notices import GUESSED, SUSPENDED
from tests.e2e.sending import MESSAGES, RECIPIENTS, TIMES, Owner, comes
from tests.support.deployment import Deployment
from tests.support.gate import hand_in, letter

EVERYWHERE, MAILBOXES = 20, 20  # credentials_account_failures_everywhere, credentials_ban_accounts
PAUSED, HELD = "hay gui lai sau", "dang bi tam dung gui"


@pytest.fixture(scope="module")
def owners(mail: Deployment) -> list[Owner]:
    people = sorted(address for address in mail.passwords if not address.startswith("contact-"))[30:36]
    for address in people:
        mail.choose(address)
    return [Owner(mail, address) for address in people]


@pytest.fixture
def owner(owners: list[Owner]) -> Owner:
    return owners.pop()


def connects(mail: Deployment, source: str, port: int) -> bool:
    try:
        socket.create_connection((mail.server.address, port), 3, source_address=(source, 0)).close()
    except OSError:
        return False
    return True


def _talk(mail: Deployment, source: str, port: int, *said: str, encrypted: bool = True) -> str:
    """The last answer to lines that are said from an address, each after the answer to the one before."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with socket.create_connection((mail.server.address, port), 30, source_address=(source, 0)) as raw:
            if not encrypted:
                raw.recv(4096)
                raw.sendall(b"STARTTLS\r\n")
                raw.recv(4096)
            with context.wrap_socket(raw) as whole:
                answer = whole.recv(4096)
                for line in said:
                    whole.sendall(f"{line}\r\n".encode())
                    answer = whole.recv(4096)
                return answer.decode()
    except OSError as error:
        return str(error)


def _plain(address: str, password: str) -> str:
    return base64.b64encode(f"\0{address}\0{password}".encode()).decode()


def guess(mail: Deployment, source: str, address: str, password: str) -> str:
    """What IMAP says to a guess from an address."""
    return _talk(mail, source, 993, f'a LOGIN {address} "{password}"')


def by_pop3(mail: Deployment, source: str, address: str, password: str) -> str:
    return _talk(mail, source, 995, f"USER {address}", f"PASS {password}")


def by_submission(mail: Deployment, source: str, address: str, password: str) -> str:
    return _talk(mail, source, 465, "EHLO x.example.net", f"AUTH PLAIN {_plain(address, password)}")


def by_sieve(mail: Deployment, source: str, address: str, password: str) -> str:
    said = f'AUTHENTICATE "PLAIN" "{_plain(address, password)}"'
    return _talk(mail, source, 4190, said, encrypted=False)


def by_the_webmail(mail: Deployment, source: str, address: str, password: str) -> str:
    answer = mail.ask({"request": "sign_in", "address": address, "password": password}, client=source)
    return "doi" if answer["answer"] == "wait" else str(answer)


WAYS = (guess, by_pop3, by_submission, by_sieve, by_the_webmail)


@pytest.mark.clause("R9.2")
def test_firewall_that_is_loaded_anew_still_counts_who_is_there(mail: Deployment, strangers: list[str]) -> None:
    """What one address may have open, and how many sessions a port has: after the reload, with other rules, too."""
    some, port, source = 12, 4190, strangers[0]
    limits: dict[str, Any] = {"base_firewall_connections": some, "base_firewall_unlimited": ["10.233.0.1/32"]}
    mail.play("site", "--tags", "base", **limits)
    most = int(mail.host.run(f"sed -nE 's/.*dport {port} .*over ([0-9]+) .*/\\1/p' /etc/nftables.conf").stdout)
    with ExitStack() as held:
        for address, count in ((source, some), ("10.233.0.1", most - some)):
            for _connection in range(count):
                held.enter_context(
                    socket.create_connection((mail.server.address, port), 10, source_address=(address, 0))
                )
        changes: tuple[dict[str, Any], ...] = (
            {},
            {"base_firewall_rate": 299, "base_firewall_ports": [25, 443, 587, 993, 4190, 8443]},
        )
        for again in changes:
            mail.play("site", "--tags", "base", **limits, **again)
            mail.host.run("systemctl reload nftables")
            assert not connects(mail, source, 993), "its own count"
            with socket.create_connection((mail.server.address, port), 10) as late:
                assert late.makefile(encoding="utf-8").read().startswith("BYE (TRYLATER)"), "all of the port"
    assert comes(lambda: connects(mail, source, 993), 10), "they are gone"
    mail.play("site", "--tags", "base")


@pytest.mark.clause("R10.6")
class TestSending:
    def test_one_limit_for_all_ways_and_a_text_that_says_when(self, owner: Owner) -> None:
        owner.has_sent(messages=MESSAGES - 2)
        assert [owner.send(port)[0] for port in (587, 465)] == [250, 250]
        for port in (587, 465):
            code, text = owner.send(port)
            assert code == 450
            assert "4.7.1" in text
            assert PAUSED in text
        assert owner.mail.server.may_log_in(owner.address, owner.password)

    def test_recipients_count_whatever_becomes_of_them(self, owner: Owner) -> None:
        owner.has_sent(recipients=RECIPIENTS - 3)
        with owner.mail.server.submission(owner.address, owner.password) as client:
            client.mail(owner.address)
            codes = [client.rcpt(f"nobody{number}@laocai.gov.vn")[0] for number in range(5)]
        assert codes == [550] * 3 + [450] * 2

    def test_sessions_side_by_side_get_no_further(self, owner: Owner) -> None:
        owner.has_sent(messages=MESSAGES - 3)
        with ThreadPoolExecutor(8) as pool:
            codes = [code for code, _text in pool.map(lambda _each: owner.send(), range(8))]
        assert sorted(codes) == [250] * 3 + [450] * 5

    def test_far_beyond_the_usual_is_suspended_told_and_lifted(self, owner: Owner) -> None:
        mail = owner.mail
        owner.has_sent(recipients=TIMES * RECIPIENTS - 1)
        code, text = owner.send()
        assert code == 554
        assert HELD in text
        assert owner.told(SUSPENDED), "reading goes on"
        assert "tạm dừng gửi" in mail.host.run("journalctl -u danhba-notices -o cat --no-pager -n 20").stdout
        assert owner.address in mail.play("sending")
        assert "unreachable=0" in mail.play("sending", accounts=owner.address)
        assert owner.send()[0] == 250
        recorded = owner.query("SELECT action FROM mail.audit WHERE action LIKE '%_sending' ORDER BY entry")
        assert recorded.split()[-2:] == ["suspend_sending", "resume_sending"]
        with pytest.raises(Exception, match="not suspended"):
            mail.play("sending", accounts=owner.address)

    def test_a_burst_to_one_mailbox_does_not_hold_others_up(self, owner: Owner, owners: list[Owner]) -> None:
        other = owners[0]
        burst = f"smtp-source -s 8 -m 400 -l 2000 -f a@example.org -t {owner.address} 127.0.0.1:25"
        with subprocess.Popen(owner.mail.host.ssh(burst)) as running:
            time.sleep(2)
            beside = letter(other.address)
            assert hand_in(owner.mail, beside.as_bytes(policy=SMTP), other.address).code == 250
            began = time.monotonic()
            owner.mail.server.wait_for(other.address, other.password, str(beside["Message-ID"]), 120)
            # On a busy machine it may take its time, but not as long as what was there before it.
            assert time.monotonic() - began < 20 or running.poll() is None
            assert running.wait(300) == 0


@pytest.mark.long
@pytest.mark.clause("R10.4")
class TestGuessing:
    def test_twenty_addresses_get_no_further_than_the_limit_of_all(self, owner: Owner, strangers: list[str]) -> None:
        """By all protocols together. So many in a quarter of an hour are fewer than 100 an hour; the owner, where he is
        known, does not wait, not even meanwhile.
        """
        assert owner.mail.server.may_log_in(owner.address, owner.password)
        before = owner.guesses()

        def from_one(number: int) -> list[str]:
            """Five guesses, each by another way; at each time every way is somebody's."""
            tried = ((way, f"doan-{number}-{way.__name__}") for way in (*WAYS[number % 5 :], *WAYS[: number % 5]))
            return [way(owner.mail, strangers[number], owner.address, password) for way, password in tried]

        with ThreadPoolExecutor(21) as pool:
            guessing = [pool.submit(from_one, number) for number in range(20)]
            seconds = []
            while not all(each.done() for each in guessing):
                began = time.monotonic()
                assert owner.mail.server.may_log_in(owner.address, owner.password), "while they guess"
                seconds.append(time.monotonic() - began)
        answers = [answer for each in guessing for answer in each.result()]
        assert 0 < owner.guesses() - before <= EVERYWHERE
        assert len(answers) == 100
        assert sum("doi" in each for each in answers) >= len(answers) - EVERYWHERE
        # Each would be late, were he kept waiting; that some are is this machine's, at which all of it happens.
        assert min(seconds) < 1, seconds
        assert owner.told(GUESSED)
        owner.mail.host.run("systemctl restart danhba-credentials")
        for way in WAYS:
            assert "doi" in way(owner.mail, strangers[20], owner.address, f"sau {way.__name__}"), "still counted"
        assert owner.mail.server.may_log_in(owner.address, owner.password), "still known"

    def test_who_guesses_at_many_mailboxes_is_banned_where_people_sign_in(
        self, mail: Deployment, strangers: list[str]
    ) -> None:
        source, other = strangers[:2]
        with ThreadPoolExecutor(10) as pool:
            list(
                pool.map(lambda number: guess(mail, source, f"nobody{number}@laocai.gov.vn", "doan"), range(MAILBOXES))
            )
        assert comes(lambda: not connects(mail, source, 993), 60)
        assert not connects(mail, source, 587)
        assert connects(mail, source, 25), "the mail server behind the same address"
        assert connects(mail, other, 993)
        assert source in mail.play("bans")
        mail.play("bans", addresses=source)
        assert connects(mail, source, 993)
