"""Backs up this host to the store: mail, database, mail again, keys and settings (R9.2)."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from .. import program
from ..journal import Refused
from .cluster import POINT, Cluster
from .locking import alone
from .metrics import note
from .queue import staged
from .restic import REBUILT, Restic
from .settings import BEFORE, DATABASE, KEYS, MAIL, Settings
from .store import note_told


def back_up(settings: Settings) -> str:
    """Make one set of snapshots.

    The mail is read after the database, so that the database names no message that the store lacks. It is read before
    the
    database as well: a snapshot of a live Maildir misses a message that is renamed at that moment, so a message counts
    as
    kept when either snapshot has it. The queue is read first: a message that leaves the queue for a mailbox later is
    then
    in the snapshot of the mail.

    Raises:
        Away, Refused
    """
    restic, cluster = Restic(settings), Cluster(settings)
    restic.open(make=True)
    _refuse_of_nothing(settings, restic, cluster)
    begun = time.time()
    run = f"{datetime.fromtimestamp(restic.now(), UTC):%Y%m%dT%H%M%SZ}"
    with staged(settings.folder, settings.queue) as queue:
        restic.backup(BEFORE, run, [settings.mail], REBUILT)
        cluster.backup(begun)
        cluster.mark(f"{POINT}{run}")
        restic.backup(DATABASE, run, [settings.archive, str(queue)])
    restic.backup(MAIL, run, [settings.mail], REBUILT)
    there = [path for path in settings.keys if os.path.lexists(path)]
    restic.backup(KEYS, run, there, [settings.secrets, settings.state])
    note(settings.metrics, "danhba_backup", "danhba_backup_last_success_timestamp_seconds",
         "Beginning of the last backup that succeeded", dict.fromkeys((MAIL, DATABASE, KEYS), begun))  # fmt: skip
    return f"đã sao lưu {run} trong {time.time() - begun:.0f} giây -- backed up"


def _refuse_of_nothing(settings: Settings, restic: Restic, cluster: Cluster) -> None:
    """Refuse to back up an empty host where backups exist: its set would be taken for the newest one.

    Raises:
        Refused: there are backups, and no account.
    """
    if not cluster.ask("SELECT 1 FROM mail.account LIMIT 1", settings.database) and restic.sets():
        raise Refused(
            "máy này chưa có tài khoản nào, trong khi kho đã có bản sao lưu: phục hồi trước (playbooks/restore.yml -e"
            " step=host), rồi sao lưu. Chưa lưu gì -- this host has no account yet, though the store has backups:"
            " restore first, then back up. Nothing was stored"
        )


def work(settings: Settings, _given: argparse.Namespace | None = None) -> str:
    """Back up, unless another run is at work.

    Raises:
        Away, Refused
    """
    with alone(settings):
        try:
            return back_up(settings)
        finally:
            note_told(settings)  # also after a failure, since the backup host may report its cause


def main(words: Sequence[str] | None = None) -> int:
    """Run once."""
    return program.run(program.parser("backup", __doc__, "backup.json"), Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
