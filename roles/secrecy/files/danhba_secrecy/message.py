"""Mails: headers, parts and what is encoded within them (RFC 2045 to 2047, 2231, 5322), however malformed.

Parts are cut by their boundaries here and not by Python's `email`, which takes a mail apart line by line and holds
each part as an object: a million small parts are seconds there, and here a bound. Values of headers are `email`'s work.
"""

from __future__ import annotations

import binascii
import email.errors
import email.header
import email.message
import quopri
import re
import urllib.parse
from collections.abc import Iterator

from . import text
from .bounds import Unreadable
from .scan import Scan, Where
from .verdict import Why

_END = re.compile(rb"\r?\n[ \t]*\r?\n|\r\r")
_NO_HEADER = re.compile(rb"(?m)^(?![!-9;-~]{1,100}[ \t]*:|[ \t]|>?From )[^\r\n]")
_FOLDED = re.compile(rb"(?:\r?\n|\r)[ \t]+")
_FIELD = re.compile(rb"(?m)^([!-9;-~]{1,100})[ \t]*:(.*?)\r?$", re.DOTALL)
_HEADERS = 256 * 1024
# Those that say in words what a mail is about.
_TITLES = (b"subject", b"thread-topic", b"comments", b"keywords", b"content-description")
_BEGIN = re.compile(rb"(?m)^begin(-base64)? [0-7]{3,4} ([^\r\n]{1,255})\r?\n")
_UUEND = re.compile(rb"(?m)^(?:end|====)[ \t]*\r?$")
_ARMOUR = re.compile(rb"(?m)^-----BEGIN PGP MESSAGE-----[ \t]*\r?$")
_YENC = re.compile(rb"(?m)^=ybegin ")
# A token, with the quotes and comments that some programs write around it.
_ENCODING = re.compile(rb"[\s\"']*([\w-]+)")
_PADDED = re.compile(rb"=[ \t]+(?=\r?\n)")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


class Headers:
    """The headers of a mail or a part."""

    def __init__(self, octets: bytes) -> None:
        fields = _FIELD.findall(_FOLDED.sub(b" ", octets[:_HEADERS]))
        self._fields = [(name.lower(), value.strip()) for name, value in fields]

    def __len__(self) -> int:
        return len(self._fields)

    def all(self, name: bytes) -> Iterator[bytes]:
        """Each value of a header, as it stands."""
        return (value for field, value in self._fields if field == name)

    def first(self, name: bytes) -> bytes:
        """The first value; empty where there is none."""
        return next(self.all(name), b"")

    def parameters(self, name: bytes) -> email.message.Message:
        """A header with parameters, for `email` to take apart."""
        message = email.message.Message()
        message["Content-Type"] = self.first(name).decode("latin-1").replace("\r", " ").replace("\n", " ")
        return message


def looks_like(octets: bytes) -> bool:
    """Whether octets begin as a mail does: lines of headers, and among them some that only mails have."""
    head = octets[:8192].lstrip(b"\xef\xbb\xbf\r\n \t")
    if head.startswith(b"From "):
        head = head.partition(b"\n")[2]
    if not re.match(rb"[A-Za-z][A-Za-z0-9-]{0,60}:[ \t\r\n]", head):
        return False
    block = _END.split(head, maxsplit=1)[0]
    names = {name.lower() for name, _ in _FIELD.findall(_FOLDED.sub(b" ", block))}
    known = {
        b"from",
        b"to",
        b"subject",
        b"date",
        b"message-id",
        b"mime-version",
        b"content-type",
        b"received",
        b"return-path",
    }
    return len(names & known) >= 2 or (b"subject" in names and b"\n\n" in octets[:8192].replace(b"\r\n", b"\n"))


def read(scan: Scan, where: Where, octets: bytes, _declared: str = "") -> None:
    """Read a mail with all its parts."""
    octets = octets.removeprefix(b"\xef\xbb\xbf")
    if looks_like(octets):
        octets = octets.lstrip(b"\r\n")
    if octets.startswith(b"From "):
        octets = octets.partition(b"\n")[2]
    headers, body = split(octets)
    for name in _TITLES:
        for value in headers.all(name):
            for shown in titles(value):
                scan.title((*where, "subject" if name == b"subject" else name.decode()), shown)
    _part(scan, where, headers, body)


def split(octets: bytes) -> tuple[Headers, bytes]:
    """The headers and the body of a mail or part; one that begins with an empty line has no headers."""
    if octets[:1] == b"\n" or octets[:2] == b"\r\n":
        return Headers(b""), octets.lstrip(b"\r\n")
    match = _END.search(octets)
    head, body = (octets[: match.start()], match.end()) if match else (octets, len(octets))
    # A line that is no header ends the headers, as it does for those who deliver and show mails.
    if other := _NO_HEADER.search(head):
        return Headers(head[: other.start()]), octets[other.start() :]
    return Headers(head), octets[body:]


def titles(value: bytes) -> list[str]:
    """What the value of a header says, in each way that it can be read (RFC 2047; 8-bit ones without a label)."""
    found = []
    if b"=?" in value:
        found.append(words(value.decode("latin-1")))
        if _WORD.search(found[0]):  # encoded twice
            found.append(words(found[0]))
    if not value.isascii():
        found += text.decodings(value)
    return found or [value.decode("ascii", "replace")]


_WORD = re.compile(r"=\?([^?\s]{1,60})\?([BbQq])\?([^?]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)[ \t\r\n]+(?==\?)")


def words(value: str) -> str:
    """Encoded words as text; those beside each other in one character set are one, where a letter was cut in two."""
    value = _BETWEEN_WORDS.sub(r"\1", value)
    out: list[str] = []
    pending, charset, end = b"", "", 0
    for match in _WORD.finditer(value):
        between = value[end : match.start()]
        label = match[1].partition("*")[0].lower()
        if between or label != charset:
            out.append(_one(pending, charset))
            pending, charset = b"", label
        out.append(between)
        pending += _word(match[2], match[3])
        end = match.end()
    out += [_one(pending, charset), value[end:]]
    return "".join(out)


def _word(encoding: str, coded: str) -> bytes:
    octets = coded.encode("latin-1", "replace")
    if encoding in "Bb":
        return unbase64(octets)
    return quopri.decodestring(octets.replace(b"_", b" "))


def _one(octets: bytes, charset: str) -> str:
    if not octets:
        return ""
    return min(text.decodings(octets, charset), key=lambda shown: shown.count("\ufffd"))


def unbase64(octets: bytes) -> bytes:
    """Base64 as mail programs read it: other characters left out, and what is missing at the end."""
    coded = _NOT_BASE64.sub(b"", octets)
    coded = coded[: len(coded) - (len(coded) % 4 == 1)]
    return binascii.a2b_base64(coded + b"=" * (-len(coded) % 4))


def _joined(octets: bytes) -> bytes:
    """Several pieces of base64, each with padding of its own, one behind the other."""
    pieces = (
        re.split(rb"=+[ \t]*\r?\n?(?=[A-Za-z0-9+/])", octets.strip())
        if b"=" in octets.rstrip(b"=\r\n \t")
        else [octets]
    )
    return b"".join(map(unbase64, pieces))


def _encoding(headers: Headers) -> bytes:
    named = _ENCODING.match(headers.first(b"content-transfer-encoding"))
    return named[1].lower() if named else b""


def content(headers: Headers, body: bytes) -> bytes:
    """The body without its transfer encoding."""
    encoding = _encoding(headers)
    if encoding == b"base64":
        return _joined(body)
    if encoding == b"quoted-printable":
        # What a relay has added behind a soft break is none of its line (RFC 2045, 6.7).
        return quopri.decodestring(_PADDED.sub(b"=", body))
    if encoding in (b"x-uuencode", b"uuencode", b"x-uue", b"uue"):
        return b"".join(inner for _name, inner in uuencoded(body)) or body
    if encoding in (b"x-gzip64", b"x-yenc"):
        raise Unreadable(Why.UNKNOWN)
    return body


def uuencoded(octets: bytes) -> Iterator[tuple[str, bytes]]:
    """The files that stand in a text (POSIX uuencode, either way), with their names."""
    at = 0
    while (begin := _BEGIN.search(octets, at)) and (end := _UUEND.search(octets, begin.end())):
        lines = octets[begin.end() : end.start()]
        yield _one(begin[2].strip(), ""), unbase64(lines) if begin[1] else uudecode(lines)
        at = end.end()


def uudecode(lines: bytes) -> bytes:
    """The lines between begin and end."""
    out = []
    for line in lines.splitlines():
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:  # some encoders count wrongly
            count = (((line[0] - 32) & 63) * 4 + 5) // 3 if line else 0
            out.append(binascii.a2b_uu(line[:count]) if count else b"")
    return b"".join(out)


def filename(headers: Headers) -> str:
    """The name of an attachment, the first of those that it has."""
    return next(filenames(headers), "")


def filenames(headers: Headers) -> Iterator[str]:
    """Each name of an attachment (RFC 2183, RFC 2231), also one that is encoded as subjects are.

    One for old programs may stand beside the real one, and each program shows another of them.
    """
    for header in (b"content-disposition", b"content-type"):
        for value in _names(headers, header):
            yield (name := _parameter(value))
            if "%" in name and (other := urllib.parse.unquote(name)) != name:
                yield other


def _names(headers: Headers, header: bytes) -> list[str | tuple[str | None, str | None, str]]:
    if not headers.first(header):
        return []
    try:
        found = headers.parameters(header).get_params([])
    except (ValueError, LookupError, email.errors.MessageError):
        return []
    return [value for key, value in found if key.lower() in ("filename", "name") and value]


def _parameter(value: str | tuple[str | None, str | None, str]) -> str:
    if isinstance(value, tuple):
        charset, _language, said = value
        return _one(said.encode("latin-1", "replace"), charset or "utf-8")
    shown = words(value) if "=?" in value else value
    return _one(value.encode("latin-1"), "") if shown is value and not value.isascii() else shown


def _part(scan: Scan, where: Where, headers: Headers, body: bytes) -> None:
    scan.budget.take(len(headers))
    kind = headers.parameters(b"content-type")
    type_ = kind.get_content_type() if headers.first(b"content-type") else "text/plain"
    if type_ in ("application/pgp-encrypted", "multipart/encrypted"):
        raise Unreadable(Why.ENCRYPTED)
    if type_.startswith("multipart/"):
        boundary = _boundary(kind)
        if boundary and b"--" + boundary in body:
            _multipart(scan, where, body, boundary)
            return
        type_ = "text/plain"
    name = filename(headers)
    for other in dict.fromkeys(filenames(headers)):
        scan.name((*where, other), other)
    octets = content(headers, body)
    if name:
        scan.file(octets if _encoding(headers) == b"base64" else octets.replace(b"\r\n", b"\n"))
    if type_ == "message/partial":
        raise Unreadable(Why.UNKNOWN)
    if type_.startswith("message/") and type_ != "message/delivery-status":
        scan.open((*where, name or "message"), octets, "message/rfc822")
        return
    charset = str(kind.get_param("charset") or "")
    step = name or {"text/html": "html", "text/plain": "text"}.get(type_, "")
    scan.open((*where, step), octets, f"{type_}; charset={charset}" if charset else type_)


def _boundary(kind: email.message.Message) -> bytes:
    try:
        return (kind.get_boundary() or "").encode("latin-1", "replace")
    except (ValueError, LookupError, email.errors.MessageError):
        return b""


def _multipart(scan: Scan, where: Where, body: bytes, boundary: bytes) -> None:
    """Each part; what stands before the first and behind the last is text that some programs show."""
    cut = re.compile(rb"(?:^|\r?\n)--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r?\n|\Z)")
    start, last = 0, False
    for match in cut.finditer(body):
        _between(scan, where, body[start : match.start()], outside=start == 0 or last)
        start, last = match.end(), bool(match[1])
    _between(scan, where, body[start:], outside=last)


def _between(scan: Scan, where: Where, octets: bytes, *, outside: bool) -> None:
    octets = re.sub(rb"\A\r?\n", b"", octets)
    if outside:
        text.read(scan, (*where, "text"), octets)
        return
    headers, body = split(octets)
    for value in headers.all(b"content-description"):
        for shown in titles(value):
            scan.title((*where, "content-description"), shown)
    scan.attempt((*where, filename(headers)), lambda: _deeper(scan, where, headers, body))


def _deeper(scan: Scan, where: Where, headers: Headers, body: bytes) -> None:
    with scan.deeper():
        _part(scan, where, headers, body)


def read_body(scan: Scan, where: Where, octets: bytes, declared: str = "") -> None:
    """Text as it stands in a mail: with files that are encoded within it (uuencode), or encrypted (PGP)."""
    if _ARMOUR.search(octets):
        scan.obstacle(where, Why.ENCRYPTED)
    if _YENC.search(octets):
        scan.obstacle(where, Why.UNKNOWN)
    for name, inner in uuencoded(octets):
        scan.name((*where, name), name)
        scan.attempt((*where, name), lambda where=(*where, name), inner=inner: scan.open(where, inner))  # type: ignore[misc]
    text.read(scan, where, octets, declared)
