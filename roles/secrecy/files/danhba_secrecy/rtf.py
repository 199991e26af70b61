"""Rich Text Format (1.9.1): text in Unicode and in the code page of each font, boxes, headers, what is embedded."""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass, field, replace

from . import marks
from .scan import Scan, Where
from .text import codec

_TOKEN = re.compile(
    rb"\\([A-Za-z]{1,32})(-?\d{1,10})? ?|\\'([0-9A-Fa-f]{2})|\\([^A-Za-z'])|([{}])|[\r\n]+|([^\\{}\r\n]+)|\\", re.DOTALL
)
_BREAKS = {b"par": "\n", b"page": "\n", b"sect": "\n", b"line": "\n", b"row": "\n", b"nestrow": "\n", b"column": "\n"}
_SIGNS = {b"tab": "    ", b"cell": marks.CELL, b"nestcell": marks.CELL, b"emdash": "—", b"endash": "–", b"bullet": "•"}
_SIGNS |= {b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”", b"emspace": " ", b"enspace": " "}
# Destinations with nothing that is seen.
_UNSEEN = frozenset(
    b"""colortbl stylesheet listtable listoverridetable rsidtbl generator pict themedata colorschememapping datastore
    latentstyles xmlnstbl mmathPr filetbl revtbl panose falt blipuid objclass objname fldinst pntxta pntxtb pnseclvl
    picprop sn template passwordhash""".split()
)
# Destinations of later versions (\\*) that have text.
_SEEN = frozenset(
    b"""shpinst shptxt sv footnote annotation header headerl headerr headerf footer footerl footerr footerf atnid
    atnauthor fldrslt bkmkstart info title subject keywords comment doccomm company category manager nesttableprops
    shppict nonshppict txfieldtext formfield ffdeftext ffl objdata docvar userprops propname staticval hlinkbase do
    dptxbxtext pntext result ud upr ftnsep company operator author""".split()
)
_CHARSETS = {
    0: "cp1252",
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    134: "gb2312",
    136: "big5",
    161: "cp1253",
    162: "cp1254",
}
_CHARSETS |= {163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250"}


@dataclass
class _State:
    """What a group has inherited."""

    unseen: bool = False
    fallback: int = 1
    coding: str = ""
    caps: bool = False
    into: str = "text"


@dataclass
class _Reader:
    out: dict[str, list[str]] = field(default_factory=lambda: {"text": [], "apart": [], "object": []})
    fonts: dict[int, str] = field(default_factory=dict)
    page: str = "cp1252"
    font: int = 0
    skip: int = 0
    pending: bytearray = field(default_factory=bytearray)
    star: bool = False
    state: _State = field(default_factory=_State)
    stack: list[_State] = field(default_factory=list)


def read(scan: Scan, where: Where, octets: bytes, _declared: str = "") -> None:
    """Read a document."""
    reader = _Reader()
    end = 0
    for count, match in enumerate(_TOKEN.finditer(octets)):
        if not count % 5000:
            scan.budget.time()
        if match.start() < end:  # within what \\bin has skipped
            continue
        end = _token(reader, match)
    _flush(reader)
    scan.text(where, "".join(reader.out["text"]))
    scan.text(where, "".join(reader.out["apart"]))
    for data in "".join(reader.out["object"]).split("\n"):
        if len(data) > 16:
            scan.attempt(where, lambda data=data: _object(scan, where, data))  # type: ignore[misc]


def _token(reader: _Reader, match: re.Match[bytes]) -> int:
    """Take one token in; where the next one may begin."""
    word, number, octet, symbol, brace, plain = match.groups()
    if octet is not None:
        _octets(reader, bytes.fromhex(octet.decode()))
    elif plain is not None:
        _octets(reader, plain)
    elif brace is not None:
        _flush(reader)
        _group(reader, brace)
    elif word is not None:
        return _word(reader, word, int(number) if number else None, match.end())
    elif symbol is not None:
        _symbol(reader, symbol)
    return match.end()


def _group(reader: _Reader, brace: bytes) -> None:
    reader.skip = 0
    if brace == b"{":
        if len(reader.stack) < 10_000:
            reader.stack.append(replace(reader.state))
        return
    if reader.state.into != "text":
        reader.out[reader.state.into].append("\n")
    reader.state = reader.stack.pop() if reader.stack else _State()


def _octets(reader: _Reader, octets: bytes) -> None:
    if reader.skip:
        octets, reader.skip = octets[reader.skip :], max(0, reader.skip - len(octets))
    reader.pending += octets


def _flush(reader: _Reader) -> None:
    if reader.pending:
        coding = reader.state.coding or reader.fonts.get(reader.font) or reader.page
        _say(reader, bytes(reader.pending).decode(coding, "replace"))
        reader.pending.clear()


def _say(reader: _Reader, text: str) -> None:
    if not reader.state.unseen:
        reader.out[reader.state.into].append(text.upper() if reader.state.caps else text)


def _symbol(reader: _Reader, symbol: bytes) -> None:
    if symbol == b"*":
        reader.star = True
    elif reader.skip:
        reader.skip -= 1
    elif symbol in b"\\{}":
        reader.pending += symbol
    else:
        _flush(reader)
        _say(reader, {b"~": " ", b"_": "-", b"\n": "\n", b"\r": "\n"}.get(symbol, ""))


def _word(reader: _Reader, word: bytes, number: int | None, end: int) -> int:
    star, reader.star = reader.star, False
    if word == b"u" and number is not None:
        _flush(reader)
        _say(reader, chr(number & 0xFFFF))
        reader.skip = reader.state.fallback
        return end
    if word == b"bin":
        return end + max(0, number or 0)
    _flush(reader)
    if word in _BREAKS or word in _SIGNS:
        _say(reader, _BREAKS.get(word) or _SIGNS[word])
    elif word in _UNSEEN or (star and word not in _SEEN):
        reader.state.unseen = True
    else:
        _setting(reader, word, number)
    return end


def _setting(reader: _Reader, word: bytes, number: int | None) -> None:
    state = reader.state
    if word == b"fonttbl":
        state.unseen = True
    elif word == b"uc":
        state.fallback = max(0, min(number or 0, 10))
    elif word == b"f" and number is not None:
        reader.font = number
        state.coding = "" if state.unseen else reader.fonts.get(number, "")
    elif word == b"fcharset" and number in _CHARSETS:
        reader.fonts[reader.font] = _CHARSETS[number]
    elif word == b"ansicpg" and number and codec(f"cp{number}"):
        reader.page = f"cp{number}"
    elif word == b"plain":
        state.caps, state.coding = False, ""
    elif word in (b"caps", b"scaps"):
        state.caps = number != 0
    elif word == b"objdata":
        state.into = "object"
    elif word in (b"sv", b"shptxt", b"title", b"subject", b"keywords", b"doccomm", b"annotation", b"footnote") or (
        word.startswith((b"header", b"footer")) and number is None
    ):
        state.into = "apart"


def _object(scan: Scan, where: Where, data: str) -> None:
    """What is embedded (OLE 1.0), by the compound file in it; else as it is."""
    coded = re.sub("[^0-9A-Fa-f]", "", data)
    octets = binascii.unhexlify(coded[: len(coded) // 2 * 2])
    start = octets.find(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    if start < 0:
        start = next((place for sign in (b"PK\x03\x04", b"%PDF-") if (place := octets.find(sign)) >= 0), 0)
    scan.open((*where, "embedded"), octets[start:])
