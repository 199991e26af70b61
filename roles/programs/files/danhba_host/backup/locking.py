"""One run at a time: of backup, restore and drill on the mail host, of what changes the store on the backup host."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from ..journal import Away
from .settings import Settings

LOOK_SECONDS = 5  # between two looks whether the lock is free


def alone(settings: Settings, wait: float = 0) -> AbstractContextManager[None]:
    """Work alone; wait for another one's end so many seconds at most.

    Raises:
        Away: another one is at work.
    """
    return only_one(
        settings.folder,
        "một lần sao lưu, phục hồi hoặc diễn tập khác đang chạy: chờ nó xong rồi chạy lại -- another backup, restore"
        " or drill is at work: wait for its end, then run again",
        wait,
    )


@contextmanager
def only_one(folder: Path, busy: str, wait: float = 0) -> Iterator[None]:
    """Be the only one that works in a folder; programs that inherit the lock (`commands.run`) hold it as well.

    Raises:
        Away: another one does, after so many seconds still; in these words.
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
