"""Computes the widths of a table's columns, and the largest type size that breaks no word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

PADDING = 3.0
SIZES = (11.0, 10.0, 9.0)  # type sizes that are tried
# Points at the smallest size that a wide text may claim, and the extra for each column.
WIDEST, EVEN = 160.0, 15.0
LONGEST_WORD = 130.0  # points at the smallest size; a longer word, such as a checksum, is broken
LONG_ADDRESS = 20  # characters
# A long address is split in two lines: as one word it would leave no room for the other columns.
_ADDRESS = re.compile(r"([^\s@]+)(@[^\s@]+)")


def lines(text: str) -> tuple[str, ...]:
    """Return the lines into which a cell's text is split in any case."""
    address = _ADDRESS.fullmatch(text) if len(text) > LONG_ADDRESS else None
    return (address[1], address[2]) if address else (text,)


def fit(rows: Sequence[Sequence[str]], width: float, bold: str) -> tuple[float, list[float]]:
    """Return the type size and the column widths of a table, headings included, that is `width` points wide."""
    needs = [_need(column, bold) for column in zip(*rows, strict=True)]
    for size in SIZES:
        least = [size * word + 2 * PADDING + 1 for word, _line in needs]
        if sum(least) <= width:
            break
    if (left := width - sum(least)) < 0:
        return size, _capped(least, width)
    more = [max(min(size * line, WIDEST) + 2 * PADDING + 1 - low, 0) + EVEN
            for low, (_word, line) in zip(least, needs, strict=True)]  # fmt: skip
    return size, [low + left * each / sum(more) for low, each in zip(least, more, strict=True)]


def _capped(least: Sequence[float], width: float) -> list[float]:
    """Return widths of columns that are too wide together: the widest are cut to one width, the others stay.

    So a mail address is broken, and a document's number is not.
    """
    left = width
    for done, low in enumerate(sorted(least)):
        if low * (len(least) - done) >= left:
            return [min(each, left / (len(least) - done)) for each in least]
        left -= low
    return list(least)


def _need(column: Sequence[str], bold: str) -> tuple[float, float]:
    """Return the width of a column's longest word and of its longest line, at a type size of one point."""
    found = [line for text in dict.fromkeys(column) for line in lines(text)]
    most = LONGEST_WORD / SIZES[-1]
    word = max((_width(word, bold) for word in {word for line in found for word in line.split(" ")}), default=0)
    return min(word, most), max(_width(line, bold) for line in found)


@lru_cache(maxsize=65536)  # equal names and titles recur
def _width(text: str, font: str) -> float:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    return float(stringWidth(text, font, 1))
