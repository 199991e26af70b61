"""Results kept from one run to the next, in the user's cache directory (XDG Base Directory Specification).

They are believed: whoever can write there is taken for the user, so a place that others own or may write to is not
used. A digest with each result shows damage; it is no proof against somebody who means to forge one.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import stat
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

# A province of 100,000 officials takes some 15 MB; what is older than the last dozen changes is not worth its place.
LARGEST = 512 * 1024**2
_AT_ONCE = 500
_DIGEST = 16


class Kept:
    """Results in a file. One that cannot be read or written only costs time, so no error of it stops anything."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def get(self, keys: list[bytes]) -> dict[bytes, bytes]:
        """Those that are there."""
        found: dict[bytes, bytes] = {}
        try:
            if not (_is_ours(self.path.parent) and _is_ours(self.path)):
                return {}
            with closing(self._open()) as database:
                for start in range(0, len(keys), _AT_ONCE):
                    part = keys[start : start + _AT_ONCE]
                    wanted = ",".join("?" * len(part))
                    rows = database.execute(f"SELECT key, result FROM kept WHERE key IN ({wanted})", part)  # noqa: S608
                    found.update((key, row[_DIGEST:]) for key, row in rows if _is_whole(key, row))
        except (OSError, sqlite3.Error):
            return {}
        return found

    def put(self, results: dict[bytes, bytes]) -> None:
        """Keep more, and begin anew where it would grow too large or cannot be read."""
        with suppress(OSError):
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _is_ours(self.path.parent):
                return
            if os.path.lexists(self.path) and (not _is_ours(self.path) or self.path.stat().st_size > LARGEST):
                self.path.unlink()
            try:
                self._put(results)
            except sqlite3.DatabaseError:
                self.path.unlink(missing_ok=True)

    def _put(self, results: dict[bytes, bytes]) -> None:
        os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o600))  # whatever the umask allows to others
        rows = [(key, _digest(key, result) + result) for key, result in results.items()]
        with closing(self._open()) as database, database:
            database.execute("CREATE TABLE IF NOT EXISTS kept (key BLOB PRIMARY KEY, result BLOB) WITHOUT ROWID")
            database.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?)", rows)

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=5)


def _is_ours(path: Path) -> bool:
    """Whether nobody but the user (and root) could have written a file or a directory."""
    if path.is_symlink():
        return False
    found = path.stat()
    return found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _digest(key: bytes, result: bytes) -> bytes:
    return hashlib.blake2b(key + result, digest_size=_DIGEST).digest()


def _is_whole(key: bytes, row: Any) -> bool:
    return isinstance(row, bytes) and row[:_DIGEST] == _digest(key, row[_DIGEST:])


def of_the_user() -> Kept | None:
    """Those of whoever runs this; None for a user without a home directory."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or "")
    if not home.is_absolute():  # the specification has it ignored
        try:
            home = Path.home() / ".cache"
        except RuntimeError:
            return None
    return Kept(home / "danhba" / "results.sqlite")
