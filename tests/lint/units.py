"""Units as systemd reads them, in a folder that stands for the root of a host."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from .rendering import templates

UNITS = Path("etc/systemd/system")
PACKAGED = Path("usr/lib/systemd/system")
_PROGRAM = re.compile(r"^Exec\w+=[-@:+!|]*(/\S+)", re.MULTILINE)
# A unit of ours says what it is; what has no description is added to a unit of Debian's.
_OWN = re.compile(r"^Description=", re.MULTILINE)
# What such a unit of each kind has at least.
DEBIAN = {
    "service": "[Unit]\nDescription=A unit of Debian's\n[Service]\nExecStart=/usr/bin/true\n",
    "socket": "[Unit]\nDescription=A unit of Debian's\n[Socket]\nListenStream=/run/socket\n",
    "timer": "[Unit]\nDescription=A unit of Debian's\n[Timer]\nOnBootSec=1\n",
}


def rendered() -> dict[str, str]:
    """Every unit that the roles write, by name, and its text; what says where a service of Debian's listens is one."""
    found = (templates(f"*.{kind}.j2") for kind in ("service", "socket", "timer"))
    units = {path.name.removesuffix(".j2"): text for each in found for path, text in each}
    return units | {f"{path.stem}.service": text for path, text in templates("*-listen.j2")}


def verify(units: Mapping[str, str]) -> list[str]:
    """What systemd objects to, each as `place: objection`."""
    with TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copytree(Path("/", PACKAGED), root / PACKAGED, symlinks=True)
        for name, text in units.items():
            _write(root, name, text)
        # Without --recursive-errors systemd says what is wrong, and that all is well.
        command = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", f"--root={root}", *units]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        said = done.stderr.replace(f"{root}/{UNITS}/", "").replace(str(root), "")
    return said.splitlines() if done.returncode else []


def _write(root: Path, name: str, text: str) -> None:
    """A unit in its place, Debian's beside what is added to it, and each program that it starts."""
    place = root / UNITS / name
    if not _OWN.search(text):
        (root / PACKAGED / name).write_text(DEBIAN[name.rpartition(".")[2]], encoding="utf-8")
        place = root / UNITS / f"{name}.d" / "danhba.conf"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8")
    for program in ("/usr/bin/true", *_PROGRAM.findall(text)):
        path = root / program.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o755)
