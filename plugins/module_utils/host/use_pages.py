"""On the mail host: store in the schema `usage` the agencies' usage pages and who may read them, by the register."""

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
    """An agency's usage page: its name, its readers (such as `official/000105`), the SHA-256 of its mailboxes' JSON."""

    name: str
    readers: frozenset[str]
    digest: str


def _pages(lines: Iterable[str]) -> Iterator[tuple[str, Page, str]]:
    """Parse the pages of a request: yield for each line the agency, its page, and its mailboxes as JSON."""
    for line in lines:
        head, written = line.split("\t")
        agency, name, readers = json.loads(head)
        yield agency, Page(name, frozenset(readers), hashlib.sha256(written.encode()).hexdigest()), written


def publish(connection: Connection, use: Use, *, dry_run: bool) -> bool:
    """Store the rule and the pages of a request, all or nothing; return whether anything changed.

    Args:
        connection: with the role danhba_apply, in a transaction that excludes other writers.
        use: the wanted rule and pages.
        dry_run: compare only.

    Raises:
        Failure: PostgreSQL refuses.
    """
    try:
        with connection.transaction():
            changed = _set_rule(connection, json.loads(use.rule), dry_run=dry_run)
            return _set_pages(connection, use.pages, dry_run=dry_run) or changed
    except psycopg.Error as error:
        # Check mode on a host whose database is older: the real run would apply the migration with these tables before.
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
