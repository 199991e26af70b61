"""What no service needs, tried on a host in the sandbox of each of the project's units: a program of that host's alone.

`python3 trespass.py PATTERN` makes a copy of each unit that matches, which runs this program and is otherwise the same
(user, groups, credentials, filters, mounts), and prints as JSON what came of each attempt there: by the unit, then by
the attempt, `""` where it was let, or what refused it: the name of an errno, or SIGSYS where the filter ended it. The
unit "open" has no sandbox, "addresses" nothing but a filter of addresses. Without a word it is what such a copy runs.
"""

from __future__ import annotations

import ctypes
import errno
import json
import mmap
import os
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

FOLDER = Path("/run/danhba-trespass")
UNITS = Path("/run/systemd/system")
# What has to be otherwise in a copy: what it runs, and what it waits for, has wait or starts.
_OTHERWISE = re.compile(
    r"^(?:Exec\w+|Type|Restart\w*|SuccessExitStatus|OnFailure|OOMPolicy|Requires|After|Wants|StartLimit\w+|LogLevelMax)=.*\n",
    re.MULTILINE,
)
# Without a sandbox; and where systemd looks at addresses alone, which it cannot in a container.
_OPEN = "[Unit]\n[Service]\nPrivateMounts=yes\n"
_ADDRESSES = f"{_OPEN}IPAddressDeny=any\n"
# System calls that the C library has no function for, by the machine.
_NUMBERS = {"x86_64": {"keyctl": 250, "bpf": 321, "module": 176}, "aarch64": {"keyctl": 219, "bpf": 280, "module": 106}}
_NEW_USER, _NO_RANDOM, _FIFO = 0x10000000, 0x0040000, 1
_NETLINK, _PACKET = 16, 17
_AWAY, _DISCARD, _SSH = "192.0.2.1", 9, 22


def _call(function: str, *given: object) -> None:
    """A function of the C library, or a system call by its number."""
    library = ctypes.CDLL(None, use_errno=True)
    number = _NUMBERS[platform.machine()].get(function)
    done = library.syscall(number, *given) if number else getattr(library, function)(*given)
    if done == -1:
        raise OSError(ctypes.get_errno(), function)


def _own_file(work: Callable[[str], None]) -> None:
    """Something done to a file of one's own, where everybody may have some; else in the folder of a store."""
    path = f"/tmp/{os.getpid()}"  # noqa: S108 - in the sandbox it is the unit's own
    Path(path).touch()
    try:
        work(path)
    finally:
        Path(path).unlink()


def _make(folder: str) -> None:
    path = Path(folder, f".trespass-{os.getpid()}")
    path.touch(exist_ok=False)
    path.unlink()


def _open(path: str, flags: int) -> None:
    os.close(os.open(path, flags | os.O_NOCTTY))


def _read(path: str) -> None:
    """Some of it: in place of a file that root is not to see, systemd puts an empty one."""
    with Path(path).open("rb") as file:
        if not file.read(1):
            raise OSError(errno.ENODATA, path)


def _list(path: str) -> None:
    os.scandir(path).close()


def _send_away() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.sendto(b"", (_AWAY, _DISCARD))


def _knock_here() -> None:
    socket.create_connection(("127.0.0.1", _SSH), 5).close()


# Where no service writes, but for what is its own there.
SYSTEM = (
    *("/etc", "/etc/systemd/system", "/usr/local/lib", "/boot", "/home", "/root", "/srv", "/srv/vmail", "/run"),
    *("/var/lib", "/var/log", "/var/spool"),
)
# What is nobody's but root's, beside what the folders of secrets have.
CLOSED = ("/etc/shadow", "/etc/ssh/ssh_host_ed25519_key")
ATTEMPTS: dict[str, Callable[[], object]] = {
    "mount": lambda: _call("mount", b"none", b"/mnt", b"tmpfs", 0, None),
    "unshare": lambda: _call("unshare", _NEW_USER),
    "ptrace": lambda: _call("ptrace", 0, 0, 0, 0),
    "keyctl": lambda: _call("keyctl", 0, -4, 0),
    "bpf": lambda: _call("bpf", 0, None, 0),
    "module": lambda: _call("module", b"danhba_none", 0),
    "clock": lambda: time.clock_settime(time.CLOCK_REALTIME, time.time()),
    "personality": lambda: _call("personality", _NO_RANDOM),
    "realtime": lambda: os.sched_setscheduler(0, _FIFO, os.sched_param(1)),
    "limits": lambda: os.setpriority(os.PRIO_PROCESS, 0, 19),
    "code": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC),
    "suid": lambda: _own_file(lambda path: Path(path).chmod(0o4755)),
    "chown": lambda: _own_file(lambda path: os.chown(path, os.getuid(), os.getgid())),
    "user": lambda: os.setresuid(os.getuid(), os.getuid(), os.getuid()),
    "signal": lambda: os.kill(1, 0),
    "packets": lambda: socket.socket(_PACKET, socket.SOCK_DGRAM),
    "netlink": lambda: socket.socket(_NETLINK, socket.SOCK_RAW),
    "here": _knock_here,
    "away": _send_away,
    **{f"write {path}": partial(_make, path) for path in SYSTEM},
    "write /proc/sys": lambda: _open("/proc/sys/net/ipv4/ip_forward", os.O_WRONLY),
    "device": lambda: _open("/dev/console", os.O_WRONLY),
    "processes": lambda: _read("/proc/1/stat"),
    "root's home": lambda: _read("/root/.ssh/authorized_keys"),
    "mail": lambda: _list("/srv/vmail"),
    "rows": lambda: _list("/var/lib/postgresql/17/main"),
}


def attempt(work: Callable[[], object]) -> str:
    """What refuses it, in a process of its own, for a filter ends the one that asks; empty where nothing does."""
    child = os.fork()
    if not child:
        try:
            work()
        except OSError as error:
            os._exit(error.errno or 255)
        except BaseException:  # noqa: BLE001 - of whatever kind, it says nothing of what was asked
            os._exit(255)
        os._exit(0)
    ended = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(ended):
        return signal.Signals(os.WTERMSIG(ended)).name
    status = os.WEXITSTATUS(ended)
    return errno.errorcode.get(status, f"status {status}") if status else ""


def reading(paths: Iterable[str]) -> dict[str, Callable[[], object]]:
    """An attempt to read each of these files."""
    return {f"read {path}": partial(_read, path) for path in paths}


def secrets() -> list[str]:
    """The secrets of all on this host: whatever file below these folders is not everybody's."""
    folders = ("/etc/danhba", "/etc/ssl/mail", "/etc/roundcube", "/var/lib/danhba-dkim", "/etc/prometheus")
    found = [path for folder in folders for path in sorted(Path(folder).rglob("*")) if path.is_file()]
    return [str(path) for path in found if not path.stat().st_mode & 0o004 and path.stat().st_size]


def copy(text: str) -> str:
    """A unit that runs this program, and is otherwise the same."""
    kept = _OTHERWISE.sub("", re.sub(r"\\\n\s*", " ", text)).partition("[Install]")[0]
    return f"{kept}\n[Service]\nType=oneshot\nExecStart=/usr/bin/python3 {FOLDER}/trespass.py\n"


def try_all(pattern: str) -> dict[str, dict[str, str]]:
    """Each unit's attempts; they run side by side."""
    texts = {path.stem: path.read_text() for path in Path("/etc/systemd/system").glob(pattern)} | {
        "open": _OPEN,
        "addresses": _ADDRESSES,
    }
    names = {unit: f"trespass-{unit.replace('@', '')}.service" for unit in texts}
    # Which secrets there are, root says; those in a sandbox ask for each.
    (FOLDER / "secrets.json").write_text(json.dumps(secrets()))
    shutil.copy(__file__, FOLDER / "trespass.py")
    for unit, name in names.items():
        output = f"StandardOutput=truncate:{FOLDER}/{name}.json\n"
        (UNITS / name).write_text(copy(texts[unit]) + output)
    try:
        subprocess.run(["systemctl", "daemon-reload"], check=True)
        subprocess.run(["systemctl", "start", *names.values()], check=True)
        return {unit: json.loads((FOLDER / f"{name}.json").read_text()) for unit, name in names.items()}
    finally:
        for name in names.values():
            (UNITS / name).unlink()
        subprocess.run(["systemctl", "daemon-reload"], check=True)


def main() -> None:
    """Either side."""
    if len(sys.argv) > 1:
        FOLDER.chmod(0o755)
        print(json.dumps(try_all(sys.argv[1])))
        return
    there = json.loads((FOLDER / "secrets.json").read_text())
    print(json.dumps({name: attempt(work) for name, work in (ATTEMPTS | reading([*CLOSED, *there])).items()}))


if __name__ == "__main__":
    main()
