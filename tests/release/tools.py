"""Where things are, and how the tools of a release are run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OWN = Path(sys.executable).parent  # the clone's: Ansible
RELEASE = ROOT / "build/release"
TOOLS = RELEASE / "venv/bin"  # those of a release alone
GALAXY = "galaxy.yml"
CHANGELOG = "changelogs/changelog.yaml"


class Refusal(Exception):
    """Why no release is made, in Vietnamese and English, with the way out."""


def run(*command: str | Path, cwd: Path | None = None, collections: Path | None = None) -> str:
    """What a program prints on its standard output.

    Raises:
        Refusal: it failed; with the end of what it said.
    """
    paths = os.pathsep.join(map(str, (OWN, TOOLS)))
    environment = {
        **os.environ,
        "PATH": f"{paths}{os.pathsep}{os.environ.get('PATH', '')}",
        "ANSIBLE_COLLECTIONS_PATH": str(collections or ROOT / ".ansible/collections"),
        "LC_ALL": "C.UTF-8",
    }
    done = subprocess.run(
        command,
        cwd=cwd or ROOT,
        env=environment,
        check=False,
        text=True,
        capture_output=True,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        said = (done.stdout + done.stderr).strip()[-4000:]
        raise Refusal(f"{Path(command[0]).name} {' '.join(map(str, command[1:]))}: thất bại -- failed:\n{said}")
    return done.stdout


def git(*words: str) -> str:
    """What git prints, without the line's end."""
    return run("git", *words).rstrip("\n")
