"""Ends the mail sessions of mailboxes that were closed, suspended or readdressed, and of replaced passwords.

The list is in the database (mail.ending): triggers add to it with each such change, and a row is only removed when
Dovecot has ended the sessions. So a run that was killed is completed by the next.

If it ended sessions it touches a file `ended` in its runtime directory, which triggers follow-up units.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import program
from .database import connect, translated
from .sessions import EVERYBODY, kick

ROLE = "danhba_sessions"
# For more mailboxes than this, everybody's sessions are ended at once: mail programs reconnect by themselves, thousands
# of them within minutes. One mailbox after the other takes less than half a minute for so many.
MOST_ADDRESSES = 500
KICK_SECONDS = 60.0


@dataclass(frozen=True)
class Settings:
    """Every setting.

    Attributes:
        database: name of the database of accounts.
        database_socket_dir: folder of the Unix socket of its server.
        anvil_socket: Dovecot's socket by which sessions are ended.
    """

    database: str
    database_socket_dir: str
    anvil_socket: str


def work(settings: Settings, _given: argparse.Namespace | None = None) -> str:
    """End the listed sessions and remove them from the list; return their number in a line, or nothing.

    Raises:
        Away, Refused
    """
    count = _work_off(settings)
    if not count:
        return ""
    return f"đã kết thúc phiên thư của {count} hộp thư -- ended the mail sessions of {count} mailboxes"


def _work_off(settings: Settings) -> int:
    """End the listed sessions; return the number of mailboxes."""
    with (
        translated(),
        connect(settings, ROLE, program="danhba-end-sessions") as connection,
    ):
        rows = connection.execute("SELECT entry, address FROM mail.ending").fetchall()
        addresses = sorted({address for _entry, address in rows})
        if addresses:
            end(settings.anvil_socket, addresses)
            Path(os.environ["RUNTIME_DIRECTORY"], "ended").touch()
            connection.execute("DELETE FROM mail.ending WHERE entry = ANY (%s)", [[entry for entry, _address in rows]])
    return len(addresses)


def end(anvil_socket: str, addresses: Sequence[str]) -> None:
    """Make Dovecot end every session of the addresses."""
    for address in addresses if len(addresses) <= MOST_ADDRESSES else [EVERYBODY]:
        kick(anvil_socket, address, timeout_seconds=KICK_SECONDS)


def main(words: Sequence[str] | None = None) -> int:
    """Run once; print only what was done, and faults."""
    return program.run(program.parser("session_endings", __doc__, "end-sessions.json"), Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
