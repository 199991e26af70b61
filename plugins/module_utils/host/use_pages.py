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

ROLE = "danhba_apply"
# Two at once wait for each other. The number only has to be one that nothing else here locks.
LOCK = 33_2013
_RULE = "SELECT windows::text[], names, official, agency, target, days::text[] FROM usage.rule"
_SET_RULE = """
    INSERT INTO usage.rule (windows, names, official, agency, target, days)
    VALUES (%s::bit(1440)[], %s, %s::int[], %s::int[], %s, %s::date[])
        ON CONFLICT (one) DO UPDATE SET (windows, names, official, agency, target, days) =
           (EXCLUDED.windows, EXCLUDED.names, EXCLUDED.official, EXCLUDED.agency, EXCLUDED.target, EXCLUDED.days)"""
_PAGES = """
    SELECT agency, name, mailboxes,
           ARRAY (SELECT kind || '/' || id FROM usage.reader WHERE reader.agency = page.agency ORDER BY 1)
      FROM usage.page"""
_SET_PAGE = """
    INSERT INTO usage.page (agency, name, mailboxes) VALUES (%s, %s, %s::jsonb)
        ON CONFLICT (agency) DO UPDATE SET name = EXCLUDED.name, mailboxes = EXCLUDED.mailboxes"""


def publish(connection: Connection, request: Mapping[str, Any], *, dry_run: bool) -> bool:
    """Bring what there is to what is wanted, all or nothing; whether anything changed, or in check mode would.

    Args:
        connection: as danhba_apply.
        request: `rule` and `pages`, as `danhba.usage.pages.published` has them.
        dry_run: only look.
    """
    try:
        with connection.transaction(force_rollback=dry_run):
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
            changed = _set_rule(connection, request["rule"])
            return _set_pages(connection, request["pages"]) or changed
    except psycopg.Error as error:
        # As where site.yml is tried on a host that is to be brought up to date: its migration would come before.
        if dry_run and isinstance(error, psycopg.errors.UndefinedTable):
            return True
        raise Failure(
            f"Cơ sở dữ liệu không nhận được: {reason(error)}. Chưa có gì thay đổi; chạy playbooks/site.yml.",
            f"The database did not take it: {reason(error)}. Nothing was changed; run playbooks/site.yml.",
        ) from error


def _set_rule(connection: Connection, rule: Mapping[str, Any]) -> bool:
    wanted = [rule[name] for name in ("windows", "names", "official", "agency", "target", "days")]
    there = connection.execute(_RULE).fetchone()
    if there is not None and list(there) == wanted:
        return False
    connection.execute(_SET_RULE, wanted)
    return True


def _set_pages(connection: Connection, pages: list[dict[str, Any]]) -> bool:
    there = {agency: (name, boxes, readers) for agency, name, boxes, readers in connection.execute(_PAGES)}
    wanted = {page["agency"]: (page["name"], page["mailboxes"], sorted(page["readers"])) for page in pages}
    other = [agency for agency, page in wanted.items() if there.get(agency) != page]
    gone = sorted(there.keys() - wanted.keys())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM usage.page WHERE agency = ANY (%s)", (gone,))
        cursor.execute("DELETE FROM usage.reader WHERE agency = ANY (%s)", (other,))
        cursor.executemany(_SET_PAGE, [(agency, wanted[agency][0], json.dumps(wanted[agency][1])) for agency in other])
        cursor.executemany(
            "INSERT INTO usage.reader (kind, id, agency) VALUES (%s, %s, %s)",
            [(*reader.split("/", 1), agency) for agency in other for reader in wanted[agency][2]],
        )
    return bool(other or gone)
