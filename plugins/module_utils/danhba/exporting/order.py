"""The agencies of a list as a tree: each below the one that manages it, neighbours in order of their names."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from unidecode import unidecode

from ..model.register import Agency


@dataclass(frozen=True, slots=True)
class Node:
    """An agency, and those that it manages."""

    agency: Agency
    below: tuple[Node, ...]

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Agency]]:
        """The agency and all below it, each after the one above it, with its depth (0 for the topmost)."""
        yield depth, self.agency
        for node in self.below:
            yield from node.walk(depth + 1)


def tree(agencies: Mapping[str, Agency], codes: Collection[str]) -> tuple[Node, ...]:
    """The agencies of some codes; one whose managing agency is not among them stands below the next higher that is."""
    below: dict[str, list[Agency]] = {}
    for code in codes:
        below.setdefault(_above(agencies, codes, code), []).append(agencies[code])
    return _nodes(below, "")


def _above(agencies: Mapping[str, Agency], codes: Collection[str], code: str) -> str:
    """The nearest agency above one that is in the list; empty for none."""
    parent = agencies[code].parent
    while parent in agencies and parent not in codes:
        parent = agencies[parent].parent
    return parent if parent in codes else ""


def _nodes(below: Mapping[str, list[Agency]], code: str) -> tuple[Node, ...]:
    found = sorted(below.get(code, ()), key=lambda agency: (_key(agency.name), agency.code))
    return tuple(Node(agency, _nodes(below, agency.code)) for agency in found)


def _key(name: str) -> tuple[str, str]:
    """Names in the order of their letters without marks; of two that are alike then, by the marks."""
    return unidecode(name).casefold(), name
