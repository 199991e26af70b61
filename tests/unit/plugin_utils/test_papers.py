"""Every official paper is drawn by one layout: head, title, tables, signatures, and the properties of its file."""

from __future__ import annotations

import io
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from ansible_collections.laocai.mail.plugins.plugin_utils.audit import listing
from ansible_collections.laocai.mail.plugins.plugin_utils.handovers import minutes
from ansible_collections.laocai.mail.plugins.plugin_utils.letters import drawing as letters
from ansible_collections.laocai.mail.plugins.plugin_utils.papers import columns, drawing, layout
from ansible_collections.laocai.mail.plugins.plugin_utils.papers.model import (
    NUMBER,
    TEXT,
    Block,
    Head,
    Heading,
    Paper,
    Signer,
    Table,
    Text,
)
from ansible_collections.laocai.mail.plugins.plugin_utils.papers.text import as_text
from ansible_collections.laocai.mail.plugins.plugin_utils.recall import content as recall
from pypdf import PdfReader

from . import test_audit, test_letters, test_recall

OFFICE, DAY = "Sở Thông tin và Truyền thông", date(2026, 2, 5)
PLAIN = Paper(
    Head(OFFICE, "1/BB-STTTT", "Ủy ban nhân dân tỉnh Lào Cai", "Lào Cai", DAY),
    "BIÊN BẢN",
    "Bàn giao hộp thư",
    (Text("Nội dung."),),
    (Signer("Bên giao", "Lò Thị An"), Signer("Bên nhận", "Lò Bình")),
)
HANDOVER = {
    "handover": 1,
    "agency": "stttt",
    "name": OFFICE,
    "address": "contact-stttt@laocai.gov.vn",
    "document": "05/GUQ-STTTT",
    "day": "2026-02-05",
    "at": "2026-02-05T09:30:00+07:00",
    "role": "delegate",
    "former": {"person": "1", "name": "Nguyễn Văn Vịnh", "title": "Giám đốc"},
    "successor": {"person": "3", "name": "Giàng Seo Phử", "title": "Văn thư"},
    "state": {"folders": [{"name": "INBOX", "messages": 1234, "unread": 1, "octets": 900}],
              "messages": 1234, "unread": 1, "octets": 900, "quota": 1000, "checksum": "0" * 64},
    "removed": {"rules": [], "signatures": 0, "settings": False},
}  # fmt: skip
MADE: dict[str, Callable[[], Paper]] = {
    "letter": lambda: letters.as_paper(test_letters.one(test_letters.VINH), test_letters.PASSWORD),
    "record": lambda: minutes.as_paper(HANDOVER, test_letters.office()),
    "recall report": lambda: recall.report(test_recall.ANSWER | {"found": "2026-11-27T18:00:00+00:00"}, OFFICE),
    "recall record": lambda: recall.record(test_recall.BODY, "e" * 64, OFFICE),
    "list": lambda: listing.content_of({**test_audit.listed(test_audit.entry("create")), "office": OFFICE}),
}


def lines(pdf: bytes) -> dict[str, tuple[float, float, float]]:
    """The left, upper and right edge, in points, of each line of the first page, by its text."""
    words = ["pdftotext", "-bbox-layout", "-l", "1", "-", "-"]
    done = subprocess.run(words, input=pdf, check=True, stdout=subprocess.PIPE)
    line = r'<line xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="[\d.]+">(.*?)</line>'
    return {
        " ".join(re.findall(r"<word [^>]*>(.*?)</word>", inside)): (float(left), float(top), float(right))
        for left, top, right, inside in re.findall(line, done.stdout.decode(), re.DOTALL)
    }


@pytest.mark.parametrize("kind", MADE)
def test_paper_of_each_kind_has_the_name_of_the_state_and_its_motto_at_one_place(kind: str) -> None:
    """One layout: where the head stands is the same on each of them."""
    found = lines(drawing.draw(MADE[kind]()))
    left, top, right = found[layout.MOTTO]
    expected = lines(drawing.draw(PLAIN))[layout.MOTTO]
    assert (left, right) == pytest.approx((expected[0], expected[2]), abs=0.1)
    assert top == pytest.approx(expected[1], abs=0.1)


@pytest.mark.parametrize(
    ("kind", "day"),
    [
        ("letter", "2026-02-05"),
        ("record", "2026-02-05"),
        ("recall report", "2026-11-28"),
        ("recall record", "2026-11-27"),
        ("list", "2026-11-28"),
    ],
)
def test_file_of_each_kind_names_its_agency_language_and_day(kind: str, day: str) -> None:
    pdf = drawing.draw(MADE[kind]())
    assert pdf == drawing.draw(MADE[kind]())
    reader = PdfReader(io.BytesIO(pdf))
    about = reader.metadata
    assert about
    assert about.title
    assert about.author == OFFICE
    assert str(about.creation_date) == f"{day} 00:00:00+07:00"
    assert str(reader.root_object["/Lang"]) == "vi"


def test_head_without_day_leaves_place_and_day_to_be_written_by_hand() -> None:
    assert Head(OFFICE, "……/……").dated() == "……, ngày … tháng … năm ……"
    assert PLAIN.head.dated() == "Lào Cai, ngày 05 tháng 02 năm 2026"


def test_signers_stand_beside_each_other_with_the_text_above_them() -> None:
    long = replace(PLAIN, blocks=(Text("Nội dung. " * 700),))
    last = PdfReader(io.BytesIO(drawing.draw(long))).pages[-1].extract_text()
    assert "Nội dung." in last
    found = lines(drawing.draw(PLAIN))
    assert found["BÊN GIAO"][1] == pytest.approx(found["BÊN NHẬN"][1], abs=0.1)
    assert found["Lò Thị An"][1] - found["BÊN GIAO"][1] >= layout.SIGNATURE


def test_heading_is_on_the_page_of_its_table() -> None:
    table = Table("", "", ("Tên", "Số"), (TEXT, NUMBER), [("a", 1)] * 8)
    for filling in range(20, 44):
        blocks: tuple[Block, ...] = (*(Text("x") for _ in range(filling)), Heading("1. Bảng"), table)
        for page in PdfReader(io.BytesIO(drawing.draw(replace(PLAIN, blocks=blocks)))).pages:
            text = page.extract_text()
            assert ("1. Bảng" in text) <= ("Tên" in text), filling


def test_columns_are_as_wide_as_the_line_and_break_no_word_that_fits() -> None:
    drawing.check()
    rows = [["Cơ quan", "Địa chỉ thư"], ["Sở Thông tin", "contact-stttt@laocai.gov.vn"], ["x", "a" * 200]]
    size, widths = columns.fit(rows, layout.LINE, "LiberationSerif-Bold")
    assert sum(widths) == pytest.approx(layout.LINE)
    assert size == columns.SIZES[0]
    many = columns.fit([["abcdefghijkl" * 2] * 8], layout.LINE, "LiberationSerif-Bold")
    assert many[0] == columns.SIZES[-1]
    assert sum(many[1]) == pytest.approx(layout.LINE)


def test_columns_too_wide_together_break_the_longest_words_alone() -> None:
    drawing.check()
    rows = [["31/GUQ-VKSND", "a" * 60, "b" * 60, "c" * 60, "mail.audit"]]
    _size, widths = columns.fit(rows, layout.LINE, "LiberationSerif-Bold")
    assert sum(widths) == pytest.approx(layout.LINE)
    assert widths[0] >= columns.SIZES[-1] * columns._width("31/GUQ-VKSND", "LiberationSerif-Bold")


def test_text_of_a_paper_has_its_head_title_and_blocks() -> None:
    table = Table("", "", ("Tên", "Số"), (TEXT, NUMBER), [("a", 1234)])
    assert as_text(replace(PLAIN, blocks=(Heading("1. Bảng"), table, Text("Hết.")))).splitlines() == [
        *("SỞ THÔNG TIN VÀ TRUYỀN THÔNG", "", "BIÊN BẢN", "Bàn giao hộp thư", ""),
        *("", "1. Bảng", "  Tên | Số", "  a | 1.234", "Hết."),
    ]
