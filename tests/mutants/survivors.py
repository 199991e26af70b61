"""The mutants that may survive, each with its reason: `survivors.toml`."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from tests.mutants.results import Change

FILE = Path(__file__).with_name("survivors.toml")


def listed(text: str | None = None) -> frozenset[Change]:
    """All that are listed.

    Raises:
        ValueError: one has no reason, or is listed twice.
    """
    found: list[Change] = []
    for group in tomllib.loads(FILE.read_text(encoding="utf-8") if text is None else text).get("survivors", []):
        if not str(group["reason"]).strip():
            raise ValueError("survivors without a reason")
        found += [Change(*mutant) for mutant in group["mutants"]]
    if len(found) != len(set(found)):
        raise ValueError("a survivor is listed twice")
    return frozenset(found)


def as_toml(change: Change) -> str:
    """A survivor as the file has it."""
    return f"    {json.dumps(list(change), ensure_ascii=False)},"
