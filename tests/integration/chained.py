"""Records as programs write them, the audit's verdict on them, and what a superuser can do to them."""

from __future__ import annotations

import json
from typing import Any

from danhba_host.audit import __main__ as audit
from danhba_host.audit.settings import Settings
from tests.integration.conftest import Database

RUN = "INSERT INTO mail.run (job, actor, register) VALUES ('accounts', 'an@controller', 'c0ffee') RETURNING run"
ENTRY = (
    "INSERT INTO mail.audit (run, action, kind, id, document, before, after) SELECT 1, 'create', 'official',"
    " to_char(n, 'FM000000'), n || '/QĐ-STTTT', NULL, jsonb_build_object('address', 'a' || n || '-stttt@laocai.gov.vn',"
    " 'quota', 1073741824, 'title', NULL) FROM generate_series({}, {}) AS n"
)
HANDOVER = (
    "INSERT INTO mail.handover (actor, agency, address, name, former, successor, role, document, day, state, removed)"
    " VALUES ('an@controller', 'stttt', 'stttt@laocai.gov.vn', 'Sở', '{}', '{\"person\": \"000101\", \"name\": \"Lò"
    " Thị\"}', 'x', '7/QĐ-STTTT', '2026-11-01', '{}', '{}')"
)
RECALL = (
    "INSERT INTO recall.recall (id, actor, purpose, document, document_date, message_id, digests)"
    " VALUES ('TH-01', 'an@controller', 'secret', '12/QĐ-STTTT', '2026-11-27', '<1@x>', '{}')"
)
STEP = "INSERT INTO recall.step (recall, step, actor, plan) VALUES ('TH-01', 'find', 'an@controller', repeat('a', 64))"
EXCEPTION = (
    "INSERT INTO mail.audit (run, action, kind, id, document, after) VALUES (1, 'except', 'exception', 'x1',"
    " '9/QĐ-VP', '{\"sender\": \"a3-stttt@laocai.gov.vn\"}')"
)


def lines_of(record: str) -> str:
    """A query of a record's keys, names and texts as the database would make them: a superuser's tool, not ours."""
    return f"(SELECT * FROM own.lines('{record}')) AS view"


# Makes that tool.
TOOL = """
    CREATE SCHEMA own;
    CREATE FUNCTION own.lines(record text) RETURNS TABLE (key text, name text, line text) LANGUAGE plpgsql AS $$
    DECLARE
        about chain.covered;
    BEGIN
        SELECT * INTO about FROM chain.covered WHERE relation = record;
        RETURN QUERY EXECUTE format('SELECT (%1$I)::text, (%2$s)::text, %3$s FROM %4$s', about.key,
                                    chain.name(about.key), about.line, record);
    END $$"""
DIGEST = "encode(sha256(convert_to(line, 'UTF8')), 'hex')"
FILL = (RUN, ENTRY.format(1, 30), HANDOVER, RECALL, STEP, EXCEPTION, RUN, ENTRY.format(31, 60))


def fill_records(database: Database) -> None:
    """Two runs with 30 entries each, a hand-over, a recall with a step, and an exception: seals 1 to 8."""
    for statement in FILL:
        database.query(statement.replace("%", "%%"))


def settings(database: Database) -> Settings:
    return Settings(database.name, database.server.socket, "/nowhere")


def verify(database: Database, *heads: dict[str, Any]) -> dict[str, Any]:
    """What the host's program says."""
    return json.loads(json.dumps(audit.verify(settings(database), {"heads": list(heads)})))  # type: ignore[no-any-return]


def told(found: dict[str, Any]) -> list[tuple[str, int, str, str]]:
    return [(fault["kind"], fault["seal"], fault["relation"], fault["key"]) for fault in found["faults"]]


def superuser(database: Database, *statements: str) -> None:
    """As the database's superuser, who is stopped by no trigger (session_replication_role)."""
    with database.connect() as connection:
        connection.execute("SET session_replication_role = replica")
        for statement in statements:
            connection.execute(statement.encode())
