"""What Debian's updates would change on a host, what runs on what they replaced, whether it has to start anew.

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

# Of `apt-get --simulate`: what is there in square brackets, what comes in round ones.
_INSTALL = re.compile(r"Inst (?P<name>\S+) (?:\[(?P<before>[^\]]+)\] )?\((?P<after>\S+)")
# Of cgroups(7): sessions and what belongs to a user who has signed in are elsewhere.
_UNIT = re.compile(r"/system\.slice/(?:[^\n]*/)?([^/\n]+\.service)(?:/|$)", re.MULTILINE)
# Its own packages start it again where that is possible; all programs on the host hang on it.
_NEVER = frozenset({"dbus.service", "dbus-broker.service"})


@dataclass(frozen=True)
class Places:
    """Where a host has what is looked at."""

    processes: Path = Path("/proc")
    kernels: Path = Path("/boot")
    wanted: Path = Path("/run/reboot-required")


def pending() -> tuple[list[dict[str, str]], list[str]]:
    """The packages that an upgrade without removals changes, with both versions; and those that it leaves as they are.

    `before` is empty where a package is new, as that of another kernel.
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
    """The packages that are there, with their versions; also one whose installation stopped half way (postinst)."""
    said = _run(["dpkg-query", "--show", "--showformat=${db:Status-Status} ${binary:Package} ${Version}\n"])
    rows = (line.split(" ") for line in said.splitlines())
    return {name: version for status, name, version in rows if status not in {"not-installed", "config-files"}}


def outdated(processes: Path) -> list[str]:
    """The services with a process that has mapped, to run it, a file of the system that is no longer there."""
    found = set()
    for maps in processes.glob("[0-9]*/maps"):
        try:
            if any(map(_is_gone, maps.read_text(encoding="utf-8", errors="replace").splitlines())):
                found |= set(_UNIT.findall(maps.with_name("cgroup").read_text(encoding="utf-8")))
        except OSError:  # it has ended meanwhile
            continue
    return sorted(found - _NEVER)


def _is_gone(line: str) -> bool:
    """Of a line of proc_pid_maps(5): is it of a program or a library that was replaced?"""
    fields = line.split(None, 5)
    return len(fields) == 6 and "x" in fields[1] and fields[5].startswith("/usr/") and fields[5].endswith(" (deleted)")


def reboot(places: Places, running: str) -> str:
    """Why the host has to start anew: a package says so, or a newer kernel is there; nothing where it has not."""
    if places.wanted.exists():
        return "reboot-required"
    there = [path.name.removeprefix("vmlinuz-") for path in places.kernels.glob("vmlinuz-*")]
    newest = max(there, key=_in_order, default=running)
    return newest if running in there and newest != running else ""


def _in_order(version: str) -> list[tuple[int, str]]:
    """Numbers by their size, in front of words."""
    return [(int(part), "") if part.isdigit() else (1 << 62, part) for part in re.findall(r"\d+|[^\d]+", version)]


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[dict[str, str]]:
    """The packages whose version differs, by their names; an empty version where one is not there."""
    names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    return [{"name": name, "before": before.get(name, ""), "after": after.get(name, "")} for name in names]


def look(places: Places, since: Mapping[str, str]) -> dict[str, Any]:
    """All of it, as the module answers; what has changed `since` there were these versions, where any are given.

    Raises:
        Failure: apt or dpkg cannot say.
    """
    try:
        come, kept = pending()
    except Failure:  # apt may be what an upgrade has broken; what that has changed is told nevertheless
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
