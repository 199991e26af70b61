"""PowerPoint's old presentations (MS-PPT): the text of slides, notes and masters."""

from __future__ import annotations

import struct

from .bounds import Unreadable
from .scan import Scan, Where
from .verdict import Why

_WIDE, _NARROW, _STRING = 4000, 4008, 4026
_CONTAINER, _ENCRYPTED_TOKEN, _SESSION = 0xF, 0xF3D1C4DF, 0x2F14


def read(scan: Scan, where: Where, octets: bytes, user: bytes) -> None:
    """Read the stream of a presentation; `user` is the one that says whether it is encrypted."""
    if len(user) >= 16 and struct.unpack_from("<I", user, 12)[0] == _ENCRYPTED_TOKEN:
        raise Unreadable(Why.ENCRYPTED)
    at = count = 0
    while at + 8 <= len(octets):
        version, type_, size = struct.unpack_from("<HHI", octets, at)
        at += 8
        count += 1
        if not count % 1000:
            scan.budget.time()
        if type_ == _SESSION:
            raise Unreadable(Why.ENCRYPTED)
        if version & 0xF == _CONTAINER:
            continue  # its records are the next
        if type_ in (_WIDE, _NARROW, _STRING):
            coding = "cp1252" if type_ == _NARROW else "utf-16-le"
            text = octets[at : at + size].decode(coding, "replace")
            scan.text((*where, "slide"), text.replace("\r", "\n").replace("\v", "\n"))
        at += size
