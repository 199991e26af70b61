"""Units of systemd that do not run, or have not read their files yet: by the clock; and how that is made good.

By the clock and not by what a run of Ansible changed, so that a run that was cut short is made good by the next.
Runs on the mail host under Debian's Python, so it needs nothing but the standard library.
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

# What `systemctl show` is asked for. A reload moves StateChangeTimestamp and leaves ActiveEnterTimestamp alone.
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
    """A unit as it should be: `start_files` count since its start, `read_files` since its start or its last reload."""

    name: str
    enabled: bool
    running: bool
    start_files: Sequence[str]
    read_files: Sequence[str]


@dataclass(frozen=True)
class Found:
    """A unit as systemd has it; times in nanoseconds since 1970, 0 for never."""

    exists: bool
    active: bool
    enabled: bool
    needs_daemon_reload: bool
    started: int
    changed: int


@dataclass(frozen=True)
class Outcome:
    """What has to be done: `idle` has the name of each unit to be enabled or started, and which of the two."""

    changed: bool
    daemon_reload: bool
    idle: list[dict[str, Any]]
    restart: list[str]
    reload: list[str]


@dataclass(frozen=True)
class Check:
    """A command that has to end well, and say nothing but lines that begin as the pattern `usual`."""

    argv: Sequence[str]
    stdin: str
    usual: str


def examine(units: Sequence[Unit], *, dry_run: bool = False) -> Outcome:
    """Compare units with what systemd says; a dry run passes over files and units that are not there yet.

    Raises:
        Failure: a file is not there, or systemd does not answer.
    """
    found = dict(zip((unit.name for unit in units), ask([unit.name for unit in units]), strict=True))
    present = [unit for unit in units if found[unit.name].exists or not dry_run]
    idle = [lack for unit in present if (lack := _lack(unit, found[unit.name]))]
    # What is not active has read nothing, and reads all when it starts.
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
    """What a unit lacks of being enabled and running."""
    enabled, running = unit.enabled and not found.enabled, unit.running and not found.active
    return {"name": unit.name, "enabled": enabled, "running": running} if enabled or running else None


def bring_about(outcome: Outcome, check: Check | None) -> None:
    """Do what `examine` has found; `check` is asked before anything that runs is started again or reloaded.

    Raises:
        Failure: a unit cannot be started, or the check finds fault; what was done before stays done, and the next run
            goes on from there.
    """
    if enable := [unit["name"] for unit in outcome.idle if unit["enabled"]]:
        _systemctl("enable", *enable)  # has systemd read all files of units again, too
    elif outcome.daemon_reload:
        _systemctl("daemon-reload")
    for unit in outcome.idle:
        if unit["running"]:
            _systemctl("start", unit["name"])
    if check and outcome.restart + outcome.reload:
        _let(check)
    # A socket cannot be started again while its service runs; the service is among the units that follow.
    for name in outcome.restart:
        if name.endswith(".socket"):
            _systemctl("stop", name.removesuffix("socket") + "service")
    for verb, names in (("restart", outcome.restart), ("reload", outcome.reload)):
        for name in names:
            _systemctl(verb, name)


def _let(check: Check) -> None:
    """Ask the command whether what is going to be read is right."""
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
    """What systemctl says; Failure where it does not do it."""
    try:
        # The names of days and months in systemd's times are those of the locale C.
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
    """What systemd says of units, in their order; Failure where it does not answer."""
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
    """Nanoseconds since 1970 of a time as `--timestamp=us+utc` has it; 0 for the empty text and n/a."""
    if text in {"", "n/a"}:
        return 0
    # Without the day of the week: "Wed 2026-11-25 17:36:52.123456 UTC".
    when = datetime.strptime(text.split(" ", 1)[1], "%Y-%m-%d %H:%M:%S.%f UTC").replace(tzinfo=UTC)
    since = when - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86400 + since.seconds) * 10**9 + since.microseconds * 1000


def newest(paths: Sequence[str], *, dry_run: bool = False) -> int:
    """When the newest of files, or of all that is in folders, was changed: nanoseconds since 1970, 0 without any.

    A link counts by its own time, as find(1) has it. Failure where a path is not there, unless the run is dry.
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
    except FileNotFoundError:  # removed since its folder was read
        return 0


def as_result(outcome: Outcome) -> dict[str, Any]:
    """The result of the module."""
    names = [*(unit["name"] for unit in outcome.idle), *outcome.restart, *outcome.reload]
    return asdict(outcome) | {"names": names}
