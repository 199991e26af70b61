"""A colleague with a mail program, who writes to those at the webmail and reads what they answer."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from email.header import Header
from email.message import EmailMessage, Message
from email.mime.text import MIMEText
from email.utils import formatdate, make_msgid

from tests.support.deployment import Deployment

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
