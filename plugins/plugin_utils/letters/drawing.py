"""Letters as a PDF: an A4 page each, in the layout of Nghị định 30/2020/NĐ-CP, Phụ lục I.

The text of a page is set as large as it fits, from 13 points down: one letter never runs over to a second page. With
names of ordinary length it fits at 13, the least that the Nghị định asks for; only very long ones make it smaller.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from xml.sax.saxutils import escape

from ansible_collections.laocai.mail.plugins.module_utils.danhba.messages import both
from ansible_collections.laocai.mail.plugins.module_utils.danhba.reading.source import Unusable
from ansible_collections.laocai.mail.plugins.module_utils.danhba.rendering import fonts
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure

from .content import TITLE, Letter
from .properties import Properties, describe

# All lengths are in points, 72 to the inch.
MM = 72 / 25.4
WIDTH, HEIGHT = 210 * MM, 297 * MM
LEFT, RIGHT, TOP, BOTTOM = 30 * MM, 15 * MM, 20 * MM, 20 * MM
TEXT = WIDTH - LEFT - RIGHT
# Agency names stand at the left, the name of the state at the right.
HEAD_LEFT = 75 * MM
HEAD_RIGHT = TEXT - HEAD_LEFT
SIZES = (13.0, 12.5, 12.0, 11.5, 11.0, 10.5, 10.0, 9.0, 8.0, 7.0, 6.0)
LEADING = 1.15  # single spacing of this typeface
GAP = 6.0  # between paragraphs, at least
RULE = 0.4  # of the text line above: a third to a half
# Room for a signature and a stamp; as little as that, before the text is set smaller.
SIGNATURE, SIGNATURE_LEAST = 56.0, 36.0
STATE = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
MOTTO = "Độc lập - Tự do - Hạnh phúc"
KIND = "Phiếu cấp hộp thư và mật khẩu"
SHAPE = "Gõ đủ bốn dấu gạch nối; mỗi nhóm một chữ hoa, ba chữ thường, một chữ số."

# A number stays on the line of the word before it.
_NUMBERED = re.compile(r"\b(Điều|khoản|số|ngày|tháng|năm|ít nhất) (?=\d)")

Drawn = Callable[[], None]
"""Told that one more page is drawn."""


def check() -> fonts.Fonts:
    """The typefaces; Failure where nothing can be drawn, because reportlab or they are missing."""
    try:
        return fonts.register()
    except Unusable as error:
        vi, en = both(error.template, error.values)
        raise Failure(f"{vi}. Chưa có gì thay đổi.", f"{en}. Nothing was changed.") from error


def draw(letters: Iterable[tuple[Letter, str]], drawn: Drawn = lambda: None) -> bytes:
    """A PDF of letters, each with its password, a page each in the same order."""
    typefaces = check()
    from reportlab.pdfgen.canvas import Canvas

    file = io.BytesIO()
    # invariant: neither the hour nor a random number is in the file.
    canvas = Canvas(file, pagesize=(WIDTH, HEIGHT), pageCompression=1, invariant=1, lang="vi")
    for number, (letter, password) in enumerate(letters):
        if not number:
            describe(canvas, Properties(TITLE, letter.office, KIND, letter.day))
        _Page(canvas, typefaces, letter, password).draw()
        canvas.showPage()
        drawn()
    canvas.save()
    return file.getvalue()


@lru_cache(maxsize=512)
def _style(name: str, size: float, **options: Any) -> Any:
    from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY
    from reportlab.lib.styles import ParagraphStyle

    alignment = TA_CENTER if options.pop("centred", False) else TA_JUSTIFY
    return ParagraphStyle("", fontName=name, fontSize=size, leading=size * LEADING, alignment=alignment, **options)


@lru_cache(maxsize=4096)
def _fixed(markup: str, width: float, name: str, size: float, **options: Any) -> Any:
    """A paragraph, broken into lines; most of a letter's are in every letter, and breaking them is most of the work."""
    from reportlab.platypus import Paragraph

    paragraph = Paragraph(markup, _style(name, size, **options))
    paragraph.wrap(width, HEIGHT)
    return paragraph


@dataclass(slots=True)
class _Block:
    """Something that is drawn with its upper left corner at a place; `longest` is its longest line of text."""

    height: float
    draw: Callable[[float, float], None]
    longest: float = 0


class _Page:
    """One page: the head from above, the signature from below what comes between."""

    def __init__(self, canvas: Any, typefaces: fonts.Fonts, letter: Letter, password: str) -> None:
        self.canvas = canvas
        self.serif = typefaces.serif
        self.mono = typefaces.mono.bold
        self.letter = letter
        self.password = password

    def draw(self) -> None:
        """Draw the page in the largest size in which it fits."""
        for size in SIZES:
            upper = [*self._head(size), *self._body(size)]
            left = HEIGHT - TOP - BOTTOM - sum(block.height for block in upper)
            foot = self._foot(size, left)
            if foot.height <= left or size == SIZES[-1]:
                break
        blocks = [*upper, foot]
        y = HEIGHT - TOP
        for block in blocks:
            block.draw(LEFT, y)
            y -= block.height

    # ------------------------------------------------------------------------------------------ pieces

    def _text(self, markup: str, name: str, size: float, width: float = TEXT, gap: float = 0, **options: Any) -> _Block:
        paragraph = _fixed(_NUMBERED.sub("\\1\N{NO-BREAK SPACE}", markup), width, name, size, **options)
        height = paragraph.height

        def draw(x: float, y: float) -> None:
            paragraph.drawOn(self.canvas, x, y - height)

        return _Block(height + gap, draw, max(paragraph.getActualLineWidths0(), default=0))

    def _rule(self, x: float, y: float, width: float) -> None:
        self.canvas.setLineWidth(0.7)
        self.canvas.line(x, y, x + width, y)

    def _stack(self, blocks: Sequence[_Block], indent: float = 0) -> _Block:
        def draw(x: float, y: float) -> None:
            for block in blocks:
                block.draw(x + indent, y)
                y -= block.height

        return _Block(sum(block.height for block in blocks), draw)

    def _beside(self, left: _Block, right: _Block, at: float) -> _Block:
        def draw(x: float, y: float) -> None:
            left.draw(x, y)
            right.draw(x + at, y)

        return _Block(max(left.height, right.height), draw)

    def _line(self, width: float, within: float, above: float = 3, gap: float = 8) -> _Block:
        """A short line in the middle of a column."""
        return _Block(above + gap, lambda x, y: self._rule(x + (within - width) / 2, y - above, width))

    # ------------------------------------------------------------------------------------------ the document

    def _head(self, size: float) -> list[_Block]:
        letter, big = self.letter, min(size, 13.0)
        small = big - 1
        office = self._centred(letter.office.upper(), self.serif.bold, small, HEAD_LEFT)
        left = [
            *([self._centred(letter.parent.upper(), self.serif.normal, small, HEAD_LEFT)] if letter.parent else []),
            office,
            self._line(office.longest * RULE, HEAD_LEFT),
            self._centred(f"Số: {letter.number}", self.serif.normal, big, HEAD_LEFT),
        ]
        right = [
            self._centred(STATE, self.serif.bold, small, HEAD_RIGHT),
            self._centred(MOTTO, self.serif.bold, big, HEAD_RIGHT),
            self._line(self.canvas.stringWidth(MOTTO, self.serif.bold, big), HEAD_RIGHT),
            self._centred(letter.place, self.serif.italic, big, HEAD_RIGHT),
        ]
        return [self._beside(self._stack(left), self._stack(right), HEAD_LEFT), self._space(size * 0.8)]

    def _centred(self, text: str, name: str, size: float, width: float = TEXT) -> _Block:
        return self._text(escape(text), name, size, width, centred=True)

    def _space(self, height: float) -> _Block:
        return _Block(height, lambda _x, _y: None)

    def _body(self, size: float) -> list[_Block]:
        letter, indented = self.letter, {"gap": GAP, "firstLineIndent": 28}
        subject = self._centred(letter.subject, self.serif.bold, size)
        return [
            self._centred(TITLE, self.serif.bold, size + 1),
            self._space(2),
            subject,
            self._line(subject.longest * RULE, TEXT),
            self._text(f"Kính gửi: {escape(letter.to)}", self.serif.normal, size, centred=True, gap=GAP),
            *(self._text(escape(text), self.serif.italic, size, **indented) for text in letter.basis),
            self._text(escape(letter.opening), self.serif.normal, size, **indented),
            self._box(size),
            self._space(GAP),
            self._text("Các bước đầu tiên:", self.serif.bold, size, **indented),
            *(self._item(f"{number}.", escape(text), size) for number, text in enumerate(letter.steps, 1)),
            self._text("Trách nhiệm theo Quy chế:", self.serif.bold, size, **indented),
            *(self._item("-", f"<b>{escape(lead)}</b>{escape(rest)}", size) for lead, rest in letter.duties),
            self._text(f"<b>{escape(letter.support)}</b>", self.serif.normal, size, **indented),
        ]

    def _item(self, mark: str, markup: str, size: float) -> _Block:
        return self._beside(
            self._text(mark, self.serif.normal, size, 20),
            self._text(markup, self.serif.normal, size, TEXT - 18, gap=GAP),
            18,
        )

    def _box(self, size: float) -> _Block:
        """The address and the password, where nobody can overlook them."""
        inner = TEXT - 20
        rows = [
            self._space(7),
            self._text("Địa chỉ thư", self.serif.normal, size, inner, centred=True, gap=2),
            self._mono(self.letter.address, 15, inner),
            self._space(5),
            self._text("Mật khẩu cấp một lần", self.serif.normal, size, inner, centred=True, gap=3),
            self._mono(self.password, 22, inner),
            self._space(3),
            self._text(SHAPE, self.serif.italic, size, inner, centred=True),
            self._space(7),
        ]
        content = self._stack(rows, indent=10)

        def draw(x: float, y: float) -> None:
            self.canvas.setLineWidth(1)
            self.canvas.rect(x, y - content.height, TEXT, content.height)
            content.draw(x, y)

        return _Block(content.height, draw)

    def _mono(self, text: str, size: float, width: float) -> _Block:
        """A line that is never broken, in the middle, and smaller where it would be too long."""
        size = min(size, width / (0.6 * len(text)))

        def draw(x: float, y: float) -> None:
            self.canvas.setFont(self.mono, size)
            self.canvas.drawCentredString(x + width / 2, y - size * 0.85, text)

        return _Block(size * 1.15, draw)

    def _foot(self, size: float, height: float) -> _Block:
        """Whom it goes to, and who signs: in that height, as far as less room for a signature makes it fit."""
        half = TEXT / 2
        title = self._centred(self.letter.signed_as.upper(), self.serif.bold, size, half)
        name = self._centred(self.letter.signed_by, self.serif.bold, size, half)
        room = max(SIGNATURE_LEAST, min(SIGNATURE, height - title.height - name.height))
        left = [
            self._text("Nơi nhận:", self.serif.bold_italic, min(size, 12), half),
            self._text("- Như trên (bản duy nhất);", self.serif.normal, min(size, 11), half),
            self._text("- Không sao chụp, không lưu.", self.serif.normal, min(size, 11), half),
        ]
        return self._beside(self._stack(left), self._stack([title, self._space(room), name]), half)
