"""What the programs of the hosts may import: Python itself, and packages of Debian that a role installs."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import danhba_host
from tests.support.looped import for_each

LIBRARY = Path(danhba_host.__file__).parent
# By what a program may need beside psycopg, which role programs brings for all.
MORE = {
    "backup": {"cryptography"},
    "addressbook": {"ldap", "unidecode"},
    "credentials": {"argon2"},
    "metrics": {"dns"},
    "secrecy_gate": {"danhba_secrecy"},
    "tlspolicy.py": {"dns"},
}


def imported(path: Path) -> set[str]:
    """The packages outside the library that a file imports, also inside functions."""
    nodes = list(ast.walk(ast.parse(path.read_bytes())))
    names = [name.name for node in nodes if isinstance(node, ast.Import) for name in node.names]
    names += [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
    return {name.partition(".")[0] for name in names}


@for_each("path", sorted(LIBRARY.rglob("*.py")))
def test_program_imports_what_its_host_has(path: Path) -> None:
    more = MORE.get(path.relative_to(LIBRARY).parts[0], set())
    assert imported(path) <= {*sys.stdlib_module_names, "psycopg", *more}


@for_each("path", sorted(LIBRARY.glob("*.py")))
def test_what_is_shared_knows_no_program(path: Path) -> None:
    programs = {folder.name for folder in LIBRARY.iterdir() if (folder / "__main__.py").is_file()}
    named = {
        name
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.ImportFrom)
        for name in [(node.module or "").partition(".")[0], *(name.name for name in node.names)]
        if node.level
    }
    assert not programs & named
