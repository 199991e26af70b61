"""Restores former rows of the accounts table in one transaction, with an audit record for each change."""

from __future__ import annotations

import json
from typing import Any

from psycopg import sql

from ..database import connect, translated
from .settings import Settings

KEY = ("kind", "id")


def put_back(settings: Settings, rows: list[dict[str, Any]], actor: str, document: str) -> dict[str, Any]:
    """Restore these accounts' rows; return how many were changed, and the accounts created since, which stay.

    Raises:
        Away, Refused: nothing was changed.
    """
    with (
        translated(),
        connect(settings, "danhba_apply", program="danhba-restore",
            statement_seconds=300,
        ) as database,
        database.transaction(),
    ):  # fmt: skip
        found = database.execute("SELECT to_jsonb(account) FROM mail.account").fetchall()
        now = {(row[0]["kind"], row[0]["id"]): row[0] for row in found}
        old = {(row["kind"], row["id"]): row for row in rows}
        changed = [row for key, row in old.items() if now.get(key) != row]
        if changed:
            run = database.execute(
                "INSERT INTO mail.run (job, actor) VALUES ('accounts', %s) RETURNING run", [actor]
            ).fetchone()
            for row in changed:
                database.execute(_statement(row), [json.dumps(row)])
                database.execute(
                    "INSERT INTO mail.audit (run, action, kind, id, document, before, after)"
                    " VALUES (%s, 'restore_account', %s, %s, %s, %s, %s)",
                    [run and run[0], row["kind"], row["id"], document, _json(now.get((row["kind"], row["id"]))),
                     _json(row)],
                )  # fmt: skip
    return {"changed": len(changed), "since": sorted("/".join(key) for key in now.keys() - old.keys())}


def _statement(row: dict[str, Any]) -> sql.Composed:
    names = [sql.Identifier(name) for name in row if name not in KEY]
    return sql.SQL(
        "INSERT INTO mail.account SELECT * FROM jsonb_populate_record(NULL::mail.account, %s::jsonb)"
        " ON CONFLICT (kind, id) DO UPDATE SET ({}) = ROW({})"
    ).format(
        sql.SQL(", ").join(names), sql.SQL(", ").join(sql.SQL("EXCLUDED.{}").format(name) for name in names)
    )  # fmt: skip


def _json(row: dict[str, Any] | None) -> str | None:
    return json.dumps(row, ensure_ascii=False) if row else None
