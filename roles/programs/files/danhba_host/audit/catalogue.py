"""Describes the database objects that the verification depends on, from PostgreSQL's own catalogue.

The catalogue is copied raw (`COPY … TO STDOUT`), so that no view, rule, operator or function of the database can change
the result; a view or another table in the place of a catalogue is detected by its number. Only expressions are printed
by functions, namely PostgreSQL's own (`_PRINTERS`); these functions, and those that print values, are described too.
The description of an object is the same in every release of PostgreSQL and for every order of creation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from psycopg import sql

from ..database import Connection
from ..journal import Refused
from . import chain
from .table import copied

Row = dict[str, str | None]
Objects = dict[str, dict[str, Any]]

TABLES = (*chain.RECORDS, "chain.batch", "chain.seal", "chain.covered", "mail.credential")
FIRST_MADE = 16384  # objects with a lower number came with PostgreSQL
_HEAP = "2"
# The catalogues by name: their number, which is the same in every release, and the columns to read.
_CATALOGUES = {
    "pg_class": (
        1259,
        (
            "oid relname relnamespace relowner relam relpersistence relkind relhasrules relrowsecurity"
            " relforcerowsecurity relispartition reloftype relacl"
        ),
    ),
    "pg_namespace": (2615, "oid nspname nspowner nspacl"),
    "pg_attribute": (
        1249,
        (
            "attrelid attname attnum atttypid atttypmod attnotnull attidentity attgenerated attisdropped attcollation"
            " attacl"
        ),
    ),
    "pg_proc": (
        1255,
        (
            "oid proname pronamespace proowner prolang prokind prosecdef provolatile prorettype proargtypes prosrc"
            " probin prosqlbody proconfig proacl"
        ),
    ),
    "pg_type": (1247, "oid typname typnamespace typtype typoutput typsend"),
    "pg_trigger": (2620, "oid tgrelid tgname tgfoid tgtype tgenabled tgisinternal tgdeferrable tginitdeferred"),
    "pg_rewrite": (2618, "ev_class rulename ev_type ev_enabled"),
    "pg_policy": (3256, "polrelid polname polcmd"),
    "pg_inherits": (2611, "inhrelid inhparent"),
    "pg_constraint": (2606, "oid conrelid conname contype"),
    "pg_language": (2612, "oid lanname lanplcallfoid"),
    "pg_event_trigger": (3466, "evtname evtevent evtenabled"),
    "pg_extension": (3079, "extname"),
    "pg_cast": (2605, "oid castsource casttarget"),
    "pg_operator": (2617, "oid oprname oprnamespace oprleft oprright"),
    "pg_default_acl": (826, "defaclrole defaclnamespace defaclobjtype"),
    "pg_db_role_setting": (2964, "setdatabase setrole setconfig"),
    "pg_database": (1262, "oid datname"),
}
# Settings of a role or a database that change the meaning of a statement, or whether a trigger runs.
_SETTINGS = re.compile(
    r"(search_path|session_replication_role|row_security|role|session_authorization|event_triggers|\w*_preload_libraries"
    r"|dynamic_library_path|allow_system_table_mods)="
)
_SESSION = {"session_replication_role": "origin", "allow_system_table_mods": "off"}
_CONSTRAINTS = "cpufx"  # without NOT NULL: described as part of the column, listed here only from PostgreSQL 18
_WRITES = "awdDxtXC"
# PostgreSQL's own functions that print described expressions, and the one that lists locks; and the types whose output
# functions print values.
_PRINTERS = (
    "pg_get_expr",
    "pg_get_constraintdef",
    "pg_get_triggerdef",
    "pg_get_userbyid",
    "current_setting",
    "pg_lock_status",
)
_PRINTED = "bool char name int8 int2 int4 text oid oidvector uuid date timestamptz inet jsonb _text _aclitem aclitem"


def describe(connection: Connection) -> Objects:
    """Describe all objects that the verification depends on, by name.

    Raises:
        Refused: a catalogue is not PostgreSQL's own.
        psycopg.Error: the catalogue cannot be read.
    """
    return dict(sorted(_Description(connection).objects()))


def numbers(connection: Connection) -> dict[str, int]:
    """The number of each relation of the snapshot, by `schema.table`.

    Raises:
        Refused, psycopg.Error: as `describe`.
    """
    spaces = {row["oid"]: row["nspname"] for row in _rows(connection, "pg_namespace")}
    relations = _rows(connection, "pg_class")
    return {f"{spaces.get(row['relnamespace'])}.{row['relname']}": int(row["oid"] or 0) for row in relations}


def _rows(connection: Connection, name: str) -> list[Row]:
    number, columns = _CATALOGUES[name]
    names = columns.split()
    rows = [dict(zip(names, row, strict=True)) for row in copied(connection, f"pg_catalog.{name}", names)]
    query = sql.SQL("SELECT tableoid FROM ONLY pg_catalog.{} LIMIT 1").format(sql.Identifier(name))
    found = connection.execute(query).fetchone()
    if rows and found != (number,):
        raise Refused(
            f"pg_catalog.{name} không phải danh mục của PostgreSQL: có người thay; khôi phục bản sao lưu --"
            f" pg_catalog.{name} is not PostgreSQL's own: somebody put another there; restore a backup"
        )
    return rows


class _Description:
    """The catalogue's rows, and the descriptions made from them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._read = {name: _rows(connection, name) for name in _CATALOGUES}
        self._spaces = {str(row["oid"]): str(row["nspname"]) for row in self._read["pg_namespace"]}
        self._types = {str(row["oid"]): self._qualified(row, "typ") for row in self._read["pg_type"]}
        self._functions = {str(row["oid"]): row for row in self._read["pg_proc"]}
        self._relations = {str(row["oid"]): row for row in self._read["pg_class"]}
        self._owners: dict[str, str] = {}
        self._called: set[str] = set()

    def objects(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each object by name, with the properties that the verification depends on."""
        numbers = {}
        for number, row in self._relations.items():
            name = self._qualified(row, "rel")
            if name in TABLES:
                numbers[number] = name
            elif name.startswith("chain.") and row["relkind"] not in {"i", "S", "t", "c"}:
                yield f"relation {name}", {"kind": row["relkind"]}
        for number, name in numbers.items():
            yield from self._table(number, name)
        yield from self._of_tables(numbers)
        yield from self._schemas({name.partition(".")[0] for name in TABLES})
        yield from self._all_functions()
        yield from self._nowhere()
        yield from self._printers()

    def _table(self, number: str, name: str) -> Iterator[tuple[str, dict[str, Any]]]:
        row = self._relations[number]
        yield (
            f"table {name}",
            {
                "kind": row["relkind"],
                "persistence": row["relpersistence"],
                "storage": "heap" if row["relam"] == _HEAP else row["relam"],
                "owner": self._owner(row["relowner"]),
                "writers": self._writers(row["relacl"], row["relowner"]),
                "row_security": [row["relrowsecurity"], row["relforcerowsecurity"]],
                "rules": row["relhasrules"],
                "partition": row["relispartition"],
                "of_type": row["reloftype"],
                "parents": self._inherited("inhrelid", "inhparent", number),
                "children": self._inherited("inhparent", "inhrelid", number),
                "internal_triggers_off": self._internal_off(number),
            },
        )

    def _inherited(self, mine: str, others: str, number: str) -> list[str]:
        rows = (row for row in self._read["pg_inherits"] if row[mine] == number)
        return sorted(self._qualified(self._relations[str(row[others])], "rel") for row in rows)

    def _internal_off(self, number: str) -> int:
        return sum(
            row["tgrelid"] == number and self._is_internal(row) and row["tgenabled"] != "O"
            for row in self._read["pg_trigger"]
        )

    def _is_internal(self, row: Row) -> bool:
        """Whether a trigger is PostgreSQL's own, made for a foreign key or a constraint: its function came with
        PostgreSQL.
        """
        return row["tgisinternal"] == "t" and int(row["tgfoid"] or 0) < FIRST_MADE

    def _of_tables(self, numbers: Mapping[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
        printed = _Printed(self._connection)
        for row in self._read["pg_attribute"]:
            name = numbers.get(str(row["attrelid"]))
            if name and int(row["attnum"] or 0) > 0 and row["attisdropped"] == "f":
                yield f"column {name}.{row['attname']}", self._column(row, printed)
        for row in self._read["pg_trigger"]:
            if (name := numbers.get(str(row["tgrelid"]))) and not self._is_internal(row):
                yield f"trigger {name}.{row['tgname']}", self._trigger(row, printed)
        for row in self._read["pg_constraint"]:
            if (name := numbers.get(str(row["conrelid"]))) and str(row["contype"]) in _CONSTRAINTS:
                yield f"constraint {name}.{row['conname']}", {"definition": printed.constraints.get(str(row["oid"]))}
        yield from self._in_the_way(numbers)

    def _in_the_way(self, numbers: Mapping[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
        """The rules and policies of the tables. The migrations make none, so each one found is a difference."""
        for row in self._read["pg_rewrite"]:
            if name := numbers.get(str(row["ev_class"])):
                yield f"rule {name}.{row['rulename']}", {"event": row["ev_type"], "enabled": row["ev_enabled"]}
        for row in self._read["pg_policy"]:
            if name := numbers.get(str(row["polrelid"])):
                yield f"policy {name}.{row['polname']}", {"command": row["polcmd"]}

    def _column(self, row: Row, printed: _Printed) -> dict[str, Any]:
        relation = self._relations[str(row["attrelid"])]
        return {
            "type": self._types.get(str(row["atttypid"])),
            "modifier": row["atttypmod"],
            "not_null": row["attnotnull"],
            "default": printed.defaults.get((str(row["attrelid"]), str(row["attnum"]))),
            "identity": row["attidentity"],
            "generated": row["attgenerated"],
            "collation": row["attcollation"],
            "writers": self._writers(row["attacl"], relation["relowner"]),
        }

    def _trigger(self, row: Row, printed: _Printed) -> dict[str, Any]:
        self._called.add(str(row["tgfoid"]))
        return {
            "enabled": row["tgenabled"],
            "type": row["tgtype"],
            "function": self._signature(str(row["tgfoid"])),
            "deferrable": [row["tgdeferrable"], row["tginitdeferred"]],
            "definition": printed.triggers.get(str(row["oid"])),
        }

    def _schemas(self, names: Iterable[str]) -> Iterator[tuple[str, dict[str, Any]]]:
        for row in self._read["pg_namespace"]:
            if str(row["nspname"]) in set(names):
                writers = self._writers(row["nspacl"], row["nspowner"])
                yield f"schema {row['nspname']}", {"owner": self._owner(row["nspowner"]), "writers": writers}

    def _all_functions(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """The functions of the schema `chain`, the functions that triggers of the tables call, and the languages."""
        languages = {str(row["oid"]): row for row in self._read["pg_language"]}
        for number, row in self._functions.items():
            if number in self._called or self._spaces.get(str(row["pronamespace"])) == "chain":
                yield f"function {self._signature(number)}", self._function(row, languages)
        for row in languages.values():
            handler = self._functions.get(str(row["lanplcallfoid"]))
            made = handler and [handler["prosrc"], handler["probin"]]
            yield f"language {row['lanname']}", {"handler": made}

    def _function(self, row: Row, languages: Mapping[str, Row]) -> dict[str, Any]:
        return {
            "owner": self._owner(row["proowner"]),
            "language": languages[str(row["prolang"])]["lanname"],
            "source": digest(row["prosrc"]),
            "binary": row["probin"],
            "parsed": row["prosqlbody"] is not None,
            "definer": row["prosecdef"],
            "volatility": row["provolatile"],
            "kind": row["prokind"],
            "returns": self._types.get(str(row["prorettype"])),
            "settings": row["proconfig"],
            "callers": "PUBLIC" if row["proacl"] is None else self._writers(row["proacl"], row["proowner"]),
        }

    def _nowhere(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Objects of kinds that no migration makes, so each one found is a difference. plpgsql came with the
        database.
        """
        for row in self._read["pg_extension"]:
            yield f"extension {row['extname']}", {}
        for row in self._read["pg_event_trigger"]:
            yield f"event trigger {row['evtname']}", {"event": row["evtevent"], "enabled": row["evtenabled"]}
        for row in self._read["pg_default_acl"]:
            space = self._spaces.get(str(row["defaclnamespace"]), "*")
            yield f"default privileges {self._owner(row['defaclrole'])} {space} {row['defaclobjtype']}", {}
        for name, prefix in (("pg_proc", "pro"), ("pg_class", "rel"), ("pg_type", "typ"), ("pg_operator", "opr")):
            for row in self._read[name]:
                if _is_made(row) and self._spaces.get(str(row[f"{prefix}namespace"])) == "pg_catalog":
                    yield f"own {name[3:]} pg_catalog.{row[f'{prefix}name']} {row['oid']}", {}
        for row in self._read["pg_cast"]:
            if _is_made(row):
                source, target = (self._types.get(str(row[name])) for name in ("castsource", "casttarget"))
                yield f"own cast {source} {target}", {}
        yield from self._settings()

    def _settings(self) -> Iterator[tuple[str, dict[str, Any]]]:
        mine = {"0"} | {str(row["oid"]) for row in self._read["pg_database"] if row["datname"] == self._name()}
        for row in self._read["pg_db_role_setting"]:
            role = "*" if row["setrole"] == "0" else self._owner(row["setrole"])
            for setting in _elements(row["setconfig"]):
                if row["setdatabase"] in mine and _SETTINGS.match(setting):
                    yield f"setting {role} {setting.partition('=')[0]}", {"value": setting.partition("=")[2]}
        for name in _SESSION:
            [(value,)] = self._connection.execute("SELECT pg_catalog.current_setting(%s)", [name]).fetchall()
            yield f"setting {name}", {"value": value}

    def _name(self) -> str:
        return self._connection.info.dbname

    def _printers(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """For each printing function: whether it is PostgreSQL's own, and the symbol in PostgreSQL's binary that
        implements it.
        """
        output = set()
        for row in self._read["pg_type"]:
            if row["typname"] in _PRINTED.split() and self._spaces.get(str(row["typnamespace"])) == "pg_catalog":
                yield f"type {row['typname']}", {"kind": row["typtype"], "output": row["typoutput"]}
                output.add(row["typoutput"])
        for number, row in self._functions.items():
            if row["proname"] in {*output, *_PRINTERS} and not _is_made(row):
                made = {"language": row["prolang"], "symbol": row["prosrc"], "settings": row["proconfig"]}
                yield f"printer {self._signature(number)}", {**made, "definer": row["prosecdef"]}

    def _qualified(self, row: Row, prefix: str) -> str:
        space = self._spaces.get(str(row[f"{prefix}namespace"]), "?")
        return f"{space}.{row[f'{prefix}name']}".removeprefix("pg_catalog.")

    def _signature(self, number: str) -> str:
        row = self._functions.get(number)
        if row is None:
            return f"? {number}"
        arguments = ", ".join(self._types.get(each, each) for each in str(row["proargtypes"]).split())
        return f"{self._qualified(row, 'pro')}({arguments})"

    def _owner(self, number: str | None) -> str:
        key = str(number)
        if key not in self._owners:
            [(name,)] = self._connection.execute("SELECT pg_catalog.pg_get_userbyid(%s)", [int(key)]).fetchall()
            self._owners[key] = str(name)
        return self._owners[key]

    def _writers(self, privileges: str | None, owner: str | None) -> list[str]:
        """The roles other than the owner that may write, create or execute an object, with their privileges."""
        writers = []
        for each in _elements(privileges):
            granted, _, _by = each.rpartition("/")
            who, _, what = granted.rpartition("=")
            if who.strip('"') != self._owner(owner) and (may := "".join(x for x in what if x in f"{_WRITES}*")):
                writers.append(f"{who or 'PUBLIC'}={may}")
        return sorted(writers)


class _Printed:
    """Expressions as PostgreSQL prints them: defaults by table and column, triggers and constraints by number."""

    def __init__(self, connection: Connection) -> None:
        self.defaults = {
            (str(table), str(column)): text
            for table, column, text in connection.execute(
                "SELECT adrelid, adnum, pg_catalog.pg_get_expr(adbin, adrelid) FROM ONLY pg_catalog.pg_attrdef"
            )
        }
        self.triggers = {
            str(number): text
            for number, text in connection.execute(
                "SELECT oid, pg_catalog.pg_get_triggerdef(oid) FROM ONLY pg_catalog.pg_trigger"
            )
        }
        self.constraints = {
            str(number): text
            for number, text in connection.execute(
                "SELECT oid, pg_catalog.pg_get_constraintdef(oid) FROM ONLY pg_catalog.pg_constraint"
            )
        }


def _is_made(row: Row) -> bool:
    return int(row["oid"] or 0) >= FIRST_MADE


def digest(text: str | None) -> str:
    """SHA-256 of a text that is too long to be shown."""
    return sha256((text or "").encode()).hexdigest()


_ELEMENT = re.compile(r'"((?:[^"\\]|\\.)*)"|([^,{}]+)')


def _elements(array: str | None) -> Sequence[str]:
    """The elements of an array of one dimension as PostgreSQL prints it."""
    found = _ELEMENT.finditer(array or "")
    return [re.sub(r"\\(.)", r"\1", each[1]) if each[1] is not None else each[2] for each in found]
