"""The lock that allows one playbook at a time on a controller; it lasts until `ansible-playbook` ends, however it ends.

It is the file that the controller's timers lock by flock(1) around the playbook.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from ..module_utils.failure import Failure

# A playbook that has just ended releases the lock within moments.
TRIES, PAUSE = 30, 0.1
# Fields of /proc/PID/stat after the name: the parent, and the start of the process in kernel ticks.
_PARENT, _SINCE = 1, 19
_COMMAND = "ansible-playbook"
_NAME_LENGTH = 15  # the kernel cuts a process's name to this length


class Process(NamedTuple):
    """A process above this one."""

    pid: int
    name: str
    words: Sequence[str]
    since: str


def take(path: Path) -> bool:
    """Take the lock for the running playbook; return whether it was not its own already.

    Raises:
        Failure: another playbook has it, the file cannot be locked, or no process above this one is a playbook.
    """
    above = list(_above(os.getpid()))
    try:
        _make(path.parent)
        if path.exists() and any(process.name == "flock" and _locks(process, path) for process in above):
            return False
        playbooks = [process for process in above if _plays(process)]
        if not playbooks:
            raise _not_taken(
                path,
                "không thấy ansible-playbook trên tiến trình này: chạy bằng lệnh ấy, hoặc thêm -e alone=false",
                "no ansible-playbook is above this process: run it by that command, or add -e alone=false",
            )
        with open(path, "a+", encoding="utf-8", errors="replace", opener=_private) as file:
            return _taken(path, file, playbooks[-1])
    except OSError as error:
        raise _not_taken(path, str(error), str(error)) from error


def _make(folder: Path) -> None:
    """Create a folder and its missing parents, for the owner alone."""
    if not folder.parent.exists():
        _make(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _taken(path: Path, file: IO[str], playbook: Process) -> bool:
    own = f"{playbook.pid} {playbook.since}"
    for left in range(TRIES, -1, -1):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            if file.read() == own:
                return False
            if not left:
                raise _held(path) from None
            time.sleep(PAUSE)
        else:
            break
    file.truncate(0)
    file.write(own)
    file.flush()
    _keep(file, playbook.pid)
    return True


def _keep(file: IO[str], pid: int) -> None:
    """Let tail(1) hold the lock until the playbook ends, so that nothing has to release it."""
    subprocess.Popen(
        ["tail", f"--pid={pid}", "--follow", "/dev/null"],
        pass_fds=[file.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _above(pid: int) -> Iterator[Process]:
    """Yield a process and its ancestors, as far as this user sees them (proc_pid_stat(5))."""
    while pid > 1:
        try:
            name, rest = Path(f"/proc/{pid}/stat").read_text(errors="replace").split("(", 1)[1].rsplit(")", 1)
            words = Path(f"/proc/{pid}/cmdline").read_text(errors="replace").split("\0")
        except OSError:
            return
        fields = rest.split()
        yield Process(pid, name, words, fields[_SINCE])
        pid = int(fields[_PARENT])


def _locks(process: Process, path: Path) -> bool:
    """Say whether a process names the file on its command line, in any spelling."""
    # A word may be any text, too long for a name or in an unreadable folder: os.path returns False for all these.
    return any(os.path.exists(word) and path.samefile(word) for word in process.words)  # noqa: PTH110


def _plays(process: Process) -> bool:
    return (
        process.name.startswith(_COMMAND[:_NAME_LENGTH])
        or any(word.endswith(f"/{_COMMAND}") for word in process.words[:2])
        or process.words[1:4] == ["-m", "ansible", "playbook"]
    )


def _held(path: Path) -> Failure:
    return Failure(
        f"Một playbook khác hoặc một lần chạy theo giờ của máy điều khiển đang giữ khóa {path}: chờ nó xong rồi chạy "
        f'lại, hoặc xếp hàng chờ bằng "flock {path} ansible-playbook …". Chưa có gì thay đổi.',
        "Another playbook or a timer of the controller holds that lock: wait for its end, then run this again, or wait "
        "in line by that command. Nothing was changed.",
    )


def _not_taken(path: Path, vi: str, en: str) -> Failure:
    return Failure(
        f"Không lấy được khóa {path}; chưa có gì thay đổi: {vi}.",
        f"That lock could not be taken; nothing was changed: {en}.",
    )
