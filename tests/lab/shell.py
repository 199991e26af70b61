"""Running commands, waiting, locking: the few things every other module here needs."""

import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.lab.errors import LabError
from tests.lab.settings import TOOLS

_STARTED = time.monotonic()
_SHOWN_LINES = 15


def say(vi: str, en: str) -> None:
    """Report progress on standard error, with the seconds since the start."""
    print(f"[{time.monotonic() - _STARTED:6.1f} s] {vi} | {en}", file=sys.stderr, flush=True)


def run(argv: Sequence[str | Path], *, text: str | None = None) -> str:
    """Run a command with that text as its input, and return what it printed.

    Raises:
        LabError: it failed; the message ends with the last lines of its output.
    """
    command = [str(arg) for arg in argv]
    done = subprocess.run(command, input=text, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        shown = "\n".join(done.stdout.splitlines()[-_SHOWN_LINES:])
        name = " ".join(command[:3])
        raise LabError(
            f"Lệnh `{name} …` kết thúc với mã {done.returncode}:",
            f"The command `{name} …` ended with status {done.returncode}:\n{shown}",
        )
    return done.stdout


def succeeds(argv: Sequence[str | Path]) -> bool:
    """Whether a command ends with status 0; its output is dropped."""
    return subprocess.run([str(arg) for arg in argv], capture_output=True, check=False).returncode == 0


def wait_for(condition: Callable[[], bool], *, seconds: float, interval: float = 0.1) -> bool:
    """Ask until the answer is yes; False when it was not within that time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(interval)
    return True


@contextmanager
def locked(path: Path, vi: str, en: str) -> Iterator[None]:
    """Hold an exclusive lock on a file. The kernel frees it when this process ends, however it ends.

    ``vi`` and ``en`` tell who is waited for, in case somebody has to wait.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(vi, en)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def write(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a file as a whole or not at all: readers never see half of it.

    Nothing is flushed to the disk: what hosts of tests have is thrown away.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        os.fchmod(file.fileno(), mode)
    temporary.replace(path)


def require_root_and_tools() -> None:
    """Refuse to start where nothing could succeed.

    Raises:
        LabError: not root, or a package is missing (it is named).
    """
    if os.geteuid() != 0:
        raise LabError(
            "Máy thử cần quyền root. Hãy chạy lại bằng root (ví dụ `sudo -i`).",
            "Test hosts need root. Run this again as root (for example `sudo -i`).",
        )
    missing = sorted({package for tool, package in TOOLS.items() if not (shutil.which(tool) or Path(tool).is_file())})
    if missing:
        names = ", ".join(missing)
        raise LabError(
            f"Thiếu gói Debian: {names}. Hãy chạy `make setup`.",
            f"Debian packages are missing: {names}. Run `make setup`.",
        )
