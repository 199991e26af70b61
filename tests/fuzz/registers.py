"""Cases that are registers in memory: their text, what it means, and what it was before."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tests.fuzz import octets, structure
from tests.fuzz.case import Contents, Outcome
from tests.fuzz.oracle import judge
from tests.fuzz.seeds import registers

# Lines of a file that is cut by octets from here on.
FEW = 12


@dataclass(frozen=True)
class Register:
    """A register, and what it was before where the change is judged."""

    how: str
    files: Contents
    base: Contents | None = None

    def run(self) -> Outcome:
        return judge(self.files, self.base)

    def size(self) -> int:
        return sum(len(data or b"") for part in (self.files, self.base or {}) for data in part.values())

    def save(self, folder: Path) -> None:
        for part, contents in (("directory", self.files), ("base", self.base or {})):
            for name, data in contents.items():
                path = folder / part / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data or b"")

    def smaller(self) -> Iterator[Register]:
        if self.base is not None:
            yield Register(self.how, self.files)
            for part in _less(self.base):
                yield Register(self.how, self.files, part)
        for part in _less(self.files):
            yield Register(self.how, part, self.base)


def _less(files: Contents) -> Iterator[Contents]:
    """One file fewer, then less in each."""
    for name in files:
        yield {other: data for other, data in files.items() if other != name}
    for name, data in files.items():
        for part in shorter(data or b""):
            yield {**files, name: part}


def shorter(data: bytes) -> Iterator[bytes]:
    """Without its halves, quarters and so on, by lines and then by octets."""
    lines = data.splitlines(keepends=True)
    yield from map(b"".join, _without(lines, len(lines)))
    if len(lines) < FEW:
        yield from _without(data, len(data))


Cut = TypeVar("Cut", bytes, list[bytes])


def _without(whole: Cut, size: int) -> Iterator[Cut]:
    while size > 1:
        size = (size + 1) // 2
        for start in range(0, len(whole), size):
            yield whole[:start] + whole[start + size :]


def register(rng: random.Random) -> Register:
    """A valid register with one or two of its files changed; half of them against what they were before."""
    valid = rng.choice(registers())
    files, how = dict(valid), []
    for name in rng.sample(sorted(files), rng.choice((1, 1, 2)) if len(files) > 1 else 1):
        files[name], done = _changed(rng, files[name])
        how.append(f"{name}: {done}")
    if rng.random() < 0.05:
        name, other = rng.choice(sorted(files)), rng.choice(sorted(files))
        files[name] = files[other]
        how.append(f"{name}: as {other}")
    base = rng.choice((None, None, valid, {}, files))
    if base is not None and rng.random() < 0.3:
        return Register("; ".join(how) + "; the other way round", valid, files)
    return Register("; ".join(how), files, base)


def _changed(rng: random.Random, data: bytes) -> tuple[bytes, str]:
    others = [other for valid in registers() for other in valid.values()]
    names = []
    if rng.random() < 0.6:
        data, name = structure.mutated(rng, data, rng.choice(others))
        names.append(name)
    if not names or rng.random() < 0.15:
        data, name = octets.mutated(rng, data, others)
        names.append(name)
    return data, "+".join(names)
