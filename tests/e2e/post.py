"""Mail as tests send it: a colleague with a mail program, who reads what is answered, and single steps of a session."""

from __future__ import annotations

import imaplib
import shlex
import time
from dataclasses import dataclass, field
from email.header import Header
from email.message import EmailMessage, Message
from email.mime.text import MIMEText
from email.utils import formatdate, make_msgid

import pytest

from tests.support.deployment import Deployment
from tests.support.mail import compose

from .conftest import Official

STRANGER = "someone@example.org"
TEXT = "Kính gửi đồng chí,\n\nNội dung tiếng Việt có dấu.\n\nTrân trọng.\n"


@dataclass(frozen=True)
class Correspondent:
    """Somebody with a mailbox whose password is chosen already."""

    deployment: Deployment
    name: str
    address: str
    password: str = field(repr=False)

    def send(self, to: str, subject: str) -> None:
        """Write a message that has only its subject to tell."""
        message = MIMEText(TEXT, "plain", "utf-8")
        message["From"] = f"{Header(self.name, 'utf-8').encode()} <{self.address}>"
        message["To"] = to
        message["Subject"] = Header(subject, "utf-8")  # type: ignore[assignment]  # the stubs know only text
        message["Date"] = formatdate(localtime=True)
        message["Message-ID"] = make_msgid(domain="client.example.org")
        self.post(message, to)

    def post(self, message: Message, to: str) -> None:
        """Submit a message as it is."""
        with self.deployment.server.submission(self.address, self.password) as smtp:
            smtp.send_message(message, to_addrs=[to])

    def receive(self, subject: str, seconds: float = 60) -> EmailMessage:
        """The newest message with a subject, as soon as it is in the inbox."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            inbox: list[EmailMessage] = self.deployment.server.inbox(self.address, self.password)
            if found := [message for message in inbox if str(message["Subject"]) == subject]:
                return found[-1]
            time.sleep(0.5)
        raise TimeoutError(f"{subject!r} did not reach {self.address} within {seconds:.0f} s")


def send(mail: Deployment, sender: Official, recipient: str, subject: str) -> str:
    """Send a message by submission and return its id."""
    message = compose(sender.address, [recipient], subject, "Nội dung tiếng Việt có dấu.")
    with mail.server.submission(sender.address, sender.password) as smtp:
        smtp.send_message(message)
    return str(message["Message-ID"])


def refusal(mail: Deployment, sender: str, recipient: str, *, port: int = 25, user: Official | None = None) -> str:
    """The reply that refuses a message at RCPT (or before), as `550 text`; fails where it is accepted."""
    with mail.server.smtp(port) as client:
        if port != 25:
            client.starttls(context=mail.server.tls)
        if user:
            client.login(user.address, user.password)
        client.ehlo()
        for code, text in (client.mail(sender), client.rcpt(recipient)):
            if code >= 400:
                return f"{code} {text.decode()}"
    pytest.fail(f"{sender} to {recipient} on {port} was accepted")


def alive(session: imaplib.IMAP4) -> bool:
    """Whether a session goes on."""
    try:
        return bool(session.noop()[0] == "OK")
    except imaplib.IMAP4.abort:
        return False


def execute(mail: Deployment, statement: str) -> str:
    """What the database of accounts answers."""
    command = f"runuser -u postgres -- psql -d danhba -qtA -c {shlex.quote(statement)}"
    return mail.host.run(command).stdout.strip()
