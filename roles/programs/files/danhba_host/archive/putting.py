"""Restores files of an archive into a mailbox. Existing files stay, and no message is restored twice."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from .. import durable
from ..journal import Refused
from . import folders, reading
from .sealing import CHUNK


@contextmanager
def owner_of(store: Path) -> Iterator[None]:
    """Run as the system user who owns the store, so that a link in a mailbox cannot lead a write outside of the store.

    Raises:
        Refused: the store does not exist.
    """
    try:
        found = store.stat()
    except OSError as error:
        raise Refused(f"không có kho thư {store} -- there is no store {store}: {error.strerror}") from error
    if os.geteuid() or not found.st_uid:
        yield
        return
    groups = os.getgroups()
    os.setgroups([])
    os.setegid(found.st_gid)
    os.seteuid(found.st_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)


class Mailbox:
    """A mailbox that receives files of an archive: at their former places, or all messages in a folder `into`."""

    def __init__(self, home: Path, into: str = "") -> None:
        self._home = home
        self._into = folders.stored(into) if into else ""
        self._there: dict[Path, set[str]] = {}
        self._written: set[Path] = set()
        self.count = 0
        self.folders: set[str] = set()

    def take(self, entry: dict[str, Any], file: BinaryIO) -> None:
        """Write one file to its place, atomically."""
        folder = reading.folder_of(entry["path"])
        if folder is not None:
            self._put_message(folder, entry, file)
        elif not self._into:
            path = _below(self._home, entry["path"])
            if not os.path.lexists(path):
                self._write(path, path.with_name(f".{path.name}.new"), entry, file)

    def link(self, path: str, target: str) -> None:
        """Make the link to the active Sieve script, unless there is one."""
        if not self._into and not os.path.lexists(self._home / path) and path == ".dovecot.sieve":
            self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self._home / path).symlink_to(target)

    def _put_message(self, folder: str, entry: dict[str, Any], file: BinaryIO) -> None:
        where = _below(self._home / reading.MAILDIR, self._into + folder)
        kind, name = entry["path"].split("/")[-2:]
        self.folders.add(folders.shown(self._into + folder))
        base = name.partition(":")[0]
        if base not in self._names(where):
            self._write(where / kind / name, where / "tmp" / base, entry, file)
            self._names(where).add(base)
            self.count += 1

    def _write(self, path: Path, new: Path, entry: dict[str, Any], file: BinaryIO) -> None:
        _write(path, new, entry, file)
        self._written.add(path.parent)

    def sync(self) -> None:
        """Have the disk know the names of all files that were put, and of the folders that were made for them."""
        above = {*self._home.parent.parents}
        for folder in {each for written in self._written for each in (written, *written.parents)} - above:
            durable.sync(folder)

    def _names(self, folder: Path) -> set[str]:
        """The base names of a folder's messages, without flags: the owner may have changed flags since."""
        if folder not in self._there:
            for name in ("cur", "new", "tmp"):
                (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
            if folder.name != reading.MAILDIR:
                (folder / "maildirfolder").touch(mode=0o600)
            found = [path.name for kind in ("cur", "new") for path in (folder / kind).iterdir()]
            self._there[folder] = {name.partition(":")[0] for name in found}
        return self._there[folder]


def _below(home: Path, path: str) -> Path:
    """The path of a manifest entry below a folder; Refused if it leads out of the folder."""
    parts = path.split("/")
    if path.startswith("/") or ".." in parts:
        raise Refused(f"đường dẫn lạ trong bản kê -- a strange path in the list: {path!r}")
    return home / path


def _write(path: Path, new: Path, entry: dict[str, Any], file: BinaryIO) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        new.unlink()
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600), "wb") as target:
        while octets := file.read(CHUNK):
            target.write(octets)
    # Names are flushed by `Mailbox.sync`, once for all files.
    os.utime(new, (entry["mtime"], entry["mtime"]))
    durable.place(new, path, named=False)


def is_folder(path: Path) -> bool:
    """Whether the path is a folder and not a symbolic link to a folder."""
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except FileNotFoundError:
        return False
