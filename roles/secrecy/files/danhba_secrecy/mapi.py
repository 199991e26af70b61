"""Outlook's own forms of a message: files .msg (MS-OXMSG), and TNEF, the attachment winmail.dat (MS-OXTNEF)."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from . import ole, text
from .bounds import Unreadable
from .scan import Scan, Where
from .verdict import Why

_SUBJECT, _TOPIC, _BODY, _HTML, _RTF = 0x0037, 0x0070, 0x1000, 0x1013, 0x1009
_NAME, _LONG_NAME, _DATA = 0x3704, 0x3707, 0x3701
_TITLES = (_SUBJECT, _TOPIC, 0x0E1D)
_STRING8, _UNICODE, _BINARY, _OBJECT = 0x001E, 0x001F, 0x0102, 0x000D

Properties = Mapping[int, bytes | str]


def read_msg(scan: Scan, where: Where, file: Any, streams: Sequence[tuple[str, ...]]) -> None:
    """Read a message of Outlook that is open."""
    _message(scan, where, file, streams, ())


def _message(scan: Scan, where: Where, file: Any, streams: Sequence[tuple[str, ...]], above: tuple[str, ...]) -> None:
    own = _properties(scan, file, streams, above)
    _said(scan, where, own)
    storages = {path[len(above)] for path in streams if path[: len(above)] == above and len(path) > len(above) + 1}
    for storage in sorted(name for name in storages if name.startswith("__attach_version1.0_")):
        scan.attempt(where, lambda storage=storage: _attachment(scan, where, file, streams, (*above, storage)))  # type: ignore[misc]


def _properties(scan: Scan, file: Any, streams: Sequence[tuple[str, ...]], above: tuple[str, ...]) -> Properties:
    found: dict[int, bytes | str] = {}
    for path in streams:
        if path[:-1] == above and path[-1].startswith("__substg1.0_") and len(path[-1]) >= 20:
            number, type_ = int(path[-1][12:16], 16), int(path[-1][16:20], 16)
            octets = ole.content(scan, file, path)
            found[number] = octets.decode("utf-16-le", "replace") if type_ == _UNICODE else octets
    return found


def _attachment(
    scan: Scan, where: Where, file: Any, streams: Sequence[tuple[str, ...]], above: tuple[str, ...]
) -> None:
    inner = (*above, "__substg1.0_3701000D")
    if any(path[: len(inner)] == inner for path in streams):
        with scan.deeper():
            _message(scan, (*where, "message"), file, streams, inner)
        return
    _file(scan, where, _properties(scan, file, streams, above))


def _file(scan: Scan, where: Where, found: Properties) -> None:
    """A file that is attached, with its name."""
    name = _shown(found.get(_LONG_NAME) or found.get(_NAME) or "")
    octets = found.get(_DATA, b"")
    scan.name((*where, name), name)
    if isinstance(octets, bytes):
        scan.attempt((*where, name), lambda: scan.open((*where, name or "attachment"), octets))


def _shown(value: bytes | str) -> str:
    return value if isinstance(value, str) else text.decodings(value.rstrip(b"\0"))[0]


def _said(scan: Scan, where: Where, found: Properties) -> None:
    """The subject and the body, in each form."""
    for number in _TITLES:
        if value := found.get(number):
            scan.title((*where, "subject"), _shown(value).rstrip("\0"))
    if body := found.get(_BODY):
        for shown in [body] if isinstance(body, str) else text.decodings(body):
            scan.text((*where, "text"), text.unquoted(shown))
    if page := found.get(_HTML):
        octets = page.encode() if isinstance(page, str) else page
        scan.attempt(where, lambda: scan.open((*where, "html"), octets, "text/html"))
    if isinstance(rich := found.get(_RTF), bytes) and rich:
        scan.attempt(where, lambda: scan.open((*where, "text"), expanded(rich, scan.budget.room())))


_PRELOADED = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}"
    rb"{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbol"
    rb"ArialTimes New RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n" + rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)


def expanded(octets: bytes, room: int) -> bytes:
    """Compressed RTF (MS-OXRTFCP)."""
    _packed, size, kind = struct.unpack_from("<III", octets)
    if kind == 0x414C454D:
        return octets[16 : 16 + size]
    if kind != 0x75465A4C:
        raise Unreadable(Why.BROKEN)
    if size > room:
        raise Unreadable(Why.LARGE)
    return _unpacked(octets, size)


def _unpacked(octets: bytes, size: int) -> bytes:
    """The dictionary of 4,096 octets goes round; what refers to the place that is written next is the end."""
    ring = bytearray(_PRELOADED.ljust(4096, b"\0"))
    write, out, at = len(_PRELOADED), bytearray(), 16
    while at < len(octets) and len(out) <= size:
        flags, at = octets[at], at + 1
        for bit in range(8):
            pair = int.from_bytes(octets[at : at + 2], "big")
            place, length = (pair >> 4, (pair & 15) + 2) if flags >> bit & 1 else (-1, 1)
            if place == write or at >= len(octets):
                return bytes(out)
            for step in range(length):
                byte = octets[at] if place < 0 else ring[(place + step) % 4096]
                ring[write], write = byte, (write + 1) % 4096
                out.append(byte)
            at += 1 if place < 0 else 2
    return bytes(out)


_ATTRIBUTE_SUBJECT, _ATTRIBUTE_BODY, _MESSAGE_PROPERTIES = 0x00018004, 0x0002800C, 0x00069003
_BEGIN, _ATTACHED, _TITLE, _ATTACHMENT_PROPERTIES = 0x00069002, 0x0006800F, 0x00018010, 0x00069005


def read_tnef(scan: Scan, where: Where, octets: bytes, _declared: str = "") -> None:
    """Read a winmail.dat."""
    attachments: list[dict[int, bytes | str]] = []
    try:
        for number, data in _attributes(octets):
            scan.budget.time()
            if number == _BEGIN:
                attachments.append({})
            elif number in (_ATTACHED, _TITLE, _ATTACHMENT_PROPERTIES) and attachments:
                _take(attachments[-1], number, data)
            elif number == _ATTRIBUTE_SUBJECT:
                _said(scan, where, {_SUBJECT: data.rstrip(b"\0")})
            elif number == _ATTRIBUTE_BODY:
                _said(scan, where, {_BODY: data.rstrip(b"\0")})
            elif number == _MESSAGE_PROPERTIES:
                _said(scan, where, dict(_tnef_properties(data)))
    except (struct.error, IndexError):
        raise Unreadable(Why.BROKEN) from None
    for attachment in attachments:
        _file(scan, where, attachment)


def _attributes(octets: bytes) -> Iterator[tuple[int, bytes]]:
    at = 6
    while at < len(octets):
        number, size = struct.unpack_from("<II", octets, at + 1)
        if at + 9 + size > len(octets):
            raise IndexError
        yield number, octets[at + 9 : at + 9 + size]
        at += 9 + size + 2


def _take(attachment: dict[int, bytes | str], number: int, data: bytes) -> None:
    if number == _ATTACHED:
        attachment[_DATA] = data
    elif number == _TITLE:
        attachment.setdefault(_NAME, data.rstrip(b"\0"))
    else:
        found = dict(_tnef_properties(data))
        inner = found.pop(_DATA, None)
        attachment.update(found)
        if isinstance(inner, bytes) and inner:
            attachment[_DATA] = inner[16:]  # behind the identifier of an interface


def _tnef_properties(data: bytes) -> Iterator[tuple[int, bytes | str]]:
    """The properties of MAPI that an attribute holds."""
    (count,) = struct.unpack_from("<I", data)
    at = 4
    for _ in range(count):
        type_, number = struct.unpack_from("<HH", data, at)
        at += 4
        if number >= 0x8000:
            at = _past_name(data, at)
        octets, at = _values(data, at, type_)
        if octets is not None:
            wide = type_ & 0xEFFF == _UNICODE
            yield number, octets.decode("utf-16-le", "replace").rstrip("\0") if wide else octets


def _past_name(data: bytes, at: int) -> int:
    (kind,) = struct.unpack_from("<I", data, at + 16)
    if kind == 0:
        return at + 24
    (size,) = struct.unpack_from("<I", data, at + 20)
    return int(at + 24 + (size + 3) // 4 * 4)


_FIXED = {
    0x0002: 4,
    0x0003: 4,
    0x0004: 4,
    0x0005: 8,
    0x0006: 8,
    0x0007: 8,
    0x000A: 4,
    0x000B: 4,
    0x0014: 8,
    0x0040: 8,
    0x0048: 16,
}


def _values(data: bytes, at: int, type_: int) -> tuple[bytes | None, int]:
    """The last of the values of a property, and where the next property begins."""
    several, type_ = bool(type_ & 0x1000), type_ & 0xEFFF
    count = 1
    if several or type_ not in _FIXED:
        (count,) = struct.unpack_from("<I", data, at)
        at += 4
    if type_ in _FIXED:
        return None, at + count * _FIXED[type_]
    if type_ not in (_STRING8, _UNICODE, _BINARY, _OBJECT):
        raise IndexError
    octets = None
    for _ in range(count):
        (size,) = struct.unpack_from("<I", data, at)
        octets = data[at + 4 : at + 4 + size]
        at += 4 + (size + 3) // 4 * 4
        if at > len(data) + 3:
            raise IndexError
    return octets, at
