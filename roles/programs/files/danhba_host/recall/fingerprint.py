"""What tells one message from another that has the same Message-ID, and whether a message carries another one."""

from __future__ import annotations

import codecs
import hashlib
import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message

# What the writer of a message decides and no server on its way changes. Not Message-ID, by which it was found.
HEADERS = (
    *("from", "sender", "reply-to", "to", "cc", "date", "subject", "in-reply-to", "references"),
    *("mime-version", "content-type", "content-transfer-encoding", "content-disposition"),
)
# A file that is shorter says too little to be known again.
LEAST_FILE = 64
# Characters of a text that are compared; messages attached to messages attached to messages.
MOST_TEXT, MOST_DEEP = 2_000_000, 8
# Phrases that a search looks for, and characters of a text of which they are taken.
PHRASES, MOST_PHRASED = 6, 20_000
# Headers whose change a reader sees; the others tell of the form alone.
SEEN = HEADERS[: HEADERS.index("mime-version")]
# What of HTML nobody sees, and where it ends.
_HIDDEN = re.compile(r"<!--|<style\b|<script\b|<head\b", re.IGNORECASE)
_HIDDEN_END = {"<!--": "-->", "<style": "</style>", "<script": "</script>", "<head": "</head>"}
_BREAK = re.compile(r"</?(?:p|div|br|hr|t[dhr]|table|li|[uo]l|h[1-6]|blockquote|pre)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
# What Python's parser raises for messages that somebody has made to break it, such as hundreds in one another.
_BROKEN = (RecursionError, ValueError, LookupError, TypeError, AttributeError, MessageError)
# What Python decodes and no mail is written in: under such a name a text would read as another one.
_NO_CHARSETS = {"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape"}
# Lines of a signature, which is in all mail of its writer and says nothing of this one.
MOST_SIGNATURE = 15
_QUOTED = re.compile(r"^[>|\s]+", re.MULTILINE)
_WORD = re.compile(r"\w+")
_BETWEEN = re.compile(r"[^\w ]+| {2,}|^ | $")
# Soft hyphens and what else has no width: a word with one in it reads as the word.
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")


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
        files: SHA-256 of each attachment as it would be saved, also of those of attached messages.
        messages: digests of the messages that are attached.
        text: its words in small letters, with single spaces, without marks of quoting; of its HTML where it has no
            other text.
        everything: the words of all of its texts, also of attached messages.
        headers: the headers that a reader sees, in order: name and value.
        digest: as of `digest`; empty where a file alone is meant.
        phrases: some runs of words that stand in one line each, by which a search may look for the text.
        largest: octets of the largest attachment.
        unread: whether it, or a message that is attached to it, could not be taken apart: what is in it is not known.
    """

    files: frozenset[str]
    messages: frozenset[str] = frozenset()
    text: str = ""
    everything: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    digest: str = ""
    phrases: tuple[str, ...] = ()
    largest: int = 0
    unread: bool = False


def content(raw: bytes, deep: int = 0) -> Content:
    """What is in a message; of one that cannot be taken apart, the digest alone."""
    try:
        return _content(raw, deep)
    except _BROKEN:
        return Content(frozenset(), digest=digest(raw), unread=True)


def _content(raw: bytes, deep: int) -> Content:
    files: set[str] = set()
    messages: set[str] = set()
    texts: dict[str, list[str]] = {"text/plain": [], "text/html": []}
    within: list[str] = []
    largest, unread = 0, False
    for part in _leaves(message_from_bytes(raw)):
        if part.get_content_type() == "message/rfc822":
            inner = content(_embedded(part), deep + 1) if deep < MOST_DEEP else Content(frozenset())
            messages |= {digest(_embedded(part)), *inner.messages}
            files |= inner.files
            unread |= inner.unread
            within.append(inner.everything)
        elif part.get_content_type() in texts and not _has_name(part):
            texts[part.get_content_type()].append(_text(part)[:MOST_TEXT])
        elif (octets := _octets(part)) and len(octets) >= LEAST_FILE and not _decoration(part):
            files.add(hashlib.sha256(octets).hexdigest())
            largest = max(largest, len(octets))
    written = "\n".join(texts["text/plain"])
    plain, marked = words(written), words(_unmarked("\n".join(texts["text/html"])))
    head = _split(raw)[0]
    return Content(
        frozenset(files),
        frozenset(messages),
        words(_without_signature(written)) or plain or marked,
        " ".join(each for each in (plain, marked, *within) if each),
        tuple((name, value.decode("utf-8", "replace")) for name in SEEN for value in _values(head, name)),
        digest(raw),
        phrases(_without_signature(written) or _unmarked("\n".join(texts["text/html"]))),
        largest,
        unread,
    )


def phrases(text: str) -> tuple[str, ...]:
    """The longest run of three words of each part of a text, as it is written and within one line."""
    lines = _QUOTED.sub("", unicodedata.normalize("NFC", text[:MOST_PHRASED])).splitlines()
    runs = [
        " ".join(words[at : at + 3])
        for line in lines
        for segment in _BETWEEN.split(line)
        for words in [segment.split(" ")]
        for at in range(len(words) - 2)
    ]
    parts = [runs[len(runs) * part // PHRASES : len(runs) * (part + 1) // PHRASES] for part in range(PHRASES)]
    return tuple(sorted({max(part, key=len) for part in parts if part}))


def words(text: str) -> str:
    """The words of a text with single spaces, whatever its lines, letters' encoding, case and marks of quoting are."""
    whole = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text[:MOST_TEXT]))
    return " ".join(_WORD.findall(_QUOTED.sub("", whole).casefold()))


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
    try:
        charset = part.get_content_charset() or "utf-8"
        return _octets(part).decode("utf-8" if codecs.lookup(charset).name in _NO_CHARSETS else charset, "replace")
    except (LookupError, ValueError):
        return _octets(part).decode("utf-8", "replace")


def _has_name(part: Message) -> bool:
    """Whether it is a file; a name in letters that nobody can decode is one."""
    try:
        return bool(part.get_filename())
    except (LookupError, ValueError):
        return True


def _unmarked(text: str) -> str:
    """The text of HTML: what breaks a line parts words, what marks letters does not."""
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", _shown(text[:MOST_TEXT]))))


def _shown(text: str) -> str:
    """HTML without comments, styles and scripts; one that does not end hides nothing."""
    small, kept, at = text.lower(), [], 0
    endless: set[str] = set()
    for opening in _HIDDEN.finditer(small):
        if opening.start() < at or opening[0] in endless:
            continue
        end = small.find(_HIDDEN_END[opening[0]], opening.end())
        if end < 0:
            endless.add(opening[0])
        else:
            kept.append(text[at : opening.start()])
            at = end + len(_HIDDEN_END[opening[0]])
    return "".join([*kept, text[at:]])


def _without_signature(text: str) -> str:
    head, found, signature = text.replace("\r\n", "\n").rpartition("\n-- \n")
    return head if found and signature.count("\n") <= MOST_SIGNATURE else text
