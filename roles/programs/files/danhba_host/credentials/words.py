"""Reads the words that are no passwords: the list beside this file, and dictionaries of the system."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from .policy import fold

OWN_LIST = Path(__file__).with_name("common.txt")


def read_words(paths: Iterable[Path]) -> frozenset[str]:
    """Return the folded words of files; lines that begin with # are comments."""
    found: set[str] = set()
    for path in paths:
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            if not line.startswith("#"):
                found.update(fold(line).split())
    return frozenset(found)
