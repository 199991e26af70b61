"""Quotas: what the owner of a full mailbox is told, in time and once, and what its senders are told."""

from __future__ import annotations

import imaplib
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage

import pytest

from tests.e2e.post import STRANGER, refusal
from tests.support.deployment import Deployment
from tests.support.mail import compose

# An agency that no other test fills.
AGENCY = "sgddt"
QUOTA = 1_000_000  # octets
WARNING = "Hộp thư này đã dùng"


@dataclass(frozen=True)
class Owner:
    """An official whose mailbox is small for the time of these tests."""

    mail: Deployment
    address: str
    password: str

    def fill(self, octets: int) -> None:
        """Put a message of about that size into the mailbox, hardly less."""
        body = ("x" * 76 + "\n") * (octets // 78)  # lines end with two octets on their way
        message = f"From: <{STRANGER}>\nTo: <{self.address}>\nSubject: day\n\n{body}"
        command = self.mail.host.ssh(f"/usr/lib/dovecot/dovecot-lda -d {self.address}")
        subprocess.run(command, input=message, text=True, check=True)

    def used(self) -> int:
        """Octets that the mailbox holds."""
        sizes = self.mail.host.run(f"doveadm -f flow fetch -u {self.address} size.virtual all").stdout.split()
        return sum(int(size.removeprefix("size.virtual=")) for size in sizes)

    def warnings(self) -> list[EmailMessage]:
        """The warnings that have arrived."""
        inbox = self.mail.server.inbox(self.address, self.password)
        return [message for message in inbox if str(message["Subject"]).startswith(WARNING)]

    def wait_for_warnings(self, count: int) -> list[EmailMessage]:
        """The warnings, as soon as there are so many."""
        for _ in range(150):
            if len(found := self.warnings()) >= count:
                return found
            time.sleep(0.2)
        pytest.fail(f"{len(found)} warnings of {count} arrived")


@pytest.fixture(scope="module")
def owner(mail: Deployment) -> Iterator[Owner]:
    addresses = sorted(address for address in mail.passwords if address.endswith(f"-{AGENCY}@laocai.gov.vn"))
    address = next(address for address in addresses if not address.startswith("contact-"))

    def ask(statement: str) -> str:
        query = f"{statement} WHERE address = '{address}'"
        return mail.host.run(f'runuser -u postgres -- psql -At danhba -c "{query}"').stdout.strip()

    before = ask("SELECT quota FROM mail.account")
    ask(f"UPDATE mail.account SET quota = {QUOTA}")
    try:
        yield Owner(mail, address, mail.choose(address))
    finally:
        ask(f"UPDATE mail.account SET quota = {before}")
        mail.host.run(f"doveadm expunge -u {address} mailbox INBOX all")


@pytest.mark.clause("R9.2")
def test_owner_is_warned_at_80_percent(owner: Owner) -> None:
    owner.fill(780_000)
    assert owner.warnings() == []
    owner.fill(40_000)
    [warning] = owner.wait_for_warnings(1)
    assert str(warning["From"]).endswith("<postmaster@laocai.gov.vn>")
    assert warning["Auto-Submitted"] == "auto-generated"
    text = warning.get_content()
    for said in (f"{WARNING} 8", "977 KB", "Thùng rác", "https://mail.laocai.gov.vn/", "contact-stttt@laocai.gov.vn"):
        assert said in text + str(warning["Subject"])


def test_the_same_warning_does_not_come_again(owner: Owner) -> None:
    owner.mail.host.run(f"doveadm expunge -u {owner.address} mailbox INBOX smaller 100000")
    owner.fill(30_000)
    time.sleep(2)
    assert owner.warnings() == []


def test_warning_at_95_percent_arrives_past_the_quota(owner: Owner) -> None:
    """What room is left is less than the warning takes."""
    owner.fill(QUOTA - 1000 - owner.used())
    [warning] = owner.wait_for_warnings(1)
    assert len(warning.as_bytes()) > 1000
    assert str(warning["Subject"]).startswith(f"{WARNING} 99 %")
    assert owner.used() > QUOTA


@pytest.mark.clause("R9.2", "R10.9")
def test_sender_is_told_why_and_whom_to_ask(owner: Owner) -> None:
    reply = refusal(owner.mail, STRANGER, owner.address)
    assert reply.startswith("552 5.2.2 ")
    for said in ("Hop thu nguoi nhan khong con du cho", "has no room for this message", "contact-stttt@laocai.gov.vn"):
        assert said in reply
    assert reply.isascii()


def test_owner_still_sends_and_may_make_room(owner: Owner) -> None:
    with owner.mail.server.submission(owner.address, owner.password) as client:
        client.send_message(compose(owner.address, [f"contact-{AGENCY}@laocai.gov.vn"], "Vẫn gửi được", "Có."))
    with owner.mail.server.imap(owner.address, owner.password) as client:
        with pytest.raises((imaplib.IMAP4.error, AssertionError)):
            assert client.append("INBOX", "", None, b"x" * 500_000)[0] == "OK"
        client.select("INBOX")
        client.store("1:*", "+FLAGS", r"(\Deleted)")
        client.expunge()
    with owner.mail.server.smtp() as client:
        client.ehlo()
        client.mail(STRANGER)
        assert client.rcpt(owner.address)[0] == 250


def test_message_larger_than_any_room_is_refused_before_it_is_sent(owner: Owner) -> None:
    with owner.mail.server.smtp() as client:
        client.ehlo()
        client.mail(STRANGER, [f"SIZE={QUOTA * 2}"])
        code, text = client.rcpt(owner.address)
    assert code == 552
    assert "cua hop thu nguoi nhan" in text.decode() or "Hop thu nguoi nhan khong con du cho" in text.decode()


@pytest.mark.clause("R9.2")
@pytest.mark.parametrize(
    ("address", "gibibytes"),
    [
        ("nvvinh-stttt@laocai.gov.vn", 2),  # of officials
        ("contact-snv@laocai.gov.vn", 10),  # of agencies
        ("contact-sgddt@laocai.gov.vn", 20),  # of this one, by its own file in the register
    ],
)
def test_quota_is_that_of_the_kind_or_of_the_register(mail: Deployment, address: str, gibibytes: int) -> None:
    shown = mail.host.run(f"doveadm -f flow quota get -u {address}").stdout
    assert f"Limit={gibibytes << 20} " in shown  # KiB


def wait_until_asked(mail: Deployment, address: str, asked: bool) -> None:
    """Until Postfix would ask Dovecot about a recipient, or no longer."""
    command = f"runuser -u postfix -- postmap -q {address} pgsql:/etc/postfix/sql/recipient.cf"
    for _ in range(100):
        if (mail.host.run(command, check=False).stdout.strip() == "ask_room") is asked:
            return
        time.sleep(0.2)
    pytest.fail(f"{address}: asked is not {asked}")


@pytest.mark.clause("R9.2")
def test_postfix_asks_about_those_alone_who_have_little_room(mail: Deployment) -> None:
    """A mailbox of 500 MB, of which one in five is more than two of the largest messages."""
    address = sorted(address for address in mail.passwords if address.endswith(f"-{AGENCY}@laocai.gov.vn"))[-1]
    change = f"UPDATE mail.account SET quota = {{}} WHERE address = '{address}'"

    def set_quota(octets: int) -> None:
        mail.host.run(f'runuser -u postgres -- psql -qd danhba -c "{change.format(octets)}"')

    def save(mebibytes: int) -> None:
        body = f"(echo 'Subject: day'; echo; head -c {mebibytes << 20} /dev/zero | tr '\\0' 'x' | fold -w 76)"
        mail.host.run(f"{body} | doveadm save -u {address}", timeout=120)

    set_quota(500_000_000)
    try:
        mail.host.run("systemctl start danhba-free-space.service", timeout=300)
        wait_until_asked(mail, address, asked=False)
        for _ in range(5):
            save(70)
        wait_until_asked(mail, address, asked=False)
        save(60)
        wait_until_asked(mail, address, asked=True)
        with mail.server.smtp() as client:
            client.ehlo()
            client.mail(STRANGER, [f"SIZE={40 << 20}"])
            assert client.rcpt(address)[0] == 250
            save(40)
            assert client.rcpt(address)[0] == 552
        mail.host.run(f"doveadm expunge -u {address} mailbox INBOX all")
        wait_until_asked(mail, address, asked=False)
        set_quota(400_000_000)
        wait_until_asked(mail, address, asked=True)
    finally:
        set_quota(2 << 30)
        mail.host.run(f"doveadm expunge -u {address} mailbox INBOX all")
