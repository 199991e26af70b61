"""docs/schema.sql is the database of today, whichever version it was upgraded from, and each object has its file."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import psycopg
import pytest
from ansible_collections.laocai.mail.plugins.module_utils.host import schema

from tests.schema import SCHEMA, tidy

from .chained import HANDOVER, RECALL, STEP, verify
from .conftest import MIGRATIONS, SCHEMA_FILES, Database, new_database
from .rows import SESSIONS, fill

FILES = schema.read_files(SCHEMA_FILES)
VERSIONS = len(list(MIGRATIONS.glob("*.sql")))
VERIFIED = (1, 20, 21, 30, VERSIONS)  # rows before the chain, before passwords were part of it, and after

_DAY = re.compile(r"\bevents\.(?:event|use|key|refusals)_\d{6}")

# The same view as two releases write it.
OLDER = """\
CREATE VIEW mail.one AS
 SELECT run.job AS what,
    (run.at)::date AS day
   FROM mail.run
  WHERE (run.job <> 'x'::text);

CREATE VIEW mail.two AS
 SELECT run.job
   FROM (mail.run
     JOIN mail.audit USING (run));
"""
NEWER = OLDER.replace("SELECT run.job AS", "SELECT job AS").replace("(run.at)", "(at)").replace("(run.job", "(job")

EVENT = (
    "INSERT INTO events.event (at, source, position, event, kind, id, recipient) VALUES"
    " (now(), 'f4b348b9-501c-4dfd-a845-29973a7c2320', {}, 'stored', 'official', 'open', 'open-stttt@laocai.gov.vn')"
)
# Rows that a version's own programs could have left, by the migration that made room for them; `fill` begins.
ROWS: dict[int, Sequence[str]] = {
    1: (
        "INSERT INTO mail.route VALUES ('an@laocai.gov.vn', 'forward', '1/QĐ-VP', '')",
        "INSERT INTO mail.route_target VALUES ('an@laocai.gov.vn', 'official', 'open')",
    ),
    3: ("UPDATE mail.credential SET password = '{PLAIN}y' WHERE id = 'open'", SESSIONS),
    8: ("UPDATE mail.account SET address = 'other-stttt@laocai.gov.vn' WHERE id = 'suspended'",),
    9: ("INSERT INTO mail.room VALUES ('official', 'open', 1, 1)",),
    11: (
        (
            f"INSERT INTO secrecy.exception VALUES ('x1', 'open-stttt@laocai.gov.vn', '{{{'a' * 64}}}', '2010-10-15',"
            " '2099-10-15', '9/QĐ-VP', 'x')"
        ),
        (
            "INSERT INTO secrecy.incident (reference, action, verdict, level, place, direction, mail_from, signed_in,"
            " recipients, client, queue_id, digest, octets, exceptions) VALUES ('r', 'refused', 'marked', 'mat',"
            " 'subject',"
            " 'outgoing', 'open-stttt@laocai.gov.vn', '', '{}', '192.0.2.7', 'q', repeat('a', 64), 1, '{}')"
        ),
    ),
    12: (
        "SELECT events.prepare(events.day(now()))",
        EVENT.format(1),
        'UPDATE events.progress SET open = \'{"q": {"from": "x"}}\', at = now()',
        "INSERT INTO events.look (actor, asked, since, found) VALUES ('an', '{}', now(), 0)",
    ),
    13: (
        "INSERT INTO mail.sending VALUES ('official', 'open', now(), 1, 1, 0)",
        "INSERT INTO mail.sending_suspension (kind, id, reason) VALUES ('official', 'open', '9/3')",
        "INSERT INTO mail.notice (kind, id, what) VALUES ('official', 'open', 'strange')",
    ),
    16: (
        RECALL,
        STEP,
        (
            "INSERT INTO recall.copy (recall, mailbox, folder_id, uid, address, folder, digest, message_id, relation,"
            " flags, received, size, state)"
            " VALUES ('TH-01', 'official/open', 'f', 1, 'x', 'INBOX', repeat('b', 64), '<1@x>', 'carrier', '',"
            " now(), 1, 'held')"
        ),
        "INSERT INTO recall.queued VALUES ('TH-01', 'q', repeat('b', 64), '{}', 'held')",
    ),
    17: (HANDOVER,),
    18: (EVENT.format(2), "SELECT usage.count_day(events.day(now()))"),
    20: ("INSERT INTO usage.page VALUES ('stttt', 'Sở', '[]')",),
    21: ("INSERT INTO mail.run (job, actor) VALUES ('accounts', 'x')",),
    24: (
        (
            "INSERT INTO archive.export (actor, kind, id, document, document_date, recipient, messages,"
            " sealed, size)"
            " VALUES ('an', 'official', 'closed', '1/QĐ-VP', '2026-11-01', 'age1' || repeat('a', 58), 1,"
            " repeat('a', 64), 1)"
        ),
    ),
    30: ("UPDATE mail.credential SET password = '{PLAIN}z' WHERE id = 'open'",),
}


def write_rows(database: Database, version: int) -> None:
    """What a version writes of what no version before it could."""
    if version == 1:
        fill(database)
    for statement in ROWS.get(version, ()):
        database.query(statement)


def counted(database: Database) -> dict[str, int]:
    """How many rows each table has, but for records of migrations and of the chain."""
    tables = database.query(
        "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
        " WHERE schemaname NOT IN ('pg_catalog', 'information_schema', 'public', 'chain')"
    )
    parts = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for (name,) in tables)
    return dict(database.query(parts)) if parts else {}


def without_days(dump: str) -> str:
    """A schema without the tables of single days and months, which rows have made."""
    return "\n\n".join(each for each in dump.split("\n\n") if not _DAY.search(each))


def test_schema_upgraded_from_each_former_version_equals_one_made_today(
    database: Database, empty_database: Database
) -> None:
    """All migrations that a version lacks come in one transaction; its rows are kept, and the chain over them holds."""
    today = tidy(database.schema())
    for version in range(VERSIONS + 1):
        if version:
            empty_database.migrate(version)
            write_rows(empty_database, version)
        with new_database(empty_database.server, empty_database.name) as upgraded:
            before = counted(upgraded)
            upgraded.migrate()
            assert without_days(tidy(upgraded.schema())) == today, f"from {version}"
            after = counted(upgraded)
            assert [name for name in before if after[name] < before[name]] == [], f"from {version}"
            if version in VERIFIED:
                assert verify(upgraded)["holds"], f"from {version}"


def test_schema_docs_are_up_to_date(database: Database) -> None:
    assert SCHEMA.read_text(encoding="utf-8") == tidy(database.schema()), "run: make generated"


def drop_all(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Drop every function and view of ours, and with them their triggers."""
    statements = connection.execute(
        "SELECT format('DROP FUNCTION IF EXISTS %s CASCADE', oid::regprocedure) FROM pg_proc WHERE pronamespace > 16384"
        " UNION ALL SELECT format('DROP VIEW IF EXISTS %s CASCADE', oid::regclass) FROM pg_class"
        " WHERE relkind = 'v' AND relnamespace > 16384"
    ).fetchall()
    for (statement,) in statements:
        connection.execute(str(statement).encode())


def test_schema_files_alone_make_every_function_view_and_trigger(database: Database) -> None:
    """Nothing of them stands on a migration, and each file comes after those that it needs."""
    today = tidy(database.schema())
    with database.connect() as connection:
        drop_all(connection)
    assert not re.search(r"CREATE (?:FUNCTION|VIEW|TRIGGER|CONSTRAINT TRIGGER)", database.schema())
    database.migrate()
    assert tidy(database.schema()) == today


def test_each_function_and_view_has_one_file_of_its_name(database: Database) -> None:
    found = database.query(
        "SELECT format('%%s.%%s', nspname, proname) FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace"
        " WHERE nspname <> ALL (%s) UNION ALL SELECT format('%%s.%%s', schemaname, viewname) FROM pg_views"
        " WHERE schemaname <> ALL (%s)",
        *(["pg_catalog", "information_schema"],) * 2,
    )
    assert sorted(name for (name,) in found) == sorted(file.name for file in FILES)


def test_functions_are_granted_to_named_roles_only(database: Database) -> None:
    found = database.query(
        "SELECT pg_proc.oid::regprocedure::text FROM pg_proc,"
        " aclexplode(coalesce(proacl, acldefault('f', proowner)))"
        " WHERE grantee = 0 AND pronamespace > 16384"
    )
    assert found == []


def rights(database: Database) -> list[tuple[object, ...]]:
    """Who owns and who may use each function and view."""
    return database.query(
        "SELECT proname, proowner::regrole::text, proacl::text FROM pg_proc WHERE pronamespace > 16384 UNION ALL"
        " SELECT relname, relowner::regrole::text, relacl::text FROM pg_class"
        " WHERE relkind = 'v' AND relnamespace > 16384 ORDER BY 1, 2, 3"
    )


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("events.hash", lambda sql: sql.replace("(word text)", "(word text, more text)")),
        (
            "events.network",
            lambda sql: sql.replace("RETURNS inet", "RETURNS text").replace("client END", "client END::text"),
        ),
        ("usage.read_by", lambda sql: sql.replace("of_kind", "of_what")),
        (
            "addressbook.agency",
            lambda sql: sql.replace("SELECT code, name, parent, dn FROM", "SELECT code, name, dn FROM"),
        ),
        ("addressbook.escaped", lambda sql: sql.replace("value", "word")),
    ],
)
def test_file_with_another_signature_replaces_the_former_object(
    database: Database, name: str, change: Callable[[str], str]
) -> None:
    """Its former form is dropped, and what stood on it is made again, with its rights."""
    files = [schema.SchemaFile(file.name, "new", change(file.sql)) if file.name == name else file for file in FILES]
    assert files != FILES
    before = rights(database)
    with database.connect() as connection, connection.transaction():
        connection.execute("SET ROLE danhba_owner")
        found = schema.compare(connection, files)
        assert [file.name for file in found.outdated] == [name]
        loaded = schema.load(connection, files, found.outdated)
        assert schema.label(name) in loaded
        assert schema.compare(connection, files) == schema.Difference([], [], [])
    assert rights(database) == before
