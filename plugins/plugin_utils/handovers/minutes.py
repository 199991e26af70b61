"""The record of a hand-over (biên bản bàn giao hộp thư) as a PDF, in the form of Nghị định 30/2020/NĐ-CP.

No form of it is laid down; Phụ lục V of the Nghị định has one for records of delivery, whose parts these are: what it
rests on, both sides, what is delivered and in which state, in how many copies, and places to sign.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from xml.sax.saxutils import escape

from ansible_collections.laocai.mail.plugins.module_utils.danhba.model.regulation import basis, cite
from ansible_collections.laocai.mail.plugins.module_utils.danhba.rendering import fonts

from ..letters import drawing
from ..letters.content import Office, in_words
from ..letters.drawing import BOTTOM, HEIGHT, LEFT, MOTTO, RIGHT, STATE, TEXT, TOP, WIDTH
from ..letters.properties import Properties, describe

TITLE, SUBTITLE = "BIÊN BẢN", "Bàn giao hộp thư điện tử công vụ"
SIZE = 13.0
SMALL = 11.0
HEADINGS = ("STT", "Thư mục", "Số thư", "Chưa đọc", "Dung lượng (byte)")
COLUMNS = (40.0, TEXT - 300.0, 70.0, 70.0, 120.0)
ROLES = {"head": "Thủ trưởng cơ quan", "delegate": "người được ủy quyền"}
FOLDERS = {
    "INBOX": "Hộp thư đến",
    "Drafts": "Thư nháp",
    "Sent": "Thư đã gửi",
    "Trash": "Thùng rác",
    "Junk": "Thư rác",
    "Archive": "Lưu trữ",
}
SIGNATURE = 70.0


def check() -> fonts.Fonts:
    """The typefaces; Failure where nothing can be drawn."""
    return drawing.check()


def shown(record: dict[str, Any]) -> dict[str, Any]:
    """The record as both sides get it: of rules their names, checksums and forwardings, of settings how many."""
    rules = [{key: rule[key] for key in rule if key != "text"} for rule in record["removed"]["rules"]]
    users = record["removed"]["webmail"]
    signatures = sum(bool(identity.get("signature")) for user in users for identity in user["identities"])
    return {**record, "removed": {"rules": rules, "signatures": signatures, "settings": _set(users)}}


def _set(users: Sequence[dict[str, Any]]) -> bool:
    return any(user["preferences"] for user in users)


def draw(record: dict[str, Any], office: Office) -> bytes:
    """A PDF of a record as `shown` gives it; the same record gives the same octets."""
    from reportlab.platypus import SimpleDocTemplate

    styles = _Styles(check().serif)
    file = io.BytesIO()
    document = SimpleDocTemplate(
        file,
        pagesize=(WIDTH, HEIGHT),
        leftMargin=LEFT - 6,  # a frame has a padding of 6 points
        rightMargin=RIGHT - 6,
        topMargin=TOP - 6,
        bottomMargin=BOTTOM - 6,
        invariant=1,
        lang="vi",
    )
    day = datetime.fromisoformat(record["at"]).date()
    properties = Properties(f"{TITLE} {SUBTITLE.lower()}", record["name"], SUBTITLE, day)
    document.build(
        _story(record, office, styles),
        onFirstPage=lambda canvas, _document: describe(canvas, properties),
        onLaterPages=styles.number,
    )
    return file.getvalue()


class _Styles:
    """Paragraphs and tables in the typeface of official documents."""

    def __init__(self, serif: fonts.Family) -> None:
        self.serif = serif

    def text(self, markup: str, size: float = SIZE, **options: Any) -> Any:
        """A paragraph, justified unless told `centred` or `right`."""
        from reportlab.lib.enums import TA_CENTER, TA_JUSTIFY, TA_RIGHT
        from reportlab.lib.styles import ParagraphStyle
        from reportlab.platypus import Paragraph

        alignment = (
            TA_CENTER if options.pop("centred", False) else TA_RIGHT if options.pop("right", False) else TA_JUSTIFY
        )
        style = ParagraphStyle(
            "", fontName=self.serif.normal, fontSize=size, leading=size * 1.25, alignment=alignment, **options
        )
        return Paragraph(markup, style)

    def indented(self, markup: str) -> Any:
        """A paragraph of the body."""
        return self.text(markup, firstLineIndent=28, spaceAfter=4)

    def columns(self, left: Sequence[Any], right: Sequence[Any], at: float) -> Any:
        """Two columns beside each other, never broken."""
        from reportlab.platypus import Table

        return Table(
            [[list(left), list(right)]], colWidths=[at, TEXT - at], style=[("VALIGN", (0, 0), (-1, -1), "TOP")]
        )

    def table(self, rows: Sequence[Sequence[Any]]) -> Any:
        """A table with lines, whose first row stands on each page."""
        from reportlab.platypus import Table

        style = [("GRID", (0, 0), (-1, -1), 0.5, "black"), ("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
        return Table(rows, colWidths=COLUMNS, repeatRows=1, style=style)

    def number(self, canvas: Any, _document: Any) -> None:
        """The number of each page but the first, in the middle of the upper margin (Phụ lục I)."""
        canvas.setFont(self.serif.normal, SIZE)
        canvas.drawCentredString(WIDTH / 2, HEIGHT - TOP / 2, str(canvas.getPageNumber()))


def _story(record: dict[str, Any], office: Office, styles: _Styles) -> list[Any]:
    return [
        *_head(record, office, styles),
        *_basis(record, office, styles),
        *_sides(record, styles),
        *_contents(record, styles),
        *_state(record["state"], styles),
        *_removed(record["removed"], styles),
        *_end(record, styles),
    ]


def _head(record: dict[str, Any], office: Office, styles: _Styles) -> list[Any]:
    from reportlab.platypus import Spacer

    register = office.register
    agency = register.agencies.get(record["agency"])
    parent = register.agencies.get(agency.on(office.day).parent) if agency else None
    when = datetime.fromisoformat(record["at"])
    place = f"<i>{escape(register.province.name)}, {in_words(when.date())}</i>"
    left = [
        *([styles.text(escape(parent.name.upper()), 12, centred=True)] if parent else []),
        styles.text(f"<b>{escape(record['name'].upper())}</b>", 12, centred=True),
        styles.text(f"Số: {record['handover']}/BB-{record['agency'].upper()}", centred=True, spaceBefore=6),
    ]
    right = [
        styles.text(f"<b>{STATE}</b>", 12, centred=True),
        styles.text(f"<b><u>{MOTTO}</u></b>", centred=True),
        styles.text(place, centred=True, spaceBefore=6),
    ]
    return [
        styles.columns(left, right, TEXT * 0.42),
        Spacer(1, 14),
        styles.text(f"<b>{TITLE}</b>", SIZE + 1, centred=True),
        styles.text(f"<b>{SUBTITLE}</b>", centred=True, spaceAfter=10),
    ]


def _basis(record: dict[str, Any], office: Office, styles: _Styles) -> list[Any]:
    made = datetime.fromisoformat(record["at"]).date()
    regulation = office.register.province.regulation.on(made)
    reason = cite("Căn cứ khoản 2 Điều 11 của Quy chế về bàn giao hộp thư khi thay đổi Thủ trưởng cơ quan", regulation)
    day = in_words(date.fromisoformat(record["day"]))
    return [
        styles.indented(f"<i>{escape(basis(regulation, in_words))};</i>"),
        styles.indented(f"<i>{escape(reason)};</i>"),
        styles.indented(
            f"<i>Căn cứ văn bản số {escape(record['document'])} về người quản lý hộp thư của {escape(record['name'])} "
            f"từ {day}.</i>"
        ),
    ]


def _sides(record: dict[str, Any], styles: _Styles) -> list[Any]:
    when = datetime.fromisoformat(record["at"])
    former, successor = record["former"], record["successor"]
    role = ROLES.get(record["role"], "")
    return [
        styles.indented(f"Hồi {when.hour:02} giờ {when.minute:02}, {in_words(when.date())}, chúng tôi gồm:"),
        styles.indented(f"<b>Bên giao:</b> {_person(former)}, người quản lý hộp thư trước đây."),
        styles.indented(f"<b>Bên nhận:</b> {_person(successor)}, {role}, người quản lý hộp thư."),
        styles.indented("cùng bàn giao hộp thư điện tử công vụ với nội dung sau đây:"),
    ]


def _person(party: dict[str, str]) -> str:
    if not party["name"]:
        return f"người có mã số {escape(party['person'])}"
    parts = [f"Ông (Bà) {party['name']}", party["title"]]
    return escape(", ".join(part for part in parts if part))


def _contents(record: dict[str, Any], styles: _Styles) -> list[Any]:
    return [
        styles.indented(f"1. Địa chỉ hộp thư: <b>{escape(record['address'])}</b>."),
        styles.indented(
            "2. Mật khẩu: cơ quan vận hành đã cấp mật khẩu mới cho Bên nhận bằng phiếu mã hóa; mật khẩu và mọi phiên "
            "đăng nhập của Bên giao không còn hiệu lực."
        ),
    ]


def _state(state: dict[str, Any], styles: _Styles) -> list[Any]:
    from reportlab.platypus import Spacer

    rows = [[styles.text(f"<b>{text}</b>", SMALL, centred=True) for text in HEADINGS]]
    for number, folder in enumerate(state["folders"], 1):
        rows.append(_row(styles, str(number), _folder(folder["name"]), folder))
    rows.append(_row(styles, "", "<b>Cộng</b>", state))
    return [
        styles.indented("3. Toàn bộ dữ liệu của hộp thư, tình trạng khi bàn giao:"),
        styles.table(rows),
        Spacer(1, 6),
        styles.indented(
            f"Hạn mức: {_grouped(state['quota'])} byte, đã dùng {_percent(state['octets'], state['quota'])}. Mã kiểm "
            f"(SHA-256 của danh sách thư): {state['checksum'][:32]} {state['checksum'][32:]}."
        ),
    ]


def _row(styles: _Styles, number: str, name: str, counts: dict[str, Any]) -> list[Any]:
    figures = (_grouped(counts[key]) for key in ("messages", "unread", "octets"))
    return [
        styles.text(number, SMALL, centred=True),
        styles.text(name, SMALL),
        *(styles.text(figure, SMALL, right=True) for figure in figures),
    ]


def _folder(name: str) -> str:
    return escape(f"{FOLDERS[name]} ({name})" if name in FOLDERS else name)


def _grouped(number: int) -> str:
    """A number as Vietnamese writes it: a point before each three digits."""
    return f"{number:,}".replace(",", ".")


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %".replace(".", ",")


def _removed(removed: dict[str, Any], styles: _Styles) -> list[Any]:
    said = []
    for rule in removed["rules"]:
        to = f", có chuyển tiếp đến {', '.join(rule['forwards'])}" if rule["forwards"] else ""
        said.append(f"bộ lọc “{rule['name']}”{' (đang chạy)' if rule['active'] else ''}{to}")
    if removed["signatures"]:
        said.append("chữ ký trên webmail")
    if removed["settings"]:
        said.append("tùy chọn của webmail")
    text = "; ".join(said) if said else "không có gì"
    return [
        styles.indented(f"4. Đã gỡ khỏi hộp thư những gì làm thay Bên giao, có lưu trong hồ sơ: {escape(text)}."),
    ]


def _end(record: dict[str, Any], styles: _Styles) -> list[Any]:
    from reportlab.platypus import KeepTogether, Spacer

    left, right = (
        [
            styles.text(f"<b>{heading}</b>", centred=True),
            styles.text("<i>(Ký, ghi rõ họ tên)</i>", SMALL, centred=True),
            Spacer(1, SIGNATURE),
            styles.text(f"<b>{escape(record[side]['name'])}</b>", centred=True),
        ]
        for heading, side in (("BÊN GIAO", "former"), ("BÊN NHẬN", "successor"))
    )
    copies = "Biên bản này được lập thành 02 bản có giá trị như nhau, mỗi bên giữ 01 bản."
    return [KeepTogether([styles.indented(copies), Spacer(1, 8), styles.columns(left, right, TEXT / 2)])]
