"""The record of a hand-over (biên bản bàn giao hộp thư) as a PDF in the layout of Nghị định 30/2020/NĐ-CP.

No form of it is prescribed; Phụ lục V of the Nghị định has one for records of delivery, whose parts these are: basis,
both sides, what is delivered and its state, number of copies, and places to sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from ansible_collections.laocai.mail.plugins.module_utils.danhba.model.regulation import basis, cite
from ansible_collections.laocai.mail.plugins.module_utils.danhba.vietnamese.figures import (
    day_in_words,
    number,
    percent,
)

from ..letters.content import Office
from ..papers import drawing
from ..papers.model import NUMBER, TEXT, Basis, Block, Head, Paper, Signer, Strong, Table, Text

TITLE, SUBTITLE = "BIÊN BẢN", "Bàn giao hộp thư điện tử công vụ"
HEADINGS = ("STT", "Thư mục", "Số thư", "Chưa đọc", "Dung lượng (byte)")
ROLES = {"head": "Thủ trưởng cơ quan", "delegate": "người được ủy quyền"}
FOLDERS = {
    "INBOX": "Hộp thư đến",
    "Drafts": "Thư nháp",
    "Sent": "Thư đã gửi",
    "Trash": "Thùng rác",
    "Junk": "Thư rác",
    "Archive": "Lưu trữ",
}
COPIES = "Biên bản này được lập thành 02 bản có giá trị như nhau, mỗi bên giữ 01 bản."


def shown(record: dict[str, Any]) -> dict[str, Any]:
    """Return the record for both sides: rules by name, checksum and forwarding, settings by number."""
    rules = [{key: rule[key] for key in rule if key != "text"} for rule in record["removed"]["rules"]]
    users = record["removed"]["webmail"]
    signatures = sum(bool(identity.get("signature")) for user in users for identity in user["identities"])
    return {**record, "removed": {"rules": rules, "signatures": signatures, "settings": _set(users)}}


def _set(users: Sequence[dict[str, Any]]) -> bool:
    return any(user["preferences"] for user in users)


def draw(record: dict[str, Any], office: Office) -> bytes:
    """Return the PDF of a record as `shown` returns it; equal records give equal bytes.

    Raises:
        Failure: reportlab or its typefaces are missing.
    """
    return drawing.draw(as_paper(record, office))


def as_paper(record: dict[str, Any], office: Office) -> Paper:
    """Return the record as an official paper, dated with the day of the hand-over."""
    return Paper(
        _head(record, office),
        TITLE,
        SUBTITLE,
        (
            *_basis(record, office),
            *_sides(record),
            *_contents(record),
            *_state(record["state"]),
            _removed(record["removed"]),
            Text(COPIES),
        ),
        (Signer("Bên giao", record["former"]["name"]), Signer("Bên nhận", record["successor"]["name"])),
        title=f"{TITLE} {SUBTITLE.lower()}",
    )


def _head(record: dict[str, Any], office: Office) -> Head:
    register = office.register
    agency = register.agencies.get(record["agency"])
    parent = register.agencies.get(agency.on(office.day).parent) if agency else None
    return Head(
        record["name"],
        f"{record['handover']}/BB-{record['agency'].upper()}",
        parent.name if parent else "",
        register.province.name,
        datetime.fromisoformat(record["at"]).date(),
    )


def _basis(record: dict[str, Any], office: Office) -> list[Block]:
    made = datetime.fromisoformat(record["at"]).date()
    regulation = office.register.province.regulation.on(made)
    reason = cite("Căn cứ khoản 2 Điều 11 của Quy chế về bàn giao hộp thư khi thay đổi Thủ trưởng cơ quan", regulation)
    day = day_in_words(date.fromisoformat(record["day"]))
    document = f"Căn cứ văn bản số {record['document']} về người quản lý hộp thư của {record['name']} từ {day}"
    return [Basis(f"{basis(regulation, day_in_words)};"), Basis(f"{reason};"), Basis(f"{document}.")]


def _sides(record: dict[str, Any]) -> list[Block]:
    when = datetime.fromisoformat(record["at"])
    role = ROLES.get(record["role"], "")
    former, successor = _person(record["former"]), _person(record["successor"])
    return [
        Text(f"Hồi {when.hour:02} giờ {when.minute:02}, {day_in_words(when.date())}, chúng tôi gồm:"),
        Text((Strong("Bên giao:"), f" {former}, người quản lý hộp thư trước đây.")),
        Text((Strong("Bên nhận:"), f" {successor}, {role}, người quản lý hộp thư.")),
        Text("cùng bàn giao hộp thư điện tử công vụ với nội dung sau đây:"),
    ]


def _person(party: dict[str, str]) -> str:
    if not party["name"]:
        return f"người có mã số {party['person']}"
    parts = [f"Ông (Bà) {party['name']}", party["title"]]
    return ", ".join(part for part in parts if part)


def _contents(record: dict[str, Any]) -> list[Block]:
    return [
        Text(("1. Địa chỉ hộp thư: ", Strong(record["address"]), ".")),
        Text(
            "2. Mật khẩu: cơ quan vận hành đã cấp mật khẩu mới cho Bên nhận bằng phiếu mã hóa; mật khẩu và mọi phiên "
            "đăng nhập của Bên giao không còn hiệu lực."
        ),
    ]


def _state(state: dict[str, Any]) -> list[Block]:
    rows = [_row(place, _folder(folder["name"]), folder) for place, folder in enumerate(state["folders"], 1)]
    rows.append(_row("", "Cộng", state))
    forms = (NUMBER, TEXT, NUMBER, NUMBER, NUMBER)
    used = percent(state["octets"] / state["quota"])
    return [
        Text("3. Toàn bộ dữ liệu của hộp thư, tình trạng khi bàn giao:"),
        Table("", "", HEADINGS, forms, rows, total=True),
        Text(
            f"Hạn mức: {number(state['quota'])} byte, đã dùng {used}. Mã kiểm (SHA-256 của danh sách thư): "
            f"{state['checksum'][:32]} {state['checksum'][32:]}."
        ),
    ]


def _row(place: int | str, name: str, counts: dict[str, Any]) -> tuple[str | int, ...]:
    return (place, name, *(counts[key] for key in ("messages", "unread", "octets")))


def _folder(name: str) -> str:
    return f"{FOLDERS[name]} ({name})" if name in FOLDERS else name


def _removed(removed: dict[str, Any]) -> Block:
    said = []
    for rule in removed["rules"]:
        to = f", có chuyển tiếp đến {', '.join(rule['forwards'])}" if rule["forwards"] else ""
        said.append(f"bộ lọc “{rule['name']}”{' (đang chạy)' if rule['active'] else ''}{to}")
    if removed["signatures"]:
        said.append("chữ ký trên webmail")
    if removed["settings"]:
        said.append("tùy chọn của webmail")
    text = "; ".join(said) if said else "không có gì"
    return Text(f"4. Đã gỡ khỏi hộp thư những gì làm thay Bên giao, có lưu trong hồ sơ: {text}.")
