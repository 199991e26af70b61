"""A report and its reminders as official papers, to be signed and sent.

The number is left open: the sending office takes it from its register of outgoing documents.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from ansible_collections.laocai.mail.plugins.module_utils.danhba.addresses.issuing import Issued
from ansible_collections.laocai.mail.plugins.module_utils.danhba.model.register import Register
from ansible_collections.laocai.mail.plugins.module_utils.danhba.model.regulation import Regulation, cite
from ansible_collections.laocai.mail.plugins.module_utils.danhba.reporting.report import Report
from ansible_collections.laocai.mail.plugins.module_utils.danhba.reporting.using import OfAgency, OfMailbox
from ansible_collections.laocai.mail.plugins.module_utils.danhba.vietnamese.figures import number, percent

from ..letters.content import Office
from ..papers import drawing
from ..papers.model import OPEN_NUMBER, SHARE, Block, Head, Heading, Item, Note, Paper, Signer, Strong, Text, shown
from .content import Content, Section, span

REPORT_SYMBOL = "BC"

REQUIRED = (
    "Điều 8 Quy chế quản lý, sử dụng hệ thống thư điện tử quy định hộp thư của cơ quan được kiểm tra ít nhất 04 lần, "
    "hộp thư của cá nhân ít nhất 02 lần trong mỗi ngày làm việc; theo Điều 12, Thủ trưởng cơ quan chịu trách nhiệm về "
    "việc sử dụng trong cơ quan mình."
)
MISSED = (
    "Trong {measured} ngày làm việc có số liệu, {span}, {mailboxes} hộp thư của {agency} phải kiểm tra tổng cộng "
    "{days} lượt ngày (mỗi hộp thư mỗi ngày làm việc là một lượt), kiểm tra đủ {met} lượt, đạt {share}; riêng hộp "
    "thư của cơ quan đạt {contact}. Mức cần đạt là {target}."
)
UNMEASURED = " Kỳ báo cáo còn {days} ngày làm việc không có số liệu, không tính cho hộp thư nào."
NAMED = "Hộp thư chưa đạt, thấp trước (số ngày kiểm tra đủ/số ngày phải kiểm tra):"
NOBODY = "Không có hộp thư nào có đủ {least} ngày số liệu để nêu riêng."
MORE = "và {number} hộp thư khác."
PAGE = (
    "Số liệu từng hộp thư của tháng này và tháng trước: đăng nhập https://{host}/ bằng hộp thư của cơ quan hoặc hộp "
    "thư của Thủ trưởng có tên trong danh bạ, mở Cài đặt, mục “Tình hình sử dụng”."
)
# Maximum number of mailboxes in a letter, so that it stays one page.
MOST_NAMED = 10
ASKED = (
    "{office} đề nghị Thủ trưởng cơ quan nhắc nhở cán bộ, công chức, viên chức kiểm tra hộp thư đúng quy định; nếu có "
    "khó khăn, vướng mắc, xin phản ánh bằng văn bản (Điều 16)."
)
REMINDER = "Nhắc nhở kiểm tra hộp thư điện tử công vụ"


@dataclass(frozen=True, slots=True)
class Sender:
    """The sender: the operator and its superior, place and day, the signer, and the webmail's host."""

    parent: str
    office: str
    code: str
    place: str
    signed_as: str
    signed_by: str
    host: str
    on: date
    regulation: Regulation

    def head(self, numbered: str, about: str = "") -> Head:
        """Return the head of the sender's papers."""
        return Head(self.office, numbered, self.parent, self.place, self.on, about)

    def signer(self) -> Signer:
        """Return the head of the office as signer."""
        return Signer(self.signed_as, self.signed_by)


def sender(register: Register, issued: Issued, on: date) -> Sender:
    """Return the operator as the sender on a day."""
    operator = register.agencies[register.province.operator]
    parent = register.agencies.get(operator.on(on).parent)
    head = Office(register, issued, on).head(operator)
    return Sender(
        parent.name if parent else "",
        operator.name,
        operator.code.upper(),
        register.province.name,
        head.title if head and head.title else "Thủ trưởng cơ quan",
        head.name if head else "",
        register.province.host,
        on,
        register.province.regulation.on(on),
    )


def draw(content: Content, report: Report, who: Sender) -> bytes:
    """Return the report as PDF, addressed to the province's committee or the agency's head (R12)."""
    return drawing.draw(as_paper(content, report, who))


def as_paper(content: Content, report: Report, who: Sender) -> Paper:
    """Return the report as an official paper."""
    to = (who.parent or "Ủy ban nhân dân tỉnh") if report.scope.whole else f"Thủ trưởng {report.scope.name}"
    if report.scope.mailbox:
        to = report.scope.name
    notes = (Text((Strong(note),)) for note in content.notes)
    return Paper(
        who.head(f"{OPEN_NUMBER}/{REPORT_SYMBOL}-{who.code}"),
        "BÁO CÁO",
        content.title,
        (*notes, *(block for section in content.sections for block in _section(section))),
        (who.signer(),),
        to,
        ("Như trên;", "Các cơ quan có tên trong báo cáo;", "Lưu: VT."),
        title=content.title,
    )


def _section(section: Section) -> Iterator[Block]:
    yield Heading(section.title)
    yield from map(Text, section.texts)
    for figure in section.figures:
        yield Item((f"{figure.label}: ", Strong(shown(figure.value, figure.form)), "."))
    if section.figures:
        yield Note(f"Nguồn số liệu: {'; '.join(dict.fromkeys(figure.source for figure in section.figures))}.")
    yield from section.tables


def remind(report: Report, agencies: Sequence[OfAgency], who: Sender) -> bytes:
    """Return a PDF of letters to the heads of agencies that miss the target, a page each."""
    return drawing.draw_pages(_reminder(report, agency, who) for agency in agencies)


def _reminder(report: Report, agency: OfAgency, who: Sender) -> Paper:
    """Return an official letter to the head of an agency."""
    missing = report.using.missing(report.rules, agency.code)
    named = [_named(each) for each in missing[:MOST_NAMED]]
    if len(missing) > MOST_NAMED:
        named.append(MORE.format(number=number(len(missing) - MOST_NAMED)))
    first = NAMED if named else NOBODY.format(least=report.rules.least_days)
    page, asked = PAGE.format(host=who.host), cite(ASKED, who.regulation).format(office=who.office)
    return Paper(
        who.head(f"{OPEN_NUMBER}/{who.code}-{OPEN_NUMBER}", f"V/v {REMINDER[0].lower()}{REMINDER[1:]}"),
        "",
        "",
        (
            *map(Text, (cite(REQUIRED, who.regulation), _missed(report, agency), first)),
            *map(Item, named),
            *map(Text, (page, asked)),
        ),
        (who.signer(),),
        f"Thủ trưởng {agency.name}",
        ("Như trên;", f"{who.parent or 'UBND tỉnh'} (để báo cáo);", "Lưu: VT."),
        title=REMINDER,
    )


def _missed(report: Report, agency: OfAgency) -> str:
    """Return what was measured of an agency: days, and the distance from the target."""
    rate = agency.rate
    measured = [each for each in report.coverage.measured if agency.measured >> (each - report.period.first).days & 1]
    text = MISSED.format(
        measured=number(len(measured)),
        span=span(measured),
        mailboxes=number(agency.mailboxes),
        agency=agency.name,
        days=number(rate.days),
        met=number(rate.met),
        share=shown(rate.share, SHARE),
        contact=shown(agency.contact.share, SHARE),
        target=percent(report.rules.target),
    )
    missing = len(report.coverage.uncounted)
    return text + (UNMEASURED.format(days=number(missing)) if missing else "")


def _named(mailbox: OfMailbox) -> str:
    rate = mailbox.rate
    figures = f"{number(rate.met)}/{number(rate.days)} ngày, {shown(rate.share, SHARE)}"
    return f"{mailbox.holder}, {mailbox.address}: {figures}"
