"""Runs cases in a process that can be lost: it has little memory and time, and is replaced by a fork when it ends."""

from __future__ import annotations

import json
import os
import random
import resource
import select
import signal
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.case import Case

MIB = 1024**2


@dataclass(frozen=True)
class Limits:
    """What one case may use: seconds of the processor, and of the clock before it is ended; and address space in octets
    beyond what the process had that the worker is a fork of.
    """

    memory: int = 1024 * MIB
    seconds: float = 5.0
    per_mib: float = 5.0
    patience: float = 60.0

    def allowed(self, size: int) -> float:
        """Seconds of the processor for so many octets of input."""
        return self.seconds + self.per_mib * size / MIB


@dataclass
class Result:
    """What one run gave; `error` holds the traceback or what else is wrong, empty where nothing is.

    `memory` is the peak in octets beyond what the worker began with.
    """

    name: str
    how: str = ""
    findings: int = 0
    rules: list[str] = field(default_factory=list)
    refused: bool = False
    seconds: float = 0.0
    memory: int = 0
    error: str = ""


Make = Callable[[], Case]
Job = tuple[str, Make]


def seeded(target: Callable[[random.Random], Case], seed: str) -> Make:
    """The case that a target makes of a seed."""
    return lambda: target(random.Random(seed))


def run(job: Job, limits: Limits) -> Result:
    """One case, here and now."""
    name, make = job
    result = Result(name)
    started, resident = time.process_time(), _memory("VmRSS")
    try:
        case = make()
        result.how = case.how
        _forget_peak()
        started = time.process_time()
        with _at_most(limits.allowed(case.size())):
            outcome = case.run()
        result.findings, result.rules, result.refused = outcome.findings, sorted(outcome.rules), outcome.refused
    except BaseException:  # noqa: BLE001 - whatever it is, it is what we look for
        result.error = traceback.format_exc()
    result.seconds = time.process_time() - started
    result.memory = max(0, _memory("VmHWM") - resident)
    return result


class LateError(BaseException):
    """The time is up; no `except Exception` in between may keep this from us."""


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Interrupt what takes longer (of the processor, so that a busy machine changes nothing)."""

    def late(_signal: int, _frame: object) -> None:
        raise LateError(f"more than {seconds:.1f} s")

    before = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _forget_peak() -> None:
    """Let the kernel count the peak of resident memory anew (proc(5), clear_refs)."""
    Path("/proc/self/clear_refs").write_text("5")


def _memory(kind: str) -> int:
    """Of this process in octets: VmRSS now, VmHWM at its peak, VmSize its address space (proc(5), status)."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition(f"{kind}:")[2].split()[0]) * 1024


def run_all(jobs: Iterable[Job], limits: Limits) -> Iterator[Result]:
    """Each of the jobs in turn; one that takes its process with it is told as such, and the others go on."""
    waiting = list(jobs)
    while waiting:
        done = 0
        for result in _until_lost(waiting, limits):
            yield result
            done += 1
        waiting = waiting[done:]


def _until_lost(jobs: list[Job], limits: Limits) -> Iterator[Result]:
    """Results of a process for these jobs, up to the first that it does not survive."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _work(jobs, limits, writing)
    os.close(writing)
    done = 0
    try:
        with os.fdopen(reading, "rb") as lines:
            for line in _lines(lines.fileno(), limits.patience):
                done += 1
                yield Result(**json.loads(line))
    except TimeoutError:
        if done < len(jobs):  # else it has only not ended yet
            yield Result(jobs[done][0], error=f"still running after {limits.patience} s")
        done = len(jobs)
    finally:
        os.kill(child, signal.SIGKILL)
        _pid, status = os.waitpid(child, 0)
    if done < len(jobs):
        yield Result(jobs[done][0], error=f"the process ended: {os.waitstatus_to_exitcode(status)}")


def _lines(descriptor: int, patience: float) -> Iterator[bytes]:
    held = b""
    while True:
        if not select.select([descriptor], [], [], patience)[0]:
            raise TimeoutError
        if not (part := os.read(descriptor, 65536)):
            return
        *lines, held = (held + part).split(b"\n")
        yield from lines


def _work(jobs: list[Job], limits: Limits, writing: int) -> None:
    """In the child: all jobs, a line of JSON for each; it never returns."""
    status = 1
    try:
        most = _memory("VmSize") + limits.memory
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.dup2(os.open(os.devnull, os.O_RDWR), 0)
        for job in jobs:
            line = json.dumps(vars(run(job, limits))).encode() + b"\n"
            while line:
                line = line[os.write(writing, line) :]
        status = 0
    finally:
        os._exit(status)
