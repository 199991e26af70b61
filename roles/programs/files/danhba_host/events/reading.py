"""Reads the journal from where the last batch ended, a bounded number of lines at a time."""

from __future__ import annotations

import pwd
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial

from ..journal import Away, Refused
from .line import FIELDS, Line, parse

JOURNALCTL = "/usr/bin/journalctl"
UNITS = ("postfix.service", "dovecot.service", "danhba-credentials.service", "rspamd.service", "danhba-secrecy.service")
# Users all of whose short-lived processes belong to one service: their last lines may have no unit (`line.parse`).
USERS = {"postfix": "postfix.service"}


def owners() -> dict[str, str]:
    """Return the units of the users in `USERS`, by user id."""
    found = {}
    for user, unit in USERS.items():
        with suppress(KeyError):  # no such user on this host
            found[str(pwd.getpwnam(user).pw_uid)] = unit
    return found


def command(cursor: str | None, most: int, users: Mapping[str, str], *, whole: bool = False) -> list[str]:
    """Return the command that prints the lines after a cursor, oldest first; all lines without one.

    `users`: ids of users whose every line is printed. `whole`: also lines of other services, which show how far back
    the journal goes.
    """
    of_users = [word for user in users for word in ("+", f"_UID={user}")]
    return [
        JOURNALCTL,
        "--output=json",
        f"--output-fields={','.join(FIELDS)}",
        "--quiet",
        "--no-pager",
        f"--lines=+{most}",
        *([f"--after-cursor={cursor}"] if cursor else []),
        *([] if whole else [*(f"_SYSTEMD_UNIT={unit}" for unit in UNITS), *of_users]),
    ]


def read(cursor: str | None, most: int) -> Iterator[Line]:
    """Yield at most `most` lines of the services after a cursor.

    Raises:
        Away: the journal could not be read this time.
        Refused: journalctl is missing, or rejects its options.
    """
    users = owners()
    with _running(command(cursor, most, users)) as raw_lines:
        yield from filter(None, map(partial(parse, owners=users), raw_lines))


def oldest() -> Line | None:
    """Return the journal's first line of any service."""
    with _running(command(None, 1, {}, whole=True)) as raw_lines:
        return next(filter(None, map(partial(parse, owners={}), raw_lines)), None)


@contextmanager
def _running(words: Sequence[str]) -> Iterator[Iterator[bytes]]:
    try:
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    except OSError as error:
        raise Refused(f"không chạy được journalctl -- journalctl does not run: {error}") from error
    with process:
        try:
            yield iter(process.stdout or ())
            errors = process.stderr.read() if process.stderr else b""
        finally:
            process.kill()
    # journalctl is killed by SIGPIPE when enough lines are read.
    if process.returncode > 0:
        said = " ".join(errors.decode(errors="replace").split())
        raise Away(f"không đọc được nhật ký -- the journal cannot be read: {said}")
