"""Which events there are, read from the register's format: every key, and every value of one with a fixed list."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from danhba.governance import json_schema

# Values that stand for one key, whose kinds are no events.
_PLAIN = ("agency.kind", "agency.changes[].kind", "agency.people[].leader", "province.sample")
_AMONG = ("anyOf", "oneOf", "allOf")


def keys() -> list[str]:
    """All keys as the rows of the table cover them: ``agency.people[].closed.event=retired``."""
    found = dict.fromkeys([*_keys(json_schema.agency(), "agency"), *_keys(json_schema.province(), "province")])
    return [key for key in found if not key.startswith(tuple(f"{plain}=" for plain in _PLAIN))]


def _keys(node: dict[str, Any], path: str) -> Iterator[str]:
    if "properties" in node:
        for key, child in node["properties"].items():
            yield from _keys(child, f"{path}.{key}")
    elif "items" in node:
        yield from _keys(node["items"], f"{path}[]")
    elif "enum" in node:
        yield path
        yield from (f"{path}={value}" for value in node["enum"])
    elif among := next((node[name] for name in _AMONG if name in node), None):
        for child in among:
            yield from _keys(child, path)
    else:
        yield path


def matches(key: str, pattern: str) -> bool:
    """Whether a pattern of a row covers a key; its brackets are those of lists, not of a choice of letters."""
    return fnmatchcase(key, pattern.replace("[", "[[]"))
