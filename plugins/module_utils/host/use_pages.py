"""On the mail host: what the register says of who reads the use of which agency, as the schema `usage` keeps it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from ..failure import Failure
from .postgres import reason
from .request import Use

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
_THERE = """
    SELECT agency, name, coalesce(readers, '{}'), encode(sha256(convert_to(written, 'UTF8')), 'hex')
      FROM usage.page
      LEFT JOIN (SELECT agency, array_agg(kind || '/' || id) AS readers FROM usage.reader GROUP BY agency) AS read
     USING (agency)"""
_SET_PAGE = """
    INSERT INTO usage.page (agency, name, written, mailboxes)
    VALUES (%(agency)s, %(name)s, %(written)s::text, %(written)s::text::jsonb)
        ON CONFLICT (agency) DO UPDATE SET (name, written, mailboxes) =
           (EXCLUDED.name, EXCLUDED.written, EXCLUDED.mailboxes)"""
_SET_READER = """
    INSERT INTO usage.reader (kind, id, agency)
    SELECT split_part(reader, '/', 1), split_part(reader, '/', 2), %(agency)s
      FROM unnest(%(readers)s::text[]) AS reader"""


class Page(NamedTuple):
    """An agency's page: its name, who reads it (such as `official/000105`), SHA-256 of its mailboxes as they came."""

    name: str
    readers: frozenset[str]
    digest: str


def _pages(lines: Iterable[str]) -> Iterator[tuple[str, Page, str]]:
    """Of each line of a request the agency, its page, and its mailboxes in JSON."""
    for line in lines:
        head, written = line.split("\t")
        agency, name, readers = json.loads(head)
        yield agency, Page(name, frozenset(readers), hashlib.sha256(written.encode()).hexdigest()), written


def publish(connection: Connection, use: Use, *, dry_run: bool) -> bool:
    """Bring what there is to what is wanted, all or nothing; whether anything was other.

    Args:
        connection: as danhba_apply, in a transaction of which there is one at a time.
        use: what is wanted.
        dry_run: only look.
    """
    try:
        with connection.transaction():
            changed = _set_rule(connection, json.loads(use.rule), dry_run=dry_run)
            return _set_pages(connection, use.pages, dry_run=dry_run) or changed
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


def _set_pages(connection: Connection, pages: Iterable[str], *, dry_run: bool) -> bool:
    rows = connection.execute(_THERE)
    there = {agency: Page(name, frozenset(readers), digest) for agency, name, readers, digest in rows}
    other = []
    for agency, page, written in _pages(pages):
        if there.pop(agency, None) != page:
            other.append({"agency": agency, "name": page.name, "readers": [*page.readers], "written": written})
    if not dry_run and (there or other):
        connection.execute("DELETE FROM usage.page WHERE agency = ANY (%s)", [[*there]])
        connection.execute("DELETE FROM usage.reader WHERE agency = ANY (%s)", [[each["agency"] for each in other]])
        with connection.cursor() as cursor:
            cursor.executemany(_SET_PAGE, other)
            cursor.executemany(_SET_READER, other)
    return bool(there or other)
