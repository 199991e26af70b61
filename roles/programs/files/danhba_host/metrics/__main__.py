"""Writes the numbers by which this host is watched, for Prometheus' node exporter.

A source that does not answer is a number, too: the others are written nevertheless. With `--done WHAT` it notes that a
job has ended well, and nothing else.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .. import figure, program
from ..database import connect, translated
from ..figure import Figure
from ..journal import WARNING, Away, Refused
from ..journal import write as say
from . import host
from .clock import clock
from .host import Silent
from .names import names

ROLE = "danhba_metrics"
FILE = "danhba.prom"
JOBS = {"apply": "danhba_apply_last_success_timestamp_seconds"}  # what `--done` can note


@dataclass(frozen=True)
class Settings:
    """Every setting.

    Attributes:
        database: name of the database of accounts; it is not asked when empty.
        database_socket_dir: folder of the Unix socket of its server.
        folder: where the node exporter looks for files.
        services: units that have to run.
        queue: whether Postfix's queue is looked at.
        bans: whether fail2ban's lines in the journal are.
        certificate: file of the certificate in force; none is looked at when empty.
        signatures: folder of the signatures of viruses; none is looked at when empty.
        jobs: work that has to be done here again and again: there is an alert where it never was.
        time_servers: who is asked for the time, in this order; nobody when empty.
        dns: records that DNS must hold, each as `KIND TYPE NAME VALUE` (`names.py`).
    """

    database: str
    database_socket_dir: str
    folder: str
    services: list[str]
    queue: bool
    bans: bool
    certificate: str
    signatures: str
    jobs: list[str]
    time_servers: list[str]
    dns: list[str]


def work(settings: Settings, given: argparse.Namespace) -> str:
    """Take all numbers and write them; or note that a job is done.

    Raises:
        Refused: the file cannot be written.
    """
    now = time.time()
    folder = Path(settings.folder)
    if given.done:
        _write(folder / f"danhba-{given.done}.prom", [Figure(JOBS[given.done], now)])
        return ""
    own = [Figure("danhba_job_expected", 1, {"job_name": job}) for job in settings.jobs]
    _write(folder / FILE, [*take(settings, now), *own, Figure("danhba_metrics_timestamp_seconds", now)])
    return ""


def take(settings: Settings, now: float) -> Iterator[Figure]:
    """All numbers, and of each source whether it answered."""
    sources: dict[str, tuple[bool, Callable[[], Iterable[Figure]]]] = {
        "services": (bool(settings.services), lambda: _units(settings.services)),
        "database": (bool(settings.database), lambda: _stored(settings)),
        "queue": (settings.queue, lambda: host.queue(now)),
        "bans": (settings.bans, host.bans),
        "certificate": (bool(settings.certificate), lambda: host.certificate(settings.certificate)),
        "signatures": (bool(settings.signatures), lambda: host.signatures(settings.signatures)),
        "clock": (bool(settings.time_servers), lambda: clock(settings.time_servers)),
        "dns": (bool(settings.dns), lambda: names(settings.dns)),
    }
    for name, (wanted, source) in sources.items():
        if wanted:
            yield from _asked(name, source)


def _units(watched: list[str]) -> Iterator[Figure]:
    yield from host.services(watched)
    yield from host.failed(watched)


def _asked(name: str, source: Callable[[], Iterable[Figure]]) -> list[Figure]:
    """What a source says, all of it or nothing, and whether it did."""
    try:
        found = list(source())
    except (Silent, Away, Refused) as error:
        say(WARNING, f"{name} không trả lời -- {name} does not answer: {error}", sys.stderr)
        return [Figure("danhba_metrics_source_up", 0, {"source": name})]
    return [*found, Figure("danhba_metrics_source_up", 1, {"source": name})]


def _stored(settings: Settings) -> list[Figure]:
    with (
        translated(),
        connect(settings.database_socket_dir, settings.database, ROLE, program="danhba-metrics") as database,
    ):
        rows = database.execute("SELECT name, labels, value FROM metrics.figures()").fetchall()
    return [Figure(name, value, labels) for name, labels, value in rows]


def _write(path: Path, figures: Iterable[Figure]) -> None:
    try:
        figure.write(path, figure.render(figures))
    except OSError as error:
        raise Refused(f"{path}: không ghi được -- cannot be written: {error}") from error


def main(words: Sequence[str] | None = None) -> int:
    """Run once; say something only when a source does not answer."""
    parser = program.parser("metrics", __doc__, "metrics.json")
    parser.add_argument("--done", metavar="JOB", choices=sorted(JOBS), help="only note that this job has ended well")
    return program.run(parser, Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
