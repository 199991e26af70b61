"""Functions, views and triggers of the database: one SQL file each with its present form, loaded when it changed.

A file `events/take.sql` creates the function or view `events.take` by `CREATE OR REPLACE`, with its grants and the
triggers that call it. Table `public.schema_file` has the file's checksum and a digest of the object it created, so that
an object changed by hand in the database is detected, and its file loaded again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..failure import Failure
from .postgres import HAS_PSYCOPG, reason

if HAS_PSYCOPG:
    import psycopg

    # Errors of CREATE OR REPLACE when parameters, results or columns changed; then the object is dropped first.
    _NOT_REPLACEABLE = (
        psycopg.errors.InvalidFunctionDefinition,
        psycopg.errors.InvalidTableDefinition,
        psycopg.errors.AmbiguousFunction,
    )

if TYPE_CHECKING:
    from psycopg.rows import TupleRow

OWNER = "danhba_owner"
_FILE_NAME = re.compile(r"([a-z0-9_]+)/([a-z0-9_]+)\.sql")
_COMMENT = re.compile(r"--.*")
_NAME = re.compile(r"\b[a-z0-9_]+\.[a-z0-9_]+\b")

RECORD = """
    CREATE TABLE IF NOT EXISTS public.schema_file (
        name      text        PRIMARY KEY,
        sha256    text        NOT NULL,
        made      text        NOT NULL,
        loaded_at timestamptz NOT NULL DEFAULT now()
    )
"""
# Every function and view of the given names, with its name in statements, its owner and its grants.
_OBJECTS = """
    SELECT format('%%s.%%s', nspname, proname) AS name, 'FUNCTION' AS kind, 'FUNCTION' AS granted_as,
           pg_proc.oid::regprocedure::text AS object, pg_proc.oid, proowner AS owner,
           coalesce(proacl, acldefault('f', proowner)) AS rights
      FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
     WHERE format('%%s.%%s', nspname, proname) = ANY (%(names)s)
     UNION ALL
    SELECT format('%%s.%%s', nspname, relname), 'VIEW', 'TABLE', pg_class.oid::regclass::text, pg_class.oid, relowner,
           coalesce(relacl, acldefault('r', relowner))
      FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
     WHERE relkind = 'v' AND format('%%s.%%s', nspname, relname) = ANY (%(names)s)
"""
# Digest of each object: definition, owner, grants, and the triggers that call the function, with their enabled state.
_MADE = f"""
    WITH object AS ({_OBJECTS}), said AS (
        SELECT name, concat_ws(E'\\n', kind, pg_get_userbyid(owner),
                               (SELECT string_agg(each::text, ',' ORDER BY each::text) FROM unnest(rights) AS each),
                               CASE kind WHEN 'VIEW' THEN pg_get_viewdef(oid) ELSE pg_get_functiondef(oid) END) AS line
          FROM object
         UNION ALL
        SELECT name, pg_get_triggerdef(pg_trigger.oid) || ' ' || tgenabled::text
          FROM object JOIN pg_trigger ON tgfoid = object.oid AND kind = 'FUNCTION'
         WHERE NOT tgisinternal AND tgparentid = 0
    )
    SELECT name, encode(sha256(convert_to(string_agg(line, E'\\n' ORDER BY line COLLATE "C"), 'UTF8')), 'hex')
      FROM said GROUP BY name
"""  # noqa: S608 - names are parameters
# Statements that reset an object's owner and revoke all grants, also the default one to PUBLIC; its file grants anew.
_RESET = f"""
    WITH object AS ({_OBJECTS})
    SELECT format('ALTER %%s %%s OWNER TO {OWNER}', kind, object) FROM object
     WHERE pg_get_userbyid(owner) <> '{OWNER}'
     UNION ALL
    SELECT DISTINCT format('REVOKE ALL ON %%s %%s FROM %%s CASCADE', granted_as, object,
                           CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END)
      FROM object, aclexplode(rights) WHERE grantee <> owner AND pg_get_userbyid(grantee) <> '{OWNER}'
"""  # noqa: S608 - names are parameters
# An object, and the functions and views that depend on it, directly or by others.
_STANDING = f"""
    WITH RECURSIVE object AS ({_OBJECTS}), standing (class, oid) AS (
        SELECT CASE kind WHEN 'VIEW' THEN 'pg_class'::regclass ELSE 'pg_proc'::regclass END, oid FROM object
         UNION
        SELECT CASE WHEN rule.oid IS NULL THEN 'pg_proc'::regclass ELSE 'pg_class'::regclass END,
               coalesce(rule.ev_class, objid)
          FROM standing JOIN pg_depend ON (refclassid, refobjid) = (class, standing.oid)
          LEFT JOIN pg_rewrite AS rule ON classid = 'pg_rewrite'::regclass AND rule.oid = objid
         WHERE classid IN ('pg_proc'::regclass, 'pg_rewrite'::regclass)
    )
    SELECT format('%%s.%%s', nspname, coalesce(proname, relname))
      FROM standing LEFT JOIN pg_proc ON class = 'pg_proc'::regclass AND pg_proc.oid = standing.oid
      LEFT JOIN pg_class ON class = 'pg_class'::regclass AND pg_class.oid = standing.oid
      JOIN pg_namespace ON pg_namespace.oid = coalesce(pronamespace, relnamespace)
"""  # noqa: S608 - names are parameters
_DROP = f"WITH object AS ({_OBJECTS}) SELECT format('DROP %%s %%s', kind, object) FROM object"  # noqa: S608


@dataclass(frozen=True, slots=True)
class SchemaFile:
    """A file `schema/name.sql` that creates the function or view `schema.name`."""

    name: str
    sha256: str
    sql: str

    @property
    def label(self) -> str:
        """The path of the file, relative to the folder."""
        return label(self.name)


class Loaded(NamedTuple):
    """The checksum of a schema file, and the digest of the object that it created."""

    sha256: str
    made: str


def label(name: str) -> str:
    """Return the file of an object: `events/take.sql` for `events.take`."""
    return f"{name.replace('.', '/')}.sql"


def read_files(folder: Path) -> list[SchemaFile]:
    """Read the files below `folder`, in the order in which they are loaded.

    Raises:
        Failure: there is none, one has another form of name or is not UTF-8, or files depend on each other.
    """
    found = [_read_file(path, folder) for path in sorted(folder.glob("**/*.sql"))]
    if not found:
        raise Failure(
            f"Thư mục {folder} trên máy chủ không có tệp luoc_do/ten.sql nào. Chạy playbooks/site.yml.",
            f"The folder {folder} on the host has no file schema/name.sql. Run playbooks/site.yml.",
        )
    return in_order(found)


def _read_file(path: Path, folder: Path) -> SchemaFile:
    name = path.relative_to(folder).as_posix()
    match = _FILE_NAME.fullmatch(name)
    if not match:
        raise Failure(
            f"Tên tệp {name} không đúng dạng luoc_do/ten.sql (chữ thường không dấu, chữ số, gạch dưới). Đổi tên tệp.",
            f"The file name {name} is not schema/name.sql (lower-case ASCII letters, digits, underscores). Rename it.",
        )
    content = path.read_bytes()
    try:
        sql = content.decode()
    except UnicodeDecodeError as error:
        raise Failure(
            f"Tệp {name} không phải UTF-8 (byte thứ {error.start + 1}). Lưu lại bằng UTF-8.",
            f"The file {name} is not UTF-8 (byte {error.start + 1}). Save it as UTF-8.",
        ) from error
    return SchemaFile(f"{match[1]}.{match[2]}", hashlib.sha256(content).hexdigest(), sql)


def in_order(files: Iterable[SchemaFile]) -> list[SchemaFile]:
    """Sort files so that each comes after the files whose objects it mentions; files of one level by name.

    Raises:
        Failure: files depend on each other in a circle.
    """
    known = {file.name: file for file in files}
    needs = {name: _mentioned(file.sql) & known.keys() - {name} for name, file in known.items()}
    sorter = TopologicalSorter(needs)
    try:
        sorter.prepare()
    except CycleError as error:
        circle = ", ".join(label(name) for name in error.args[1])
        raise Failure(
            f"Các tệp cần lẫn nhau: {circle}. Bỏ bớt một chỗ gọi.",
            f"These files need each other: {circle}. Take one of the calls out.",
        ) from error
    order: list[SchemaFile] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready())
        order += [known[name] for name in ready]
        sorter.done(*ready)
    return order


def _mentioned(sql: str) -> set[str]:
    return set(_NAME.findall(_COMMENT.sub("", sql)))


def read_loaded(connection: psycopg.Connection[TupleRow]) -> dict[str, Loaded]:
    """Return the recorded files by object name; empty if the table does not exist yet."""
    exists = connection.execute("SELECT to_regclass('public.schema_file') IS NOT NULL").fetchone()
    if exists != (True,):
        return {}
    rows = connection.execute("SELECT name, sha256, made FROM public.schema_file")
    return {name: Loaded(sha256, made) for name, sha256, made in rows}


def describe(connection: psycopg.Connection[TupleRow], names: Iterable[str]) -> dict[str, str]:
    """Return the digest of each object in the database by name; objects that do not exist are left out."""
    return dict(connection.execute(_MADE.encode(), {"names": list(names)}).fetchall())


@dataclass(frozen=True, slots=True)
class Difference:
    """The difference between the schema files and the database.

    `outdated`: files whose text changed, or whose object was changed in the database. `altered`: those of them whose
    text did not change. `left`: objects whose file no longer exists.
    """

    outdated: Sequence[SchemaFile]
    altered: Sequence[SchemaFile]
    left: Sequence[str]


def compare(connection: psycopg.Connection[TupleRow], files: Sequence[SchemaFile]) -> Difference:
    """Compare the files with the recorded checksums and with the objects in the database."""
    recorded = read_loaded(connection)
    found = describe(connection, {file.name for file in files} | recorded.keys())
    outdated = [file for file in files if recorded.get(file.name) != Loaded(file.sha256, found.get(file.name, ""))]
    altered = [file for file in outdated if file.name in recorded and recorded[file.name].sha256 == file.sha256]
    left = sorted(found.keys() - {file.name for file in files})
    return Difference(outdated, altered, left)


def refuse_left(left: Sequence[str]) -> None:
    """Refuse objects without a file: either the clone is older than the server, or a DROP migration is missing."""
    if left:
        names = ", ".join(map(label, left))
        raise Failure(
            f"Cơ sở dữ liệu đã có {names} mà thư mục không có: bản mã này cũ hơn máy chủ, hãy cập nhật; nếu muốn "
            "bỏ hẳn thì viết DROP … IF EXISTS vào một migration mới.",
            f"The database has {names}, which the folder lacks: this clone is older than the server, so update it; "
            "to remove the object, write DROP … IF EXISTS into a new migration.",
        )


def load(connection: psycopg.Connection[TupleRow], files: Sequence[SchemaFile], due: Iterable[SchemaFile]) -> list[str]:
    """Load the files that are due, and reload those whose objects had to be dropped for them; return all their labels.

    Runs inside the caller's transaction. The session user is a superuser; files are run with the owner's role.
    """
    names = {file.name for file in due}
    connection.execute("RESET ROLE")
    _run(connection, _RESET, names)
    connection.execute(f"SET ROLE {OWNER}")
    loaded: list[str] = []
    for file in files:
        if file.name in names:
            with told(file.label, file.sql):
                names |= _load(connection, file, files)
            loaded.append(file.label)
    _note(connection, files, names)
    return loaded


@contextmanager
def told(name: str, sql: str) -> Iterator[None]:
    """Turn an error of PostgreSQL into a Failure with the file's name and line; the caller's transaction rolls back."""
    try:
        yield
    except psycopg.Error as error:
        position = error.diag.statement_position
        line = str(sql.count("\n", 0, int(position)) + 1) if position else ""
        raise Failure(
            f"{name}{line and f', dòng {line}'}: {reason(error)}. Cơ sở dữ liệu vẫn như trước; sửa tệp rồi chạy lại.",
            f"{name}{line and f', line {line}'}: {reason(error)}. "
            "The database is as it was; correct the file and run again.",
        ) from error


def _run(connection: psycopg.Connection[TupleRow], query: str, names: Iterable[str]) -> None:
    """Run a query that returns SQL statements for the named objects, and execute these."""
    for (statement,) in connection.execute(query.encode(), {"names": list(names)}).fetchall():
        connection.execute(statement.encode())


def _load(connection: psycopg.Connection[TupleRow], file: SchemaFile, files: Sequence[SchemaFile]) -> set[str]:
    """Load a file; return the names of dependent objects that were dropped for it, and have to be loaded again.

    Objects are dropped only where CREATE OR REPLACE cannot change parameters, results or columns.
    """
    try:
        with connection.transaction():
            _execute(connection, file)
    except _NOT_REPLACEABLE:
        with connection.transaction():
            dropped = _drop(connection, file, files)
            _execute(connection, file)
        return dropped
    return set()


def _drop(connection: psycopg.Connection[TupleRow], file: SchemaFile, files: Sequence[SchemaFile]) -> set[str]:
    """Drop the object of a file, after the functions and views of other files that depend on it; return their names.

    PostgreSQL refuses if anything else depends on it, such as a trigger or an index.
    """
    standing = {name for (name,) in connection.execute(_STANDING.encode(), {"names": [file.name]}).fetchall()}
    dropped = [other.name for other in reversed(files) if other.name in standing - {file.name}]
    for name in (*dropped, file.name):
        _run(connection, _DROP, [name])
    return set(dropped)


def _execute(connection: psycopg.Connection[TupleRow], file: SchemaFile) -> None:
    connection.execute(file.sql.encode())
    made = connection.execute(_DROP.encode(), {"names": [file.name]}).fetchall()
    if len(made) != 1:
        raise Failure(
            f"{file.label} phải tạo đúng một hàm hoặc view tên {file.name}, nhưng có {len(made)}. "
            "Sửa tệp rồi chạy lại.",
            f"{file.label} has to make one function or view {file.name}, and there are {len(made)}. "
            "Correct the file and run again.",
        )


def _note(connection: psycopg.Connection[TupleRow], files: Sequence[SchemaFile], names: Collection[str]) -> None:
    """Record checksum and digest of the named files, and delete the records of files that no longer exist."""
    made = describe(connection, names)
    connection.execute(RECORD)
    kept = [file.name for file in files if file.name not in names]
    connection.execute("DELETE FROM public.schema_file WHERE name <> ALL (%s)", [kept])
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO public.schema_file (name, sha256, made) VALUES (%s, %s, %s)",
            [(file.name, file.sha256, made[file.name]) for file in files if file.name in names],
        )
