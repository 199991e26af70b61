"""What a test host's services need meanwhile: processor seconds by process, and memory.

Nothing is taken from control groups: this machine's may be of either version, and the host sees only its own.
"""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.lab import Host

# It runs on the host until its input ends. What a process has used is its own (utime, stime) and that of children which
# it has waited for (cutime, cstime; proc_pid_stat(5)): over all that live, this is what a service has used in all, also
# by processes that lived for a moment. By name they are known as they were at the last look.
_WATCH = r"""
import collections, glob, json, os, re, select, sys

TICK = os.sysconf("SC_CLK_TCK")
units, first, last = {}, {}, {}

def unit(pid):
    found = re.findall(r"/([^/\n]+)[.](?:service|scope)\b", open(f"/proc/{pid}/cgroup").read())
    return found[-1] if found else "-"

def look():
    whole = collections.Counter()
    for path in glob.glob("/proc/[0-9]*"):
        pid = path[6:]
        if int(pid) == os.getpid():
            continue
        try:
            name, _, rest = open(f"{path}/stat").read().partition("(")[2].rpartition(")")
            fields = rest.split()
            key = pid, fields[19]
            if key not in units:
                units[key] = unit(pid)
        except (OSError, IndexError):
            continue  # it has just ended
        own, children = (int(fields[n]) + int(fields[n + 1]) for n in (11, 13))
        whole[units[key]] += (own + children) / TICK
        last[key] = units[key], name, own / TICK
    return whole

def memory():
    found = collections.Counter()
    for path in glob.glob("/proc/[0-9]*"):
        try:
            share = re.search(r"^Pss: +(\d+)", open(f"{path}/smaps_rollup").read(), re.M)
            found[unit(path[6:])] += int(share[1]) / 1024
        except (OSError, TypeError):
            pass  # it has just ended, or is the kernel's
    return found

before = look()
first = dict(last)
print("ready", flush=True)
while not select.select([sys.stdin], [], [], 1)[0]:
    look()
after = look()
processes = collections.Counter()
for key, (group, name, used) in last.items():
    processes[group, name] += used - (first[key][2] if key in first else 0)
print(json.dumps({
    "services": {group: used - before[group] for group, used in after.items()},
    "processes": [[group, name, used] for (group, name), used in processes.items()],
    "memory": memory(),
}))
"""
ELSE = "(đã kết thúc / ended)"  # what no process had at any look


@dataclass
class Usage:
    """Processor seconds by service and name of process, and MiB by service at the end, as what several share is
    counted once.
    """

    processor: dict[tuple[str, str], float] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """Of all processes."""
        return sum(self.processor.values())


@contextmanager
def watched(host: Host) -> Iterator[Usage]:
    """Fill in, at the end, what was used meanwhile; the watching itself is not counted."""
    usage = Usage()
    command = host.ssh(f"exec python3 -c {shlex.quote(_WATCH)}")
    with subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        if process.stdout.readline() != "ready\n":
            raise RuntimeError("nothing can be watched on the host")
        yield usage
        process.stdin.close()
        fill(usage, json.loads(process.stdout.read()))


def fill(usage: Usage, said: Mapping[str, Any]) -> None:
    """Take over what the host has said."""
    named: dict[str, float] = {}
    for service, name, seconds in said["processes"]:
        if not service.startswith("session-"):
            usage.processor[service, name] = seconds
            named[service] = named.get(service, 0.0) + seconds
    for service, seconds in said["services"].items():
        if service in named and seconds > named[service]:
            usage.processor[service, ELSE] = seconds - named[service]
    usage.memory.update((name, size) for name, size in said["memory"].items() if not name.startswith("session-"))
