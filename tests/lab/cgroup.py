"""A control group for each host, with or without a systemd on this machine.

Without one, every systemd-nspawn would put its guest into the same group below the caller's, and the guests' systemds,
each taking that group for its own, would stop each other's services.
"""

import os
from pathlib import Path

from tests.lab.shell import wait_for

_SYSTEMD_RUNS = Path("/run/systemd/system").exists()
# Of these, the hierarchies that systemd-nspawn gives to a guest: one, or two where version 1 is still in use.
_HIERARCHIES = (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified"), Path("/sys/fs/cgroup/systemd"))
_EMPTY_SECONDS = 30.0


class ControlGroup:
    """The control group of one host: a scope where systemd runs, else a directory of our own in each hierarchy."""

    def __init__(self, name: str) -> None:
        self._name = name
        used = [] if _SYSTEMD_RUNS else [path for path in _HIERARCHIES if (path / "cgroup.procs").exists()]
        self._directories = [path / name for path in used]

    @property
    def wrapper(self) -> list[str]:
        """The words before a command that systemd is to run in this group."""
        if not _SYSTEMD_RUNS:
            return []
        return ["systemd-run", "--scope", "--quiet", "--collect", f"--unit={self._name}", "--property=Delegate=yes"]

    def create(self) -> list[Path]:
        """Make what systemd does not make; return the files that a process writes its pid to in order to join."""
        for directory in self._directories:
            directory.mkdir(exist_ok=True)
        return [directory / "cgroup.procs" for directory in self._directories]

    def remove(self) -> None:
        """Remove it with everything below; nothing happens when it is not there."""
        wait_for(lambda: all(_removed(directory) for directory in self._directories), seconds=_EMPTY_SECONDS)


def _removed(directory: Path) -> bool:
    try:
        for below, _, _ in os.walk(directory, topdown=False):
            Path(below).rmdir()
    except OSError:  # the kernel is not yet done with a process that has ended
        return False
    return True
