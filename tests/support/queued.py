"""Files of Postfix's queue, as its cleanup(8) writes them: records of a type, a length and a text."""

from __future__ import annotations

from collections.abc import Sequence


def queue_file(recipients: Sequence[str], done: Sequence[str] = (), text: str = "Subject: x\n\nx") -> bytes:
    """A message to recipients, of whom some are done with."""
    content = b"".join(_record("N", line) for line in text.split("\n"))
    parts = [
        _record("C", f"{len(content):15} {238:15} {1:15} {0:15} {len(content):15}"),
        _record("T", "1796253995 123456"),
        _record("S", "sender@example.org"),
        *(_record("D", each) for each in done),
        *(_record("R", each) for each in recipients),
        _record("M", ""),
        content,
        _record("X", ""),
        _record("E", ""),
    ]
    return b"".join(parts)


def _record(kind: str, text: str) -> bytes:
    octets = text.encode()
    length, rest = b"", len(octets)
    while True:
        length += bytes([rest & 0x7F | (0x80 if rest > 0x7F else 0)])
        rest >>= 7
        if not rest:
            return kind.encode() + length + octets
