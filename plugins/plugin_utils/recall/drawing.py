"""The papers of a recall as PDFs on A4, in the layout of Nghị định 30/2020/NĐ-CP, Phụ lục I."""

from __future__ import annotations

import io
from functools import partial
from typing import Any
from xml.sax.saxutils import escape

from ..letters.drawing import BOTTOM, LEFT, MOTTO, RIGHT, STATE, TEXT, TOP, check
from ..letters.properties import Properties, describe
from .content import Heading, Paper, Table, Text

SIZE, SMALL = 13.0, 9.0
SIGNATURE = 60.0  # points of height for a signature and a stamp


def draw(paper: Paper) -> bytes:
    """The PDF of a paper.

    Raises:
        Failure: reportlab or its typefaces are missing.
    """
    serif = check().serif
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import SimpleDocTemplate

    file = io.BytesIO()
    made = SimpleDocTemplate(
        file,
        pagesize=A4,
        leftMargin=LEFT,
        rightMargin=RIGHT,
        topMargin=TOP,
        bottomMargin=BOTTOM,
        invariant=1,
        lang="vi",
    )
    # Its day is written by hand, so that the file has none.
    properties = Properties(f"{paper.title} - {paper.subject}", paper.office, paper.title.capitalize())
    made.build(
        [*_head(paper, serif), *(_part(part, serif) for part in paper.parts), *_foot(paper, serif)],
        onFirstPage=lambda canvas, _document: describe(canvas, properties),
    )
    return file.getvalue()


def _paragraph(text: str, font: str, size: float = SIZE, *, centred: bool = False, before: float = 0) -> Any:
    from reportlab.lib.enums import TA_CENTER, TA_LEFT
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph

    style = ParagraphStyle(
        "",
        fontName=font,
        fontSize=size,
        leading=size * 1.2,
        alignment=TA_CENTER if centred else TA_LEFT,
        spaceBefore=before,
        spaceAfter=3,
        splitLongWords=True,
    )
    return Paragraph(escape(text), style)


def _beside(cells: list[Any], widths: list[float]) -> Any:
    from reportlab.platypus import Table as Drawn

    return Drawn([cells], colWidths=widths, style=[("VALIGN", (0, 0), (-1, -1), "TOP")])


def _head(paper: Paper, serif: Any) -> list[Any]:
    centred = partial(_paragraph, centred=True)
    left = [centred(paper.office.upper(), serif.bold, 12), centred("Số: ……/……", serif.normal)]
    right = [
        centred(STATE, serif.bold, 12),
        centred(MOTTO, serif.bold),
        centred("……, ngày … tháng … năm ……", serif.italic),
    ]
    return [
        _beside([left, right], [TEXT * 0.44, TEXT * 0.56]),
        centred(paper.title, serif.bold, SIZE + 1, before=10),
        centred(paper.subject, serif.bold),
    ]


def _part(part: Heading | Text | Table, serif: Any) -> Any:
    if isinstance(part, Heading):
        return _paragraph(part.text, serif.bold, before=8)
    if isinstance(part, Text):
        return _paragraph(part.text, serif.normal)
    from reportlab.platypus import Table as Drawn

    head = [_paragraph(cell, serif.bold, SMALL) for cell in part.headings]
    rows = [[_paragraph(cell, serif.normal, SMALL) for cell in row] for row in part.rows]
    style = [("GRID", (0, 0), (-1, -1), 0.5, "black"), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    return Drawn([head, *rows], colWidths=[TEXT * width for width in part.widths], repeatRows=1, style=style)


def _foot(paper: Paper, serif: Any) -> list[Any]:
    from reportlab.platypus import KeepTogether, Spacer

    cells = [
        [
            _paragraph(signer, serif.bold, 11, centred=True),
            _paragraph("(Ký, ghi rõ họ tên)", serif.italic, 11, centred=True),
        ]
        for signer in paper.signers
    ]
    widths = [TEXT / len(cells)] * len(cells)
    return [KeepTogether([Spacer(1, 12), _beside(cells, widths), Spacer(1, SIGNATURE)])]
