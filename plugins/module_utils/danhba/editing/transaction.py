"""Several files of a register written as one: all of them or none, whatever happens on the way.

New content is written beside its file and renamed over it. Before the first of several renames, a journal keeps what
the files held; it is deleted after the last, and that is when the change is made. Where a journal is left, because the
process was killed, the next one puts the files back (`recover`). All names made here begin with a dot, so that nobody
takes them for files of the register, and one process at a time holds the lock of the directory.
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

# A journal holds the files in base64, and none is larger than a register.
LARGEST = 2 * LARGEST_REGISTER

_TEMPORARY = ".danhba-new-"
_NAME = re.compile(rf"{re.escape(PROVINCE)}|{AGENCIES}/[a-z0-9]+\.yml")


@dataclass(frozen=True, slots=True)
class Change:
    """What a file held when it was read and what it is to hold; None where there was, or is to be, no file."""

    before: bytes | None
    after: bytes | None


def write(directory: Path, changes: Mapping[str, Change]) -> None:
    """Make all the changes, by name within the register, or none.

    Raises:
        Problem: a file is no longer what was read.
        Unusable: the file system does not let it be done.
    """
    with _opened(directory) as folders:
        folders.recover()
        for name, change in changes.items():
            folders.verify(name, change.before)
        folders.replace(changes)


def is_cut_short(directory: Path) -> bool:
    """Whether a process left a change half done here."""
    return os.path.lexists(directory / JOURNAL)


def recover(directory: Path) -> list[str]:
    """Put back what a process left half done when it was killed: which files that were; raises as `write` does."""
    if not is_cut_short(directory):
        return []
    with _opened(directory) as folders:
        return folders.recover()


@contextlib.contextmanager
def _opened(directory: Path) -> Iterator[_Folders]:
    """The directory of a register and its agencies, held by this process alone; no link below it is followed."""
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
    """What a file held before a change, and the digest of what it holds after it; empty where it is deleted."""

    before: bytes | None
    after: str

    @classmethod
    def of(cls, change: Change) -> _JournalEntry:
        return cls(change.before, "" if change.after is None else _digest(change.after))


@dataclass(frozen=True, slots=True)
class _Folders:
    """The open directories of a register."""

    directory: Path
    root: int
    agencies: int

    def recover(self) -> list[str]:
        """Undo what a journal tells of, and delete what was never put in place; gives the files that were changed."""
        kept = self._journal()
        for folder in (self.root, self.agencies):
            with os.scandir(folder) as entries:
                for name in [entry.name for entry in entries if entry.name.startswith(_TEMPORARY)]:
                    os.unlink(name, dir_fd=folder)
        return [] if kept is None else self._put_back(kept)

    def _journal(self) -> dict[str, _JournalEntry] | None:
        """What a journal tells, None where there is none; it must be the user's own."""
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
        """See that a file is what was read."""
        if self._read(name) != before:
            raise Problem(MOVED, path=self.directory / name)

    def replace(self, changes: Mapping[str, Change]) -> None:
        """Write everything beside its file, then put it all in place; on failure all is as it was."""
        kept = {name: _JournalEntry.of(change) for name, change in changes.items()}
        written: dict[str, str] = {}
        try:
            for name, change in changes.items():
                if change.after is not None:
                    written[name] = self._beside(name, change.after)
            if len(changes) > 1:
                self._place(self._beside(JOURNAL, _dump(kept)), JOURNAL)
                os.fsync(self.root)
            for name in changes:
                if name in written:
                    self._place(written[name], name)
                else:
                    self._remove(name)
            self._done()
        except BaseException:
            self._take_back(kept, written)
            raise

    def _take_back(self, kept: Mapping[str, _JournalEntry], written: Mapping[str, str]) -> None:
        for name, temporary in written.items():
            with contextlib.suppress(OSError):
                os.unlink(temporary, dir_fd=self._at(name)[0])
        try:
            self._put_back(kept)
        except OSError as error:
            values = {"path": self.directory, "reason": error.strerror, "journal": self.directory / JOURNAL}
            raise Unusable(HALF, **values) from error

    def _put_back(self, kept: Mapping[str, _JournalEntry]) -> list[str]:
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
                self._place(self._beside(name, file.before), name)
            names.append(name)
        self._done()
        return names

    def _done(self) -> None:
        """From here on the files are as they should be."""
        os.fsync(self.agencies)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(JOURNAL, dir_fd=self.root)
        os.fsync(self.root)

    def _at(self, name: str) -> tuple[int, str]:
        """The directory and the last part of a name within the register."""
        path = PurePosixPath(name)
        return (self.agencies if path.parent.name else self.root), path.name

    def _read(self, name: str) -> bytes | None:
        """What a file holds, None where there is none."""
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

    def _beside(self, name: str, data: bytes) -> str:
        """Write a temporary file in the directory of a file, with the mode and the owner of that file.

        Not by `durable.write`: several files change together, by way of a journal, in folders that are held open, so
        that a register which is moved or replaced by a link meanwhile is not written to.
        """
        folder, last = self._at(name)
        temporary = _TEMPORARY + secrets.token_hex(8)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666, dir_fd=folder)
        try:
            with os.fdopen(descriptor, "wb") as file:
                _as_former(descriptor, last, folder)
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


def _as_former(descriptor: int, name: str, folder: int) -> None:
    with contextlib.suppress(FileNotFoundError):
        former = os.stat(name, dir_fd=folder, follow_symlinks=False)
        with contextlib.suppress(PermissionError):  # only the superuser writes for others
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
