"""Letters: what they say, to whom they are encrypted, how they look, the folder they wait in, and handing them over."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import stat
import subprocess
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyrage
import pytest
from ansible_collections.laocai.mail.plugins.module_utils.danhba.checking import check as core
from ansible_collections.laocai.mail.plugins.module_utils.danhba.reading.source import File
from ansible_collections.laocai.mail.plugins.module_utils.danhba.rendering import fonts
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host.credentials import BatchName, Target
from ansible_collections.laocai.mail.plugins.plugin_utils.letters import content, drawing, handover, outbox, sealing
from ansible_collections.laocai.mail.plugins.plugin_utils.letters.content import Draft, Letter, Office
from ansible_collections.laocai.mail.plugins.plugin_utils.letters.handover import Clerk
from ansible_collections.laocai.mail.plugins.plugin_utils.letters.outbox import Outbox, Sealed
from ansible_collections.laocai.mail.plugins.plugin_utils.papers import layout
from pypdf import PdfReader

from tests.support.letters import pages, read

HEAD, DELEGATE, OPERATOR, GIVEN = (pyrage.x25519.Identity.generate() for _ in range(4))
BATCH = "6c52fcec-54ba-4ed2-99e0-9a9ecf24c30f"
# What the name of a copy ends in: of the first batch, and of `batch(2)` as the second.
FIRST, SECOND = "0001-6c52fcec.pdf.age", "0002-00000002.pdf.age"
PASSWORD = "Bake7-Tumo4-Vina9-Nehu3-Gopa5"
WORDS = Path(__file__).parents[3] / "roles/roundcube/files/plugins/danhba/localization/vi_VN.inc"
LONG = "Trung tâm Kiểm soát ô nhiễm và Quan trắc tài nguyên môi trường nước, đất, không khí vùng cao " * 2

PROVINCE = """province: Lào Cai
domain: laocai.gov.vn
host: mail.laocai.gov.vn
operator: stttt
operator_key: {operator}
support: {{phone: "0214 3 000 000", mail: contact-stttt@laocai.gov.vn}}
system_addresses: {{postmaster: contact-stttt}}
regulation: {{number: 33/2010/QĐ-UBND, date: 2010-10-05}}
"""
UBND = """agency: ubnd
name: Ủy ban nhân dân tỉnh Lào Cai
kind: provincial_committee
opened: {document: 02/NQ-QH8, date: 1991-10-01, event: established}
people: []
"""
STTTT = """agency: stttt
name: Sở Thông tin và Truyền thông
kind: department
parent: ubnd
opened: {{document: 11/2008/QĐ-UBND, date: 2008-03-20, event: established}}
custodians:
  - {{person: "1", document: 101/QĐ-UBND, date: 2010-10-15, as: head, key: {head}}}
  - {{person: "3", document: 05/GUQ-STTTT, date: 2011-02-01, as: delegate, key: {delegate}}}
people:
  - id: "1"
    name: Nguyễn Văn Vịnh
    title: Giám đốc
    leader: true
    unit: Ban Giám đốc
    opened: {{document: 101/QĐ-UBND, date: 2010-10-15, event: recruited}}
  - id: "2"
    name: H'Hen Niê
    family: Niê
    given: Hen
    title: Chuyên viên
    opened: {{document: 44/QĐ-STTTT, date: 2010-11-01, event: recruited}}
  - id: "3"
    name: Giàng Seo Phử
    title: Văn thư
    unit: Văn phòng
    opened: {{document: 45/QĐ-STTTT, date: 2010-11-01, event: recruited}}
"""
SNV = """agency: snv
name: Sở Nội vụ
kind: department
parent: ubnd
opened: {document: 12/2008/QĐ-UBND, date: 2008-03-20, event: established}
people:
  - id: "9"
    name: Sùng A Lềnh
    opened: {document: 46/QĐ-SNV, date: 2010-11-01, event: recruited}
"""
VINH = Target("official", "1", "nvvinh-stttt@laocai.gov.vn", "Nguyễn Văn Vịnh", "stttt", "101/QĐ-UBND", None)
NIE = Target("official", "2", "nhen-stttt@laocai.gov.vn", "H'Hen Niê", "stttt", "44/QĐ-STTTT", None)
PHU = Target("official", "3", "gsphu-stttt@laocai.gov.vn", "Giàng Seo Phử", "stttt", "12/BC-STTTT", 7)
CONTACT = Target("agency", "stttt", "contact-stttt@laocai.gov.vn", "Sở", "stttt", "11/2008/QĐ-UBND", None)
LENH = Target("official", "9", "salenh-snv@laocai.gov.vn", "Sùng A Lềnh", "snv", "46/QĐ-SNV", None)


def office(day: str = "2026-02-05", key: str = "", **edits: Callable[[str], str]) -> Office:
    """The operator's office over the small register above, with its files edited."""
    keys = {"operator": OPERATOR.to_public(), "head": HEAD.to_public(), "delegate": DELEGATE.to_public()}
    texts = {"province": PROVINCE.format(**keys), "stttt": STTTT.format(**keys), "ubnd": UBND, "snv": SNV}
    for name, edit in edits.items():
        texts[name] = edit(texts[name])
    names = {name: "province.yml" if name == "province" else f"agencies/{name}.yml" for name in texts}
    checked = core.check([File(names[name], names[name], text.encode()) for name, text in texts.items()])
    assert checked.usable, checked.findings
    return Office(*checked.usable, date.fromisoformat(day), key)


def without_key(text: str) -> str:
    return re.sub(r", key: age1\w+|operator_key: .*\n", "", text)


def without_delegates(text: str) -> str:
    return text.replace(f", key: {DELEGATE.to_public()}", "")


def one(target: Target, by: Office | None = None) -> Letter:
    [draft] = (by or office()).write([target], BATCH)
    return draft.letters[0]


def text_of(letter: Letter, password: str = PASSWORD) -> str:
    """The one page of a letter as people read it, with single spaces."""
    [page] = pages(drawing.draw([(letter, password)]))
    return " ".join(page.replace("\N{NO-BREAK SPACE}", " ").split())


# ---------------------------------------------------------------------------------------------- what it says


@pytest.mark.parametrize(
    ("day", "above"), [("2026-02-04", "Ủy ban nhân dân tỉnh Lào Cai"), ("2026-02-05", "Sở Nội vụ")]
)
def test_letter_is_headed_by_the_operators_superior_on_the_day(day: str, above: str) -> None:
    changes = "changes: [{document: 9/QĐ-UBND, date: 2026-02-05, parent: snv}]\ncustodians:"
    by = office(day, stttt=lambda text: text.replace("custodians:", changes))
    assert one(VINH, by).parent == above


def test_a_letter_has_every_part_of_an_official_document() -> None:
    text = text_of(one(VINH))
    for part in (
        "ỦY BAN NHÂN DÂN TỈNH LÀO CAI CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "SỞ THÔNG TIN VÀ TRUYỀN THÔNG",
        "Độc lập - Tự do - Hạnh phúc",
        "Số: 6C52FCEC-001/PCHT-STTTT",
        "Lào Cai, ngày 05 tháng 02 năm 2026",
        "PHIẾU CẤP HỘP THƯ ĐIỆN TỬ CÔNG VỤ",
        "Cấp mật khẩu lần đầu cho hộp thư của cá nhân",
        "Kính gửi: Ông (Bà) Nguyễn Văn Vịnh, Giám đốc, Ban Giám đốc, Sở Thông tin và Truyền thông",
        "Quyết định số 33/2010/QĐ-UBND ngày 05 tháng 10 năm 2010 của Ủy ban nhân dân tỉnh Lào Cai",
        "(sau đây gọi là Quy chế); Căn cứ văn bản số 101/QĐ-UBND. Sở Thông tin và Truyền thông cấp cho Ông (Bà)",
        "Địa chỉ thư",
        "nvvinh-stttt@laocai.gov.vn",
        "Mật khẩu cấp một lần",
        PASSWORD,
        "1. Tự gõ https://mail.laocai.gov.vn/ vào trình duyệt",
        "3. Đổi mật khẩu ngay (khoản 1 Điều 10)",
        "ít nhất 10 ký tự",
        "4. Đổi xong mới dùng được hộp thư",
        "Không cho ai biết mật khẩu, không dùng chung hộp thư (khoản 4, khoản 5 Điều 10)",
        "Mất phiếu, lộ, quên mật khẩu",
        "Hỗ trợ: điện thoại 0214 3 000 000, thư contact-stttt@laocai.gov.vn.",
        "Nơi nhận:",
        "GIÁM ĐỐC",
    ):
        assert part in text
    assert text.endswith("Nguyễn Văn Vịnh")


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (NIE, "Kính gửi: Ông (Bà) H'Hen Niê, Chuyên viên, Sở Thông tin và Truyền thông"),
        (PHU, "Kính gửi: Ông (Bà) Giàng Seo Phử, Văn thư, Văn phòng, Sở Thông tin và Truyền thông"),
        (PHU, "Cấp lại mật khẩu theo khoản 5 Điều 10"),
        (PHU, "Căn cứ văn bản số 12/BC-STTTT báo mất, lộ hoặc quên mật khẩu."),
        (replace(PHU, document="650/UBND-NV"), "(sau đây gọi là Quy chế); Căn cứ văn bản số 650/UBND-NV. Sở"),
        (replace(PHU, document="31/QĐ-UBND"), "Cấp lại mật khẩu cho hộp thư của cá nhân Kính gửi"),
        (LENH, "Kính gửi: Ông (Bà) Sùng A Lềnh, Sở Nội vụ"),
        (CONTACT, "Kính gửi: Ông (Bà) Giàng Seo Phử, Văn thư, người quản lý hộp thư của Sở Thông tin và Truyền thông"),
        (CONTACT, "Cấp mật khẩu lần đầu cho hộp thư của cơ quan"),
        (replace(CONTACT, previous=3), "Cấp lại mật khẩu cho hộp thư của cơ quan"),
        (replace(CONTACT, previous=3, document="7/BB-STTTT"), "Căn cứ văn bản số 7/BB-STTTT."),
        (replace(VINH, document=""), "(sau đây gọi là Quy chế). Sở Thông tin và Truyền thông cấp"),
        (CONTACT, "Thay đổi người quản lý thì bàn giao hộp thư theo khoản 2 Điều 11."),
    ],
)
def test_letter_is_worded_for_its_recipient(target: Target, said: str) -> None:
    assert said in text_of(one(target))


def test_letter_uses_the_webmails_words() -> None:
    """The webmail's page of the first change has two fields, and calls the password and the address what letters do."""
    labels = dict(re.findall(r"^\$labels\['(\w+)'\] = '(.*)';$", WORDS.read_text(encoding="utf-8"), re.MULTILINE))
    text = text_of(one(VINH))
    assert re.findall("“(.*?)”", text) == [labels["new"], labels["again"]]
    assert labels["old"] not in text
    assert labels["address"] in text
    issued = "mật khẩu cấp một lần"
    assert issued in labels["firstintro"]
    assert issued in text
    assert issued.capitalize() in text
    assert "dùng một lần" not in text


def test_letters_and_guide_tell_to_switch_the_input_method_off() -> None:
    """VNI takes digits for tones, and a masked field shows nothing. On letters, after a refusal, in the guide."""
    refused = re.search(r"^\$messages\['refused'\] = '(.*)';$", WORDS.read_text(encoding="utf-8"), re.MULTILINE)
    assert refused
    guide = WORDS.parents[6] / "docs/vi/can-bo.md"
    for text in (text_of(one(VINH)), text_of(one(CONTACT)), refused[1], guide.read_text(encoding="utf-8")):
        assert "tắt bộ gõ tiếng việt" in text.lower()


def test_vietnamese_letters_survive_in_text_of_pdf() -> None:
    """All 134 letters with marks, in all four styles; text of a PDF is lost where a typeface lacks the letter."""
    vowels = "aăâeêioôơuưy"
    tones = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
    letters = [unicodedata.normalize("NFC", vowel + tone) for vowel in vowels for tone in tones] + ["đ"]
    wanted = "".join(letters + [letter.upper() for letter in letters])
    letter = replace(one(VINH), to=wanted, subject=wanted, basis=(wanted,), duties=((wanted, ""),))
    [page] = pages(drawing.draw([(letter, PASSWORD)]))
    assert "".join(page.split()).count(wanted) == 4


def test_letters_are_numbered_and_bundled_by_agency() -> None:
    drafts = office().write([CONTACT, LENH, VINH], BATCH)
    assert [(draft.agency, draft.targets) for draft in drafts] == [("stttt", (CONTACT, VINH)), ("snv", (LENH,))]
    numbers = [letter.number for draft in drafts for letter in draft.letters]
    assert numbers == [f"6C52FCEC-00{n}/PCHT-STTTT" for n in (1, 2, 3)]


@pytest.mark.parametrize(
    "stranger",
    [
        replace(VINH, address="vinhnv-stttt@laocai.gov.vn"),
        replace(VINH, id="2"),
        replace(VINH, agency="snv"),
        replace(VINH, agency="gone"),
        replace(VINH, address="nvvinh-stttt@example.org"),
        replace(CONTACT, id="snv"),
    ],
)
def test_mailbox_missing_in_the_register_gets_no_letter(stranger: Target) -> None:
    with pytest.raises(Failure, match=r"The register has no mailbox .* Nothing was changed"):
        office().write([LENH, stranger], BATCH)


def test_markup_in_names_is_printed_literally() -> None:
    hostile = replace(one(VINH), to="<b>Phòng</b> A&B <font size=99>", office="A & <i>B</i>", signed_by="</para>")
    text = text_of(hostile)
    for said in ("<b>Phòng</b> A&B <font size=99>", "A & <I>B</I>", "</para>"):
        assert said in text


# ---------------------------------------------------------------------------------------------- how it looks


# Longer than any of the sample register.
UNIT = "Phòng Kế hoạch, Tài chính và Quản lý đầu tư xây dựng cơ bản"
AGENCY = "Văn phòng Đoàn đại biểu Quốc hội và Hội đồng nhân dân tỉnh"


@pytest.mark.parametrize("target", [VINH, NIE, PHU, LENH, CONTACT, replace(CONTACT, previous=3)])
def test_type_sizes_follow_decree_30(target: Target) -> None:
    """Nghị định 30/2020, Phụ lục I: text and number at 13 points, agencies and state at 12, who gets it at 11."""
    by = office(
        stttt=lambda text: text.replace("unit: Văn phòng", f"unit: {UNIT}").replace("Ban Giám đốc", UNIT),
        snv=lambda text: text.replace("Sở Nội vụ", AGENCY),
    )
    pdf = drawing.draw([(one(target, by), PASSWORD)])
    assert outside(pdf) == []
    found = sizes(pdf)
    small = [(text, size) for text, size in found if size < 13]
    assert {size for _text, size in small} == {11, 12}
    said = (
        "ỦY BAN NHÂN DÂN TỈNH LÀO CAI SỞ THÔNG TIN VÀ TRUYỀN THÔNG "
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM Nơi nhận: - Như trên (bản duy nhất); - Không sao chụp, không lưu."
    )
    assert " ".join(text for text, _size in small).split() == said.split()


@pytest.mark.parametrize("target", [VINH, PHU, LENH, CONTACT, replace(CONTACT, previous=3)])
def test_paragraphs_are_six_points_apart(target: Target) -> None:
    """Phụ lục I, II.5: beyond the lines' own distance, that is single spacing at 13 points."""
    starts = r"Căn cứ|Sở Thông tin và Truyền thông cấp|\d\. |-$|Trách nhiệm|Hỗ trợ"
    found = [(top, text) for text, _left, top, _right in lines(drawing.draw([(one(target), PASSWORD)]))]
    begin = [(top, text) for top, text in found if re.match(starts, text)]
    assert len(begin) >= 10
    for top, text in begin:
        above = max(other for other, _text in found if other < top - 1)
        assert top - above >= 13 * 1.15 + 6 - 0.3, text  # 0.3: where a bold line seems to begin


@pytest.mark.parametrize("target", [VINH, PHU, CONTACT, replace(CONTACT, previous=3)])
@pytest.mark.parametrize("name", ["Sở Nội vụ", "Sở Thông tin và Truyền thông", AGENCY])
def test_lengths_of_lines_follow_decree_30(target: Target, name: str) -> None:
    """Phụ lục I: below the agency's name and the subject a third to a half of the line, below the motto the whole."""
    letter = replace(one(target), office=name)
    pdf = drawing.draw([(letter, PASSWORD)])
    wide = {text: right - left for text, left, _top, right in lines(pdf)}
    above = [
        max(width for text, width in wide.items() if text in name.upper()),
        wide[layout.MOTTO],
        wide[letter.subject],
    ]
    page = PdfReader(io.BytesIO(pdf)).pages[0].get_contents()
    assert page is not None
    rules = re.findall(rb"n ([\d.]+) ([\d.]+) m ([\d.]+) \2 l S", page.get_data())[:3]
    office_, motto, subject = [
        (float(end) - float(start)) / line for (start, _y, end), line in zip(rules, above, strict=True)
    ]
    assert 1 / 3 <= office_ <= 1 / 2
    assert 1 / 3 <= subject <= 1 / 2
    assert pytest.approx(1, abs=0.01) == motto


def test_signature_has_room() -> None:
    """Less where the names are long, but never none, before the type is set smaller."""
    long = office(stttt=lambda text: text.replace("title: Văn thư", f"title: {UNIT}"))
    for letter, least in ((one(VINH), 50), (one(CONTACT), 36), (one(CONTACT, long), 36)):
        found = lines(drawing.draw([(letter, PASSWORD)]))
        [title] = [top for text, _left, top, _right in found if text == "GIÁM ĐỐC"]
        [name] = [top for text, left, top, _right in found if text == letter.signed_by and left > 300]
        assert name - title - 13 * 1.15 >= least


def lines(pdf: bytes) -> list[tuple[str, float, float, float]]:
    """Each line of a one-page PDF with its left, upper and right edge in points, from above."""
    done = subprocess.run(["pdftotext", "-bbox-layout", "-", "-"], input=pdf, check=True, stdout=subprocess.PIPE)
    found = []
    line = r'<line xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="[\d.]+">(.*?)</line>'
    for left, top, right, inside in re.findall(line, done.stdout.decode(), re.DOTALL):
        words = re.findall(r"<word [^>]*>(.*?)</word>", inside)
        found.append((" ".join(words), float(left), float(top), float(right)))
    return sorted(found, key=lambda line: line[2])


def sizes(pdf: bytes) -> list[tuple[str, float]]:
    """Each piece of text of a one-page PDF with the size of its type in points, in the order in which it was drawn."""
    found: list[tuple[str, float]] = []

    def visit(text: str, _page: Any, matrix: list[float], _font: Any, size: float) -> None:
        if text.strip():
            found.append((text, size * matrix[3]))

    PdfReader(io.BytesIO(pdf)).pages[0].extract_text(visitor_text=visit)
    assert sum(len(text) for text, _size in found) > 1000
    return found


@pytest.mark.parametrize("length", [40, 120, 200])
def test_longest_names_fit_on_one_page(length: int) -> None:
    """The register admits 200 characters; and one word of that many, which cannot be broken between words."""
    for name in (LONG[:length], "W" * length):
        letter = replace(
            one(CONTACT),
            parent=name,
            office=name,
            to=f"Ông (Bà) {name}, {name}, {name}, {name}",
            opening=f"{name} cấp cho {name}:",
            address=f"{'m' * 57}-{'x' * 32}@laocai.gov.vn",
            signed_as=name,
            signed_by=name,
            duties=tuple((lead, f"{rest} {name}") for lead, rest in one(CONTACT).duties),
        )
        pdf = drawing.draw([(letter, PASSWORD)])
        assert read(pdf) == {letter.address: PASSWORD}
        assert outside(pdf) == []


def outside(pdf: bytes) -> list[str]:
    """Words of a PDF that stand outside its margins: 30 mm at the left, 15 at the right, 20 above and below."""
    done = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, check=True, stdout=subprocess.PIPE)
    words = re.findall(
        r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>', done.stdout.decode()
    )
    assert len(words) > 100
    low = [85.0, 56.0, 85.0, 56.0]
    high = [553.0, 786.0, 553.0, 786.0]
    return [
        word
        for *edges, word in words
        if not all(a - 1 <= float(x) <= b + 1 for a, x, b in zip(low, edges, high, strict=True))
    ]


def test_pages_are_a4_in_the_typefaces_of_documents() -> None:
    pdf = PdfReader(io.BytesIO(drawing.draw([(one(VINH), PASSWORD), (one(NIE), PASSWORD)])))
    assert [(round(page.mediabox.width), round(page.mediabox.height)) for page in pdf.pages] == [(595, 842)] * 2
    used = {str(font["/BaseFont"]) for page in pdf.pages for font in _fonts(page)}
    assert {re.sub(r"^/\w+\+|-?(Bold|Italic|BoldItalic)$", "", name) for name in used} <= {
        *("LiberationSerif", "LiberationMono", "LiberationSerif-Bold", "/Helvetica")
    }
    assert any("LiberationMono-Bold" in name for name in used)


def _fonts(page: Any) -> list[Any]:
    return [font.get_object() for font in page["/Resources"]["/Font"].values()]


def test_metadata_of_pdf_has_no_time_author_or_password() -> None:
    """No hour, no author, no password in what describes the file."""
    pdf = drawing.draw([(one(VINH), PASSWORD)])
    assert pdf == drawing.draw([(one(VINH), PASSWORD)])
    described = PdfReader(io.BytesIO(pdf)).metadata
    assert described
    assert described.title == content.TITLE
    assert PASSWORD not in str(described)


def test_missing_typefaces_are_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "FOLDERS", ())
    fonts.register.cache_clear()
    try:
        with pytest.raises(Failure, match="fonts-liberation") as caught:
            drawing.draw([(one(VINH), PASSWORD)])
        assert "fonts-liberation" in caught.value.vi
    finally:
        monkeypatch.undo()
        fonts.register.cache_clear()
        fonts.register()


# ---------------------------------------------------------------------------------------------- who opens it


@pytest.mark.clause("R10.1", "R11.1")
@pytest.mark.parametrize(
    ("by", "agency", "owner", "key", "person"),
    [
        (office("2010-12-01"), "stttt", "custodian", HEAD, "1"),
        (office("2011-02-01"), "stttt", "custodian", DELEGATE, "3"),
        # Without a key of the present custodian, the former one's is not the way out.
        (
            office(stttt=lambda text: text.replace(f", key: {DELEGATE.to_public()}", "")),
            "stttt",
            "operator",
            OPERATOR,
            "3",
        ),
        (office(), "snv", "operator", OPERATOR, ""),
        # Who has left or is suspended opens nothing, and nobody comes back.
        (
            office(stttt=lambda text: text + "    closed: {document: 9/QĐ-STTTT, date: 2012-01-01, event: retired}\n"),
            *("stttt", "operator", OPERATOR, ""),
        ),
        (
            office(stttt=lambda text: text + "    suspended:\n      - {document: 9/QĐ-STTTT, date: 2012-01-01}\n"),
            *("stttt", "operator", OPERATOR, ""),
        ),
        (office(key=str(GIVEN.to_public())), "stttt", "given", GIVEN, "3"),
    ],
)
def test_bundle_is_encrypted_to_the_custodian_of_the_day(
    by: Office, agency: str, owner: str, key: pyrage.x25519.Identity, person: str
) -> None:
    reader = by.reader(agency)
    assert (reader.owner, reader.key, reader.person) == (owner, str(key.to_public()), person)


def test_missing_keys_stop_before_anything_is_written() -> None:
    by = office(province=without_key)
    assert by.write([VINH], BATCH)
    with pytest.raises(Failure, match=r"no key to encrypt the letters of: snv\..*Nothing was changed") as refusal:
        by.write([VINH, LENH], BATCH)
    assert "age-keygen" in refusal.value.vi


@pytest.mark.parametrize(
    "key",
    [
        "age1",
        "ssh-ed25519 AAAA",
        str(GIVEN.to_public())[:-1],
        str(GIVEN.to_public())[:-1] + ("q" if str(GIVEN.to_public())[-1] != "q" else "p"),
        str(GIVEN.to_public()).upper(),
        # Checksums hold, but anybody can open it; the library would crash.
        "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z",
        "age1ur4h5lpmgxu2u9jku0a0r87ydtdqnr0tnsetrlvxvgz3vh6fhqqqzyt4v9",
    ],
    ids=["beginning", "ssh", "short", "another letter", "capitals", "anybody's", "anybody's again"],
)
def test_invalid_key_is_refused(key: str) -> None:
    with pytest.raises(Failure, match="no public key of age"):
        office(key=key).write([VINH], BATCH)


def test_secret_key_given_by_mistake_is_not_printed() -> None:
    with pytest.raises(Failure, match="treat it as leaked") as refusal:
        office(key=str(GIVEN)).write([VINH], BATCH)
    assert str(GIVEN)[20:] not in str(refusal.value)


def test_only_the_right_key_opens_it(tmp_path: Path) -> None:
    sealed = sealing.seal(b"%PDF-", str(GIVEN.to_public()))
    assert pyrage.decrypt(sealed, [GIVEN]) == b"%PDF-"
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(sealed, [HEAD])
    for identity, status in ((GIVEN, 0), (HEAD, 1)):
        key = tmp_path / "key.txt"
        key.write_text(f"{identity}\n")
        done = subprocess.run(["age", "--decrypt", "-i", str(key)], input=sealed, capture_output=True, check=False)
        assert (done.returncode, done.stdout) == (status, b"%PDF-" if status == 0 else b"")


def test_missing_pyrage_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "HAS_PYRAGE", False)
    with pytest.raises(Failure, match="make setup"):
        sealing.check()


# ---------------------------------------------------------------------------------------------- the folder


@pytest.fixture
def box(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "private" / "letters")


def put(box: Outbox, *drafts: Draft, batch: str = BATCH, day: str = "2026-02-05") -> Path:
    """Put letters into an outbox, as a run does."""
    sealed = [
        Sealed(
            draft.agency,
            draft.name,
            draft.reader,
            tuple(target.address for target in draft.targets),
            sealing.seal(f"{batch} {draft.agency}".encode(), draft.reader.key),
        )
        for draft in drafts
    ]
    with box.locked():
        return box.finish(box.write_partial(BatchName("7-1", batch), day, sealed))


def batch(number: int) -> str:
    return f"{number:08}-54ba-4ed2-99e0-9a9ecf24c30f"


def test_outbox_files_are_private(box: Outbox) -> None:
    folder = put(box, *office().write([VINH], BATCH))
    assert [stat.S_IMODE(path.stat().st_mode) for path in (box.path.parent, box.path, folder)] == [0o700] * 3
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {
        "manifest.json": 0o600,
        "stttt.pdf.age": 0o600,
    }


def test_batches_are_sorted_with_their_manifests(box: Outbox) -> None:
    [draft] = office().write([VINH], BATCH)
    paths = [put(box, draft, batch=batch(number)) for number in range(1, 13)]
    assert [path.name for path in paths[:2]] == ["0001-00000001", "0002-00000002"]
    assert [found.path for found in box.batches()] == paths
    [bundle] = box.batches()[0].bundles
    assert (bundle.reader, bundle.addresses) == (draft.reader, (VINH.address,))
    assert hashlib.sha256((paths[0] / bundle.file).read_bytes()).hexdigest() == bundle.sha256


def test_partial_batches_are_found_by_their_name(box: Outbox) -> None:
    name = BatchName("7-1", BATCH)
    with box.locked():
        partial = box.write_partial(name, "2026-02-05", [])
        (box.path / "7-1.partial").mkdir()
        (box.path / "notes").mkdir()
        assert box.find_partials() == [partial]
        assert box.batches() == []
        box.discard(partial)
        assert box.find_partials() == []


def test_locked_outbox_refuses_a_second_run(box: Outbox) -> None:
    with box.locked(), pytest.raises(Failure, match="Another run is issuing"), Outbox(box.path).locked():
        pass
    with box.locked():
        pass


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o777])
def test_outbox_readable_by_others_is_refused(box: Outbox, mode: int) -> None:
    box.path.mkdir(parents=True)
    box.path.chmod(mode)
    with pytest.raises(Failure, match="chmod 700"), box.locked():
        pass
    assert list(box.path.iterdir()) == []


@pytest.mark.parametrize("said", [None, "", "{}", "[]", '{"day": "2026-02-05", "bundles": [{}]}'])
def test_broken_manifest_holds_older_letters_back(box: Outbox, to: Path, said: str | None) -> None:
    """Which passwords it replaced is unknown, so no older letter of its agencies can be trusted; others go out."""
    put(box, *office().write([VINH, LENH], BATCH))
    folder = put(box, *office().write([VINH], BATCH), batch=batch(2))
    break_manifest(folder, said)
    done = Clerk(box, office(), to).hand_over()
    assert ([item.agency for item in done.bundles], done.held) == (["snv"], ["stttt"])
    [warning] = done.broken
    assert str(folder) in warning
    assert "Cấp lại mật khẩu cho các hộp thư của stttt" in " ".join(warning.split())
    assert "00000002…" in warning

    # The way out: what is issued after it counts, under a number of its own, and goes out.
    assert put(box, *office().write([VINH], BATCH), batch=batch(3)).name == "0003-00000003"
    done = Clerk(box, office(), to).hand_over()
    assert ([item.agency for item in done.bundles], done.held, done.void) == (["stttt"], [], ["stttt"])


def test_broken_batch_keeps_its_number(box: Outbox) -> None:
    """Also as the last one, whose number would be the next one's."""
    break_manifest(put(box, *office().write([VINH], BATCH)), "{}")
    assert put(box, *office().write([VINH], BATCH), batch=batch(2)).name == "0002-00000002"


def break_manifest(folder: Path, said: str | None) -> None:
    """Have a manifest say something else, or nothing at all."""
    manifest = folder / outbox.MANIFEST
    manifest.unlink()
    if said is not None:
        manifest.write_text(said)


def test_file_in_place_of_the_outbox_is_refused(box: Outbox) -> None:
    box.path.parent.mkdir(mode=0o700)
    box.path.touch(mode=0o600)
    with pytest.raises(Failure), box.locked():
        pass


def test_failing_rename_names_the_partial_folder(box: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with box.locked():
        partial = box.write_partial(BatchName("7-1", BATCH), "2026-02-05", [])
        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", fail)
            with pytest.raises(Failure, match="No space left") as caught:
                box.finish(partial)
        assert str(partial.path) in caught.value.en
        assert str(partial.path) in caught.value.vi
        box.finish(partial)
        assert len(box.batches()) == 1


# ---------------------------------------------------------------------------------------------- handing over


@pytest.fixture
def to(tmp_path: Path) -> Path:
    return tmp_path / "stick" / "phieu"


def rows(to: Path, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((to / name).read_text(encoding="utf-8-sig").splitlines()))


def test_bundle_is_handed_over_once(box: Outbox, to: Path) -> None:
    folder = put(box, *office().write([CONTACT, VINH, LENH], BATCH))
    clerk = Clerk(box, office(), to)
    foreseen = clerk.foresee()
    assert not to.exists()
    done = clerk.hand_over()
    assert done == foreseen
    assert [(item.agency, item.letters, item.owner) for item in done.bundles] == [
        ("stttt", 2, "custodian"),
        ("snv", 1, "operator"),
    ]
    assert sorted(path.name for path in to.iterdir()) == sorted([done.list, f"snv-{FIRST}", f"stttt-{FIRST}"])
    assert (to / f"stttt-{FIRST}").read_bytes() == (folder / "stttt.pdf.age").read_bytes()
    first, second = rows(to, done.list)
    assert first["Cơ quan"] == "Sở Thông tin và Truyền thông"
    assert first["Người quản lý hộp thư"] == "Giàng Seo Phử"
    assert first["Số phiếu"] == "2"
    assert first["Mã hóa cho"] == "khóa của người quản lý"
    assert first["Khóa công khai"] == str(DELEGATE.to_public())
    assert first["SHA-256"] == hashlib.sha256((to / f"stttt-{FIRST}").read_bytes()).hexdigest()
    assert first["Ngày bàn giao"] == "ngày 05 tháng 02 năm 2026"
    assert second["Mã hóa cho"] == "khóa của cơ quan vận hành"

    before = {path: path.stat().st_mtime_ns for path in (*to.iterdir(), *folder.iterdir())}
    again = clerk.hand_over()
    assert (again.bundles, again.list) == ([], "")
    assert {path: path.stat().st_mtime_ns for path in (*to.iterdir(), *folder.iterdir())} == before


def test_interrupted_hand_over_is_repeated_with_the_same_files(
    box: Outbox, to: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after the copies and before the marks: the same files and the same list, and no second list."""
    put(box, *office().write([CONTACT, LENH], BATCH))
    clerk = Clerk(box, office(), to)

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Clerk, "_mark", fail)
        with pytest.raises(KeyboardInterrupt):
            clerk.hand_over()
    before = {path.name: path.read_bytes() for path in to.iterdir()}
    assert len(clerk.hand_over().bundles) == 2
    assert {path.name: path.read_bytes() for path in to.iterdir()} == before


def test_hand_over_after_a_kill_within_its_mark_is_recorded(box: Outbox, to: Path) -> None:
    """A run that was killed while it wrote what was handed over leaves half of that file beside its place."""
    folder = put(box, *office().write([CONTACT, LENH], BATCH))
    leftover = folder / f".{outbox.HANDED_OVER}.new"
    leftover.write_text('{"stttt', encoding="utf-8")
    assert len(Clerk(box, office(), to).hand_over().bundles) == 2
    marked = json.loads((folder / outbox.HANDED_OVER).read_text(encoding="utf-8"))
    assert sorted(marked) == ["snv.pdf.age", "stttt.pdf.age"]


@pytest.mark.clause("R11.2")
def test_bundle_is_held_back_after_the_custodian_changed(box: Outbox, to: Path) -> None:
    put(box, *office("2010-12-01").write([VINH, LENH], BATCH), day="2010-12-01")
    done = Clerk(box, office("2011-02-01"), to).hand_over()
    assert ([item.agency for item in done.bundles], done.held) == (["snv"], ["stttt"])
    assert not (to / f"stttt-{FIRST}").exists()
    # The way out: the letters are issued again, for whom they are now.
    put(box, *office("2011-02-01").write([VINH], BATCH), batch=batch(2), day="2011-02-01")
    done = Clerk(box, office("2011-02-01"), to).hand_over()
    assert ([item.file for item in done.bundles], done.held, done.void) == ([f"stttt-{SECOND}"], [], ["stttt"])


def test_bundle_is_held_back_after_the_custodians_key_changed(box: Outbox, to: Path) -> None:
    put(box, *office().write([VINH], BATCH))
    moved = office(stttt=lambda text: text.replace(str(DELEGATE.to_public()), str(GIVEN.to_public())))
    assert Clerk(box, moved, to).hand_over().held == ["stttt"]
    assert not to.exists()


def test_bundle_is_held_back_after_the_operators_key_changed(box: Outbox, to: Path) -> None:
    """The former one may have leaked, and whoever opens the bundles has it no more. A key that was given stays."""
    put(box, *office().write([LENH], BATCH))
    put(box, *office(key=str(HEAD.to_public())).write([VINH], BATCH), batch=batch(2))
    put(box, *office().write([NIE], BATCH), batch=batch(3))
    moved = office(province=lambda text: text.replace(str(OPERATOR.to_public()), str(GIVEN.to_public())))
    done = Clerk(box, moved, to).hand_over()
    assert ([item.owner for item in done.bundles], done.held) == (["given", "custodian"], ["snv"])
    put(box, *moved.write([LENH], BATCH), batch=batch(4))
    done = Clerk(box, moved, to).hand_over()
    assert ([item.agency for item in done.bundles], done.held) == (["snv"], [])


@pytest.mark.parametrize(("day", "refused"), [("2026-02-04", True), ("2026-02-05", False), ("2026-03-01", False)])
def test_hand_over_before_the_day_of_the_newest_letters_is_refused(
    box: Outbox, to: Path, day: str, refused: bool
) -> None:
    """It would give what is for a former custodian to that person."""
    put(box, *office().write([VINH], BATCH))
    put(box, *office("2010-12-01").write([VINH], BATCH), batch=batch(2), day="2010-12-01")
    for attempt in (Clerk.foresee, Clerk.hand_over):
        if not refused:
            attempt(Clerk(box, office(day), to))
            continue
        with pytest.raises(Failure, match=r"lies before 2026-02-05.* Nothing was changed") as refusal:
            attempt(Clerk(box, office(day), to))
        assert "Nêu as_of từ 2026-02-05 trở đi" in refusal.value.vi
        assert not to.exists()


def test_contact_letter_for_a_former_custodian_is_held_back(box: Outbox, to: Path) -> None:
    """It names whom it is for, and that person has to hand over (R11.2), even when the operator delivers it."""
    put(box, *office("2010-12-01", stttt=without_key).write([CONTACT], BATCH), day="2010-12-01")
    put(box, *office("2010-12-01", stttt=without_key).write([NIE], BATCH), batch=batch(2), day="2010-12-01")
    done = Clerk(box, office("2011-02-01", stttt=without_key), to).hand_over()
    assert ([item.file for item in done.bundles], done.held) == ([f"stttt-{SECOND}"], ["stttt"])
    # What goes out is for whoever is custodian now, not for whom the manifest names.
    assert [item.owner for item in done.bundles] == ["operator"]
    assert [row["Người quản lý hộp thư"] for row in rows(to, done.list)] == ["Giàng Seo Phử"]


@pytest.mark.clause("R11.1")
def test_list_names_the_present_custodian(box: Outbox, to: Path) -> None:
    """Also where one key was given for everything, and where nobody is custodian any more."""
    put(box, *office("2010-12-01", key=str(GIVEN.to_public())).write([NIE], BATCH), day="2010-12-01")
    clerk = Clerk(box, office("2011-02-01"), to)
    assert [(item.owner, item.custodian) for item in clerk.foresee().bundles] == [("given", "Giàng Seo Phử")]
    left = office(stttt=lambda text: text + LEFT)
    assert [item.custodian for item in Clerk(box, left, to).foresee().bundles] == [""]


LEFT = "    closed: {document: 9/QĐ-STTTT, date: 2012-01-01, event: retired}\n"
SUSPENDED = "    suspended:\n      - {{document: 9/QĐ-STTTT, date: 2012-01-01{until}}}\n"


def suspended(text: str, until: str = "") -> str:
    """The register with H'Hen Niê suspended from the year 2012 on."""
    before, entry, after = text.partition('  - id: "3"')
    return before + SUSPENDED.format(until=until) + entry + after


def test_suspended_mailbox_holds_nothing_back_until_reopened(box: Outbox, to: Path) -> None:
    """Its password cannot be reissued, so a bundle for a former custodian would be in the way for ever."""
    put(box, *office("2010-12-01").write([VINH, NIE], BATCH))
    assert Clerk(box, office(stttt=suspended), to).foresee().held == ["stttt"]
    put(box, *office(stttt=suspended).write([VINH], BATCH), batch=batch(2))
    done = Clerk(box, office(stttt=suspended), to).foresee()
    assert ([item.file for item in done.bundles], done.held, done.void) == ([f"stttt-{SECOND}"], [], ["stttt"])
    again = office("2026-02-05", stttt=lambda text: suspended(text, ", until: 2026-02-05"))
    assert Clerk(box, again, to).foresee().held == ["stttt"]


def test_letter_of_a_suspended_mailbox_is_handed_over(box: Outbox, to: Path) -> None:
    put(box, *office().write([NIE], BATCH))
    done = Clerk(box, office(stttt=suspended), to).foresee()
    assert ([(item.agency, item.void) for item in done.bundles], done.void) == ([("stttt", [])], [])


def test_letters_of_closed_mailboxes_are_void(box: Outbox, to: Path) -> None:
    put(box, *office().write([CONTACT, NIE, LENH], BATCH))

    def ended(text: str) -> str:
        return f"{text}    closed: {{document: 9/QĐ-SNV, date: 2026-02-01, event: retired}}\n"

    def without_nie(text: str) -> str:
        return text.replace('event: recruited}\n  - id: "3"', "event: recruited}\n" + ended("") + '  - id: "3"')

    done = Clerk(box, office(snv=ended, stttt=without_nie), to).hand_over()
    assert ([(item.agency, item.void) for item in done.bundles], done.void) == ([("stttt", [NIE.address])], ["snv"])


MOVED = "    closed: {document: 31/QĐ-UBND, date: 2026-02-10, event: transferred}\n"


def nie_moved(day: str = "2026-02-15", until: str = "") -> Office:
    """The office over the register with H'Hen Niê transferred to Sở Nội vụ, and suspended there until a day."""
    opened = "{document: 31/QĐ-UBND, date: 2026-02-10, event: transferred}"
    entry = f'  - id: "2"\n    name: H\'Hen Niê\n    family: Niê\n    given: Hen\n    opened: {opened}\n'
    away = f"    suspended:\n      - {{document: 9/QĐ-SNV, date: 2026-02-11, until: {until}}}\n" if until else ""
    return office(
        day, stttt=lambda text: text.replace('  - id: "3"', f'{MOVED}  - id: "3"'), snv=lambda text: text + entry + away
    )


NIE_MOVED = replace(NIE, address="nhen-snv@laocai.gov.vn", agency="snv", previous=1)


def test_account_moved_before_hand_over_is_named_for_reissue(box: Outbox, to: Path) -> None:
    """The account goes along with its password, which is in no letter that anybody will read."""
    put(box, *office().write([NIE], BATCH))
    assert Clerk(box, office(), to).foresee().reissue == []
    clerk = Clerk(box, nie_moved(), to)
    assert (clerk.foresee().void, clerk.foresee().reissue) == (["stttt"], [NIE_MOVED.address])
    assert clerk.hand_over().reissue == [NIE_MOVED.address]
    put(box, *clerk.office.write([NIE_MOVED], BATCH), batch=batch(2), day="2026-02-15")
    assert clerk.foresee().reissue == []


def test_reissue_is_still_named_after_the_bundle_was_handed_over(box: Outbox, to: Path) -> None:
    put(box, *office().write([VINH, NIE], BATCH))
    clerk = Clerk(box, nie_moved(), to)
    done = clerk.hand_over()
    assert ([item.void for item in done.bundles], done.reissue) == ([[NIE.address]], [NIE_MOVED.address])
    again = clerk.hand_over()
    assert (again.bundles, again.reissue) == ([], [NIE_MOVED.address])


def test_account_moved_after_hand_over_needs_no_reissue(box: Outbox, to: Path) -> None:
    put(box, *office().write([VINH, NIE], BATCH))
    put(box, *office().write([NIE], BATCH), batch=batch(2))
    Clerk(box, office(), to).hand_over()
    assert Clerk(box, nie_moved(), to).foresee().reissue == []


def test_moved_and_suspended_account_is_named_once_reopened(box: Outbox, to: Path) -> None:
    """Before that no password can be issued."""
    put(box, *office().write([NIE], BATCH))
    until = "2026-03-01"
    assert Clerk(box, nie_moved(until=until), to).foresee().reissue == []
    assert Clerk(box, nie_moved(until, until), to).foresee().reissue == [NIE_MOVED.address]


def test_reissued_letters_are_void(box: Outbox, to: Path) -> None:
    put(box, *office().write([VINH, NIE], BATCH))
    put(box, *office().write([NIE], BATCH), batch=batch(2))
    done = Clerk(box, office(), to).hand_over()
    assert [(item.file, item.void) for item in done.bundles] == [
        (f"stttt-{FIRST}", [NIE.address]),
        (f"stttt-{SECOND}", []),
    ]
    assert rows(to, done.list)[0]["Phiếu đã hết hiệu lực"] == NIE.address


def test_tampered_bundle_is_not_handed_over(box: Outbox, to: Path) -> None:
    folder = put(box, *office().write([LENH, VINH], BATCH))
    (folder / "stttt.pdf.age").write_bytes(sealing.seal(b"another password", str(DELEGATE.to_public())))
    with pytest.raises(Failure, match="is not what was issued"):
        Clerk(box, office(), to).hand_over()
    assert not list(to.glob("*.age"))
    assert not (folder / outbox.HANDED_OVER).exists()


def test_bundles_of_two_outboxes_have_different_names(box: Outbox, to: Path, tmp_path: Path) -> None:
    """Numbers begin with 1 in each."""
    other = Outbox(tmp_path / "other")
    put(box, *office().write([VINH], BATCH))
    put(other, *office().write([VINH], BATCH), batch=batch(2))
    for outbox_ in (box, other):
        Clerk(outbox_, office(), to).hand_over()
    assert len(list(to.glob("*.age"))) == 2
    assert len(list(to.glob("*.csv"))) == 2


def test_foreign_file_of_the_same_name_is_not_overwritten(box: Outbox, to: Path) -> None:
    """Not even after the copies that come before it."""
    folder = put(box, *office().write([VINH, LENH], BATCH))
    to.mkdir(parents=True)
    taken = to / f"snv-{FIRST}"
    taken.write_bytes(b"another bundle")
    for attempt in (Clerk.foresee, Clerk.hand_over):
        with pytest.raises(Failure, match=r"exists with another content.* Nothing was changed") as refusal:
            attempt(Clerk(box, office(), to))
        assert str(taken) in refusal.value.vi
    assert {path.name: path.read_bytes() for path in to.iterdir()} == {taken.name: b"another bundle"}
    assert not (folder / outbox.HANDED_OVER).exists()
    taken.unlink()
    assert len(Clerk(box, office(), to).hand_over().bundles) == 2


def test_letters_of_a_partial_batch_are_not_handed_over(box: Outbox, to: Path) -> None:
    with box.locked():
        box.write_partial(BatchName("7-1", BATCH), "2026-02-05", [])
    for attempt in (Clerk.hand_over, Clerk.foresee):
        with pytest.raises(Failure, match=r"run playbooks/passwords\.yml first"):
            attempt(Clerk(box, office(), to))


def test_outbox_as_target_of_hand_over_is_refused(box: Outbox) -> None:
    put(box, *office().write([VINH], BATCH))
    for to in (box.path, box.path / "out"):
        for attempt in (Clerk.foresee, Clerk.hand_over):
            with pytest.raises(Failure, match="lies inside"):
                attempt(Clerk(box, office(), to))


def test_empty_outbox_has_nothing_to_hand_over(box: Outbox, to: Path) -> None:
    assert Clerk(box, office(), to).foresee().bundles == []
    assert not box.path.exists()
    assert Clerk(box, office(), to).hand_over().bundles == []
    assert not to.exists()


def test_broken_hand_over_mark_is_named(box: Outbox, to: Path) -> None:
    folder = put(box, *office().write([VINH], BATCH))
    (folder / outbox.HANDED_OVER).write_text("{")
    with pytest.raises(Failure, match="is broken"):
        Clerk(box, office(), to).hand_over()


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+84", "-1", "@x", "\t=x", "\r=x"])
def test_names_in_the_list_are_no_formulas(name: str) -> None:
    item = handover.HandedOver("stttt", name, "", 1, [], "operator", "age1", "f", "0", "2026-02-05")
    [row] = csv.DictReader(io.StringIO(handover._listed([item], "ngày").decode("utf-8-sig")))
    assert row["Cơ quan"] == f"'{name}"


def test_hand_over_marks_tell_the_target(box: Outbox, to: Path) -> None:
    folder = put(box, *office().write([VINH], BATCH))
    Clerk(box, office(), to).hand_over()
    marked = json.loads((folder / outbox.HANDED_OVER).read_text())
    assert marked == {"stttt.pdf.age": {"day": "2026-02-05", "to": str(to), "void": []}}
