"""Numbered migrations of the database: read them, find what is missing, apply each in a transaction of its own."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..failure import Failure
from .postgres import HAS_PSYCOPG, reason

if HAS_PSYCOPG:
    import psycopg

if TYPE_CHECKING:
    from psycopg.rows import TupleRow

OWNER = "danhba_owner"
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
    """One file `NNNN_name.sql`, or the record that it was applied (then without its SQL)."""

    number: int
    name: str
    sha256: str
    sql: str = ""

    @property
    def label(self) -> str:
        """The name of the file."""
        return f"{self.number:04}_{self.name}.sql"


def read_migrations(folder: Path) -> list[Migration]:
    """The migrations in `folder`, numbered from 1 without a gap; Failure for anything else."""
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
    """Those of `migrations` still to be applied; Failure where the record does not begin like the files.

    Both are in the order of their numbers.
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
    """The migrations that the database records, by number; none where the record itself does not exist yet."""
    exists = connection.execute("SELECT to_regclass('public.schema_migration') IS NOT NULL").fetchone()
    if exists != (True,):
        return []
    rows = connection.execute("SELECT number, name, sha256 FROM public.schema_migration ORDER BY number")
    return [Migration(*row) for row in rows]


def migrate(
    connection: psycopg.Connection[TupleRow], migrations: Sequence[Migration], *, dry_run: bool
) -> list[Migration]:
    """Apply what is pending, as the owner of the database, and return it; with `dry_run` only return it.

    Each migration and its record are one transaction: whatever fails or is killed leaves whole migrations only.
    """
    _become_owner(connection)
    pending = find_pending(migrations, read_applied(connection))
    if not dry_run:
        for migration in pending:
            _apply(connection, migration)
    return pending


def _become_owner(connection: psycopg.Connection[TupleRow]) -> None:
    try:
        connection.execute(f"SET ROLE {OWNER}")
    except psycopg.errors.Error as error:
        raise Failure(
            f"Không nhận được vai trò {OWNER}: {reason(error)}. Chạy playbooks/site.yml, với become_user: postgres.",
            f"Cannot take the role {OWNER}: {reason(error)}. Run playbooks/site.yml, with become_user: postgres.",
        ) from error


def _apply(connection: psycopg.Connection[TupleRow], migration: Migration) -> None:
    """Apply one migration, unless another run did so meanwhile."""
    try:
        with connection.transaction():
            connection.execute(_RECORD)
            connection.execute("LOCK TABLE public.schema_migration IN EXCLUSIVE MODE")
            if migration.number in {record.number for record in read_applied(connection)}:
                return
            connection.execute(migration.sql.encode())
            connection.execute(
                "INSERT INTO public.schema_migration (number, name, sha256) VALUES (%s, %s, %s)",
                (migration.number, migration.name, migration.sha256),
            )
    except psycopg.Error as error:
        line = _find_line(migration.sql, error)
        raise Failure(
            f"{migration.label}{line and f', dòng {line}'}: {reason(error)}. "
            "Tệp này không để lại gì; sửa rồi chạy lại.",
            f"{migration.label}{line and f', line {line}'}: {reason(error)}. "
            "This file left nothing behind; correct it and run again.",
        ) from error


def _find_line(sql: str, error: psycopg.Error) -> str:
    """The line of `sql` that the server points at, or nothing."""
    position = error.diag.statement_position
    return str(sql.count("\n", 0, int(position)) + 1) if position else ""
