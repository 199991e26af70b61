"""The content of a report in official words: sections of figures and tables, each with its source.

The outline is that of a yearly report (1 accounts, 2 use, 3 the published directory, then what the regulation's own
articles demand beyond it); reports of other periods have the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from ansible_collections.laocai.mail.plugins.module_utils.danhba.model.register import Register
from ansible_collections.laocai.mail.plugins.module_utils.danhba.model.regulation import Regulation, cite
from ansible_collections.laocai.mail.plugins.module_utils.danhba.planning.accounts import AGENCY, OFFICIAL
from ansible_collections.laocai.mail.plugins.module_utils.danhba.reporting.accounts import CHANGED, CLOSED, OPENED
from ansible_collections.laocai.mail.plugins.module_utils.danhba.reporting.report import Report
from ansible_collections.laocai.mail.plugins.module_utils.danhba.reporting.using import OfAgency, OfMailbox, Rate
from ansible_collections.laocai.mail.plugins.module_utils.danhba.vietnamese.figures import day_in_figures

from ..papers.model import CODE, DAY, GIGABYTES, NONE, NUMBER, SHARE, TEXT, Chart, Table, Value, shown

GB = 10**9

LEAVE = "Sổ danh bạ: ngày nghỉ phép của từng người; những ngày này không được tính cho ai"
REGISTER = "Sổ danh bạ: văn bản cấp, hủy, tạm khóa, thay người quản lý, thay đổi của từng hộp thư, theo ngày hiệu lực"
SIGNS = (
    "Máy chủ thư: các lần đăng nhập, mở hộp thư, đọc thư ghi trong nhật ký, cộng theo ngày; đối chiếu với khoảng giờ, "
    "ngày làm việc, thời gian mở hộp thư trong sổ danh bạ"
)
FLOW = "Máy chủ thư: kết quả của từng thư ghi trong nhật ký gửi nhận và của bộ lọc, cộng theo ngày"
POST = "Máy chủ thư: nhật ký gửi nhận, cộng theo ngày; hộp thư chuyển cơ quan trong kỳ được tính cả kỳ"
DISK = "Máy chủ thư: dung lượng đĩa ghi mỗi đêm; mức tăng là đường thẳng bình phương nhỏ nhất qua tối đa một năm"
AUDIT = "Máy chủ thư: nhật ký cấp và cấp lại mật khẩu"
INCIDENT = "Máy chủ thư: sổ ghi các thư bị cổng kiểm tra dấu độ mật xử lý"
RECALL = "Máy chủ thư: hồ sơ thu hồi thư, các bản sao và biên bản"
HANDOVER = "Máy chủ thư: hồ sơ bàn giao hộp thư cơ quan"

EVENTS = {
    "established": "thành lập",
    "dissolved": "giải thể",
    "merged": "sáp nhập",
    "split": "chia, tách",
    "renamed": "đổi tên",
    "recruited": "tuyển dụng",
    "transferred": "điều động",
    "reorganised": "sắp xếp bộ máy",
    "migrated": "tiếp nhận từ hệ thống cũ",
    "retired": "nghỉ hưu",
    "resigned": "nghỉ việc",
    "dismissed": "buộc thôi việc",
    "deceased": "từ trần",
    "left_province": "chuyển ra ngoài tỉnh",
    "suspended": "tạm khóa",
    "resumed": "mở lại",
    "custodian": "thay người quản lý hộp thư cơ quan",
    "standing": "thay đổi loại, cấp trên hoặc mã định danh",
}
CHANGES = {OPENED: "cấp mới", CHANGED: "thay đổi", CLOSED: "hủy bỏ"}
FLOWS = {
    "incoming": "Thư từ ngoài tỉnh được nhận",
    "outgoing": "Thư do hộp thư của tỉnh gửi",
    "stored": "Lượt đưa vào hộp thư",
    "relayed": "Lượt giao ra ngoài tỉnh",
    "refused": "Lượt bị từ chối ngay khi gửi đến, vì mọi lý do",
    "bounced": "Lượt không giao được, báo lại người gửi",
    "spam": "Thư bị bộ lọc từ chối (thư rác, giả mạo, dấu độ mật, tệp cấm)",
    "junk": "Thư nghi là rác, đưa vào Thư rác",
    "virus": "Thư có mã độc bị từ chối",
}
INCIDENTS = {
    "refused-marked": "Thư có dấu độ mật bị từ chối (khoản 7 Điều 10)",
    "refused-unreadable": "Thư không kiểm tra được bị từ chối",
    "passed": "Thư được qua theo ngoại lệ có văn bản",
}
# Remarks on mail that is counted in more than one figure.
OVERLAP = (
    "Các số về thư có phần trùng nhau, không cộng với nhau: thư bị bộ lọc từ chối, thư có mã độc và thư có dấu độ mật "
    "bị từ chối đều nằm trong số lượt bị từ chối ngay khi gửi đến; thư có dấu độ mật và thư không kiểm tra được còn "
    "nằm trong số thư bị bộ lọc từ chối. Thư gửi cho nhiều người bị từ chối một lần được tính một lượt; địa chỉ không "
    "có trong tỉnh được tính mỗi địa chỉ một lượt."
)
PURPOSES = {"secret": "có nội dung bí mật nhà nước", "outbreak": "mã độc, thư rác lan rộng"}
KINDS = {AGENCY: "Hộp thư cơ quan", OFFICIAL: "Hộp thư cá nhân"}


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: label, value, form and source."""

    label: str
    value: Value
    form: str
    source: str


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report under a heading."""

    title: str
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Content:
    """The whole content; `notes` are above all figures and say what these measure."""

    title: str
    sections: tuple[Section, ...]
    notes: tuple[str, ...] = ()


def write(report: Report, register: Register) -> Content:
    """Return the content of a report."""
    names = {code: agency.name for code, agency in register.agencies.items()}
    sections = [
        _accounts(report, names),
        _use(report, names),
        Section("3. Rà soát, công khai danh bạ trên Cổng thông tin điện tử", texts=("□ đã      □ chưa",)),
        _operation(report, names),
    ]
    if not report.scope.mailbox:
        sections.append(_commended(report, names))
    sections += [_faults(report), _proposals(len(sections))]
    return Content(
        _title(report),
        tuple(_cited(section, register.province.regulation) for section in sections),
        tuple(measured(report)),
    )


def measured(report: Report) -> Iterator[str]:
    """Yield what was asked for and what was measured: the first and last day with data."""
    coverage, last = report.coverage, report.period.last
    if coverage.asked > last:
        yield (
            f"Kỳ được yêu cầu: từ ngày {day_in_figures(report.period.first)} đến ngày {day_in_figures(coverage.asked)}."
            f" Báo cáo dừng ở hết ngày {day_in_figures(last)}, ngày cuối cùng đã hết và đã thu đủ nhật ký."
        )
    known, missing = len(coverage.measured), len(coverage.uncounted)
    if not known:
        yield (
            f"Chưa có số liệu sử dụng của ngày làm việc nào trong kỳ ({known + missing} ngày làm việc): không tính tỷ "
            "lệ, không xếp hạng, không nhắc nhở cơ quan nào."
        )
        return
    said = f"Số liệu sử dụng có của {known}/{known + missing} ngày làm việc trong kỳ, {span(coverage.measured)}"
    yield said + (f"; {missing} ngày không có số liệu, không tính cho hộp thư nào." if missing else ".")


def span(days: Sequence[date]) -> str:
    """Return the first and the last of some days in words."""
    if days[0] == days[-1]:
        return f"ngày {day_in_figures(days[0])}"
    return f"từ ngày {day_in_figures(days[0])} đến ngày {day_in_figures(days[-1])}"


def _cited(section: Section, regulation: Regulation) -> Section:
    """Return a section that cites articles by the numbers of the province's own regulation."""
    return replace(
        section,
        title=cite(section.title, regulation),
        figures=tuple(replace(figure, label=cite(figure.label, regulation)) for figure in section.figures),
        tables=tuple(replace(table, title=cite(table.title, regulation)) for table in section.tables),
        texts=tuple(cite(text, regulation) for text in section.texts),
    )


def _title(report: Report) -> str:
    first, last = report.period.first, report.period.last
    whole = (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and first.year == last.year
    when = f"năm {first.year}" if whole else f"từ ngày {day_in_figures(first)} đến ngày {day_in_figures(last)}"
    of = "trên địa bàn tỉnh" if report.scope.whole else f"của {report.scope.name}"
    return f"Tình hình quản lý và sử dụng hệ thống thư điện tử công vụ {of} {when}"


def _accounts(report: Report, names: dict[str, str]) -> Section:
    first, last = day_in_figures(report.period.first), day_in_figures(report.period.last)
    counted = {what: sum(change.what == what for change in report.changes) for what in CHANGES}
    changed = {
        OPENED: "Hộp thư cấp mới trong kỳ",
        CHANGED: "Lượt thay đổi trong kỳ",
        CLOSED: "Hộp thư hủy bỏ trong kỳ",
    }
    figures = (
        Figure(f"Hộp thư cơ quan đầu kỳ ({first})", report.before.agencies, NUMBER, REGISTER),
        Figure(f"Hộp thư cơ quan cuối kỳ ({last})", report.after.agencies, NUMBER, REGISTER),
        Figure(f"Hộp thư cá nhân đầu kỳ ({first})", report.before.officials, NUMBER, REGISTER),
        Figure(f"Hộp thư cá nhân cuối kỳ ({last})", report.after.officials, NUMBER, REGISTER),
        *(Figure(label, counted[what], NUMBER, REGISTER) for what, label in changed.items()),
        Figure("Mật khẩu cấp lần đầu trong kỳ", report.passwords["first"], NUMBER, AUDIT),
        Figure("Mật khẩu cấp lại trong kỳ (khoản 5 Điều 10)", report.passwords["again"], NUMBER, AUDIT),
    )
    rows = [
        (each.day, CHANGES[each.what], EVENTS.get(each.event, each.event), each.address, each.name, names[each.agency],
         " và ".join(filter(None, (each.document, each.request))))
        for each in report.changes
    ]  # fmt: skip
    table = Table(
        "Biến động",
        "Hộp thư được cấp, thay đổi, hủy bỏ theo văn bản",
        ("Ngày", "Việc", "Lý do", "Địa chỉ thư", "Họ tên, cơ quan", "Thuộc", "Văn bản"),
        (DAY, *[TEXT] * 6),
        rows,
        REGISTER,
        long=len(rows) > 300,
    )
    staff = (
        "Tỷ lệ cán bộ, công chức, viên chức, người lao động đã được cấp hộp thư: "
        f"{shown(report.after.officials, NUMBER)}"
        "/……, đạt …… % (cơ quan lập báo cáo điền số người)."
    )
    texts = () if report.scope.mailbox else (staff,)
    return Section("1. Cấp và quản lý hộp thư (Điều 4, 5, 6)", figures, (table,), texts)


def _use(report: Report, names: dict[str, str]) -> Section:
    using, rules = report.using, report.rules
    regular, people = using.regular(rules)
    coverage = report.coverage
    figures = [
        Figure("Ngày làm việc trong kỳ", len(report.period.days.days), NUMBER, SIGNS),
        Figure("Ngày làm việc có số liệu trong kỳ", len(coverage.measured), NUMBER, SIGNS),
    ]
    kinds = [report.scope.kind] if report.scope.mailbox else [*KINDS]
    for kind in kinds:
        rate, label = using.kinds[kind], KINDS[kind]
        figures += [
            Figure(f"{label}: số ngày phải kiểm tra của mọi hộp thư", rate.days, NUMBER, SIGNS),
            Figure(f"{label}: số ngày kiểm tra đủ số lần (Điều 8)", rate.met, NUMBER, SIGNS),
            Figure(f"{label}: tỷ lệ kiểm tra đủ", rate.share, SHARE, SIGNS),
            Figure(f"{label}: trong đó chỉ do chương trình tự hỏi thư", rate.by_program, NUMBER, SIGNS),
        ]
    if OFFICIAL in kinds:
        label = f"Hộp thư cá nhân có dấu hiệu từ {shown(rules.regular, SHARE)} số ngày làm việc (thường xuyên sử dụng)"
        figures.append(Figure(label, regular, NUMBER, SIGNS))
        figures.append(Figure("Tỷ lệ thường xuyên sử dụng", regular / people if people else None, SHARE, SIGNS))
        figures.append(Figure("Hộp thư cá nhân: số ngày nghỉ phép, không tính", using.leave, NUMBER, LEAVE))
    tables = [_months(report), _windows(report)]
    if not report.scope.mailbox:
        tables.append(_agencies(report))
    tables.append(_mailboxes(report, names))
    return Section("2. Sử dụng hộp thư (Điều 8, 12, 13)", tuple(figures), tuple(tables))


def _months(report: Report) -> Table:
    kinds = (AGENCY, OFFICIAL)
    rows = [
        (f"{month.month[5:]}/{month.month[:4]}", *(month.kinds[kind].share for kind in kinds),
         *(month.kinds[kind].days for kind in kinds), *(month.kinds[kind].met for kind in kinds))
        for month in report.using.months
    ]  # fmt: skip
    return Table(
        "Theo tháng",
        "Tỷ lệ kiểm tra đủ theo tháng",
        ("Tháng", "Cơ quan", "Cá nhân", "Ngày (cơ quan)", "Ngày (cá nhân)", "Đủ (cơ quan)", "Đủ (cá nhân)"),
        (TEXT, SHARE, SHARE, NUMBER, NUMBER, NUMBER, NUMBER),
        rows,
        SIGNS,
        Chart("Tỷ lệ kiểm tra đủ theo tháng", 0, (1, 2)) if any(row[1:3] != (None, None) for row in rows) else None,
    )


def _windows(report: Report) -> Table:
    using, usage = report.using, report.period.usage
    rows: list[tuple[Value, ...]] = []
    for number, (start, end) in enumerate(usage.windows):
        shares = [_share(using.windows[kind][number], using.kinds[kind].days) for kind in KINDS]
        needs = [
            label
            for label, numbers in (("cơ quan", usage.agency), ("cá nhân", usage.official))
            if number + 1 in numbers
        ]
        rows.append((f"{_clock(start)}-{_clock(end)}", *shares, ", ".join(needs)))
    return Table(
        "Khoảng giờ",
        "Tỷ lệ ngày có dấu hiệu trong từng khoảng giờ",
        ("Khoảng giờ", "Cơ quan", "Cá nhân", "Bắt buộc với"),
        (TEXT, SHARE, SHARE, TEXT),
        rows,
        SIGNS,
        Chart("Tỷ lệ ngày có dấu hiệu trong từng khoảng giờ", 0, (1, 2)) if using.mailboxes else None,
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _rate(rate: Rate) -> tuple[Value, ...]:
    return rate.days, rate.met, rate.share, rate.by_program


def _agencies(report: Report) -> Table:
    found = sorted(report.using.agencies, key=lambda each: (-(each.rate.share or 0), each.code))
    rows = [(each.name, each.code, each.mailboxes, *_rate(each.rate), each.contact.share, each.leave) for each in found]
    return Table(
        "Theo cơ quan",
        "Tỷ lệ kiểm tra đủ theo cơ quan",
        (
            "Cơ quan",
            "Mã",
            "Hộp thư",
            "Ngày phải kiểm tra",
            "Ngày đủ",
            "Tỷ lệ",
            "Chỉ do chương trình",
            "Hộp thư cơ quan",
            "Nghỉ phép, không tính",
        ),
        (TEXT, CODE, NUMBER, NUMBER, NUMBER, SHARE, NUMBER, SHARE, NUMBER),
        rows,
        f"{SIGNS}. {LEAVE}",
    )


def _mailboxes(report: Report, names: dict[str, str]) -> Table:
    found = sorted(report.using.mailboxes, key=lambda each: (each.rate.share or 0, each.address))
    rows = [(each.address, each.holder, names[each.agency], *_rate(each.rate)) for each in found]
    return Table(
        "Theo hộp thư",
        "Tỷ lệ kiểm tra đủ theo hộp thư, thấp trước",
        ("Địa chỉ thư", "Họ tên, cơ quan", "Thuộc", "Ngày phải kiểm tra", "Ngày đủ", "Tỷ lệ", "Chỉ do chương trình"),
        (TEXT, TEXT, TEXT, NUMBER, NUMBER, SHARE, NUMBER),
        rows,
        SIGNS,
        long=report.scope.whole or len(rows) > 300,
    )


def _operation(report: Report, names: dict[str, str]) -> Section:
    figures = [
        Figure("Thư do các hộp thư gửi", report.post.sent, NUMBER, POST),
        Figure("Thư các hộp thư nhận", report.post.received, NUMBER, POST),
        Figure("Dung lượng thư nhận", report.post.octets / GB, GIGABYTES, POST),
    ]
    tables: list[Table] = []
    if report.scope.whole:
        figures += [Figure(label, report.mail[what], NUMBER, FLOW) for what, label in FLOWS.items()]
        tables = [_flow(report), *_disks(report)]
    figures += [Figure(label, report.incidents[what], NUMBER, INCIDENT) for what, label in INCIDENTS.items()]
    if report.scope.whole:
        erased = sum(each.erased for each in report.recalls)
        figures += [
            Figure("Vụ thu hồi thư (khoản 7, khoản 8 Điều 10)", len(report.recalls), NUMBER, RECALL),
            Figure("Bản sao thư đã xóa khi thu hồi", erased, NUMBER, RECALL),
        ]
    figures.append(Figure("Lượt bàn giao hộp thư cơ quan (khoản 2 Điều 11)", len(report.handovers), NUMBER, HANDOVER))
    tables += [*_recalls(report), *_handovers(report, names)]
    texts = (OVERLAP,) if report.scope.whole else ()
    return Section("4. Vận hành, an toàn, dung lượng (Điều 9, 10)", tuple(figures), tuple(tables), texts)


def _flow(report: Report) -> Table:
    kinds = ("incoming", "outgoing", "refused", "spam", "junk", "virus")
    heads = ("Nhận từ ngoài", "Gửi", "Bị từ chối", "Do bộ lọc", "Nghi là rác", "Mã độc")
    rows: list[tuple[Value, ...]] = [
        (f"{month[5:]}/{month[:4]}", *(counts[kind] for kind in kinds)) for month, counts in report.flow.items()
    ]
    chart = Chart("Thư theo tháng", 0, (1, 2, 3)) if rows else None
    return Table("Thư", "Thư theo tháng", ("Tháng", *heads), (TEXT, *[NUMBER] * 6), rows, FLOW, chart)


def _disks(report: Report) -> Iterator[Table]:
    rows: list[tuple[Value, ...]] = [
        (disk.folder, disk.day, disk.total / GB, disk.used / GB, disk.used / disk.total,
         None if disk.growth is None else 30 * disk.growth / GB, disk.full or "trong mười năm chưa đầy"
         if disk.growth is not None else None)
        for disk in report.disks
    ]  # fmt: skip
    yield Table(
        "Dung lượng",
        "Đĩa của máy chủ, mức tăng và ngày dự kiến đầy",
        ("Thư mục", "Ngày ghi", "Dung lượng", "Đã dùng", "Tỷ lệ dùng", "Tăng trong 30 ngày", "Dự kiến đầy"),
        (TEXT, DAY, GIGABYTES, GIGABYTES, SHARE, GIGABYTES, DAY),
        rows,
        DISK,
    )
    noted = [each for disk in report.disks for each in disk.noted]
    if noted:
        yield Table(
            "Dung lượng theo ngày",
            "Dung lượng đã dùng theo ngày",
            ("Ngày", "Thư mục", "Đã dùng"),
            (DAY, TEXT, GIGABYTES),
            [(each.day, each.folder, each.used / GB) for each in noted],
            DISK,
            long=True,
        )


def _recalls(report: Report) -> Iterator[Table]:
    rows: list[tuple[Value, ...]] = [
        (each.name, each.day, PURPOSES[each.purpose], f"{each.document} ngày {day_in_figures(each.document_date)}",
         each.erased, each.left, "đã lập" if each.recorded else "chưa lập")
        for each in report.recalls
    ]  # fmt: skip
    if rows:
        yield Table(
            "Thu hồi thư",
            "Thư đã thu hồi theo văn bản",
            ("Mã vụ", "Ngày", "Lý do", "Văn bản", "Bản sao đã xóa", "Chưa xóa", "Biên bản"),
            (TEXT, DAY, TEXT, TEXT, NUMBER, NUMBER, TEXT),
            rows,
            RECALL,
        )


def _handovers(report: Report, names: dict[str, str]) -> Iterator[Table]:
    rows: list[tuple[Value, ...]] = [
        (
            each.day,
            names.get(each.agency, each.agency),
            each.address,
            each.former or NONE,
            each.successor,
            each.document,
        )
        for each in report.handovers
    ]
    if rows:
        yield Table(
            "Bàn giao",
            "Hộp thư cơ quan đã bàn giao",
            ("Ngày", "Cơ quan", "Địa chỉ thư", "Bên giao", "Bên nhận", "Văn bản"),
            (DAY, *[TEXT] * 5),
            rows,
            HANDOVER,
        )


def _commended(report: Report, names: dict[str, str]) -> Section:
    rules, using = report.rules, report.using
    target = round(100 * rules.target)
    rule = (
        f"Quy tắc xếp hạng: chỉ xét cơ quan, cá nhân có số liệu của từ {rules.least_days} ngày làm việc phải kiểm tra "
        "trong kỳ (đếm theo ngày, không cộng số hộp thư); xếp theo tỷ lệ kiểm tra đủ, rồi tỷ lệ không tính những ngày "
        "chỉ do chương trình tự hỏi thư, rồi số ngày phải kiểm tra. Đề "
        f"nghị khen thưởng: đạt từ {target} %, nhiều nhất {rules.named} cơ quan và {rules.named} cá nhân."
    )
    below = using.below(rules)
    return Section(
        "5. Thi đua, khen thưởng và nhắc nhở (khoản 9 Điều 9, Điều 12, 13, 15)",
        (
            Figure("Cơ quan được xếp hạng", len(using.ranked(rules)), NUMBER, SIGNS),
            Figure(f"Cơ quan chưa đạt {target} %", len(below), NUMBER, SIGNS),
            Figure(
                f"Cơ quan chưa đủ {rules.least_days} ngày có số liệu, không xét",
                len(using.agencies) - len(using.ranked(rules)),
                NUMBER,
                SIGNS,
            ),
        ),
        (
            _ranking("Đề nghị khen cơ quan", using.commended(rules)),
            _best("Đề nghị khen cá nhân", using.best(rules), names),
            _ranking("Cơ quan chưa đạt", below),
        ),
        (rule,),
    )


def _ranking(name: str, agencies: Sequence[OfAgency]) -> Table:
    rows = [
        (number, each.name, each.rate.days, each.rate.met, each.rate.share, each.rate.by_people)
        for number, each in enumerate(agencies, 1)
    ]
    heads = ("TT", "Cơ quan", "Ngày phải kiểm tra", "Ngày đủ", "Tỷ lệ", "Không tính chương trình")
    return Table(name, name, heads, (NUMBER, TEXT, NUMBER, NUMBER, SHARE, SHARE), rows, SIGNS)


def _best(name: str, mailboxes: Sequence[OfMailbox], names: dict[str, str]) -> Table:
    rows = [
        (number, each.holder, names[each.agency], each.rate.days, each.rate.met, each.rate.share, each.rate.by_people)
        for number, each in enumerate(mailboxes, 1)
    ]
    heads = ("TT", "Họ tên", "Cơ quan", "Ngày phải kiểm tra", "Ngày đủ", "Tỷ lệ", "Không tính chương trình")
    return Table(name, name, heads, (NUMBER, TEXT, TEXT, NUMBER, NUMBER, SHARE, SHARE), rows, SIGNS)


def _faults(report: Report) -> Section:
    return Section(f"{5 if report.scope.mailbox else 6}. Tồn tại, vướng mắc", texts=(*_limits(report), "…"))


def _limits(report: Report) -> Iterator[str]:
    """Yield what the figures cannot say."""
    coverage = report.coverage
    if coverage.uncounted:
        some = ", ".join(map(day_in_figures, coverage.uncounted[:10])) + (", …" if len(coverage.uncounted) > 10 else "")
        yield (
            f"Không có số liệu sử dụng, hoặc chỉ có một phần, của {len(coverage.uncounted)} ngày làm việc ({some}); "
            "những ngày đó không được tính cho ai."
        )
    if coverage.late:
        yield f"Có {coverage.late} lần dấu hiệu đến sau khi ngày đã khóa sổ, không được tính."
    for since, until in coverage.gaps:
        yield (
            f"Nhật ký bị mất từ {since} đến {until}: sử dụng của những ngày đó không tính cho ai; số thư của những "
            "ngày đó có thể thiếu."
        )
    if coverage.computed:
        years = ", ".join(map(str, coverage.computed))
        yield f"Ngày nghỉ của năm {years} tính theo luật; chưa ghi ngày nghỉ Tết, ngày hoán đổi theo thông báo."
    if any(rate.by_program for rate in report.using.kinds.values()):
        yield (
            "Có ngày đủ số lần chỉ nhờ chương trình tự hỏi thư đều đặn khi không có người: vẫn được tính, và nêu riêng "
            "ở trên."
        )


def _proposals(number: int) -> Section:
    texts = ("Cấp mới: …", "Thay đổi: …", "Tạm khóa: …", "Hủy bỏ: …", "Khác: …")
    return Section(f"{number + 2}. Đề xuất, kiến nghị", texts=texts)


def lines(content: Content) -> list[str]:
    """Return each figure as a line."""
    return [
        f"{figure.label}: {shown(figure.value, figure.form)}"
        for section in content.sections
        for figure in section.figures
    ]
