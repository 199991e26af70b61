"""Counts use and mail by day (R8, R14): each day for which events came since then, and notes how full the disks are.

The rules of counting are the database's (schema `usage`); this only says of which days, one transaction each, so that a
run that is stopped has done whole days, and the next goes on.
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
# A day of 30,000 mailboxes takes seconds; in ten times that it was not worked off by waiting.
DAY_SECONDS = 300


@dataclass(frozen=True)
class Settings:
    """Every setting.

    Attributes:
        database: name of the database of accounts.
        database_socket_dir: folder of the Unix socket of its server.
        folders: of which the disks are looked at.
        keep_days: for how long what was counted is kept; the database takes two years at least.
    """

    database: str
    database_socket_dir: str
    folders: list[str]
    keep_days: int


def work(settings: Settings, _given: argparse.Namespace | None = None) -> str:
    """Count what is to be counted; how many days that were.

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
    # What root alone may use counts as used: nobody else's mail fits there.
    database.execute("SELECT usage.note_disk(%s, %s, %s)", [folder, disk.total, disk.total - disk.free])


def main(words: Sequence[str] | None = None) -> int:
    """Run once."""
    return program.run(program.parser("usage", __doc__, "usage.json"), Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
