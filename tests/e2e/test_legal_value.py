"""Mail stands for paper (R7.2): it arrives as it was sent, so that a signature holds, and its delivery is told."""

from __future__ import annotations

import hashlib
import time
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import make_msgid

import pytest

from tests.support.deployment import Deployment
from tests.support.mail import Server, compose

from .conftest import Official

# What a signature covers: long lines, trailing spaces, a line of one dot, letters with marks in raw octets, "From ".
SIGNED = (
    "Content-Type: text/plain; charset=utf-8\r\n"
    "Content-Transfer-Encoding: 8bit\r\n"
    "\r\n"
    "Kính gửi: Ủy ban nhân dân tỉnh  \r\n"
    ".\r\n"
    "From đầu dòng\r\n"
    f"{'dài ' * 180}\r\n"
    "\tHết.\r\n"
).encode()
HEADERS = """\
From: {sender}
To: {recipient}
Subject: =?utf-8?B?Q8O0bmcgdsSDbg==?=
Message-ID: {id}
MIME-Version: 1.0
Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary="=_one"

"""


def signed(sender: Official, recipient: Official, message_id: str) -> bytes:
    """A message whose second part stands for the signature of the first: its digest."""
    head = HEADERS.format(sender=sender.address, recipient=recipient.address, id=message_id).replace("\n", "\r\n")
    signature = (
        f"Content-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\n{hashlib.sha256(SIGNED).hexdigest()}\r\n"
    )
    return b"".join([head.encode(), b"--=_one\r\n", SIGNED, b"\r\n--=_one\r\n", signature.encode(), b"--=_one--\r\n"])


def raw(server: Server, user: Official, message_id: str) -> bytes:
    """The octets of a message as IMAP gives them."""
    with server.imap(user.address, user.password) as client:
        client.select("INBOX", readonly=True)
        (numbers,) = client.search(None, "HEADER", "Message-ID", message_id)[1]
        (fetched, _end) = client.fetch(numbers.decode(), "(BODY.PEEK[])")[1]
    assert isinstance(fetched, tuple)
    return bytes(fetched[1])


@pytest.mark.clause("R7.2")
@pytest.mark.parametrize("port", [587, 465])
def test_a_signed_message_arrives_octet_for_octet(mail: Deployment, officials: list[Official], port: int) -> None:
    sender, recipient = officials[0], officials[1]
    message_id = make_msgid(domain="client.example.org")
    sent = signed(sender, recipient, message_id)
    with mail.server.submission(sender.address, sender.password, port) as client:
        client.sendmail(sender.address, [recipient.address], sent, mail_options=["BODY=8BITMIME"])
    mail.server.wait_for(recipient.address, recipient.password, message_id)
    arrived = raw(mail.server, recipient, message_id)
    assert SIGNED in arrived
    # The server puts its own headers before those of the sender, and touches none of these.
    assert arrived.endswith(sent)


@pytest.mark.clause("R7.2")
def test_the_sender_is_told_of_the_delivery(mail: Deployment, officials: list[Official]) -> None:
    """RFC 3461: `NOTIFY=SUCCESS` is answered by a report whose status is 2.x.x."""
    sender, recipient = officials[0], officials[1]
    message = compose(sender.address, [recipient.address], "Báo phát", "Nội dung.")
    with mail.server.submission(sender.address, sender.password) as client:
        client.send_message(message, mail_options=["RET=HDRS", "ENVID=bao-phat"], rcpt_options=["NOTIFY=SUCCESS"])
    report = told(mail.server, sender, str(message["Message-ID"]))
    delivery = next(part for part in report.walk() if part.get_content_type() == "message/delivery-status")
    parts = delivery.get_payload()
    assert isinstance(parts, list)
    envelope, about = parts
    assert isinstance(envelope, Message)
    assert isinstance(about, Message)
    assert envelope["Original-Envelope-Id"] == "bao-phat"
    # Postfix hands it to Dovecot, whose LMTP has no such reports of its own (RFC 3461, 6.2.7.4).
    assert about["Action"] in {"delivered", "relayed"}
    assert about["Status"].startswith("2.")
    assert recipient.address in about["Final-Recipient"]


def told(server: Server, sender: Official, message_id: str, seconds: float = 30) -> EmailMessage:
    """The report about a message, as soon as it is in its sender's INBOX."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for message in server.inbox(sender.address, sender.password):
            if message.get_content_type() == "multipart/report" and message_id in message.as_string():
                return message_from_bytes(message.as_bytes(), policy=policy.default)
        time.sleep(0.3)
    pytest.fail(f"no report about {message_id} within {seconds:.0f} s")
