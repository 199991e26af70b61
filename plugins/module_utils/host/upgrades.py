"""Find pending Debian updates on a host, services that still run replaced files, and whether a reboot is needed.

Runs on the host under Debian's Python, so it needs nothing but the standard library.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..failure import Failure

# A line of `apt-get --simulate`: the installed version in square brackets, the new one in parentheses.
_INSTALL = re.compile(r"Inst (?P<name>\S+) (?:\[(?P<before>[^\]]+)\] )?\((?P<after>\S+)")
# The service in a line of /proc/PID/cgroup (cgroups(7)). Login sessions and users' own services are in other slices.
_UNIT = re.compile(r"/system\.slice/(?:[^\n]*/)?([^/\n]+\.service)(?:/|$)", re.MULTILINE)
# Services never reported: all programs of the host depend on the message bus; its packages restart it where they can.
_NEVER = frozenset({"dbus.service", "dbus-broker.service"})


@dataclass(frozen=True)
class Places:
    """Paths that are read on a host: processes, kernels, and the mark of packages that ask for a reboot."""

    processes: Path = Path("/proc")
    kernels: Path = Path("/boot")
    wanted: Path = Path("/run/reboot-required")


def pending() -> tuple[list[dict[str, str]], list[str]]:
    """Return the packages that an upgrade without removals would change, and the names of those that it keeps back.

    Each changed package has `name`, `before` and `after`; `before` is empty for a new package, such as a new kernel.
    """
    simulate = ["apt-get", "--simulate", "--quiet", "--option=Debug::NoLocking=true"]
    come = list(_installs(_run([*simulate, "upgrade", "--with-new-pkgs"])))
    every = {each["name"] for each in _installs(_run([*simulate, "dist-upgrade"]))}
    return come, sorted(every - {each["name"] for each in come})


def _installs(said: str) -> Iterator[dict[str, str]]:
    for line in said.splitlines():
        if match := _INSTALL.match(line):
            yield {name: match[name] or "" for name in ("name", "before", "after")}


def installed() -> dict[str, str]:
    """Return the version of each installed package, including packages whose installation stopped half way."""
    said = _run(["dpkg-query", "--show", "--showformat=${db:Status-Status} ${binary:Package} ${Version}\n"])
    rows = (line.split(" ") for line in said.splitlines())
    return {name: version for status, name, version in rows if status not in {"not-installed", "config-files"}}


def outdated(processes: Path) -> list[str]:
    """Return the services with a process that has mapped an executable file below /usr which was deleted since."""
    found = set()
    for maps in processes.glob("[0-9]*/maps"):
        try:
            if any(map(_is_gone, maps.read_text(encoding="utf-8", errors="replace").splitlines())):
                found |= set(_UNIT.findall(maps.with_name("cgroup").read_text(encoding="utf-8")))
        except OSError:  # the process ended meanwhile
            continue
    return sorted(found - _NEVER)


def _is_gone(line: str) -> bool:
    """Return whether a line of proc_pid_maps(5) is about a program or library that was replaced."""
    fields = line.split(None, 5)
    return len(fields) == 6 and "x" in fields[1] and fields[5].startswith("/usr/") and fields[5].endswith(" (deleted)")


def reboot(places: Places, running: str) -> str:
    """Return why a reboot is needed: `reboot-required` (a package asks) or the newer kernel's version; empty if not."""
    if places.wanted.exists():
        return "reboot-required"
    there = [path.name.removeprefix("vmlinuz-") for path in places.kernels.glob("vmlinuz-*")]
    newest = max(there, key=_in_order, default=running)
    return newest if running in there and newest != running else ""


def _in_order(version: str) -> list[tuple[int, str]]:
    """Return a sort key for kernel versions: numbers by their value, before words."""
    return [(int(part), "") if part.isdigit() else (1 << 62, part) for part in re.findall(r"\d+|[^\d]+", version)]


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the packages whose versions differ, sorted by name; an empty version for a package not installed."""
    names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    return [{"name": name, "before": before.get(name, ""), "after": after.get(name, "")} for name in names]


def look(places: Places, since: Mapping[str, str]) -> dict[str, Any]:
    """Return the result of laocai.mail.upgradable; `changes` compares with the versions in `since`, if any are given.

    Raises:
        Failure: apt-get or dpkg-query fails.
    """
    try:
        come, kept = pending()
    except Failure:  # an upgrade may have broken apt itself; still report what the upgrade changed
        if not since:
            raise
        come, kept = [], []
    there = installed()
    return {
        "pending": come,
        "kept": kept,
        "installed": there,
        "changes": changes(since, there) if since else [],
        "outdated": outdated(places.processes),
        "reboot": reboot(places, os.uname().release),
    }


def _run(command: list[str]) -> str:
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(command, env=environment, text=True, capture_output=True, check=False)
    except OSError as error:
        raise Failure(f"Không chạy được {command[0]}: {error}.", f"{command[0]} cannot be run: {error}.") from error
    if done.returncode:
        said = " ".join((done.stderr or done.stdout).split())[-600:]
        raise Failure(
            f"{command[0]} không trả lời được: {said}. Chạy 'dpkg --configure -a' và 'apt-get --fix-broken install'"
            " trên máy.",
            f"{command[0]} cannot answer: {said}. Run 'dpkg --configure -a' and 'apt-get --fix-broken install' there.",
        )
    return done.stdout
