"""How long a command takes, and how much memory its largest process needs."""

from __future__ import annotations

import re
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

INTERVAL = 0.05  # seconds between two looks at the process table


@dataclass(frozen=True)
class Measured:
    """Wall-clock seconds; the peak memory in MiB of the largest process for each pattern of its NUL-ended words."""

    seconds: float
    memory: Mapping[str, float]
    output: str


@dataclass
class _Watch:
    """Reads VmHWM, the peak that the kernel keeps for each process; test hosts' processes are in the same table."""

    markers: Sequence[str]
    peaks: dict[str, float] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        while not self._stop.wait(INTERVAL):
            for process in Path("/proc").glob("[0-9]*"):
                self._look(process)

    def stop(self) -> None:
        self._stop.set()

    def _look(self, process: Path) -> None:
        try:
            command = (process / "cmdline").read_bytes().decode(errors="replace")
            for marker in self.markers:
                if re.search(marker, command):
                    status = (process / "status").read_text()
                    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
                    self.peaks[marker] = max(self.peaks.get(marker, 0.0), peak)
        except (OSError, IndexError, ValueError):
            return  # it has just ended


def measure(command: Sequence[str], *, cwd: Path, env: Mapping[str, str], markers: Sequence[str] = ()) -> Measured:
    """Run a command to its end; it must succeed."""
    watch = _Watch(markers)
    thread = threading.Thread(target=watch.run)
    thread.start()
    started = time.monotonic()
    try:
        done = subprocess.run(
            command, cwd=cwd, env=env, text=True, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
    finally:
        seconds = time.monotonic() - started
        watch.stop()
        thread.join()
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed:\n{done.stdout[-3000:]}")
    return Measured(seconds, watch.peaks, done.stdout)
