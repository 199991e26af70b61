"""The systemd-nspawn that runs a host: found in the process table, signalled without a race.

No pid is kept in a file, so none can be out of date. A pid that is found is pinned by a pidfd before its command line
is read: what gets the signal is what was looked at, even if the pid is used again in between.
"""

import os
import select
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.lab.errors import LabError

PROC = Path("/proc")
POWER_OFF_SECONDS = 30.0
KILL_SECONDS = 10.0


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
def supervisor(root: Path) -> Iterator[Process | None]:
    """The systemd-nspawn that runs the host with this root, pinned while in the context; None when it does not run."""
    with ExitStack() as stack:
        found = [process for pid in _pids() if _names(pid, root) and (process := _pin(pid, stack)) is not None]
        matching = {process.pid: process for process in found if _names(process.pid, root)}
        # While it starts, its children still carry its command line: it is the one whose parent does not.
        yield next((process for pid, process in matching.items() if _parent(pid) not in matching), None)


def runs(root: Path) -> bool:
    """Whether a systemd-nspawn runs the host with this root."""
    with supervisor(root) as process:
        return process is not None


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


def _names(pid: int, root: Path) -> bool:
    """Whether this is, or is about to become, the systemd-nspawn of that root."""
    try:
        arguments = (PROC / str(pid) / "cmdline").read_text(errors="replace").split("\0")
    except OSError:
        return False
    return directory_option(root) in arguments and "systemd-nspawn" in arguments


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


def stop(root: Path) -> bool:
    """Power the host off: asked first (SIGTERM to systemd-nspawn), by force when it takes too long.

    Returns whether there was anything to stop. Afterwards nothing of the host runs, so its files may go.

    Raises:
        LabError: a process survived SIGKILL.
    """
    with supervisor(root) as process, ExitStack() as stack:
        if process is None:
            return False
        guests = [guest for pid in _children(process.pid) if (guest := _pin(pid, stack)) is not None]
        process.send(signal.SIGTERM)
        if not process.ended_within(POWER_OFF_SECONDS):
            process.send(signal.SIGKILL)
        # The guest's first process follows its supervisor; it may need a moment to tear down what it held.
        for each in (process, *guests):
            if not each.ended_within(KILL_SECONDS):
                raise LabError(
                    f"Tiến trình {each.pid} không dừng. Hãy xem `ps -p {each.pid}` rồi thử lại.",
                    f"Process {each.pid} does not end. Look at `ps -p {each.pid}`, then try again.",
                )
    return True


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in (PROC / str(pid) / "task" / str(pid) / "children").read_text().split()]
    except OSError:
        return []
