"""Several files of a register written as one: all of them or none, whatever happens on the way.

New content is written beside its file and renamed over it. Before the first of several renames, a journal keeps what
the files held; it is deleted after the last, and that is when the change is made. Where a journal is left, because the
process was killed, the next one puts the files back (`recover`). All names made here begin with a dot, so that nobody
takes them for files of the register, and one process at a time holds the lock of the directory.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from .editing.problem import Problem
from .messages import mark as _
from .source import AGENCIES, Unusable

MOVED = _("{path} has changed since it was read; nothing was written: run the command again")
LINK = _("{path} is a link or no plain file; nothing was written: a register has plain files")
BUSY = _("another command is writing {path}; nothing was written: run the command again")
FAILED = _("cannot write {path}: {reason}; nothing was changed")
CUT_SHORT = _(
    "a command that wrote {path} was cut short, and the file has been edited since; "
    "compare it with git diff, then delete {journal}"
)

JOURNAL = ".danhba-journal"
_TEMPORARY = ".danhba-new-"


@dataclass(frozen=True, slots=True)
class Change:
    """What a file held when it was read, None where there was none, and what it is to hold."""

    before: bytes | None
    after: bytes


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


def recover(directory: Path) -> None:
    """Put back what a process left half done when it was killed; raises as `write` does."""
    if (directory / JOURNAL).exists():
        with _opened(directory) as folders:
            folders.recover()


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
class _Folders:
    """The open directories of a register."""

    directory: Path
    root: int
    agencies: int

    def recover(self) -> None:
        """Undo what a journal tells of, and delete what was never renamed."""
        for folder in (self.root, self.agencies):
            for name in os.listdir(folder):
                if name.startswith(_TEMPORARY):
                    os.unlink(name, dir_fd=folder)
        kept = self._read(JOURNAL)
        if kept is not None:
            self._put_back(_load(kept))

    def verify(self, name: str, before: bytes | None) -> None:
        """See that a file is what was read."""
        if self._read(name) != before:
            raise Problem(MOVED, path=self.directory / name)

    def replace(self, changes: Mapping[str, Change]) -> None:
        """Write everything beside its file, then put all in place; on failure all is as it was."""
        written: dict[str, str] = {}
        try:
            for name, change in changes.items():
                written[name] = self._beside(name, change.after)
            if len(changes) > 1:
                self._rename(self._beside(JOURNAL, _dump(changes)), JOURNAL)
            for name in changes:
                self._rename(written[name], name)
                del written[name]
            if len(changes) > 1:
                os.unlink(JOURNAL, dir_fd=self.root)
        except BaseException:
            for name, temporary in written.items():
                with contextlib.suppress(OSError):
                    os.unlink(temporary, dir_fd=self._at(name)[0])
            self._put_back(changes)
            raise
        for folder in (self.root, self.agencies):
            os.fsync(folder)

    def _put_back(self, changes: Mapping[str, Change] | Mapping[str, _Kept]) -> None:
        ...

    def _at(self, name: str) -> tuple[int, str]:
        """The directory and the last part of a name within the register."""
        path = PurePosixPath(name)
        return (self.agencies if path.parent.name else self.root), path.name
