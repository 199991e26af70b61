"""Aligns the columns of long lists: rich would lay out 100,000 lines in minutes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from rich.cells import cell_len

from ..jsontext import AT_ONCE

_GAP = "  "
# Characters that are one column wide on a terminal: printable Latin letters with diacritics, and punctuation.
_NARROW = re.compile("[\u0020-\u007e\u00a1-\u00ac\u00ae-\u02ff\u1e00-\u1eff\u2010-\u2027]*")


def line_up(rows: Sequence[tuple[str, ...]], widest: int) -> Iterator[str] | None:
    """Return the rows as aligned lines, in pieces.

    None if a line would be wider than `widest` columns, or if a text has unprintable characters.
    """
    columns = list(zip(*rows, strict=True))
    least = int(len(columns) == 1)  # rich gives an empty line one column
    widths = [max(least, *map(_width, column)) for column in columns]
    if (
        not rows
        or sum(widths) + len(_GAP) * (len(widths) - 1) > widest
        or not all("".join(row).isprintable() for row in rows)
    ):
        return None
    return _pieces(rows, widths)


def _pieces(rows: Sequence[tuple[str, ...]], widths: Sequence[int]) -> Iterator[str]:
    left = iter(rows)
    while some := list(islice(left, AT_ONCE)):
        lines = (_GAP.join(map(_padded, row, widths)) for row in some)
        yield "\n".join(lines) + "\n"


def _padded(text: str, width: int) -> str:
    return text.ljust(width + len(text) - _width(text))


def _width(text: str) -> int:
    """Return the number of terminal columns that a text takes."""
    return len(text) if text.isascii() or _NARROW.fullmatch(text) else cell_len(text)
