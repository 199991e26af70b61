"""How long a command takes, and how much memory it needs: all its processes together, and others by their names."""

from __future__ import annotations

import re
import resource
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path

INTERVAL = 0.05  # seconds between two looks at the process table
PROC = Path("/proc")


@dataclass(frozen=True)
class Measured:
    """Seconds of the clock, and of all processors; MiB at the highest of all processes of the command together, what
    they share counted once; the peak in MiB of the largest process for each pattern of its NUL-ended words.
    """

    seconds: float
    processor: float
    peak: float
    memory: Mapping[str, float]
    output: str


@dataclass
class _Watch:
    """Looks at a process and those that it starts, and at all whose command line has a marker: a test host's are in
    the same table.
    """

    process: int
    markers: Sequence[str]
    peak: float = 0.0
    peaks: dict[str, float] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self._stop.wait(INTERVAL):
            self.peak = max(self.peak, sum(_share(process) for process in _family(self.process)) / 1024)
            for process in PROC.glob("[0-9]*") if self.markers else ():
                self._look(process)

    def stop(self) -> None:
        self._stop.set()

    def _look(self, process: Path) -> None:
        try:
            command = (process / "cmdline").read_bytes().decode(errors="replace")
            for marker in self.markers:
                if re.search(marker, command):
                    peak = _kib((process / "status").read_text(), "VmHWM:") / 1024
                    self.peaks[marker] = max(self.peaks.get(marker, 0.0), peak)
        except (OSError, IndexError, ValueError):
            return  # it has just ended


def _family(process: int) -> Iterator[int]:
    """A process and all below it."""
    yield process
    try:
        children = (PROC / str(process) / "task" / str(process) / "children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from _family(int(child))


def _share(process: int) -> int:
    """KiB of a process, of what it shares with others only its part (proc(5), smaps_rollup: Pss)."""
    try:
        return _kib((PROC / str(process) / "smaps_rollup").read_text(), "Pss:")
    except (OSError, IndexError, ValueError):
        return 0  # it has just ended


def _processor() -> float:
    """Seconds that the processes which have ended so far took of the processors, their own children's among them."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _kib(text: str, key: str) -> int:
    return int(text.partition(key)[2].split()[0])


def measure(
    command: Sequence[str], *, cwd: Path, env: Mapping[str, str], markers: Sequence[str] = (), status: int = 0
) -> Measured:
    """Run a command to its end, which must be of that status.

    What it puts out goes to a file: a hundred megabytes through a pipe would have it wait for who reads them.
    """
    started, used = time.monotonic(), _processor()
    with (
        tempfile.TemporaryFile() as put_out,
        subprocess.Popen(command, cwd=cwd, env=env, stdout=put_out, stderr=subprocess.STDOUT) as running,
    ):
        watch = _Watch(running.pid, markers)
        thread = threading.Thread(target=watch.run)
        thread.start()
        try:
            running.wait()
        finally:
            seconds = time.monotonic() - started
            watch.stop()
            thread.join()
        put_out.seek(0)
        output = put_out.read().decode()
    if running.returncode != status:
        raise RuntimeError(f"{command[0]} ended with {running.returncode}:\n{output[-3000:]}")
    return Measured(seconds, _processor() - used, watch.peak, watch.peaks, output)


def median(runs: Sequence[Measured]) -> Measured:
    """The one that took the middle of the times: a moment in which a machine is busy says nothing of a command."""
    return sorted(runs, key=attrgetter("seconds"))[len(runs) // 2]


def percentile(times: Sequence[float], percent: int) -> float:
    """The time that so many percent of them did not take."""
    if len(times) < 2:
        return max(times, default=float("inf"))
    return statistics.quantiles(times, n=100, method="inclusive")[percent - 1]
