"""The gate that every message passes: what it refuses, what goes to Junk, what it leaves alone (R10.6)."""

from __future__ import annotations

import base64
import imaplib
import secrets
import smtplib
import time
from email import policy
from email.header import Header
from email.message import EmailMessage

import pytest

from tests.support.deployment import Deployment
from tests.support.gate import (
    EICAR,
    PROGRAM,
    folder_of,
    hand_in,
    letter,
    old_document_with_macros,
    spam,
    zipped,
)

from .conftest import Official

CRLF = policy.SMTP
VALKEY = "valkey-cli -s /run/valkey/valkey-server.sock --raw"
REFUSED = {
    "virus": ({"Báo cáo.txt": EICAR}, "Thu co vi-rut (Danhba.Test.EICAR"),
    "virus-in-archives": ({"a.zip": zipped("b.zip", zipped("c.txt", EICAR))}, "Thu co vi-rut"),
    "program": ({"cai-dat.exe": PROGRAM}, "Thu kem tep chay duoc"),
    "two-ends": ({"Báo cáo.pdf.exe": b"khong phai"}, "Thu kem tep chay duoc"),
    "end-that-windows-drops": ({"Báo cáo.scr. ": b"khong phai"}, "Thu kem tep chay duoc"),
    "script-in-archive": ({"tailieu.zip": zipped("xem.js", b"alert(1)")}, "Thu kem tep chay duoc"),
    "program-under-another-name": ({"Ảnh.jpg": PROGRAM}, "Thu kem tep chay duoc"),
    "program-in-archives": ({"a.zip": zipped("b.zip", zipped("c.dat", PROGRAM))}, "Thu kem tep chay duoc"),
    "macros": ({"Bảng lương.doc": old_document_with_macros()}, "Thu kem tai lieu van phong co macro"),
    "macros-in-archive": ({"a.zip": zipped("b.doc", old_document_with_macros())}, "Thu kem tai lieu van phong"),
    "macros-by-name": ({"Bảng lương.xlsm": zipped("xl/workbook.xml", b"<a/>")}, "Thu kem tai lieu van phong"),
}


@pytest.mark.clause("R10.6")
@pytest.mark.parametrize(("files", "text"), REFUSED.values(), ids=REFUSED)
def test_refused_from_outside_with_a_text_that_helps(
    mail: Deployment, officials: list[Official], files: dict[str, bytes], text: str
) -> None:
    said = hand_in(mail, letter(officials[0].address, files=files).as_bytes(policy=CRLF), officials[0].address)
    assert said.code == 554
    assert text in said.text
    assert "Ho tro - Support" in said.text


@pytest.mark.clause("R10.6")
@pytest.mark.parametrize("port", [465, 587])
def test_refused_of_who_has_signed_in(mail: Deployment, officials: list[Official], port: int) -> None:
    sender, recipient = officials[:2]
    message = letter(recipient.address, files={"tep.txt": EICAR})
    message.replace_header("From", sender.address)
    with (
        mail.server.submission(sender.address, sender.password, port) as client,
        pytest.raises(smtplib.SMTPDataError, match=r"554.*Thu co vi-rut"),
    ):
        client.send_message(message, sender.address, [recipient.address])


@pytest.mark.clause("R10.6")
def test_refused_of_programs_on_the_host(mail: Deployment, officials: list[Official]) -> None:
    message = letter(officials[0].address, files={"tep.txt": EICAR})
    whole = base64.b64encode(message.as_bytes()).decode()
    mail.host.run(f"echo {whole} | base64 -d | sendmail -f root@{mail.server.name} {officials[0].address}")
    time.sleep(3)
    assert message["Message-ID"] not in [found["Message-ID"] for found in read(mail, officials[0])]


TEXT = "Kính gửi Ủy ban nhân dân các huyện, thành phố.\nĐề nghị báo cáo số liệu trước ngày 15 hằng tháng.\n"
CHARSETS = {
    "utf-8": ("utf-8", TEXT.encode()),
    "windows-1258": (
        "windows-1258",
        "Kính g\u01b0\u0309i U\u0309y ban nhân dân, \u0111ê\u0300 nghi\u0323 ba\u0301o ca\u0301o.\n".encode("cp1258"),
    ),
    "tcvn3-called-latin-1": (
        "iso-8859-1",
        b"K\xddnh g\xf6i \xf1y ban nh\xa9n d\xa9n c\xb8c huy\xd6n, th\xb5nh ph\xe8.\n",
    ),
    "vni-called-windows-1252": ("windows-1252", b"K\xednh g\xf4\xfbi u\xfby ban nh\xe2n d\xe2n ca\xf9c huye\xe4n.\n"),
    "not-named": ("", TEXT.encode()),
    "named-wrong": ("us-ascii", TEXT.encode()),
}


@pytest.mark.clause("R10.6")
@pytest.mark.parametrize(("charset", "octets"), CHARSETS.values(), ids=CHARSETS)
@pytest.mark.parametrize("subject", ["encoded", "raw"])
def test_vietnamese_is_no_spam(
    mail: Deployment, officials: list[Official], charset: str, octets: bytes, subject: str
) -> None:
    title = "GIẤY MỜI HỌP KHẨN: TRIỂN KHAI NHIỆM VỤ QUÝ IV"
    head = letter(officials[0].address)
    lines = [f"{name}: {head[name]}" for name in ("To", "Date", "Message-ID")]
    lines += [f"From: {Header('Sở Nội vụ', 'utf-8').encode()} <an@example.net>", "MIME-Version: 1.0"]
    lines += [f"Content-Type: text/plain{f'; charset={charset}' if charset else ''}", "Content-Transfer-Encoding: 8bit"]
    lines += [f"Subject: {title if subject == 'raw' else Header(title, 'utf-8', maxlinelen=900).encode()}"]
    whole = "\r\n".join(lines).encode() + b"\r\n\r\n" + octets.replace(b"\n", b"\r\n")
    assert hand_in(mail, whole, officials[0].address).code == 250
    assert folder_of(mail, officials[0].address, officials[0].password, str(head["Message-ID"])) == "INBOX"


def read(mail: Deployment, owner: Official) -> list[EmailMessage]:
    return mail.server.inbox(owner.address, owner.password)


@pytest.mark.clause("R10.6")
def test_spam_goes_to_junk(mail: Deployment, officials: list[Official]) -> None:
    message_id = f"<{secrets.token_hex(8)}@example.net>"
    assert hand_in(mail, spam(officials[0].address, message_id), officials[0].address).code == 250
    assert folder_of(mail, officials[0].address, officials[0].password, message_id) == "Junk"


@pytest.mark.clause("R10.6")
def test_mail_of_who_has_signed_in_is_no_spam(mail: Deployment, officials: list[Official]) -> None:
    sender, recipient = officials[:2]
    message_id = f"<{secrets.token_hex(8)}@example.net>"
    octets = spam(recipient.address, message_id).replace(b"an@example.net", sender.address.encode(), 1)
    with mail.server.submission(sender.address, sender.password) as client:
        client.sendmail(sender.address, [recipient.address], octets)
    assert folder_of(mail, recipient.address, recipient.password, message_id) == "INBOX"


def stored(mail: Deployment, owner: Official, message_id: str) -> bytes:
    """A message as it is on the disk, with the ends of lines of mail."""
    found = mail.host.run(
        f"grep -rl {message_id!r} /srv/vmail/official/{owner.id}/Maildir/new /srv/vmail/official/{owner.id}/Maildir/cur"
    ).stdout.split()
    octets: bytes = mail.host.run(f"base64 -w0 {found[0]!r}").stdout.encode()
    return base64.b64decode(octets).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


SIGNED = b"""DKIM-Signature: v=1; a=rsa-sha256; c=simple/simple; d=example.net; s=s1; h=From:To:Subject;\r
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=; b=AAAA\r
Authentication-Results: mail.laocai.gov.vn; dkim=pass header.d=laocai.gov.vn\r
Authentication-Results:  MAIL.laocai.gov.vn  1; spf=pass\r
Authentication-Results: mx.example.net; spf=pass\r
Authentication-Results: (comment) "mail.laocai.gov.vn"; dmarc=pass\r
X-Spam: No\r
X-Spam : No\r
X-Spam-Flag: NO\r
Date: Fri, 27 Nov 2026 08:00:00 +0700\r
From:  "An"   <an@example.net>\r
To: RECIPIENT\r
Subject:   =?utf-8?q?Th=C6=B0?=   with  spaces\t \r
Message-ID: <ID@example.net>\r
MIME-Version: 1.0\r
Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary="b"\r
\r
This is an S/MIME signed message   \r
--b\r
Content-Type: text/plain; charset=utf-8\r
Content-Transfer-Encoding: quoted-printable\r
\r
D=C3=B2ng c=C3=B3 kho=E1=BA=A3ng tr=E1=BA=AFng =20\r
.\r
..two dots\r
--b\r
Content-Type: application/pkcs7-signature; name=smime.p7s\r
Content-Transfer-Encoding: base64\r
\r
MIIB\r
--b--\r
"""


@pytest.mark.clause("R10.6")
def test_body_and_signed_headers_stay_and_forged_ones_go(mail: Deployment, officials: list[Official]) -> None:
    name = secrets.token_hex(8)
    sent = SIGNED.replace(b"RECIPIENT", officials[1].address.encode()).replace(b"ID@", name.encode() + b"@")
    assert hand_in(mail, sent, officials[1].address).code == 250
    assert folder_of(mail, officials[1].address, officials[1].password, f"<{name}@example.net>") == "INBOX"
    head, _, body = stored(mail, officials[1], name).partition(b"\r\n\r\n")
    sent_head, _, sent_body = sent.partition(b"\r\n\r\n")
    assert body == sent_body
    own, forged = (
        b"mail.laocai.gov.vn",
        (
            b"Authentication-Results: mail.",
            b"Authentication-Results:  MAIL",
            b'Authentication-Results: (comment) "mail',
        ),
    )
    kept = b"\r\n".join(line for line in sent_head.split(b"\r\n") if not line.startswith((*forged, b"X-Spam")))
    assert kept in head  # also in their order, with each space
    assert b"X-Spam" not in head
    assert b"dkim=pass" not in head
    results = [line for line in head.split(b"\r\n") if line.lower().startswith(b"authentication-results:")]
    assert [own in line for line in results] == [True, False]


def learns(mail: Deployment) -> dict[str, int]:
    """Of how many messages Bayes has learnt that they are spam, and that they are none."""
    said = mail.host.run(f"{VALKEY} hmget RS learns_spam learns_ham").stdout.split("\n")
    return {kind: int(count or 0) for kind, count in zip(("spam", "ham"), said, strict=False)}


def move(client: imaplib.IMAP4, folder: str, to: str) -> None:
    client.select(folder)
    newest = client.uid("SEARCH", "ALL")[1][0].split()[-1].decode()
    assert client.uid("MOVE", newest, to)[0] == "OK"


@pytest.mark.clause("R10.6")
def test_what_people_move_teaches(mail: Deployment, officials: list[Official]) -> None:
    owner = officials[2]
    text = " ".join(secrets.token_hex(4) for _ in range(60))
    message = letter(owner.address, text=text).as_bytes(policy=CRLF)
    before = learns(mail)
    with mail.server.imap(owner.address, owner.password) as client:
        client.append("INBOX", None, None, message)
        assert learns(mail) == before  # what lies in other folders is none of its business
        move(client, "INBOX", "Junk")
        assert learns(mail) == {"spam": before["spam"] + 1, "ham": before["ham"]}
        move(client, "Junk", "INBOX")  # it was none after all
        assert learns(mail) == {"spam": before["spam"], "ham": before["ham"] + 1}
        other = letter(owner.address, text=" ".join(secrets.token_hex(4) for _ in range(60)))
        client.append("Junk", None, None, other.as_bytes(policy=CRLF))
        assert learns(mail)["spam"] == before["spam"] + 1
        move(client, "Junk", "Trash")  # still spam
        assert learns(mail) == {"spam": before["spam"] + 1, "ham": before["ham"] + 1}
        assert client.uid("COPY", "1:*", "Junk")[0] in ("OK", "NO")


@pytest.mark.clause("R10.8")
def test_no_part_is_on_the_network_or_open_to_others(mail: Deployment) -> None:
    listening = mail.host.run("ss --listening --tcp --udp --processes --no-header").stdout
    assert not [part for part in ("rspamd", "valkey", "clamd") if part in listening]
    for path in (
        "/run/valkey/valkey-server.sock",
        "/run/clamav/clamd.ctl",
        "/run/rspamd/controller.sock",
        "/var/spool/postfix/rspamd/milter.sock",
    ):
        opened = mail.host.run(
            f"runuser -u www-data -- python3 -c 'import socket; socket.socket(socket.AF_UNIX).connect(\"{path}\")'",
            check=False,
        )
        assert "Permission denied" in opened.stderr, path


@pytest.mark.clause("R10.8")
def test_nothing_of_a_message_is_logged_or_kept(mail: Deployment, officials: list[Official]) -> None:
    word = secrets.token_hex(12)
    message = letter(
        officials[0].address,
        f"Chuyên đề {word}",
        f"Nội dung {word}\n",
        files={f"{word}.txt": b"x", f"{word}.zip": zipped(f"{word}.txt", b"y")},
    )
    assert hand_in(mail, message.as_bytes(policy=CRLF), officials[0].address).code == 250
    infected = letter(
        officials[0].address, f"Chuyên đề {word}", f"{word}\n", files={f"{word}.zip": zipped(f"{word}.exe", PROGRAM)}
    )
    assert hand_in(mail, infected.as_bytes(policy=CRLF), officials[0].address).code == 554
    folder_of(mail, officials[0].address, officials[0].password, str(message["Message-ID"]))
    said = mail.host.run(
        f"journalctl --since=-2min | grep -c {word}; grep -rl {word} /var/lib/rspamd /var/lib/valkey /var/log /tmp",
        check=False,
    )
    assert said.stdout.strip() == "0"
