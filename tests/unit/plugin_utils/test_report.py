"""A report as files: what stands in them, that no text is a formula, and that a page needs nothing from elsewhere."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.laocai.mail.plugins.module_utils.danhba.planning.state import Timeline
from ansible_collections.laocai.mail.plugins.module_utils.danhba.reporting import scope
from ansible_collections.laocai.mail.plugins.module_utils.danhba.reporting.report import Report, make
from ansible_collections.laocai.mail.plugins.module_utils.danhba.reporting.using import Rules
from ansible_collections.laocai.mail.plugins.module_utils.danhba.usage.checks import Period
from ansible_collections.laocai.mail.plugins.plugin_utils import controller
from ansible_collections.laocai.mail.plugins.plugin_utils.papers import model
from ansible_collections.laocai.mail.plugins.plugin_utils.report import charts, content, files, page, workbook
from defusedxml import ElementTree
from openpyxl import load_workbook
from pypdf import PdfReader

from tests.support.registers import Texts, agency, person, register
from tests.support.simulated import TOLD, simulate

FIRST, LAST, DAY = date(2025, 1, 1), date(2025, 12, 31), date(2026, 2, 5)
HOSTILE = '=HYPERLINK("x")'
REGISTER = register(
    agency("ubnd", kind="provincial_committee", name="Ủy ban nhân dân tỉnh Lào Cai"),
    agency("stttt", person("1", "Lò Thị An", "2020-01-01", title="Giám đốc"), parent="ubnd",
           name="Sở Thông tin và Truyền thông",
           custodians=[{"person": "1", "document": "1/QĐ-UBND", "date": "2020-01-01", "as": "head"}]),
    agency("good", person("2", "Lò Bình", "2020-01-01"), parent="ubnd", name="Sở Tốt & Đẹp"),
    agency("bad", person("3", "Lò Chi", "2025-06-02"), person("4", "Lò Dung", "2020-01-01", "2025-03-03"),
           parent="ubnd", name="Sở Chậm"),
)  # fmt: skip
NAMES = [
    "agency/ubnd",
    "agency/stttt",
    "agency/good",
    "agency/bad",
    "official/1",
    "official/2",
    "official/3",
    "official/4",
]
CARE = {
    "agency/bad": 0.1,
    "official/3": 0.2,
    "official/4": 0.2,
    "agency/ubnd": 1.0,
    "agency/good": 1.0,
    "official/2": 1.0,
}


class Made:
    """A report of the small register with its files."""

    def __init__(self, folder: Path, texts: Texts, of: str = "", uncounted: set[date] | None = None) -> None:
        for name, text in texts.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(str(text), encoding="utf-8")
        self.register, issued = controller.read_register(folder)
        timeline = Timeline.of(self.register, issued, LAST)
        year = simulate(NAMES, FIRST, LAST, CARE)
        year.uncounted = uncounted or set()
        where = scope.of_province(timeline)
        if of:
            where = scope.of_mailbox(timeline, of) if "@" in of else scope.of_agency(timeline, of)
        period = Period.of(timeline, FIRST, LAST)
        self.report: Report = make(timeline, where, period, year.told(**TOLD), Rules())
        self.content = content.write(self.report, self.register)
        self.sender = files.sender(self.register, issued, DAY)
        self.files = files.make(self.content, self.report, self.sender)

    def sheets(self) -> Any:
        return load_workbook(io.BytesIO(self.files[".xlsx"]))

    def pages(self, end: str = ".pdf") -> list[str]:
        pages = PdfReader(io.BytesIO(self.files[end])).pages
        return [re.sub(r"\s+", " ", each.extract_text()) for each in pages]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("register"), REGISTER)


def figures(made: Made) -> dict[str, Any]:
    return {figure.label: figure.value for section in made.content.sections for figure in section.figures}


@pytest.mark.clause("R9.8", "R14")
def test_each_figure_names_its_source(made: Made) -> None:
    found = [figure for section in made.content.sections for figure in section.figures]
    assert len(found) >= 30
    assert all(figure.source and figure.label for figure in found)
    assert all(table.source for section in made.content.sections for table in section.tables)
    told = figures(made)
    assert told["Thư từ ngoài tỉnh được nhận"] == 1234
    assert told["Thư có mã độc bị từ chối"] == 2
    assert told["Thư có dấu độ mật bị từ chối (khoản 7 Điều 10)"] == 1
    assert told["Mật khẩu cấp lại trong kỳ (khoản 5 Điều 10)"] == 1
    assert told["Vụ thu hồi thư (khoản 7, khoản 8 Điều 10)"] == 2
    assert told["Bản sao thư đã xóa khi thu hồi"] == 15
    assert told["Lượt bàn giao hộp thư cơ quan (khoản 2 Điều 11)"] == 1


@pytest.mark.clause("R10.7", "R11.2")
def test_report_lists_recalls_and_hand_overs(made: Made) -> None:
    tables = {table.name: table.rows for section in made.content.sections for table in section.tables}
    assert [row[3:] for row in tables["Thu hồi thư"]] == [
        ("7/QĐ-STTTT ngày 04/02/2025", 12, 0, "đã lập"),
        ("8/QĐ-STTTT ngày 05/6/2025", 3, 2, "chưa lập"),
    ]
    assert tables["Bàn giao"][0][3:] == ("không có số liệu", "=Lò Bình", "9/QĐ-STTTT")
    cells = (cell for row in made.sheets()["Bàn giao"].iter_rows() for cell in row)
    assert next(cell for cell in cells if cell.value == "=Lò Bình").data_type == "s"


def test_yearly_report_has_the_outline_of_the_regulation(made: Made) -> None:
    assert made.content.title == (
        "Tình hình quản lý và sử dụng hệ thống thư điện tử công vụ trên địa bàn tỉnh năm 2025"
    )
    titles = [section.title for section in made.content.sections]
    assert [title[0] for title in titles] == list("1234567")
    assert "công khai danh bạ" in titles[2]
    assert "Tồn tại, vướng mắc" in titles[5]
    assert "Đề xuất, kiến nghị" in titles[6]


def test_report_tells_limits_of_its_figures(tmp_path: Path) -> None:
    made = Made(tmp_path, REGISTER, uncounted={date(2025, 3, 5), date(2025, 3, 6)})
    texts = " ".join(made.content.sections[5].texts)
    assert "2 ngày làm việc (05/3/2025, 06/3/2025)" in texts
    assert "3 lần dấu hiệu đến sau" in texts
    assert "mất từ 08:00 05/05/2025" in texts


def test_workbook_stores_numbers_as_numbers(made: Made) -> None:
    book = made.sheets()
    rows = {row[1].value: row[2] for row in book[workbook.SUMMARY].iter_rows(min_row=3)}
    for label, value in figures(made).items():
        assert rows[label].value == value
        assert rows[label].data_type == "n"
    sheet = book["Theo cơ quan"]
    head = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2, max_row=5):
        agency_row = dict(zip(head, row, strict=True))
        assert agency_row["Tỷ lệ"].value == agency_row["Ngày đủ"].value / agency_row["Ngày phải kiểm tra"].value
        assert agency_row["Tỷ lệ"].number_format == "0.0%"
    assert book["Biến động"]["A2"].is_date
    for name in ("Theo tháng", "Khoảng giờ", "Thư"):
        assert len(book[name]._charts) == 1


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_the_workbook(made: Made, tmp_path: Path) -> None:
    (tmp_path / "report.xlsx").write_bytes(made.files[".xlsx"])
    words = ["soffice", f"-env:UserInstallation=file://{tmp_path}/office", "--headless", "--convert-to", "csv"]
    subprocess.run(
        [*words, "--outdir", str(tmp_path), str(tmp_path / "report.xlsx")], check=True, capture_output=True, timeout=300
    )
    rows = {row[1]: row[2] for row in csv.reader((tmp_path / "report.csv").open(encoding="utf-8")) if row[2:]}
    assert rows["Thư từ ngoài tỉnh được nhận"].replace(",", "") == "1234"


def test_texts_in_the_workbook_are_no_formulas(made: Made) -> None:
    table = model.Table("T", "T", ("=1+1", "+x"), (model.TEXT, model.TEXT), [(HOSTILE, "@SUM(A1)"), ("-1", "=")], "=S")
    figure = content.Figure(HOSTILE, "=2", model.TEXT, "+3")
    octets = workbook.draw(content.Content("=T", (content.Section("=S", (figure,), (table,), ("=text",)),)))
    for sheet in load_workbook(io.BytesIO(octets)):
        for row in sheet.iter_rows():
            assert {cell.data_type for cell in row if cell.value is not None} <= {"s"}
    assert load_workbook(io.BytesIO(octets))["T"]["A2"].value == HOSTILE


def test_files_of_a_report_are_reproducible(tmp_path: Path, made: Made) -> None:
    assert made.files.keys() == {".xlsx", ".html", ".pdf", files.REMINDERS}
    assert Made(tmp_path, REGISTER).files == made.files


def test_page_loads_nothing_from_elsewhere(made: Made) -> None:
    text = made.files[".html"].decode()
    assert "<script" not in text
    assert not re.search(r"(src|href)=", text)
    assert "default-src 'none'" in text
    assert "Sở Tốt &amp; Đẹp" in text
    tree = ElementTree.fromstring(re.sub(r"<meta[^>]*>|<!DOCTYPE html>", "", text))
    images = [each for each in tree.iter("svg") if each.get("role") == "img"]
    assert len(images) == 3
    assert all(each.get("aria-label") for each in images)


def test_markup_in_texts_is_printed_literally() -> None:
    chart = model.Chart("<b>", 0, (1,))
    table = model.Table("<i>", "<i>", ("<i>", '"<i>'), (model.TEXT, model.NUMBER), [("<i>", 1)], "<i>", chart)
    figure = content.Figure("<i>", "<i>", model.TEXT, "<i>")
    text = page.draw(content.Content("<i>", (content.Section("<i>", (figure,), (table,), ("<i>",)),))).decode()
    assert "<i>" not in text
    assert "<b>" not in text


def test_columns_of_the_chart_are_proportional(made: Made) -> None:
    table = next(t for s in made.content.sections for t in s.tables if t.name == "Thư")
    drawn = charts.svg(table)
    heights = [float(each) for each in re.findall(r'height="([\d.]+)" fill="#1b4f8a" stroke', drawn)][:2]
    assert heights[1] / heights[0] == pytest.approx(34 / 1200, abs=0.002)


def test_document_has_the_form_of_decree_30(made: Made) -> None:
    first, *rest = made.pages()
    for text in (
        "ỦY BAN NHÂN DÂN TỈNH LÀO CAI",
        "SỞ THÔNG TIN VÀ TRUYỀN THÔNG",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Số: ……/BC-STTTT",
        "Lào Cai, ngày 05 tháng 02 năm 2026",
        "BÁO CÁO",
        "Kính gửi: Ủy ban nhân dân tỉnh Lào Cai",
    ):
        assert text in first
    assert [page[:2].strip() for page in rest] == [str(number) for number in range(2, len(rest) + 2)]
    assert "GIÁM ĐỐC" in rest[-1]
    assert "Lò Thị An" in rest[-1]
    assert "Nơi nhận:" in rest[-1]
    told = figures(made)["Hộp thư cá nhân: tỷ lệ kiểm tra đủ"]
    assert model.shown(told, model.SHARE).replace("\N{NO-BREAK SPACE}", " ") in " ".join([first, *rest])


@pytest.mark.clause("R12")
def test_agencies_below_the_target_are_reminded(made: Made) -> None:
    assert made.report.using.below(made.report.rules)[0].code == "bad"
    letters = made.pages(files.REMINDERS)
    assert "Kính gửi: Thủ trưởng Sở Chậm" in letters[0]
    assert not [letter for letter in letters if "Thủ trưởng Sở Thông tin" in letter.partition("Điều 8")[0]]
    rate = next(each.rate for each in made.report.using.agencies if each.code == "bad")
    assert f"kiểm tra đủ {model.shown(rate.met, model.NUMBER)} lượt" in letters[0]


@pytest.mark.clause("R12", "R13")
def test_reminder_names_missing_mailboxes_and_usage_page(made: Made) -> None:
    letter = made.pages(files.REMINDERS)[0].replace("\N{NO-BREAK SPACE}", " ")
    missing = made.report.using.missing(made.report.rules, "bad")
    assert [each.name for each in missing] == ["agency/bad", "official/3", "official/4"]
    for each in missing:
        share = model.shown(each.rate.share, model.SHARE).replace("\N{NO-BREAK SPACE}", " ")
        assert f"- {each.holder}, {each.address}: {each.rate.met}/{each.rate.days} ngày, {share}" in letter
    assert "đăng nhập https://mail.laocai.gov.vn/" in letter
    assert "mục “Tình hình sử dụng”" in letter


def test_reminder_of_many_mailboxes_names_ten_and_counts_the_rest(tmp_path: Path) -> None:
    people = [person(f"{number}", f"Lò {number * 'A'}", "2020-01-01") for number in range(10, 24)]
    many = {**REGISTER, **{k: v for k, v in register(agency("many", *people, parent="ubnd")).items() if "many" in k}}
    made = Made(tmp_path, many)
    letters = [page for page in made.pages(files.REMINDERS) if "contact-many@" in page]
    assert len(letters) == 1
    assert letters[0].count("@laocai.gov.vn: 0/") == 10
    assert "- và 5 hộp thư khác." in letters[0]


def test_reminder_tells_the_measured_days(tmp_path: Path) -> None:
    """The period asked for is a year; data cover thirty working days of it."""
    first, last = date(2025, 10, 6), date(2025, 11, 14)
    known = {first + timedelta(number) for number in range((last - first).days + 1)}
    made = Made(tmp_path, REGISTER, uncounted={*simulate([], FIRST, LAST, {}).days()} - known)
    [note] = made.content.notes
    assert note == (
        "Số liệu sử dụng có của 30/250 ngày làm việc trong kỳ, từ ngày 06/10/2025 đến ngày 14/11/2025; 220 ngày không "
        "có số liệu, không tính cho hộp thư nào."
    )
    letter = made.pages(files.REMINDERS)[0]
    assert "Trong 30 ngày làm việc có số liệu, từ ngày 06/10/2025 đến ngày 14/11/2025" in letter
    assert "Kỳ báo cáo còn 220 ngày làm việc không có số liệu" in letter
    assert "01/01/2025" not in letter
    for drawn in (" ".join(made.pages()), made.files[".html"].decode(), made.sheets()[workbook.SUMMARY]["B3"].value):
        assert note in drawn.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.clause("R12")
def test_agency_of_twenty_mailboxes_is_not_reminded_of_one_day(tmp_path: Path) -> None:
    """The threshold counts days: one day of twenty mailboxes is one day."""
    people = [person(f"{number}", f"Lò {number * 'A'}", "2020-01-01") for number in range(10, 40)]
    many = {**REGISTER, **{k: v for k, v in register(agency("many", *people, parent="ubnd")).items() if "many" in k}}
    made = Made(tmp_path, many, uncounted={*simulate([], FIRST, LAST, {}).days()} - {date(2025, 10, 6)})
    assert next(each for each in made.report.using.agencies if each.code == "many").rate.days == 31
    assert made.report.using.below(made.report.rules) == []
    assert files.REMINDERS not in made.files
    assert figures(made)["Cơ quan chưa đủ 20 ngày có số liệu, không xét"] == 5


@pytest.mark.parametrize("end", [".pdf", files.REMINDERS])
def test_pdf_has_title_author_subject_language_and_day_of_the_paper(made: Made, end: str) -> None:
    reader = PdfReader(io.BytesIO(made.files[end]))
    about = reader.metadata
    assert about is not None
    assert about.author == "Sở Thông tin và Truyền thông"
    assert about.title in {made.content.title, "Nhắc nhở kiểm tra hộp thư điện tử công vụ"}
    assert about.subject in {"Báo cáo", "Công văn"}
    assert str(about.creation_date) == f"{DAY} 00:00:00+07:00"
    assert str(reader.root_object["/Lang"]) == "vi"


def test_no_source_is_named_by_a_table_of_the_database(made: Made) -> None:
    sources = {figure.source for section in made.content.sections for figure in section.figures}
    sources |= {table.source for section in made.content.sections for table in section.tables}
    words = {word for source in sources for word in re.findall(r"[A-Za-z_.]+", source)}
    assert not [word for word in words if re.search(r"[a-z][._][a-z]", word)]
    assert not words & {"opened", "closed", "suspended", "custodians", "changes", "leave"}


def test_overlapping_mail_figures_say_so(made: Made) -> None:
    assert content.OVERLAP in made.content.sections[3].texts
    assert "không cộng với nhau" in " ".join(made.pages())


def test_report_of_one_mailbox_has_only_its_figures(tmp_path: Path) -> None:
    made = Made(tmp_path, REGISTER, "lbinh-good@laocai.gov.vn")
    assert {each.name for each in made.report.using.mailboxes} == {"official/2"}
    assert files.REMINDERS not in made.files
    assert not [label for label in figures(made) if label.startswith("Hộp thư cơ quan: ")]
    assert "Kính gửi: Lò Bình (lbinh-good@laocai.gov.vn)" in made.pages()[0]
    assert "Sở Chậm" not in made.files[".html"].decode()


def test_report_of_a_year_without_data_says_so(tmp_path: Path) -> None:
    year = simulate([], FIRST, LAST, {})
    made = Made(tmp_path, REGISTER, uncounted={*year.days()})
    assert figures(made)["Hộp thư cá nhân: tỷ lệ kiểm tra đủ"] is None
    assert files.REMINDERS not in made.files
    assert "không có số liệu" in " ".join(made.pages())
    assert made.content.notes[0].startswith("Chưa có số liệu sử dụng của ngày làm việc nào trong kỳ (250 ngày")
    cells = {row[1].value: row[2].value for row in made.sheets()[workbook.SUMMARY].iter_rows(min_row=3)}
    assert cells["Hộp thư cá nhân: tỷ lệ kiểm tra đủ"] == model.NONE


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (0.99999, model.SHARE, "99,9 %"),
        (1.0, model.SHARE, "100,0 %"),
        (0.29, model.SHARE, "29,0 %"),
        (1234567, model.NUMBER, "1.234.567"),
        (1234.56, model.GIGABYTES, "1.234,6 GB"),
        (date(2026, 2, 5), model.DAY, "05/02/2026"),
        (date(2026, 11, 25), model.DAY, "25/11/2026"),
        (date(2026, 3, 5), model.DAY, "05/3/2026"),
        (None, model.SHARE, "không có số liệu"),
    ],
)
def test_values_are_formatted_in_vietnamese(value: model.Value, form: str, text: str) -> None:
    assert model.shown(value, form).replace("\N{NO-BREAK SPACE}", " ") == text


@pytest.mark.parametrize("most", [1, 3, 9, 10, 11, 99, 101, 2500, 123456])
def test_scale_of_a_chart_covers_the_maximum_in_ten_steps(most: int) -> None:
    top, step = charts._scale(most)
    assert top >= most
    assert 1 <= top / step <= 10
    assert step >= 1
