"""Locks: one backup, restore or drill at a time on the mail host, one change of the store at a time on the backup
host.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from ..journal import Away
from .settings import Settings

LOOK_SECONDS = 5  # between two attempts to take the lock


def alone(settings: Settings, wait: float = 0) -> AbstractContextManager[None]:
    """Hold the lock of backup, restore and drill; wait for it `wait` seconds at most.

    Raises:
        Away: another run is at work.
    """
    return only_one(
        settings.folder,
        "một lần sao lưu, phục hồi hoặc diễn tập khác đang chạy: chờ nó xong rồi chạy lại -- another backup, restore"
        " or drill is at work: wait for its end, then run again",
        wait,
    )


@contextmanager
def only_one(folder: Path, busy: str, wait: float = 0) -> Iterator[None]:
    """Hold the lock of a folder; programs that inherit it (`commands.run`) hold it as well.

    Raises:
        Away: another program still holds it after `wait` seconds; the message is `busy`.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600), "w", encoding="utf-8") as lock:
        os.set_inheritable(lock.fileno(), True)
        end = time.monotonic() + wait
        while not _taken(lock.fileno()):
            if time.monotonic() >= end:
                raise Away(busy)
            time.sleep(min(LOOK_SECONDS, wait))
        yield


def _taken(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
