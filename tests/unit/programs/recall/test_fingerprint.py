"""What tells messages apart that have the same Message-ID, and what a message carries of another."""

from __future__ import annotations

import hashlib
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from danhba_host.recall import fingerprint, likeness
from tests.support.recalls import FILE, TEXT, compose

ON_ITS_WAY = (
    b"Return-Path: <an@laocai.gov.vn>\nDelivered-To: binh@laocai.gov.vn\nReceived: from a by b;\n\tFri, 1 Oct 2010\n"
    b"DKIM-Signature: v=1; b=x\nX-Spam: no\n"
)


def test_copies_of_one_message_have_one_digest() -> None:
    raw = compose().as_bytes()
    alike = [
        ON_ITS_WAY + raw,
        raw.replace(b"\n", b"\r\n"),
        compose().as_bytes(policy=SMTP),
        raw + b"\n\n",
        raw.replace(b"Subject: ", b"subject:  "),
        raw.replace(b"Subject: ", b"Subject:\n "),
    ]
    assert {fingerprint.digest(each) for each in alike} == {fingerprint.digest(raw)}


@pytest.mark.parametrize(
    "other",
    [
        compose(text=TEXT + "x"),
        compose(Subject="Trực khác"),
        compose(From="chi@laocai.gov.vn"),
        compose(To="binh@laocai.gov.vn, chi@laocai.gov.vn"),
        compose(file=FILE),
    ],
)
def test_another_message_with_the_same_id_has_another(other: EmailMessage) -> None:
    assert fingerprint.message_id(other.as_bytes()) == fingerprint.message_id(compose().as_bytes()) == "<1@client>"
    assert fingerprint.digest(other.as_bytes()) != fingerprint.digest(compose().as_bytes())


def test_what_stands_in_a_body_is_no_header() -> None:
    raw = b"From: a@b\n\nSubject: x\n"
    assert fingerprint.digest(raw) != fingerprint.digest(b"From: a@b\nSubject: x\n\n")
    assert fingerprint.message_id(b"\nMessage-ID: <2@x>\n") == ""
    assert fingerprint.digest(b"\nx") == fingerprint.digest(b"\r\nx\r\n")


def _likeness(other: EmailMessage, original: EmailMessage) -> str:
    contents = [fingerprint.content(each.as_bytes()) for each in (original, other)]
    return likeness.with_another_id(*contents).relation


def _carries(other: EmailMessage, original: EmailMessage) -> bool:
    return _likeness(other, original) in {likeness.CARRIER, likeness.WHOLE, likeness.TWIN}


def _attached(original: EmailMessage) -> EmailMessage:
    outer = compose(text="Xin chuyển.\n", message_id="<2@client>")
    outer.add_attachment(original)
    return outer


def test_a_message_carries_what_is_forwarded_or_quoted_in_it() -> None:
    original = compose(file=FILE)
    quoted = "".join(f"> {line}\n" for line in TEXT.splitlines())
    assert _carries(compose(text=f"Kính chuyển.\n\n{quoted}", message_id="<2@client>"), original)
    assert _carries(compose(text="Tệp đây.\n", message_id="<2@client>", file=FILE), original)
    assert _carries(_attached(original), original)
    marked = EmailMessage()
    marked.set_content(f"<p>{TEXT.replace(' ', '&nbsp;')}</p>", subtype="html")
    assert _carries(marked, original)


def test_a_message_that_only_answers_carries_nothing() -> None:
    original = compose(file=FILE)
    assert not _carries(compose(text="Đã nhận.\n", message_id="<2@client>", References="<1@client>"), original)
    assert not _carries(compose(text="x", file=FILE + b"x"), original)
    assert not _carries(compose(text="Đã nhận.\n" * 10), compose(text="Đã nhận.\n"))  # too short to be known again


def test_an_emblem_in_every_message_of_an_agency_says_nothing() -> None:
    def with_emblem(text: str) -> EmailMessage:
        message = compose(text=text)
        message.add_attachment(FILE, maintype="image", subtype="png", cid="<emblem>", disposition="inline")
        return message

    assert not _carries(with_emblem("Đã nhận.\n"), with_emblem(TEXT))


def test_a_message_may_be_named_by_each_of_its_hashes() -> None:
    raw = compose(file=FILE).as_bytes()
    named = fingerprint.hashes(raw)
    assert {fingerprint.digest(raw), hashlib.sha256(raw).hexdigest(), hashlib.sha256(FILE).hexdigest()} == named


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"Content-Type: text/plain; charset=no-such\n\n\xff\xfe",
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\n",
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: message/rfc822\n\n--x--\n",
        b"Content-Type: message/rfc822\n\n",
        b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n!!!\n",
    ],
)
def test_what_is_broken_is_no_fault(raw: bytes) -> None:
    assert len(fingerprint.digest(raw)) == 64
    contents = [fingerprint.content(compose().as_bytes()), fingerprint.content(raw)]
    assert likeness.with_another_id(*contents).relation == likeness.with_another_id(*contents[::-1]).relation == ""


@pytest.mark.parametrize("charset", ["undefined", "idna", "punycode", "x\0y", "no-such", "hex", "unicode_escape"])
def test_content_of_a_text_with_a_strange_charset_is_its_text(charset: str) -> None:
    raw = compose().as_bytes()
    strange = raw.replace(b'charset="utf-8"', f'charset="{charset}"'.encode())
    assert strange != raw
    found = fingerprint.content(strange)
    assert (found.text, found.unread) == (fingerprint.content(raw).text, False)


@pytest.mark.parametrize("charset", ["undefined", "idna", "x%00y"])
def test_content_of_a_file_with_a_name_in_a_strange_charset_is_that_file(charset: str) -> None:
    named = f"Content-Disposition: attachment; filename*={charset}''%E9%FF".encode()
    raw = compose(file=FILE).as_bytes().replace(b'Content-Disposition: attachment; filename="tep.bin"', named)
    text = raw.replace(b"application/octet-stream", b"text/plain")
    assert named in raw
    for each in (raw, text):
        found = fingerprint.content(each)
        assert (found.files, found.unread) == (frozenset({hashlib.sha256(FILE).hexdigest()}), False)


def nested(deep: int) -> bytes:
    """Messages attached to one another."""
    head = b"Message-ID: <1@client>\nContent-Type: message/rfc822\n\n"
    return head * deep + compose().as_bytes()


def test_content_of_hundreds_of_messages_in_one_another_is_unread_and_has_its_digest() -> None:
    raw = nested(400)
    found = fingerprint.content(raw)
    assert (found.digest, found.unread) == (fingerprint.digest(raw), True)
    assert fingerprint.digest(raw) in fingerprint.hashes(raw)
