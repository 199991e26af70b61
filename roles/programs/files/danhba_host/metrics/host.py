"""What this host says of itself: its services, Postfix's queue, the certificate, signatures of viruses, bans."""

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
    """A source of numbers does not answer; the others go on."""


def ask(*command: str) -> str:
    """What a command says.

    Raises:
        Silent: it is not there, fails or takes too long.
    """
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        raise Silent(f"{command[0]}: {getattr(error, 'stderr', '') or error}") from error
    return done.stdout


def services(names: Sequence[str]) -> Iterator[Figure]:
    """Whether each of the units runs."""
    if not names:
        return
    for name, state in zip(names, _shown("Id,ActiveState", *names), strict=True):
        yield Figure("danhba_service_up", state.get("ActiveState") in ACTIVE, {"service": name})


def _shown(properties: str, *units: str) -> list[dict[str, str]]:
    said = ask("systemctl", "show", f"--property={properties}", "--", *units)
    return [dict(line.split("=", 1) for line in part.splitlines()) for part in said.strip().split("\n\n")]


def failed(watched: Sequence[str]) -> Iterator[Figure]:
    """Each unit whose last run failed, but those that `services` tells of."""
    for line in ask("systemctl", "list-units", "--failed", "--plain", "--no-legend").splitlines():
        unit = line.split()[0]
        if unit not in watched:
            yield Figure("danhba_unit_failed", 1, {"service": unit})


def restarts() -> Iterator[Figure]:
    """How often systemd has started each service again that had failed.

    It counts those that ended well, too, where it starts them again whatever happens: of these the number says nothing.
    """
    for state in _shown("Id,Restart,NRestarts", "*.service"):
        if state.get("Restart", "no") not in ("no", "always", "on-success"):
            yield Figure("danhba_service_restarts", int(state["NRestarts"]), {"service": state["Id"]})


def queue(now: float) -> Iterator[Figure]:
    """How many messages wait in each part of Postfix's queue, and since when."""
    parts: dict[str, list[float]] = {"active": [], "deferred": [], "hold": [], "incoming": []}
    for line in ask("postqueue", "-j").splitlines():
        entry = json.loads(line)
        parts.setdefault(entry["queue_name"], []).append(float(entry["arrival_time"]))
    for name, times in parts.items():
        yield Figure("danhba_queue_messages", len(times), {"queue": name})
        yield Figure("danhba_queue_oldest_seconds", max(0.0, now - min(times, default=now)), {"queue": name})


def certificate(path: str) -> Iterator[Figure]:
    """When the first certificate of a file ends."""
    said = ask("openssl", "x509", "-in", path, "-noout", "-enddate", "-dateopt", "iso_8601")
    try:
        end = datetime.strptime(said.strip(), "notAfter=%Y-%m-%d %H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise Silent(f"openssl: {said}") from error
    yield Figure("danhba_certificate_end_timestamp_seconds", end.timestamp())


def signatures(folder: str) -> Iterator[Figure]:
    """When the newest database of viruses came."""
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
    """How many addresses fail2ban has banned within an hour, as it says in the journal."""
    said = ask("journalctl", "--unit=fail2ban", "--since=-1h", "--output=cat", "--quiet", "--no-pager")
    yield Figure("danhba_bans_last_hour", sum("] Ban " in line for line in said.splitlines()))
