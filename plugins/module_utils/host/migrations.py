"""Numbered migrations of the database: read the files, apply the pending ones, then load changed files of `schema`."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..failure import Failure
from . import schema
from .postgres import HAS_PSYCOPG, reason

if HAS_PSYCOPG:
    import psycopg

if TYPE_CHECKING:
    from psycopg.rows import TupleRow

_FILE_NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
_RECORD = """
    CREATE TABLE IF NOT EXISTS public.schema_migration (
        number     int         PRIMARY KEY,
        name       text        NOT NULL,
        sha256     text        NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now()
    )
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """A migration, read from its file `NNNN_name.sql`, or from the record that it was applied (then without SQL)."""

    number: int
    name: str
    sha256: str
    sql: str = ""

    @property
    def label(self) -> str:
        """The name of the migration's file."""
        return f"{self.number:04}_{self.name}.sql"


def read_migrations(folder: Path) -> list[Migration]:
    """Read the migrations in `folder`.

    Raises:
        Failure: there is no such folder, a file has another form of name, a number is missing or used twice, or a file
            is not UTF-8.
    """
    if not folder.is_dir():
        raise Failure(
            f"Không có thư mục {folder} trên máy chủ. Đặt src là thư mục chứa các tệp NNNN_ten.sql.",
            f"There is no folder {folder} on the host. Set src to the folder of the NNNN_name.sql files.",
        )
    migrations = [_read_migration(path) for path in sorted(folder.glob("*.sql"))]
    for number, migration in enumerate(migrations, start=1):
        if migration.number != number:
            raise Failure(
                f"Thiếu hoặc trùng số trong {folder}: chờ số {number:04}, gặp {migration.label}. "
                "Đánh số liên tục từ 0001.",
                f"A number is missing or used twice in {folder}: expected {number:04}, found {migration.label}. "
                "Number the files from 0001 without a gap.",
            )
    return migrations


def _read_migration(path: Path) -> Migration:
    match = _FILE_NAME.fullmatch(path.name)
    if not match:
        raise Failure(
            f"Tên tệp {path.name} không đúng dạng NNNN_ten.sql (chữ thường không dấu, chữ số, gạch dưới). Đổi tên tệp.",
            f"The file name {path.name} is not NNNN_name.sql (lower-case ASCII letters, digits, underscores). "
            "Rename it.",
        )
    content = path.read_bytes()
    try:
        sql = content.decode()
    except UnicodeDecodeError as error:
        raise Failure(
            f"Tệp {path.name} không phải UTF-8 (byte thứ {error.start + 1}). Lưu lại bằng UTF-8.",
            f"The file {path.name} is not UTF-8 (byte {error.start + 1}). Save it as UTF-8.",
        ) from error
    return Migration(int(match[1]), match[2], hashlib.sha256(content).hexdigest(), sql)


def find_pending(migrations: Sequence[Migration], applied: Sequence[Migration]) -> list[Migration]:
    """Return the migrations that are not applied yet; both arguments are sorted by number.

    Raises:
        Failure: the database has a migration that the folder lacks, one that is different there, or lacks one between.
    """
    for position, record in enumerate(applied):
        if position >= len(migrations):
            raise Failure(
                f"Cơ sở dữ liệu đã có {record.label} mà thư mục không có: bản mã này cũ hơn máy chủ. Cập nhật bản mã; "
                "muốn lùi thì phục hồi bản sao lưu trước khi nâng cấp (playbooks/restore.yml -e step=host).",
                f"The database has {record.label}, which the folder lacks: this clone is older than the server. "
                "Update it; the way back is a restore (playbooks/restore.yml -e step=host).",
            )
        _compare(migrations[position], record)
    return list(migrations[len(applied) :])


def _compare(migration: Migration, record: Migration) -> None:
    if migration.number != record.number:
        raise Failure(
            f"Bảng public.schema_migration thiếu số {migration.number:04} trước {record.label}. "
            "Khôi phục cơ sở dữ liệu từ bản sao lưu.",
            f"The table public.schema_migration lacks number {migration.number:04} before {record.label}. "
            "Restore the database from a backup.",
        )
    if migration.sha256 != record.sha256:
        raise Failure(
            f"{migration.label} đã bị sửa sau khi áp dụng. Trả tệp về như cũ và viết thay đổi vào một tệp số mới.",
            f"{migration.label} was edited after it was applied. "
            "Restore the file and put the change into one with a new number.",
        )


def read_applied(connection: psycopg.Connection[TupleRow]) -> list[Migration]:
    """Return the migrations that the database records, by number; empty if the table does not exist yet."""
    exists = connection.execute("SELECT to_regclass('public.schema_migration') IS NOT NULL").fetchone()
    if exists != (True,):
        return []
    rows = connection.execute("SELECT number, name, sha256 FROM public.schema_migration ORDER BY number")
    return [Migration(*row) for row in rows]


class Change(NamedTuple):
    """What a run did to the database, or would do: the migrations applied, and the schema files loaded.

    `altered` are those of `loaded` whose text is unchanged, but whose object was changed in the database.
    """

    applied: list[Migration]
    loaded: list[str]
    altered: list[str]

    def __bool__(self) -> bool:
        return bool(self.applied or self.loaded)


def migrate(
    connection: psycopg.Connection[TupleRow],
    migrations: Sequence[Migration],
    files: Sequence[schema.SchemaFile],
    *,
    dry_run: bool,
) -> Change:
    """Apply the pending migrations, then load the schema files that have changed; with `dry_run` only return which.

    All of it is one transaction: a failure or a kill leaves the database as it was. Files are compared after the
    migrations, so a dry run cannot know which objects a pending migration drops.
    """
    _become_owner(connection)
    planned = _plan(connection, migrations, files)
    if dry_run or not planned:
        return planned
    with connection.transaction():
        connection.execute(_RECORD)
        connection.execute("LOCK TABLE public.schema_migration IN EXCLUSIVE MODE")
        pending = find_pending(migrations, read_applied(connection))  # again: another run may have applied some
        for migration in pending:
            _apply(connection, migration)
        found = schema.compare(connection, files)
        schema.refuse_left(found.left)
        loaded = schema.load(connection, files, found.outdated)
        return Change(pending, loaded, [file.label for file in found.altered])


def _plan(
    connection: psycopg.Connection[TupleRow], migrations: Sequence[Migration], files: Sequence[schema.SchemaFile]
) -> Change:
    pending = find_pending(migrations, read_applied(connection))
    found = schema.compare(connection, files)
    if not pending:
        schema.refuse_left(found.left)
    return Change(pending, [file.label for file in found.outdated], [file.label for file in found.altered])


def _become_owner(connection: psycopg.Connection[TupleRow]) -> None:
    try:
        connection.execute(f"SET ROLE {schema.OWNER}")
    except psycopg.errors.Error as error:
        raise Failure(
            f"Không nhận được vai trò {schema.OWNER}: {reason(error)}. "
            "Chạy playbooks/site.yml, với become_user: postgres.",
            f"Cannot take the role {schema.OWNER}: {reason(error)}. "
            "Run playbooks/site.yml, with become_user: postgres.",
        ) from error


def _apply(connection: psycopg.Connection[TupleRow], migration: Migration) -> None:
    """Apply one migration and record it; deferred constraints are checked now, not at the end of the transaction."""
    with schema.told(migration.label, migration.sql):
        connection.execute(migration.sql.encode())
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
        connection.execute("SET CONSTRAINTS ALL DEFERRED")
    connection.execute(
        "INSERT INTO public.schema_migration (number, name, sha256) VALUES (%s, %s, %s)",
        (migration.number, migration.name, migration.sha256),
    )
