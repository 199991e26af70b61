"""Counts use and mail by day (R8, R14) for each day with new events, and records the fill levels of disks.

The database counts (schema `usage`); this program only names the days, a transaction each, so that a run that is
stopped has completed whole days.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from . import program
from .database import Connection, connect, translated
from .journal import Refused

ROLE = "danhba_events"
# Seconds for counting a day: 30,000 mailboxes take some seconds.
DAY_SECONDS = 300


@dataclass(frozen=True)
class Settings:
    """Every setting.

    Attributes:
        database: name of the database of accounts.
        database_socket_dir: folder of the Unix socket of its server.
        folders: folders whose disks are measured.
        keep_days: days for which counts are kept; the database keeps at least two years.
    """

    database: str
    database_socket_dir: str
    folders: list[str]
    keep_days: int


def work(settings: Settings, _given: argparse.Namespace | None = None) -> str:
    """Count the days with new events, and return their number.

    Raises:
        Away, Refused
    """
    with (
        translated(),
        connect(
            settings,
            ROLE,
            program="danhba-usage",
            statement_seconds=DAY_SECONDS,
        ) as database,
    ):
        for folder in settings.folders:
            _note_disk(database, folder)
        days = database.execute("SELECT DISTINCT day FROM usage.mark ORDER BY day").fetchall()
        for (day,) in days:
            database.execute("SELECT usage.count_day(%s)", [day])
        database.execute("SELECT usage.forget(%s)", [settings.keep_days])
    return f"đếm {len(days)} ngày -- {len(days)} days counted" if days else ""


def _note_disk(database: Connection, folder: str) -> None:
    try:
        disk = shutil.disk_usage(folder)
    except OSError as error:
        raise Refused(f"không hỏi được đĩa của {folder} -- the disk cannot be asked: {error}") from error
    # Space reserved for root counts as used: mail cannot use it.
    database.execute("SELECT usage.note_disk(%s, %s, %s)", [folder, disk.total, disk.total - disk.free])


def main(words: Sequence[str] | None = None) -> int:
    """Run once."""
    return program.run(program.parser("usage", __doc__, "usage.json"), Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
