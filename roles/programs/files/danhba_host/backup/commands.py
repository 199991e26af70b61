"""Runs programs of Debian, and has what they said when they failed."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence

from ..journal import Refused

POSTGRES = ("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--")
LONGEST = 600  # characters of what a program said that are passed on


def run(
    command: Sequence[str], *, environment: Mapping[str, str] | None = None, stdin: str = "", inherit: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, whatever that is; it asks nobody (`stdin` is all that it gets).

    One that is to `inherit` the lock of this run (`locking`) holds it for as long as it lives.

    Raises:
        Refused: it is not installed.
    """
    try:
        return subprocess.run(
            command,
            env=environment,
            input=stdin,
            text=True,
            capture_output=True,
            check=False,
            cwd="/",
            errors="replace",
            close_fds=not inherit,
        )
    except OSError as error:
        raise Refused(f"không chạy được -- cannot be run: {error}; playbooks/site.yml --tags backup") from error


def demand(command: Sequence[str], *, stdin: str = "") -> str:
    """What a program prints.

    Raises:
        Refused: it failed.
    """
    done = run(command, stdin=stdin)
    if done.returncode:
        raise Refused(f"{command_name(command)} thất bại -- failed ({done.returncode}): {said(done)}")
    return done.stdout


def said(done: subprocess.CompletedProcess[str]) -> str:
    """The end of what a program that failed has said."""
    return " ".join((done.stderr.strip() or done.stdout.strip()).split())[-LONGEST:]


def command_name(command: Sequence[str]) -> str:
    """The program that a command runs."""
    return command[len(POSTGRES)] if tuple(command[: len(POSTGRES)]) == POSTGRES else command[0]
