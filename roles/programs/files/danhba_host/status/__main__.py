"""Says how the mail system is, in one screen: ends with 0 where all is well, and with 1 where an alert fires or where
something is not known that should be.

With `--format json` for programs. With `--pages` it writes the page for officials and the one for operators instead.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from .. import program
from ..figure import write
from ..journal import FAILED, Away, Refused
from ..prometheus import Prometheus
from . import page, pictures, screen
from .parts import PARTS, states


@dataclass(frozen=True)
class Settings:
    """Every setting.

    Attributes:
        port: Prometheus' port on the loopback address.
        host: the host's name.
        parts: the parts of the mail system on this host (`parts.py`).
        page: path of the page for officials; not written when empty.
        pictures: path of the page for operators; not written when empty.
        notice: text about planned work for officials; none when empty.
        support: the support named to officials; none when empty.
        probed: whether the probe runs here, so that its age must be known.
    """

    port: int
    host: str
    parts: list[str]
    page: str
    pictures: str
    notice: str
    support: str
    probed: bool

    @property
    def unset(self) -> frozenset[str]:
        """Return the metrics that are not expected here."""
        return frozenset() if self.probed else frozenset({screen.PROBE})

    def __post_init__(self) -> None:
        if unknown := sorted(set(self.parts) - PARTS.keys()):
            raise ValueError(f"parts: chỉ có {', '.join(PARTS)} -- parts must be of those: {', '.join(unknown)}")


def work(settings: Settings, given: argparse.Namespace) -> str:
    """Show the screen, or write the pages.

    Raises:
        Away: Prometheus does not answer; the page for officials says so.
        Refused: a page cannot be written.
    """
    prometheus, now = Prometheus(settings.port), datetime.fromtimestamp(time.time(), UTC)
    if given.pages:
        _write_pages(settings, prometheus, now)
        return ""
    alerts = prometheus.alerts()
    shown = screen.take(prometheus, settings.host, states(settings.parts, alerts), alerts, now, settings.unset)
    if given.format == "json":
        print(json.dumps(shown.as_json(), ensure_ascii=False, indent=2))
    else:
        wanted = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        sys.stdout.write(shown.as_text(given.colour == "always" or (given.colour == "auto" and wanted)))
    if not shown.is_well:
        sys.stdout.flush()
        raise SystemExit(FAILED)
    return ""


def _write_pages(settings: Settings, prometheus: Prometheus, now: datetime) -> None:
    try:
        alerts, asked = prometheus.alerts(), prometheus.value(screen.SERVICES) is not None
    except Away:
        _write(settings.page, page.render(None, now, settings.notice, settings.support))
        raise
    known = states(settings.parts, alerts)
    # Without metrics of services no alert can report one that is down.
    shown_to_all = known if asked or not all(state.works for state in known) else None
    _write(settings.page, page.render(shown_to_all, now, settings.notice, settings.support))
    if settings.pictures:
        shown = screen.take(prometheus, settings.host, known, alerts, now, settings.unset)
        _write(settings.pictures, pictures.render(shown, prometheus, now.timestamp()))


def _write(path: str, text: str) -> None:
    if not path:
        return
    try:
        write(Path(path), text)
    except OSError as error:
        raise Refused(f"{path}: không ghi được -- cannot be written: {error}") from error


def main(words: Sequence[str] | None = None) -> int:
    """Run once."""
    parser = program.parser("status", __doc__, "status.json")
    parser.add_argument("--format", choices=["text", "json"], default="text", help="for people or for programs")
    parser.add_argument("--colour", choices=["auto", "always", "never"], default="auto", help="colours of words")
    parser.add_argument("--pages", action="store_true", help="write the pages, and say nothing")
    return program.run(parser, Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
