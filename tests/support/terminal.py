"""A command at a terminal, as somebody types and reads."""

from __future__ import annotations

import os
import pty
import select
import signal
import sys
import time
from pathlib import Path

DANHBA = Path(sys.executable).with_name("danhba")
TERMINAL_SECONDS = 20.0  # on a loaded machine
TIMES_ASLEEP = 20


class Terminal:
    """A command at a terminal of its own."""

    def __init__(self, directory: Path, *arguments: str, language: str = "en") -> None:
        self.shown = ""
        self.pid, self.descriptor = pty.fork()
        if not self.pid:
            os.chdir(directory)
            # As a terminal's shell does; what a shell has started in the background, as these tests, ignores it.
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            environment = {**os.environ, "LANGUAGE": language, "TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8"}
            os.execve(DANHBA, [str(DANHBA), *arguments], environment)  # noqa: S606

    def until(self, text: str) -> str:
        """Read on until a text is shown; gives what was shown before it."""
        while text not in self.shown:
            assert self._read(), f"{text!r} is not in {self.shown!r}"
        before, _text, self.shown = self.shown.partition(text)
        return before

    def type(self, text: str) -> None:
        """Press the keys of a line, and Enter."""
        os.write(self.descriptor, f"{text}\n".encode())

    def press(self, keys: bytes) -> None:
        """Press keys once the command waits for them: an interrupt just before its read(2) would not end that.

        On a loaded machine it may sleep for a moment while it writes, so it has to be seen asleep for a while.
        """
        deadline, asleep = time.monotonic() + TERMINAL_SECONDS, 0
        while asleep < TIMES_ASLEEP:
            assert time.monotonic() < deadline, f"it does not wait for a key after {self.shown!r}"
            asleep = asleep + 1 if self._sleeps() else 0
            time.sleep(0.005)
        os.write(self.descriptor, keys)

    def end(self) -> tuple[int, str]:
        """The exit status, and what was shown at the end."""
        while self._read():
            pass
        _pid, status = os.waitpid(self.pid, 0)
        self.pid = 0
        return os.waitstatus_to_exitcode(status), self.shown

    def close(self) -> None:
        """End it, however far it has come."""
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.descriptor)

    def _sleeps(self) -> bool:
        """Whether the command sleeps (the state in proc_pid_stat(5)); its only thread does so at a question alone."""
        return Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2].startswith("S")

    def _read(self) -> bool:
        ready, _writable, _failed = select.select([self.descriptor], [], [], TERMINAL_SECONDS)
        assert ready, f"nothing more came after {self.shown!r}"
        try:
            data = os.read(self.descriptor, 65536)
        except OSError:  # Linux says so when the other side has closed
            return False
        self.shown += data.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(data)
