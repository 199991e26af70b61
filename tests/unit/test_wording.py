"""How things are said to civil servants, where it is told: in official Vietnamese, one word for one thing."""

from __future__ import annotations

import re
from datetime import date

import pytest

from danhba.checking.check import check
from danhba.messages import render, translator, word
from danhba.model.findings import RULES, Severity
from danhba.model.policy import Guards, Limit
from danhba.planning import listing, plan
from danhba.planning.accounts import Account, Accounts
from danhba.rendering import addresses as show_addresses
from danhba.rendering import findings as show_findings
from danhba.rendering import plan as show_plan
from tests.factory.text import Value
from tests.support.catalogue import entries
from tests.support.registers import Texts, account, agency, edited, files, person, register, timeline

OPENED = "opened: {document: 1/QĐ-UBND, date: 1991-10-01, event: established}"
LOOSE = Guards({"close": Limit(0, 0, 100), "readdress": Limit(9, 100, 100)})


def refused(before: Account, after: Account, guards: Guards) -> str:
    """A plan for two mailboxes of which one changes, in Vietnamese."""
    other = account(id_="2")
    goal = plan.Wanted(Accounts.of([after, other]), date(2011, 1, 1), "digest", guards)
    return show_plan.text(plan.make(goal, Accounts.of([before, other])), "vi")


def said(contents: Texts) -> str:
    """What a check says of a register, in Vietnamese alone."""
    return show_findings.text(check(files(contents)).findings, "vi")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            OPENED,
            "opened: abc",
            "opened phải ghi trong ngoặc nhọn: {document: …, date: …, event: …}; ở đây đang là một giá trị đơn",
        ),
        ("people: []", "people: abc", "people phải ghi thành danh sách: […, …]; ở đây đang là một giá trị đơn"),
        ("name: Ủy ban nhân dân tỉnh", "name: [a]", "name phải ghi bằng một giá trị: abc; ở đây đang là một danh sách"),
        (
            OPENED,
            " " + OPENED,
            "giá trị có dấu hai chấm thì đặt trong dấu nháy; hãy sửa dòng này hoặc dòng trước",
        ),
        (OPENED, OPENED.replace("}", ""), "thiếu dấu phẩy giữa hai khóa, hoặc thiếu ngoặc nhọn đóng"),
        ("people: []", "people: [a", "thiếu dấu phẩy giữa hai giá trị, hoặc thiếu ngoặc vuông đóng"),
        ("people: []", "people:\n\t- x: 1", "hãy dùng dấu cách"),
        ("people: []", 'people: "a', "thiếu dấu nháy đóng hoặc ngoặc đóng"),
        (
            "people: []",
            "people:\n  - a: 1\n   b: 2",
            "dòng này thụt lề không thẳng với mục trên, hoặc thiếu dấu gạch ngang",
        ),
        (
            "people: []",
            " people: []",
            "dòng này thụt lề không thẳng với mục trên, hoặc thiếu ngoặc, dấu nháy ở dòng trước",
        ),
    ],
)
def test_message_of_a_file_error_is_official_vietnamese(old: str, new: str, message: str) -> None:
    told = said(edited("agencies/ubnd.yml", (old, new)))
    assert message in told
    assert re.search(r"\d+ lỗi, \d+ lưu ý$", told)


FOREVER: list[Value] = [{"document": "9/QĐ-UBND", "date": "2011-05-01"}]


def test_message_of_an_unstated_end_is_official_vietnamese() -> None:
    two = register(agency("aa", person("1", "Lò An", "2011-01-01")), agency("bb", person("1", "Lò An", "2011-12-31")))
    assert "có hộp thư ở cơ quan aa (đến: chưa ghi ngày đóng), lại" in said(two)
    moved = "2012-01-01 transferred"
    left = person("1", "Lò An", "2011-01-01", moved, suspended=FOREVER)
    carried = register(agency("aa", left), agency("bb", person("1", "Lò An", moved)))
    assert "khi đang bị tạm khóa (đến: chưa ghi ngày hết)" in said(carried)


def test_message_of_an_open_suspension_is_official_vietnamese() -> None:
    suspended = register(agency("aa", person("1", "Lò An", "2011-01-01", suspended=FOREVER)))
    (item,) = listing.who(timeline(suspended, "2011-06-01"), "1")
    assert "tạm khóa từ 2011-05-01, chưa ghi ngày hết: 9/QĐ-UBND" in show_addresses.in_full(item, "vi")


@pytest.mark.parametrize("state", ["closed", "suspended"])
def test_message_of_a_limit_counts_closings_and_suspensions(state: str) -> None:
    assert "đóng hoặc tạm khóa 1 trên tổng số 2 hộp thư" in refused(account(), account(state=state), LOOSE)


@pytest.mark.parametrize(("state", "doing"), [("closed", "đóng"), ("suspended", "tạm khóa")])
def test_message_of_a_protected_mailbox_is_official_vietnamese(state: str, doing: str) -> None:
    guards = Guards({"close": Limit(9, 100, 100), "readdress": Limit(9, 100, 100)}, frozenset({"1@laocai.gov.vn"}))
    assert f"{doing} 1@laocai.gov.vn là hộp thư được bảo vệ" in refused(account(), account(state=state), guards)


@pytest.mark.parametrize(
    ("english", "vietnamese"),
    [
        ("advice", "lưu ý"),
        ("opened and closed before this day, no mailbox", "mở rồi đóng trước ngày này, không còn hộp thư"),
        ("stop forwarding", "thôi chuyển tiếp"),
        ("technical address", "địa chỉ kỹ thuật"),
        ("To be noted", "Việc cần lưu ý"),
        ("{count} people undecided", "{count} người chưa xác định nơi đến"),
        ("{count} errors are to be corrected before this can be approved", "Cần sửa {count} lỗi trước khi duyệt"),
    ],
)
def test_single_words_are_official_vietnamese(english: str, vietnamese: str) -> None:
    assert translator("vi")(english) == vietnamese


# What is not said, and what instead.
NOT_SAID = {
    "lời khuyên": "lưu ý",
    "kế tục": "kế thừa",
    "cứ để": "giữ nguyên",
    "tài khoản": "hộp thư",
    "tuyến thư": "chuyển tiếp",
    "sự kiện": "lý do",
    "Sự kiện": "Lý do",
    "muốn vậy": "cần như vậy",
    "của bạn": "của mình",
    "dự tuyển": "dạng địa chỉ",
}


@pytest.mark.parametrize("phrase", NOT_SAID)
def test_catalogue_uses_one_word_for_one_thing(phrase: str) -> None:
    told = [message.string for message in entries() if phrase in str(message.string)]
    assert not told, f"say instead: {NOT_SAID[phrase]}"


def test_advice_asks_politely() -> None:
    """Advice that may be right as it is says so first, and asks."""
    told = [text for text in texts_of_advice() if "nhầm" in text and "nếu đúng" in text]
    assert told
    assert all("đề nghị" in text for text in told)


def texts_of_advice() -> list[str]:
    return [translator("vi")(rule.message) for rule in RULES.values() if rule.severity is Severity.ADVICE]


def test_translated_word_stays_a_text() -> None:
    end = word("no end is stated")
    assert render("{until}", {"until": end}, "vi") == "chưa ghi ngày hết"
    assert render("{until}", {"until": end}, "en") == end == "no end is stated"
    assert render("{name}", {"name": "advice"}, "vi") == "advice", "no value of a register is translated"
