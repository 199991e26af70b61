"""Messages and sessions that are made to break the gate: refused or harmless, and the host is well after (R10.8)."""

from __future__ import annotations

import io
import re
import secrets
import smtplib
import time
import zipfile
from collections.abc import Callable, Iterator

import pytest

from tests.support.deployment import Deployment
from tests.support.gate import EICAR, hand_in, letter
from tests.support.waiting import until

from .conftest import Official

HEAD = b"From: an@example.net\r\nTo: x@example.net\r\nMIME-Version: 1.0\r\nMessage-ID: <ID@example.net>\r\n"


def bomb(octets: int, layers: int) -> bytes:
    """Zeros in an archive, ten times in one of the next layer, and so on."""
    packed = b"\0" * octets
    for layer in range(layers):
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
            for number in range(1 if layer == 0 else 10):
                opened.writestr(f"{layer}-{number}.{'zip' if layer else 'bin'}", packed)
        packed = archive.getvalue()
    return packed


def nested(depth: int) -> bytes:
    """A message in a message, and so on, with the test virus in the innermost."""
    whole = HEAD + b"Content-Type: text/plain\r\n\r\n" + EICAR + b"\r\n"
    for _ in range(depth):
        whole = HEAD + b"Content-Type: message/rfc822\r\n\r\n" + whole
    return whole


def parts(count: int) -> bytes:
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * count + b"--b--\r\n"


def entities() -> bytes:
    """A document whose XML says a name that is ten names, each ten names (a billion laughs)."""
    names = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    text = f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a0 "ha">{names}]><w>&a9;</w>'
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("word/document.xml", text)
    return archive.getvalue()


def attached(name: str, octets: bytes) -> bytes:
    return letter("x@example.net", files={name: octets}).as_bytes().replace(b"\n", b"\r\n")


# Which of them `make test` leaves out: the same at a hundredth of its size is there.
LONG = {"a-million-parts": pytest.mark.long}
# What is sent, and the codes that are right for it.
MESSAGES: dict[str, tuple[Callable[[], bytes], set[int]]] = {
    "archives-in-archives": (lambda: attached("a.zip", bomb(10_000_000, 5)), {250, 554}),
    "one-large-file-packed": (lambda: attached("a.zip", bomb(600_000_000, 1)), {554}),
    "messages-1000-deep": (lambda: nested(1000), {554}),
    "ten-thousand-parts": (lambda: parts(10_000), {250, 451, 554}),
    "a-million-parts": (lambda: parts(1_000_000), {451, 554}),
    "xml-entities": (lambda: attached("a.docx", entities()), {250, 554}),
    "no-end-of-head": (lambda: b"Subject: " + b"a" * 200_000 + b"\r\n", {250, 451, 554}),
    "a-line-of-10-megabytes": (lambda: HEAD + b"\r\n" + b"a" * 10_000_000 + b"\r\n", {250, 500, 554}),
    "octets-in-heads": (lambda: b"From: \xff\xfe\r\nSubject: \x80\x81\r\nTo: \xc3\x28\r\n\r\nx\r\n", {250}),
    "boundary-never-ends": (lambda: HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n", {250}),
    "boundary-within-itself": (
        lambda: (
            HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\nContent-Type: multipart/mixed;"
            b" boundary=b\r\n\r\n" * 5000
        ),
        {250, 451, 550, 554},
    ),
    "virus-behind-a-lie": (
        lambda: (
            HEAD + b"Content-Type: multipart/mixed; boundary=b\r\nContent-Type: text/plain\r\n\r\n--b\r\nContent-Type:"
            b" text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n--b\r\n\r\n" + EICAR + b"\r\n--b--\r\n"
        ),
        {554},
    ),
    "nothing": (lambda: b"", {250, 451, 554}),
}


@pytest.fixture(autouse=True)
def _well(mail: Deployment, officials: list[Official]) -> Iterator[None]:
    """After each, an ordinary message passes within seconds, and no part has died."""
    yield
    begun = time.monotonic()
    assert hand_in(mail, attached("lanh.txt", b"x"), officials[0].address).code == 250
    assert time.monotonic() - begun < 30  # on a busy machine too; a part that hangs takes 45
    died = mail.host.run(
        "systemctl show --property=NRestarts --value rspamd clamav-daemon valkey-server"
    ).stdout.split()
    assert died == ["0", "0", "0"]


@pytest.fixture(scope="module", autouse=True)
def _begin(mail: Deployment, officials: list[Official]) -> None:
    mail.host.run("systemctl restart rspamd clamav-daemon valkey-server; systemctl reset-failed", timeout=120)
    until(lambda: hand_in(mail, attached("lanh.txt", b"x"), officials[0].address).code == 250, 120)


@pytest.mark.clause("R10.8")
@pytest.mark.parametrize(
    ("made", "codes"),
    [pytest.param(*case, id=name, marks=LONG.get(name, [])) for name, case in MESSAGES.items()],
)
def test_message(mail: Deployment, officials: list[Official], made: Callable[[], bytes], codes: set[int]) -> None:
    whole = made().replace(b"ID@", secrets.token_hex(8).encode() + b"@")
    # So much is looked through that a machine which does other things takes its time.
    assert hand_in(mail, whole, officials[1].address, patience=180).code in codes


def session(mail: Deployment, *said: bytes) -> list[bytes]:
    """What the server answers to octets that are sent as they are, each after the answer to the one before."""
    with mail.server.connect(25) as connection:
        answers = [connection.recv(4096)]
        for octets in said:
            connection.sendall(octets)
            answers.append(connection.recv(4096))
    return answers


@pytest.mark.clause("R10.8")
@pytest.mark.parametrize("end", [b"\n.\n", b"\r\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\r", b"\r.\r\n", b"\n.\r"])
def test_no_second_message_is_smuggled(mail: Deployment, officials: list[Official], end: bytes) -> None:
    to = officials[2]
    name = secrets.token_hex(8)
    begin = (
        b"EHLO mx.example.net\r\n",
        b"MAIL FROM:<an@example.net>\r\n",
        f"RCPT TO:<{to.address}>\r\n".encode(),
        b"DATA\r\n",
    )
    second = (
        f"MAIL FROM:<boss@example.net>\r\nRCPT TO:<{to.address}>\r\nDATA\r\nMessage-ID: <{name}@x>\r\n\r\nx\r\n.\r\n"
    )
    session(mail, *begin, b"Subject: a\r\n\r\nx" + end + second.encode())
    time.sleep(1)
    there = mail.server.inbox(to.address, to.password)
    assert f"<{name}@x>" not in [message["Message-ID"] for message in there]


@pytest.mark.long
@pytest.mark.clause("R10.8")
def test_ten_thousand_recipients(mail: Deployment, officials: list[Official], strangers: list[str]) -> None:
    """By another than this machine's usual address, which has used up what one may name in an hour."""
    with smtplib.SMTP(mail.server.address, 25, timeout=60, source_address=(strangers[0], 0)) as client:
        client.ehlo()
        client.mail("an@example.net")
        refused: list[int] = []
        # In pieces: who reads no answer for long is read no more.
        while len(refused) < 10_000 and 421 not in refused:
            client.send(f"RCPT TO:<{officials[0].address}>\r\n".encode() * 500)
            for _ in range(500):
                refused.append(client.getreply()[0])
                if refused[-1] == 421:
                    break
    assert refused.count(250) <= 1000
    assert set(refused) - {250} <= {421, 450, 452}
    assert set(refused) != {250}


@pytest.mark.clause("R10.8")
def test_who_says_nothing_holds_nobody_up(mail: Deployment, officials: list[Official]) -> None:
    held = [mail.server.connect(25) for _ in range(15)]
    try:
        for connection in held:
            connection.recv(4096)
            connection.sendall(b"EHLO slow.example.net\r\nMAIL")
        assert hand_in(mail, attached("lanh.txt", b"y"), officials[0].address).code == 250
    finally:
        for connection in held:
            connection.close()


@pytest.mark.clause("R10.8")
def test_bare_line_ends_are_refused_whole(mail: Deployment, officials: list[Official]) -> None:
    begin = (
        b"EHLO x\r\n",
        b"MAIL FROM:<an@example.net>\r\n",
        f"RCPT TO:<{officials[0].address}>\r\n".encode(),
        b"DATA\r\n",
    )
    answers = session(mail, *begin, b"Subject: a\n\nx\n\r\n.\r\n")
    assert re.match(rb"521.5[.]5[.]2", answers[-1])
