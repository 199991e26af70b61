"""Results kept from one run to the next, in the user's cache directory (XDG Base Directory Specification).

They are believed: whoever can write there is taken for the user, so a place that others own or may write to is not
used. A digest with each result shows damage; it is no proof against somebody who means to forge one.
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

# A province of 100,000 officials takes some 15 MB; what is older than the last dozen changes is not worth its place.
LARGEST = 512 * 1024**2
_AT_ONCE = 500
DAMAGED, FOREIGN = _("it is damaged"), _("others could have written it")
# SQLite's result codes (https://www.sqlite.org/rescode.html): the low octet is the primary one. A table of another
# shape is a generic error.
_PRIMARY = 0xFF
_DAMAGES = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR})
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_DIGEST = 16


class ResultCache:
    """Results in a file. One that cannot be read or written only costs time, so no error of it stops anything.

    `trouble` says what was wrong with it, for whoever wonders where the time went; None while nothing was.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.trouble: str | None = None

    def get(self, keys: list[bytes]) -> dict[bytes, bytes]:
        """Those that are there."""
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
        """The results of some keys; what is not as it was written is passed over."""
        wanted = ",".join("?" * len(keys))
        for key, row in database.execute(f"SELECT key, result FROM kept WHERE key IN ({wanted})", keys):  # noqa: S608
            if _is_whole(key, row):
                yield key, row[_DIGEST:]
            else:
                self.trouble = DAMAGED

    def put(self, results: dict[bytes, bytes]) -> None:
        """Keep more, and begin anew where it would grow too large or cannot be read."""
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
        """Note an error; whether the file itself is at fault, and not a full disk or another command that writes."""
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & _PRIMARY
        if code not in _BUSY:
            self.trouble = DAMAGED if code in _DAMAGES else str(error)
        return code in _DAMAGES

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


def _digest(key: bytes, result: bytes | memoryview) -> bytes:
    whole = hashlib.sha256(key)  # processors have it built in
    whole.update(result)
    return whole.digest()[:_DIGEST]


def _is_whole(key: bytes, row: Any) -> bool:
    return isinstance(row, bytes) and row[:_DIGEST] == _digest(key, memoryview(row)[_DIGEST:])


def of_the_user() -> ResultCache | None:
    """Those of whoever runs this; None for a user without a home directory."""
    home = Path(os.environ.get("XDG_CACHE_HOME") or "")
    if not home.is_absolute():  # the specification has it ignored
        try:
            home = Path.home() / ".cache"
        except RuntimeError:
            return None
    return ResultCache(home / "danhba" / "results.sqlite")
