"""The files of role database: each says what its object is for, and new migrations make no function or view."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

FILES = Path(__file__).resolve().parents[2] / "roles/database/files"
SCHEMA = sorted((FILES / "schema").glob("*/*.sql"))
LAST_WITH_FUNCTIONS = 36  # migration; what it and those before it make of functions are former forms
_HEAD = re.compile(
    r"-- (\S+): .+?^-- (?:Called|Read) by: .+?^-- Serves: .+?\n\nCREATE OR REPLACE", re.DOTALL | re.MULTILINE
)
_OBJECT = re.compile(r"^\s*CREATE (?:OR REPLACE )?(?:FUNCTION|VIEW|(?:CONSTRAINT )?TRIGGER)\b", re.MULTILINE)


def test_schema_files_state_their_purpose() -> None:
    assert SCHEMA
    for path in SCHEMA:
        head = _HEAD.match(path.read_text(encoding="utf-8"))
        assert head, path
        assert head[1] == f"{path.parent.name}.{path.stem}"


def test_new_migrations_make_no_function_view_or_trigger() -> None:
    new = [path for path in (FILES / "migrations").glob("*.sql") if int(path.name[:4]) > LAST_WITH_FUNCTIONS]
    made = [path.name for path in new if _OBJECT.search(path.read_text(encoding="utf-8"))]
    assert made == [], "put it into roles/database/files/schema (docs/decisions/0100)"


@pytest.mark.parametrize("text", ["CREATE FUNCTION x.y()", "CREATE OR REPLACE VIEW x.y", "CREATE CONSTRAINT TRIGGER z"])
def test_created_object_in_a_migration_is_recognised(text: str) -> None:
    assert _OBJECT.search(text)
