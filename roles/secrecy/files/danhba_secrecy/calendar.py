"""Calendars and cards (RFC 5545, RFC 6350): the values of their lines, unfolded."""

from __future__ import annotations

import quopri
import re

from .message import unbase64
from .scan import Scan, Where
from .text import decodings

_FOLD = re.compile(r"\r?\n[ \t]")
_TITLES = ("SUMMARY", "TITLE")
_SIGNS = re.compile(r"\\([nN,;\\])")


def read(scan: Scan, where: Where, octets: bytes, declared: str = "") -> None:
    """Read each line as a text of its own; what a meeting is called is its subject."""
    octets = re.sub(rb"=\r?\n", b"", octets) if b"QUOTED-PRINTABLE" in octets.upper() else octets
    for text in decodings(octets, declared):
        for line in _FOLD.sub("", text).splitlines():
            _line(scan, where, line)


def _line(scan: Scan, where: Where, line: str) -> None:
    head, _, value = line.partition(":")
    name = head.partition(";")[0].upper().rpartition(".")[2]
    if "QUOTED-PRINTABLE" in head.upper():
        value = decodings(quopri.decodestring(value.encode("latin-1", "replace")))[0]
    if name == "ATTACH" and "BASE64" in head.upper():
        scan.attempt(where, lambda: scan.open((*where, "attachment"), unbase64(value.encode("ascii", "replace"))))
        return
    value = _SIGNS.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)
    if name in _TITLES:
        scan.title((*where, name.lower()), value)
    elif name not in ("FN", "N", "NICKNAME"):  # names of people
        scan.text((*where, name.lower()), value)
