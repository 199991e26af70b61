"""Writes files that survive a power cut, on the controller and in modules.

Programs of the host, which import nothing of this collection, have `danhba_host.durable`.

A file has its old content or its new one whenever the power fails: the content is flushed to the disk before the file
gets its name, and the name by flushing the folder. Without the first a file system may keep the new name with no
content.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write(path: Path, octets: bytes, mode: int | None = 0o600, group: int = -1) -> None:
    """Replace a file by these octets.

    Args:
        path: the file.
        octets: its new content.
        mode: its mode; with None it is by the umask, also on a file system without modes (a memory stick).
        group: the number of the group that gets it; -1 leaves it to the system.

    Raises:
        OSError: the file cannot be written; it is as it was.
    """
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666 if mode is None else 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(octets)
            if group != -1:
                os.fchown(descriptor, -1, group)
            if mode is not None:
                os.fchmod(descriptor, mode)
        place(new, path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def place(new: Path, path: Path) -> None:
    """Give a finished file or folder its name, at one stroke.

    Raises:
        OSError: the name is as it was.
    """
    sync(new)
    new.replace(path)
    sync(path.parent)


def sync(path: Path) -> None:
    """Have the content of a file, or the names in a folder, on the disk on return."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
