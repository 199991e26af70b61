"""The layout of an official paper: Nghị định 30/2020/NĐ-CP, Phụ lục I.

A paper becomes a list of reportlab's flowables. Text is set at 13 points, the least that the Nghị định asks for; a
paper that has to fit on a page is set smaller where long names demand it (`fit`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape

from ansible_collections.laocai.mail.plugins.module_utils.danhba.rendering import fonts

from . import columns
from .model import (
    CODE,
    DAY,
    TEXT,
    Basis,
    Block,
    Credentials,
    Heading,
    Item,
    Note,
    Paper,
    Signer,
    Strong,
    Table,
    Text,
    Words,
)

# Lengths are in points (72 to the inch).
MM = 72 / 25.4
WIDTH, HEIGHT = 210 * MM, 297 * MM
MARGINS = {"left": 30 * MM, "right": 15 * MM, "top": 20 * MM, "bottom": 20 * MM}
LINE = WIDTH - MARGINS["left"] - MARGINS["right"]
COLUMN = HEIGHT - MARGINS["top"] - MARGINS["bottom"]
# The head: agencies at the left, the name of the state at the right.
HEAD_LEFT = 75 * MM
HEAD_RIGHT = LINE - HEAD_LEFT
SIZE = 13.0
# Type sizes that are tried for a paper of one page.
SIZES = (SIZE, 12.5, 12.0, 11.5, 11.0, 10.5, 10.0, 9.0, 8.0, 7.0, 6.0)
LEADING = 1.15  # single spacing of this typeface
GAP = 6.0  # between paragraphs, at least
INDENT = 28.0
HANGING = 18.0
RULE = 0.4  # length of a rule, as a share of the text line above: a third to a half
# Space for a signature and a stamp, and its minimum before the text is set smaller.
SIGNATURE, SIGNATURE_LEAST = 60.0, 36.0
# What a table needs for its heading with some rows, and a heading with the first lines below it; else they begin on the
# next page.
ROOM_FOR_TABLE, ROOM_FOR_HEADING = 110.0, 60.0
LONG_WORD = 40  # characters; a line before such a word, a checksum or a command, is not stretched
STATE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
BY_HAND = "(Ký, ghi rõ họ tên)"

# A number stays on one line with the word before it.
_NUMBERED = re.compile(r"\b(Điều|khoản|số|ngày|tháng|năm|ít nhất) (?=\d)")
LEFT_ALIGNED, CENTRED, RIGHT_ALIGNED, JUSTIFIED = 0, 1, 2, 4


def place(canvas: Any, flowables: Sequence[Any]) -> None:
    """Draw flowables below each other on a page, from its upper margin down."""
    y, gap = HEIGHT - MARGINS["top"], 0.0
    for number, flowable in enumerate(flowables):
        width, height = flowable.wrap(LINE, HEIGHT)
        y -= height + (max(gap, flowable.getSpaceBefore()) if number else 0)
        flowable.drawOn(canvas, MARGINS["left"], y, _sW=LINE - width)
        gap = flowable.getSpaceAfter()


def fit(paper: Paper, typefaces: fonts.Fonts) -> list[Any]:
    """Return the flowables of a paper in the largest type in which it has one page."""
    flowables: list[Any] = []
    for size in SIZES:
        setter = Setter(typefaces, size, keep=True)
        flowables = [*setter.head(paper), *setter.body(paper)]
        foot = setter.foot(paper, SIGNATURE_LEAST)
        left = COLUMN - _height([*flowables, foot])
        if left >= 0:
            return [*flowables, setter.foot(paper, min(SIGNATURE, SIGNATURE_LEAST + left))]
    return [*flowables, foot]


def _height(flowables: Sequence[Any]) -> float:
    """Return the height that flowables take on a page."""
    height, gap = 0.0, 0.0
    for number, flowable in enumerate(flowables):
        height += flowable.wrap(LINE, HEIGHT)[1] + (max(gap, flowable.getSpaceBefore()) if number else 0)
        gap = flowable.getSpaceAfter()
    return float(height)


def markup(words: Words) -> str:
    """Return words as reportlab's markup; texts are escaped."""
    pieces = (words,) if isinstance(words, str) else words
    texts = (f"<b>{escape(each.text)}</b>" if isinstance(each, Strong) else escape(each) for each in pieces)
    return _NUMBERED.sub("\\1\N{NO-BREAK SPACE}", "".join(texts))


def _paragraph(text: str, name: str, size: float, alignment: int, **options: Any) -> Any:
    """Return a paragraph; `options` are those of ParagraphStyle, and `mark` stands before a hanging one."""
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph

    mark = options.pop("mark", None)
    style = ParagraphStyle(
        "", fontName=name, fontSize=size, leading=size * LEADING, alignment=alignment, bulletFontName=name,
        bulletFontSize=size, splitLongWords=True, **options,
    )  # fmt: skip
    return Paragraph(text, style, bulletText=mark)


@lru_cache(maxsize=4096)
def _kept(text: str, name: str, size: float, alignment: int, **options: Any) -> Any:
    """Return a paragraph that is broken into lines only once, for pages on which nothing is split.

    Most paragraphs of a letter are in every letter, and breaking them is most of the work.
    """
    paragraph = _paragraph(text, name, size, alignment, **options)
    wrap = paragraph.wrap
    known: list[Any] = []

    def once(width: float, height: float) -> Any:
        if known[:1] != [width]:
            known[:] = [width, wrap(width, height)]
        return known[1]

    paragraph.wrap = once
    return paragraph


def _longest(paragraph: Any, width: float) -> float:
    """Return the length of a paragraph's longest line."""
    paragraph.wrap(width, HEIGHT)
    return float(max(paragraph.getActualLineWidths0(), default=0))


def _room(block: Block, after: Block | None) -> float:
    """Return the height that must be left on the page for a block to begin there; 0 for any."""
    leads = ROOM_FOR_TABLE if isinstance(after, Table) else 0
    if isinstance(block, Heading):
        return ROOM_FOR_HEADING + leads
    if isinstance(block, Table):
        return ROOM_FOR_TABLE
    return 2 * SIZE + leads if leads else 0


class Setter:
    """Sets papers in a type size. `keep` is for papers of one page each, whose paragraphs recur."""

    def __init__(self, typefaces: fonts.Fonts, size: float = SIZE, *, keep: bool = False) -> None:
        self.serif = typefaces.serif
        self.mono = typefaces.mono.bold
        self.size = size
        self._make = _kept if keep else _paragraph

    def story(self, paper: Paper) -> list[Any]:
        """Return the flowables of a paper of any length; headings and signatures stay with what they belong to."""
        from reportlab.platypus import CondPageBreak, KeepTogether

        found = self.head(paper)
        last: list[Any] = []
        for block, after in zip(paper.blocks, (*paper.blocks[1:], None), strict=True):
            found += last
            if room := _room(block, after):
                found.append(CondPageBreak(room))
            last = self._block(block)
        foot = self.foot(paper, SIGNATURE)
        if paper.blocks and isinstance(paper.blocks[-1], Table):
            return [*found, *last, KeepTogether([foot])]
        return [*found, KeepTogether([*last, foot])]

    # ------------------------------------------------------------------------------------------ pieces

    def text(self, text: str, name: str = "", size: float = 0, alignment: int = JUSTIFIED, **options: Any) -> Any:
        """Return a paragraph of markup, justified by default."""
        if alignment == JUSTIFIED and max(map(len, text.split()), default=0) > LONG_WORD:
            alignment = LEFT_ALIGNED
        return self._make(text, name or self.serif.normal, size or self.size, alignment, **options)

    def centred(self, text: str, name: str = "", size: float = 0, **options: Any) -> Any:
        """Return a centred paragraph of plain text."""
        return self.text(markup(text), name, size, CENTRED, **options)

    def rule(self, length: float) -> Any:
        """Return a centred line of a length."""
        from reportlab.platypus import HRFlowable

        return HRFlowable(length, 0.7, "butt", "black", spaceBefore=3, spaceAfter=GAP, hAlign="CENTER")

    def beside(
        self, cells: Sequence[Sequence[Any]], widths: Sequence[float], padding: float = 0, **options: Any
    ) -> Any:
        """Return columns of flowables beside each other, never split by a page, with padding at their sides."""
        from reportlab.platypus import Table as Grid

        style: list[Any] = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("ALIGN", (0, 0), (-1, -1), "CENTER")]
        style += [(f"{side}PADDING", (0, 0), (-1, -1), padding) for side in ("LEFT", "RIGHT")]
        style += [(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("TOP", "BOTTOM")]
        return Grid([[list(cell) for cell in cells]], colWidths=list(widths), style=style, **options)

    # ------------------------------------------------------------------------------------------ head and title

    def head(self, paper: Paper) -> list[Any]:
        """Return the head (agencies, number, name of the state, place and day), the title and the addressee."""
        head, small = paper.head, self.size - 1
        office = self.centred(head.office.upper(), self.serif.bold, small)
        left = [
            *([self.centred(head.parent.upper(), size=small)] if head.parent else []),
            office,
            self.rule(RULE * _longest(office, HEAD_LEFT)),
            self.centred(f"Số: {head.number}"),
            *([self.centred(head.about, size=small, spaceBefore=GAP)] if head.about else []),
        ]
        motto = self.centred(MOTTO, self.serif.bold)
        right = [
            self.centred(STATE, self.serif.bold, small),
            motto,
            self.rule(_longest(motto, HEAD_RIGHT)),
            self.centred(head.dated(), self.serif.italic),
        ]
        return [self.beside((left, right), (HEAD_LEFT, HEAD_RIGHT), spaceAfter=self.size * 0.8), *self._title(paper)]

    def _title(self, paper: Paper) -> list[Any]:
        found: list[Any] = []
        if paper.kind:
            subject = self.centred(paper.subject, self.serif.bold)
            found += [self.centred(paper.kind, self.serif.bold, self.size + 1, spaceAfter=2), subject]
            found.append(self.rule(RULE * _longest(subject, LINE)))
        if paper.to:
            found.append(self.centred(f"Kính gửi: {paper.to}", spaceAfter=GAP))
        return found

    # ------------------------------------------------------------------------------------------ the text

    def body(self, paper: Paper) -> list[Any]:
        """Return the flowables of a paper's blocks."""
        return [flowable for block in paper.blocks for flowable in self._block(block)]

    def _block(self, block: Block) -> list[Any]:  # noqa: PLR0911 - one kind of block a line
        match block:
            case Heading(text):
                return [self._heading(text)]
            case Text(words):
                return [self.text(markup(words), firstLineIndent=INDENT, spaceAfter=GAP)]
            case Basis(text):
                return [self.text(markup(text), self.serif.italic, firstLineIndent=INDENT, spaceAfter=GAP)]
            case Item(words, mark):
                return [self.text(markup(words), mark=mark, leftIndent=HANGING, spaceAfter=GAP)]
            case Note(text):
                return [self.text(markup(text), self.serif.italic, self.size - 2, spaceAfter=GAP)]
            case Credentials():
                return [self._credentials(block)]
            case _:
                return self._table(block)

    def _heading(self, text: str) -> Any:
        return self.text(markup((Strong(text),)), firstLineIndent=INDENT, spaceAfter=GAP)

    def _credentials(self, block: Credentials) -> Any:
        from reportlab.platypus import Table as Grid

        inner = LINE - 20
        pieces = [
            self.centred("Địa chỉ thư", spaceAfter=2),
            self._typed(block.address, 15, inner),
            self.centred("Mật khẩu cấp một lần", spaceBefore=5, spaceAfter=3),
            self._typed(block.password, 22, inner),
            self.centred(block.shape, self.serif.italic, spaceBefore=3),
        ]
        style: list[Any] = [("BOX", (0, 0), (-1, -1), 1, "black"), ("LEFTPADDING", (0, 0), (-1, -1), 10)]
        style += [("RIGHTPADDING", (0, 0), (-1, -1), 10)]
        style += [(f"{side}PADDING", (0, 0), (-1, -1), 7) for side in ("TOP", "BOTTOM")]
        return Grid([[pieces]], colWidths=[LINE], style=style, spaceAfter=GAP)

    def _typed(self, text: str, size: float, width: float) -> Any:
        """Return a line in monospace type, never broken: smaller if it would be too long."""
        return self.centred(text, self.mono, min(size, 0.99 * width / (0.6 * len(text))))

    def _table(self, table: Table) -> list[Any]:
        if table.long:
            said = f"{table.title}: {len(table.rows)} dòng, xem bảng tính kèm theo, trang “{table.name}”."
            return self._block(Text(said))
        if not table.rows:
            return self._block(Text(f"{table.title}: không có."))
        title = self.centred(table.title, self.serif.bold_italic, spaceBefore=GAP, spaceAfter=4)
        return [*([title] if table.title else []), self._grid(table)]

    def _grid(self, table: Table) -> Any:
        from reportlab.platypus import LongTable

        shown = [column for column, form in enumerate(table.forms) if form != CODE]
        heads = [table.heads[column] for column in shown]
        forms = [table.forms[column] for column in shown]
        rows = [[cells[column] for column in shown] for cells in table.cells()]
        size, widths = columns.fit([heads, *rows], LINE, self.serif.bold)
        drawn = [[self.centred(head, self.serif.bold, size) for head in heads]]
        drawn += [[self._cell(*pair, size) for pair in zip(row, forms, strict=True)] for row in rows]
        if table.total:
            pairs = zip(rows[-1], forms, strict=True)
            drawn[-1] = [self._cell(cell, form, size, self.serif.bold) for cell, form in pairs]
        style: list[Any] = [("GRID", (0, 0), (-1, -1), 0.5, "black"), ("VALIGN", (0, 0), (-1, 0), "MIDDLE"),
                 ("VALIGN", (0, 1), (-1, -1), "TOP")]  # fmt: skip
        style += [(f"{side}PADDING", (0, 0), (-1, -1), columns.PADDING) for side in ("LEFT", "RIGHT")]
        return LongTable(drawn, colWidths=widths, repeatRows=1, style=style, spaceAfter=GAP + 2, splitInRow=1)

    def _cell(self, text: str, form: str, size: float, name: str = "") -> Any:
        """Return a cell: texts at the left, days centred, numbers at the right with their digits aligned."""
        alignment = LEFT_ALIGNED if form == TEXT else CENTRED if form == DAY else RIGHT_ALIGNED
        lines = "<br/>".join(escape(line) for line in columns.lines(text))
        return self.text(lines, name, size, alignment)

    # ------------------------------------------------------------------------------------------ the foot

    def foot(self, paper: Paper, room: float) -> Any:
        """Return signers and recipients beside each other, with space for a signature and a stamp."""
        many = len(paper.signers) > 1
        signed = [self._signed(signer, room, by_hand=many or not signer.name) for signer in paper.signers]
        if paper.recipients:
            small = min(self.size, 11)
            received = [
                self.text("Nơi nhận:", self.serif.bold_italic, min(self.size, 12), LEFT_ALIGNED),
                *(self.text(markup(f"- {each}"), "", small, LEFT_ALIGNED) for each in paper.recipients),
            ]
            signed.insert(0, received)
        return self.beside(signed, [LINE / len(signed)] * len(signed), 6 if many else 0, spaceBefore=GAP)

    def _signed(self, signer: Signer, room: float, *, by_hand: bool) -> list[Any]:
        from reportlab.platypus import Spacer

        return [
            self.centred(signer.title.upper(), self.serif.bold),
            *([self.centred(BY_HAND, self.serif.italic, self.size - 1)] if by_hand else []),
            Spacer(1, room),
            *([self.centred(signer.name, self.serif.bold)] if signer.name else []),
        ]
