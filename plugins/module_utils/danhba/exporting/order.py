"""Orders a list's agencies as a tree: each below the agency that manages it, siblings by name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from unidecode import unidecode

from ..model.register import Agency


@dataclass(frozen=True, slots=True)
class Node:
    """An agency, and the nodes of those that it manages."""

    agency: Agency
    below: tuple[Node, ...]

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Agency]]:
        """Yield the agency and all below it, depth first, with its depth (0 for the top)."""
        yield depth, self.agency
        for node in self.below:
            yield from node.walk(depth + 1)


def tree(agencies: Mapping[str, Agency], codes: Collection[str]) -> tuple[Node, ...]:
    """Return the tree of some agencies; a missing managing agency is replaced by the next higher one in the list."""
    below: dict[str, list[Agency]] = {}
    for code in codes:
        below.setdefault(_above(agencies, codes, code), []).append(agencies[code])
    return _nodes(below, "")


def _above(agencies: Mapping[str, Agency], codes: Collection[str], code: str) -> str:
    """Return the code of the nearest listed agency above one, or an empty text."""
    parent = agencies[code].parent
    while parent in agencies and parent not in codes:
        parent = agencies[parent].parent
    return parent if parent in codes else ""


def _nodes(below: Mapping[str, list[Agency]], code: str) -> tuple[Node, ...]:
    found = sorted(below.get(code, ()), key=lambda agency: (_key(agency.name), agency.code))
    return tuple(Node(agency, _nodes(below, agency.code)) for agency in found)


def _key(name: str) -> tuple[str, str]:
    """Return the sort key of a name: letters without diacritics, then with them."""
    return unidecode(name).casefold(), name
