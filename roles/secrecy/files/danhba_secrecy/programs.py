"""Programs of Debian that read what no library here reads: bounded in time, processor time, memory and output."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from .bounds import Unreadable
from .scan import Scan
from .verdict import Why

_PATH = "/usr/bin:/bin:/usr/local/bin"
# Without a path, so that it starts no other program for a kind that it does not know itself.
_SETTINGS = {"LC_ALL": "C.UTF-8", "PATH": ""}
_COMPLAINTS = 64 * 1024


class Said(NamedTuple):
    """What a program has put out, its exit status, and the beginning of its complaints."""

    octets: bytes
    status: int
    complaint: str


def run(scan: Scan, words: Sequence[str], octets: bytes) -> Said:
    """Run a program over octets, which it has as its standard input; nothing of them is in a file system."""
    scan.budget.time()
    program = shutil.which(words[0], path=_PATH)
    if program is None or not hasattr(os, "memfd_create"):
        raise Unreadable(Why.PROGRAM)
    # Files in memory: for what has to be read from its end, and so that no pipe of complaints fills while nobody reads.
    memory, complaints = os.memfd_create("content"), os.memfd_create("complaints")
    try:
        with os.fdopen(memory, "wb", closefd=False) as file:
            file.write(octets)
        os.lseek(memory, 0, os.SEEK_SET)
        found, status = _run(scan, [program, *words[1:]], memory, complaints)
        return Said(found, status, os.pread(complaints, 4000, 0).decode("utf-8", "replace"))
    finally:
        os.close(memory)
        os.close(complaints)


def _run(scan: Scan, words: Sequence[str], memory: int, complaints: int) -> tuple[bytes, int]:
    room = scan.budget.room()
    process = subprocess.Popen(
        words, stdin=memory, stdout=subprocess.PIPE, stderr=complaints, env=_SETTINGS, cwd="/", start_new_session=True
    )
    ended = threading.Event()
    late = threading.Timer(scan.bounds.waiting, _too_late, [process.pid, ended])
    with process:
        try:
            _limit(process.pid, scan)
            late.start()
            found = process.stdout.read(room + 1) if process.stdout else b""
            if len(found) > room:
                raise Unreadable(Why.LARGE)
            status = process.wait()
        finally:
            late.cancel()
            if process.returncode is None:
                _end(process.pid)
    if status < 0 and (ended.is_set() or status == -signal.SIGXCPU):
        raise Unreadable(Why.LONG)
    return found, status


def _too_late(pid: int, ended: threading.Event) -> None:
    ended.set()
    _end(pid)


def _end(pid: int) -> None:
    """End a program with all that it has started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _limit(pid: int, scan: Scan) -> None:
    """Bound a program that has just begun; what it could take before is less than a bound."""
    import resource

    seconds = max(1, int(scan.bounds.seconds))
    for limit, value in (
        (resource.RLIMIT_AS, scan.bounds.memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, _COMPLAINTS),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.prlimit(pid, limit, (value, value))
        except (ProcessLookupError, PermissionError, ValueError):  # it has ended, or is bounded lower already
            return
