"""Which objects of the database the verification stands on, as the migrations make them, and what differs from that.

`made.json` has them, by name: a table, a column, a trigger, a function, with what matters of each. It comes with the
programs, on the host and on the controller, so no superuser of the database can change it; `python -m tests.schema`
makes it of the migrations. Of what `NEVER` begins with there is none, so whatever of that is there is a difference.
The standard library alone, as for `chain.py`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).with_name("made.json")
ALTERED, LACKING, STRANGE = "altered", "lacking", "strange"
LONGEST = 300  # characters of what differs

Objects = Mapping[str, Mapping[str, Any]]


class Difference(NamedTuple):
    """An object that is not as made. `kind`: altered, lacking, or strange (no migration made it)."""

    kind: str
    name: str
    how: str


@cache
def expected() -> Objects:
    """The objects as the migrations of this version make them."""
    objects: Objects = json.loads(FILE.read_text(encoding="utf-8"))
    return objects


def keys(objects: Objects) -> dict[str, str]:
    """The name of the key's column, by record."""
    mark = "covered "
    return {name.removeprefix(mark): each["key"] for name, each in objects.items() if name.startswith(mark)}


def differences(found: Objects, made: Objects) -> Iterator[Difference]:
    """What is not as made, by name."""
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
