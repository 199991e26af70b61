"""What a superuser of the database does so that the audit says that all is well; and that it does not say so.

Each attack changes a row, with the triggers off, and something else beside: the verifier has to name both.
"""

from __future__ import annotations

import pytest
from ansible_collections.laocai.mail.plugins.module_utils.host.migrations import read_migrations

from danhba_host.audit import __main__ as audit
from danhba_host.audit import catalogue, chain
from danhba_host.database import Connection
from danhba_host.journal import Refused
from tests.integration.chained import RECALL, TOOL, fill_records, lines_of, settings, superuser, told, verify
from tests.integration.conftest import MIGRATIONS, Database
from tests.integration.rows import fill
from tests.schema import MADE, made_text


@pytest.fixture
def filled(database: Database) -> Database:
    fill_records(database)
    return database


FORGE = "UPDATE mail.audit SET document = '8/QĐ-STTTT' WHERE entry = 7"
FORGED = ("changed", 2, "mail.audit", "7")
OLD_LINE = "replace(line, '8/QĐ-STTTT', '7/QĐ-STTTT')"
OWN_TRIGGER = "CREATE FUNCTION mail.own() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
SYSTEM = "SET allow_system_table_mods = on"
RENAMED = "ALTER TABLE mail.audit RENAME TO audit_own"
READABLE = "GRANT SELECT ON mail.audit TO danhba_audit"
# What is done beside the change of the row; the faults that are told then: kind, and how the object begins.
ATTACKS: dict[str, tuple[list[str], list[tuple[str, str]]]] = {
    "a view of the lines gives the old one": (
        [TOOL, f'CREATE VIEW chain."mail.audit" AS SELECT key, name, {OLD_LINE} AS line FROM {lines_of("mail.audit")}'],
        [("strange", "relation chain.mail.audit")],
    ),
    "a list of triggers is empty, all are off": (
        [
            "CREATE VIEW chain.unguarded AS SELECT 'x' AS relation, 'y' AS trigger WHERE false",
            "ALTER TABLE mail.audit DISABLE TRIGGER ALL",
        ],
        [
            ("strange", "relation chain.unguarded"),
            ("altered", "trigger mail.audit.chained"),
            ("altered", "trigger mail.audit.audit_only_grows"),
            ("altered", "table mail.audit"),
        ],
    ),
    "a trigger fires on replicas alone": (
        ["ALTER TABLE mail.audit ENABLE REPLICA TRIGGER chained"],
        [("altered", "trigger mail.audit.chained")],
    ),
    "a trigger is dropped": (
        ["DROP TRIGGER audit_only_grows ON mail.audit"],
        [("lacking", "trigger mail.audit.audit_only_grows")],
    ),
    "a trigger has the same name and another function": (
        [
            OWN_TRIGGER,
            "DROP TRIGGER chained ON mail.audit",
            (
                "CREATE TRIGGER chained AFTER INSERT ON mail.audit REFERENCING NEW TABLE AS fresh"
                " FOR EACH STATEMENT EXECUTE FUNCTION mail.own()"
            ),
        ],
        [("altered", "trigger mail.audit.chained"), ("strange", "function mail.own()")],
    ),
    "a trigger changes what is written": (
        [OWN_TRIGGER, "CREATE TRIGGER aa BEFORE INSERT ON mail.audit FOR EACH ROW EXECUTE FUNCTION mail.own()"],
        [("strange", "trigger mail.audit.aa")],
    ),
    "the function that seals does nothing": (
        ["CREATE OR REPLACE FUNCTION chain.note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"],
        [("altered", "function chain.note()")],
    ),
    "the function that refuses changes allows them": (
        ["CREATE OR REPLACE FUNCTION mail.refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"],
        [("altered", "function mail.refuse_change()")],
    ),
    "a function of the chain has another owner": (
        ["ALTER FUNCTION chain.seal() OWNER TO postgres"],
        [("altered", "function chain.seal()")],
    ),
    "the database's own way of making a text is another": (
        ["UPDATE chain.covered SET line = '''{}''' WHERE relation = 'mail.audit'"],
        [("altered", "covered mail.audit")],
    ),
    "a view stands in the table's place": (
        [RENAMED, "CREATE VIEW mail.audit AS SELECT * FROM mail.audit_own", READABLE],
        [("altered", "table mail.audit"), ("unread", "mail.audit")],
    ),
    "another table stands in the table's place": (
        [
            RENAMED,
            "CREATE TABLE mail.audit (LIKE mail.audit_own INCLUDING ALL)",
            "INSERT INTO mail.audit OVERRIDING SYSTEM VALUE SELECT * FROM mail.audit_own",
            READABLE,
        ],
        [("altered", "table mail.audit"), ("lacking", "trigger mail.audit.chained")],
    ),
    "a partitioned table stands in the table's place": (
        [RENAMED, "CREATE TABLE mail.audit (LIKE mail.audit_own) PARTITION BY RANGE (entry)", READABLE],
        [("altered", "table mail.audit"), ("unread", "mail.audit")],
    ),
    "the table has a child": (["CREATE TABLE mail.own () INHERITS (mail.audit)"], [("altered", "table mail.audit")]),
    "a table is kept out of the write-ahead log": (
        ["ALTER TABLE events.look SET UNLOGGED"],
        [("altered", "table events.look")],
    ),
    "a rule swallows what is written": (
        ["CREATE RULE own AS ON INSERT TO mail.audit DO INSTEAD NOTHING"],
        [("strange", "rule mail.audit.own"), ("altered", "table mail.audit")],
    ),
    "a policy hides the row": (
        ["ALTER TABLE mail.audit ENABLE ROW LEVEL SECURITY", "CREATE POLICY own ON mail.audit USING (entry <> 7)"],
        [("strange", "policy mail.audit.own"), ("altered", "table mail.audit"), ("unread", "mail.audit")],
    ),
    "the audit may not read the table": (
        ["REVOKE SELECT ON mail.audit FROM danhba_audit"],
        [("unread", "mail.audit")],
    ),
    "a column has another type": (
        ["ALTER TABLE events.look ALTER COLUMN asked TYPE varchar(200)"],
        [("altered", "column events.look.asked"), ("unread", "events.look")],
    ),
    "a column is of a type of somebody's own": (
        ["CREATE DOMAIN mail.own AS text", "ALTER TABLE events.look ALTER COLUMN asked TYPE mail.own"],
        [("altered", "column events.look.asked"), ("unread", "events.look")],
    ),
    "a column has another default": (
        ["ALTER TABLE mail.run ALTER COLUMN at SET DEFAULT '2020-01-01'"],
        [("altered", "column mail.run.at")],
    ),
    "a constraint is gone": (
        ["ALTER TABLE mail.run DROP CONSTRAINT run_job_check"],
        [("lacking", "constraint mail.run.run_job_check")],
    ),
    "a service may write the chain": (
        ["GRANT INSERT, UPDATE ON chain.seal TO danhba_apply"],
        [("altered", "table chain.seal")],
    ),
    "a service may write a column of a record": (
        ["GRANT UPDATE (document) ON mail.audit TO danhba_apply"],
        [("altered", "column mail.audit.document")],
    ),
    "anybody may make objects beside the chain": (
        ["GRANT CREATE ON SCHEMA chain TO PUBLIC"],
        [("altered", "schema chain")],
    ),
    "what is made later is everybody's": (
        ["ALTER DEFAULT PRIVILEGES FOR ROLE danhba_owner IN SCHEMA mail GRANT ALL ON TABLES TO PUBLIC"],
        [("strange", "default privileges danhba_owner mail r")],
    ),
    "a cast is somebody's own": (
        [
            "CREATE FUNCTION mail.own(jsonb) RETURNS inet LANGUAGE sql AS 'SELECT NULL::inet'",
            "CREATE CAST (jsonb AS inet) WITH FUNCTION mail.own(jsonb)",
        ],
        [("strange", "own cast jsonb inet")],
    ),
    "a function of PostgreSQL has a brother that fits better": (
        [SYSTEM, "CREATE FUNCTION pg_catalog.to_json(text) RETURNS json LANGUAGE sql AS 'SELECT ''1''::json'"],
        [("strange", "own proc pg_catalog.to_json")],
    ),
    "an operator of PostgreSQL has a brother that fits better": (
        [
            "CREATE FUNCTION mail.own(jsonb, text) RETURNS boolean LANGUAGE sql AS 'SELECT false'",
            SYSTEM,
            "CREATE OPERATOR pg_catalog.= (LEFTARG = jsonb, RIGHTARG = text, FUNCTION = mail.own)",
        ],
        [("strange", "own operator pg_catalog.=")],
    ),
    "a function that prints definitions is another": (
        ["ALTER FUNCTION pg_catalog.pg_get_triggerdef(oid) SET search_path = mail"],
        [("altered", "printer pg_get_triggerdef(oid)")],
    ),
    "names are looked up elsewhere first": (
        [
            "CREATE SCHEMA own",
            "CREATE FUNCTION own.pg_export_snapshot() RETURNS text LANGUAGE sql AS 'SELECT ''none'''",
            "CREATE VIEW own.pg_trigger AS SELECT * FROM pg_catalog.pg_trigger WHERE false",
            "CREATE VIEW own.audit AS SELECT * FROM mail.audit WHERE false",
            "ALTER ROLE danhba_audit IN DATABASE {database} SET search_path = own, pg_catalog",
        ],
        [("strange", "setting danhba_audit search_path")],
    ),
    "triggers are off in each new session": (
        ["ALTER DATABASE {database} SET session_replication_role = replica"],
        [("strange", "setting * session_replication_role"), ("altered", "setting session_replication_role")],
    ),
    "what is defined is undone at once": (
        [
            "CREATE FUNCTION mail.own() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'",
            "CREATE EVENT TRIGGER own ON ddl_command_end EXECUTE FUNCTION mail.own()",
        ],
        [("strange", "event trigger own")],
    ),
}


@pytest.mark.clause("R9.6")
@pytest.mark.parametrize("name", ATTACKS)
def test_verify_forged_row_and_swapped_object_names_both(filled: Database, name: str) -> None:
    statements, faults = ATTACKS[name]
    superuser(filled, FORGE, *(statement.replace("{database}", filled.name) for statement in statements))
    found = told(verify(filled))
    for kind, about in faults:
        assert any(fault[0] == kind and fault[2].startswith(about) for fault in found), found
    assert FORGED in found or ("unread", 0, "mail.audit", "") in found


def test_verify_catalogue_replaced_by_another_table_refused(filled: Database) -> None:
    """A superuser who may change PostgreSQL's own tables shows policies as they were."""
    superuser(
        filled,
        SYSTEM,
        "ALTER TABLE pg_catalog.pg_policy RENAME TO pg_policy_own",
        "CREATE TABLE pg_catalog.pg_policy (LIKE pg_catalog.pg_policy_own)",
        "INSERT INTO pg_catalog.pg_policy SELECT 1, 'x', 2200, 'r', true, '{0}', NULL, NULL",
        "GRANT SELECT ON pg_catalog.pg_policy TO PUBLIC",
    )
    with pytest.raises(Refused, match=r"pg_catalog\.pg_policy is not PostgreSQL's own"):
        verify(filled)


def test_list_forged_row_behind_swapped_view_is_marked(filled: Database) -> None:
    """The list of a mailbox is made of the lines that were verified: it shows what the verifier has judged."""
    filled.query(
        "INSERT INTO mail.account (kind, id, address, name, agency, quota, state, document, since)"
        " VALUES ('official', '000007', 'a7-stttt@laocai.gov.vn', 'x', 'stttt', 1, 'open', '1/QĐ-VP', '2010-10-15')"
    )
    asked = {"mailbox": "official/000007"}
    [entry] = audit.list_mailbox(settings(filled), asked)["entries"]
    assert (entry["document"], entry["mark"]) == ("7/QĐ-STTTT", "")
    superuser(filled, FORGE, *ATTACKS["a view of the lines gives the old one"][0])
    answer = audit.list_mailbox(settings(filled), asked)
    [entry] = answer["entries"]
    assert (entry["document"], entry["mark"]) == ("8/QĐ-STTTT", "changed")
    assert {fault["kind"] for fault in answer["verdict"]["faults"]} == {"changed", "strange"}


def test_list_of_a_chain_made_anew_marks_each_entry_in_doubt(filled: Database) -> None:
    filled.query(
        "INSERT INTO mail.account (kind, id, address, name, agency, quota, state, document, since)"
        " VALUES ('official', '000007', 'a7-stttt@laocai.gov.vn', 'x', 'stttt', 1, 'open', '1/QĐ-VP', '2010-10-15')"
    )
    other = {"n": 8, "hash": "a" * 64}
    answer = audit.list_mailbox(settings(filled), {"mailbox": "official/000007", "heads": [other]})
    assert [entry["mark"] for entry in answer["entries"]] == ["doubtful"]
    assert [fault["kind"] for fault in answer["verdict"]["faults"]] == ["rewritten"]


PASSWORD = ("password", 0, "mail.credential", "official/open")


@pytest.mark.clause("R9.6")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE mail.credential SET password = '{PLAIN}own' WHERE id = 'open'",
        "UPDATE mail.credential SET initial = false WHERE id = 'open'",
        "DELETE FROM mail.credential WHERE id = 'open'",
    ],
)
def test_verify_credential_replaced_with_triggers_off_names_account(database: Database, statement: str) -> None:
    fill(database)
    assert verify(database)["holds"]
    superuser(database, statement)
    assert told(verify(database)) == [PASSWORD]
    assert b"{PLAIN}" not in b"\n".join(lines(database))


# What is done between the description of the objects and the copy of a table, beside a row that is changed before: the
# names lead to a copy of the table as it was.
SWAPS = {
    "mail.credential": (
        (
            "CREATE TABLE mail.own AS SELECT * FROM mail.credential",
            "GRANT SELECT ON mail.own TO danhba_audit",
            "UPDATE mail.credential SET password = '{PLAIN}own'",
        ),
        ("ALTER TABLE mail.credential RENAME TO credential_own", "ALTER TABLE mail.own RENAME TO credential"),
    ),
    "recall.recall": (
        (
            "CREATE SCHEMA own",
            "GRANT USAGE ON SCHEMA own TO danhba_audit",
            "CREATE TABLE own.recall AS SELECT * FROM recall.recall",
            "GRANT SELECT ON own.recall TO danhba_audit",
            "UPDATE recall.recall SET actor = 'own'",
        ),
        ("ALTER SCHEMA recall RENAME TO recall_own", "ALTER SCHEMA own RENAME TO recall"),
    ),
}


@pytest.mark.clause("R9.6")
@pytest.mark.parametrize("name", SWAPS)
def test_verify_table_swapped_between_description_and_copy_is_unread(
    database: Database, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The objects are described as they were; the copy goes by the name, which is another table's for that long."""
    fill(database)
    database.query(RECALL)
    assert verify(database)["holds"]
    before, swap = SWAPS[name]
    superuser(database, *before)
    assert not verify(database)["holds"]
    described = catalogue.describe

    def describe(connection: Connection) -> catalogue.Objects:
        objects = described(connection)
        superuser(database, *swap)
        return objects

    monkeypatch.setattr(catalogue, "describe", describe)
    assert ("unread", 0, name, "") in told(verify(database))


def lines(database: Database) -> list[bytes]:
    """An export."""
    with audit._database(settings(database)) as snapshot:
        return list(snapshot.lines())


STORE = "INSERT INTO mail.credential (kind, id, password, run)"
REPLACE = "ON CONFLICT (kind, id) DO UPDATE SET password = excluded.password, initial = true"


def test_verify_credential_changed_by_programs_holds(database: Database) -> None:
    fill(database)
    for role, statement in (
        (
            "danhba_password",
            f"{STORE} VALUES ('official', 'open', '{{PLAIN}}y', 1) {REPLACE}",
        ),
        ("danhba_credentials", "UPDATE mail.credential SET password = '{PLAIN}z', initial = false WHERE id = 'open'"),
        ("danhba_password", "UPDATE mail.credential SET password = '{PLAIN}z'"),
        ("postgres", "DELETE FROM mail.credential WHERE id = 'closed'"),
    ):
        before = verify(database)
        database.query(statement, role=role)
        after = verify(database, before["head"])
        assert after["holds"], after["faults"]
        assert after["seals"] == before["seals"] + 1
    # A row that stays as it was is not sealed once more.
    assert after["rows"]["mail.credential_digest"] == 3 + 1 + 1 + 2 + 1


def test_list_password_stored_by_no_run_is_shown(database: Database) -> None:
    """With triggers on, the superuser's own password is sealed; but no run of a program says that it stored one."""
    fill(database)
    database.query(
        "INSERT INTO mail.audit (run, action, kind, id, document) VALUES (1, 'issue_password', 'official', 'open', 'x')"
    )
    asked = {"mailbox": "official/open"}

    def outside() -> list[str]:
        entries = audit.list_mailbox(settings(database), asked)["entries"]
        return [entry["record"] for entry in entries if entry["what"] == "password_outside"]

    assert outside() == []
    database.query("UPDATE mail.credential SET password = '{PLAIN}own' WHERE id = 'open'")
    assert verify(database)["holds"]
    assert outside() == ["mail.credential_digest"]


def test_migration_seals_credentials_that_were_there_before(empty_database: Database) -> None:
    migrations = read_migrations(MIGRATIONS)
    number = next(each.number for each in migrations if each.name == "verified_tables")
    empty_database.migrate(number - 1)
    fill(empty_database)
    empty_database.migrate()
    found = verify(empty_database)
    assert (found["holds"], found["adopted"]) == (True, {"mail.credential_digest": 3})
    superuser(empty_database, "UPDATE mail.credential SET password = '{PLAIN}own' WHERE id = 'open'")
    assert told(verify(empty_database)) == [PASSWORD]


def test_made_database_of_today_and_one_upgraded_step_by_step_are_alike(
    database: Database, empty_database: Database
) -> None:
    assert made_text(database) == MADE.read_text(encoding="utf-8"), "run: make generated"
    migrations = read_migrations(MIGRATIONS)
    for number in range(1, len(migrations) + 1):
        empty_database.migrate(number)
        if number == 1:
            empty_database.query("INSERT INTO mail.run (job, actor) VALUES ('accounts', 'x')")
    empty_database.migrate()
    assert made_text(empty_database) == made_text(database)


def test_made_has_every_record_with_its_triggers(database: Database) -> None:
    text = made_text(database)
    for record in chain.RECORDS:
        growing = f"{record.split('.')[1]}_only_grows"
        assert f'"trigger {record}.chained"' in text
        assert f'"trigger {record}.{growing}"' in text
        assert f'"covered {record}"' in text
