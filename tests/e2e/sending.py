"""Somebody who sends until a limit is reached."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.support.deployment import Deployment
from tests.support.jobs import as_deployed

MESSAGES, RECIPIENTS, TIMES = 100, 500, 3  # of an official in an hour, as the register's policy has it


@dataclass(frozen=True)
class Owner:
    """Somebody with a password that was chosen."""

    mail: Deployment
    address: str

    @property
    def password(self) -> str:
        return self.mail.passwords[self.address]

    def send(self, port: int = 587) -> tuple[int, str]:
        """Write to the operator; what the server says at the last step."""
        with self.mail.server.submission(self.address, self.password, port) as client:
            client.mail(self.address)
            code, text = client.rcpt("contact-stttt@laocai.gov.vn")
            if code == 250:
                code, text = client.data(f"From: {self.address}\r\n\r\nx".encode())
            return code, text.decode()

    def has_sent(self, messages: int = 0, recipients: int = 0) -> None:
        self.query(
            "INSERT INTO mail.sending (kind, id, slot, messages, recipients) SELECT kind, id,"
            f" date_bin('5 minutes', now(), '2000-01-01Z') - interval '5 minutes', {messages}, {recipients}"
            f" FROM mail.account WHERE address = '{self.address}'"
        )

    def guesses(self) -> int:
        """How many wrong passwords were looked at, by whichever way."""
        found = f"journalctl -u danhba-credentials -o cat --no-pager | grep -c 'refused: {self.address}, from'"
        return int(self.mail.host.run(f"{found} || true").stdout)

    def query(self, statement: str) -> str:
        host = self.mail.host
        return host.run(f'runuser -u postgres -- psql -qAt danhba -c "{statement}"').stdout.strip()

    def told(self, subject: str, seconds: float = 90) -> bool:
        """Whether a message with that subject comes, from the job that looks whom to write to."""
        with as_deployed(self.mail.host, "danhba-notices"):
            return comes(
                lambda: any(m["Subject"] == subject for m in self.mail.server.inbox(self.address, self.password)),
                seconds,
            )


def comes(found: Callable[[], bool], seconds: float) -> bool:
    """Whether something is found before the time is over."""
    deadline = time.monotonic() + seconds
    while not found():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.5)
    return True
