"""Compares spellings of a name."""

from __future__ import annotations

from unicodedata import combining

from unidecode import unidecode

from ...vietnamese.names import spelling


def alike(before: str, now: str) -> bool:
    """Say whether two spellings have the same letters, ignoring diacritics and case."""
    return before == now or _letters(before) == _letters(now)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, unidecode(text).casefold()))


def spelt(name: str) -> str:
    """Return a name's letters with the diacritics that tell people apart (Hậu, Hầu), wherever the tone is written."""
    return "".join(c for c in spelling(name) if c.isalnum() or combining(c))
