"""The address rule (R4.2): the candidates for the address of a name, in order."""

from __future__ import annotations

from collections.abc import Iterator

from ..vietnamese.names import Parts


def candidates(parts: Parts, longest: int = 64) -> Iterator[str]:
    """Yield the candidates of R4.2 for the part of an address before `-<code>`: each once, in order.

    Stops at the first candidate longer than `longest` octets; those behind it are no shorter.

    First the initials before the given name, then behind it, then one more letter of the family name at each step until
    it is whole, then of the next name.
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
