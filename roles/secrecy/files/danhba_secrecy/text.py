"""Octets that are text: the character set that they are in, whatever was declared."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from functools import lru_cache

from .scan import Scan, Where

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Names that Python does not know, and those by which writers mean windows-1252.
_ALIASES = {"unicode-1-1-utf-7": "utf-7", "x-viet-vni": "cp1252", "x-viet-tcvn5712": "cp1252", "viscii": "cp1252"}
_ALIASES |= {
    "tcvn": "cp1252",
    "vni": "cp1252",
    "utf8mb4": "utf-8",
    "cp-1258": "cp1258",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-windows-1258": "cp1258",
}
_SHIFTED = re.compile(rb"\+[A-Za-z0-9+/]{2,}-?|\x1b|~\{")
# Ậ in UTF-7, composed or in one of its decomposed forms; of what is declared otherwise only that is looked for.
_SHIFTED_MARK = re.compile(rb"\+(?:Hqw(?!A)|AwIDI|AyMDAg|AMIDI|HqADAg)")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
# The word of a mark in octets that are no text: its letters in a one-byte encoding, or its Ậ in any form of UTF-8.
_BETWEEN = rb"[^\nA-Za-z0-9]{0,5}"
_WORD = re.compile(b"[Mm]" + _BETWEEN + rb"[Aa]?[\x80-\xff]" + _BETWEEN + rb"[Tt]|\xe1\xba[\xa0\xa1\xac\xad]|\xcc\xa3")
# How many octets around such a word are read: the lines that say whether it is a mark.
_AROUND = 1000


@lru_cache(maxsize=256)
def codec(name: str) -> str:
    """Python's codec of a character set; empty where it has none, or none that gives text."""
    name = name.strip().strip("\"'").lower()
    name = _ALIASES.get(name, name)
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError, UnicodeError):
        return ""
    return found.name if getattr(found, "_is_text_encoding", True) else ""


def wide(octets: bytes) -> str:
    """The UTF-16 or UTF-32 that octets without a mark of their order are in, by where their zeros stand; or none."""
    sample = octets[:4096]
    if len(sample) < 4 or b"\0" not in sample:
        return ""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = len(sample) // 2
    if odd + even > 1.2 * half:
        return "utf-32-le" if sample[0] else "utf-32-be"
    # Vietnamese has letters above U+00FF, so not every other octet is zero.
    if odd > half * 0.3 and even < half * 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > half * 0.3 and odd < half * 0.05 else ""


def decodings(octets: bytes, declared: str = "") -> list[str]:
    """The texts that octets can be: one, where what they are is plain, else what was declared and windows-1252.

    The latter shows every old encoding of Vietnamese in a form that `letters.readings` knows.
    """
    for bom, name in _BOMS:
        if octets.startswith(bom):
            return [octets[len(bom) :].decode(name, "replace")]
    if name := wide(octets):
        return [octets.decode(name, "replace")]
    known = codec(declared) if declared else ""
    found = []
    if (
        known
        and known not in ("ascii", "utf-8", "iso8859-1", "cp1252")
        and (known != "utf-7" or _SHIFTED.search(octets))
    ):
        found.append(octets.decode(known, "replace"))
    try:
        found.append(octets.decode("utf-8"))
    except UnicodeDecodeError:
        found += _guesses(octets)
    if known != "utf-7" and octets.isascii() and _SHIFTED_MARK.search(octets):
        found.append(octets.decode("utf-7", "replace"))
    return list(dict.fromkeys(found))


def _guesses(octets: bytes) -> list[str]:
    """What octets are that are in no order: in two of the old encodings, and in UTF-8 with what is wrong left out.

    A letter of another text cut in two must not hide the rest.
    """
    return [octets.decode("cp1258", "replace"), octets.decode("latin-1"), octets.decode("utf-8", "ignore")]


def is_text(octets: bytes) -> bool:
    """Whether octets read as text: no control characters to speak of."""
    sample = octets[:8192]
    return bool(wide(sample)) or len(_CONTROL.findall(sample)) <= len(sample) // 200


def read(scan: Scan, where: Where, octets: bytes, declared: str = "") -> None:
    """Read octets as text, declared to be in a character set or in none."""
    for text in decodings(octets, declared):
        scan.text(where, unquoted(text), numbered=True)


def read_within(scan: Scan, where: Where, octets: bytes) -> None:
    """Read octets that are no text as a whole where they could have a mark: all of them would take too long."""
    if wide(octets) or octets.startswith(tuple(bom for bom, _ in _BOMS)) or _is_utf8(octets):
        read(scan, where, octets)
    else:
        for text in _guesses(b"\n".join(_pieces(octets))):
            scan.text(where, unquoted(text))


def _is_utf8(octets: bytes) -> bool:
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _pieces(octets: bytes) -> Iterator[bytes]:
    """What stands around each word that could be a mark's; what overlaps is one piece."""
    begin = end = 0
    for match in _WORD.finditer(octets):
        if end and match.start() - _AROUND > end:
            yield octets[begin:end]
            end = 0
        if not end:
            begin = max(0, match.start() - _AROUND)
        end = match.end() + _AROUND
    if end:
        yield octets[begin:end]


_QUOTED = re.compile(r"(?m)^(?:[ \t]*[>|]){1,20}[ \t]?")


def unquoted(text: str) -> str:
    """A text without the signs of a reply, and with the fields of a list as cells."""
    if ">" in text:
        text = _QUOTED.sub("", text)
    return text


def read_list(scan: Scan, where: Where, octets: bytes, declared: str = "") -> None:
    """Comma- or semicolon-separated lines: each field is a cell."""
    for text in decodings(octets, declared):
        head = text[:4096]
        separator = max(",;\t", key=head.count)
        scan.text(where, unquoted(text), numbered=True)
        if separator != "\t":
            scan.text(where, "\n".join(_cells(line, separator) for line in text.splitlines()))


def _cells(line: str, separator: str) -> str:
    return "\t".join(cell.strip(' "') for cell in line.split(separator))
