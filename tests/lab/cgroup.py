"""A control group for each host, where no systemd runs that would make one.

Without it every systemd-nspawn puts its guest into the same control group below the caller's, and the guests' systemds,
each taking that group for its own, stop each other's services.
"""

import os
from pathlib import Path

from tests.lab.shell import wait_for

_SYSTEMD_RUNS = Path("/run/systemd/system").exists()
# Of these, the hierarchies that systemd-nspawn gives to a guest: one, or two where version 1 is still in use.
_HIERARCHIES = (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified"), Path("/sys/fs/cgroup/systemd"))
_EMPTY_SECONDS = 5.0


class ControlGroup:
    """The control group of one host; empty of meaning where systemd-nspawn gets a scope from systemd."""

    def __init__(self, name: str) -> None:
        used = [] if _SYSTEMD_RUNS else [path for path in _HIERARCHIES if (path / "cgroup.procs").exists()]
        self._directories = [path / name for path in used]

    @property
    def nspawn_options(self) -> list[str]:
        """What tells systemd-nspawn to stay in this group."""
        return ["--keep-unit"] if self._directories else []

    def create(self) -> list[Path]:
        """Make it, and return the files that a process writes its pid to in order to join."""
        for directory in self._directories:
            directory.mkdir(exist_ok=True)
        return [directory / "cgroup.procs" for directory in self._directories]

    def remove(self) -> None:
        """Remove it with everything below; nothing happens when it is not there or still has processes."""
        wait_for(lambda: all(_removed(directory) for directory in self._directories), seconds=_EMPTY_SECONDS)


def _removed(directory: Path) -> bool:
    try:
        for below, _, _ in os.walk(directory, topdown=False):
            Path(below).rmdir()
    except OSError:  # the kernel is not yet done with a process that has ended
        return False
    return True
