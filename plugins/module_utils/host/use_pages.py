"""On the mail host: what the register says of who reads the use of which agency, as the schema `usage` keeps it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ..failure import Failure
from .postgres import reason

with suppress(ImportError):  # postgres.py says what is missing
    import psycopg

if TYPE_CHECKING:
    from psycopg.rows import TupleRow

    Connection = psycopg.Connection[TupleRow]

_RULE = "SELECT windows::text[], names, official, agency, target, days::text[] FROM usage.rule"
_SET_RULE = """
    INSERT INTO usage.rule (windows, names, official, agency, target, days)
    VALUES (%s::bit(1440)[], %s, %s::int[], %s::int[], %s, %s::date[])
        ON CONFLICT (one) DO UPDATE SET (windows, names, official, agency, target, days) =
           (EXCLUDED.windows, EXCLUDED.names, EXCLUDED.official, EXCLUDED.agency, EXCLUDED.target, EXCLUDED.days)"""
# PostgreSQL reads the pages of a province faster than Python does, and compares them.
_WANTED = "json_to_recordset(%(pages)s::json) AS wanted (agency text, name text, mailboxes jsonb, readers text[])"
_SAME = f"""
    SELECT wanted.agency,
           page.agency IS NOT NULL AND page.name = wanted.name AND page.mailboxes = wanted.mailboxes
           AND ARRAY (SELECT kind || '/' || id FROM usage.reader WHERE reader.agency = wanted.agency ORDER BY 1)
             = ARRAY (SELECT unnest(wanted.readers) ORDER BY 1)
      FROM {_WANTED} LEFT JOIN usage.page USING (agency)"""  # noqa: S608 (texts of our own)
_SET_PAGES = f"""
    INSERT INTO usage.page (agency, name, mailboxes)
    SELECT agency, name, mailboxes FROM {_WANTED} WHERE agency = ANY (%(other)s)
        ON CONFLICT (agency) DO UPDATE SET name = EXCLUDED.name, mailboxes = EXCLUDED.mailboxes"""  # noqa: S608
_SET_READERS = f"""
    INSERT INTO usage.reader (kind, id, agency)
    SELECT split_part(reader, '/', 1), split_part(reader, '/', 2), agency
      FROM {_WANTED}, unnest(readers) AS reader WHERE agency = ANY (%(other)s)"""  # noqa: S608


def publish(connection: Connection, rule: str, pages: str, *, dry_run: bool) -> bool:
    """Bring what there is to what is wanted, all or nothing; whether anything was other.

    Args:
        connection: as danhba_apply, in a transaction of which there is one at a time.
        rule: as `danhba.usage.pages.published` has it, as JSON.
        pages: likewise.
        dry_run: only look.
    """
    try:
        with connection.transaction():
            changed = _set_rule(connection, json.loads(rule), dry_run=dry_run)
            return _set_pages(connection, pages, dry_run=dry_run) or changed
    except psycopg.Error as error:
        # As where site.yml is tried on a host that is to be brought up to date: its migration would come before.
        if dry_run and isinstance(error, (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn)):
            return True
        raise Failure(
            f"Cơ sở dữ liệu không nhận được: {reason(error)}. Chưa có gì thay đổi; chạy playbooks/site.yml.",
            f"The database did not take it: {reason(error)}. Nothing was changed; run playbooks/site.yml.",
        ) from error


def _set_rule(connection: Connection, rule: Mapping[str, Any], *, dry_run: bool) -> bool:
    wanted = [rule[name] for name in ("windows", "names", "official", "agency", "target", "days")]
    there = connection.execute(_RULE).fetchone()
    if there is not None and list(there) == wanted:
        return False
    if not dry_run:
        connection.execute(_SET_RULE, wanted)
    return True


def _set_pages(connection: Connection, pages: str, *, dry_run: bool) -> bool:
    same: dict[str, bool] = dict(connection.execute(_SAME, {"pages": pages}))
    other = [agency for agency, is_same in same.items() if not is_same]
    there = {agency for (agency,) in connection.execute("SELECT agency FROM usage.page")}
    gone = [*there - same.keys()]
    if dry_run:
        return bool(other or gone)
    connection.execute("DELETE FROM usage.page WHERE agency = ANY (%s)", [gone])
    if other:
        connection.execute("DELETE FROM usage.reader WHERE agency = ANY (%s)", [other])
        connection.execute(_SET_PAGES, {"pages": pages, "other": other})
        connection.execute(_SET_READERS, {"pages": pages, "other": other})
    return bool(other or gone)
