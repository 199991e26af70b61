"""Runs programs of Debian, and returns their error messages when they fail."""

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
LOOK_SECONDS = 1  # between two looks at the errors of a running program
LONGEST = 600  # characters of a program's output that an error message quotes


def run(
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    stdin: str = "",
    inherit: bool = False,
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, whatever its exit status; `stdin` is all of its input.

    With `inherit`, the program inherits the lock of this run (`locking`) and holds it for as long as it lives.

    Raises:
        Refused: the program is not installed.
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
    """Run a program to its end, or kill it when it is hopeless, because it would retry for long.

    `hopeless` is called each second with everything that the program has printed on standard output and standard error.

    Raises:
        Refused: the program is not installed.
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
    # pread, because the program that writes shares the position of the descriptor.
    return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0).decode(errors="replace")


def _missing(error: OSError) -> Refused:
    return Refused(f"không chạy được -- cannot be run: {error}; playbooks/site.yml --tags backup")


def demand(command: Sequence[str], *, stdin: str = "") -> str:
    """The output of a program.

    Raises:
        Refused: it failed.
    """
    done = run(command, stdin=stdin)
    if done.returncode:
        raise Refused(f"{command_name(command)} thất bại -- failed ({done.returncode}): {said(done)}")
    return done.stdout


def demand_into(path: Path, command: Sequence[str]) -> None:
    """Write the output of a program into a new file, unchanged.

    Raises:
        Refused: the program is not installed, or failed.
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
    """The end of the error output of a failed program."""
    return " ".join((done.stderr.strip() or done.stdout.strip()).split())[-LONGEST:]


def command_name(command: Sequence[str]) -> str:
    """The name of the program that a command runs."""
    return command[len(POSTGRES)] if tuple(command[: len(POSTGRES)]) == POSTGRES else command[0]
