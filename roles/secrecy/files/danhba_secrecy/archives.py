"""Archives and what is compressed: each file in them is read as if it were attached itself."""

from __future__ import annotations

import bz2
import io
import lzma
import re
import struct
import tarfile
import zipfile
import zlib
from typing import IO, Protocol

from . import office, programs
from .bounds import MIB, Exhausted, Unreadable
from .scan import Scan, Where
from .verdict import Why

_PIECE = MIB
# Methods of ZIP that Python has not and libarchive has: Deflate64, zstd, xz, PPMd.
_BEYOND = frozenset((9, 93, 95, 98))
_DICTIONARY = 192 * MIB
_LOCKED = re.compile(r"(?i)passphrase|password|crypt")
_ENDINGS = re.compile(r"(?i)\.(?:gz|bz2|xz|lzma|tgz|tbz2?|txz)$")


class _Decompressor(Protocol):
    eof: bool
    unused_data: bytes

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def read_zip(scan: Scan, where: Where, octets: bytes, _declared: str = "") -> None:
    """Read a ZIP, or the document that it is."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(octets))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        raise Unreadable(Why.BROKEN) from None
    with archive:
        entries = archive.infolist()
        if any(entry.compress_type in _BEYOND and not entry.flag_bits & 1 for entry in entries):
            read_other(scan, where, octets)
            return
        if len(entries) > scan.budget.parts:
            raise Exhausted(Why.MANY)
        if office.is_document(archive):
            office.read(scan, where, archive)
            return
        # An archive before this one, which other programs open in its place.
        begin = min((entry.header_offset for entry in entries), default=0)
        if begin and octets.startswith(b"PK\x03\x04"):
            scan.attempt(where, lambda: scan.open(where, octets[:begin]))
        if archive.comment:
            scan.attempt(where, lambda: scan.open((*where, "comment"), archive.comment))
        for entry in entries:
            if not entry.is_dir():
                scan.attempt((*where, shown(entry)), lambda entry=entry: _entry(scan, where, archive, entry))  # type: ignore[misc]


def shown(entry: zipfile.ZipInfo) -> str:
    """The name of a file in a ZIP; without the flag for UTF-8 it may be in it nonetheless."""
    if entry.flag_bits & 0x800:
        return entry.filename
    try:
        return entry.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return entry.filename


def _entry(scan: Scan, where: Where, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    name = shown(entry)
    scan.name((*where, name), name)
    scan.open((*where, name), content(scan, archive, entry))


def content(scan: Scan, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """One file of a ZIP, which is never larger than what is left."""
    if entry.flag_bits & 0x1:
        raise Unreadable(Why.ENCRYPTED)
    room = scan.budget.room()
    if entry.file_size > room:
        raise Unreadable(Why.LARGE)
    try:
        with archive.open(entry) as file:
            return _limited(file, room)
    except NotImplementedError:
        raise Unreadable(Why.ENCRYPTED if entry.compress_type == 99 else Why.UNKNOWN) from None


def _limited(file: IO[bytes], room: int) -> bytes:
    found = file.read(room + 1)
    if len(found) > room:
        raise Unreadable(Why.LARGE)
    return found


def read_tar(scan: Scan, where: Where, octets: bytes, _declared: str = "") -> None:
    """Read a tar."""
    _tar(scan, where, io.BytesIO(octets))


def _tar(scan: Scan, where: Where, file: IO[bytes]) -> int:
    """Read each file of a tar; how many members it has."""
    members = 0
    try:
        # As a stream, so that nothing is held of the members that were read.
        with tarfile.open(fileobj=file, mode="r|", errors="replace") as archive:
            for member in archive:
                members += 1
                scan.budget.time()
                scan.name((*where, member.name), member.name)
                if member.isreg() and (inner := archive.extractfile(member)):
                    _member(scan, (*where, member.name), inner)
    except (tarfile.TarError, EOFError):
        raise Unreadable(Why.BROKEN) from None
    return members


def _member(scan: Scan, where: Where, inner: IO[bytes]) -> None:
    octets = _limited(inner, scan.budget.room())
    scan.attempt(where, lambda: scan.open(where, octets))


def read_gzip(scan: Scan, where: Where, octets: bytes, _declared: str = "") -> None:
    """Read what gzip has compressed, and the name that it had (RFC 1952, 2.3)."""
    if octets[3:4] and octets[3] & 0x0C == 0x08 and (name := octets[10:1000].partition(b"\0")[0]):
        scan.name((*where, "gzip"), name.decode("utf-8", "replace"))
    _expanded(scan, where, octets, lambda: zlib.decompressobj(31))  # type: ignore[arg-type]


def read_bzip2(scan: Scan, where: Where, octets: bytes, _declared: str = "") -> None:
    """Read what bzip2 has compressed."""
    _expanded(scan, where, octets, bz2.BZ2Decompressor)  # type: ignore[arg-type]


def read_xz(scan: Scan, where: Where, octets: bytes, _declared: str = "") -> None:
    """Read what xz has compressed."""
    _expanded(scan, where, octets, lambda: lzma.LZMADecompressor(memlimit=_DICTIONARY))  # type: ignore[arg-type]


def _expanded(scan: Scan, where: Where, octets: bytes, make: type[_Decompressor]) -> None:
    """The content of one or more streams behind each other, as a content of its own."""
    out: list[bytes] = []
    room = scan.budget.room()
    while octets:
        decompressor = make()
        try:
            found = decompressor.decompress(octets, room + 1)
        except (zlib.error, OSError, lzma.LZMAError, EOFError) as error:
            if out:  # what stands behind the last stream is none
                break
            raise Unreadable(Why.LARGE if "emory" in str(error) else Why.BROKEN) from None
        out.append(found)
        room -= len(found)
        if room < 0:
            raise Unreadable(Why.LARGE)
        if not decompressor.eof:
            raise Unreadable(Why.BROKEN)
        octets = decompressor.unused_data.lstrip(b"\0")
    last = where[-1] if where else ""
    inner = _ENDINGS.sub("", last) + (".tar" if last.lower().endswith(("tgz", "tbz", "tbz2", "txz")) else "")
    scan.open((*where, inner) if inner != last else where, b"".join(out))


def read_other(scan: Scan, where: Where, octets: bytes, _declared: str = "") -> None:
    """Read an archive of another kind (7z, CAB, ISO, cpio, lha, zstd …) by bsdtar, which makes a tar of it."""
    said = programs.run(scan, ["bsdtar", "-c", "-f", "-", "--format", "pax", "@-"], octets)
    members = _tar(scan, where, io.BytesIO(said.octets)) if said.octets.strip(b"\0") else 0
    # A file that it has left out is one that nobody has read.
    if said.status != 0 or said.complaint or not members:
        raise Unreadable(Why.ENCRYPTED if _LOCKED.search(said.complaint) else Why.BROKEN)


def read_rar(scan: Scan, where: Where, octets: bytes, _declared: str = "") -> None:
    """Read a RAR; of what is encrypted in one, bsdtar gives out the noise."""
    try:
        locked = _is_locked_5(octets) if octets.startswith(b"Rar!\x1a\x07\x01\0") else _is_locked_4(octets)
    except (struct.error, IndexError):
        raise Unreadable(Why.BROKEN) from None
    if locked:
        raise Unreadable(Why.ENCRYPTED)
    read_other(scan, where, octets)


def _is_locked_4(octets: bytes) -> bool:
    """Whether a header of RAR 1.5 to 4 says that headers or a file are encrypted."""
    at = 7
    while at + 7 <= len(octets):
        kind, flags, size = struct.unpack_from("<BHH", octets, at + 2)
        if (kind == 0x73 and flags & 0x80) or (kind == 0x74 and flags & 0x04):
            return True
        if size < 7:
            return False
        at += size + (struct.unpack_from("<I", octets, at + 7)[0] if flags & 0x8000 or kind == 0x74 else 0)
    return False


def _is_locked_5(octets: bytes) -> bool:
    """The same of RAR 5."""
    at = 8
    while at + 7 <= len(octets):
        size, start = _number(octets, at + 4)
        kind, place = _number(octets, start)
        flags, place = _number(octets, place)
        extra, place = _number(octets, place) if flags & 1 else (0, place)
        data, place = _number(octets, place) if flags & 2 else (0, place)
        if kind == 4 or (kind in (2, 3) and _is_locked_file(octets[start + size - extra : start + size])):
            return True
        at = start + size + data
    return False


def _is_locked_file(extra: bytes) -> bool:
    at = 0
    while at < len(extra):
        size, place = _number(extra, at)
        if _number(extra, place)[0] == 1:
            return True
        at = place + size
    return False


def _number(octets: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits an octet, and where it ends."""
    value = shift = 0
    while True:
        octet, at = octets[at], at + 1
        value |= (octet & 0x7F) << shift
        shift += 7
        if not octet & 0x80 or shift > 63:
            return value, at
