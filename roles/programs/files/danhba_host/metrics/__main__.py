"""Writes this host's metrics for Prometheus' node exporter.

A source that does not answer is a metric, too: the others are still written. With `--done JOB` it only records that a
job has ended well.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .. import figure, program
from ..figure import Figure
from ..journal import Refused

FILE = "danhba.prom"
JOBS = {"apply": "danhba_apply_last_success_timestamp_seconds"}  # jobs that `--done` records


@dataclass(frozen=True)
class Settings:
    """Every setting.

    Attributes:
        database: name of the database of accounts; not queried when empty.
        database_socket_dir: folder of the Unix socket of its server.
        folder: the node exporter's folder.
        services: units that must run.
        queue: whether Postfix's queue is measured.
        bans: whether fail2ban's lines in the journal are counted.
        certificate: file of the certificate in force; none when empty.
        signatures: folder of virus signatures; none when empty.
        jobs: recurring jobs of this host: an alert fires if one never ran.
        time_servers: time servers, asked in this order; none when empty.
        dns: records that DNS must hold, each as `KIND TYPE NAME VALUE` (`dns_records.py`).
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
    """Collect and write all metrics; or record that a job is done.

    Raises:
        Refused: the file cannot be written.
    """
    now = time.time()
    folder = Path(settings.folder)
    if given.done:
        _write(folder / f"danhba-{given.done}.prom", [Figure(JOBS[given.done], now)])
        return ""
    from .sources import take  # imported late: it takes a quarter of a second, which `--done` does not need

    own = [Figure("danhba_job_expected", 1, {"job_name": job}) for job in settings.jobs]
    _write(folder / FILE, [*take(settings, now), *own, Figure("danhba_metrics_timestamp_seconds", now)])
    return ""


def _write(path: Path, figures: Iterable[Figure]) -> None:
    try:
        figure.write(path, figure.render(figures))
    except OSError as error:
        raise Refused(f"{path}: không ghi được -- cannot be written: {error}") from error


def main(words: Sequence[str] | None = None) -> int:
    """Run once; print only sources that do not answer."""
    parser = program.parser("metrics", __doc__, "metrics.json")
    parser.add_argument("--done", metavar="JOB", choices=sorted(JOBS), help="only note that this job has ended well")
    return program.run(parser, Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
