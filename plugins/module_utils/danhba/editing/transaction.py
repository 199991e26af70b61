"""Atomic writing of several files of a register: all are written or none, even if the process is killed.

New content goes to a temporary file in the same directory, which is renamed over the file. Before the first of several
renames a journal with the former contents is written; deleting it after the last rename commits the change. A journal
that a killed process left behind makes the next process restore the files (`recover`). The names of journal and
temporary files begin with a dot, so that they are not taken for files of the register. A lock on the directory lets
one process write at a time.
"""

from __future__ import annotations

import base64
import contextlib
import errno
import fcntl
import hashlib
import json
import os
import re
import secrets
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ..messages import mark as _
from ..reading.source import AGENCIES, JOURNAL, LARGEST_REGISTER, PROVINCE, Unusable
from .problem import Problem

MOVED = _("{path} has changed since it was read; nothing was written: run the command again")
LINK = _("{path} is a link or no plain file; nothing was written: a register has plain files")
BUSY = _("another command is writing {path}; nothing was written: run the command again")
FAILED = _("cannot write {path}: {reason}; nothing was changed")
CUT_SHORT = _(
    "a command that wrote {path} was cut short, and the file has been edited since; "
    "compare it with git diff, then delete {journal}"
)
HALF = _(
    "cannot write {path}: {reason}, and not all could be put back; make room, and run the command again: "
    "{journal} keeps what the files held"
)
FOREIGN = _("{journal} was written by no command of this kind; delete it")
ANOTHERS = _("{journal} is another user's, whose command was cut short; have that user run it again")

# Size limit of a journal in bytes: it holds files of a register in base64, which makes them a third larger.
LARGEST = 2 * LARGEST_REGISTER

_TEMPORARY = ".danhba-new-"
_NAME = re.compile(rf"{re.escape(PROVINCE)}|{AGENCIES}/[a-z0-9]+\.yml")


@dataclass(frozen=True, slots=True)
class Change:
    """Content of a file when it was read and its new content; None for no file."""

    before: bytes | None
    after: bytes | None


def write(directory: Path, changes: Mapping[str, Change]) -> None:
    """Make all changes of files, given by name within the register, or none.

    Raises:
        Problem: a file has changed since it was read, or another process is writing.
        Unusable: the file system refuses the change.
    """
    with _opened(directory) as folders:
        folders.recover()
        for name, change in changes.items():
            folders.verify(name, change.before)
        folders.replace(changes)


def is_cut_short(directory: Path) -> bool:
    """Tell whether a killed process left a journal in the directory."""
    return os.path.lexists(directory / JOURNAL)


def recover(directory: Path) -> list[str]:
    """Restore the files from the journal of a killed process and return their names. Raises as `write` does."""
    if not is_cut_short(directory):
        return []
    with _opened(directory) as folders:
        return folders.recover()


@contextlib.contextmanager
def _opened(directory: Path) -> Iterator[_Folders]:
    """Open and lock the directory of a register and open its agencies directory; symbolic links are not followed."""
    descriptors: list[int] = []
    try:
        descriptors.append(os.open(directory, os.O_RDONLY | os.O_DIRECTORY))
        _lock(descriptors[0], directory)
        descriptors.append(os.open(AGENCIES, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=descriptors[0]))
        yield _Folders(directory, *descriptors)
    except OSError as error:
        raise Unusable(FAILED, path=directory, reason=error.strerror) from error
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def _lock(descriptor: int, directory: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Problem(BUSY, path=directory) from error


@dataclass(frozen=True, slots=True)
class _JournalEntry:
    """Content of a file before a change, and the SHA-256 digest of its new content, empty for a deleted file."""

    before: bytes | None
    after: str

    @classmethod
    def of(cls, change: Change) -> _JournalEntry:
        return cls(change.before, "" if change.after is None else _digest(change.after))


@dataclass(frozen=True, slots=True)
class _Folders:
    """File descriptors of a register's directory and of its agencies directory."""

    directory: Path
    root: int
    agencies: int

    def recover(self) -> list[str]:
        """Delete left-over temporary files, restore the files from the journal, and return the names of these."""
        kept = self._journal()
        for folder in (self.root, self.agencies):
            with os.scandir(folder) as entries:
                for name in [entry.name for entry in entries if entry.name.startswith(_TEMPORARY)]:
                    os.unlink(name, dir_fd=folder)
        return [] if kept is None else self._restore(kept)

    def _journal(self) -> dict[str, _JournalEntry] | None:
        """Return the entries of the journal, None without one.

        Raises:
            Unusable: the journal belongs to another user, is too large, or was written by another program.
        """
        path = self.directory / JOURNAL
        with contextlib.suppress(FileNotFoundError):
            found = os.stat(JOURNAL, dir_fd=self.root, follow_symlinks=False)
            if found.st_uid != os.geteuid():
                raise Unusable(ANOTHERS, journal=path)
            if found.st_size > LARGEST:
                raise Unusable(FOREIGN, journal=path)
        journal = self._read(JOURNAL)
        try:
            return None if journal is None else _load(journal)
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise Unusable(FOREIGN, journal=path) from error

    def verify(self, name: str, before: bytes | None) -> None:
        """Raise `Problem` unless a file still has the content that was read."""
        if self._read(name) != before:
            raise Problem(MOVED, path=self.directory / name)

    def replace(self, changes: Mapping[str, Change]) -> None:
        """Write all temporary files, then rename them into place; on failure restore the former contents."""
        kept = {name: _JournalEntry.of(change) for name, change in changes.items()}
        written: dict[str, str] = {}
        try:
            for name, change in changes.items():
                if change.after is not None:
                    written[name] = self._write_temporary(name, change.after)
            if len(changes) > 1:
                self._place(self._write_temporary(JOURNAL, _dump(kept)), JOURNAL)
                os.fsync(self.root)
            for name in changes:
                if name in written:
                    self._place(written[name], name)
                else:
                    self._remove(name)
            self._commit()
        except BaseException:
            self._roll_back(kept, written)
            raise

    def _roll_back(self, kept: Mapping[str, _JournalEntry], written: Mapping[str, str]) -> None:
        for name, temporary in written.items():
            with contextlib.suppress(OSError):
                os.unlink(temporary, dir_fd=self._at(name)[0])
        try:
            self._restore(kept)
        except OSError as error:
            values = {"path": self.directory, "reason": error.strerror, "journal": self.directory / JOURNAL}
            raise Unusable(HALF, **values) from error

    def _restore(self, kept: Mapping[str, _JournalEntry]) -> list[str]:
        names = []
        for name, file in kept.items():
            now = self._read(name)
            if now == file.before:
                continue
            if file.after != ("" if now is None else _digest(now)):
                raise Problem(CUT_SHORT, path=self.directory / name, journal=self.directory / JOURNAL)
            if file.before is None:
                self._remove(name)
            else:
                self._place(self._write_temporary(name, file.before), name)
            names.append(name)
        self._commit()
        return names

    def _commit(self) -> None:
        """Commit the change (or the restoration): sync the renames to disk, then delete the journal."""
        os.fsync(self.agencies)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(JOURNAL, dir_fd=self.root)
        os.fsync(self.root)

    def _at(self, name: str) -> tuple[int, str]:
        """Return the descriptor of the directory that a register's file is in, and its name in that directory."""
        path = PurePosixPath(name)
        return (self.agencies if path.parent.name else self.root), path.name

    def _read(self, name: str) -> bytes | None:
        """Return the content of a file, None without one.

        Raises:
            Problem: it is a symbolic link or no regular file.
        """
        folder, last = self._at(name)
        try:
            descriptor = os.open(last, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise Problem(LINK, path=self.directory / name) from error
            raise
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise Problem(LINK, path=self.directory / name)
            return file.read()

    def _write_temporary(self, name: str, data: bytes) -> str:
        """Write a temporary file next to a file, with that file's mode and owner; return its name.

        Not by `durable.write`: several files change together, by way of a journal, in folders that are held open, so
        that a register which is moved or replaced by a link meanwhile is not written to.
        """
        folder, last = self._at(name)
        temporary = _TEMPORARY + secrets.token_hex(8)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666, dir_fd=folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                _copy_mode_and_owner(descriptor, last, folder)
                file.write(data)
                file.flush()
                os.fsync(descriptor)
        except BaseException:
            os.unlink(temporary, dir_fd=folder)
            raise
        return temporary

    def _remove(self, name: str) -> None:
        folder, last = self._at(name)
        os.unlink(last, dir_fd=folder)

    def _place(self, temporary: str, name: str) -> None:
        folder, last = self._at(name)
        try:
            os.replace(temporary, last, src_dir_fd=folder, dst_dir_fd=folder)
        except OSError:
            os.unlink(temporary, dir_fd=folder)
            raise


def _copy_mode_and_owner(descriptor: int, name: str, folder: int) -> None:
    with contextlib.suppress(FileNotFoundError):
        former = os.stat(name, dir_fd=folder, follow_symlinks=False)
        with contextlib.suppress(PermissionError):  # only root may set another owner
            os.fchown(descriptor, former.st_uid, former.st_gid)
        os.fchmod(descriptor, stat.S_IMODE(former.st_mode))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _dump(kept: Mapping[str, _JournalEntry]) -> bytes:
    rows = {name: [_text(file.before), file.after] for name, file in kept.items()}
    return json.dumps(rows).encode()


def _text(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode()


def _load(data: bytes) -> dict[str, _JournalEntry]:
    rows = json.loads(data)
    if not all(_NAME.fullmatch(name) for name in rows):
        raise ValueError(rows)
    return {
        name: _JournalEntry(None if before is None else base64.b64decode(before), after)
        for name, (before, after) in rows.items()
    }
