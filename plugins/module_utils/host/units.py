"""Find systemd units that do not run, or started before their files changed, and start, restart or reload them.

Times of files are compared with times of units, not "changed" results of Ansible tasks, so that a run after an
interrupted one still restarts what needs it. Runs on the mail host under Debian's Python, so it needs nothing but the
standard library.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..failure import Failure

# Properties read by `systemctl show`. A reload changes StateChangeTimestamp, but not ActiveEnterTimestamp.
_PROPERTIES = (
    "LoadState",
    "ActiveState",
    "UnitFileState",
    "NeedDaemonReload",
    "ActiveEnterTimestamp",
    "StateChangeTimestamp",
)


@dataclass(frozen=True)
class Unit:
    """The wanted state of a unit.

    It is restarted if one of `start_files` is newer than its start, and reloaded if one of `read_files` is newer than
    its start or last reload.
    """

    name: str
    enabled: bool
    running: bool
    start_files: Sequence[str]
    read_files: Sequence[str]


@dataclass(frozen=True)
class Found:
    """The actual state of a unit; `started` and `changed` are in nanoseconds since 1970, 0 for never."""

    exists: bool
    active: bool
    enabled: bool
    needs_daemon_reload: bool
    started: int
    changed: int


@dataclass(frozen=True)
class Outcome:
    """The actions to take. `idle` are units to enable or start: dicts with `name`, `enabled` and `running` (bools)."""

    changed: bool
    daemon_reload: bool
    idle: list[dict[str, Any]]
    restart: list[str]
    reload: list[str]


@dataclass(frozen=True)
class Check:
    """A command that must exit with 0 and print only lines that match the pattern `usual` at their beginning."""

    argv: Sequence[str]
    stdin: str
    usual: str


def examine(units: Sequence[Unit], *, dry_run: bool = False) -> Outcome:
    """Compare the wanted units with systemd; a dry run skips files and units that do not exist yet.

    Raises:
        Failure: a file does not exist, or systemctl fails.
    """
    found = dict(zip((unit.name for unit in units), ask([unit.name for unit in units]), strict=True))
    present = [unit for unit in units if found[unit.name].exists or not dry_run]
    idle = [lack for unit in present if (lack := _lack(unit, found[unit.name]))]
    # Inactive units are not restarted or reloaded: they read all files when they start.
    active = [unit for unit in present if found[unit.name].active]
    restart = [u.name for u in active if newest(u.start_files, dry_run=dry_run) > found[u.name].started]
    reload = [u.name for u in active if newest(u.read_files, dry_run=dry_run) > found[u.name].changed]
    daemon_reload = any(found[unit.name].needs_daemon_reload for unit in present)
    return Outcome(
        changed=bool(idle or restart or reload or daemon_reload),
        daemon_reload=daemon_reload,
        idle=idle,
        restart=restart,
        reload=[name for name in reload if name not in restart],
    )


def _lack(unit: Unit, found: Found) -> dict[str, Any] | None:
    """Return whether a unit has to be enabled or started, as an item of `Outcome.idle`; None if neither."""
    enabled, running = unit.enabled and not found.enabled, unit.running and not found.active
    return {"name": unit.name, "enabled": enabled, "running": running} if enabled or running else None


def bring_about(outcome: Outcome, check: Check | None) -> None:
    """Carry out the actions found by `examine`; run `check` before any unit is restarted or reloaded.

    Raises:
        Failure: a unit cannot be started, or the check fails. Earlier actions stay done; the next run continues.
    """
    if enable := [unit["name"] for unit in outcome.idle if unit["enabled"]]:
        _systemctl("enable", *enable)  # implies daemon-reload
    elif outcome.daemon_reload:
        _systemctl("daemon-reload")
    for unit in outcome.idle:
        if unit["running"]:
            _systemctl("start", unit["name"])
    if check and outcome.restart + outcome.reload:
        _let(check)
    # A socket unit cannot be restarted while its service runs. The service is started again by the following units.
    for name in outcome.restart:
        if name.endswith(".socket"):
            _systemctl("stop", name.removesuffix("socket") + "service")
    for verb, names in (("restart", outcome.restart), ("reload", outcome.reload)):
        for name in names:
            _systemctl(verb, name)


def _let(check: Check) -> None:
    """Run the check of the configuration files; raise Failure if it fails or prints unusual lines."""
    command = " ".join(check.argv)
    try:
        done = subprocess.run(
            check.argv, input=check.stdin, check=False, encoding="utf-8", errors="replace", capture_output=True
        )
    except OSError as error:
        raise Failure(f"Không chạy được {command}: {error}", f"{command} cannot be run: {error}") from error
    if done.returncode or [line for line in done.stdout.splitlines() if not re.match(check.usual, line)]:
        said = " ".join((done.stdout + done.stderr).split())
        raise Failure(
            f"{command} thấy tệp cấu hình có lỗi nên dịch vụ chưa đọc lại; sửa rồi chạy lại. {said}",
            f"{command} finds fault with the settings, so nothing has read them; mend them and run again. {said}",
        )


def _systemctl(verb: str, *names: str) -> str:
    """Run systemctl, and return its output; raise Failure if it fails."""
    try:
        # With this locale systemd prints times in English, which parse_time expects.
        done = subprocess.run(
            ["systemctl", verb, *names],
            check=True,
            encoding="utf-8",
            errors="replace",
            capture_output=True,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
    except (OSError, subprocess.CalledProcessError) as error:
        said = str(getattr(error, "stderr", "") or error).strip()
        what = " ".join(["systemctl", verb, *(name for name in names if not name.startswith("--"))])
        raise Failure(f"{what} không xong: {said}", f"{what} has failed: {said}") from error
    return done.stdout


def ask(names: Sequence[str]) -> list[Found]:
    """Return the actual state of units, in their order; raise Failure if systemctl fails."""
    said = _systemctl("show", "--timestamp=us+utc", "--property=" + ",".join(_PROPERTIES), "--", *names)
    return [_parse(dict(_pairs(block))) for block in said.strip().split("\n\n")]


def _pairs(block: str) -> Iterator[tuple[str, str]]:
    for line in block.splitlines():
        name, _equals, value = line.partition("=")
        yield name, value


def _parse(properties: Mapping[str, str]) -> Found:
    return Found(
        exists=properties["LoadState"] != "not-found",
        active=properties["ActiveState"] in {"active", "reloading"},
        enabled=properties["UnitFileState"] == "enabled",
        needs_daemon_reload=properties["NeedDaemonReload"] == "yes",
        started=parse_time(properties["ActiveEnterTimestamp"]),
        changed=parse_time(properties["StateChangeTimestamp"]),
    )


def parse_time(text: str) -> int:
    """Convert a time in systemd's format `--timestamp=us+utc` to nanoseconds since 1970; 0 for an empty text or n/a."""
    if text in {"", "n/a"}:
        return 0
    # Without the day of the week: "Wed 2026-11-25 17:36:52.123456 UTC".
    when = datetime.strptime(text.split(" ", 1)[1], "%Y-%m-%d %H:%M:%S.%f UTC").replace(tzinfo=UTC)
    since = when - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86400 + since.seconds) * 10**9 + since.microseconds * 1000


def newest(paths: Sequence[str], *, dry_run: bool = False) -> int:
    """Return the newest modification time of files, and of everything in folders, in nanoseconds since 1970.

    Returns 0 without any file. A symbolic link counts by its own time, not its target's. Raises Failure if a path does
    not exist, except in a dry run.
    """
    return max((_changed(path) for path in _walk(paths, dry_run=dry_run)), default=0)


def _walk(paths: Sequence[str], *, dry_run: bool) -> Iterator[Path]:
    for path in map(Path, paths):
        if path.exists() or path.is_symlink():
            yield path
            if path.is_dir() and not path.is_symlink():
                yield from path.rglob("*")
        elif not dry_run:
            raise Failure(
                f"Thiếu {path}: chạy lại playbooks/site.yml.", f"{path} is missing: run playbooks/site.yml again."
            )


def _changed(path: Path) -> int:
    try:
        return path.lstat().st_mtime_ns
    except FileNotFoundError:  # deleted after its folder was listed
        return 0


def as_result(outcome: Outcome) -> dict[str, Any]:
    """Return the module's result: the outcome, and the names of all units that something was done to."""
    names = [*(unit["name"] for unit in outcome.idle), *outcome.restart, *outcome.reload]
    return asdict(outcome) | {"names": names}
