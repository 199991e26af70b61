"""The table of clauses as `docs/clauses.yml` has it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import yaml

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs/clauses.yml"
Text = dict[str, str]  # by language: `en` and `vi`
State = Literal["done", "part", "later"]


@dataclass(frozen=True, slots=True)
class Clause:
    """One row: what a clause asks, how far the system carries it out, and where. Paths are from the clone's root."""

    clause: str
    state: State
    asks: Text
    how: Text
    missing: Text = field(default_factory=dict)
    code: list[str] = field(default_factory=list)
    guides: list[str] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        """Every path that the row names."""
        return self.code + self.guides


def within(clause: str, whole: str) -> bool:
    """Whether a clause is another or a part of it: R6.1a of R6.1 and of R6, but R16 not of R1."""
    return clause.startswith(whole) and not clause.removeprefix(whole)[:1].isdigit()


def read(path: Path = TABLE) -> dict[str, Clause]:
    """The rows by clause, in the order of the regulation; a TypeError where a row has another key."""
    rows = [Clause(**row) for row in yaml.safe_load(path.read_text(encoding="utf-8"))]
    found = {row.clause: row for row in rows}
    if len(found) != len(rows):
        raise ValueError(f"{path}: a clause has two rows")
    return found


CLAUSES = read()
