"""Compound files (MS-CFB): old Word, Excel and PowerPoint, Outlook's messages, encrypted documents, objects."""

from __future__ import annotations

import io
import struct
from typing import Any

from .bounds import Exhausted, Unreadable
from .scan import Scan, Where
from .verdict import Why

# A stream by its name, and the module and function that read it.
_ENCRYPTED = frozenset(("EncryptedPackage", "EncryptedSummary", "\x06DataSpaces"))
_SUMMARIES = frozenset(("\x05SummaryInformation", "\x05DocumentSummaryInformation"))
_MOST_STREAMS = 20_000


def read(scan: Scan, where: Where, octets: bytes, _declared: str = "") -> None:
    """Read a compound file."""
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(octets)) as file:
            _file(scan, where, file)
    except (OSError, struct.error, IndexError, ValueError, KeyError, TypeError):
        raise Unreadable(Why.BROKEN) from None


def _file(scan: Scan, where: Where, file: Any) -> None:
    streams = [tuple(path) for path in file.listdir(streams=True, storages=False)]
    if len(streams) > min(_MOST_STREAMS, scan.budget.parts):
        raise Exhausted(Why.MANY)
    names = {path[-1] for path in streams}
    if names & _ENCRYPTED or any(path[0] in _ENCRYPTED for path in streams):
        raise Unreadable(Why.ENCRYPTED)
    if ("__properties_version1.0",) in streams:
        from . import mapi

        mapi.read_msg(scan, where, file, streams)
        return
    known = [_stream(scan, where, file, path) for path in streams]
    if not any(known):
        raise Unreadable(Why.UNKNOWN)


def content(scan: Scan, file: Any, path: tuple[str, ...]) -> bytes:
    """One stream; empty where there is none."""
    if not file.exists(list(path)):
        return b""
    scan.budget.take(min(file.get_size(list(path)), scan.bounds.octets))
    return bytes(file.openstream(list(path)).read())


def _stream(scan: Scan, where: Where, file: Any, path: tuple[str, ...]) -> bool:
    """Read one stream; whether it is one of a kind that is known."""
    from . import excel, powerpoint, word

    name, above = path[-1], path[:-1]
    if name == "WordDocument":
        tables = {name: content(scan, file, (*above, name)) for name in ("0Table", "1Table")}
        document = content(scan, file, path)
        scan.attempt(where, lambda: word.read(scan, where, document, tables))
    elif name in ("Workbook", "Book"):
        scan.attempt(where, lambda: excel.read_stream(scan, where, content(scan, file, path)))
    elif name == "PowerPoint Document":
        user = content(scan, file, (*above, "Current User"))
        scan.attempt(where, lambda: powerpoint.read(scan, where, content(scan, file, path), user))
    elif name == "\x01Ole10Native":
        _native(scan, where, content(scan, file, path))
    elif name in ("Package", "CONTENTS", "Contents"):
        scan.attempt(where, lambda: scan.open((*where, "embedded"), content(scan, file, path)))
    elif name in _SUMMARIES:
        _summary(scan, where, file, path)
        return False
    else:
        return False
    return True


def _native(scan: Scan, where: Where, octets: bytes) -> None:
    """A file that was embedded by the Packager (OLE 1.0): its name, two more, and its octets."""
    try:
        if octets[4:6] != b"\2\0":  # not the Packager's
            raise ValueError
        label, rest = _string(octets[6:])
        _path, rest = _string(rest)
        _, rest = _string(rest[8:])
        size = struct.unpack_from("<I", rest)[0]
    except (struct.error, ValueError):
        scan.attempt(where, lambda: scan.open((*where, "embedded"), octets[4:]))
        return
    scan.name((*where, label), label)
    scan.attempt((*where, label), lambda: scan.open((*where, label), rest[4 : 4 + size]))


def _string(octets: bytes) -> tuple[str, bytes]:
    found, end, rest = octets.partition(b"\0")
    if not end or len(found) > 1000:
        raise ValueError
    return found.decode("cp1258", "replace"), rest


def _summary(scan: Scan, where: Where, file: Any, path: tuple[str, ...]) -> None:
    """Title, subject and the like of a document."""
    try:
        properties = file.getproperties(list(path), convert_time=False)
    except (OSError, struct.error, IndexError, ValueError, KeyError, TypeError):
        return  # Word opens such a document, and shows none of them
    for value in properties.values():
        for text in _texts(value):
            scan.title((*where, "properties"), text)


def _texts(value: object) -> list[str]:
    from .text import decodings

    if isinstance(value, bytes):
        return decodings(value.rstrip(b"\0"))
    return [value.rstrip("\0")] if isinstance(value, str) else []
