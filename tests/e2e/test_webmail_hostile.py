"""Mail that wants to run something in the reader's browser: nothing of it does (R9.3, R10.8).

A payload that ran would open a dialog, leave a mark on the window, or ask a host that is not ours for something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from email.header import Header
from email.mime.application import MIMEApplication
from email.mime.image import MIMEImage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import formatdate, make_msgid

import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Request, expect

from tests.support.browser import Chromium
from tests.support.deployment import FQDN, Deployment

from .post import Correspondent
from .roundcube import Roundcube

VICTIM = "msdo-sgtvt@laocai.gov.vn"
ATTACKER, ATTACKER_NAME = "nvdo-stp@laocai.gov.vn", "Nguyễn Văn Đô"
RUN = "top.ran=1;alert('ran')"
SCRIPT = f'"><script>{RUN}</script><img src=x onerror="{RUN}">'
NAME = f"Lãnh đạo <img src=x onerror={RUN}>"
FILE = f"Giấy mời <img src=x onerror={RUN}>.txt"
STRANGER = "tracker.example.org"
HTML = f"""<html><head><base href="https://{STRANGER}/"><meta http-equiv="refresh" content="0;url=https://{STRANGER}/m">
<link rel="stylesheet" href="https://{STRANGER}/s.css"><style>@import url(https://{STRANGER}/i.css);
body {{ background: url(https://{STRANGER}/b.png) }}</style><script>{RUN}</script></head>
<body onload="{RUN}"><p>Kính gửi đồng chí</p><img src="https://{STRANGER}/pixel.png" onerror="{RUN}">
<svg onload="{RUN}"><script>{RUN}</script><a xlink:href="javascript:{RUN}"><text>x</text></a></svg>
<a id="bait" href="javascript:{RUN}">Bấm vào đây</a><a href="data:text/html,<script>{RUN}</script>">hoặc đây</a>
<iframe src="https://{STRANGER}/f" srcdoc="<script>{RUN}</script>"></iframe>
<object data="https://{STRANGER}/o"></object>
<embed src="https://{STRANGER}/e">
<form action="https://{STRANGER}/form"><input name="_pass"><button>Đăng nhập</button></form>
<math><mtext><table>
<mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror={RUN}&gt;"></table></mtext></math>
<div style="background-image:url(https://{STRANGER}/d.png);width:expression({RUN})">x</div>
<details open ontoggle="{RUN}">x</details><video src="https://{STRANGER}/v" onerror="{RUN}"></video></body></html>"""
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="{RUN}"><script>{RUN}</script></svg>'
PAGE = f'<html><body onload="{RUN}"><script>{RUN}</script><p>Trang này</p></body></html>'


def message(subject: str, *parts: MIMEText | MIMEImage | MIMEApplication, name: str = ATTACKER_NAME) -> MIMEMultipart:
    """A message of the attacker."""
    mail = MIMEMultipart()
    mail["From"] = f"{Header(name, 'utf-8').encode()} <{ATTACKER}>"
    mail["To"] = VICTIM
    mail["Subject"] = Header(subject, "utf-8")  # type: ignore[assignment]  # the stubs know only text
    mail["Date"] = formatdate(localtime=True)
    mail["Message-ID"] = make_msgid(domain="client.example.org")
    for part in parts:
        mail.attach(part)
    return mail


def attached(part: MIMEText | MIMEImage | MIMEApplication, name: str) -> MIMEText | MIMEImage | MIMEApplication:
    """A part as an attachment of that name."""
    part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", name))
    return part


@pytest.fixture(scope="module")
def attacker(mail: Deployment) -> Correspondent:
    """Somebody whose account was taken over."""
    return Correspondent(mail, ATTACKER_NAME, ATTACKER, mail.choose(ATTACKER))


@pytest.fixture(scope="module")
def victim(mail: Deployment, browser: Chromium) -> Iterator[Roundcube]:
    """An official who opens everything."""
    with browser.visitor() as visitor:
        webmail = Roundcube(visitor)
        webmail.sign_in(VICTIM, mail.choose(VICTIM))
        webmail.page.wait_for_selector("#mailboxlist")
        yield webmail


@pytest.fixture
def nothing_runs(victim: Roundcube) -> Iterator[Callable[[], None]]:
    """What is asked at the end of every test, and when a test wants to: has anything of it run?"""
    asked: list[str] = []

    def record(request: Request) -> None:
        if FQDN not in request.url and not request.url.startswith(("data:", "blob:", "about:")):
            asked.append(request.url)

    def check() -> None:
        victim.page.wait_for_timeout(500)
        assert victim.visitor.dialogs == []
        assert [page.evaluate("window.ran") for page in victim.visitor.context.pages] == [None] * len(
            victim.visitor.context.pages
        )
        assert asked == []

    victim.visitor.context.on("request", record)
    yield check
    check()
    victim.visitor.context.remove_listener("request", record)
    victim.visitor.calm()


def test_the_traps_would_work(browser: Chromium) -> None:
    """On a page without any protection, so that the other tests can fail."""
    with browser.visitor() as visitor:
        visitor.page.set_content(f"<html><body>{SCRIPT}</body></html>")
        visitor.page.wait_for_timeout(500)
        assert "ran" in visitor.dialogs
        visitor.troubles.clear()


def test_subject_sender_and_file_name_are_text(
    victim: Roundcube, attacker: Correspondent, nothing_runs: Callable[[], None]
) -> None:
    text = MIMEText("Xin mời xem tệp.\n", "plain", "utf-8")
    attacker.post(message(f"Khẩn {SCRIPT}", text, attached(MIMEApplication(b"x"), FILE), name=NAME), VICTIM)
    victim.mail("Hộp thư đến")
    frame = victim.read("Khẩn")
    expect(frame.locator("#message-header")).to_contain_text(SCRIPT)
    expect(frame.locator("#message-header")).to_contain_text("<img src=x onerror=")
    expect(frame.locator("#attachment-list")).to_contain_text("<img src=x onerror=")
    assert any("<script>" in subject for subject in victim.subjects())
    nothing_runs()
    victim.press("reply")
    victim.page.wait_for_selector("#compose-subject")
    assert "<script>" in victim.page.input_value("#compose-subject")
    nothing_runs()
    victim.open("?_task=mail")


@pytest.mark.clause("R9.3")
def test_html_is_washed(victim: Roundcube, attacker: Correspondent, nothing_runs: Callable[[], None]) -> None:
    attacker.post(message("Thư có định dạng", MIMEText(HTML, "html", "utf-8")), VICTIM)
    victim.mail("Hộp thư đến")
    frame = victim.read("Thư có định dạng")
    expect(frame.locator("#messagebody")).to_contain_text("Kính gửi đồng chí")
    assert frame.locator("#messagebody :is(script, iframe, object, embed, form, base, meta, link)").count() == 0
    assert frame.locator("#messagebody [href^='javascript:' i], #messagebody [href^='data:' i]").count() == 0
    nothing_runs()
    frame.locator("#messagebody").get_by_text("Bấm vào đây").first.click()
    nothing_runs()
    victim.press("reply")
    expect(victim.editor()).to_contain_text("Kính gửi đồng chí")
    assert victim.editor().locator(":is(script, iframe, object, embed, form, base, meta, link)").count() == 0
    nothing_runs()
    victim.open("?_task=mail")


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("Sơ đồ.svg", MIMEImage(SVG.encode(), "svg+xml")),
        ("Trang.html", MIMEText(PAGE, "html", "utf-8")),
        ("Bảng.xml", MIMEApplication(SVG.encode(), "xml")),
    ],
    ids=["svg", "html", "xml"],
)
def test_an_attachment_runs_nothing_where_it_is_shown(
    victim: Roundcube,
    attacker: Correspondent,
    nothing_runs: Callable[[], None],
    name: str,
    part: MIMEText | MIMEImage | MIMEApplication,
) -> None:
    subject = f"Xem tệp {name}"
    attacker.post(message(subject, MIMEText("Xem tệp.", "plain", "utf-8"), attached(part, name)), VICTIM)
    victim.mail("Hộp thư đến")
    frame = victim.read(subject)
    link = frame.locator("#attachment-list a.filename, #attachment-list li > a").first
    address = str(link.get_attribute("href"))
    nothing_runs()
    for parameter in ("", "&_frame=1", "&_mimewarning=1&_embed=1"):
        page = victim.visitor.context.new_page()
        with suppress(PlaywrightError):  # it becomes a download
            page.goto(f"https://{FQDN}/{address.lstrip('./')}{parameter}")
        nothing_runs()
        page.close()
    # The console says what the page's policy has stopped; and Roundcube expects to be in a frame there.
    victim.visitor.expect_trouble("Content Security Policy|sandboxed|rcmail is not defined")


def test_a_name_in_the_own_address_book_is_text(victim: Roundcube, nothing_runs: Callable[[], None]) -> None:
    victim.mail()
    victim.page.evaluate("who => rcmail.command('add-contact', who)", f'"{NAME}" <xin-chao@example.org>')
    victim.settle()
    nothing_runs()
    victim.compose()
    assert any("xin-chao@example.org" in proposal for proposal in victim.complete("xin-chao"))
    victim.accept("xin-chao@example.org")
    nothing_runs()
    victim.open("?_task=mail")
