"""On the mail host: find the months whose reports are due, and deliver each report once to the operator's mailbox.

The message is given to Dovecot directly, because the mail gate refuses encrypted files, which it cannot scan, and gets
no exception for this one. A month is recorded in the transaction of its delivery: a second run at the same time waits,
and finds the record. If a run is interrupted after the delivery, the next finds the message in the mailbox.
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

# The way out where the database cannot answer, in Vietnamese and English.
WAY_OUT = (
    "Chưa gửi gì; chạy playbooks/site.yml rồi chạy lại.",
    "Nothing was sent; run playbooks/site.yml, then run again.",
)
SECONDS = 120  # after which doveadm is killed
# Most months mailed in one run, when months were missed.
MOST = 12
LOCK = 33_2014
_NEW = """
    INSERT INTO usage.mailed (month, actor, recipient, message_id, digest)
    VALUES (%(month)s, %(actor)s, %(recipient)s, %(message_id)s, %(digest)s)
        ON CONFLICT (month) DO NOTHING RETURNING month"""


def due(connection: Connection, last: str) -> list[str]:
    """Return the months to mail, such as `2026-10`, oldest first: those after the last mailed month, up to `last`.

    Before the first report this is only `last`. A month whose last day was not collected completely is left to a later
    run.
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
    """Deliver a month's message and record the month; return False where another run has done so.

    Args:
        connection: with the role danhba_apply.
        request: the fields of the record (`month`, `actor`, `recipient`, `message_id`, `digest`), and `message` in
            base64.
        doveadm: path of Dovecot's program.

    Raises:
        Failure: Dovecot refuses the message, or the database does not answer. The month is not recorded then.
    """
    with connection.transaction():
        _asked(connection, "SELECT pg_advisory_xact_lock(%(lock)s)", {"lock": LOCK})
        record = {name: request[name] for name in ("month", "actor", "recipient", "message_id", "digest")}
        if not _asked(connection, _NEW, record):
            return False
        _deliver(doveadm, request["recipient"], request["message_id"], base64.b64decode(request["message"]))
    return True


def _deliver(doveadm: str, recipient: str, message_id: str, octets: bytes) -> None:
    """Save the message to INBOX, unless any folder has one with its id and without a header `Received:`.

    A sender could use the same Message-ID, but mail that arrives by SMTP always has `Received:`.
    """
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
