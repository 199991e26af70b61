"""The settings of a program: one JSON file, written by a role, read into a dataclass without defaults.

A wrong file is refused as a whole: a missing or unknown key, or a value of another type. Roles let each program
validate its file with `--check FILE` before it is installed.
"""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from .journal import Refused

Settings = TypeVar("Settings")


def load(path: Path, kind: type[Settings]) -> Settings:
    """Read a settings file.

    Raises:
        Refused: it cannot be read, or does not fit the dataclass `kind`, whose `__post_init__` raises ValueError for
        values
            out of bounds, with a text in Vietnamese and English.
    """
    values = _read(path)
    if problem := _find_problem(values, kind):
        raise Refused(f"{path}: {problem}")
    try:
        return kind(**values)
    except ValueError as error:
        raise Refused(f"{path}: {error}") from error


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise Refused(f"{path}: không đọc được -- cannot be read: {error}") from error


def _find_problem(values: Any, kind: type) -> str:
    """Return the fault of the values, or an empty text."""
    if not isinstance(values, dict):
        return "phải là một đối tượng JSON -- must be one JSON object"
    types = get_type_hints(kind)
    expected = {field.name: types[field.name] for field in fields(kind)}
    if missing := sorted(expected.keys() - values.keys()):
        return f"thiếu khóa -- keys are missing: {', '.join(missing)}"
    if unknown := sorted(values.keys() - expected.keys()):
        return f"có khóa lạ -- keys are unknown: {', '.join(unknown)}"
    wrong = (name for name, type_ in expected.items() if not _is_of(values[name], type_))
    return next((f"{name} phải là -- must be {_name(expected[name])}: {values[name]!r}" for name in wrong), "")


def _is_of(value: Any, type_: Any) -> bool:
    """Say whether a JSON value is of a type: int, str, bool, or a list of one of them."""
    if get_origin(type_) is list:
        return isinstance(value, list) and all(_is_of(item, get_args(type_)[0]) for item in value)
    # In Python True is an int.
    return isinstance(value, type_) and (type_ is bool or not isinstance(value, bool))


def _name(type_: Any) -> str:
    return str(type_) if get_origin(type_) else str(type_.__name__)
