"""A report and its reminders as PDF, in the layout of Nghị định 30/2020/NĐ-CP, Phụ lục I: what is signed and sent.

The number is left open: the office that sends it enters it into its register of outgoing documents.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

from ansible_collections.laocai.mail.plugins.module_utils.danhba.addresses.issuing import Issued
from ansible_collections.laocai.mail.plugins.module_utils.danhba.model.register import Register
from ansible_collections.laocai.mail.plugins.module_utils.danhba.model.regulation import Regulation, cite
from ansible_collections.laocai.mail.plugins.module_utils.danhba.reporting.report import Report
from ansible_collections.laocai.mail.plugins.module_utils.danhba.reporting.using import OfAgency

from ..letters import content as letters
from ..letters.drawing import BOTTOM, HEAD_LEFT, HEAD_RIGHT, HEIGHT, LEFT, MOTTO, RIGHT, STATE, TEXT, TOP, WIDTH, check
from .content import CODE, NUMBER, SHARE, Content, Section, Table, day, shown
from .content import TEXT as WORDS

SIZE, SMALL = 13.0, 10.0
LEADING = 1.2
INDENT = 28
ROOM = 60  # for a signature and a stamp
REPORT_SYMBOL = "BC"
_GRID = 0.5
# Of a cell, both sides with its lines; of the texts that get more room than others; and what each column gets of it.
PADDING, WIDEST, EVEN = 7.5, 160.0, 15.0
# Where a line of a cell may end, and where the one of an address does.
_LINES = re.compile(r"(?<=\w)(?=@)")
_BREAKS = re.compile(r" |(?<=\w)(?=@)")

REQUIRED = (
    "Điều 8 Quy chế quản lý, sử dụng hệ thống thư điện tử quy định hộp thư của cơ quan được kiểm tra ít nhất 04 lần, "
    "hộp thư của cá nhân ít nhất 02 lần trong mỗi ngày làm việc; theo Điều 12, Thủ trưởng cơ quan chịu trách nhiệm về "
    "việc sử dụng trong cơ quan mình."
)
MISSED = (
    "Từ ngày {first} đến ngày {last}, {mailboxes} hộp thư của {agency} phải kiểm tra trong {days} ngày làm việc (cộng "
    "của mọi hộp thư), kiểm tra đủ {met} ngày, đạt {share}; riêng hộp thư của cơ quan đạt {contact}. Mức cần đạt là "
    "{target}."
)
ASKED = (
    "{office} đề nghị Thủ trưởng cơ quan nhắc nhở cán bộ, công chức, viên chức kiểm tra hộp thư đúng quy định; nếu có "
    "khó khăn, vướng mắc, xin phản ánh bằng văn bản (Điều 16)."
)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: the operator with the agency above it, where and when, and who signs."""

    parent: str
    office: str
    code: str
    place: str
    signed_as: str
    signed_by: str
    regulation: Regulation = field(default_factory=Regulation)


def sender(register: Register, issued: Issued, on: date) -> Sender:
    """The operator on a day."""
    operator = register.agencies[register.province.operator]
    parent = register.agencies.get(operator.on(on).parent)
    head = letters.Office(register, issued, on).head(operator)
    return Sender(
        parent.name if parent else "",
        operator.name,
        operator.code.upper(),
        f"{register.province.name}, {letters.in_words(on)}",
        head.title if head and head.title else "Thủ trưởng cơ quan",
        head.name if head else "",
        register.province.regulation.on(on),
    )


def draw(content: Content, report: Report, who: Sender) -> bytes:
    """The report, to whoever it is for: the province's committee, or the head of the agency (R12)."""
    paper = _Paper()
    to = (who.parent or "Ủy ban nhân dân tỉnh") if report.scope.whole else f"Thủ trưởng {report.scope.name}"
    if report.scope.mailbox:
        to = report.scope.name
    body = [
        *paper.head(who, f"Số: ……/{REPORT_SYMBOL}-{who.code}"),
        paper.text("BÁO CÁO", bold=True, size=SIZE + 1, centred=True),
        paper.text(escape(content.title), bold=True, centred=True),
        paper.rule(0.2 * TEXT),
        paper.text(f"Kính gửi: {escape(to)}", centred=True),
        paper.space(6),
    ]
    *sections, last = content.sections
    for section in sections:
        body += paper.section(section)
    foot = paper.foot(who, ("Như trên;", "Các cơ quan có tên trong báo cáo;", "Lưu: VT."))
    body.append(paper.together([*paper.section(last), *foot]))  # no signature stands on a page alone
    return paper.octets(body, content.title)


def remind(report: Report, agencies: Sequence[OfAgency], who: Sender) -> bytes:
    """A letter to the head of each agency that misses the target, a page each."""
    paper, body = _Paper(), []
    for agency in agencies:
        body += [*paper.letter(report, agency, who), paper.next_page()]
    return paper.octets(body[:-1], "Nhắc nhở kiểm tra hộp thư điện tử công vụ")


class _Paper:
    """Makes the pieces of a document of them, in the typefaces of the letters."""

    def __init__(self) -> None:
        self.serif = check().serif

    def octets(self, body: list[Any], title: str) -> bytes:
        from reportlab.platypus import SimpleDocTemplate

        file = io.BytesIO()
        # A frame has six points of its own on each side.
        margins = {
            f"{side}Margin": margin - 6
            for side, margin in (("left", LEFT), ("right", RIGHT), ("top", TOP), ("bottom", BOTTOM))
        }
        document = SimpleDocTemplate(
            file, pagesize=(WIDTH, HEIGHT), title=title, lang="vi", invariant=1, pageCompression=1, **margins
        )
        document.build(body, onLaterPages=self._number)
        return file.getvalue()

    def _number(self, canvas: Any, document: Any) -> None:
        """In the middle of the upper margin, from the second page on."""
        canvas.setFont(self.serif.normal, SIZE)
        canvas.drawCentredString(WIDTH / 2, HEIGHT - TOP * 0.7, str(document.page))

    def text(  # noqa: PLR0913 - how a text looks
        self, markup: str, *, bold: bool = False, italic: bool = False, size: float = SIZE, centred: bool = False,
        first: float = 0, gap: float = 0, ragged: bool = False,
    ) -> Any:  # fmt: skip
        from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_LEFT
        from reportlab.lib.styles import ParagraphStyle
        from reportlab.platypus import Paragraph

        name = self.serif.bold if bold else self.serif.italic if italic else self.serif.normal
        style = ParagraphStyle(
            "", fontName=name, fontSize=size, leading=size * LEADING, firstLineIndent=first, spaceAfter=gap,
            alignment=TA_CENTER if centred else TA_LEFT if ragged else TA_JUSTIFY,
        )  # fmt: skip
        return Paragraph(markup, style)

    def space(self, height: float) -> Any:
        from reportlab.platypus import Spacer

        return Spacer(1, height)

    def rule(self, length: float, width: float = TEXT) -> Any:
        """A line of that length, in points, in the middle of a column."""
        from reportlab.platypus import Table as Grid
        from reportlab.platypus import TableStyle

        style = TableStyle([("LINEABOVE", (1, 0), (1, 0), 0.7, "black")])
        side = (width - length) / 2
        return Grid([["", "", ""]], colWidths=[side, length, side], rowHeights=[8], style=style, spaceBefore=3)

    def next_page(self) -> Any:
        from reportlab.platypus import PageBreak

        return PageBreak()

    def beside(self, left: list[Any], right: list[Any], widths: tuple[float, float]) -> Any:
        from reportlab.platypus import Table as Grid
        from reportlab.platypus import TableStyle

        style = TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0),
                            ("RIGHTPADDING", (0, 0), (-1, -1), 0)])  # fmt: skip
        return Grid([[left, right]], colWidths=list(widths), style=style)

    def head(self, who: Sender, number: str, about: str = "") -> list[Any]:
        """The agencies and the number at the left, the name of the state, place and day at the right."""
        left = [
            *([self.text(escape(who.parent.upper()), size=12, centred=True)] if who.parent else []),
            self.text(escape(who.office.upper()), bold=True, size=12, centred=True),
            self.rule(0.35 * HEAD_LEFT, HEAD_LEFT),
            self.text(escape(number), centred=True),
            *([self.text(escape(about), size=12, centred=True)] if about else []),
        ]
        right = [
            self.text(STATE, bold=True, size=12, centred=True),
            self.text(MOTTO, bold=True, centred=True),
            self.rule(0.62 * HEAD_RIGHT, HEAD_RIGHT),
            self.text(escape(who.place), italic=True, centred=True),
        ]
        return [self.beside(left, right, (HEAD_LEFT, HEAD_RIGHT)), self.space(12)]

    def section(self, section: Section) -> list[Any]:
        body = [self.text(escape(section.title), bold=True, gap=4)]
        body += [self.text(escape(text), first=INDENT, gap=4) for text in section.texts]
        body += [
            self.text(f"- {escape(figure.label)}: <b>{escape(shown(figure.value, figure.form))}</b>.", gap=2)
            for figure in section.figures
        ]
        if section.figures:
            sources = dict.fromkeys(figure.source for figure in section.figures)
            body.append(self.text(f"Nguồn số liệu: {escape('; '.join(sources))}.", italic=True, size=SMALL, gap=6))
        for table in section.tables:
            body += self.table(table)
        return [*body, self.space(6)]

    def table(self, table: Table) -> list[Any]:
        if table.long:
            said = f"{table.title}: {len(table.rows)} dòng, xem bảng tính kèm theo, trang “{table.name}”."
            return [self.text(escape(said), first=INDENT, gap=6)]
        if not table.rows:
            return [self.text(f"{escape(table.title)}: không có.", first=INDENT, gap=6)]
        title = self.text(escape(table.title), bold=True, italic=True, size=12, centred=True, gap=4)
        return [self.room(), title, self._grid(table), self.space(8)]

    def room(self) -> Any:
        """The next page, unless there is room for a heading with a few rows."""
        from reportlab.platypus import CondPageBreak

        return CondPageBreak(110)

    def _grid(self, whole: Table) -> Any:
        from reportlab.platypus import LongTable, TableStyle

        table = _without_codes(whole)
        widths = _widths(table, self.serif.bold)
        heads = [self.text(escape(head), bold=True, size=SMALL, centred=True) for head in table.heads]
        rows = [
            [
                self.text(_broken(escape(shown(value, form))), size=SMALL, centred=form != WORDS, ragged=True)
                for value, form in zip(row, table.forms, strict=True)
            ]
            for row in table.rows
        ]
        style = TableStyle([("GRID", (0, 0), (-1, -1), _GRID, "black"), ("VALIGN", (0, 0), (-1, -1), "TOP"),
                            ("LEFTPADDING", (0, 0), (-1, -1), 3), ("RIGHTPADDING", (0, 0), (-1, -1), 3)])  # fmt: skip
        return LongTable([heads, *rows], colWidths=widths, repeatRows=1, style=style)

    def foot(self, who: Sender, copies: Sequence[str]) -> list[Any]:
        """Whom it goes to, and who signs; together on a page."""

        left = [
            self.text("<b><i>Nơi nhận:</i></b>", size=12),
            *(self.text(f"- {escape(copy)}", size=11) for copy in copies),
        ]
        right = [
            self.text(escape(who.signed_as.upper()), bold=True, centred=True),
            self.space(ROOM),
            self.text(escape(who.signed_by), bold=True, centred=True),
        ]
        return [self.together([self.space(10), self.beside(left, right, (TEXT / 2, TEXT / 2))])]

    def together(self, pieces: list[Any]) -> Any:
        """Pieces that no page parts, where one has room for them."""
        from reportlab.platypus import KeepTogether

        return KeepTogether(pieces)

    def letter(self, report: Report, agency: OfAgency, who: Sender) -> list[Any]:
        """An official letter to the head of one agency."""
        first, last, rate = day(report.period.first), day(report.period.last), agency.rate
        target = shown(report.rules.target, SHARE)
        about = "V/v nhắc nhở kiểm tra hộp thư điện tử công vụ"
        texts = (
            cite(REQUIRED, who.regulation),
            MISSED.format(
                first=first,
                last=last,
                mailboxes=agency.mailboxes,
                agency=agency.name,
                days=shown(rate.days, NUMBER),
                met=shown(rate.met, NUMBER),
                share=shown(rate.share, SHARE),
                contact=shown(agency.contact.share, SHARE),
                target=target,
            ),
            cite(ASKED, who.regulation).format(office=who.office),
        )
        return [
            *self.head(who, f"Số: ……/{who.code}-……", about),
            self.text(f"Kính gửi: Thủ trưởng {escape(agency.name)}", centred=True),
            self.space(10),
            *(self.text(escape(text), first=INDENT, gap=6) for text in texts),
            *self.foot(who, ("Như trên;", f"{who.parent or 'UBND tỉnh'} (để báo cáo);", "Lưu: VT.")),
        ]


def _without_codes(table: Table) -> Table:
    kept = [column for column, form in enumerate(table.forms) if form != CODE]
    rows = [tuple(row[column] for column in kept) for row in table.rows]
    heads, forms = (tuple(each[column] for column in kept) for each in (table.heads, table.forms))
    return replace(table, heads=heads, forms=forms, rows=rows)


def _widths(table: Table, bold: str) -> list[float]:
    """Columns in which no word is broken, as far as there is room; what is left goes to those with long texts."""
    texts = [
        [head, *(shown(row[column], form) for row in table.rows)]
        for column, (head, form) in enumerate(zip(table.heads, table.forms, strict=True))
    ]
    least = [max(_width(word, bold) for text in column for word in _BREAKS.split(text)) + PADDING for column in texts]
    wanted = [
        max(min(max(_width(line, bold) for text in column for line in _LINES.split(text)), WIDEST), low)
        for column, low in zip(texts, least, strict=True)
    ]
    wanted = [want + EVEN for want in wanted]
    left, more = TEXT - sum(least), sum(wanted) - sum(least)
    if left < 0:
        return [TEXT * low / sum(least) for low in least]
    return [low + left * (want - low) / more for low, want in zip(least, wanted, strict=True)]


def _broken(text: str) -> str:
    """An address on two lines: as one word it would leave no room for the other columns."""
    return _LINES.sub("<br/>", text)


def _width(text: str, font: str) -> float:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    return float(stringWidth(text, font, SMALL))
