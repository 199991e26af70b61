"""Says whether systemd would accept a unit before it is installed.

NAME is its path below `/etc/systemd/system`: `danhba-end-sessions.service`, or for a drop-in of a package's unit
`nginx.service.d/danhba.conf`. Roles validate each unit that they write with it (`validate:`).
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

ADDED = ".d"  # suffix of a folder of drop-ins


def verify(name: str, file: Path) -> str:
    """Let systemd read the unit as if it were installed; return an empty text if it accepts it.

    Raises:
        Refused: it has an unknown key or value, or a program or unit that it needs is missing.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, name)
        place.parent.mkdir(exist_ok=True)
        shutil.copyfile(file, place)
        unit = place if place.parent == Path(folder) else _beside(place.parent)
        # Warnings count, except about other units, which may be written later.
        command = ["/usr/bin/systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(unit)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(f"{name}: systemd từ chối -- systemd refuses it: {done.stderr.replace(f'{folder}/', '')}")
    return ""


def _beside(added: Path) -> Path:
    """Copy the unit that has a drop-in beside the drop-in's folder, and return its path."""
    unit = added.with_name(added.name.removesuffix(ADDED))
    command = ["/usr/bin/systemctl", "show", "--value", "--property=FragmentPath", unit.name]
    path = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    if not path:
        raise Refused(f"{unit.name}: không có đơn vị này trên máy -- this host has no such unit")
    shutil.copyfile(path, unit)
    return unit


def main(words: Sequence[str] | None = None) -> int:
    """Print nothing if systemd accepts the unit."""
    parser = argparse.ArgumentParser("danhba-host unit", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("name")
    parser.add_argument("file", type=Path)
    given = parser.parse_args(words)
    return journal.run(lambda: verify(given.name, given.file))


if __name__ == "__main__":
    sys.exit(main())
