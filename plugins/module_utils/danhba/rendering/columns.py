"""Columns that line up, for lists of any length: rich lays out a hundred thousand lines in minutes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from rich.cells import cell_len

from ..jsontext import AT_ONCE

_GAP = "  "
# What each takes one column of a terminal: printable Latin letters with all their marks, and what stands among them.
_NARROW = re.compile("[\u0020-\u007e\u00a1-\u00ac\u00ae-\u02ff\u1e00-\u1eff\u2010-\u2027]*")


def line_up(rows: Sequence[tuple[str, ...]], widest: int) -> Iterator[str] | None:
    """The rows as lines of one width, in pieces; None where a line would be wider than `widest` columns, or a text
    has what does not print.
    """
    columns = list(zip(*rows, strict=True))
    least = int(len(columns) == 1)  # rich leaves a line of nothing at least one column
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
    """How many columns of a terminal a text takes."""
    return len(text) if text.isascii() or _NARROW.fullmatch(text) else cell_len(text)
