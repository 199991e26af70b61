"""What is sent to the gate in tests: messages of all kinds, octet by octet, and what it says to each."""

from __future__ import annotations

import io
import smtplib
import struct
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from tests.support.deployment import Deployment
from tests.support.mail import TIMEOUT

# The test file that every scanner knows (EICAR), in halves, so that none takes this file for it.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
# What Windows takes for a program: its first octets, and where the rest of its head would be.
PROGRAM = b"MZ" + b"\x90\x00" * 29 + struct.pack("<I", 64) + b"PE\0\0" + b"\x4c\x01" + bytes(300)
STRANGER = "an@example.net"
Files = Mapping[str, bytes]


@dataclass(frozen=True)
class Said:
    """What the server said at last to a message: its code, and the whole text."""

    code: int
    text: str

    @property
    def waits(self) -> bool:
        """Whether the sender keeps the message and tries again."""
        return 400 <= self.code < 500


def letter(
    recipient: str, subject: str = "Giấy mời họp", text: str = "Trân trọng mời họp.\n", files: Files | None = None
) -> EmailMessage:
    """A message from outside; files by their names."""
    message = EmailMessage()
    message["From"] = f"Nguyễn An <{STRANGER}>"
    message["To"] = recipient
    message["Subject"] = subject
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = make_msgid(domain="example.net")
    message.set_content(text)
    for name, octets in (files or {}).items():
        message.add_attachment(octets, maintype="application", subtype="octet-stream", filename=name)
    return message


def spam(recipient: str, message_id: str) -> bytes:
    """A message as no program of honest people writes it, and that somebody else's filter has marked."""
    head = f"From: {STRANGER}\r\nTo: {recipient}\r\nSubject: You won a prize !!!  \r\nMessage-ID: {message_id}\r\n"
    return f"{head}X-Spam-Flag: YES\r\nX-Spam: Yes\r\nX-Mailer: The Bat! (v1.0) Personal\r\n\r\nClick http://192.0.2.1/win\r\n".encode()


def hand_in(
    mail: Deployment,
    octets: bytes,
    recipient: str,
    sender: str = STRANGER,
    password: str = "",
    *,
    user: str = "",
    patience: float = TIMEOUT,
) -> Said:
    """Hand a message in, and return what the client is told.

    On port 25, as another server does; with a password on port 465, as its owner does: the sender, or another user. An
    answer is waited for as many seconds as `patience` says.
    """
    try:
        with mail.server.submission(user or sender, password, 465) if password else mail.server.smtp() as client:
            client.ehlo()
            if client.sock:
                client.sock.settimeout(patience)
            code, answer = client.mail(sender)
            if code < 400:
                code, answer = client.rcpt(recipient)
            if code < 400:
                code, answer = client.data(octets)
            return Said(code, answer.decode("ascii"))
    except smtplib.SMTPResponseException as error:
        return Said(error.smtp_code, bytes(error.smtp_error).decode("ascii"))  # type: ignore[arg-type]
    except (smtplib.SMTPServerDisconnected, OSError) as error:
        return Said(421, str(error))


def zipped(name: str, octets: bytes) -> bytes:
    """An archive with one file."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr(name, octets)
    return archive.getvalue()


def encrypted() -> bytes:
    """An archive whose entry is encrypted (APPNOTE 4.4.4, bit 0); nobody has to know the password."""
    octets = bytearray(zipped("ke-hoach.txt", b"x" * 100))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        octets[octets.index(signature) + flags] |= 1
    return bytes(octets)


def old_document_with_macros() -> bytes:
    """A compound file ([MS-CFB]) with nothing in it but the stream that Office keeps its macros in."""
    free, end, fat = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    table = [fat, end, *range(3, 10), end]
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0) + struct.pack("<109I", 0, *[free] * 108)

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        raw = (name + "\0").encode("utf-16-le")
        return raw.ljust(64, b"\0") + struct.pack(
            "<HBBIII16xI8x8xIQ", len(raw), kind, 1, free, free, child, 0, start, size
        )

    folder = entry("Root Entry", 5, 1, end, 0) + entry("_VBA_PROJECT", 2, free, 2, 4096) + bytes(256)
    return head + struct.pack("<128I", *table, *[free] * (128 - len(table))) + folder + bytes(4096)


def folder_of(mail: Deployment, user: str, password: str, message_id: str, seconds: float = 40) -> str:
    """INBOX or Junk: where a message is, as soon as it is in either."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with mail.server.imap(user, password) as client:
            for folder in ("INBOX", "Junk"):
                client.select(folder, readonly=True)
                if client.search(None, "HEADER", "Message-ID", f'"{message_id}"')[1][0]:
                    return folder
        time.sleep(0.5)
    raise TimeoutError(f"{message_id} did not reach {user} within {seconds:.0f} s")
