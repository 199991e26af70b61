"""`python -m tests.schema`: write `docs/schema.sql`, of a PostgreSQL server that is gone afterwards.

Of the same server, which objects the audit expects: `auditing/made.json`.
"""

from __future__ import annotations

from tests.integration.conftest import TEMPLATE, Database, new_server

from . import MADE, SCHEMA, made_text, tidy

with new_server() as server:
    database = Database(server, TEMPLATE)
    SCHEMA.write_text(tidy(database.schema()), encoding="utf-8")
    MADE.write_text(made_text(database), encoding="utf-8")
