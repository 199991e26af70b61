"""Colours of texts that are shown on a terminal."""

from __future__ import annotations

from collections.abc import Callable

# From a text and a colour's name (empty for none) to the coloured text.
Paint = Callable[[str, str], str]


def plain(text: str, _colour: str) -> str:
    """Return the text without colour."""
    return text
