"""Functions, views and triggers of the database: one file with the present form of each, loaded when it has changed.

A file `events/take.sql` makes the function or view `events.take` by `CREATE OR REPLACE`, with the rights to it and the
triggers that call it. Beside its checksum `public.schema_file` has a digest of what the file made, so that an object
that somebody changed in the database is noticed, and its file loaded again.
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

    # Other parameters, another result, other columns, a second function beside the former one.
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
# Every function and view of the given names: what it is called in statements, its owner and its rights.
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
# What a file made: definitions, owners and rights, and each trigger that calls the function, switched off or not.
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
# Owner and rights as `CREATE` begins with them, but for nobody's: the file grants what is to be.
_RESET = f"""
    WITH object AS ({_OBJECTS})
    SELECT format('ALTER %%s %%s OWNER TO {OWNER}', kind, object) FROM object
     WHERE pg_get_userbyid(owner) <> '{OWNER}'
     UNION ALL
    SELECT DISTINCT format('REVOKE ALL ON %%s %%s FROM %%s CASCADE', granted_as, object,
                           CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END)
      FROM object, aclexplode(rights) WHERE grantee <> owner AND pg_get_userbyid(grantee) <> '{OWNER}'
"""  # noqa: S608 - names are parameters
# The functions and views that stand on an object, on those in turn, and the object itself.
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
    """One file `space/object.sql` that makes the object `space.object`."""

    name: str
    sha256: str
    sql: str

    @property
    def label(self) -> str:
        """The file below the folder."""
        return label(self.name)


class Loaded(NamedTuple):
    """What the database records of a file, or has: its checksum, and the digest of what it made."""

    sha256: str
    made: str


def label(name: str) -> str:
    """The file of the object `name`: `events/take.sql` of `events.take`."""
    return f"{name.replace('.', '/')}.sql"


def read_files(folder: Path) -> list[SchemaFile]:
    """The files below `folder` in the order in which they are loaded; Failure where one cannot be read."""
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
    """The files in the order in which they are loaded; Failure where they need each other.

    First those that mention no object of another file, by name, then those that mention only these, and so on.
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
    """What the database records, by name; nothing where the record itself does not exist yet."""
    exists = connection.execute("SELECT to_regclass('public.schema_file') IS NOT NULL").fetchone()
    if exists != (True,):
        return {}
    rows = connection.execute("SELECT name, sha256, made FROM public.schema_file")
    return {name: Loaded(sha256, made) for name, sha256, made in rows}


def describe(connection: psycopg.Connection[TupleRow], names: Iterable[str]) -> dict[str, str]:
    """A digest of each object as it is in the database; none of those that are not there."""
    return dict(connection.execute(_MADE.encode(), {"names": list(names)}).fetchall())


@dataclass(frozen=True, slots=True)
class Difference:
    """What the database lacks of the files.

    `outdated`: files whose text changed, or whose objects are not as they made them; of these, `altered` are those
    whose text did not change. `left`: objects of files that there are no more.
    """

    outdated: Sequence[SchemaFile]
    altered: Sequence[SchemaFile]
    left: Sequence[str]


def compare(connection: psycopg.Connection[TupleRow], files: Sequence[SchemaFile]) -> Difference:
    """Compare the files with what is recorded and with what there is."""
    recorded = read_loaded(connection)
    found = describe(connection, {file.name for file in files} | recorded.keys())
    outdated = [file for file in files if recorded.get(file.name) != Loaded(file.sha256, found.get(file.name, ""))]
    altered = [file for file in outdated if file.name in recorded and recorded[file.name].sha256 == file.sha256]
    left = sorted(found.keys() - {file.name for file in files})
    return Difference(outdated, altered, left)


def refuse_left(left: Sequence[str]) -> None:
    """Refuse objects of files that there are no more: the clone is older than the server, or a migration is missing."""
    if left:
        names = ", ".join(map(label, left))
        raise Failure(
            f"Cơ sở dữ liệu đã có {names} mà thư mục không có: bản mã này cũ hơn máy chủ, hãy cập nhật; nếu muốn "
            "bỏ hẳn thì viết DROP … IF EXISTS vào một migration mới.",
            f"The database has {names}, which the folder lacks: this clone is older than the server, so update it; "
            "to remove the object, write DROP … IF EXISTS into a new migration.",
        )


def load(connection: psycopg.Connection[TupleRow], files: Sequence[SchemaFile], due: Iterable[SchemaFile]) -> list[str]:
    """Load those of `files` that are due, and those that had to be dropped for them; which files that were.

    Within a transaction of the caller, as the superuser that takes the role of the owner for the files.
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
    """Say of which file, and where in it, the server complains; the caller's transaction leaves nothing behind."""
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
    """Run the statements that a query answers about objects."""
    for (statement,) in connection.execute(query.encode(), {"names": list(names)}).fetchall():
        connection.execute(statement.encode())


def _load(connection: psycopg.Connection[TupleRow], file: SchemaFile, files: Sequence[SchemaFile]) -> set[str]:
    """Load a file; the names of what was dropped for it, because it has other parameters, results or columns now."""
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
    """Drop the object of a file, and before it the views and functions of files that stand on it; their names.

    PostgreSQL refuses where something else stands on it, as a trigger or an index.
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
    """Record the files of these names with what they made, and forget files that there are no more."""
    made = describe(connection, names)
    connection.execute(RECORD)
    kept = [file.name for file in files if file.name not in names]
    connection.execute("DELETE FROM public.schema_file WHERE name <> ALL (%s)", [kept])
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO public.schema_file (name, sha256, made) VALUES (%s, %s, %s)",
            [(file.name, file.sha256, made[file.name]) for file in files if file.name in names],
        )
