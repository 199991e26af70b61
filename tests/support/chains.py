"""A chain as a database makes it, and its export: written once more, so that tests do not ask the code under test."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any

from danhba.auditing import made

NOTHING = "0" * 64
OBJECTS = [f"object {json.dumps([name, about])}".encode() for name, about in made.expected().items()]
FIRST = len(OBJECTS) + 1  # the first line behind them


@dataclass(frozen=True)
class Batch:
    """What one statement brought: of a record, rows by their keys."""

    relation: str
    rows: tuple[tuple[str, str], ...]
    origin: str = "written"

    @property
    def leaves(self) -> list[str]:
        return [f"{key} {_sha(text)}" for key, text in self.rows]


@dataclass(frozen=True)
class Seal:
    """A seal as the database has it."""

    n: int
    at: str
    relation: str
    origin: str
    rows: int
    previous: str
    leaves: tuple[str, ...]
    hash: str = ""
    form: int = 1

    def sealed(self) -> Seal:
        """With the hash that belongs to it."""
        head = (self.previous, self.n, self.at, self.relation, self.form, self.origin, self.rows)
        return replace(self, hash=_sha("\n".join([*map(str, head), *self.leaves])))

    def lines(self) -> list[bytes]:
        values: dict[str, Any] = {
            name: getattr(self, name) for name in ("n", "at", "relation", "form", "origin", "rows", "previous", "hash")
        }
        head = "seal " + json.dumps({**values, "lines": len(self.leaves)})
        return [line.encode() for line in (head, *self.leaves)]


def chain(batches: list[Batch]) -> list[Seal]:
    """Batches, sealed in their order."""
    seals: list[Seal] = []
    for n, batch in enumerate(batches, start=1):
        leaves = tuple(batch.leaves)
        previous = seals[-1].hash if seals else NOTHING
        at = f"2026-11-28T00:00:{n:02}.000000Z"
        seals.append(Seal(n, at, batch.relation, batch.origin, len(leaves), previous, leaves).sealed())
    return seals


def rows(batches: list[Batch]) -> list[tuple[str, str, str]]:
    """All rows, each with its record and its key."""
    return [(batch.relation, *row) for batch in batches for row in batch.rows]


def export(seals: list[Seal], there: list[tuple[str, str, str]], *more: bytes) -> list[bytes]:
    """The lines of an export of a database as the migrations make it: first the seals, then the rows, then others."""
    return [
        b"danhba-chain 2",
        *OBJECTS,
        *(line for seal in seals for line in seal.lines()),
        *(" ".join(("row", *row)).encode() for row in there),
        *more,
        f"end {len(seals)} {len(there)}".encode(),
    ]


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
