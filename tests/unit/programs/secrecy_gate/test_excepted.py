"""A message without the files that an exception names, and with all the rest."""

from __future__ import annotations

import base64
import hashlib
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from danhba_host.secrecy_gate.excepted import without

FILE, OTHER = b"PK\x03\x04 content of one", b"%PDF content of another"


def digest(octets: bytes) -> str:
    return hashlib.sha256(octets).hexdigest()


def message() -> bytes:
    made = EmailMessage()
    made["Subject"] = "Công văn"
    made.set_content("Nội dung")
    made.add_attachment(FILE, maintype="application", subtype="zip", filename="một.zip")
    made.add_attachment(OTHER, maintype="application", subtype="pdf", filename="hai.pdf")
    return made.as_bytes()


def contents(octets: bytes) -> dict[str | None, object]:
    parts = [part for part in message_from_bytes(octets, policy=default).walk() if not part.is_multipart()]
    return {part.get_filename(): part.get_payload(decode=True) for part in parts}


def test_what_is_named_is_empty_and_nothing_else() -> None:
    given = message()
    rest, there = without(given, frozenset({digest(FILE), digest(b"elsewhere")}))
    assert there == [digest(FILE)]
    before, after = contents(given), contents(rest)
    assert before.keys() == after.keys(), "the names are read as before"
    assert {name for name in before if before[name] != after[name]} == {"một.zip"}
    assert after["một.zip"] == b""


def test_where_nothing_is_named_it_is_the_message_as_it_was() -> None:
    given = message()
    assert without(given, frozenset({digest(b"elsewhere")})) == (given, [])


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("base64", base64.encodebytes(FILE) + base64.encodebytes(b"MARK")),
        ("base64", base64.encodebytes(FILE) + b"!" + base64.encodebytes(b"MARK")),
        ("base64\r\nContent-Transfer-Encoding: 8bit", base64.encodebytes(FILE)),
        ("quoted-printable", FILE),
        ("x-uuencode", FILE),
    ],
)
def test_nothing_hides_behind_a_file_that_is_named(encoding: str, body: bytes) -> None:
    head = f"MIME-Version: 1.0\r\nContent-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: {encoding}"
    given = head.encode() + b"\r\n\r\n" + body
    assert without(given, frozenset({digest(FILE)})) == (given, [])


@pytest.mark.parametrize("encoding", ["base64", "8bit"])
def test_a_file_is_found_however_it_is_sent(encoding: str) -> None:
    head = f"MIME-Version: 1.0\r\nContent-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: {encoding}"
    body = base64.encodebytes(FILE) if encoding == "base64" else FILE
    rest, there = without(head.encode() + b"\r\n\r\n" + body, frozenset({digest(FILE)}))
    assert there == [digest(FILE)]
    assert b"a.zip" in rest
    assert body not in rest


def test_the_text_of_a_message_is_no_file() -> None:
    text = "Nội dung\n".encode()
    assert without(message(), frozenset({digest(text)}))[1] == []
