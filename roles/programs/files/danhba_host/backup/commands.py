"""Runs programs of Debian, and has what they said when they failed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from ..journal import Refused

POSTGRES = ("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--")
LOOK_SECONDS = 1  # between two looks at what a program that runs complains of
LONGEST = 600  # characters of what a program said that are passed on


def run(
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    stdin: str = "",
    inherit: bool = False,
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
        raise _missing(error) from error


def run_watched(
    command: Sequence[str], hopeless: Callable[[str, str], bool], *, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, or until it is hopeless: it would go on trying.

    `hopeless` is asked each second, with all that the program has printed and all that it has complained of.

    Raises:
        Refused: it is not installed.
    """
    with TemporaryFile() as told, TemporaryFile() as complained:
        try:
            process = subprocess.Popen(
                command, env=environment, stdin=subprocess.DEVNULL, stdout=told, stderr=complained, cwd="/"
            )
        except OSError as error:
            raise _missing(error) from error
        while True:
            with suppress(subprocess.TimeoutExpired):
                process.wait(LOOK_SECONDS)
                break
            if hopeless(_whole(told), _whole(complained)):
                process.terminate()
        return subprocess.CompletedProcess(command, process.returncode, _whole(told), _whole(complained))


def _whole(file: IO[bytes]) -> str:
    # Not by its place in the file, which is the program's too.
    return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0).decode(errors="replace")


def _missing(error: OSError) -> Refused:
    return Refused(f"không chạy được -- cannot be run: {error}; playbooks/site.yml --tags backup")


def demand(command: Sequence[str], *, stdin: str = "") -> str:
    """What a program prints.

    Raises:
        Refused: it failed.
    """
    done = run(command, stdin=stdin)
    if done.returncode:
        raise Refused(f"{command_name(command)} thất bại -- failed ({done.returncode}): {said(done)}")
    return done.stdout


def demand_into(path: Path, command: Sequence[str]) -> None:
    """Have a program print into a new file, octet by octet as it prints them.

    Raises:
        Refused: it is not installed, or failed.
    """
    with path.open("wb") as file:
        try:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.PIPE, check=False, cwd="/"
            )
        except OSError as error:
            raise _missing(error) from error
    if done.returncode:
        told = subprocess.CompletedProcess(command, done.returncode, "", done.stderr.decode(errors="replace"))
        raise Refused(f"{command_name(command)} thất bại -- failed ({done.returncode}): {said(told)}")


def said(done: subprocess.CompletedProcess[str]) -> str:
    """The end of what a program that failed has said."""
    return " ".join((done.stderr.strip() or done.stdout.strip()).split())[-LONGEST:]


def command_name(command: Sequence[str]) -> str:
    """The program that a command runs."""
    return command[len(POSTGRES)] if tuple(command[: len(POSTGRES)]) == POSTGRES else command[0]
