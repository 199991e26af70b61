"""By which files a mail is found again: SHA-256 of each attachment, as it would be saved."""

from __future__ import annotations

import hashlib
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy

import pytest

from danhba_secrecy import scan_message
from danhba_secrecy.scan import MOST_FILES

pytestmark = pytest.mark.clause("R10.7")

PDF, TABLE = b"%PDF-1.4 ...", "Họ tên,Số\nLò,1\n"
LF = SMTP.clone(linesep="\n")


def mail(**files: bytes) -> EmailMessage:
    message = EmailMessage()
    message.set_content("Xem tệp.")
    for name, octets in files.items():
        message.add_attachment(octets, maintype="application", subtype="octet-stream", filename=f"{name}.bin")
    return message


def sha256(octets: bytes) -> str:
    return hashlib.sha256(octets).hexdigest()


@pytest.mark.parametrize("policy", [SMTP, LF], ids=["CRLF", "LF"])
def test_each_attachment_is_told_once_and_the_text_is_none(policy: EmailPolicy) -> None:
    message = mail(a=PDF, b=PDF, c=b"khac")
    assert scan_message(message.as_bytes(policy=policy)).files == (sha256(PDF), sha256(b"khac"))


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "8bit"])
def test_a_text_is_told_as_it_is_saved_whatever_carries_it(encoding: str) -> None:
    """Its lines end as the mail's do on the way, but for base64."""
    message = EmailMessage()
    message.set_content("Xem tệp.")
    message.add_attachment(TABLE, subtype="csv", filename="bang.csv", cte=encoding)
    assert scan_message(message.as_bytes(policy=LF)).files == (sha256(TABLE.encode()),)
    if encoding != "base64":
        assert scan_message(message.as_bytes(policy=SMTP)).files == (sha256(TABLE.encode()),)


def test_attachments_of_a_mail_that_is_attached_are_told_too() -> None:
    message = EmailMessage()
    message.set_content("Kính chuyển.")
    message.add_attachment(mail(a=PDF))
    assert scan_message(message.as_bytes(policy=SMTP)).files == (sha256(PDF),)


def test_there_is_a_bound() -> None:
    message = mail(**{f"t{number}": str(number).encode() for number in range(MOST_FILES + 5)})
    assert len(scan_message(message.as_bytes(policy=SMTP)).files) == MOST_FILES
