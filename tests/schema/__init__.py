"""`docs/schema.sql`: the database as it is after every migration, as PostgreSQL itself writes it.

The migrations say how it came to be so; who wants to know what a view shows today would have to read several of them.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

from danhba_host.audit import reading

if TYPE_CHECKING:
    from tests.integration.conftest import Database

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "docs/schema.sql"
MADE = ROOT / "plugins/module_utils/danhba/auditing/made.json"
HEAD = """\
-- The database of accounts as it is today, for reading: nothing runs this file. `make generated` makes it of the files
-- of role database, migrations and schema, whose comments say why; a test fails while it is not up to date.
-- Everything belongs to danhba_owner. A service signs in under its own role and sees what is granted here and no more.
-- `mail` holds the tables; `postfix`, `dovecot` and `addressbook` hold the views of the services they are named for.

"""
# What a dump says of itself, of the session that would read it, and with a random token.
_NOISE = re.compile(r"^(?:--.*|SET .*;|SELECT pg_catalog\.set_config.*|\\(?:un)?restrict .*)\n", re.MULTILINE)
_VIEW = re.compile(r"^CREATE VIEW [^;]*;", re.MULTILINE)
_ONE_TABLE = re.compile(r"^   FROM (?:\w+\.)?(\w+)$", re.MULTILINE)
_SEVERAL_QUERIES = re.compile(r"^(?:UNION|INTERSECT|EXCEPT)\b", re.MULTILINE)


def made_text(database: Database) -> str:
    """Which objects the audit expects in a database that every migration has made, as `auditing/made.json` has them."""
    with reading.snapshot(lambda: database.connect("danhba_audit")) as snapshot:
        lines = [
            f" {json.dumps(name)}: {json.dumps(about, sort_keys=True)}" for name, about in snapshot.described().items()
        ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def tidy(dump: str) -> str:
    """What `pg_dump --schema-only --no-owner` writes, the same of every release of PostgreSQL."""
    text = _VIEW.sub(lambda view: _plain(view[0]), _NOISE.sub("", dump))
    return HEAD + re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _plain(view: str) -> str:
    """Columns of a query over one table without its name, as releases from 16 on write them; 15 writes it."""
    head, select, query = view.rpartition("\n SELECT ")
    table = _ONE_TABLE.search(query)
    if not table or _SEVERAL_QUERIES.search(view):
        return view
    return head + select + re.sub(rf"\b{table[1]}\.", "", query)
