"""The address rule (R4.2): which addresses a name can have, in order."""

from __future__ import annotations

from collections.abc import Iterator

from ..vietnamese.names import Parts


def candidates(parts: Parts, longest: int = 64) -> Iterator[str]:
    """The address rule (R4.2): each possible left part of the address once, in order, none over `longest` octets.

    First the initials before the given name, then behind it, then one more letter of the family name at each
    step until it is whole, then of the next name.
    """
    seen = set()
    for candidate in _forms(parts):
        if len(candidate) > longest:
            return
        if candidate not in seen:
            seen.add(candidate)
            yield candidate


def _forms(parts: Parts) -> Iterator[str]:
    initials = "".join(h[0] for h in parts.before)
    yield initials + parts.given
    grown = parts.given
    for i, h in enumerate(parts.before):
        rest = initials[i + 1 :]
        for length in range(1, len(h) + 1):
            yield grown + h[:length] + rest
        grown += h
