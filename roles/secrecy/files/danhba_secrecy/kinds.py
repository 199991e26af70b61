"""What some octets are, told by themselves and not by their name or declared type; and the reader of each kind."""

from __future__ import annotations

import re
from collections.abc import Callable
from importlib import import_module

from . import message, text
from .bounds import Bounds, Unreadable
from .scan import Scan, Where, run
from .verdict import Verdict, Why

Reader = Callable[[Scan, Where, bytes, str], None]

# Each kind with what its octets begin with; where, if not at the beginning.
_SIGNATURES: tuple[tuple[bytes, int, str], ...] = (
    (b"PK\x03\x04", 0, "archives.read_zip"),
    (b"PK\x05\x06", 0, "archives.read_zip"),
    (b"PK00PK\x03\x04", 0, "archives.read_zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0, "ole.read"),
    (b"{\\rtf", 0, "rtf.read"),
    (b"{\\urtf", 0, "rtf.read"),
    (b"\x78\x9f\x3e\x22", 0, "mapi.read_tnef"),
    (b"7z\xbc\xaf\x27\x1c", 0, "archives.read_other"),
    (b"Rar!\x1a\x07", 0, "archives.read_rar"),
    (b"MSCF\0\0\0\0", 0, "archives.read_other"),
    (b"xar!", 0, "archives.read_other"),
    (b"070701", 0, "archives.read_other"),
    (b"070707", 0, "archives.read_other"),
    (b"\xc7\x71", 0, "archives.read_other"),
    (b"\x71\xc7", 0, "archives.read_other"),
    (b"MSWIM\0\0\0", 0, "kinds._unknown"),
    (b"**ACE**", 7, "kinds._unknown"),
    (b"!<arch>\n", 0, "archives.read_other"),
    (b"(\xb5/\xfd", 0, "archives.read_other"),
    (b"\x04\x22\x4d\x18", 0, "archives.read_other"),
    (b"\x1f\x9d", 0, "archives.read_other"),
    (b"LZIP", 0, "archives.read_other"),
    (b"-lh", 2, "archives.read_other"),
    (b"CD001", 0x8001, "archives.read_other"),
    (b"\x1f\x8b", 0, "archives.read_gzip"),
    (b"BZh", 0, "archives.read_bzip2"),
    (b"\xfd7zXZ\0", 0, "archives.read_xz"),
    (b"ustar", 257, "archives.read_tar"),
    (b"\x09\x08\x10\x00\x00\x06\x05\x00", 0, "excel.read_stream"),
    (b"\x09\x08\x08\x00\x00\x05", 0, "excel.read_stream"),
)
# What has no text that could be a stamp, or none that can be read: pictures (there is no OCR), sound, film, fonts,
# programs, data bases of programs. They are taken as clean; what an image shows is for people to see.
_TEXTLESS: tuple[tuple[bytes, int], ...] = tuple(
    (bytes.fromhex(signature), place)
    for place, signatures in {
        0: """89504e470d0a1a0a ffd8ff 474946383761 474946383961 424d 49492a00 4d4d002a 00000100 00000200 38425053
    0000000c6a5020 52494646 4f676753 664c6143 494433 fffb fff3 fff2 1a45dfa3 000001ba 000001b3 3026b2758e66cf11
    464c5601 465753 435753 774f4646 774f4632 00010000 4f54544f 74746366 4d5a 7f454c46 cafebabe feedface feedfacf
    cefaedfe cffaedfe 53514c69746520666f726d6174203300 d7cdc69a 01000000 1f8bff 4c000000011402 c5d0d3c6 0a05 0601""",
        4: "66747970 6d6f6f76 6d646174 77696465",
    }.items()
    for signature in signatures.split()
)
# Names and types that say that something is a document or an archive: it has to be readable as one.
_CLAIMS = re.compile(
    r"""(?ix)\.(?:docx?|docm|dotx?|dotm|xlsx?|xlsm|xltx?|xltm|xlsb|xlw|pptx?|pptm|pp[st]x?|potx?|odt|ods|odp|odg|ott|ots|otp|
    fodt|fods|fodp|pdf|rtf|wps|wpd|et|dps|hwpx?|pages|numbers|key|one|vsdx?|pub|mpp|mdb|accdb|xps|oxps|djvu?|epub|mobi|
    zip|7z|rar|r\d\d|tar|t?gz|tgz|tbz2?|bz2|t?xz|lzma|cab|iso|arj|ace|zst|lz4?|lzh|lha|z|z\d\d|\d\d\d|wim|cpio|jar|eml|msg|mht(?:ml)?|pst|ost|p7m|p7e|gpg|pgp|
    asc|age|dwg|dxf|chm|tnef|dat)$"""
)
_CLAIMED_TYPES = re.compile(
    r"(?i)application/(?:pdf|msword|rtf|zip|x-zip|x-7z|x-rar|vnd\.rar|gzip|vnd\.(?:ms-|openxmlformats|oasis)|ms-tnef|pkcs7-mime)"
)


def scan(name: str, octets: bytes, bounds: Bounds, *, mail: bool) -> Verdict:
    """One scan of a whole."""

    def begin(scan: Scan) -> None:
        if name:
            scan.name((), name)
        if mail:
            scan.budget.take(len(octets))
            message.read(scan, (), octets)
        else:
            scan.open((), octets, f"name={name}")

    return run(bounds, read, begin)


def read(scan: Scan, where: Where, octets: bytes, declared: str) -> None:
    """Read octets of any kind: the opener of every scan."""
    if octets.strip(b"\0 \r\n\t"):
        name = declared.removeprefix("name=") if declared.startswith("name=") else next(iter(where[-1:]), "")
        reader = kind(octets, name, declared)
        # A picture, a program or a text with an archive behind it is both.
        if reader in (_nothing, _binary, _unknown, message.read_body) and b"PK\x05\x06" in octets[-65_600:]:
            scan.attempt(where, lambda: _of("archives.read_zip")(scan, where, octets, ""))
            if reader is _unknown:
                return
        reader(scan, where, octets, _charset(declared))


def _charset(declared: str) -> str:
    return declared.partition("charset=")[2].partition(";")[0].strip("\"' ")


def _of(name: str) -> Reader:
    """A reader by its module and name; modules are read when the first content of their kind comes."""
    module, function = name.split(".")
    found: Reader = getattr(import_module(f".{module}", __package__), function)
    return found


def kind(octets: bytes, name: str, declared: str) -> Reader:
    """The reader of some octets."""
    return _signed(octets) or _mail_or_text(octets, name, declared)


def _signed(octets: bytes) -> Reader | None:
    """The reader of octets that begin as only one kind does."""
    for signature, place, reader in _SIGNATURES:
        if octets.startswith(signature, place):
            return _of(reader)
    for is_one, reader in ((_is_lzma, "archives.read_xz"), (_is_old_tar, "archives.read_tar"), (_is_pdf, "pdf.read")):
        if is_one(octets):
            return _of(reader)
    if _bare(octets).startswith(b"{\\rtf"):
        return _of("rtf.read")
    if any(octets.startswith(signature, place) for signature, place in _TEXTLESS) and not text.is_text(octets):
        return _nothing
    return None


def _is_pdf(octets: bytes) -> bool:
    return b"%PDF-" in octets[:1024]


def _is_lzma(octets: bytes) -> bool:
    """LZMA without a container: its properties, a dictionary of a usual size, and a length, or that there is none."""
    return (
        octets.startswith(b"]\0\0") and (octets[5:13] == b"\xff" * 8 or octets[10:13] == b"\0\0\0") and len(octets) > 13
    )


def _is_old_tar(octets: bytes) -> bool:
    """A tar of before POSIX, which has no signature but the sum of its first header."""
    if len(octets) < 512 or not octets[0] or not re.fullmatch(rb" *[0-7]{1,7}[\0 ]+", octets[148:156]):
        return False
    return int(octets[148:156].strip(b"\0 "), 8) == sum(octets[:148]) + 8 * 32 + sum(octets[156:512])


def _bare(octets: bytes) -> bytes:
    return octets[:64].lstrip(b"\xef\xbb\xbf\r\n\t ")


def _mail_or_text(octets: bytes, name: str, declared: str) -> Reader:
    if declared.startswith("message/rfc822") or _is_mail(octets, name):
        return message.read
    if _is_cms(octets, name, declared):
        return _of("cms.read")
    if text.is_text(octets):
        return _text(octets, _bare(octets), name, declared)
    return _unknown if _CLAIMS.search(name) or _CLAIMED_TYPES.match(declared) else _binary


def _is_mail(octets: bytes, name: str) -> bool:
    if name.lower().endswith((".eml", ".mht", ".mhtml")):
        return text.is_text(octets) or message.looks_like(octets)
    return message.looks_like(octets) and not _is_named_text(name)


def _is_named_text(name: str) -> bool:
    return name.lower().endswith((".txt", ".csv", ".md", ".html", ".htm", ".xml", ".json"))


def _is_cms(octets: bytes, name: str, declared: str) -> bool:
    """PKCS #7 in DER or PEM: by its object identifier, 1.2.840.113549.1.7."""
    return (
        b"\x2a\x86\x48\x86\xf7\x0d\x01\x07" in octets[:40]
        or octets.lstrip()[:15] in (b"-----BEGIN PKCS", b"-----BEGIN CMS-")
        or declared.startswith(("application/pkcs7-mime", "application/x-pkcs7-mime"))
        or (name.lower().endswith((".p7m", ".p7e")) and (octets[:2] == b"MI" or not text.is_text(octets)))
    )


def _text(octets: bytes, bare: bytes, name: str, declared: str) -> Reader:
    """Text of some kind."""
    begins = bare.lower()
    if begins.startswith((b"<!doctype html", b"<html")) or declared.startswith("text/html") or _is_page(octets):
        return _of("markup.read_html")
    if begins.startswith((b"<?xml", b"<svg", b"<office:document", b"<?mso")) or _is_wide_xml(octets):
        return _of("office.read_flat")
    if re.search(r"(?i)\.(csv|tsv)$", name) or declared.startswith("text/csv"):
        return text.read_list
    if begins.startswith(b"begin:v"):
        return _of("calendar.read")
    if name.lower().endswith((".htm", ".html", ".xml", ".svg", ".xhtml")) or declared.startswith(
        ("text/xml", "image/svg")
    ):
        return _of("markup.read_html")
    return _either if begins.startswith(b"<") else message.read_body


def _either(scan: Scan, where: Where, octets: bytes, declared: str) -> None:
    """What begins as a piece of a page: read as one, and as it stands."""
    _of("markup.read_html")(scan, where, octets, declared)
    message.read_body(scan, where, octets, declared)


def _is_page(octets: bytes) -> bool:
    """A page that begins otherwise: with a comment, or in the middle."""
    head = octets[:2048].lower()
    return b"<html" in head or b"<body" in head


def _is_wide_xml(octets: bytes) -> bool:
    return octets[:4] in (b"\xff\xfe<\0", b"\xfe\xff\0<") or octets[:4] in (b"<\0?\0", b"\0<\0?")


def _nothing(_scan: Scan, _where: Where, _octets: bytes, _declared: str) -> None:
    """Nothing that could be read."""


def _binary(scan: Scan, where: Where, octets: bytes, _declared: str) -> None:
    """Octets of no known kind that do not claim to be a document: what text there is in them."""
    text.read_within(scan, where, octets)


def _unknown(_scan: Scan, _where: Where, octets: bytes, _declared: str) -> None:
    """What says that it is a document, and is none that is known."""
    raise Unreadable(Why.BROKEN if octets.startswith(b"PK") else Why.UNKNOWN)
