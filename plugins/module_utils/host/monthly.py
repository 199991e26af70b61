"""On the mail host: which months' reports are to be mailed, and puts each into the mailbox that it is for, once.

A sealed file is one that the gate cannot look into, and refuses; rather than have the gate let something pass, Dovecot
is given the message. A month is on record in the transaction in which that is done: who comes second waits, and finds
it there. What was cut in between is found in the mailbox.
"""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from ..failure import Failure
from .postgres import ask

if TYPE_CHECKING:
    import psycopg
    from psycopg.rows import TupleRow

    Connection = psycopg.Connection[TupleRow]

# Where the database cannot answer.
WAY_OUT = (
    "Chưa gửi gì; chạy playbooks/site.yml rồi chạy lại.",
    "Nothing was sent; run playbooks/site.yml, then run again.",
)
SECONDS = 120
# Months that are made up for at once.
MOST = 12
LOCK = 33_2014
_NEW = """
    INSERT INTO usage.mailed (month, actor, recipient, message_id, digest)
    VALUES (%(month)s, %(actor)s, %(recipient)s, %(message_id)s, %(digest)s)
        ON CONFLICT (month) DO NOTHING RETURNING month"""


def due(connection: Connection, last: str) -> list[str]:
    """The months, such as `2026-10`, from the one after the last that was mailed until `last`; that alone at first.

    A month whose last day is not collected yet is not among them: a later run mails it.
    """
    [(whole,)] = _asked(connection, "SELECT to_char(usage.last_whole() + 1 - interval '1 month', 'YYYY-MM')")
    [(mailed,)] = _asked(connection, "SELECT max(month) FROM usage.mailed")
    if mailed is None:
        return [last] if last <= whole else []
    last = min(last, whole)
    found: list[str] = []
    while last > mailed and len(found) < MOST:
        found.append(last)
        year, month = map(int, last.split("-"))
        last = f"{date(year - (month == 1), month - 1 or 12, 1):%Y-%m}"
    return found[::-1]


def mail(connection: Connection, request: Mapping[str, Any], doveadm: str) -> bool:
    """Put a month's message into the mailbox, and that on record; False where another run has.

    Args:
        connection: as danhba_apply.
        request: what the record has, and `message` in base64.
        doveadm: the program of Dovecot.

    Raises:
        Failure: Dovecot does not take it, or the database does not answer. It is not on record then.
    """
    with connection.transaction():
        _asked(connection, "SELECT pg_advisory_xact_lock(%(lock)s)", {"lock": LOCK})
        record = {name: request[name] for name in ("month", "actor", "recipient", "message_id", "digest")}
        if not _asked(connection, _NEW, record):
            return False
        _deliver(doveadm, request["recipient"], request["message_id"], base64.b64decode(request["message"]))
    return True


def _deliver(doveadm: str, recipient: str, message_id: str, octets: bytes) -> None:
    """Unless it is there already, in whatever folder. Anybody can write with that id, but not without `Received:`."""
    query = ("mailbox", "*", "HEADER", "Message-ID", message_id, "NOT", "HEADER", "Received", "")
    there = (doveadm, "search", "-u", recipient, *query)
    if not _run(there, b"").strip():
        _run((doveadm, "save", "-u", recipient, "-m", "INBOX"), octets)


def _run(command: Sequence[str], octets: bytes) -> bytes:
    try:
        return subprocess.run(command, input=octets, capture_output=True, check=True, timeout=SECONDS).stdout
    except (subprocess.SubprocessError, OSError) as error:
        why = " ".join((getattr(error, "stderr", b"") or str(error).encode()).decode(errors="replace").split())[:300]
        raise Failure(
            f"Hộp thư không nhận được báo cáo: {why}. Chưa gửi; lần chạy sau gửi lại. Xem: systemctl status dovecot",
            f"The mailbox does not take the report: {why}. It was not mailed; the next run does it. See: systemctl "
            "status dovecot",
        ) from error


def _asked(connection: Connection, query: str, given: dict[str, Any] | None = None) -> list[TupleRow]:
    return ask(connection, query, given, WAY_OUT)
