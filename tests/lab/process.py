"""The processes that run a host: found in the process table, signalled without a race.

A host is a launcher (`unshare`), its one child, a shell that is the first process of a process namespace, and that
one's child, systemd-nspawn. When the launcher or the shell dies, the kernel kills everything in that namespace, and the
shell ends with systemd-nspawn unless the guest boots again: so a guest never outlives any of them.

No pid is kept in a file, so none can be out of date. A pid that is found is pinned by a pidfd before its command line
is read: what gets the signal is what was looked at, even if the pid is used again in between.
"""

import os
import select
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.lab.errors import LabError

NSPAWN = "systemd-nspawn"
PROC = Path("/proc")
POWER_OFF_SECONDS = 30.0
KILL_SECONDS = 60.0


@dataclass(frozen=True)
class Process:
    """A process that is pinned: ``descriptor`` is a pidfd, and stays true when the pid is used again."""

    pid: int
    descriptor: int

    def send(self, number: signal.Signals) -> None:
        """Signal it; nothing happens when it has ended."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.descriptor, number)

    def ended_within(self, seconds: float) -> bool:
        """Wait for its end, at most so long; whether it came."""
        poll = select.poll()
        poll.register(self.descriptor, select.POLLIN)
        return bool(poll.poll(seconds * 1000))


def directory_option(root: Path) -> str:
    """The option of systemd-nspawn that names a host's root, and by which the process is known again."""
    return f"--directory={root}"


@contextmanager
def launcher(root: Path) -> Iterator[Process | None]:
    """Find the launcher of the host with this root, pinned while in the context; None when the host does not run."""
    with ExitStack() as stack:
        found = _matching(root, stack)
        yield next((process for pid, process in found.items() if _parent(pid) not in found), None)


def runs(root: Path) -> bool:
    """Whether the host with this root runs."""
    with launcher(root) as process:
        return process is not None


def _matching(root: Path, stack: ExitStack) -> dict[int, Process]:
    """The host's processes on this side, by pid: the launcher first of all, then what it has become."""
    pinned = [process for pid in _pids() if _arguments(pid, root) and (process := _pin(pid, stack)) is not None]
    return {process.pid: process for process in pinned if _arguments(process.pid, root)}


def _pids() -> list[int]:
    return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()]


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the third, `state`, on (proc_pid_stat(5)); empty when the process has ended."""
    try:
        return (PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def _parent(pid: int) -> int | None:
    fields = _stat(pid)
    return int(fields[1]) if fields else None


def _arguments(pid: int, root: Path) -> list[str]:
    """The command line of a process that runs the host with this root, or is about to; empty for any other."""
    try:
        arguments = (PROC / str(pid) / "cmdline").read_text(errors="replace").split("\0")
    except OSError:
        return []
    return arguments if directory_option(root) in arguments and NSPAWN in arguments else []


def _pin(pid: int, stack: ExitStack) -> Process | None:
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return None
    stack.callback(os.close, descriptor)
    return Process(pid, descriptor)


def started(pid: int) -> float | None:
    """When a process started, in seconds since the epoch; None when it has ended."""
    fields = _stat(pid)
    if not fields:
        return None
    since_boot = int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return time.time() - time.clock_gettime(time.CLOCK_BOOTTIME) + since_boot


def stop(root: Path) -> None:
    """Power the host off, so that all it had to write is on disk: asked first, killed when it takes too long.

    Afterwards nothing of the host runs. Nothing happens when it does not run.

    Raises:
        LabError: a process survived SIGKILL.
    """
    with ExitStack() as stack:
        found = _matching(root, stack)
        for process in found.values():
            if _arguments(process.pid, root)[:1] == [NSPAWN]:
                process.send(signal.SIGTERM)
        if not _all_ended_within(found, POWER_OFF_SECONDS):
            _kill(found)


def kill(root: Path) -> None:
    """End a host whose files go: as `stop`, without asking, which takes the services of a mail server seconds."""
    with ExitStack() as stack:
        _kill(_matching(root, stack))


def _kill(found: Mapping[int, Process]) -> None:
    for process in found.values():
        process.send(signal.SIGKILL)
    if not _all_ended_within(found, KILL_SECONDS):
        pids = ",".join(str(pid) for pid in found)
        raise LabError(
            f"Tiến trình không dừng: {pids}. Hãy xem `ps -p {pids}` rồi thử lại.",
            f"Processes do not end: {pids}. Look at `ps -p {pids}`, then try again.",
        )


def _all_ended_within(processes: Mapping[int, Process], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    return all(process.ended_within(max(0.0, deadline - time.monotonic())) for process in processes.values())
