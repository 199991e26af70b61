"""Collects the metrics of each source, all or none of a source."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from ..database import connect, translated
from ..figure import Figure
from ..journal import WARNING, Away, Refused
from ..journal import write as say
from . import host
from .clock import clock
from .dns_records import names
from .host import Silent

if TYPE_CHECKING:
    from .__main__ import Settings

ROLE = "danhba_metrics"


def take(settings: Settings, now: float) -> Iterator[Figure]:
    """Yield all metrics, and whether each source answered."""
    sources: dict[str, tuple[bool, Callable[[], Iterable[Figure]]]] = {
        "services": (bool(settings.services), lambda: _units(settings.services)),
        "restarts": (bool(settings.services), host.restarts),
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
    """Return a source's metrics, all or none, and whether it answered."""
    try:
        found = list(source())
    except (Silent, Away, Refused) as error:
        say(WARNING, f"{name} không trả lời -- {name} does not answer: {error}", sys.stderr)
        return [Figure("danhba_metrics_source_up", 0, {"source": name})]
    return [*found, Figure("danhba_metrics_source_up", 1, {"source": name})]


def _stored(settings: Settings) -> list[Figure]:
    with (
        translated(),
        connect(settings, ROLE, program="danhba-metrics") as database,
    ):
        rows = database.execute("SELECT name, labels, value FROM metrics.figures()").fetchall()
    return [Figure(name, value, labels) for name, labels, value in rows]
