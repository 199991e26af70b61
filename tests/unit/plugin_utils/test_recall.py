"""The papers of a recall: what they say, and that they are written once."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.plugin_utils.papers import drawing
from ansible_collections.laocai.mail.plugins.plugin_utils.papers.text import as_text
from ansible_collections.laocai.mail.plugins.plugin_utils.recall import content, writing
from pypdf import PdfReader

from danhba_host.recall import likeness, steps
from danhba_host.recall import plan as plans
from danhba_host.recall.plan import canonical, sha256

COPY = {
    "mailbox": "official/000101",
    "folder_id": "f",
    "uid": 7,
    "address": "an-stttt@laocai.gov.vn",
    "folder": "Việc/Năm nay",
    "digest": "d" * 64,
    "message_id": "<1@client>",
    "relation": "copy",
    "flags": "",
    "received": "1795741200",
    "size": 9,
    "state": "found",
}
PLAN = {
    "recall": "TH-01",
    "purpose": "secret",
    "document": "12/QĐ-STTTT",
    "document_date": "2026-11-27",
    "message_id": "<1@client>",
    "copies": [{name: COPY[name] for name in ("mailbox", "folder_id", "uid", "digest", "message_id")}],
    "queue": [{"queue_id": "4jbZ1", "digest": "d" * 64}],
}
FOUND: dict[str, Any] = {
    "mailboxes": [
        {
            "mailbox": "official/000101",
            "address": "an-stttt@laocai.gov.vn",
            "name": "Lò Thị <b>An",
            "agency": "stttt",
            "state": "open",
        },
        {
            "mailbox": "official/000102",
            "address": "binh-stttt@laocai.gov.vn",
            "name": "Vàng Bình",
            "agency": "stttt",
            "state": "open",
        },
    ],
    "reads": [
        {"mailbox": "official/000101", "at": "2026-11-27T02:00:00+00:00", "protocol": "pop3", "client": "192.0.2.7"}
    ],
    "received": [
        {"mailbox": "official/000101", "event": "stored", "at": "2026-11-27T01:00:00+00:00"},
        {"mailbox": "official/000102", "event": "received", "at": "2026-11-27T00:59:00+00:00"},
    ],
    "outside": [
        {"recipient": "x@example.org", "server": "mx.example.org[192.0.2.1]", "at": "2026-11-27T01:00:00+00:00"}
    ],
    "agencies": [{"agency": "stttt", "name": "Sở Thông tin và Truyền thông"}],
    "away": [{"mailbox": "official/000102", "reason": "closed"}],
    "mentions": [{"mailbox": "official/000101", "folder": "INBOX", "message_id": "<3@client>"}],
    "unread": [
        {"mailbox": "official/000101", "folder": "Lưu trữ", "message_id": "<broken@client>"},
        {"mailbox": "", "folder": "4jbZ9", "message_id": ""},
    ],
    "folders": [],
    "unexamined": True,
    "sender": "binh-stttt@laocai.gov.vn",
}
ANSWER: dict[str, Any] = {
    "recall": "TH-01",
    "changed": True,
    "plan": PLAN,
    "checksum": "c" * 64,
    "copies": [COPY],
    "queue": [{"queue_id": "4jbZ1", "digest": "d" * 64, "recipients": ["y@example.org"], "state": "found"}],
    "report": FOUND,
    "office": "Sở Thông tin và Truyền thông",
}
BODY = {
    "number": 2,
    "previous": "a" * 64,
    "plan": PLAN,
    "checksum": "c" * 64,
    "copies": [COPY | {"state": "erased"}],
    "queue": [],
    "report": FOUND,
    "steps": [
        {"step": "find", "at": "2026-11-27T03:00:00+00:00", "actor": "an@may", "plan": "c" * 64, "detail": {}},
        {
            "step": "erase",
            "at": "2026-11-27T04:00:00+00:00",
            "actor": "an@may",
            "plan": "c" * 64,
            "detail": {"signed": ["an", "binh"], "erased": 1, "more": 2, "away": ["chi-stttt@laocai.gov.vn"]},
        },
    ],
    "beyond": list(steps.BEYOND),
}
RECORD = {"number": 2, "at": "x", "record": canonical(BODY), "sha256": sha256(canonical(BODY))}


def _words(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


@pytest.mark.clause("R10.7")
def test_report_names_recipients_copies_and_whom_to_tell() -> None:
    said = as_text(content.report(ANSWER, "Sở"))
    for words in (
        "Lò Thị <b>An <an-stttt@laocai.gov.vn> | Sở Thông tin và Truyền thông | Việc/Năm nay | chính thư này |",
        "chính thư này | 08:00:00 27/11/2026 | còn trong hộp thư",
        "Vàng Bình <binh-stttt@laocai.gov.vn> | Sở Thông tin và Truyền thông |  |  | gửi đi 07:59:00 27/11/2026",
        "chương trình thư (POP3) | 09:00:00 27/11/2026 | 192.0.2.7",
        "4jbZ1 | y@example.org | còn chờ gửi",
        "x@example.org | mx.example.org[192.0.2.1]",
        "hộp thư đã đóng",
        "thư <3@client> trả lời",
        "thư mục Lưu trữ: thư <broken@client>: không đọc được nội dung",
        "- Hàng đợi, thư số 4jbZ9: không đọc được nội dung",
        "hỏi từng người",
        "Kính gửi: Thủ trưởng Sở Thông tin và Truyền thông. Theo văn bản số 12/QĐ-STTTT ngày",
        f"Mã phải ký: {'c' * 64}",
    ):
        assert words in said


@pytest.mark.parametrize(
    ("everywhere", "words"), [(True, "Đã tìm trong mọi hộp thư đang mở."), (False, "-e everywhere=true")]
)
def test_report_tells_whether_all_mailboxes_were_searched(*, everywhere: bool, words: str) -> None:
    found = FOUND | {"searched": 3, "everywhere": everywhere}
    said = as_text(content.report(ANSWER | {"report": found}, "Sở"))
    assert ("trong 3 hộp thư" in said, words in said, "everywhere=true" in said) == (True, True, not everywhere)


@pytest.mark.clause("R10.7")
def test_report_has_count_difference_and_rest_of_each_kind() -> None:
    changed = COPY | {"uid": 8, "relation": "changed", "percent": 93, "differs": "subject text"}
    quoted = COPY | {"uid": 9, "relation": "whole", "percent": 100, "state": "left", "mailbox": "official/000102"}
    waiting = [{"queue_id": "4jbZ9", "recipients": ["z@example.org"], "relation": "part"}]
    answer = ANSWER | {
        "copies": [COPY, changed, changed | {"uid": 10}, quoted],
        "report": FOUND | {"waiting": waiting, "kinds": ["carrier", "changed", "copy", "twin"]},
    }
    said = as_text(content.report(answer, "Sở"))
    for words in (
        "Chính thư này: 1 bản.",
        "Cùng mã thư, nội dung khác (bị sửa): 2 bản.",
        "khác Subject:, nội dung; giống 93 %",
        "Thư chứa nguyên văn thư này: 1 bản, để lại 1.",
        "- Để lại, không xóa, 1 thư chứa nguyên văn thư này (kinds không có whole): Vàng Bình",
        "- Thư 4jbZ9 còn chờ gửi tới z@example.org là thư chứa một phần thư này: để lại, không xóa.",
        "Sẽ xóa các loại: carrier, changed, copy, twin. Không xóa: whole, part, namesake.",
    ):
        assert words in said
    record = as_text(content.record(BODY | {"copies": answer["copies"]}, "e" * 64, "Sở"))
    assert "- Để lại, không xóa, 1 thư chứa nguyên văn" in record


def test_report_without_copies_says_so() -> None:
    nothing: dict[str, Any] = {
        name: [] for name in ("mailboxes", "reads", "received", "outside", "agencies", "away", "mentions", "unread")
    }
    empty = ANSWER | {
        "copies": [],
        "queue": [],
        "plan": PLAN | {"copies": [], "queue": []},
        "report": FOUND | nothing | {"unexamined": False, "sender": ""},
    }
    said = as_text(content.report(empty, "Sở"))
    for words in ("Không hộp thư nào", "Chưa thấy chương trình nào", "không còn bản nào", "Người gửi: không rõ"):
        assert words in said
    assert said.count("Không có.") == 3


@pytest.mark.clause("R10.7")
def test_record_names_actions_actors_and_failures() -> None:
    said = as_text(content.record(BODY, "e" * 64, "Sở"))
    for words in (
        "11:00:00 27/11/2026 | Xóa | an@may | đã xóa: 1; tìm lại thấy thêm 2; chưa làm được: chi-stttt@laocai.gov.vn",
        "chữ ký SSH trên mã phương án: an, binh.",
        "đã xóa",
        f"Biên bản số 2. SHA-256 của biên bản này: {'e' * 64}",
        f"liền trước: {'a' * 64}",
        *content.BEYOND.values(),
    ):
        assert words in said


def test_papers_have_a_word_for_every_state_of_the_host() -> None:
    assert set(content.STATES) == set(plans.STATES)
    assert tuple(content.RELATIONS) == likeness.KINDS
    assert set(content.CHOSEN) == likeness.CHOSEN
    assert set(content.PURPOSES) == {plans.SECRET, plans.OUTBREAK}
    assert set(content.BEYOND) == set(steps.BEYOND)


def test_pdf_has_the_text_and_is_reproducible() -> None:
    paper = content.report(ANSWER | {"copies": [COPY] * 200}, "Sở Thông tin và Truyền thông")
    pdf = drawing.draw(paper)
    assert drawing.draw(paper) == pdf
    said = _words(pdf)
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in said
    assert "Lò Thị <b>An" in said
    assert "THỦ TRƯỞNG CƠ QUAN VẬN HÀNH" in said
    assert len(PdfReader(io.BytesIO(pdf)).pages) > 2


def test_papers_are_private_and_written_once(tmp_path: Path) -> None:
    folder = tmp_path / "recalls/TH-01"
    whole = ANSWER | {"record": RECORD}
    foreseen = writing.write(whole, folder, dry_run=True)
    assert not folder.exists()
    assert writing.write(whole, folder, dry_run=False) == foreseen
    assert sorted(foreseen) == sorted(path.name for path in folder.iterdir())
    assert sorted(foreseen) == [
        *("bao-cao.json", "bao-cao.pdf", "bao-cao.txt"),
        *("bien-ban-2.json", "bien-ban-2.pdf", "bien-ban-2.txt", "plan.json", "plan.sha256"),
    ]
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert (folder / "plan.sha256").read_text() == "c" * 64 + "\n"
    assert sha256((folder / "bien-ban-2.json").read_text(encoding="utf-8")) == RECORD["sha256"]
    assert sha256((folder / "plan.json").read_text(encoding="utf-8")) == plans.checksum(PLAN)
    assert writing.write(whole | {"changed": False}, folder, dry_run=False) == []


def test_record_with_another_checksum_is_refused(tmp_path: Path) -> None:
    forged = RECORD | {"record": json.dumps(BODY | {"number": 3})}
    with pytest.raises(Failure, match="does not fit"):
        writing.write(ANSWER | {"record": forged}, tmp_path / "x", dry_run=False)
    assert not (tmp_path / "x").exists()
