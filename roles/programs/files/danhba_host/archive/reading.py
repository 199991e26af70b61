"""Reads a mailbox as it lies in the store, and nothing outside of it: no link is followed."""

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
# The script that is run is a link to one of those beside it (RFC 5804); Dovecot makes it.
_ACTIVE = ".dovecot.sieve"
# What Dovecot makes anew of the messages; and what is not yet, or no more, a message.
_MADE = re.compile(r"dovecot(\.list)?\.index.*|maildirsize|dovecot-uidlist\.lock|.*\.svbin|\.dovecot\.lda-dupes.*")
_PASSES = 3  # through a mailbox that is in use: what was moved on in one of them is found in the next
_VALIDITY = re.compile(r"(?:^3 .*?\bV(\d+))|(?:^1 (\d+))")


class Changed(Exception):
    """The mailbox changed while it was read."""


@dataclass(frozen=True, slots=True)
class Item:
    """A file of a mailbox: its path below the mailbox's folder, what tells that nobody has touched it; or a link."""

    path: str
    size: int
    mtime: int  # nanoseconds since 1970
    inode: int = 0
    target: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What a file holds: SHA-256 of so many octets."""

    path: str
    size: int
    mtime: int  # seconds since 1970
    sha256: str


class Reader:
    """The files of one mailbox, each with a way to open it; `lenient` where its owner may be at work in it."""

    def __init__(self, home: Path, *, lenient: bool = False) -> None:
        self._home = home
        self._lenient = lenient

    def items(self) -> Iterator[tuple[Item, Callable[[], BinaryIO]]]:
        """Each file, those of `new` before those of `cur`, so that a message which is seen meanwhile is not missed.

        Raises:
            Refused: something in it is no file, folder or link to the active script.
            Changed: a folder is gone.
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
        """A file or the one link; nothing where it is a folder, gone, or made by Dovecot of the rest."""
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
    """What tells whether anything in a mailbox was changed, without reading it."""
    return sorted((item for item, _open in Reader(home).items()), key=_path)


def read(
    reader: Reader, into: Callable[[Item, BinaryIO], None], *, lenient: bool = False
) -> tuple[list[Known], list[Item]]:
    """Hand each file on to be read once, and say what it held; then the links.

    Of an open mailbox (`lenient`) a message that was moved on while it was read is taken once; one that its owner has
    just deleted is left out.

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
    """The list of what is in an archive: folders with their messages, every file with its SHA-256."""
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
    """The folder on the disk of a message (empty: the inbox); None where it is no message."""
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
    """UIDVALIDITY of a folder, by the first line of its list of numbers; 0 where there is none."""
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
    """A file that is read once, and what it held."""

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
    """Read a file for its SHA-256 alone."""
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
    """A message without its flags and without whether it was seen: what it is known by while it is moved on."""
    if folder_of(path) is None:
        return path
    folder, _slash, name = path.rpartition("/")
    return f"{folder.rpartition('/')[0]}/{name.partition(':')[0]}"


def _path(each: Item | Known) -> str:
    return each.path


def _raise(error: OSError) -> None:
    raise error
