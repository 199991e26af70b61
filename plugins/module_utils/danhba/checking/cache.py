"""A cache of examination results between runs, in the user's cache directory (XDG Base Directory Specification).

Cached results are trusted, so a file or directory that others own or may write to is not used. The digest stored with
each result detects damage, not forgery.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from ..messages import mark as _

# The largest cache in bytes; a larger one is deleted. A province of 100,000 officials takes some 15 MB, and results
# from before the last dozen changes are not worth keeping.
LARGEST = 512 * 1024**2
_AT_ONCE = 500
DAMAGED, FOREIGN = _("it is damaged"), _("others could have written it")
# SQLite's result codes (https://www.sqlite.org/rescode.html): the low octet is the primary code. A table with other
# columns gives the generic SQLITE_ERROR.
_PRIMARY = 0xFF
_DAMAGES = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR})
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_DIGEST = 16


class ResultCache:
    """A cache of results in a SQLite file. Its errors only cost time, so none of them is raised.

    `trouble` is the last error as a text for the user, None where there was none.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.trouble: str | None = None

    def get(self, keys: list[bytes]) -> dict[bytes, bytes]:
        """Return the cached results of these keys; those that are not cached, or damaged, are left out."""
        found: dict[bytes, bytes] = {}
        try:
            if not os.path.lexists(self.path):
                return {}
            if not (_is_ours(self.path.parent) and _is_ours(self.path)):
                self.trouble = FOREIGN
                return {}
            with closing(self._open()) as database:
                for start in range(0, len(keys), _AT_ONCE):
                    found.update(self._get(database, keys[start : start + _AT_ONCE]))
        except OSError as error:
            self.trouble = error.strerror
        except sqlite3.Error as error:
            self._failed(error)
        return found

    def _get(self, database: sqlite3.Connection, keys: list[bytes]) -> Iterator[tuple[bytes, bytes]]:
        """Yield keys with their results, without results whose digest is wrong."""
        wanted = ",".join("?" * len(keys))
        for key, row in database.execute(f"SELECT key, result FROM kept WHERE key IN ({wanted})", keys):  # noqa: S608
            if _is_whole(key, row):
                yield key, row[_DIGEST:]
            else:
                self.trouble = DAMAGED

    def put(self, results: dict[bytes, bytes]) -> None:
        """Add results; first delete a file that is too large, of somebody else or damaged."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _is_ours(self.path.parent):
                self.trouble = FOREIGN
                return
            if os.path.lexists(self.path) and (not _is_ours(self.path) or self.path.stat().st_size > LARGEST):
                self.path.unlink()
            self._put(results)
        except OSError as error:
            self.trouble = error.strerror
        except sqlite3.Error as error:
            if self._failed(error):
                with suppress(OSError):
                    self.path.unlink(missing_ok=True)

    def _failed(self, error: sqlite3.Error) -> bool:
        """Record an error in `trouble`; return whether the file is damaged (not: the disk full, the file locked)."""
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & _PRIMARY
        if code not in _BUSY:
            self.trouble = DAMAGED if code in _DAMAGES else str(error)
        return code in _DAMAGES

    def _put(self, results: dict[bytes, bytes]) -> None:
        os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT, 0o600))  # closed to others, whatever the umask
        rows = [(key, _digest(key, result) + result) for key, result in results.items()]
        with closing(self._open()) as database, database:
            database.execute("CREATE TABLE IF NOT EXISTS kept (key BLOB PRIMARY KEY, result BLOB) WITHOUT ROWID")
            database.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?)", rows)

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=5)


def _is_ours(path: Path) -> bool:
    """Return whether only the user (and root) can have written a file or a directory."""
    if path.is_symlink():
        return False
    found = path.stat()
    return found.st_uid == os.geteuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _digest(key: bytes, result: bytes | memoryview) -> bytes:
    whole = hashlib.sha256(key)  # fast: processors have instructions for SHA-256
    whole.update(result)
    return whole.digest()[:_DIGEST]


def _is_whole(key: bytes, row: Any) -> bool:
    return isinstance(row, bytes) and row[:_DIGEST] == _digest(key, memoryview(row)[_DIGEST:])


def of_the_user() -> ResultCache | None:
    """Return the cache of the user who runs this; None for a user without a home directory."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or "")
    if not home.is_absolute():  # the specification demands that relative paths are ignored
        try:
            home = Path.home() / ".cache"
        except RuntimeError:
            return None
    return ResultCache(home / "danhba" / "results.sqlite")
