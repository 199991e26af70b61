"""What Word's old documents show in capitals though it is written small (MS-DOC 2.6.1, sprmCFCaps and sprmCFSmallCaps).

A run of characters says so itself, by a character style or by the style of its paragraph. A damaged table shows nothing
in capitals: Word does not show it either.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, pairwise
from operator import itemgetter

from .bounds import Budget

# Where FIB has the place and size of each table, and the octets of a page of formats.
_STYLES, _RUNS, _PARAGRAPHS = 0xA2, 0xFA, 0x102
_PAGE = 512
_CAPITALS = (0x083B, 0x083A)
_STYLE = 0x4A30
_PARAGRAPH, _CHARACTER = 1, 2
# What a run says of capitals: yes, as its style has it, the opposite of it.
_ON, _AS_STYLE, _OPPOSITE = 1, 0x80, 0x81
# Octets of a property's operand, by the three highest bits of its name; 6 says it itself.
_OPERANDS = (1, 1, 2, 4, 2, 2, 0, 3)
_WIDE = {0xD608: "<H", 0xC615: "<B"}
# How often a style that stands on another is asked for.
_GENERATIONS = 5
_NO_STYLE = 0x0FFF

# The first octet, the octet after the last, and what is said of them.
_Format = tuple[int, int, bytes]


@dataclass(frozen=True)
class _Style:
    base: int
    kind: int
    properties: bytes


def capitals(document: bytes, tables: Mapping[str, bytes], budget: Budget) -> list[tuple[int, int]]:
    """What of the stream WordDocument is shown in capitals: first octet, octet after the last, in order."""
    try:
        table = tables["1Table" if struct.unpack_from("<H", document, 0x0A)[0] & 0x0200 else "0Table"]
        styles = _read_styles(_placed(document, table, _STYLES))
        paragraphs = sorted(run for run in _formats(document, table, _PARAGRAPHS, budget) if _of_style(styles, run[2]))
        return sorted(_shown(document, table, styles, paragraphs, budget))
    except (struct.error, KeyError):
        return []


def _placed(document: bytes, table: bytes, at: int) -> bytes:
    start, size = struct.unpack_from("<II", document, at)
    return table[start : start + size]


def _shown(
    document: bytes, table: bytes, styles: list[_Style | None], paragraphs: list[_Format], budget: Budget
) -> Iterator[tuple[int, int]]:
    for first, last, properties in _formats(document, table, _RUNS, budget):
        said = dict(_properties(properties))
        words = {value[0] for name in _CAPITALS if (value := said.get(name))}
        number = int.from_bytes(said.get(_STYLE, b"\xff\x0f"), "little")
        if words & {_ON, _OPPOSITE} or _style(styles, number, _CHARACTER):
            yield first, last
        elif not words or _AS_STYLE in words:
            yield from _within(first, last, paragraphs)


def _within(first: int, last: int, paragraphs: list[_Format]) -> Iterator[tuple[int, int]]:
    """What of a run lies in these paragraphs, which are in order."""
    for start, end, _said in islice(paragraphs, bisect_right(paragraphs, first, key=itemgetter(1)), None):
        if start >= last:
            return
        yield max(start, first), min(end, last)


def _formats(document: bytes, table: bytes, at: int, budget: Budget) -> Iterator[_Format]:
    """Each run of characters or paragraph: its octets in the stream, and its properties."""
    index = _placed(document, table, at)
    count = max(0, (len(index) - 4) // 8)
    for number in struct.unpack_from(f"<{count}I", index, 4 * (count + 1)):
        budget.time()
        page = document[(number & 0x3FFFFF) * _PAGE :][:_PAGE]
        if len(page) == _PAGE:
            yield from _page(page, paragraphs=at == _PARAGRAPHS)


def _page(page: bytes, *, paragraphs: bool) -> Iterator[_Format]:
    count, wide = page[-1], 13 if paragraphs else 1
    if 4 * (count + 1) + wide * count >= _PAGE:
        return
    for number, (first, last) in enumerate(pairwise(struct.unpack_from(f"<{count + 1}I", page))):
        place = 2 * page[4 * (count + 1) + wide * number]
        yield first, last, _held(page, place, paragraphs=paragraphs) if place else b""


def _held(page: bytes, place: int, *, paragraphs: bool) -> bytes:
    size = page[place]
    if not paragraphs:
        return page[place + 1 : place + 1 + size]
    if size:
        return page[place + 1 : place + 2 * size]
    return page[place + 2 : place + 2 + 2 * page[place + 1]]


def _properties(octets: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 2 < len(octets):
        name = struct.unpack_from("<H", octets, at)[0]
        at += 2
        size = _OPERANDS[name >> 13]
        if not size:
            wide = _WIDE.get(name, "<B")
            size = struct.unpack_from(wide, octets.ljust(at + 2, b"\0"), at)[0] + 1
        yield name, octets[at : at + size]
        at += size


def _read_styles(sheet: bytes) -> list[_Style | None]:
    """The styles in their order, each as it stands alone."""
    if len(sheet) < 6:
        return []
    at, count, fixed = (2 + struct.unpack_from("<H", sheet)[0], *struct.unpack_from("<HH", sheet, 2))
    styles: list[_Style | None] = []
    for _number in range(count):
        size = struct.unpack_from("<H", sheet, at)[0]
        styles.append(_read_style(sheet[at + 2 : at + 2 + size], fixed) if size else None)
        at += 2 + size
    return styles


def _read_style(style: bytes, fixed: int) -> _Style | None:
    kind_and_base = struct.unpack_from("<H", style, 2)[0]
    kind, base = kind_and_base & 0xF, kind_and_base >> 4
    at = fixed + 2 + 2 * struct.unpack_from("<H", style, fixed)[0] + 2
    if kind == _PARAGRAPH:  # the formats of the paragraph lie before those of its characters
        size = struct.unpack_from("<H", style, at)[0]
        at += 2 + size + size % 2
    elif kind != _CHARACTER:
        return None
    size = struct.unpack_from("<H", style, at)[0]
    return _Style(base, kind, style[at + 2 : at + 2 + size])


def _of_style(styles: list[_Style | None], properties: bytes) -> bool:
    return len(properties) >= 2 and _style(styles, struct.unpack_from("<H", properties)[0], _PARAGRAPH)


def _style(styles: list[_Style | None], number: int, kind: int) -> bool:
    """Whether a style shows capitals: it says so, or what it stands on."""
    for _generation in range(_GENERATIONS):
        style = styles[number] if number < len(styles) else None
        if number == _NO_STYLE or style is None or style.kind != kind:
            return False
        words = [value[0] for name, value in _properties(style.properties) if name in _CAPITALS and value]
        if words:
            return any(words)
        number = style.base
    return False
