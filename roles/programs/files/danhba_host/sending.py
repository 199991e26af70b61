"""Lists mailboxes whose sending is suspended, and lifts suspensions of named addresses, on record (R9.6).

Prints a line for each suspended mailbox: address, time and attempts, separated by tabs. Run by root through
playbooks/sending.yml.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from . import program
from .database import Connection, connect, translated
from .journal import Refused
from .owner_notices import VIETNAM, Settings

ROLE = "danhba_apply"
_HELD = """
SELECT address, held.since, reason FROM mail.sending_suspension AS held JOIN mail.account USING (kind, id) ORDER BY 2, 1
"""


def work(settings: Settings, given: argparse.Namespace) -> str:
    """Lift the named suspensions, all or none; then list the suspended mailboxes.

    Raises:
        Away: the database does not answer.
        Refused: an address is not suspended.
    """
    with (
        translated(),
        connect(settings, ROLE, program="danhba-sending") as database,
        database.transaction(),
    ):
        _lift(database, given.resume, given.actor)
        held = database.execute(_HELD).fetchall()
    for address, since, reason in held:
        print(f"{address}\t{since.astimezone(VIETNAM):%Y-%m-%d %H:%M}\t{reason}")
    return ""


def _lift(database: Connection, addresses: Sequence[str], actor: str) -> None:
    lifted = {
        address: database.execute("SELECT mail.resume_sending(%s, %s)", [address.strip().lower(), actor]).fetchone()
        for address in addresses
    }
    if wrong := [address for address, row in lifted.items() if row != (True,)]:
        names = ", ".join(wrong)
        raise Refused(
            f"không bị tạm dừng gửi, nên chưa có gì thay đổi: {names} -- not suspended, so nothing was changed: {names}"
        )


def main(words: Sequence[str] | None = None) -> int:
    """Run once."""
    parser = program.parser("sending", __doc__, "owner-notices.json")
    parser.add_argument("--resume", metavar="ADDRESS", action="append", default=[], help="who may send again")
    parser.add_argument("--actor", metavar="NAME", default="operator", help="who lifts it, for the record")
    return program.run(parser, Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
