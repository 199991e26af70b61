"""Whether two spellings of a name can be one."""

from __future__ import annotations

from unicodedata import combining

from unidecode import unidecode

from ...vietnamese.names import spelling


def alike(before: str, now: str) -> bool:
    """The same letters: marks and capitals are corrected, and name nobody else."""
    return before == now or _letters(before) == _letters(now)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, unidecode(text).casefold()))


def spelt(name: str) -> str:
    """A name's letters with their marks, which tell people apart (Hậu, Hầu), wherever the tone is written."""
    return "".join(c for c in spelling(name) if c.isalnum() or combining(c))
