"""Draws letters as a PDF, an A4 page each, in the layout of all official papers."""

from __future__ import annotations

from collections.abc import Iterable

from ..papers import drawing
from ..papers.model import Basis, Block, Credentials, Head, Heading, Item, Paper, Signer, Strong, Text
from .content import TITLE, Letter

SHAPE = "Gõ đủ bốn dấu gạch nối; mỗi nhóm một chữ hoa, ba chữ thường, một chữ số."
RECIPIENTS = ("Như trên (bản duy nhất);", "Không sao chụp, không lưu.")


def draw(letters: Iterable[tuple[Letter, str]], drawn: drawing.Drawn = lambda: None) -> bytes:
    """Return the PDF of letters with their passwords, a page each, in order.

    Raises:
        Failure: reportlab or its typefaces are missing.
    """
    return drawing.draw_pages((as_paper(letter, password) for letter, password in letters), drawn)


def as_paper(letter: Letter, password: str) -> Paper:
    """Return a letter with its password as an official paper."""
    blocks: tuple[Block, ...] = (
        *map(Basis, letter.basis),
        Text(letter.opening),
        Credentials(letter.address, password, SHAPE),
        Heading("Các bước đầu tiên:"),
        *(Item(text, f"{number}.") for number, text in enumerate(letter.steps, 1)),
        Heading("Trách nhiệm theo Quy chế:"),
        *(Item((Strong(lead), rest)) for lead, rest in letter.duties),
        Text((Strong(letter.support),)),
    )
    head = Head(letter.office, letter.number, letter.parent, letter.place, letter.day)
    signers = (Signer(letter.signed_as, letter.signed_by),)
    return Paper(head, TITLE, letter.subject, blocks, signers, letter.to, RECIPIENTS, title=TITLE)
