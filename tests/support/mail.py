"""Real mail clients for tests and the demo: SMTP submission, IMAP and ManageSieve with verified TLS.

Hosts are reached by address, while TLS checks the name that a user's client would check.
"""

from __future__ import annotations

import base64
import imaplib
import smtplib
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.header import Header
from email.message import EmailMessage
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Any

TIMEOUT = 30.0  # seconds


@dataclass(frozen=True)
class Server:
    """A mail server: where it is, what its certificate must say, and the authority that must have said so."""

    address: str
    name: str
    authority: Path

    @property
    def tls(self) -> ssl.SSLContext:
        """A client's TLS as strict as a mail program's."""
        return ssl.create_default_context(cafile=str(self.authority))

    def connect(self, port: int) -> socket.socket:
        """A TCP connection to a port."""
        return socket.create_connection((self.address, port), TIMEOUT)

    @contextmanager
    def smtp(self, port: int = 25) -> Iterator[smtplib.SMTP]:
        """A session on port 25 or 587 before any TLS, or on 465 inside it."""
        client = _TlsSmtp(self) if port == 465 else _Smtp(self, port)
        try:
            yield client
        finally:
            client.close()

    @contextmanager
    def submission(self, user: str, password: str, port: int = 587) -> Iterator[smtplib.SMTP]:
        """A session of a user who has logged in, on 587 (STARTTLS) or 465."""
        with self.smtp(port) as client:
            if port != 465:
                client.starttls(context=self.tls)
            _sign_in(client, user, password)
            yield client

    @contextmanager
    def imap(self, user: str, password: str) -> Iterator[imaplib.IMAP4]:
        """An IMAP session of a user who has logged in."""
        client = _Imap(self)
        try:
            # AUTHENTICATE takes any password; LOGIN of imaplib only ASCII.
            client.authenticate("PLAIN", lambda _challenge: f"\0{user}\0{password}".encode())
            yield client
        finally:
            with suppress(OSError):  # the server may have ended it first
                client.shutdown()

    def may_log_in(self, user: str, password: str) -> bool:
        """Return whether a user can sign in by IMAP."""
        try:
            with self.imap(user, password):
                return True
        except imaplib.IMAP4.error:
            return False

    def may_send(self, user: str, password: str) -> bool:
        """Return whether a user can sign in for submission."""
        try:
            with self.submission(user, password):
                return True
        except OSError:
            return False

    def inbox(self, user: str, password: str, folder: str = "INBOX") -> list[EmailMessage]:
        """Return all messages of a folder."""
        with self.imap(user, password) as client:
            client.select(folder, readonly=True)
            return _fetched(client, client.search(None, "ALL")[1][0])

    def wait_for(self, user: str, password: str, message_id: str, seconds: float = 30) -> EmailMessage:
        """Wait until the message with this id is in the user's INBOX, and return it."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with self.imap(user, password) as client:
                client.select("INBOX", readonly=True)
                found = client.search(None, "HEADER", "Message-ID", f'"{message_id}"')[1][0]
                if messages := _fetched(client, found):
                    return messages[0]
            time.sleep(0.3)
        raise TimeoutError(f"{message_id} did not reach {user} within {seconds:.0f} s")


def _fetched(client: imaplib.IMAP4, numbers: bytes) -> list[EmailMessage]:
    """The messages of the selected folder that a search has found."""
    if not numbers:
        return []
    answer = client.fetch(numbers.replace(b" ", b",").decode(), "(BODY.PEEK[])")[1]
    return [message_from_bytes(part[1], policy=policy.default) for part in answer if isinstance(part, tuple)]


def _sign_in(client: smtplib.SMTP, user: str, password: str) -> None:
    """AUTH PLAIN with any password (RFC 4616 has UTF-8); `login` of smtplib takes only ASCII."""
    client.ehlo_or_helo_if_needed()
    token = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
    code, text = client.docmd("AUTH", f"PLAIN {token}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, text)


class _Smtp(smtplib.SMTP):
    def __init__(self, server: Server, port: int) -> None:
        self._server = server
        super().__init__(server.name, port, timeout=TIMEOUT, local_hostname="client.example.org")

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self._server.connect(port)


class _TlsSmtp(smtplib.SMTP_SSL):
    def __init__(self, server: Server) -> None:
        self._server = server
        super().__init__(server.name, 465, timeout=TIMEOUT, local_hostname="client.example.org", context=server.tls)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return self._server.tls.wrap_socket(self._server.connect(port), server_hostname=self._server.name)


class _Imap(imaplib.IMAP4_SSL):
    def __init__(self, server: Server) -> None:
        self._server = server
        super().__init__(server.name, 993, ssl_context=server.tls)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        return self._server.tls.wrap_socket(self._server.connect(993), server_hostname=self._server.name)


class Sieve:
    """A ManageSieve session (RFC 5804) of a user who has logged in by STARTTLS."""

    def __init__(self, server: Server, user: str, password: str) -> None:
        plain = server.connect(4190)
        self._file: Any = plain.makefile("rwb")
        self._response()
        self._command(b"STARTTLS")
        self._socket = server.tls.wrap_socket(plain, server_hostname=server.name)
        self._file = self._socket.makefile("rwb")
        self._response()
        token = base64.b64encode(f"\0{user}\0{password}".encode())
        self._command(b'AUTHENTICATE "PLAIN" "' + token + b'"')

    def activate(self, name: str, script: str) -> None:
        """Store a script and make it the active one."""
        data = script.encode()
        self._command(f'PUTSCRIPT "{name}" {{{len(data)}+}}\r\n'.encode() + data)
        self._command(f'SETACTIVE "{name}"'.encode())

    def active(self) -> str:
        """The listing of scripts, in which the active one is marked."""
        return self._command(b"LISTSCRIPTS")

    def close(self) -> None:
        """Log out."""
        self._command(b"LOGOUT")
        self._socket.close()

    def _command(self, line: bytes) -> str:
        self._file.write(line + b"\r\n")
        self._file.flush()
        return self._response()

    def _response(self) -> str:
        lines = []
        while line := self._file.readline().decode():
            lines.append(line)
            if line.startswith("OK"):
                return "".join(lines)
            if line.startswith(("NO", "BYE")):
                raise PermissionError(line.strip())
        raise ConnectionError("ManageSieve closed the connection")


def compose(
    sender: str, recipients: list[str], subject: str, text: str, attachment: tuple[str, bytes] | None = None
) -> MIMEMultipart:
    """A message as a mail program writes it, in UTF-8 (TCVN 6909:2001); an attachment is a file name and its content.

    Written by the older classes of `email`: the newer ones lose a space between two encoded words up to Python 3.12.
    """
    message = MIMEMultipart()
    message["From"] = sender
    message["To"] = ", ".join(recipients)
    message["Subject"] = Header(subject, "utf-8")  # type: ignore[assignment]  # the stubs know only text
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = make_msgid(domain="client.example.org")
    message.attach(MIMEText(text, "plain", "utf-8"))
    if attachment:
        name, content = attachment
        part = MIMEApplication(content)
        part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", name))
        message.attach(part)
    return message
