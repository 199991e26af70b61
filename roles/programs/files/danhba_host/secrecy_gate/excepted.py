"""A message without the excepted files, for reading only: it is never sent so."""

from __future__ import annotations

import hashlib
from base64 import b64decode
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

PLAIN = frozenset({"7bit", "8bit", "binary"})


def without(octets: bytes, files: frozenset[str]) -> tuple[bytes, list[str]]:
    """Return the message with each attachment emptied whose SHA-256 is in `files`, and these SHA-256.

    Names, text and other attachments stay: an exception covers only what it names.
    """
    message = message_from_bytes(octets, policy=compat32)
    found = [(part, _digest(part)) for part in message.walk()]
    taken = {digest for _part, digest in found if digest in files}
    for part in (part for part, digest in found if digest in taken):
        del part["Content-Transfer-Encoding"]
        part.set_type("text/plain")  # replaces the parameters too, one of which may be the name
        part.set_payload("")
    return (message.as_bytes(), sorted(taken)) if taken else (octets, [])


def _digest(part: Message) -> str:
    """Return the SHA-256 of a part; empty for containers, the message's text, and ambiguous encodings."""
    if part.is_multipart() or not part.get_filename():
        return ""
    content = _content(part)
    return "" if content is None else hashlib.sha256(content).hexdigest()


def _content(part: Message) -> bytes | None:
    """Return the content decoded as every mail program does it: none or strict base64, so that nothing is hidden."""
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
