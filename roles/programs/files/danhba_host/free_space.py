"""Keeps in the database which mailboxes have free space, so that Postfix asks Dovecot's quota only about the others.

Dovecot runs it for a USER whose mailbox has free space again, and the quota warning when it has none any more. Without
USER it is the nightly job that compares all mailboxes with Dovecot's quotas. Where nothing is noted Postfix asks, so
missing rows cost only time; Dovecot's check at delivery decides.

Kept for its cost: Dovecot's quota service takes 2.4 ms of processor at each recipient, a tenth of a message's 23 ms.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from . import program
from .database import Connection, Reached, connect, translated
from .journal import TRY_AGAIN, Away, Refused

ROLE = "danhba_room"
KIB = 1024
# Notes newer than Dovecot's answer stay. Dovecot rounds quotas up to KiB.
_NOTE = """
INSERT INTO mail.room (kind, id, quota, free)
SELECT kind, id, size, size / 100 * %(share)s
  FROM (SELECT kind, id, CASE WHEN told - account.quota < 1024 THEN least(told, account.quota) ELSE told END AS size
          FROM mail.account JOIN unnest(%(addresses)s::text[], %(sizes)s::bigint[]) AS known (address, told)
         USING (address)) AS known
    ON CONFLICT (kind, id) DO UPDATE SET quota = EXCLUDED.quota, free = EXCLUDED.free, since = now()
 WHERE room.since < %(asked)s AND (room.quota, room.free) IS DISTINCT FROM (EXCLUDED.quota, EXCLUDED.free)
"""
_OVER = """
INSERT INTO mail.room (kind, id, quota, free) SELECT kind, id, quota, 0 FROM mail.account WHERE address = %s
    ON CONFLICT (kind, id) DO UPDATE SET free = 0, since = clock_timestamp()
"""
_OTHERS = """
UPDATE mail.room SET free = 0, since = now() FROM mail.account
 WHERE (room.kind, room.id) = (account.kind, account.id)
   AND free > 0 AND room.since < %(asked)s AND NOT address = ANY (%(addresses)s)
"""
_MAILBOXES = "SELECT address FROM mail.account WHERE state IN ('open', 'suspended') ORDER BY address"
# The job writes a row for each mailbox of a province.
STATEMENT_SECONDS = 60


@dataclass(frozen=True)
class Settings:
    """Every setting.

    Attributes:
        database: name of the database of accounts.
        database_socket_dir: folder of the Unix socket of its server.
        percent: share of the quota; a mailbox below it has free space, namely the rest.
    """

    database: str
    database_socket_dir: str
    percent: int

    def __post_init__(self) -> None:
        """Refuse a percentage that leaves no free space, or no mailbox to ask about."""
        if not 1 <= self.percent <= 99:
            raise ValueError("percent phải từ 1 đến 99 -- percent must be 1 to 99")


def work(settings: Settings, given: argparse.Namespace) -> str:
    """Note the free space of one mailbox, or of all.

    Raises:
        Away, Refused
    """
    with translated(), _connect(settings) as database:
        _compare(database, settings, given.user)
    return ""


def note_over(settings: Reached, user: str) -> None:
    """Note that the mailbox of an address has no known free space.

    Raises:
        Away, Refused
    """
    with translated(), _connect(settings) as connection:
        connection.execute(_OVER, [user])


def _connect(settings: Reached) -> Connection:
    return connect(settings, ROLE, program="danhba-free-space", statement_seconds=STATEMENT_SECONDS)


def _compare(database: Connection, settings: Settings, user: str) -> None:
    """Ask Dovecot about one mailbox, or all, and note which have free space."""
    (asked,) = database.execute("SELECT clock_timestamp()").fetchone() or (None,)
    with _named(database, user) as whose:
        known = dict(_have_room(settings, user, whose))
    values = {
        "asked": asked,
        "share": 100 - settings.percent,
        "addresses": list(known),
        "sizes": list(known.values()),
    }
    database.execute(_NOTE, values)
    if not user:
        database.execute(_OTHERS, values)


@contextmanager
def _named(database: Connection, user: str) -> Iterator[list[str]]:
    """Yield doveadm's arguments for one mailbox, or for all.

    All are named in a file, because doveadm's own list (`-A`) is cut off at some thousands.
    """
    if user:
        yield ["-u", user]
        return
    with tempfile.NamedTemporaryFile("w", prefix="danhba-", encoding="utf-8") as file:
        file.writelines(f"{address}\n" for (address,) in database.execute(_MAILBOXES))
        file.flush()
        yield ["-F", file.name]


def _have_room(settings: Settings, user: str, whose: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Yield address and quota in bytes of the mailboxes with free space."""
    said = _run(["/usr/bin/doveadm", "-f", "tab", "quota", "get", *whose])
    for row in csv.DictReader(said.splitlines(), delimiter="\t"):
        if row["Type"] == "STORAGE" and row["Limit"].isdigit():
            used, limit = int(row["Value"]), int(row["Limit"])
            if used * 100 < limit * settings.percent:
                yield row.get("Username") or user, limit * KIB


def _run(command: Sequence[str]) -> str:
    """Return Dovecot's output.

    Raises:
        Away: Dovecot is starting or reloading; doveadm's exit status says so.
        Refused: anything else.
    """
    try:
        return subprocess.run(command, capture_output=True, check=True).stdout.decode()
    except (subprocess.CalledProcessError, OSError) as error:
        why = getattr(error, "stderr", b"") or str(error).encode()
        kind = Away if getattr(error, "returncode", None) == TRY_AGAIN else Refused
        raise kind(
            "không hỏi được Dovecot về chỗ trống của hộp thư -- Dovecot does not say how full mailboxes are: "
            + why.decode(errors="replace").strip()
        ) from error


def main(words: Sequence[str] | None = None) -> int:
    """Run once; print only faults."""
    parser = program.parser("free_space", __doc__, "free-space.json")
    parser.add_argument("user", nargs="?", default="", help="whose mailbox; all where nobody is named")
    return program.run(parser, Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
