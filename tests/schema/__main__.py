"""`python -m tests.schema`: write `docs/schema.sql`, of a PostgreSQL server that is gone afterwards."""

from __future__ import annotations

from tests.integration.conftest import TEMPLATE, new_server

from . import SCHEMA, tidy

with new_server() as server:
    SCHEMA.write_text(tidy(server.run("pg_dump", "--schema-only", "--no-owner", TEMPLATE)), encoding="utf-8")
