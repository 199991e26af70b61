"""S/MIME and what is signed in a file of its own (CMS, RFC 5652): the content of what is signed."""

from __future__ import annotations

import re

from .bounds import Unreadable
from .message import unbase64
from .scan import Scan, Where
from .verdict import Why

_SIGNED = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
_COMPRESSED = b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x09"
_PEM = re.compile(rb"-----BEGIN (?:PKCS7|CMS|PKCS #7 SIGNED DATA)-----(.*?)-----END", re.DOTALL)
_SEQUENCE, _OBJECT, _OCTETS, _OCTETS_IN_PIECES = 0x30, 0x06, 0x04, 0x24


def read(scan: Scan, where: Where, octets: bytes, _declared: str = "") -> None:
    """Read what is signed; a signature without its content has nothing to read."""
    if match := _PEM.search(octets):
        octets = unbase64(match[1])
    elif octets[:1] != b"\x30" and octets.strip().isascii():
        octets = unbase64(octets)
    try:
        inner = _signed(octets)
    except (IndexError, ValueError, RecursionError):
        raise Unreadable(Why.BROKEN) from None
    if inner:
        scan.open((*where, "signed"), inner)


def _signed(octets: bytes) -> bytes:
    """The content of SignedData."""
    identifier, rest = _of(octets)
    if identifier != _SIGNED:
        raise Unreadable(Why.UNKNOWN if identifier == _COMPRESSED else Why.ENCRYPTED)
    _tag, explicit, _ = _element(rest)
    _tag, signed, _ = _element(explicit)
    while signed:
        tag, value, signed = _element(signed)
        if tag == _SEQUENCE:
            _identifier, inner = _fields(value)
            return _octets(_element(inner)[1]) if inner else b""
    raise ValueError


def _of(octets: bytes) -> tuple[bytes, bytes]:
    tag, value, _ = _element(octets)
    if tag != _SEQUENCE:
        raise ValueError
    return _fields(value)


def _fields(value: bytes) -> tuple[bytes, bytes]:
    """A type of content, and what follows it."""
    tag, identifier, rest = _element(value)
    if tag != _OBJECT:
        raise ValueError
    return identifier, rest


def _element(octets: bytes) -> tuple[int, bytes, bytes]:
    """The first element (X.690): its tag, its value, and what follows; one without a length goes to its end mark."""
    tag, size, at = octets[0], octets[1], 2
    if size == 0x80:
        value, rest = _endless(octets[2:])
        return tag, value, rest
    if size & 0x80:
        count = size & 0x7F
        if count > 6:
            raise ValueError
        size, at = int.from_bytes(octets[2 : 2 + count], "big"), 2 + count
    if at + size > len(octets):
        raise ValueError
    return tag, octets[at : at + size], octets[at + size :]


def _endless(octets: bytes) -> tuple[bytes, bytes]:
    rest = octets
    while rest[:2] != b"\0\0":
        if not rest:
            raise ValueError
        rest = _element(rest)[2]
    return octets[: len(octets) - len(rest)], rest[2:]


def _octets(octets: bytes) -> bytes:
    """An OCTET STRING, whole or in pieces."""
    tag, value, _ = _element(octets)
    if tag == _OCTETS:
        return value
    if tag != _OCTETS_IN_PIECES:
        raise ValueError
    pieces = []
    while value:
        _tag, piece, value = _element(value)
        pieces.append(piece)
    return b"".join(pieces)
