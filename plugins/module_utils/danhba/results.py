"""Results kept from one run to the next, in the user's cache directory (XDG Base Directory Specification)."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

# A province of 100,000 officials takes some 15 MB; what is older than the last dozen changes is not worth its place.
LARGEST = 512 * 1024**2
_AT_ONCE = 500


class Kept:
    """Results in a file. One that cannot be read or written only costs time, so no error of it stops anything."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def get(self, keys: list[bytes]) -> dict[bytes, bytes]:
        """Those that are there."""
        if not self.path.is_file():
            return {}
        found: dict[bytes, bytes] = {}
        try:
            with closing(self._open()) as database:
                for start in range(0, len(keys), _AT_ONCE):
                    part = keys[start : start + _AT_ONCE]
                    wanted = ",".join("?" * len(part))
                    found.update(database.execute(f"SELECT key, result FROM kept WHERE key IN ({wanted})", part))  # noqa: S608
        except sqlite3.Error:
            return {}
        return found

    def put(self, results: dict[bytes, bytes]) -> None:
        """Keep more, and begin anew where it would grow too large or cannot be read."""
        with suppress(OSError):
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.path.exists() and self.path.stat().st_size > LARGEST:
                self.path.unlink()
            try:
                self._put(results)
            except sqlite3.DatabaseError:
                self.path.unlink(missing_ok=True)

    def _put(self, results: dict[bytes, bytes]) -> None:
        with closing(self._open()) as database, database:
            database.execute("CREATE TABLE IF NOT EXISTS kept (key BLOB PRIMARY KEY, result BLOB) WITHOUT ROWID")
            database.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?)", results.items())

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=5)


def of_the_user() -> Kept:
    """Those of whoever runs this."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Kept(Path(home) / "danhba" / "results.sqlite")
