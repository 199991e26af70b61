"""Packs a mailbox into a tar whose last member is the manifest, and unpacks only files that the manifest lists."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from ..journal import Refused
from ..recall.plan import canonical
from . import reading
from .sealing import CHUNK, opened, seal

MANIFEST = "manifest.json"
Take = Callable[[dict[str, Any], BinaryIO], None]


@dataclass(frozen=True, slots=True)
class Box:
    """The input of an archive: a mailbox's folder, `whose` it is, files `beside` it; `lenient` if its owner may be
    using it.
    """

    home: Path
    whose: dict[str, Any]
    beside: Mapping[str, bytes] = field(default_factory=dict)
    lenient: bool = False


def pack(box: Box, target: Path, recipient: str) -> tuple[dict[str, Any], str, int]:
    """Pack and encrypt a mailbox; return its manifest, and SHA-256 and size of the sealed file.

    Raises:
        Refused, reading.Changed
    """
    made: dict[str, Any] = {}

    def write(stream: BinaryIO) -> None:
        with tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT, bufsize=CHUNK) as tar:
            reader = reading.Reader(box.home, lenient=box.lenient)
            known, links = reading.read(reader, lambda item, file: tar.addfile(_entry(item), file), lenient=box.lenient)
            for link in links:
                tar.addfile(_entry(link))
            extra = [_add(tar, name, octets) for name, octets in box.beside.items()]
            made.update(reading.manifest(box.whose, [*known, *extra], links, box.home))
            _add(tar, MANIFEST, canonical_octets(made))

    sealed, size = seal(target, recipient, write)
    return made, sealed, size


def canonical_octets(manifest: Mapping[str, Any]) -> bytes:
    """The manifest as it is hashed and stored; a file name that is not UTF-8 keeps its octets."""
    return canonical(manifest).encode("utf-8", "surrogateescape")


def checksum(manifest: Mapping[str, Any]) -> str:
    """SHA-256 of the manifest."""
    return hashlib.sha256(canonical_octets(manifest)).hexdigest()


def verify(sealed: Path, identity: str, expected: str) -> dict[str, Any]:
    """Read a sealed file to its end; return its manifest if every file agrees with it and it is the `expected`
    manifest.

    Raises:
        Refused: the key is wrong, the file was cut off, or it holds something else.
    """
    found: dict[str, tuple[int, str]] = {}
    listed: list[bytes] = []

    def note(member: tarfile.TarInfo, file: BinaryIO) -> None:
        if member.name == MANIFEST:
            listed.append(file.read())
            return
        digest = hashlib.sha256()
        while octets := file.read(CHUNK):
            digest.update(octets)
        found[member.name] = (member.size, digest.hexdigest())

    with opened(sealed, identity) as stream:
        _each(stream, note)
    if not listed or hashlib.sha256(listed[-1]).hexdigest() != expected:
        raise _unlike()
    manifest: dict[str, Any] = json.loads(listed[-1].decode("utf-8", "surrogateescape"))
    if found != {each["path"]: (each["size"], each["sha256"]) for each in manifest["files"]}:
        raise _unlike()
    return manifest


def unpack(sealed: Path, identity: str, manifest: Mapping[str, Any], take: Take) -> None:
    """Pass each file that the manifest lists to `take`, with its entry of the manifest."""
    entries = {each["path"]: each for each in manifest["files"]}

    def hand_on(member: tarfile.TarInfo, file: BinaryIO) -> None:
        if entry := entries.get(member.name):
            take(entry, file)

    with opened(sealed, identity) as stream:
        _each(stream, hand_on)


def _each(stream: BinaryIO, work: Callable[[tarfile.TarInfo, BinaryIO], None]) -> None:
    """Pass each file of a tar to `work`. A truncated archive is reported by age at its end, so tar errors are ignored
    here.
    """
    try:
        with tarfile.open(fileobj=stream, mode="r|", bufsize=CHUNK) as tar:
            for member in tar:
                if member.isreg() and (file := tar.extractfile(member)):
                    work(member, file)  # type: ignore[arg-type]  # read() is all that it is asked for
    except tarfile.TarError:
        while stream.read(CHUNK):
            pass


def _unlike() -> Refused:
    return Refused(
        "tệp niêm phong mở được nhưng bên trong không đúng bản kê đã ghi khi lưu trữ: không khôi phục gì, báo thanh tra"
        " -- the sealed file opens, but what is in it is not what was listed when it was archived: nothing is restored;"
        " tell the inspector"
    )


def _entry(item: reading.Item) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(item.path)
    entry.size, entry.mtime, entry.mode = item.size, item.mtime // 10**9, 0o600
    if item.target:
        entry.type, entry.linkname = tarfile.SYMTYPE, item.target
    return entry


def _add(tar: tarfile.TarFile, name: str, octets: bytes) -> reading.Known:
    item = reading.Item(name, len(octets), time.time_ns())
    tar.addfile(_entry(item), io.BytesIO(octets))
    return reading.Known(name, item.size, item.mtime // 10**9, hashlib.sha256(octets).hexdigest())


@contextmanager
def steady(path: str) -> Iterator[None]:
    """Turn the error `Changed` into a message to people that the mailbox changed meanwhile."""
    try:
        yield
    except reading.Changed as error:
        raise Refused(
            f"{path}: thư thay đổi trong khi đọc ({error}). Chưa có gì rời kho thư; chạy lại -- the mailbox changed"
            f" while it was read ({error}). Nothing has left the store; run again"
        ) from error
