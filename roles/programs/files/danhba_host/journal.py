"""Messages of programs to the journal, and their exit statuses."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TextIO

DONE, FAILED, TRY_AGAIN = 0, 1, 75  # 75 is EX_TEMPFAIL of sysexits.h
ERROR, WARNING, NOTICE, INFO = "<3>", "<4>", "<5>", "<6>"  # priorities of a line (sd-daemon(3))


class Refused(Exception):
    """Raised if somebody has to act: the reason and the way out, in Vietnamese and English."""


class Away(Exception):
    """Raised if a service that the program needs does not answer; the next run will do."""


def run(work: Callable[[], str]) -> int:
    """Run a program's work and return its exit status: 0 done, 75 try again, 1 somebody has to act.

    `work` returns a line about what it did, or an empty text.
    """
    try:
        said = work()
    except Away as error:
        write(WARNING, str(error), sys.stderr)
        return TRY_AGAIN
    except Refused as error:
        write(ERROR, str(error), sys.stderr)
        return FAILED
    if said:
        write(NOTICE, said, sys.stdout)
    return DONE


def write(priority: str, text: str, stream: TextIO) -> None:
    """Write one line. Only the journal gets the priority: a terminal and Dovecot's log do not."""
    line = " ".join(text.split())
    print(f"{priority}{line}" if _is_journal(stream) else line, file=stream)


def _is_journal(stream: TextIO) -> bool:
    """Say whether systemd has connected a stream to the journal (systemd.exec(5), $JOURNAL_STREAM)."""
    try:
        found = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"
