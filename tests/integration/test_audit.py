"""The chain over the records, in a real PostgreSQL: what seals it, and each way in which a superuser breaks it."""

from __future__ import annotations

import io
import json
import re
import threading
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest
from ansible_collections.laocai.mail.plugins.module_utils.host.migrations import read_migrations

from danhba_host.audit import __main__ as audit
from danhba_host.audit import chain, listing, reading
from danhba_host.journal import Refused
from tests.integration.chained import (
    DIGEST,
    ENTRY,
    EXCEPTION,
    HANDOVER,
    RECALL,
    RUN,
    TOOL,
    fill_records,
    lines_of,
    settings,
    superuser,
    told,
    verify,
)
from tests.integration.conftest import LOGIN_ROLES, MIGRATIONS, Ansible, Database, Outcome
from tests.integration.rows import ACCOUNT


@pytest.fixture
def filled(database: Database) -> Database:
    """Two runs with 30 entries each, a hand-over, a recall with a step, and an exception: seals 1 to 8."""
    fill_records(database)
    return database


def remake(database: Database, first: int) -> None:
    """Make the chain anew from a seal on, with the right algorithm, from the rows as they are now."""
    rows = database.query(
        "SELECT n, batch, relation FROM chain.seal JOIN chain.batch USING (batch) WHERE n >= %s", first
    )
    superuser(database, TOOL)
    for n, batch, relation in rows:
        fresh = (
            f"UPDATE chain.batch SET (leaves, rows) = (SELECT string_agg(view.name || ' ' || {DIGEST},"
            f" E'\\n' ORDER BY length(key), key), count(*) FROM {lines_of(relation)} WHERE name IN"
            f" (SELECT split_part(leaf, ' ', 1) FROM regexp_split_to_table(leaves, E'\\n') AS leaf))"
            f" WHERE batch = {batch}"
        )
        hashed = (
            "UPDATE chain.seal SET (previous, hash) = (SELECT last.hash, encode(sha256(convert_to(concat_ws(E'\\n',"
            " last.hash, seal.n, seal.at, relation, form, origin, rows, leaves), 'UTF8')), 'hex') FROM chain.batch,"
            f" (SELECT coalesce((SELECT hash FROM chain.seal WHERE n = {n - 1}), repeat('0', 64)) AS hash) AS last"
            f" WHERE batch.batch = seal.batch) WHERE n = {n}"
        )
        superuser(database, fresh, hashed)


def test_what_is_written_by_everybody_is_sealed(filled: Database) -> None:
    found = verify(filled)
    assert (found["holds"], found["faults"], found["seals"]) == (True, [], 8)
    assert found["rows"] == {"mail.run": 2, "mail.audit": 61, "mail.handover": 1, "recall.recall": 1, "recall.step": 1}
    assert found["head"]["n"] == 8
    assert found["adopted"] == {}
    filled.query(ACCOUNT.format(id="open", state="open"))
    for role, job in (
        ("danhba_apply", "accounts"),
        ("danhba_password", "passwords"),
        ("danhba_credentials", "credentials"),
    ):
        filled.query("INSERT INTO mail.run (job, actor) VALUES (%s, 'x')", job, role=role)
    again = verify(filled, found["head"])
    assert (again["holds"], again["seals"], again["rows"]["mail.run"]) == (True, 11, 5)


def test_it_is_the_same_whatever_a_session_has_set(filled: Database) -> None:
    before = verify(filled)
    strange = {
        "TimeZone": "Asia/Ho_Chi_Minh",
        "DateStyle": "German, DMY",
        "bytea_output": "escape",
        "extra_float_digits": 0,
    }
    with filled.connect() as connection:
        for name, value in strange.items():
            connection.execute(f"ALTER DATABASE {filled.name} SET {name} = '{value}'".encode())
    filled.query(RUN)
    filled.query("INSERT INTO events.look (actor, asked, since, found) VALUES ('an', 'x', '2026-11-01 00:00+07', 1)")
    found = verify(filled, before["head"])
    assert (found["holds"], found["seals"]) == (True, 10)


# What the superuser does, and what is told of it first: kind, seal, record, row.
CHANGE = "UPDATE mail.audit SET {} WHERE entry = 7"
BREAKS = {
    "a column is changed": ([CHANGE.format("document = '8/QĐ-STTTT'")], ("changed", 2, "mail.audit", "7")),
    "a null within JSON is taken out": ([CHANGE.format("after = after - 'title'")], ("changed", 2, "mail.audit", "7")),
    "a column becomes NULL": ([CHANGE.format("after = NULL")], ("changed", 2, "mail.audit", "7")),
    "a row is removed": (["DELETE FROM mail.audit WHERE entry = 7"], ("removed", 2, "mail.audit", "7")),
    "a row is added": ([EXCEPTION], ("added", 0, "mail.audit", "62")),
    "a row is added while the trigger is off": (
        ["ALTER TABLE mail.audit DISABLE TRIGGER chained", EXCEPTION],
        ("altered", 0, "trigger mail.audit.chained", 'enabled: "O" → "D"'),
    ),
    "two rows are swapped": (
        [
            (
                "UPDATE mail.audit SET (id, document, after) = (SELECT id, document, after FROM mail.audit AS other"
                " WHERE other.entry = 16 - audit.entry) WHERE entry IN (7, 9)"
            )
        ],
        ("changed", 2, "mail.audit", "7"),
    ),
    "a time is changed": (
        ["UPDATE mail.run SET at = at - interval '1 us' WHERE run = 2"],
        ("changed", 7, "mail.run", "2"),
    ),
    "a seal's hash is changed": (
        ["UPDATE chain.seal SET hash = repeat('a', 64) WHERE n = 2"],
        ("forged", 2, "mail.audit", "1…30"),
    ),
    "a seal's time is changed": (
        ["UPDATE chain.seal SET at = replace(at, '20', '19') WHERE n = 4"],
        ("forged", 4, "recall.recall", "TH-01"),
    ),
    "a row and its digest are changed": (
        [
            TOOL,
            CHANGE.format("document = 'x'"),
            (
                "UPDATE chain.batch SET leaves = (SELECT string_agg(name || ' ' || "
                f"{DIGEST}, E'\\n' ORDER BY key::int) FROM {lines_of('mail.audit')} WHERE key::int <= 30)"
                " WHERE batch = 2"
            ),
        ],
        ("forged", 2, "mail.audit", "1…30"),
    ),
    "a seal is taken out": (["DELETE FROM chain.seal WHERE n = 3"], ("gap", 4, "recall.recall", "1")),
    "the record is truncated": (["TRUNCATE mail.audit"], ("removed", 2, "mail.audit", "1")),
    "the chain is truncated": (["TRUNCATE chain.seal"], ("added", 0, "mail.audit", "1")),
    "a recall's row is changed": (["UPDATE recall.step SET actor = 'x'"], ("changed", 5, "recall.step", "1")),
    "a hand-over's row is changed": (["UPDATE mail.handover SET day = day + 1"], ("changed", 3, "mail.handover", "1")),
    "an exception's row is changed": (
        ["UPDATE mail.audit SET after = '{}' WHERE kind = 'exception'"],
        ("changed", 6, "mail.audit", "31"),
    ),
    "a record is taken out of the chain": (
        ["DELETE FROM chain.covered WHERE relation = 'mail.handover'"],
        ("lacking", 0, "covered mail.handover", ""),
    ),
    "a record is replaced by a copy": (
        [
            "CREATE TABLE mail.copy AS SELECT * FROM mail.audit WHERE entry <= 30",
            "TRUNCATE mail.audit",
            "INSERT INTO mail.audit OVERRIDING SYSTEM VALUE SELECT * FROM mail.copy",
        ],
        ("removed", 6, "mail.audit", "31"),
    ),
}


@pytest.mark.parametrize("name", BREAKS)
def test_what_a_superuser_does_is_found_and_named(filled: Database, name: str) -> None:
    statements, first = BREAKS[name]
    head = verify(filled)["head"]
    superuser(filled, *statements)
    found = verify(filled, head)
    assert not found["holds"]
    assert first in told(found), told(found)[:5]
    assert told(found)[0] == first or first[1] == 0


class Program:
    """The program as root runs it: what is on its input, its exit status, and what it writes."""

    def __init__(self, database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: Any) -> None:
        self._file, self.noted = folder / "audit.json", folder / "metrics" / "danhba-audit.prom"
        where = {"database": database.name, "database_socket_dir": database.server.socket}
        self._file.write_text(json.dumps({**where, "metrics": str(self.noted.parent)}))
        self._monkeypatch, self._capture = monkeypatch, capfdbinary

    def __call__(self, what: str, request: object = None, *more: str) -> tuple[int, bytes, str]:
        self._monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(request or {})))
        status = audit.main([what, "--settings", str(self._file), *more])
        out, err = self._capture.readouterr()
        return status, out, err.decode()


@pytest.fixture
def program(filled: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: Any) -> Program:
    return Program(filled, tmp_path, monkeypatch, capfdbinary)


def test_the_program_says_whether_it_holds(filled: Database, program: Program) -> None:
    status, out, err = program("verify")
    assert (status, json.loads(out)["holds"], err) == (0, True, "")
    superuser(filled, "DELETE FROM mail.audit WHERE entry = 7")
    status, out, err = program("verify")
    assert (status, told(json.loads(out))) == (1, [("removed", 2, "mail.audit", "7")])
    assert "nhật ký đã bị sửa: 1 chỗ" in err
    assert "1 places do not fit the chain" in err


def holds(program: Program) -> str | None:
    """What the watch is told of the last verification; nothing where there was none, nor without its moment."""
    text = program.noted.read_text() if program.noted.exists() else ""
    found = re.findall(r"^danhba_audit_(holds|timestamp_seconds) (\S+)$", text, re.MULTILINE)
    assert [name for name, _value in found] in ([], ["holds", "timestamp_seconds"])
    assert all(abs(float(value) - time.time()) < 60 for name, value in found if name != "holds")
    return found[0][1] if found else None


@pytest.mark.clause("R9.6")
def test_the_watch_is_told_when_it_is_to_be(filled: Database, program: Program) -> None:
    program("verify", None, "--note")
    assert not program.noted.parent.exists()  # nobody watches
    program.noted.parent.mkdir()
    program("verify")
    assert holds(program) is None
    head = json.loads(program("verify", None, "--note")[1])["head"]
    assert holds(program) == "1"
    assert program.noted.stat().st_mode & 0o777 == 0o644
    wrong = {"n": head["n"], "hash": "f" * 64}
    assert program("verify", {"heads": [wrong]}, "--note")[0] == 1
    assert holds(program) == "0"
    assert program("verify", {"heads": [head]}, "--note")[0] == 0
    assert holds(program) == "1"
    assert program("verify", {"heads": [7]}, "--note")[0] == 1  # asked wrongly: nothing is known of the records
    assert holds(program) == "1"


def test_what_cannot_be_told_is_said(program: Program) -> None:
    program.noted.mkdir(parents=True)
    (program.noted / "x").touch()
    status, _out, err = program("verify", None, "--note")
    assert status == 1
    assert "không ghi được" in err


def test_verify_chain_tables_with_other_types_refused_and_noted(filled: Database, program: Program) -> None:
    superuser(
        filled,
        "ALTER TABLE chain.batch DROP CONSTRAINT batch_rows_check",
        "ALTER TABLE chain.batch ALTER COLUMN rows TYPE text USING 'x'",
    )
    program.noted.parent.mkdir()
    status, out, err = program("verify", None, "--note")
    assert (status, out) == (1, b"")
    assert "cannot be read" in err
    assert "Traceback" not in err
    assert holds(program) == "0"


def test_verify_chain_table_dropped_names_it_and_notes(filled: Database, program: Program) -> None:
    superuser(filled, "DROP TABLE chain.batch CASCADE")
    program.noted.parent.mkdir()
    status, out, _err = program("verify", None, "--note")
    assert status == 1
    assert {("unread", 0, "chain.batch", ""), ("lacking", 0, "table chain.batch", "")} <= set(told(json.loads(out)))
    assert holds(program) == "0"


def test_the_export_is_verified_anywhere(filled: Database, program: Program) -> None:
    status, out, _ = program("export")
    lines = out.splitlines()
    assert status == 0
    assert chain.verify(lines).as_data() == verify(filled)
    assert "Sở".encode() in out


def test_the_export_is_a_new_file_for_its_owner_alone(tmp_path: Path, program: Program) -> None:
    file = tmp_path / "audit.txt"
    for expected, word in ((0, ""), (1, "File exists")):
        status, out, err = program("export", None, "--to", str(file))
        assert (status, out) == (expected, b"")
        assert word in err
    assert file.stat().st_mode & 0o777 == 0o600
    assert chain.verify(file.read_bytes().splitlines()).holds


def test_the_last_rows_are_missed_by_the_kept_head_alone(filled: Database) -> None:
    head = verify(filled)["head"]
    superuser(
        filled,
        "DELETE FROM chain.seal WHERE n > 6",
        "DELETE FROM mail.audit WHERE entry > 31",
        "DELETE FROM mail.run WHERE run = 2",
    )
    assert verify(filled)["holds"]
    assert told(verify(filled, head)) == [("cut", 8, "", "6")]


def test_a_chain_made_anew_from_the_middle_is_found_by_the_kept_head_alone(filled: Database) -> None:
    head = verify(filled)["head"]
    early = filled.query("SELECT n, hash FROM chain.seal WHERE n = 2")[0]
    superuser(filled, "UPDATE recall.step SET actor = 'somebody else'")
    remake(filled, 5)
    assert verify(filled)["holds"]
    good = {"n": early[0], "hash": early[1]}
    assert told(verify(filled, good)) == []
    assert told(verify(filled, good, head)) == [("rewritten", 8, "", "2")]


def test_an_old_copy_of_everything_is_found_by_the_kept_head_alone(filled: Database) -> None:
    old = filled.server.run("pg_dump", "--data-only", "--schema=chain", "--schema=mail", filled.name)
    filled.query(EXCEPTION)
    head = verify(filled)["head"]
    tables = "chain.seal, chain.batch, chain.covered, mail.run, mail.audit, mail.handover, mail.handover_end"
    with filled.connect() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(f"TRUNCATE {tables} CASCADE".encode())
    (restored := Path(filled.server.socket) / f"{filled.name}.sql").write_text(old)
    filled.server.run(
        "psql",
        "-q",
        "-v",
        "ON_ERROR_STOP=1",
        "-c",
        "SET session_replication_role = replica",
        "-f",
        str(restored),
        filled.name,
    )
    assert verify(filled)["holds"]
    assert told(verify(filled, head)) == [("cut", 9, "", "8")]


def test_a_row_that_is_written_for_another_day_is_named(filled: Database) -> None:
    """By the ordinary way, by whoever may say when it was."""
    back = "INSERT INTO mail.run (job, actor, at) VALUES ('accounts', 'x', now() - interval '3 days')"
    filled.query(back)
    assert told(verify(filled)) == [("dated", 9, "mail.run", "3")]


def test_two_transactions_get_one_order(filled: Database) -> None:
    """Whoever commits first is sealed first, whoever began first; and neither waits for the other to commit."""
    with filled.connect("danhba_apply") as first, filled.connect("danhba_password") as second:
        with first.transaction():
            first.execute("INSERT INTO mail.run (job, actor) VALUES ('accounts', 'first')")
            with second.transaction():
                second.execute("INSERT INTO mail.run (job, actor) VALUES ('passwords', 'second')")
        first.execute("INSERT INTO mail.run (job, actor) VALUES ('accounts', 'third')")
    assert verify(filled)["holds"]
    order = "SELECT split_part(leaves, ' ', 1) FROM chain.seal JOIN chain.batch USING (batch) WHERE n > 8 ORDER BY n"
    assert [run for (run,) in filled.query(order)] == ["4", "3", "5"]


def test_many_at_once_make_one_chain(filled: Database) -> None:
    def write() -> None:
        with filled.connect("danhba_apply") as connection:
            for _ in range(20):
                connection.execute("INSERT INTO mail.run (job, actor) VALUES ('accounts', 'x')")

    threads = [threading.Thread(target=write) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = verify(filled)
    assert (found["holds"], found["seals"], found["rows"]["mail.run"]) == (True, 128, 122)


def test_what_was_rolled_back_leaves_no_seal(filled: Database) -> None:
    with filled.connect() as connection, connection.transaction(force_rollback=True):
        connection.execute(RUN)
    filled.query(RUN)
    assert verify(filled)["seals"] == 9


def test_pages_end_anywhere(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = verify(filled)
    for rows in (1, 3, 8, 61):
        monkeypatch.setattr(reading, "ROWS", rows)
        assert verify(filled) == whole


def test_a_large_statement_has_several_seals(filled: Database) -> None:
    filled.query(ENTRY.format(100, 25_099))
    found = verify(filled)
    assert (found["holds"], found["seals"], found["rows"]["mail.audit"]) == (True, 11, 25_061)


def test_an_upgraded_database_is_sealed_as_it_is(empty_database: Database) -> None:
    migrations = read_migrations(MIGRATIONS)
    number = next(each.number for each in migrations if each.name == "chain")
    empty_database.migrate(number - 1)
    for statement in (RUN, ENTRY.format(1, 25_000), HANDOVER, RECALL):
        empty_database.query(statement.replace("%", "%%"))
    empty_database.migrate()
    found = verify(empty_database)
    assert (found["holds"], found["seals"]) == (True, 6)
    assert found["adopted"] == {"mail.run": 1, "mail.audit": 25_000, "mail.handover": 1, "recall.recall": 1}
    superuser(empty_database, "DELETE FROM mail.audit WHERE entry = 15000")
    assert told(verify(empty_database)) == [("removed", 3, "mail.audit", "15000")]


def test_a_column_that_comes_later_changes_nothing(filled: Database) -> None:
    head = verify(filled)["head"]
    with filled.connect() as connection:
        connection.execute("SET ROLE danhba_owner")
        connection.execute("ALTER TABLE mail.handover ADD COLUMN place text")
        connection.execute("SELECT chain.cover('mail.handover')")
    assert of_rows(verify(filled, head)) == []
    filled.query(HANDOVER.replace("agency,", "agency, place,").replace("'stttt',", "'stttt', 'Sapa',"))
    assert of_rows(verify(filled, head)) == []
    superuser(filled, "UPDATE mail.handover SET place = 'Cam Đường' WHERE handover = 2")
    assert of_rows(verify(filled, head)) == [("changed", 9, "mail.handover", "2")]


def of_rows(found: dict[str, Any]) -> list[tuple[str, int, str, str]]:
    """What is wrong with rows and seals, whatever the objects are."""
    return [fault for fault in told(found) if fault[0] not in {"altered", "lacking", "strange"}]


def test_every_column_of_a_record_is_sealed(database: Database) -> None:
    """A migration that adds one has to have the record covered again."""
    missing = "SELECT relation FROM chain.covered WHERE line <> chain.line(relation::regclass)"
    assert database.query(missing) == []
    assert [name for (name,) in database.query("SELECT relation FROM chain.covered ORDER BY 1")] == sorted(
        chain.RECORDS
    )


def test_what_has_no_text_is_not_covered(database: Database) -> None:
    database.query("CREATE TABLE mail.odd (id bigint PRIMARY KEY, weight double precision)")
    with pytest.raises(psycopg.errors.FeatureNotSupported, match=r"weight double precision of mail\.odd"):
        database.query("SELECT chain.cover('mail.odd')")


# What no role may do with the chain.
FORBIDDEN = [
    "INSERT INTO chain.batch (relation, origin, rows, leaves) VALUES ('mail.run', 'written', 1, 'x')",
    "INSERT INTO chain.seal (n, batch, at, previous, hash) VALUES (9, 1, '', repeat('a', 64), repeat('a', 64))",
    "UPDATE chain.seal SET at = ''",
    "DELETE FROM chain.batch",
    "DELETE FROM chain.covered",
    "SELECT chain.cover('mail.account')",
    (
        "CREATE TEMP TABLE fresh (run int); CREATE TRIGGER own AFTER INSERT ON fresh REFERENCING NEW TABLE AS fresh"
        " FOR EACH STATEMENT EXECUTE FUNCTION chain.note()"
    ),
    (
        "CREATE TEMP TABLE own (batch int);"
        " CREATE TRIGGER own AFTER INSERT ON own FOR EACH ROW EXECUTE FUNCTION chain.seal()"
    ),
    "SET session_replication_role = replica",
    "ALTER TABLE mail.run DISABLE TRIGGER chained",
]


def test_nobody_but_the_triggers_writes_the_chain(filled: Database) -> None:
    for role in (role for role in LOGIN_ROLES if role.startswith("danhba")):
        with filled.connect(role) as connection:
            for statement in FORBIDDEN:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement.encode())


def test_the_owner_too_only_adds(filled: Database) -> None:
    for table, column in (("chain.seal", "hash"), ("chain.batch", "leaves")):
        for statement in (
            f"DELETE FROM {table}",
            f"TRUNCATE {table} CASCADE",
            f"UPDATE {table} SET {column} = {column}",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="only grows"):
                filled.query(statement)


OWNER = {"kind": "agency", "id": "stttt", "address": "stttt@laocai.gov.vn", "state": "open"}


def account(database: Database, kind: str, id_: str, address: str) -> None:
    database.query(
        "INSERT INTO mail.account (kind, id, address, name, agency, quota, state, document, since)"
        " VALUES (%s, %s, %s, 'x', 'stttt', 1, 'open', '1/QĐ-VP', '2010-10-15')",
        kind,
        id_,
        address,
    )


@pytest.mark.clause("R9.6")
def test_what_was_done_with_a_mailbox_is_listed(filled: Database, program: Program) -> None:
    account(filled, "official", "000003", "a3-stttt@laocai.gov.vn")
    filled.query(
        "INSERT INTO mail.audit (run, action, kind, id, document, before, after) VALUES (2, 'readdress', 'official',"
        ' \'000003\', \'8/QĐ-STTTT\', \'{"address": "old-stttt@laocai.gov.vn", "name": "x"}\','
        ' \'{"address": "a3-stttt@laocai.gov.vn", "name": "x"}\')'
    )
    filled.query(
        "INSERT INTO recall.copy (recall, mailbox, folder_id, uid, address, folder, digest, message_id, relation,"
        " flags, received, size, state) VALUES ('TH-01', 'official/000003', 'x', 1, 'x', 'INBOX', repeat('a', 64),"
        " '<1@x>', 'copy', '', '', 1, 'erased')"
    )
    erased = (
        "INSERT INTO recall.step (recall, step, actor, plan, detail) VALUES ('TH-01', 'erase', 'an', repeat('a', 64),"
    )
    filled.query(erased + """ '{"signed": ["an", "binh"]}')""")
    for asked in ("a3-stttt@laocai.gov.vn", "official/000003", " OLD-stttt@laocai.gov.vn"):
        status, out, _ = program("list", {"mailbox": asked})
        answer = json.loads(out)
        assert status == 0
        assert answer["mailbox"]["id"] == "000003"
        assert answer["agencies"] == ["stttt"]
        told = {(entry["what"], entry["document"]): entry for entry in answer["entries"]}
        assert told.keys() == {
            ("create", "3/QĐ-STTTT"),
            ("readdress", "8/QĐ-STTTT"),
            ("except", "9/QĐ-VP"),
            ("recall_find", "12/QĐ-STTTT"),
            ("recall_erase", "12/QĐ-STTTT"),
        }
    assert told["recall_erase", "12/QĐ-STTTT"]["approver"] == "an, binh"
    moved = told["readdress", "8/QĐ-STTTT"]
    assert moved["changed"] == {"address": ["old-stttt@laocai.gov.vn", "a3-stttt@laocai.gov.vn"]}
    assert (moved["actor"], moved["register"], moved["record"], moved["key"]) == (
        "an@controller",
        "c0ffee",
        "mail.audit",
        "62",
    )
    assert [entry["at"] for entry in answer["entries"]] == sorted((e["at"] for e in answer["entries"]), reverse=True)


@pytest.mark.clause("R11.2")
def test_of_a_contact_mailbox_the_hand_overs_are_listed(filled: Database) -> None:
    account(filled, "agency", "stttt", "stttt@laocai.gov.vn")
    filled.query(
        "INSERT INTO mail.audit (run, action, kind, id, document, after) VALUES (1, 'reissue_password', 'agency',"
        ' \'stttt\', \'5/BC-STTTT\', \'{"address": "stttt@laocai.gov.vn", "custodian": "000101"}\')'
    )
    answer = audit.list_mailbox(settings(filled), {"mailbox": "stttt@laocai.gov.vn"})
    assert answer["mailbox"] == OWNER
    assert [(entry["what"], entry["changed"]) for entry in answer["entries"]] == [
        ("handover", {"custodian": [None, "Lò Thị"]}),
        ("reissue_password", {"address": [None, "stttt@laocai.gov.vn"], "custodian": [None, "000101"]}),
    ]


@pytest.mark.parametrize("asked", [None, "", "nobody@laocai.gov.vn", "x" * 400, "a\x00b", 7])
def test_what_is_no_mailbox_is_refused(filled: Database, program: Program, asked: object) -> None:
    status, out, err = program("list", {"mailbox": asked})
    assert (status, out) == (1, b"")
    assert "mailbox" in err


def test_an_address_of_several_has_to_be_named_by_its_mailbox(filled: Database) -> None:
    for id_ in ("000004", "000005"):
        account(filled, "official", id_, f"new{id_}@laocai.gov.vn")
    filled.query("UPDATE mail.account SET address = address")
    superuser(filled, 'UPDATE mail.audit SET after = \'{"address": "one@laocai.gov.vn"}\' WHERE entry IN (4, 5)')
    with pytest.raises(Refused, match="official/000004, official/000005"):
        audit.list_mailbox(settings(filled), {"mailbox": "one@laocai.gov.vn"})


def test_of_very_many_entries_the_newest_are_listed(filled: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    account(filled, "official", "000003", "a3-stttt@laocai.gov.vn")
    monkeypatch.setattr(listing, "MOST", 1)
    answer = audit.list_mailbox(settings(filled), {"mailbox": "official/000003"})
    assert (len(answer["entries"]), answer["more"]) == (1, True)


@pytest.mark.parametrize("heads", [7, [7], [{"n": "x", "hash": ""}], [{}]])
def test_heads_that_are_none_are_refused(filled: Database, heads: object) -> None:
    with pytest.raises(Refused, match="malformed"):
        audit.verify(settings(filled), {"heads": heads})


@pytest.mark.clause("R9.6")
def test_the_controller_keeps_the_head_and_judges_by_it(filled: Database, ansible: Ansible) -> None:
    module, heads = "laocai.mail.audit_papers", ansible.folder / "heads.jsonl"

    def judge(**more: Any) -> Outcome:
        known = ansible.run(module, {"heads": "heads.jsonl"}).result["known"]
        answer = audit.verify(settings(filled), {"heads": known})
        return ansible.run(module, {"heads": "heads.jsonl", "answer": answer, "host": "mail", **more})

    first = judge()
    assert (first.changed, first.result["head"]["n"]) == (True, 8)
    assert "nhật ký còn nguyên như khi ghi: 8 niêm phong" in first.result["said"][0]
    superuser(filled, "UPDATE recall.step SET actor = 'somebody else'")
    refused = judge()
    assert "dòng 1 của recall.step" in refused.message
    remake(filled, 5)
    kept = heads.read_bytes()
    refused = judge()
    assert "chuỗi đã bị lập lại từ sau niêm phong 0" in refused.message
    assert "the chain was made anew behind seal 0" in refused.message
    assert heads.read_bytes() == kept
    assert judge(document="12/BB-STTTT").changed
    assert json.loads(heads.read_text().splitlines()[1])["void"] == [8]


@pytest.mark.clause("R9.6")
def test_the_controller_writes_what_was_done_with_a_mailbox(filled: Database, ansible: Ansible) -> None:
    account(filled, "official", "000003", "a3-stttt@laocai.gov.vn")
    told = audit.list_mailbox(settings(filled), {"mailbox": "official/000003", "operator": "stttt"})
    arguments = {"heads": "heads.jsonl", "mailbox": told, "folder": "papers", "register": "none"}
    shown = ansible.run("laocai.mail.audit_papers", arguments, check=True)
    assert shown.changed
    assert not (ansible.folder / "papers").exists()
    done = ansible.run("laocai.mail.audit_papers", arguments)
    assert done.result["files"] == [f"a3-stttt@laocai.gov.vn.{kind}" for kind in ("json", "txt", "pdf")]
    assert "3/QĐ-STTTT" in (ansible.folder / "papers/a3-stttt@laocai.gov.vn.txt").read_text()
