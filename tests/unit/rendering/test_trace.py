"""The way of a message in words, in both languages."""

from __future__ import annotations

import re
from typing import Any

import pytest

from danhba.messages import translator
from danhba.rendering import trace

MAILBOX = {"kind": "official", "id": "000601", "name": "Nguyễn Mạnh Huy", "address": "nmhuy-snv@laocai.gov.vn"}
AT = "2026-11-27T13:19:52.139516+00:00"


def answer(*events: dict[str, Any], **more: Any) -> dict[str, Any]:
    message = {
        "message_id": "<1@client>",
        "queue_ids": ["4jbZ"],
        "sender": "a@laocai.gov.vn",
        "size": 880,
        "events": [{"at": AT, **event} for event in events],
    }
    return {
        "asked": "x",
        "as": "message-id",
        "messages": [message],
        "more": False,
        "gaps": 0,
        "idle_seconds": 1,
        **more,
    }


def told(*events: dict[str, Any], language: str = "en", **more: Any) -> list[str]:
    return list(trace.text(answer(*events, **more), language))


@pytest.mark.parametrize(
    ("event", "vi", "en"),
    [
        (
            {"event": "received", "client": "10.233.0.1", "protocol": "submission", "mailbox": MAILBOX},
            "nhận từ 10.233.0.1, qua cổng 587; hộp thư của Nguyễn Mạnh Huy (CCVC 000601)",
            "received from 10.233.0.1 by port 587; mailbox of Nguyễn Mạnh Huy (official 000601)",
        ),
        (
            {
                "event": "deferred",
                "recipient": "y@e.org",
                "origin": "mx.e.org",
                "code": "4.2.2",
                "said": "450 full",
            },
            "chưa chuyển được đến y@e.org, sẽ thử lại; qua mx.e.org; hộp thư đã đầy; 4.2.2 450 full",
            "not delivered to y@e.org yet, it is tried again; by mx.e.org; the mailbox is full; 4.2.2 450 full",
        ),
        (
            {
                "event": "judged",
                "action": "add-header",
                "score": 7.51,
                "symbols": ["ARC_NA", "BAYES_SPAM", "CLAM_CLEAN"],
            },
            "bộ lọc đã xét: thư rác, để vào Junk, điểm 7.5; giống thư rác đã biết, không có mã độc",
            "looked at by the filters: spam, to go to Junk, score 7.5; it resembles known spam, no virus",
        ),
        (
            {"event": "delivered", "recipient": "b@laocai.gov.vn", "original": "cu@laocai.gov.vn", "code": "2.0.0"},
            "đã chuyển đến b@laocai.gov.vn; gửi đến cu@laocai.gov.vn",
            "delivered to b@laocai.gov.vn; sent to cu@laocai.gov.vn",
        ),
        (
            {"event": "notified", "action": "non-delivery", "next_queue_id": "4jbY"},
            "đã báo cho người gửi (không chuyển được), mã hàng đợi của thư báo 4jbY",
            "the sender was sent a notice (it was not delivered), queue id 4jbY",
        ),
    ],
)
def test_event_in_words(event: dict[str, Any], vi: str, en: str) -> None:
    for language, words in (("vi", vi), ("en", en)):
        assert told(event, language=language)[2] == f"  20:19:52 27/11/2026  {words}"


def test_filters_symbols_are_shown_where_they_are_asked_for() -> None:
    judged = answer({"event": "judged", "action": "reject", "score": 0, "symbols": ["ARC_NA", "CLAM_VIRUS"]})
    assert not [line for line in trace.text(judged, "vi") if "ARC_NA" in line or "CLAM" in line]
    shown = list(trace.text(judged, "vi", symbols=True))[2]
    assert shown.endswith("bộ lọc đã xét: từ chối, điểm 0.0; có mã độc; ký hiệu của bộ lọc: ARC_NA CLAM_VIRUS")


def test_symbols_without_a_meaning_say_nothing() -> None:
    assert told({"event": "judged", "action": "no-action", "score": 0, "symbols": ["ARC_NA"]})[2].endswith("score 0.0")


def test_symbols_are_in_vietnamese() -> None:
    assert all(translator("vi")(meaning) != meaning for meaning in trace.SYMBOLS.values())


def test_message_that_is_fetched_again_is_told_of_once() -> None:
    read = {"event": "read", "folder": "INBOX", "protocol": "web", "mailbox": MAILBOX}
    lines = told(read, {**read, "protocol": "imap"}, read, {**read, "at": "2026-11-28T01:00:00+00:00"})
    assert len(lines) == 2 + 2 + 1
    assert lines[2].endswith("; 3 times, the last 08:00:00 28/11/2026")


def test_what_is_not_known_is_said() -> None:
    first, second, *_rest = trace.text(
        {"messages": [{"message_id": None, "queue_ids": [], "sender": "", "size": None, "events": []}]}, "en"
    )
    assert (first, second) == ("message without a message id", "  from (the mail system itself), queue id -")


def test_refusals_that_were_only_counted_are_told_of() -> None:
    refused = {"event": "refused", "client": "192.0.2.1", "recipient": "no@laocai.gov.vn", "alike": 480}
    assert told(refused)[2].endswith("; 480 more refusals for this reason to the same client in that minute")
    counted: dict[str, Any] = {"counted": 480, "as": "address"}
    assert told(**counted)[-1].startswith("480 refusals were only counted")
    assert told(**counted, language="vi")[-1].startswith("480 lần từ chối chỉ được đếm")
    assert told(counted=480)[-1] == ""  # a message that is asked for by its id is not among them


def test_remarks() -> None:
    lines = told(more=True, gaps=2, idle_seconds=900)[-3:]
    assert [re.split(r"[,:]", line)[0] for line in lines] == [
        "there are older messages",
        "parts of the journal were lost 2 times before they were read",
        "the collector has not been here for 900 s",
    ]


def test_what_others_chose_does_not_steer_the_terminal() -> None:
    shown = "\n".join(told({"event": "stored", "folder": "A\x1b[2J\nB", "mailbox": {**MAILBOX, "name": "\x1b"}}))
    assert "\x1b" not in shown
    assert "A\\u001b[2J\\u000aB" in shown


@pytest.mark.parametrize(
    ("code", "meaning"),
    [("2.0.0", ""), ("", ""), ("5.9.9", ""), ("5.1.1", "there is no such mailbox"), ("4.2.2", "the mailbox is full")],
)
def test_status(code: str, meaning: str) -> None:
    assert trace.status(code) == meaning


def test_statuses_are_in_vietnamese() -> None:
    assert all(translator("vi")(meaning) != meaning for meaning in trace.STATUSES.values())
