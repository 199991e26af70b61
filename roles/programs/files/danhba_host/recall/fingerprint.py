"""What tells one message from another that has the same Message-ID, and whether a message carries another one."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message

# What the writer of a message decides and no server on its way changes. Not Message-ID, by which it was found.
HEADERS = (
    *("from", "sender", "reply-to", "to", "cc", "date", "subject", "in-reply-to", "references"),
    *("mime-version", "content-type", "content-transfer-encoding", "content-disposition"),
)
# A text or a file that is shorter says too little to be known again.
LEAST_TEXT, LEAST_FILE = 40, 64
_BETWEEN = re.compile(r"[\s>]+")
_TAG = re.compile(r"<[^>]*>")


def digest(raw: bytes) -> str:
    """The same for all copies of a message: SHA-256 of its headers by which it is written, and of its body.

    Each header of `HEADERS` that is there is a line `name:value`, the value in one line with single spaces; then an
    empty line and the body, with lines that end in LF and without empty ones at its end. What servers add (Received,
    Return-Path, Delivered-To, marks of filters and signatures) is not in it.
    """
    head, body = _split(raw)
    hashed = hashlib.sha256()
    for name in HEADERS:
        for value in _values(head, name):
            hashed.update(b"%s:%s\n" % (name.encode(), value))
    hashed.update(b"\n" + body.rstrip(b"\n"))
    return hashed.hexdigest()


def message_id(raw: bytes) -> str:
    """The Message-ID, with < and >; empty where there is none."""
    return next(_values(_split(raw)[0], "message-id"), b"").decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class Content:
    """What a message may be known by inside another one.

    Attributes:
        files: SHA-256 of each attachment as it would be saved.
        messages: digests of the messages that are attached.
        text: its text without spaces and marks of quoting.
    """

    files: frozenset[str]
    messages: frozenset[str]
    text: str


def content(raw: bytes) -> Content:
    """What is in a message; a part that cannot be decoded is left out."""
    files: set[str] = set()
    messages: set[str] = set()
    texts: dict[str, list[str]] = {"text/plain": [], "text/html": []}
    for part in _leaves(message_from_bytes(raw)):
        if part.get_content_type() == "message/rfc822":
            messages.add(digest(_embedded(part)))
        elif part.get_content_type() in texts and not part.get_filename():
            texts[part.get_content_type()].append(_text(part))
        elif (octets := _octets(part)) and len(octets) >= LEAST_FILE and not _decoration(part):
            files.add(hashlib.sha256(octets).hexdigest())
    plain, marked = ("".join(texts[kind]) for kind in ("text/plain", "text/html"))
    return Content(frozenset(files), frozenset(messages), _squeezed(plain or html.unescape(_TAG.sub("", marked))))


def carries(raw: bytes, original: Content, original_digest: str) -> bool:
    """Whether a message has the original in it: as a message, by one of its attachments, or by its text as quoted."""
    own = content(raw)
    quoted = len(original.text) >= LEAST_TEXT and original.text in own.text
    return quoted or original_digest in own.messages or bool(original.files & own.files)


def hashes(raw: bytes) -> set[str]:
    """All by which an operator may name a message: its digest, SHA-256 of it as it is, and of each attachment."""
    return {digest(raw), hashlib.sha256(raw).hexdigest(), *content(raw).files}


def _split(raw: bytes) -> tuple[bytes, bytes]:
    text = raw.replace(b"\r\n", b"\n")
    head, _, body = (b"", b"", text[1:]) if text.startswith(b"\n") else text.partition(b"\n\n")
    return head, body


def _values(head: bytes, name: str) -> Iterator[bytes]:
    """The values of a header in their order, each in one line."""
    pattern = rb"^%s[ \t]*:(.*(?:\n[ \t].*)*)" % re.escape(name.encode())
    for found in re.finditer(pattern, head, re.IGNORECASE | re.MULTILINE):
        yield b" ".join(found[1].split())


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that are no containers; an attached message is one part."""
    if message.get_content_type() == "message/rfc822" or not message.is_multipart():
        yield message
        return
    for part in message.get_payload():
        if isinstance(part, Message):
            yield from _leaves(part)


def _embedded(part: Message) -> bytes:
    payload = part.get_payload()
    inner = payload[0] if isinstance(payload, list) and payload else None
    return inner.as_bytes() if isinstance(inner, Message) else b""


def _octets(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _decoration(part: Message) -> bool:
    """Whether it is a picture in the text, such as an agency's emblem, which is in every message of the agency."""
    return part.get_content_maintype() == "image" and bool(
        part.get("Content-ID") or part.get_content_disposition() == "inline"
    )


def _text(part: Message) -> str:
    charset = part.get_content_charset() or "utf-8"
    try:
        return _octets(part).decode(charset, "replace")
    except LookupError:
        return _octets(part).decode("utf-8", "replace")


def _squeezed(text: str) -> str:
    return _BETWEEN.sub("", text)
