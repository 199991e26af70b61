"""From somebody who looks into a mailbox to a report on it, on a real host; and the page in a browser."""

from __future__ import annotations

import io
import re
import secrets
import time
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pyrage
import pytest
from ansible_collections.laocai.mail.plugins.module_utils.danhba.vietnamese.figures import day_in_figures
from axe_playwright_python.sync_playwright import Axe

from tests.support import reports
from tests.support.browser import Chromium
from tests.support.deployment import Deployment, PlaybookFailed
from tests.support.gate import hand_in
from tests.support.letters import read_key
from tests.support.mail import compose

from .conftest import Official

FIGURE = re.compile(r"- '(?P<label>[^'\n]+): (?P<value>[\d.]+)'")


def ask(mail: Deployment, query: str) -> str:
    return str(mail.host.run(f'runuser -u postgres -- psql --no-psqlrc -tA danhba -c "{query}"').stdout).strip()


def wait_for(mail: Deployment, query: str, seconds: float = 60) -> str:
    """The answer, as soon as there is one."""
    end = time.monotonic() + seconds
    while not (found := ask(mail, query)):
        assert time.monotonic() < end, query
        time.sleep(1)
    return found


def figures(output: str) -> dict[str, int]:
    return {found["label"]: int(found["value"].replace(".", "")) for found in FIGURE.finditer(output)}


@pytest.fixture(scope="module")
def looked(mail: Deployment, officials: list[Official]) -> Official:
    """Somebody who got a message and signed in to read it."""
    one, other = officials[:2]
    message = compose(other.address, [one.address], "Giấy mời", "Nội dung")
    with mail.server.submission(other.address, other.password) as client:
        client.send_message(message)
    mail.server.wait_for(one.address, one.password, str(message["Message-ID"]))
    wait_for(mail, f"SELECT 1 FROM events.use WHERE id = '{one.id}' AND protocol = 'imap' LIMIT 1")
    stored = f"event = 'stored' AND message_id = '{message['Message-ID']}'"
    wait_for(mail, f"SELECT 1 FROM events.event WHERE id = '{one.id}' AND {stored} LIMIT 1")
    return one


@pytest.fixture(scope="module")
def counted(mail: Deployment, looked: Official, today: str) -> str:
    """The day before, which is over: the timer's job counts today, and that becomes the day before's."""
    mail.host.run("systemctl start danhba-usage.service")
    minutes = ask(mail, f"SELECT bit_count(minutes) FROM usage.day WHERE id = '{looked.id}' AND day = '{today}'")
    assert int(minutes) >= 1
    day = f"{date.fromisoformat(today) - timedelta(days=1)}"
    for table in ("day", "flow", "counted"):
        ask(mail, f"DELETE FROM usage.{table} WHERE day = '{day}'")
        ask(mail, f"UPDATE usage.{table} SET day = '{day}' WHERE day = '{today}'")
    ask(mail, f"DELETE FROM usage.partial WHERE day = '{day}'")
    return day


@pytest.mark.clause("R9.5", "R9.8", "R14")
def test_the_timers_job_counts_and_a_report_tells_it(
    mail: Deployment, looked: Official, counted: str, today: str
) -> None:
    assert ask(mail, "SELECT count(*) FROM usage.disk WHERE day = events.day(now()) AND used > 0") == "2"
    assert mail.host.run("systemctl is-active danhba-usage.timer").stdout.strip() == "active"

    with pytest.raises(PlaybookFailed) as refused:
        mail.play("report", first_day=today, last_day=today, mailbox=looked.address)
    assert "chưa có ngày nào đã hết" in " ".join(refused.value.output.split())
    assert not [*mail.private.glob(f"report/bao-cao-{looked.address}-*")]
    said = mail.play("report", first_day=counted, last_day=today, mailbox=looked.address)
    assert f"Báo cáo dừng ở hết ngày {day_in_figures(date.fromisoformat(counted))}" in " ".join(said.split())
    assert figures(said)["Thư các hộp thư nhận"] >= 1
    made = mail.private / "report" / f"bao-cao-{looked.address}-{counted}-{counted}.html"
    assert looked.name in made.read_text(encoding="utf-8")
    assert made.stat().st_mode & 0o077 == 0


def test_check_mode_writes_nothing(mail: Deployment, looked: Official, counted: str) -> None:
    def state() -> tuple[str, dict[Path, int]]:
        files = {each: each.stat().st_mtime_ns for each in mail.private.glob("report/*")}
        return ask(mail, "SELECT max(at) FROM usage.counted"), files

    before = state()
    mail.play("report", "--check", first_day=counted, last_day=counted, agency=looked.agency, target_percent=1)
    assert state() == before


def forget_that_it_was_mailed(mail: Deployment) -> None:
    """As where a run was cut before that was on record."""
    off, on = (f"ALTER TABLE usage.mailed {what} TRIGGER ALL" for what in ("DISABLE", "ENABLE"))
    ask(mail, f"{off}; DELETE FROM usage.mailed; {on}")


@pytest.mark.clause("R9.8", "R14")
def test_the_report_of_the_month_is_mailed_sealed_and_once(mail: Deployment) -> None:
    forget_that_it_was_mailed(mail)
    said = " ".join(mail.play("monthly").split())
    found = re.search(r"Đã gửi báo cáo tháng ([0-9-]+) tới (\S+), đã mã hóa", said)
    assert found
    month, address = found.groups()
    message = mail.server.wait_for(address, mail.choose(address), f"<bao-cao-{month}@laocai.gov.vn>")
    [sealed] = message.iter_attachments()
    key = pyrage.x25519.Identity.from_str(read_key(mail.letters_key_file))
    archive = zipfile.ZipFile(io.BytesIO(pyrage.decrypt(sealed.get_content(), [key])))
    assert {Path(name).suffix for name in archive.namelist()} == {".xlsx", ".html", ".pdf"}
    # It is in the mailbox, so it would not come twice, were it not on record either.
    forget_that_it_was_mailed(mail)
    mail.play("monthly")
    ids = [one["Message-ID"] for one in mail.server.inbox(address, mail.choose(address))]
    assert ids.count(f"<bao-cao-{month}@laocai.gov.vn>") == 1


@pytest.fixture(scope="module")
def province(mail: Deployment, counted: str) -> Path:
    """The page of the whole province."""
    year = counted[:4]
    mail.play("report", first_day=f"{year}-01-01", last_day=f"{year}-12-31")
    return mail.private / "report" / f"bao-cao-{year}-01-01-{counted}.html"


@pytest.mark.parametrize("width", [1280, 320])
def test_the_page_has_no_barrier(browser: Chromium, province: Path, width: int) -> None:
    """WCAG 2.1 AA as far as axe can tell, without script, and nothing to be scrolled sideways (1.4.10)."""
    with browser.visitor(width=width) as visitor:
        visitor.page.goto(f"file://{province.resolve()}")
        result = Axe().run(visitor.page)
        assert result.violations_count == 0, result.generate_report()
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width
        assert visitor.page.locator("svg[role=img]").count() >= 1


@pytest.mark.clause("R10.2")
def test_a_report_of_dmarc_that_arrives_is_read_and_shown(mail: Deployment) -> None:
    """By its playbook, out of the mailbox that the register names for postmaster."""
    begin, name = int(time.time()) - 2 * 86_400, secrets.token_hex(8)
    told = reports.aggregate(
        reports.record("198.51.100.9", 7, "fail", "fail", disposition="quarantine"),
        id_=name,
        begin=begin,
        end=begin + 1,
    )
    arrived = f"Message-ID: <{name}@big.example>\n".encode() + reports.mail(reports.gzipped(told))
    assert hand_in(mail, arrived.replace(b"\n", b"\r\n"), f"postmaster@{reports.DOMAIN}").code == 250
    stored = f"event = 'stored' AND message_id = '<{name}@big.example>'"
    assert wait_for(mail, f"SELECT kind, id FROM events.event WHERE {stored} LIMIT 1") == "agency|stttt"
    # A host that is used again has others, too.
    assert re.search("[1-9] báo cáo mới", mail.play("reports", "--check"))
    assert ask(mail, f"SELECT count(*) FROM reports.report WHERE id = '{name}'") == "0"
    output = mail.play("reports")
    assert re.search("[1-9] báo cáo mới", output)
    assert "198.51.100.9  dkim=fail spf=fail quarantine" in output
    assert ask(mail, f"SELECT verified FROM reports.report WHERE id = '{name}'") == "f", "nobody vouches for its sender"
    assert "0 báo cáo mới" in mail.play("reports")
