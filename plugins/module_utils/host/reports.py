"""On the mail host: fetch mails with DMARC and TLS reports, store the parsed reports, and list those of some days.

In the mailbox for reports, only mails whose subject has the words of a report are read (RFC 7489, 7.2.1.1; RFC 8460,
5.3). No flag of a message is changed.
"""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ..failure import Failure
from .postgres import reason

with suppress(ImportError):  # postgres.py says what is missing
    import psycopg

if TYPE_CHECKING:
    from psycopg.rows import TupleRow

    Connection = psycopg.Connection[TupleRow]

SUBJECT = "report domain"
LARGEST = 10 << 20  # bytes of one mail; larger ones are not read
AT_ONCE = 500  # most mails per run
AT_ONCE_OCTETS = 64 << 20  # most bytes of mails per run
ROWS = 200_000  # most rows of the list
TIMEOUT = 600  # seconds after which doveadm is killed

_MAILBOXES = """
    SELECT address FROM mail.account WHERE address = %(address)s AND state IN ('open', 'suspended')
    UNION SELECT account.address FROM mail.route JOIN mail.route_target USING (address)
                 JOIN mail.account ON (account.kind, account.id) = (route_target.kind, route_target.id)
           WHERE route.address = %(address)s AND route.mode IN ('system', 'forward')
             AND account.state IN ('open', 'suspended')
    ORDER BY 1"""
_ABOUT = ("kind", "sender", "verified", "organisation", "id", "domain", "since", "until", "policy")
_LINE = (
    *("source", "count", "passed", "dkim", "spf", "disposition"),
    *("header_from", "envelope_from", "auth", "reason", "mx"),
)
COLUMNS = (*_ABOUT, *_LINE)
"""The columns of a row of the list, in their order."""
_REPORT = """
    INSERT INTO reports.report (kind, sender, verified, organisation, id, domain, since, until, policy)
    VALUES (%s, %s, %s, %s, %s, %s, to_timestamp(%s), to_timestamp(%s), %s) ON CONFLICT DO NOTHING RETURNING report"""
_RECORD = """
    INSERT INTO reports.record (report, line, source, count, passed, dkim, spf, disposition, header_from, envelope_from,
                                auth, reason, mx)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""
_ASKED = """
    SELECT kind, sender, verified, organisation, id, domain,
           to_char(since, 'YYYY-MM-DD HH24:MI'), to_char(until, 'YYYY-MM-DD HH24:MI'), policy,
           host(source), count, passed, dkim, spf, disposition, header_from, envelope_from, auth, reason, mx
      FROM reports.report JOIN reports.record USING (report)
     WHERE until >= %s::date AND since < %s::date + 1
     ORDER BY verified DESC, report.since DESC, report, line LIMIT %s"""


def fetch(connection: Connection, address: str) -> dict[str, Any]:
    """Return the mails that were not read in an earlier run: `mails`, each with `guid`, `arrived` and `octets`.

    `arrived` is in Unix seconds; `octets` is the message in base64, or None where it is too large. `left` is the number
    of mails left for the next run.

    Raises:
        Failure: no mailbox gets mail for the address, or doveadm or the database fails.
    """
    boxes = [row[0] for row in _explained(connection.execute, _MAILBOXES, {"address": address.lower()})]
    if not boxes:
        raise Failure(
            f"Không hộp thư nào nhận thư gửi {address}. Đặt dns_reports là địa chỉ có trong sổ, rồi công bố lại DNS.",
            f"No mailbox gets what is sent to {address}. Let dns_reports be an address of the register, and publish "
            "DNS again.",
        )
    known = {row[0] for row in _explained(connection.execute, "SELECT guid FROM reports.mail")}
    found = {one["guid"]: (box, one) for box in boxes for one in _listed(box) if one["guid"] not in known}
    mails = list(_opened(found.values()))
    return {"mails": mails, "left": len(found) - len(mails)}


def _opened(found: Iterable[tuple[str, dict[str, str]]]) -> Iterator[dict[str, Any]]:
    octets = 0
    for number, (box, one) in enumerate(sorted(found, key=lambda each: int(each[1]["date.received.unixtime"]))):
        size = int(one["size.physical"])
        octets += size if size <= LARGEST else 0
        if number >= AT_ONCE or (number and octets > AT_ONCE_OCTETS):
            return
        text = None if size > LARGEST else base64.b64encode(_text(box, one)).decode()
        yield {"guid": one["guid"], "arrived": int(one["date.received.unixtime"]), "octets": text}


def _listed(box: str) -> list[dict[str, str]]:
    fields = "guid mailbox-guid uid size.physical date.received.unixtime"
    said = _doveadm("-f", "json", "fetch", "-u", box, fields, "mailbox", "*", "SUBJECT", SUBJECT)
    listed: list[dict[str, str]] = json.loads(said or b"[]")
    return listed


def _text(box: str, one: dict[str, str]) -> bytes:
    """Return the message; empty if it was deleted meanwhile."""
    said = _doveadm("-f", "pager", "fetch", "-u", box, "text", "mailbox-guid", one["mailbox-guid"], "UID", one["uid"])
    return said.removeprefix(b"text:\n").rstrip(b"\n\f")


def _doveadm(*arguments: str) -> bytes:
    try:
        done = subprocess.run(["doveadm", *arguments], capture_output=True, check=False, timeout=TIMEOUT)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _unasked(str(error)) from error
    if done.returncode:
        raise _unasked(done.stderr.decode(errors="replace"))
    return done.stdout


def _unasked(why: str) -> Failure:
    why = " ".join(why.split())[:300]
    return Failure(
        f"doveadm không mở được hộp thư nhận báo cáo: {why}. Chưa có gì thay đổi; xem: systemctl status dovecot",
        f"doveadm cannot open the mailbox that gets reports: {why}. Nothing was changed; see: systemctl status dovecot",
    )


def store(connection: Connection, request: dict[str, Any], *, dry_run: bool) -> dict[str, Any]:
    """Store parsed reports in one transaction, and return the reports of the requested days.

    Args:
        connection: with the role danhba_apply.
        request: `mails`, each with `guid`, `reports` and `refused`; `first_day` and `last_day`, both included.
        dry_run: roll back, so that the answer is the same but nothing is stored.

    Returns:
        `new` and `again`: how many reports are new, and how many were stored before; `damaged`: how many mails the
        database refused for their values; `rows`: the list, with COLUMNS, reports verified by DMARC first, then the
        newest first; `cut`: whether the list was longer than ROWS.
    """
    return dict(_explained(_store, connection, request, dry_run))


def _store(connection: Connection, request: dict[str, Any], dry_run: bool) -> Iterator[tuple[str, Any]]:
    with connection.transaction(force_rollback=dry_run):
        stored = [_store_mail(connection, mail) for mail in request["mails"]]
        taken = [one for each in stored if each is not None for one in each]
        yield "new", taken.count(True)
        yield "again", taken.count(False)
        yield "damaged", stored.count(None)
        rows = connection.execute(_ASKED, (request["first_day"], request["last_day"], ROWS + 1)).fetchall()
        yield "rows", rows[:ROWS]
        yield "cut", len(rows) > ROWS


def _store_mail(connection: Connection, mail: dict[str, Any]) -> list[bool] | None:
    """Store the reports of a mail; return for each whether it is new.

    Returns None if the database refuses a value of one; then none of this mail is stored, and other mails go on.
    """
    new: list[bool] | None
    try:
        with connection.transaction():
            new, refused = [_store_report(connection, report) for report in mail["reports"]], mail["refused"]
    except (psycopg.DataError, psycopg.IntegrityError, psycopg.errors.ProgramLimitExceeded):
        new, refused = None, [*mail["refused"], "damaged"]
    connection.execute(
        "INSERT INTO reports.mail (guid, stored, refused) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        (mail["guid"], sum(new or ()), refused),
    )
    return new


def _store_report(connection: Connection, report: dict[str, Any]) -> bool:
    """Store a report with its lines; return False, and change nothing, if it was stored before."""
    made = connection.execute(_REPORT, [report[name] for name in _ABOUT]).fetchone()
    if made is None:
        return False
    lines = ([made[0], number, *(line[name] for name in _LINE)] for number, line in enumerate(report["lines"], 1))
    with connection.cursor() as cursor:
        cursor.executemany(_RECORD, lines)
    return True


def _explained(work: Any, *arguments: Any) -> Sequence[Any]:
    try:
        return list(work(*arguments))
    except psycopg.errors.UndefinedTable as error:
        raise Failure(
            "Cơ sở dữ liệu chưa có bảng báo cáo. Chạy playbooks/site.yml để nâng cấp.",
            "The database has no tables of reports yet. Run playbooks/site.yml to bring it up to date.",
        ) from error
    except psycopg.Error as error:
        raise Failure(
            f"Cơ sở dữ liệu từ chối: {reason(error)}. Chưa lưu gì.",
            f"The database refuses: {reason(error)}. Nothing is stored.",
        ) from error
