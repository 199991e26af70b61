"""The module laocai.mail.migrations, run by Ansible against a real PostgreSQL."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import MIGRATIONS, SCHEMA_FILES, Ansible, Database
from tests.schema import tidy

MODULE = "laocai.mail.migrations"
FILES = sorted(path.name for path in MIGRATIONS.glob("*.sql"))
SCHEMA = sorted(path.relative_to(SCHEMA_FILES).as_posix() for path in SCHEMA_FILES.glob("*/*.sql"))
DAY = "events/day.sql"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the project's migrations to play with; the schema's files are beside it."""
    shutil.copytree(SCHEMA_FILES, tmp_path / "schema")
    return shutil.copytree(MIGRATIONS, tmp_path / "migrations")


def arguments(database: Database, folder: Path) -> dict[str, Any]:
    return {"src": str(folder), "schema": str(folder.with_name("schema")), **database.arguments}


def dump_schema(database: Database) -> str:
    """The schema with its owners."""
    return tidy(database.server.run("pg_dump", "--schema-only", database.name))


def edit(folder: Path, name: str, old: str, new: str) -> None:
    """Change a file of the schema."""
    path = folder.with_name("schema") / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def applied(database: Database) -> list[tuple[Any, ...]]:
    return database.query("SELECT number, name, sha256 FROM public.schema_migration ORDER BY number")


def test_empty_database_gets_every_migration_once(ansible: Ansible, empty_database: Database, folder: Path) -> None:
    outcome = ansible.run(MODULE, arguments(empty_database, folder))
    assert outcome.changed, outcome.output
    assert outcome.result["applied"] == FILES
    assert sorted(outcome.result["loaded"]) == SCHEMA
    assert outcome.result["altered"] == []
    assert outcome.result["version"] == len(FILES)
    assert [f"{number:04}_{name}.sql" for number, name, _ in applied(empty_database)] == FILES
    checksums = [hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES]
    assert [sha256 for _, _, sha256 in applied(empty_database)] == checksums

    before = empty_database.dump()
    again = ansible.run(MODULE, arguments(empty_database, folder))
    assert again.status == 0
    assert not again.changed
    assert (again.result["applied"], again.result["loaded"]) == ([], [])
    assert empty_database.dump() == before


def test_everything_belongs_to_the_owner(database: Database) -> None:
    owners = database.query(
        "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    )
    assert owners == [("danhba_owner",)]


def test_check_mode_says_what_would_be_applied(ansible: Ansible, empty_database: Database, folder: Path) -> None:
    before = empty_database.dump()
    outcome = ansible.run(MODULE, arguments(empty_database, folder), check=True, diff=True)
    assert outcome.changed
    assert outcome.result["applied"] == FILES
    assert sorted(outcome.result["loaded"]) == SCHEMA
    assert f"+migration {len(FILES)}" in outcome.output
    assert f"+{DAY}: loaded" in outcome.output
    assert empty_database.dump() == before


def test_only_what_is_new_is_applied(ansible: Ansible, database: Database, folder: Path) -> None:
    name = f"{len(FILES) + 1:04}_note.sql"
    (folder / name).write_text("CREATE TABLE mail.note (percent text DEFAULT '100%');\n")
    outcome = ansible.run(MODULE, arguments(database, folder))
    assert outcome.result["applied"] == [name]
    assert database.query("SELECT count(*) FROM mail.note") == [(0,)]


def spoil_edited(folder: Path) -> None:
    path = folder / FILES[0]
    path.write_text(path.read_text() + "-- edited\n")


def spoil_gap(folder: Path) -> None:
    (folder / f"{len(FILES) + 2:04}_late.sql").write_text("SELECT 1;\n")


def spoil_duplicate(folder: Path) -> None:
    (folder / "0001_again.sql").write_text("SELECT 1;\n")


def spoil_missing(folder: Path) -> None:
    (folder / FILES[-1]).unlink()


def spoil_name(folder: Path) -> None:
    (folder / f"{len(FILES) + 1}-New.sql").write_text("SELECT 1;\n")


def spoil_encoding(folder: Path) -> None:
    (folder / f"{len(FILES) + 1:04}_latin.sql").write_bytes(b"-- caf\xe9\n")


def spoil_folder(folder: Path) -> None:
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (spoil_edited, ("đã bị sửa sau khi áp dụng", "was edited after it was applied")),
        (spoil_gap, ("Đánh số liên tục", "without a gap")),
        (spoil_duplicate, ("Đánh số liên tục", "without a gap")),
        (spoil_missing, ("cũ hơn máy chủ", "older than the server")),
        (spoil_name, ("Đổi tên tệp", "Rename it")),
        (spoil_encoding, ("không phải UTF-8", "is not UTF-8")),
        (spoil_folder, ("Không có thư mục", "There is no folder")),
    ],
)
def test_bad_folder_is_refused(
    ansible: Ansible, database: Database, folder: Path, spoil: Any, words: tuple[str, str]
) -> None:
    spoil(folder)
    before = database.dump()
    ansible.run(MODULE, arguments(database, folder)).assert_refused(*words)
    assert database.dump() == before


def test_record_with_a_hole_is_refused(ansible: Ansible, database: Database, folder: Path) -> None:
    database.query("DELETE FROM public.schema_migration WHERE number = 1")
    outcome = ansible.run(MODULE, arguments(database, folder))
    outcome.assert_refused("Khôi phục cơ sở dữ liệu", "Restore the database from a backup")


def test_failing_migration_leaves_nothing_of_any(ansible: Ansible, database: Database, folder: Path) -> None:
    good, bad = f"{len(FILES) + 1:04}_good.sql", f"{len(FILES) + 2:04}_bad.sql"
    (folder / good).write_text("CREATE TABLE mail.good ();\n")
    (folder / bad).write_text("CREATE TABLE mail.half ();\nCREATE TABLE\n  mail.worse (x nonsense);\n")
    before = database.dump()
    outcome = ansible.run(MODULE, arguments(database, folder))
    outcome.assert_refused(f"{bad}, dòng 3: ", f"{bad}, line 3: ")
    outcome.assert_refused("Cơ sở dữ liệu vẫn như trước", "The database is as it was")
    assert database.dump() == before

    (folder / bad).write_text("CREATE TABLE mail.half ();\n")
    assert ansible.run(MODULE, arguments(database, folder)).result["applied"] == [good, bad]


def test_failing_file_of_the_schema_leaves_nothing_of_any(ansible: Ansible, database: Database, folder: Path) -> None:
    (folder / f"{len(FILES) + 1:04}_good.sql").write_text("CREATE TABLE mail.good ();\n")
    edit(folder, DAY, "Asia/Ho_Chi_Minh", "UTC")
    edit(folder, "usage/last_whole.sql", "FROM events.progress", "FROM events.nowhere")
    before = database.dump()
    outcome = ansible.run(MODULE, arguments(database, folder))
    outcome.assert_refused("usage/last_whole.sql, dòng ", 'relation "events.nowhere" does not exist')
    assert database.dump() == before


def test_file_that_changed_is_loaded_alone(ansible: Ansible, database: Database, folder: Path) -> None:
    edit(folder, DAY, "Asia/Ho_Chi_Minh", "UTC")
    before = database.dump()
    foreseen = ansible.run(MODULE, arguments(database, folder), check=True)
    assert (foreseen.changed, foreseen.result["loaded"]) == (True, [DAY])
    assert database.dump() == before

    outcome = ansible.run(MODULE, arguments(database, folder))
    assert (outcome.result["applied"], outcome.result["loaded"], outcome.result["altered"]) == ([], [DAY], [])
    assert database.query("SELECT events.day('2026-12-01 23:30+00')::text") == [("2026-12-01",)]
    assert not ansible.run(MODULE, arguments(database, folder)).changed


# What somebody could do in the database to what a file makes.
ALTERATIONS = {
    DAY: "CREATE OR REPLACE FUNCTION events.day(at timestamptz) RETURNS date LANGUAGE sql RETURN date '2000-01-01'",
    "usage/shown.sql": "DROP FUNCTION usage.shown",
    "events/prepare.sql": "ALTER FUNCTION events.prepare OWNER TO postgres",
    "events/take.sql": "ALTER FUNCTION events.take SECURITY INVOKER",
    "events/forget.sql": "ALTER FUNCTION events.forget RESET search_path",
    "mail/note.sql": "GRANT EXECUTE ON FUNCTION mail.note TO postfix, PUBLIC",
    "metrics/figures.sql": "REVOKE EXECUTE ON FUNCTION metrics.figures FROM danhba_metrics",
    "postfix/mailbox.sql": "CREATE OR REPLACE VIEW postfix.mailbox AS SELECT address FROM mail.account",
    "dovecot/passdb.sql": "GRANT SELECT ON dovecot.passdb TO postfix",
    "mail/refuse_change.sql": "ALTER TABLE mail.audit DISABLE TRIGGER audit_only_grows",
    "chain/note.sql": "DROP TRIGGER chained ON mail.run",
    "chain/seal.sql": "DROP TRIGGER batch_sealed ON chain.batch",
}


def test_objects_changed_by_hand_are_told_and_made_again(ansible: Ansible, database: Database, folder: Path) -> None:
    made = dump_schema(database)
    for statement in ALTERATIONS.values():
        was = dump_schema(database)
        database.query(statement)
        assert dump_schema(database) != was, statement
    before = database.dump()
    foreseen = ansible.run(MODULE, arguments(database, folder), check=True)
    assert sorted(foreseen.result["altered"]) == sorted(ALTERATIONS)
    assert database.dump() == before

    outcome = ansible.run(MODULE, arguments(database, folder), diff=True)
    assert sorted(outcome.result["altered"]) == sorted(ALTERATIONS)
    assert outcome.result["loaded"] == outcome.result["altered"]
    assert f"-{DAY}: changed in the database" in outcome.output
    assert dump_schema(database) == made
    assert not ansible.run(MODULE, arguments(database, folder)).changed


def test_view_that_a_migration_drops_is_made_again(ansible: Ansible, database: Database, folder: Path) -> None:
    """The migration changes a column's type, which a view stands on."""
    name = f"{len(FILES) + 1:04}_wider.sql"
    (folder / name).write_text(
        "DROP VIEW postfix.room;\nALTER TABLE mail.room ALTER COLUMN free TYPE numeric;\n"
        "INSERT INTO mail.run (job, actor) VALUES ('accounts', 'x');\n"
    )
    outcome = ansible.run(MODULE, arguments(database, folder))
    assert (outcome.result["applied"], outcome.result["loaded"]) == ([name], ["postfix/room.sql"]), outcome.output
    assert database.query("SELECT * FROM postfix.room", role="postfix") == []
    assert database.query("SELECT count(*) FROM chain.seal") == [(1,)]


def test_object_whose_file_is_gone_has_to_be_dropped_by_a_migration(
    ansible: Ansible, database: Database, folder: Path
) -> None:
    (folder.with_name("schema") / "recall/archives.sql").unlink()
    before = database.dump()
    outcome = ansible.run(MODULE, arguments(database, folder))
    outcome.assert_refused("cũ hơn máy chủ", "has recall/archives.sql, which the folder lacks")
    assert database.dump() == before

    name = f"{len(FILES) + 1:04}_fewer.sql"
    (folder / name).write_text("DROP FUNCTION IF EXISTS recall.archives;\n")
    assert ansible.run(MODULE, arguments(database, folder)).result["applied"] == [name]
    assert not ansible.run(MODULE, arguments(database, folder)).changed


def spoil_schema_name(folder: Path) -> None:
    (folder.with_name("schema") / "events/Other-one.sql").write_text("SELECT 1;\n")


def spoil_schema_encoding(folder: Path) -> None:
    (folder.with_name("schema") / "events/other.sql").write_bytes(b"-- caf\xe9\n")


def spoil_schema_folder(folder: Path) -> None:
    shutil.rmtree(folder.with_name("schema"))


def spoil_schema_circle(folder: Path) -> None:
    edit(folder, DAY, "$$\n    SELECT", "$$\n    SELECT usage.last_whole() UNION SELECT")


def spoil_schema_object(folder: Path) -> None:
    (folder.with_name("schema") / "events/other.sql").write_text("SELECT 1;\n")


def spoil_schema_twice(folder: Path) -> None:
    """Another function beside that of the file's name."""
    text = (folder.with_name("schema") / DAY).read_text(encoding="utf-8")
    again = text.partition("REVOKE")[0].replace("(at timestamptz)", "(at timestamptz, more int)")
    (folder.with_name("schema") / DAY).write_text(f"{text.partition('REVOKE')[0]}\n{again}", encoding="utf-8")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (spoil_schema_name, ("Đổi tên tệp", "Rename it")),
        (spoil_schema_encoding, ("không phải UTF-8", "is not UTF-8")),
        (spoil_schema_folder, ("không có tệp", "has no file")),
        (spoil_schema_circle, ("cần lẫn nhau", "need each other")),
        (spoil_schema_object, ("nhưng có 0", "there are 0")),
        (spoil_schema_twice, ("nhưng có 2", "there are 2")),
    ],
)
def test_bad_schema_is_refused(
    ansible: Ansible, database: Database, folder: Path, spoil: Any, words: tuple[str, str]
) -> None:
    spoil(folder)
    before = database.dump()
    ansible.run(MODULE, arguments(database, folder)).assert_refused(*words)
    assert database.dump() == before


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"database": "nowhere"}, ("Chưa có cơ sở dữ liệu nowhere", "The database nowhere does not exist")),
        ({"socket": "/nonexistent"}, ("PostgreSQL không chạy", "PostgreSQL server is not running")),
    ],
)
def test_unreachable_database(
    ansible: Ansible, database: Database, folder: Path, change: dict[str, str], words: tuple[str, str]
) -> None:
    outcome = ansible.run(MODULE, arguments(database, folder) | change)
    outcome.assert_refused(*words)
    outcome.assert_refused("Chạy playbooks/site.yml", "Run playbooks/site.yml")
