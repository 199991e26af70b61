"""Renders a paper as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from .model import Block, Heading, Item, Paper, Table, plain


def as_text(paper: Paper) -> str:
    """Return the paper as lines of text: head, title and blocks."""
    lines = [paper.head.office.upper(), "", paper.kind, paper.subject, ""]
    return "\n".join([*lines, *(line for block in paper.blocks for line in _lines(block))]) + "\n"


def _lines(block: Block) -> Iterator[str]:
    if isinstance(block, Table):
        yield from (f"  {' | '.join(cells)}" for cells in (block.heads, *block.cells()))
    elif isinstance(block, Heading):
        yield from ("", block.text)
    elif isinstance(block, Item):
        yield f"{block.mark} {plain(block.words)}"
    elif hasattr(block, "words"):
        yield plain(block.words)
    elif hasattr(block, "text"):
        yield block.text
