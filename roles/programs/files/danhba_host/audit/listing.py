"""What was done with a mailbox: what, when, on which document, by whom. No content and no secret is in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg.rows import dict_row

from ..database import Connection
from ..journal import Refused

LONGEST = 320
MOST = 2000  # entries, the newest
Row = dict[str, Any]

_MAILBOX = """
    SELECT kind, id, address, state FROM mail.account
     WHERE address = %(asked)s OR lower(kind || '/' || id) = %(asked)s"""
# Whose address this once was: an official keeps the mailbox and gets another address.
_FORMER = """
    SELECT DISTINCT kind, id FROM mail.audit
     WHERE kind IN ('official', 'agency') AND (after ->> 'address' = %(asked)s OR before ->> 'address' = %(asked)s)"""
# In whose files of the register it stands, or stood.
_AGENCIES = """
    SELECT agency FROM mail.account WHERE (kind, id) = (%(kind)s, %(id)s)
     UNION SELECT coalesce(after ->> 'agency', before ->> 'agency') FROM mail.audit
            WHERE (kind, id) = (%(kind)s, %(id)s) AND coalesce(after ->> 'agency', before ->> 'agency') IS NOT NULL
     UNION SELECT before ->> 'agency' FROM mail.audit WHERE (kind, id) = (%(kind)s, %(id)s) AND before ? 'agency'
     ORDER BY 1"""
# Every record that can be about a mailbox, with the same columns. `at` is in UTC, as the chain has it.
_ENTRIES = """
    SELECT at, what, document, actor, job, register, author, signer, signature, approver, record, key, changed
      FROM (
        SELECT run.at, action AS what, document, actor, job, register, author, signer, signature, approver,
               'mail.audit' AS record, entry::text AS key,
               (SELECT jsonb_object_agg(name, jsonb_build_array(before -> name, after -> name))
                  FROM unnest('{address, name, title, unit, agency, state, quota, since, custodian}'::text[]) AS name
                 WHERE before -> name IS DISTINCT FROM after -> name AND coalesce(before, after) ? name) AS changed
          FROM mail.audit JOIN mail.run USING (run) WHERE (kind, id) = (%(kind)s, %(id)s)
        UNION ALL
        SELECT run.at, action, document, actor, job, register, author, signer, signature, approver,
               'mail.audit', entry::text, NULL
          FROM mail.audit JOIN mail.run USING (run)
         WHERE kind = 'exception' AND coalesce(after, before) ->> 'sender' = %(address)s
        UNION ALL
        SELECT handover.at, 'handover', document, handover.actor, NULL, NULL, NULL, NULL, NULL, NULL,
               'mail.handover', handover::text, jsonb_build_object('custodian', jsonb_build_array(
                   former ->> 'name', successor ->> 'name'))
          FROM mail.handover WHERE agency = %(id)s AND %(kind)s = 'agency'
        UNION ALL
        SELECT step.at, 'recall_' || step, document, step.actor, NULL, NULL, NULL, NULL, NULL,
               (SELECT string_agg(who, ', ') FROM jsonb_array_elements_text(CASE
                       WHEN jsonb_typeof(detail -> 'signed') = 'array' THEN detail -> 'signed' ELSE '[]' END) AS who),
               'recall.step', step.entry::text, NULL
          FROM recall.step JOIN recall.recall ON recall.id = step.recall
         WHERE EXISTS (SELECT FROM recall.copy
                        WHERE copy.recall = step.recall AND mailbox = %(kind)s || '/' || %(id)s)
      ) AS told
     ORDER BY at DESC, record, key::text DESC LIMIT %(most)s"""


def of(connection: Connection, asked: str, operator: str = "") -> Row:
    """The mailbox, its agencies, and its entries, newest first; `more` where older ones are not told.

    Raises:
        Refused: no mailbox has or had that address.
    """
    mailbox = _find(connection, asked)
    rows = _ask(connection, _ENTRIES, {**mailbox, "most": MOST + 1})
    entries = [{**row, "at": row["at"].isoformat()} for row in rows[:MOST]]
    agencies = [row["agency"] for row in _ask(connection, _AGENCIES, mailbox)]
    told = {"mailbox": mailbox, "agencies": agencies, "entries": entries, "more": len(rows) > MOST}
    return {**told, "office": _office(connection, operator)}


def _find(connection: Connection, asked: str) -> Row:
    found = _ask(connection, _MAILBOX, {"asked": asked}) or _formerly(connection, asked)
    if not found:
        raise Refused(f"không có hộp thư {asked} -- there is no mailbox {asked}")
    if len(found) > 1:
        names = ", ".join(f"{row['kind']}/{row['id']}" for row in found)
        raise Refused(
            f"{asked} từng là của nhiều hộp thư, hãy nêu mã -- it was of several mailboxes, name one: {names}"
        )
    return found[0]


def _formerly(connection: Connection, asked: str) -> list[Row]:
    owners = _ask(connection, _FORMER, {"asked": asked})
    found = (_ask(connection, _MAILBOX, {"asked": f"{row['kind']}/{row['id']}".lower()}) for row in owners)
    return [row for rows in found for row in rows]


def _office(connection: Connection, operator: str) -> str:
    """The operator's name, by its tendonvi."""
    names = _ask(connection, "SELECT name FROM mail.account WHERE (kind, id) = ('agency', %(id)s)", {"id": operator})
    return str(names[0]["name"]) if names else operator


def _ask(connection: Connection, query: str, values: Row) -> Sequence[Row] | Any:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode(), values).fetchall()
