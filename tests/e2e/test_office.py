"""The yearly report of the sample province, opened by LibreOffice: what is printed of the workbook and the paper."""

from __future__ import annotations

import io
import random
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest
from ansible_collections.laocai.mail.plugins.module_utils.danhba.planning.state import Timeline
from ansible_collections.laocai.mail.plugins.module_utils.danhba.reporting import scope
from ansible_collections.laocai.mail.plugins.module_utils.danhba.reporting.report import Report, make
from ansible_collections.laocai.mail.plugins.module_utils.danhba.reporting.using import Rules
from ansible_collections.laocai.mail.plugins.module_utils.danhba.usage.checks import Period
from ansible_collections.laocai.mail.plugins.plugin_utils import controller
from ansible_collections.laocai.mail.plugins.plugin_utils.report import content, files
from pypdf import PdfReader

from tests.support.deployment import PROJECT
from tests.support.simulated import TOLD, simulate

FIRST, LAST, DAY = date(2025, 1, 1), date(2025, 12, 31), date(2026, 2, 5)

pytestmark = [
    pytest.mark.clause("R9.8", "R14"),
    pytest.mark.long,
    pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed"),
]


@pytest.fixture(scope="module")
def year() -> tuple[Report, dict[str, bytes]]:
    """A year in which everybody looks now and then."""
    register, issued = controller.read_register(PROJECT / "directory")
    timeline = Timeline.of(register, issued, LAST)
    period = Period.of(timeline, FIRST, LAST)
    chance = random.Random(7)
    names = sorted({mailbox.name for mailbox in period.mailboxes})
    simulated = simulate(names, FIRST, LAST, {name: chance.uniform(0.6, 1.0) for name in names})
    told = simulated.told(**{**TOLD, "handovers": []})
    report = make(timeline, scope.of_province(timeline), period, told, Rules())
    return report, files.make(content.write(report, register), report, files.sender(register, issued, DAY))


def lines(octets: bytes) -> list[str]:
    """The text of each page, with single spaces."""
    return [re.sub(r"\s+", " ", page.extract_text()) for page in PdfReader(io.BytesIO(octets)).pages]


def test_what_is_printed_of_the_workbook(year: tuple[Report, dict[str, bytes]], tmp_path: Path) -> None:
    report, made = year
    (tmp_path / "report.xlsx").write_bytes(made[".xlsx"])
    words = ["soffice", f"-env:UserInstallation=file://{tmp_path}/office", "--headless", "--convert-to", "pdf"]
    subprocess.run(
        [*words, "--outdir", str(tmp_path), str(tmp_path / "report.xlsx")], check=True, capture_output=True, timeout=600
    )
    pages = lines((tmp_path / "report.pdf").read_bytes())
    assert all(page.startswith(("Tình hình", "Ngày", "Tháng", "Khoảng giờ", "Cơ quan", "Địa chỉ thư", "Thư mục",
                                "Mã vụ", "TT")) for page in pages)  # fmt: skip
    # A table, where it comes from and its picture are on one page.
    for title, first in (("Tỷ lệ kiểm tra đủ theo tháng", "12/2025"), ("Thư theo tháng", "02/2025")):
        [page] = [page for page in pages if title in page]
        assert first in page
        assert "Nguồn: Máy chủ" in page
    for agency in report.using.agencies:
        assert any(agency.name in page for page in pages)
    assert f"{report.using.kinds['official'].days:,}" in pages[0] + pages[1]


def test_no_column_of_the_paper_is_so_narrow_that_words_break(year: tuple[Report, dict[str, bytes]]) -> None:
    report, made = year
    text = " ".join(lines(made[".pdf"]))
    for change in report.changes:
        local, at, domain = change.address.partition("@")
        assert f"{local} {at}{domain}" in text
        assert change.document in text
