"""Draws papers as PDF: one paper of any length, or many of one page each in one file."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from ansible_collections.laocai.mail.plugins.module_utils.danhba.messages import both
from ansible_collections.laocai.mail.plugins.module_utils.danhba.reading.source import Unusable
from ansible_collections.laocai.mail.plugins.module_utils.danhba.rendering import fonts
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure

from . import layout
from .model import Paper
from .properties import Properties, describe

Drawn = Callable[[], None]
"""Called after each page."""


def check() -> fonts.Fonts:
    """Return the typefaces; raise Failure if reportlab or they are missing."""
    try:
        return fonts.register()
    except Unusable as error:
        vi, en = both(error.template, error.values)
        raise Failure(f"{vi}. Chưa có gì thay đổi.", f"{en}. Nothing was changed.") from error


def draw(paper: Paper) -> bytes:
    """Return a paper as PDF with as many pages as it needs; equal papers give equal bytes.

    Raises:
        Failure: reportlab or its typefaces are missing.
    """
    typefaces = check()
    from reportlab.platypus import SimpleDocTemplate

    file = io.BytesIO()
    # A frame has a padding of six points on each side.
    margins = {f"{side}Margin": margin - 6 for side, margin in layout.MARGINS.items()}
    size = (layout.WIDTH, layout.HEIGHT)
    document = SimpleDocTemplate(file, pagesize=size, lang="vi", invariant=1, pageCompression=1, **margins)
    document.build(
        layout.Setter(typefaces).story(paper),
        onFirstPage=lambda canvas, _document: describe(canvas, _properties(paper)),
        onLaterPages=partial(_number, typefaces),
    )
    return file.getvalue()


def draw_pages(papers: Iterable[Paper], drawn: Drawn = lambda: None) -> bytes:
    """Return papers as one PDF, a page each; the file's properties are those of the first.

    The type of a page is the largest in which it fits, from 13 points down.

    Raises:
        Failure: reportlab or its typefaces are missing.
    """
    typefaces = check()
    from reportlab.pdfgen.canvas import Canvas

    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(layout.WIDTH, layout.HEIGHT), pageCompression=1, invariant=1, lang="vi")
    for number, paper in enumerate(papers):
        if not number:
            describe(canvas, _properties(paper))
        layout.place(canvas, layout.fit(paper, typefaces))
        canvas.showPage()
        drawn()
    canvas.save()
    return file.getvalue()


def _properties(paper: Paper) -> Properties:
    """Return the properties of a file: title, office as author, kind and day."""
    title = paper.title or f"{paper.kind.capitalize()} - {paper.subject}"
    return Properties(title, paper.head.office, paper.kind.capitalize() or "Công văn", paper.head.day or paper.day)


def _number(typefaces: fonts.Fonts, canvas: Any, document: Any) -> None:
    """Draw the page number of each page but the first, in the middle of the upper margin (Phụ lục I, II.7)."""
    canvas.setFont(typefaces.serif.normal, layout.SIZE)
    canvas.drawCentredString(layout.WIDTH / 2, layout.HEIGHT - layout.MARGINS["top"] * 0.6, str(document.page))
