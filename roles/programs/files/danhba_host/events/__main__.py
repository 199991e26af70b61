"""Collects what became of each message, and who used the mail system, from the journal (R7.2)."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping, Sequence

from .. import journal, program
from ..database import Connection, connect, translated
from ..journal import Away
from ..stop import Stop
from . import reading, storing
from .gathering import COPY, ENVELOPE, MESSAGE, Gathering
from .settings import Settings

# On a busy database a batch takes seconds.
STATEMENT_SECONDS = 120
HOUSEKEEPING_SECONDS = 3600
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 2.0, 60.0


class Collector:
    """Reads the journal batch by batch; nothing but the connection is kept between batches."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._monitoring = frozenset(address.lower() for address in settings.monitoring)
        self._connection: Connection | None = None
        self._kept_house = float("-inf")

    def step(self) -> bool:
        """Store one batch; return whether more can be read at once.

        Raises:
            Away, Refused
        """
        with translated():
            connection = self._connect()
            known = storing.progress(connection)
            gathering = Gathering(known.open, self._monitoring)
            for line in reading.read(known.cursor, self._settings.batch_lines):
                gathering.take(line)
            change = gathering.change()
            storing.store(connection, gathering, change, self._settings.keep_days)
            self._keep_house(connection)
        _name_forgotten(change.forgotten)
        return gathering.lines >= self._settings.batch_lines

    def close(self) -> None:
        """Close the connection to the database."""
        if self._connection:
            self._connection.close()
        self._connection = None

    def _connect(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = connect(
                self._settings,
                storing.ROLE,
                program="danhba-events",
                statement_seconds=STATEMENT_SECONDS,
            )
            self._look_for_gap(self._connection)
        return self._connection

    def _look_for_gap(self, connection: Connection) -> None:
        known = storing.progress(connection)
        if (first := reading.oldest()) and storing.note_gap(connection, known, first):
            journal.write(
                journal.ERROR,
                "nhật ký đã bị xóa bớt trước khi đọc tới, nên thiếu diễn biến: tăng events_journal_size "
                "-- the journal was emptied before it was read, so events are missing: raise events_journal_size",
                sys.stderr,
            )

    def _keep_house(self, connection: Connection) -> None:
        if time.monotonic() - self._kept_house >= HOUSEKEEPING_SECONDS:
            storing.keep_days(connection, self._settings.keep_days)
            if first := reading.oldest():
                storing.note_oldest(connection, first)
            self._kept_house = time.monotonic()


def _name_forgotten(forgotten: Mapping[str, int]) -> None:
    """Log what the collector had to forget in a flood; what is stored of these messages stays."""
    for kind, count in forgotten.items():
        vi, en = _FORGOTTEN[kind]
        journal.write(journal.WARNING, f"{vi.format(count)} -- {en.format(count)}", sys.stderr)


_FORGOTTEN = {
    ENVELOPE: (
        "quá nhiều phiên SMTP bỏ dở: quên {} phiên cũ nhất, cả nơi gửi của chúng",
        "too many SMTP sessions were left unfinished: the oldest {} are forgotten, with where they came from",
    ),
    MESSAGE: (
        "quá nhiều thư gửi dở: quên {} thư cũ nhất, cả mã thư và nơi gửi của chúng",
        "too many messages were left unfinished: the oldest {} are forgotten, with their ids and where they came from",
    ),
    COPY: (
        "quá nhiều thư được sao chép: quên {} bản cũ nhất, sẽ không hiện là chuyển thư mục",
        "too many messages were copied: the oldest {} copies are forgotten, which will not show as moves",
    ),
}


def collect(settings: Settings, stop: Stop) -> None:
    """Collect until SIGTERM; while the database is away, wait: the journal keeps the lines.

    Raises:
        Refused
    """
    collector, wait = Collector(settings), FIRST_WAIT_SECONDS
    while True:
        try:
            more, pause = collector.step(), float(settings.interval_seconds)
            wait = FIRST_WAIT_SECONDS
        except Away as error:
            journal.write(journal.WARNING, str(error), sys.stderr)
            collector.close()
            more, pause, wait = False, wait, min(2 * wait, LONGEST_WAIT_SECONDS)
        # Even in a flood, pause between two batches.
        if stop.within(0.1 if more else pause):
            break
    collector.close()


def work(settings: Settings, given: argparse.Namespace) -> str:
    """Collect until SIGTERM, or only what there is.

    Raises:
        Away, Refused
    """
    if given.once:
        collector = Collector(settings)
        while collector.step():
            pass
        collector.close()
        return ""
    collect(settings, Stop())
    return ""


def main(words: Sequence[str] | None = None) -> int:
    """Collect, or say whether a settings file would do."""
    arguments = program.parser("events", __doc__, "events.json")
    arguments.add_argument("--once", action="store_true", help="collect what there is, and end")
    return program.run(arguments, Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
