"""Metrics of this host itself: services, Postfix's queue, certificate, virus signatures, bans."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from ..figure import Figure

SECONDS = 20  # for a command
ACTIVE = {"active", "reloading"}


class Silent(Exception):
    """Raised if a source does not answer; the others continue."""


def ask(*command: str) -> str:
    """Return a command's output.

    Raises:
        Silent: it is missing, fails or takes too long.
    """
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        raise Silent(f"{command[0]}: {getattr(error, 'stderr', '') or error}") from error
    return done.stdout


def services(names: Sequence[str]) -> Iterator[Figure]:
    """Yield whether each of the units runs."""
    if not names:
        return
    for name, state in zip(names, _shown("Id,ActiveState", *names), strict=True):
        yield Figure("danhba_service_up", state.get("ActiveState") in ACTIVE, {"service": name})


def _shown(properties: str, *units: str) -> list[dict[str, str]]:
    said = ask("systemctl", "show", f"--property={properties}", "--", *units)
    return [dict(line.split("=", 1) for line in part.splitlines()) for part in said.strip().split("\n\n")]


def failed(watched: Sequence[str]) -> Iterator[Figure]:
    """Yield each unit whose last run failed, except those of `services`."""
    for line in ask("systemctl", "list-units", "--failed", "--plain", "--no-legend").splitlines():
        unit = line.split()[0]
        if unit not in watched:
            yield Figure("danhba_unit_failed", 1, {"service": unit})


def restarts() -> Iterator[Figure]:
    """Yield how often systemd has restarted each failed service.

    For services that are always restarted, it also counts normal ends: these are left out.
    """
    for state in _shown("Id,Restart,NRestarts", "*.service"):
        if state.get("Restart", "no") not in ("no", "always", "on-success"):
            yield Figure("danhba_service_restarts", int(state["NRestarts"]), {"service": state["Id"]})


def queue(now: float) -> Iterator[Figure]:
    """Yield number and age of the messages in each part of Postfix's queue."""
    parts: dict[str, list[float]] = {"active": [], "deferred": [], "hold": [], "incoming": []}
    for line in ask("postqueue", "-j").splitlines():
        entry = json.loads(line)
        parts.setdefault(entry["queue_name"], []).append(float(entry["arrival_time"]))
    for name, times in parts.items():
        yield Figure("danhba_queue_messages", len(times), {"queue": name})
        yield Figure("danhba_queue_oldest_seconds", max(0.0, now - min(times, default=now)), {"queue": name})


def certificate(path: str) -> Iterator[Figure]:
    """Yield the end of a file's first certificate."""
    said = ask("openssl", "x509", "-in", path, "-noout", "-enddate", "-dateopt", "iso_8601")
    try:
        end = datetime.strptime(said.strip(), "notAfter=%Y-%m-%d %H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise Silent(f"openssl: {said}") from error
    yield Figure("danhba_certificate_end_timestamp_seconds", end.timestamp())


def signatures(folder: str) -> Iterator[Figure]:
    """Yield the time of the newest virus database."""
    try:
        times = [
            path.stat().st_mtime for path in Path(folder).iterdir() if path.suffix in {".cvd", ".cld", ".ndb", ".hdb"}
        ]
    except OSError as error:
        raise Silent(str(error)) from error
    if not times:
        raise Silent(f"{folder}: không có mẫu virus -- there are no signatures")
    yield Figure("danhba_signatures_timestamp_seconds", max(times))


def bans() -> Iterator[Figure]:
    """Yield the number of addresses that fail2ban banned within an hour, from the journal."""
    said = ask("journalctl", "--unit=fail2ban", "--since=-1h", "--output=cat", "--quiet", "--no-pager")
    yield Figure("danhba_bans_last_hour", sum("] Ban " in line for line in said.splitlines()))
