"""The printed address book: a PDF of A4 pages, agency by agency, with an index of the agencies at the front.

Everything is laid out before anything is drawn, so that the index knows all page numbers.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from ..messages import mark as _
from ..messages import render, translator
from ..model.register import Agency, Register
from ..rendering import fonts
from ..vietnamese.figures import day_in_figures
from .addressbook import HEADINGS, Contact
from .order import tree

# Lengths are in points (72 to the inch).
WIDTH, HEIGHT = 595.28, 841.89
MARGIN, TOP, BOTTOM = 40.0, 60.0, 52.0
SIZE, LEADING = 9.0, 11.0
PADDING = 3.0
# Columns of the table: heading and width; together as wide as the text area.
COLUMNS = (
    (_("No."), 24.0),
    (HEADINGS["name"], 104.0),
    (HEADINGS["title"], 90.0),
    (HEADINGS["unit"], 99.28),
    (HEADINGS["address"], 133.0),
    (HEADINGS["phone"], 65.0),
)
INDENT = 14.0
GREY, LIGHT, INK, ACCENT = 0.35, 0.93, 0.0, (0.04, 0.25, 0.45)

BOOK_OF = _("Electronic address book of {province} Province")
AS_OF = _("As of {day}")
SOURCE = _("Source: the register of mailboxes kept by {operator}; edition {edition}")
SUPPORT = _("Support: {phone}, {mail}")
SUMMARY = _("{agencies} agencies, {people} people")
INDEX = _("List of agencies")
BELOW = _("below {agency}")
CONTACT_MAILBOX = _("Mailbox of the agency")
PAGE = _("Page {page} of {pages}")
NO_MAILBOX_OPEN = _("No mailbox is open on this day.")


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text with its left end (right end if `right`) on the base line at x, y."""

    x: float
    y: float
    text: str
    font: str
    size: float = SIZE
    right: bool = False
    accent: bool = False


@dataclass(slots=True)
class Page:
    """The content of a page: lines of text, grey boxes and rules, and the agencies that begin there."""

    texts: list[Text] = field(default_factory=list)
    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)
    rules: list[float] = field(default_factory=list)
    begins: list[tuple[int, Agency, float]] = field(default_factory=list)
    leads: list[tuple[str, float]] = field(default_factory=list)


def as_pdf(contacts: Sequence[Contact], register: Register, language: str, day: date) -> bytes:
    """Return the open mailboxes of a day as a PDF.

    Raises:
        Unusable: reportlab or its typefaces are missing.
    """
    layout = _Layout(register, language, day, fonts.register().serif)
    layout.cover(contacts)
    return _drawn(layout)


class _Layout:
    """Lays out the pages from top to bottom."""

    def __init__(self, register: Register, language: str, day: date, family: fonts.Family) -> None:
        self.register = register
        self.language = language
        self.say = translator(language)
        self.day = _day(day, language)
        self.family = family
        self.pages: list[Page] = []
        self.y = 0.0
        self.started: dict[str, int] = {}

    def cover(self, contacts: Sequence[Contact]) -> None:
        """Lay out the title, the index and every agency; a list of one agency has no index."""
        of_agency: dict[str, list[Contact]] = {}
        for contact in contacts:
            of_agency.setdefault(contact.code, []).append(contact)
        agencies = [pair for node in tree(self.register.agencies, of_agency) for pair in node.walk()]
        self.new_page()
        self._title(len(agencies), sum(contact.is_person for contact in contacts))
        entries = self._index(agencies) if len(agencies) > 1 else []
        for depth, agency in agencies:
            self._agency(depth, agency, of_agency[agency.code])
        for page, y, code in entries:
            number = str(self.started[code] + 1)
            page.texts.append(Text(WIDTH - MARGIN, y, number, self.family.normal, right=True))

    def new_page(self) -> Page:
        """Begin another page, and return it."""
        self.pages.append(Page())
        self.y = HEIGHT - TOP
        return self.pages[-1]

    def _title(self, agencies: int, people: int) -> None:
        province = self.register.province
        operator = self.register.agencies.get(province.operator)
        told: Iterable[tuple[str, dict[str, object]]] = (
            (AS_OF, {"day": self.day}),
            (SUMMARY, {"agencies": agencies, "people": people}) if agencies else (NO_MAILBOX_OPEN, {}),
            (SOURCE, {"operator": operator.name if operator else "", "edition": self.register.digest[:12]}),
            (SUPPORT, {"phone": province.support_phone, "mail": province.support_mail}),
        )
        self.y -= 18
        self._line(render(BOOK_OF, {"province": province.name}, self.language), self.family.bold, 18, 26)
        for template, values in told:
            self._line(render(template, values, self.language), self.family.normal, 10, 14)
        self.y -= 12

    def _line(self, text: str, font: str, size: float, leading: float, *, accent: bool = False) -> None:
        """Add a paragraph, broken into lines of the page's width."""
        for part in _broken(text, font, size, WIDTH - 2 * MARGIN):
            if self.y - leading < BOTTOM:
                self.new_page()
            self.y -= leading
            self.pages[-1].texts.append(Text(MARGIN, self.y, part, font, size, accent=accent))

    def _index(self, agencies: Sequence[tuple[int, Agency]]) -> list[tuple[Page, float, str]]:
        """Add the index of agencies, and return the places of their page numbers, which are not known yet."""
        self._line(self.say(INDEX), self.family.bold, 12, 18)
        entries = []
        for depth, agency in agencies:
            x = MARGIN + depth * INDENT
            for part in _broken(agency.name, self.family.normal, SIZE, WIDTH - MARGIN - x - 36):
                if self.y - LEADING - 2 < BOTTOM:
                    self.new_page()
                self.y -= LEADING + 2
                self.pages[-1].texts.append(Text(x, self.y, part, self.family.normal))
            self.pages[-1].leads.append((agency.code, self.y))
            entries.append((self.pages[-1], self.y, agency.code))
        self.new_page()
        return entries

    def _agency(self, depth: int, agency: Agency, contacts: Sequence[Contact]) -> None:
        """Add an agency: its name, and a table of its contact mailbox and people over any number of pages."""
        rows = [self._row(number, contact) for number, contact in enumerate(_ranked(contacts))]
        if self.y - self._heading_height(agency) - sum(height for _cells, height, _is_first in rows[:2]) < BOTTOM:
            self.new_page()
        self.started[agency.code] = len(self.pages) - 1
        self.pages[-1].begins.append((depth, agency, self.y))
        self._heading(agency)
        for cells, height, is_first in rows:
            if self.y - height < BOTTOM:
                self.new_page()
                self._heading(agency)
            self._draw_row(cells, height, is_first)
        self.y -= 12

    def _heading_height(self, agency: Agency) -> float:
        lines = _broken(agency.name, self.family.bold, 11, WIDTH - 2 * MARGIN)
        return len(lines) * 15 + (LEADING if self._above(agency) else 0) + 5 + LEADING + 2 * PADDING

    def _above(self, agency: Agency) -> str:
        parent = self.register.agencies.get(agency.parent)
        return render(BELOW, {"agency": parent.name}, self.language) if parent else ""

    def _heading(self, agency: Agency) -> None:
        """Add an agency's name and the column headings, at the top of each of its pages."""
        self._line(agency.name, self.family.bold, 11, 15, accent=True)
        if above := self._above(agency):
            self._line(above, self.family.italic, SIZE, LEADING)
        self.y -= 5
        height = LEADING + 2 * PADDING
        self.pages[-1].boxes.append((MARGIN, self.y - height, WIDTH - 2 * MARGIN, height))
        headings = [[self.say(heading)] for heading, _width in COLUMNS]
        self._cells(headings, self.family.bold)
        self.y -= height
        self.pages[-1].rules.append(self.y)

    def _row(self, number: int, contact: Contact) -> tuple[list[list[str]], float, bool]:
        """Return the lines of each cell, the height of the row, and whether it is the contact mailbox (number 0)."""
        first = not contact.is_person
        name = self.say(CONTACT_MAILBOX) if first else contact.name
        values = ("" if first else str(number), name, contact.title, contact.unit, contact.address, contact.phone)
        font = self.family.bold if first else self.family.normal
        cells = [
            _broken(value, font, SIZE, width - 2 * PADDING)
            for value, (_heading, width) in zip(values, COLUMNS, strict=True)
        ]
        return cells, max(map(len, cells)) * LEADING + 2 * PADDING, first

    def _draw_row(self, cells: list[list[str]], height: float, is_first: bool) -> None:
        self._cells(cells, self.family.bold if is_first else self.family.normal)
        self.y -= height
        self.pages[-1].rules.append(self.y)

    def _cells(self, cells: list[list[str]], font: str) -> None:
        x = MARGIN
        for lines, (_heading, width) in zip(cells, COLUMNS, strict=True):
            for number, line in enumerate(lines):
                y = self.y - PADDING - LEADING * (number + 1) + 2.5
                self.pages[-1].texts.append(Text(x + PADDING, y, line, font))
            x += width


def _ranked(contacts: Sequence[Contact]) -> list[Contact]:
    """Sort contacts: the agency's own mailbox, then leaders, then the others, each in the register's order."""
    return sorted(contacts, key=lambda contact: (contact.is_person, not contact.leader))


def _day(day: date, language: str) -> str:
    return day_in_figures(day) if language == "vi" else day.isoformat()


@lru_cache(maxsize=65536)  # equal titles and divisions recur
def _broken(text: str, font: str, size: float, width: float) -> list[str]:
    """Break a text into lines of a width: between words, an address before its @, within a word only if needed."""
    if _width(text, font, size) <= width:
        return [text]
    lines = [""]
    for word in _pieces(text, font, size, width):
        if lines[-1] and _width((lines[-1] + word).rstrip(), font, size) > width:
            lines.append("")
        lines[-1] += word
    return [line.rstrip() for line in lines]


def _pieces(text: str, font: str, size: float, width: float) -> Iterator[str]:
    """Yield the unbreakable pieces of a text, each with the space after it."""
    for word in text.split():
        head, at, tail = word.partition("@")
        for part in (head, at + tail + " ") if at else (word + " ",):
            rest = part
            while _width(rest.rstrip(), font, size) > width:
                fits = next(n for n in range(len(rest), 0, -1) if n == 1 or _width(rest[:n], font, size) <= width)
                yield rest[:fits]
                rest = rest[fits:]
            yield rest


def _width(text: str, font: str, size: float) -> float:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    return float(stringWidth(text, font, size))


def _drawn(layout: _Layout) -> bytes:
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    # `invariant` leaves out time and random id: the same list makes the same file.
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), pageCompression=1, invariant=1, lang=layout.language)
    province = layout.register.province
    title = render(BOOK_OF, {"province": province.name}, layout.language)
    canvas.setTitle(title)
    canvas.setAuthor(province.name)
    canvas.setSubject(render(AS_OF, {"day": layout.day}, layout.language))
    for number, page in enumerate(layout.pages, 1):
        _draw(canvas, page)
        _footer(canvas, layout, title, number)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _draw(canvas: Any, page: Page) -> None:
    canvas.setFillGray(LIGHT)
    for box in page.boxes:
        canvas.rect(*box, stroke=0, fill=1)
    canvas.setLineWidth(0.4)
    canvas.setStrokeGray(0.6)
    for y in page.rules:
        canvas.line(MARGIN, y, WIDTH - MARGIN, y)
    for text in page.texts:
        canvas.setFont(text.font, text.size)
        canvas.setFillColorRGB(*(ACCENT if text.accent else (INK, INK, INK)))
        (canvas.drawRightString if text.right else canvas.drawString)(text.x, text.y, text.text)
    for code, y in page.leads:
        canvas.linkRect("", code, (MARGIN, y - 2, WIDTH - MARGIN, y + SIZE), relative=1, thickness=0)
    for depth, agency, y in page.begins:
        canvas.bookmarkPage(agency.code, fit="XYZ", left=0, top=y)
        canvas.addOutlineEntry(agency.name, agency.code, level=depth, closed=1)


def _footer(canvas: Any, layout: _Layout, title: str, number: int) -> None:
    canvas.setFont(layout.family.normal, 8)
    canvas.setFillGray(GREY)
    canvas.drawString(MARGIN, 30, f"{title} · {render(AS_OF, {'day': layout.day}, layout.language)}")
    pages = render(PAGE, {"page": number, "pages": len(layout.pages)}, layout.language)
    canvas.drawRightString(WIDTH - MARGIN, 30, pages)
