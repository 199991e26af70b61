"""The content of a recall's papers in Vietnamese: the report before anything is touched, and the final record.

Pure: made of the answers of `danhba-host recall`. Nothing of the message's content is known here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from ansible_collections.laocai.mail.plugins.module_utils.danhba.vietnamese.figures import (
    VIETNAM,
    day_in_figures,
    moment_in_figures,
)

from ..papers.model import OPEN_NUMBER, Block, Head, Heading, Item, Paper, Signer, Table, Text, table

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
# Words for the differences of a changed copy; headers by their names.
DIFFERS = {"text": "nội dung", "files": "tệp đính kèm", "form": "cách mã hóa"}
# Kinds of copies recalled by default; the host's `likeness.CHOSEN`.
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
# Places that no recall reaches (`beyond` of a record).
BEYOND = {
    "programs": "Bản mà chương trình thư trên máy tính, điện thoại đã tải về (POP3, IMAP): người nhận phải tự xóa.",
    "outside": "Bản đã ra ngoài tỉnh: đề nghị nơi nhận xóa.",
    "paper": "Bản in, bản chép tay, ảnh chụp màn hình.",
    "blocks": "Vùng đĩa đã giải phóng trên máy chủ, cho đến khi bị ghi đè.",
    "backups": "Bản sao lưu của kho thư (restic) đã làm trước khi xóa: chưa xóa trong đó, xem lệnh ở trên.",
}
Cells = tuple[str, ...]
NUMBER = f"{OPEN_NUMBER}/{OPEN_NUMBER}"  # the office that signs numbers the paper


def report(answer: Mapping[str, Any], office: str) -> Paper:
    """Return the report before anything is touched, from the answer of `find`."""
    found = answer["report"]
    return Paper(
        Head(office, NUMBER),
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
        (Signer("Người lập báo cáo"), Signer("Thủ trưởng cơ quan vận hành")),
        day=day_of(answer.get("found") or answer["plan"]["document_date"]),
    )


def record(body: Mapping[str, Any], sha256: str, office: str) -> Paper:
    """Return the final paper from the server's record, whose SHA-256 is `sha256`."""
    plan, found = body["plan"], body["report"]
    signed = sorted({name for step in body["steps"] for name in step["detail"].get("signed", ())})
    return Paper(
        Head(office, NUMBER),
        "BIÊN BẢN",
        f"Thu hồi thư điện tử, vụ {plan['recall']}",
        (
            *_about(plan, body["checksum"], found["sender"]),
            Heading("1. Các bước đã làm"),
            table(("Lúc", "Việc", "Người thực hiện", "Kết quả"), [_step(step) for step in body["steps"]]),
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
            *(Item(BEYOND.get(each, each)) for each in body["beyond"]),
            Text(
                "Đã xóa theo: tệp thư trong các hộp thư, bản cách ly, dòng ghi nhớ (dovecot.index.cache) của các"
                " thư mục đã chứa thư. Máy chủ không lưu tiêu đề, nội dung thư ở bộ lọc thư rác, webmail hay nhật ký."
            ),
            Heading("6. Chuỗi biên bản"),
            Text(f"Biên bản số {body['number']}. SHA-256 của biên bản này: {sha256}."),
            Text(f"SHA-256 của biên bản liền trước: {body['previous']}."),
        ),
        (Signer("Người thực hiện"), Signer("Người xác nhận thứ hai"), Signer("Thủ trưởng cơ quan vận hành")),
        day=day_of(body["steps"][-1]["at"]),
    )


def sound(record_text: str, sha256: str) -> bool:
    """Say whether a record has the SHA-256."""
    return hashlib.sha256(record_text.encode()).hexdigest() == sha256


def notice(agency: str, count: int, plan: Mapping[str, Any]) -> str:
    """Return the notice to an agency's head, without anything of the message's content."""
    return (
        f"Kính gửi: Thủ trưởng {agency}. Theo văn bản số {plan['document']} ngày {day(plan['document_date'])}, một thư"
        f" trong {count} hộp thư của cơ quan đang được thu hồi ({PURPOSES[plan['purpose']].lower()}), mã thư"
        f" {plan['message_id']}. Đề nghị Thủ trưởng yêu cầu những người có hộp thư nêu trong báo cáo: không đọc, không"
        " chuyển tiếp, không in, không sao chép thư này; xóa bản đã tải về máy tính, điện thoại, bản in; báo lại cơ"
        " quan vận hành những nơi đã gửi hoặc sao thư đi."
    )


def moment(text: str) -> str:
    """Return a moment of an answer (ISO 8601 with zone) as papers write it."""
    return moment_in_figures(datetime.fromisoformat(text))


def day(text: str) -> str:
    """Return a day of an answer (ISO 8601) as papers write it."""
    return day_in_figures(date.fromisoformat(text))


def day_of(text: str) -> date:
    """Return the day of a moment or day of an answer, by Viet Nam's clock."""
    at = datetime.fromisoformat(text)
    return (at.astimezone(VIETNAM) if at.tzinfo else at).date()


def _about(plan: Mapping[str, Any], checksum: str, sender: str) -> list[Block]:
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


def _mailboxes(copies: Sequence[Mapping[str, Any]], found: Mapping[str, Any]) -> list[Block]:
    """Return the copies by kind with their numbers, and at the end people who had the message and no longer have it."""
    people, agencies = _people(found), {each["agency"]: each["name"] for each in found["agencies"]}
    since = {(each["mailbox"], each["event"]): each["at"] for each in found["received"]}
    parts: list[Block] = []
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
    """Return the kind of a copy, and its differences from the recalled message or its share of it."""
    percent = f"giống {copy.get('percent', 100)} %"
    if copy["relation"] in ("changed", "namesake"):
        names = ", ".join(DIFFERS.get(each, f"{each.title()}:") for each in copy.get("differs", "").split())
        return f"khác {names or 'không rõ chỗ nào'}; {percent}"
    return percent if copy["relation"] in ("whole", "part") else RELATIONS[copy["relation"]]


def _table(rows: Sequence[Cells]) -> Table:
    return table(("Hộp thư", "Cơ quan", "Thư mục", "Là", "Có từ", "Trạng thái"), rows)


def _agency(person: Mapping[str, Any] | None, agencies: Mapping[str, str]) -> str:
    return agencies.get(person["agency"], person["agency"]) if person else ""


def _since(mailbox: str, since: Mapping[tuple[str, str], str]) -> str:
    stored, sent = since.get((mailbox, "stored")), since.get((mailbox, "received"))
    return moment(stored) if stored else f"gửi đi {moment(sent)}" if sent else ""


def _reads(reads: Sequence[Mapping[str, Any]], found: Mapping[str, Any]) -> list[Block]:
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
        table(("Hộp thư", "Bằng", "Lúc", "Từ địa chỉ"), rows),
        Text("Chương trình thư đã tải thư về không có nghĩa là người đã đọc; chưa tải thì chưa đọc trên máy chủ này."),
    ]


def _queue(queue: Sequence[Mapping[str, Any]]) -> list[Block]:
    if not queue:
        return [Text("Không có.")]
    rows = tuple((each["queue_id"], ", ".join(each["recipients"]), WAITING[each["state"]]) for each in queue)
    return [table(("Mã hàng đợi", "Người nhận", "Trạng thái"), rows)]


def _outside(outside: Sequence[Mapping[str, Any]]) -> list[Block]:
    if not outside:
        return [Text("Không có.")]
    rows = tuple((each["recipient"], each["server"], moment(each["at"])) for each in outside)
    return [table(("Người nhận", "Máy chủ nhận", "Lúc"), rows)]


def _unseen(found: Mapping[str, Any], copies: Sequence[Mapping[str, Any]]) -> list[Block]:
    people = _people(found)
    lines = _left(copies, people)
    lines += [
        f"Thư {each['queue_id']} còn chờ gửi tới {', '.join(each['recipients'])} là {RELATIONS[each['relation']]}: để"
        " lại, không xóa."
        for each in found.get("waiting", ())
    ]
    lines += [
        f"{_who(each['mailbox'], people)}: {REASONS.get(each['reason'], each['reason'])}." for each in found["away"]
    ]
    lines += [
        f"{_who(each['mailbox'], people)}, thư mục {each['folder']}: thư {each['message_id']} trả lời hoặc nhắc đến"
        " thư này, không chứa đoạn đáng kể nào của thư này; muốn gỡ thì lập vụ riêng."
        for each in found["mentions"]
    ]
    lines += [f"{_place_of(each, people)}: không đọc được nội dung, phải tự xem." for each in found.get("unread", [])]
    if found["unexamined"]:
        lines.append("Có nhiều thư phải so hơn số đã xem: hỏi từng người đã chuyển, đã chép thư này đi đâu.")
    if "searched" in found:
        others = (
            "Đã tìm trong mọi hộp thư đang mở."
            if found.get("everywhere")
            else "Hộp thư khác chỉ được tìm khi chạy step=find -e everywhere=true (máy chủ đọc thư mới lưu của mọi hộp"
            " thư)."
        )
        lines.append(
            f"Đã tìm theo nội dung trong {found['searched']} hộp thư, trong thư lưu từ hôm trước ngày thư này có."
            f" {others}"
        )
    return [Item(line) for line in lines] or [Text("Không có.")]


def _place_of(unread: Mapping[str, Any], people: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the place of an unreadable message: a mailbox, or the queue with its number."""
    if not unread["mailbox"]:
        return f"Hàng đợi, thư số {unread['folder']}"
    return f"{_who(unread['mailbox'], people)}, thư mục {unread['folder']}: thư {unread['message_id'] or 'không có mã'}"


def _left(copies: Sequence[Mapping[str, Any]], people: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return lines about copies that were found and left, by kind, with their holders."""
    lines = []
    for relation, title in RELATIONS.items():
        if some := [copy for copy in copies if (copy["relation"], copy["state"]) == (relation, "left")]:
            who = "; ".join(f"{_who(copy['mailbox'], people)}, thư mục {copy['folder']}" for copy in some)
            lines.append(f"Để lại, không xóa, {len(some)} {title} (kinds không có {relation}): {who}.")
    return lines


def _backups(recall: str, archives: Sequence[Mapping[str, Any]]) -> list[Block]:
    """Return what has copies beside the mailboxes, and the commands that remove them."""
    return [
        *(
            Item(
                f"Lưu trữ niêm phong số {each['number']} ({each['address']}, {moment(each['at'])}) có thể chứa thư"
                " này, không mở được để xem. Xóa cả lưu trữ: archive.yml -e step=purge -e"
                f" mailboxes={each['mailbox']} (hai người ký); còn cần giữ thì khôi phục: archive.yml -e step=restore"
                f" -e mailboxes={each['mailbox']} -e number={each['number']}, thu hồi lại, rồi lưu trữ lại."
            )
            for each in archives
        ),
        Item(
            "Bản sao lưu của kho thư (restic): sau bước erase, chạy ansible-playbook playbooks/forget.yml -e"
            f" recall={recall} (dùng chính hai chữ ký của bước erase). Bản sao lưu cơ sở dữ liệu (pgBackRest) không"
            " chứa thư."
        ),
        Item(
            "Sau khi phục hồi hộp thư từ bản sao lưu hoặc từ lưu trữ (restore.yml, archive.yml -e step=restore): chạy"
            f" lại recall.yml -e step=find -e recall={recall}, vì thư có thể trở lại."
        ),
    ]


def _heads(answer: Mapping[str, Any], found: Mapping[str, Any]) -> list[Block]:
    counts: dict[str, int] = {}
    for each in found["mailboxes"]:
        counts[each["agency"]] = counts.get(each["agency"], 0) + 1
    return [Text(notice(each["name"], counts.get(each["agency"], 0), answer["plan"])) for each in found["agencies"]]


def _next(answer: Mapping[str, Any]) -> list[Block]:
    kinds = answer["report"].get("kinds", CHOSEN)
    others = [relation for relation in RELATIONS if relation not in kinds]
    return [
        Item(
            f"Sẽ xóa các loại: {', '.join(kinds)}. Không xóa: {', '.join(others) or 'không loại nào'}. Muốn khác thì"
            " chạy lại step=find -e kinds=LOẠI,LOẠI (nêu đủ các loại muốn xóa). Loại whole, part có lời của người khác:"
            " xóa thì người vận hành báo người giữ thư."
        ),
        Item("Cách ly ngay: step=hold. Trả lại khi nhầm: step=release."),
        Item(
            "Xóa cần hai người vận hành ký tệp plan.sha256 (cùng thư mục với báo cáo này), mỗi người một lần:"
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
