"""A message without the files that an exception names, for reading alone: it is never sent so."""

from __future__ import annotations

import hashlib
from base64 import b64decode
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

PLAIN = frozenset({"7bit", "8bit", "binary"})


def without(octets: bytes, files: frozenset[str]) -> tuple[bytes, list[str]]:
    """The message with each attachment emptied whose SHA-256 is among `files`; and which of them it had.

    Names of files, the text and all other attachments stay: an exception covers what it names.
    """
    message = message_from_bytes(octets, policy=compat32)
    found = [(part, _digest(part)) for part in message.walk()]
    taken = {digest for _part, digest in found if digest in files}
    for part in (part for part, digest in found if digest in taken):
        del part["Content-Transfer-Encoding"]
        part.set_type("text/plain")  # with its parameters, of which one may be the name
        part.set_payload("")
    return (message.as_bytes(), sorted(taken)) if taken else (octets, [])


def _digest(part: Message) -> str:
    """Of what a part holds; nothing where it holds parts, is a text of the message, or may be read otherwise."""
    if part.is_multipart() or not part.get_filename():
        return ""
    content = _content(part)
    return "" if content is None else hashlib.sha256(content).hexdigest()


def _content(part: Message) -> bytes | None:
    """What any mail program takes it for: what is not encoded, or strictly in base64; nothing may hide behind it."""
    encodings = part.get_all("Content-Transfer-Encoding", ["7bit"])
    octets = str(part.get_payload()).encode("ascii", "surrogateescape")
    if len(encodings) > 1:
        return None
    encoding = str(encodings[0]).strip().lower()
    if encoding in PLAIN:
        return octets
    try:
        return b64decode(b"".join(octets.split()), validate=True) if encoding == "base64" else None
    except ValueError:
        return None
