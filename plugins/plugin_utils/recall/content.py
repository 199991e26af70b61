"""What the papers of a recall say, in Vietnamese: the report before anything is touched, and the record at the end.

Pure: of what `danhba-host recall` answers. Nothing of the message's content is known here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

VIETNAM = timezone(timedelta(hours=7))
PURPOSES = {"secret": "Nội dung bí mật nhà nước trong thư", "outbreak": "Thư độc hại phát tán diện rộng"}
STATES = {
    "found": "còn trong hộp thư",
    "held": "đã cách ly",
    "erased": "đã xóa",
    "released": "đã trả lại",
    "gone": "không còn ở đó",
    "left": "để lại, không xóa",
    "lapsed": "đã để lại, nay không còn ở đó",
}
WAITING = {**STATES, "found": "còn chờ gửi"}
RELATIONS = {
    "copy": "chính thư này",
    "changed": "cùng mã thư, nội dung khác (bị sửa)",
    "twin": "cùng nội dung, mã thư khác (bản sao)",
    "carrier": "thư đính kèm thư này hoặc tệp của nó",
    "whole": "thư chứa nguyên văn thư này",
    "part": "thư chứa một phần thư này",
    "namesake": "thư khác, trùng mã thư",
}
# In what a copy differs that somebody has changed; headers by their names.
DIFFERS = {"text": "nội dung", "files": "tệp đính kèm", "form": "cách mã hóa"}
# What a find recalls where nobody said otherwise; the host's `likeness.CHOSEN`.
CHOSEN = ("carrier", "changed", "copy", "twin")
WAYS = {"imap": "chương trình thư (IMAP)", "pop3": "chương trình thư (POP3)", "web": "webmail", "book": "danh bạ"}
REASONS = {"closed": "hộp thư đã đóng và không còn trong kho thư", "away": "không mở được khi tìm"}
STEPS = {
    "find": "Tìm kiếm, lập báo cáo",
    "hold": "Cách ly",
    "release": "Trả lại",
    "keep": "Giữ một bản niêm phong",
    "erase": "Xóa",
    "backups": "Xóa trong bản sao lưu",
    "record": "Lập biên bản",
}
# What no recall reaches (`beyond` of a record).
BEYOND = {
    "programs": "Bản mà chương trình thư trên máy tính, điện thoại đã tải về (POP3, IMAP): người nhận phải tự xóa.",
    "outside": "Bản đã ra ngoài tỉnh: đề nghị nơi nhận xóa.",
    "paper": "Bản in, bản chép tay, ảnh chụp màn hình.",
    "blocks": "Vùng đĩa đã giải phóng trên máy chủ, cho đến khi bị ghi đè.",
    "backups": "Bản sao lưu của kho thư (restic) đã làm trước khi xóa: chưa xóa trong đó, xem lệnh ở trên.",
}
Cells = tuple[str, ...]


@dataclass(frozen=True)
class Heading:
    """A heading."""

    text: str


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Table:
    """A table; `widths` are parts of the line's width."""

    headings: Cells
    rows: tuple[Cells, ...]
    widths: tuple[float, ...]


Part = Heading | Text | Table


@dataclass(frozen=True)
class Paper:
    """One paper: whose it is, what it is about, its parts, and who signs at its end, from left to right."""

    office: str
    title: str
    subject: str
    parts: tuple[Part, ...]
    signers: tuple[str, ...]


def report(answer: Mapping[str, Any], office: str) -> Paper:
    """The report before anything is touched: of what `find` answers."""
    found = answer["report"]
    return Paper(
        office,
        "BÁO CÁO",
        f"Kết quả tìm thư để thu hồi, vụ {answer['recall']}",
        (
            *_about(answer["plan"], answer["checksum"], found["sender"]),
            Heading("1. Thư đang ở đâu, ai đã nhận"),
            *_mailboxes(answer["copies"], found),
            Heading("2. Ai đã tải thư về, bằng cách nào"),
            *_reads(found["reads"], found),
            Heading("3. Thư còn chờ trong hàng đợi"),
            *_queue(answer["queue"]),
            Heading("4. Đã ra ngoài tỉnh, không thu hồi được"),
            *_outside(found["outside"]),
            Heading("5. Chưa xem được, cần xem thêm"),
            *_unseen(found, answer["copies"]),
            *_backups(answer["recall"], found.get("archives", ())),
            Heading("6. Thủ trưởng cơ quan phải báo theo Quy chế"),
            *_heads(answer, found),
            Heading("7. Việc tiếp theo"),
            *_next(answer),
        ),
        ("NGƯỜI LẬP BÁO CÁO", "THỦ TRƯỞNG CƠ QUAN VẬN HÀNH"),
    )


def record(body: Mapping[str, Any], sha256: str, office: str) -> Paper:
    """The record at the end, of the record that the server keeps; `sha256` is that of it."""
    plan, found = body["plan"], body["report"]
    signed = sorted({name for step in body["steps"] for name in step["detail"].get("signed", ())})
    return Paper(
        office,
        "BIÊN BẢN",
        f"Thu hồi thư điện tử, vụ {plan['recall']}",
        (
            *_about(plan, body["checksum"], found["sender"]),
            Heading("1. Các bước đã làm"),
            Table(
                ("Lúc", "Việc", "Người thực hiện", "Kết quả"),
                tuple(_step(step) for step in body["steps"]),
                (0.2, 0.22, 0.26, 0.32),
            ),
            Text(
                f"Xác nhận xóa bằng chữ ký SSH trên mã phương án: {', '.join(signed) or 'không có, vì không xóa gì'}."
            ),
            Heading("2. Từng bản của thư"),
            *_mailboxes(body["copies"], found),
            Heading("3. Trong hàng đợi"),
            *_queue(body["queue"]),
            Heading("4. Đã ra ngoài tỉnh"),
            *_outside(found["outside"]),
            Heading("5. Chưa làm được, không làm được"),
            *_unseen(found, body["copies"]),
            *_backups(plan["recall"], found.get("archives", ())),
            *(Text(f"- {BEYOND.get(each, each)}") for each in body["beyond"]),
            Text(
                "Đã xóa theo: tệp thư trong các hộp thư, bản cách ly, dòng ghi nhớ (dovecot.index.cache) của các"
                " thư mục đã chứa thư. Máy chủ không lưu tiêu đề, nội dung thư ở bộ lọc thư rác, webmail hay nhật ký."
            ),
            Heading("6. Chuỗi biên bản"),
            Text(f"Biên bản số {body['number']}. SHA-256 của biên bản này: {sha256}."),
            Text(f"SHA-256 của biên bản liền trước: {body['previous']}."),
        ),
        ("NGƯỜI THỰC HIỆN", "NGƯỜI XÁC NHẬN THỨ HAI", "THỦ TRƯỞNG CƠ QUAN VẬN HÀNH"),
    )


def sound(record_text: str, sha256: str) -> bool:
    """Whether a record is the one whose SHA-256 that is."""
    return hashlib.sha256(record_text.encode()).hexdigest() == sha256


def as_text(paper: Paper) -> str:
    """The paper to be read at a terminal."""
    return "\n".join([paper.office.upper(), "", paper.title, paper.subject, "", *_lines(paper.parts)]) + "\n"


def notice(agency: str, count: int, plan: Mapping[str, Any]) -> str:
    """What the head of an agency is told; nothing of what the message says."""
    return (
        f"Kính gửi: Thủ trưởng {agency}. Theo văn bản số {plan['document']} ngày {day(plan['document_date'])}, một thư"
        f" trong {count} hộp thư của cơ quan đang được thu hồi ({PURPOSES[plan['purpose']].lower()}), mã thư"
        f" {plan['message_id']}. Đề nghị Thủ trưởng yêu cầu những người có hộp thư nêu trong báo cáo: không đọc, không"
        " chuyển tiếp, không in, không sao chép thư này; xóa bản đã tải về máy tính, điện thoại, bản in; báo lại cơ"
        " quan vận hành những nơi đã gửi hoặc sao thư đi."
    )


def moment(text: str) -> str:
    """A moment as people of the province write it."""
    return datetime.fromisoformat(text).astimezone(VIETNAM).strftime("%H:%M:%S %d/%m/%Y")


def day(text: str) -> str:
    """A day as people write it."""
    return "/".join(reversed(text.split("-")))


def _about(plan: Mapping[str, Any], checksum: str, sender: str) -> list[Part]:
    digests = sorted({copy["digest"] for copy in plan["copies"] if copy["message_id"] == plan["message_id"]})
    return [
        Text(f"Căn cứ: văn bản số {plan['document']} ngày {day(plan['document_date'])}. {PURPOSES[plan['purpose']]}."),
        Text(f"Mã thư (Message-ID): {plan['message_id']}. Người gửi: {sender or 'không rõ'}."),
        *([Text(f"Thu hồi mọi thư mang tệp có SHA-256: {plan['file']}.")] if plan.get("file") else []),
        Text(f"Dấu nhận dạng SHA-256: {', '.join(digests) or 'không còn bản nào'}."),
        Text(f"Mã phương án SHA-256: {checksum}. Số bản phải xóa: {len(plan['copies']) + len(plan['queue'])}."),
    ]


def _people(found: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {each["mailbox"]: each for each in found["mailboxes"]}


def _who(mailbox: str, people: Mapping[str, Mapping[str, Any]]) -> str:
    person = people.get(mailbox)
    return f"{person['name']} <{person['address']}>" if person else mailbox


def _mailboxes(copies: Sequence[Mapping[str, Any]], found: Mapping[str, Any]) -> list[Part]:
    """Each kind by itself with its count, and at the end those who had the message and have none of it."""
    people, agencies = _people(found), {each["agency"]: each["name"] for each in found["agencies"]}
    since = {(each["mailbox"], each["event"]): each["at"] for each in found["received"]}
    parts: list[Part] = []
    for relation, title in RELATIONS.items():
        if some := [copy for copy in copies if copy["relation"] == relation]:
            left = sum(copy["state"] in ("left", "lapsed") for copy in some)
            count = f"{len(some)} bản" + (f", để lại {left}" if left else "")
            parts += [Text(f"{title[0].upper()}{title[1:]}: {count}."), _table(_rows(some, people, agencies, since))]
    with_copy = {copy["mailbox"] for copy in copies}
    if none := sorted(people.keys() - with_copy):
        rows = [
            (_who(each, people), _agency(people[each], agencies), "", "", _since(each, since), "không còn bản nào")
            for each in none
        ]
        parts += [Text(f"Đã có thư, nay không còn bản nào: {len(none)} hộp thư."), _table(rows)]
    return parts or [Text("Không hộp thư nào.")]


def _rows(
    copies: Sequence[Mapping[str, Any]],
    people: Mapping[str, Mapping[str, Any]],
    agencies: Mapping[str, str],
    since: Mapping[tuple[str, str], str],
) -> list[Cells]:
    return [
        (
            _who(copy["mailbox"], people),
            _agency(people.get(copy["mailbox"]), agencies),
            copy["folder"],
            _is(copy),
            _since(copy["mailbox"], since),
            STATES[copy["state"]],
        )
        for copy in copies
    ]


def _is(copy: Mapping[str, Any]) -> str:
    """What a message is, and how it differs or how much of the recalled one it has."""
    percent = f"giống {copy.get('percent', 100)} %"
    if copy["relation"] in ("changed", "namesake"):
        names = ", ".join(DIFFERS.get(each, f"{each.title()}:") for each in copy.get("differs", "").split())
        return f"khác {names or 'không rõ chỗ nào'}; {percent}"
    return percent if copy["relation"] in ("whole", "part") else RELATIONS[copy["relation"]]


def _table(rows: Sequence[Cells]) -> Table:
    headings = ("Hộp thư", "Cơ quan", "Thư mục", "Là", "Có từ", "Trạng thái")
    return Table(headings, tuple(rows), (0.27, 0.2, 0.13, 0.13, 0.13, 0.14))


def _agency(person: Mapping[str, Any] | None, agencies: Mapping[str, str]) -> str:
    return agencies.get(person["agency"], person["agency"]) if person else ""


def _since(mailbox: str, since: Mapping[tuple[str, str], str]) -> str:
    stored, sent = since.get((mailbox, "stored")), since.get((mailbox, "received"))
    return moment(stored) if stored else f"gửi đi {moment(sent)}" if sent else ""


def _reads(reads: Sequence[Mapping[str, Any]], found: Mapping[str, Any]) -> list[Part]:
    people = _people(found)
    if not reads:
        return [Text("Chưa thấy chương trình nào tải nội dung thư.")]
    rows = tuple(
        (
            _who(each["mailbox"], people),
            WAYS.get(each["protocol"], each["protocol"]),
            moment(each["at"]),
            each["client"],
        )
        for each in reads
    )
    return [
        Table(("Hộp thư", "Bằng", "Lúc", "Từ địa chỉ"), rows, (0.4, 0.22, 0.2, 0.18)),
        Text("Chương trình thư đã tải thư về không có nghĩa là người đã đọc; chưa tải thì chưa đọc trên máy chủ này."),
    ]


def _queue(queue: Sequence[Mapping[str, Any]]) -> list[Part]:
    if not queue:
        return [Text("Không có.")]
    rows = tuple((each["queue_id"], ", ".join(each["recipients"]), WAITING[each["state"]]) for each in queue)
    return [Table(("Mã hàng đợi", "Người nhận", "Trạng thái"), rows, (0.25, 0.55, 0.2))]


def _outside(outside: Sequence[Mapping[str, Any]]) -> list[Part]:
    if not outside:
        return [Text("Không có.")]
    rows = tuple((each["recipient"], each["server"], moment(each["at"])) for each in outside)
    return [Table(("Người nhận", "Máy chủ nhận", "Lúc"), rows, (0.4, 0.38, 0.22))]


def _unseen(found: Mapping[str, Any], copies: Sequence[Mapping[str, Any]]) -> list[Part]:
    people = _people(found)
    lines = _left(copies, people)
    lines += [
        f"- Thư {each['queue_id']} còn chờ gửi tới {', '.join(each['recipients'])} là {RELATIONS[each['relation']]}: để"
        " lại, không xóa."
        for each in found.get("waiting", ())
    ]
    lines += [
        f"- {_who(each['mailbox'], people)}: {REASONS.get(each['reason'], each['reason'])}." for each in found["away"]
    ]
    lines += [
        f"- {_who(each['mailbox'], people)}, thư mục {each['folder']}: thư {each['message_id']} trả lời hoặc nhắc đến"
        " thư này, không chứa đoạn đáng kể nào của thư này; muốn gỡ thì lập vụ riêng."
        for each in found["mentions"]
    ]
    lines += [f"- {_place_of(each, people)}: không đọc được nội dung, phải tự xem." for each in found.get("unread", [])]
    if found["unexamined"]:
        lines.append("- Có nhiều thư phải so hơn số đã xem: hỏi từng người đã chuyển, đã chép thư này đi đâu.")
    if "searched" in found:
        others = (
            "Đã tìm trong mọi hộp thư đang mở."
            if found.get("everywhere")
            else "Hộp thư khác chỉ được tìm khi chạy step=find -e everywhere=true (máy chủ đọc thư mới lưu của mọi hộp"
            " thư)."
        )
        lines.append(
            f"- Đã tìm theo nội dung trong {found['searched']} hộp thư, trong thư lưu từ hôm trước ngày thư này có."
            f" {others}"
        )
    return [Text(line) for line in lines] or [Text("Không có.")]


def _place_of(unread: Mapping[str, Any], people: Mapping[str, Mapping[str, Any]]) -> str:
    """Where a message lies that could not be taken apart: in a mailbox, or in the queue under its number."""
    if not unread["mailbox"]:
        return f"Hàng đợi, thư số {unread['folder']}"
    return f"{_who(unread['mailbox'], people)}, thư mục {unread['folder']}: thư {unread['message_id'] or 'không có mã'}"


def _left(copies: Sequence[Mapping[str, Any]], people: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What was found and stays, by kind, with whoever has it."""
    lines = []
    for relation, title in RELATIONS.items():
        if some := [copy for copy in copies if (copy["relation"], copy["state"]) == (relation, "left")]:
            who = "; ".join(f"{_who(copy['mailbox'], people)}, thư mục {copy['folder']}" for copy in some)
            lines.append(f"- Để lại, không xóa, {len(some)} {title} (kinds không có {relation}): {who}.")
    return lines


def _backups(recall: str, archives: Sequence[Mapping[str, Any]]) -> list[Part]:
    """What has copies beside the mailboxes, and by which command they go."""
    return [
        *(
            Text(
                f"- Lưu trữ niêm phong số {each['number']} ({each['address']}, {moment(each['at'])}) có thể chứa thư"
                " này, không mở được để xem. Xóa cả lưu trữ: archive.yml -e step=purge -e"
                f" mailboxes={each['mailbox']} (hai người ký); còn cần giữ thì khôi phục: archive.yml -e step=restore"
                f" -e mailboxes={each['mailbox']} -e number={each['number']}, thu hồi lại, rồi lưu trữ lại."
            )
            for each in archives
        ),
        Text(
            "- Bản sao lưu của kho thư (restic): sau bước erase, chạy ansible-playbook playbooks/forget.yml -e"
            f" recall={recall} (dùng chính hai chữ ký của bước erase). Bản sao lưu cơ sở dữ liệu (pgBackRest) không"
            " chứa thư."
        ),
        Text(
            "- Sau khi phục hồi hộp thư từ bản sao lưu hoặc từ lưu trữ (restore.yml, archive.yml -e step=restore): chạy"
            f" lại recall.yml -e step=find -e recall={recall}, vì thư có thể trở lại."
        ),
    ]


def _heads(answer: Mapping[str, Any], found: Mapping[str, Any]) -> list[Part]:
    counts: dict[str, int] = {}
    for each in found["mailboxes"]:
        counts[each["agency"]] = counts.get(each["agency"], 0) + 1
    return [Text(notice(each["name"], counts.get(each["agency"], 0), answer["plan"])) for each in found["agencies"]]


def _next(answer: Mapping[str, Any]) -> list[Part]:
    kinds = answer["report"].get("kinds", CHOSEN)
    others = [relation for relation in RELATIONS if relation not in kinds]
    return [
        Text(
            f"- Sẽ xóa các loại: {', '.join(kinds)}. Không xóa: {', '.join(others) or 'không loại nào'}. Muốn khác thì"
            " chạy lại step=find -e kinds=LOẠI,LOẠI (nêu đủ các loại muốn xóa). Loại whole, part có lời của người khác:"
            " xóa thì người vận hành báo người giữ thư."
        ),
        Text("- Cách ly ngay: step=hold. Trả lại khi nhầm: step=release."),
        Text(
            "- Xóa cần hai người vận hành ký tệp plan.sha256 (cùng thư mục với báo cáo này), mỗi người một lần:"
            " ssh-keygen -Y sign -n danhba-recall -f KHÓA < plan.sha256 > TÊN.sig; rồi step=erase."
            f" Mã phải ký: {answer['checksum']}."
        ),
    ]


def _step(step: Mapping[str, Any]) -> Cells:
    counts = ", ".join(f"{STATES[state]}: {step['detail'][state]}" for state in STATES if step["detail"].get(state))
    if step["step"] == "backups":
        counts = "bản sao lưu có thư: {snapshots}, tệp: {files}, còn lại: {left}".format(**step["detail"])
    if step["detail"].get("more"):
        counts += f"; tìm lại thấy thêm {step['detail']['more']}"
    counts += "".join(f"SHA-256 của bản niêm phong: {each['sha256']}" for each in step["detail"].get("kept", ()))
    if step["detail"].get("away"):
        counts += f"; chưa làm được: {', '.join(step['detail']['away'])}"
    return moment(step["at"]), STEPS[step["step"]], step["actor"], counts


def _lines(parts: Iterable[Part]) -> list[str]:
    lines: list[str] = []
    for part in parts:
        if isinstance(part, Table):
            lines += [f"  {' | '.join(cells)}" for cells in (part.headings, *part.rows)]
        else:
            lines += ["", part.text] if isinstance(part, Heading) else [part.text]
    return lines
