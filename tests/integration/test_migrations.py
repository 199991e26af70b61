"""The module laocai.mail.migrations, run by Ansible against a real PostgreSQL."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import MIGRATIONS, Ansible, Database

MODULE = "laocai.mail.migrations"
FILES = sorted(path.name for path in MIGRATIONS.glob("*.sql"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the project's migrations to play with."""
    return shutil.copytree(MIGRATIONS, tmp_path / "migrations")


def arguments(database: Database, folder: Path) -> dict[str, Any]:
    return {"src": str(folder), **database.arguments}


def applied(database: Database) -> list[tuple[Any, ...]]:
    return database.query("SELECT number, name, sha256 FROM public.schema_migration ORDER BY number")


def test_empty_database_gets_every_migration_once(ansible: Ansible, empty_database: Database, folder: Path) -> None:
    outcome = ansible.run(MODULE, arguments(empty_database, folder))
    assert outcome.changed, outcome.output
    assert outcome.result["applied"] == FILES
    assert outcome.result["version"] == len(FILES)
    assert [f"{number:04}_{name}.sql" for number, name, _ in applied(empty_database)] == FILES
    checksums = [hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES]
    assert [sha256 for _, _, sha256 in applied(empty_database)] == checksums

    before = empty_database.dump()
    again = ansible.run(MODULE, arguments(empty_database, folder))
    assert again.status == 0
    assert not again.changed
    assert again.result["applied"] == []
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
    assert f"+migration {len(FILES)}" in outcome.output
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


def test_failing_migration_leaves_nothing_of_itself(ansible: Ansible, database: Database, folder: Path) -> None:
    good, bad = f"{len(FILES) + 1:04}_good.sql", f"{len(FILES) + 2:04}_bad.sql"
    (folder / good).write_text("CREATE TABLE mail.good ();\n")
    (folder / bad).write_text("CREATE TABLE mail.half ();\nCREATE TABLE\n  mail.worse (x nonsense);\n")
    outcome = ansible.run(MODULE, arguments(database, folder))
    outcome.assert_refused(f"{bad}, dòng 3: ", f"{bad}, line 3: ")
    tables = database.query("SELECT tablename FROM pg_tables WHERE tablename IN ('good', 'half', 'worse')")
    assert tables == [("good",)]

    (folder / bad).write_text("CREATE TABLE mail.half ();\n")
    assert ansible.run(MODULE, arguments(database, folder)).result["applied"] == [bad]


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
