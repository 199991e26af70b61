"""Compares the database objects on which the verification relies with those that the migrations make.

`made.json` has them by name: tables, columns, triggers, functions, with the properties that matter. It is installed
with the programs, on the host and on the controller, so that no superuser of the database can change it;
`python -m tests.schema` makes it from the migrations. An object that is not in it is a difference, too. This module
needs the standard library alone, like `chain.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).with_name("made.json")
ALTERED, LACKING, STRANGE = "altered", "lacking", "strange"
LONGEST = 300  # the longest description of a difference, in characters

Objects = Mapping[str, Mapping[str, Any]]


class Difference(NamedTuple):
    """An object that differs from the migrations. `kind`: altered, lacking, or strange (no migration makes it)."""

    kind: str
    name: str
    how: str


@cache
def expected() -> Objects:
    """Return the objects as the migrations of this version make them."""
    objects: Objects = json.loads(FILE.read_text(encoding="utf-8"))
    return objects


def keys(objects: Objects) -> dict[str, str]:
    """Return the name of the key column by table, for the tables whose rows are sealed."""
    mark = "covered "
    return {name.removeprefix(mark): each["key"] for name, each in objects.items() if name.startswith(mark)}


def differences(found: Objects, made: Objects) -> Iterator[Difference]:
    """Yield the differences between the objects found and those that the migrations make, sorted by name."""
    for name in sorted({*found, *made}):
        if name not in found:
            yield Difference(LACKING, name, "")
        elif name not in made:
            yield Difference(STRANGE, name, _short(found[name]))
        elif found[name] != made[name]:
            yield Difference(ALTERED, name, _compared(made[name], found[name])[:LONGEST])


def _compared(was: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    names = [name for name in sorted({*was, *now}) if was.get(name) != now.get(name)]
    return "; ".join(f"{name}: {_short(was.get(name))} → {_short(now.get(name))}" for name in names)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= LONGEST // 3 else f"{text[: LONGEST // 3]}…"
