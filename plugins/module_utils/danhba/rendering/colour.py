"""How a text gets its colours: where it is shown on a terminal, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable

# A text and the name of a colour (none where it is empty) to the text as it is shown.
Paint = Callable[[str, str], str]


def plain(text: str, _colour: str) -> str:
    """The text alone."""
    return text
