"""Reads the files of a mailbox in the store. It follows no symbolic link, so that nothing outside is read."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from ..journal import Refused
from . import folders

MAILDIR = "Maildir"
CHUNK = 1 << 20
# The active Sieve script is a link, made by Dovecot, to a script beside it (RFC 5804).
_ACTIVE = ".dovecot.sieve"
# Files that Dovecot rebuilds from the messages, and files that are not yet, or no longer, a message.
_MADE = re.compile(r"dovecot(\.list)?\.index.*|maildirsize|dovecot-uidlist\.lock|.*\.svbin|\.dovecot\.lda-dupes.*")
_PASSES = 3  # passes through a mailbox in use: the next pass finds files that were renamed during this one
_VALIDITY = re.compile(r"(?:^3 .*?\bV(\d+))|(?:^1 (\d+))")


class Changed(Exception):
    """The mailbox changed while it was read."""


@dataclass(frozen=True, slots=True)
class Item:
    """A file or link of a mailbox: its path below the mailbox's folder, and the attributes that show a later change."""

    path: str
    size: int
    mtime: int  # nanoseconds since 1970
    inode: int = 0
    target: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """The content of a file: its SHA-256 and its size."""

    path: str
    size: int
    mtime: int  # seconds since 1970
    sha256: str


class Reader:
    """The files of one mailbox, each with a function that opens it; `lenient` if its owner may be using the mailbox."""

    def __init__(self, home: Path, *, lenient: bool = False) -> None:
        self._home = home
        self._lenient = lenient

    def items(self) -> Iterator[tuple[Item, Callable[[], BinaryIO]]]:
        """Each file; those of `new` before those of `cur`, so that a message that moves to `cur` meanwhile is not
        missed.

        Raises:
            Refused: an entry is neither file, folder nor the link to the active script.
            Changed: a folder disappeared.
        """
        try:
            for name, below, files, descriptor in os.fwalk(self._home, onerror=_raise, follow_symlinks=False):
                where = PurePosixPath(name).relative_to(self._home)
                for each in below:
                    self._look(where / each, each, descriptor)
                below[:] = sorted((each for each in below if each != "tmp"), reverse=True)
                for each in sorted(files):
                    if item := self._look(where / each, each, descriptor):
                        yield item, _opener(each, descriptor, lenient=self._lenient)
        except FileNotFoundError as error:
            raise Changed(str(error.filename)) from error

    def _look(self, path: PurePosixPath, name: str, descriptor: int) -> Item | None:
        """A file or the active script's link; None for a folder, a vanished file, or one that Dovecot rebuilds."""
        try:
            found = os.stat(name, dir_fd=descriptor, follow_symlinks=False)
        except FileNotFoundError as error:
            if self._lenient:
                return None
            raise Changed(str(path)) from error
        if stat.S_ISDIR(found.st_mode) or (stat.S_ISREG(found.st_mode) and _MADE.fullmatch(name)):
            return None
        if stat.S_ISREG(found.st_mode):
            return Item(str(path), found.st_size, found.st_mtime_ns, found.st_ino)
        if stat.S_ISLNK(found.st_mode) and str(path) == _ACTIVE:
            target = os.readlink(name, dir_fd=descriptor)
            if _is_inside(target):
                return Item(str(path), 0, found.st_mtime_ns, found.st_ino, target)
        raise Refused(
            f"{self._home / path} không phải tệp thường (liên kết hay tệp đặc biệt), Dovecot không tạo ra nó: xem ai đã"
            f" đặt, chuyển đi rồi chạy lại. Chưa có gì rời kho thư -- {self._home / path} is no file (a link, or a"
            " special one), and Dovecot does not make such: see who has put it there, move it away and run again."
            " Nothing has left the store"
        )


def state(home: Path) -> list[Item]:
    """The attributes of all files of a mailbox, by which a change is noticed without reading contents."""
    return sorted((item for item, _open in Reader(home).items()), key=_path)


def read(
    reader: Reader, into: Callable[[Item, BinaryIO], None], *, lenient: bool = False
) -> tuple[list[Known], list[Item]]:
    """Pass each file to `into` once and return the digests of what was read; then the links.

    In an open mailbox (`lenient`) a message that was renamed while it was read is taken once, and a message that its
    owner
    has just deleted is left out.

    Raises:
        Refused, Changed
    """
    known: dict[str, Known] = {}
    links: dict[str, Item] = {}
    for _pass in range(_PASSES if lenient else 1):
        for item, open_ in reader.items():
            if item.target:
                links[item.path] = item
            elif not lenient:
                known[item.path] = _read(item, open_, into)
            elif _base(item.path) not in known:
                with suppress(FileNotFoundError):
                    known[_base(item.path)] = _read(item, open_, into, lenient=True)
    return sorted(known.values(), key=_path), [*links.values()]


def manifest(whose: dict[str, Any], known: Iterable[Known], links: Iterable[Item], home: Path) -> dict[str, Any]:
    """The manifest of an archive: folders with their messages, and every file with its SHA-256."""
    files = list(known)
    messages = [each for each in files if folder_of(each.path) is not None]
    names = sorted({folder_of(each.path) or "" for each in messages})
    return {
        "form": 1,
        **whose,
        "messages": len(messages),
        "octets": sum(each.size for each in files),
        "folders": [_folder(name, messages, home) for name in names],
        "files": [{"path": e.path, "size": e.size, "mtime": e.mtime, "sha256": e.sha256} for e in files],
        "links": [{"path": each.path, "target": each.target} for each in links],
    }


def folder_of(path: str) -> str | None:
    """The disk name of a message's folder (empty for the inbox); None if the path is no message."""
    parts = path.split("/")
    if parts[0] != MAILDIR or len(parts) < 3 or parts[-2] not in ("cur", "new"):
        return None
    return parts[1] if len(parts) == 4 else ""


def _folder(name: str, messages: Iterable[Known], home: Path) -> dict[str, Any]:
    own = [each for each in messages if folder_of(each.path) == name]
    return {
        "name": folders.shown(name),
        "folder": name,
        "messages": len(own),
        "octets": sum(each.size for each in own),
        "uidvalidity": _validity(home / MAILDIR / name / "dovecot-uidlist"),
    }


def _validity(path: Path) -> int:
    """UIDVALIDITY of a folder, from the first line of its dovecot-uidlist; 0 if there is none."""
    with suppress(OSError), os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        if found := _VALIDITY.match(file.readline(1000).decode("ascii", "replace")):
            return int(found[1] or found[2])
    return 0


def _read(
    item: Item, open_: Callable[[], BinaryIO], into: Callable[[Item, BinaryIO], None], *, lenient: bool = False
) -> Known:
    with open_() as file:
        size = os.fstat(file.fileno()).st_size
        item = replace(item, size=size) if lenient else item
        hashing = _Hashing(file)
        if item.size == size:
            into(item, hashing)  # type: ignore[arg-type]  # read() is all that it is asked for
        if hashing.size != item.size or (not lenient and file.read(1)):
            raise Changed(item.path)
    return Known(item.path, item.size, item.mtime // 10**9, hashing.digest.hexdigest())


class _Hashing:
    """A file object that hashes and counts what is read from it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()
        self.size = 0

    def read(self, size: int) -> bytes:
        octets = self._file.read(size)
        self.digest.update(octets)
        self.size += len(octets)
        return octets


def drain(item: Item, file: BinaryIO) -> None:
    """Read a file only to compute its SHA-256."""
    left = item.size
    while left and (octets := file.read(min(left, CHUNK))):
        left -= len(octets)


def _opener(name: str, descriptor: int, *, lenient: bool) -> Callable[[], BinaryIO]:
    def open_() -> BinaryIO:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        try:
            return os.fdopen(os.open(name, flags, dir_fd=descriptor), "rb")
        except OSError as error:
            if error.errno == errno.ELOOP or (error.errno == errno.ENOENT and not lenient):
                raise Changed(name) from error
            raise

    return open_


def _is_inside(target: str) -> bool:
    return not target.startswith("/") and ".." not in target.split("/")


def _base(path: str) -> str:
    """The base name of a message without flags and without `new` or `cur`: it stays the same while the message
    moves.
    """
    if folder_of(path) is None:
        return path
    folder, _slash, name = path.rpartition("/")
    return f"{folder.rpartition('/')[0]}/{name.partition(':')[0]}"


def _path(each: Item | Known) -> str:
    return each.path


def _raise(error: OSError) -> None:
    raise error
