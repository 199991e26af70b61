"""Says whether systemd would take a unit before it lands.

NAME is its path below `/etc/systemd/system`: `danhba-end-sessions.service`, or for what is added to a unit of a package
`nginx.service.d/danhba.conf`. Roles have it look at each unit that they write (`validate:`).
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from . import journal
from .journal import Refused

ADDED = ".d"  # how the folder ends that holds what is added to a unit


def verify(name: str, file: Path) -> str:
    """Have systemd read the unit as if it were in its place; nothing where it takes it.

    Raises:
        Refused: it has a key or a value that systemd does not know, or a program or unit that it needs is not there.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, name)
        place.parent.mkdir(exist_ok=True)
        shutil.copyfile(file, place)
        unit = place if place.parent == Path(folder) else _beside(place.parent)
        # Warnings count, but those of other units do not: they may be written after this one.
        command = ["/usr/bin/systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(unit)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(f"{name}: systemd từ chối -- systemd refuses it: {done.stderr.replace(f'{folder}/', '')}")
    return ""


def _beside(added: Path) -> Path:
    """Put the unit to which something is added beside the folder of what is added; where it is."""
    unit = added.with_name(added.name.removesuffix(ADDED))
    command = ["/usr/bin/systemctl", "show", "--value", "--property=FragmentPath", unit.name]
    path = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    if not path:
        raise Refused(f"{unit.name}: không có đơn vị này trên máy -- this host has no such unit")
    shutil.copyfile(path, unit)
    return unit


def main(words: Sequence[str] | None = None) -> int:
    """Say nothing where systemd takes the unit."""
    parser = argparse.ArgumentParser("danhba-host unit", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("name")
    parser.add_argument("file", type=Path)
    given = parser.parse_args(words)
    return journal.run(lambda: verify(given.name, given.file))


if __name__ == "__main__":
    sys.exit(main())
