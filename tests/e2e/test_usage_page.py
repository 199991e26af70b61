"""Use as the custodian and the head of an agency read it on the webmail, in a browser; and that nobody else does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.support.browser import Chromium
from tests.support.deployment import Deployment
from tests.support.editing import RegisterCopy
from tests.support.webmail import Webmail

from .conftest import Official
from .roundcube import Roundcube

pytestmark = pytest.mark.clause("R9.5", "R12", "R13")

AGENCY, HEAD, DELEGATE, OTHER = "sgtvt", "001212", "001203", "snv"
CONTACT = f"contact-{AGENCY}@laocai.gov.vn"
ACTION = "plugin.danhba-usage"


def person(mail: Deployment, id_: str) -> str:
    """The address of a mailbox."""
    query = f"SELECT address FROM mail.account WHERE id = '{id_}'"
    return mail.host.run(f'runuser -u postgres -- psql -At -d danhba -c "{query}"').stdout.strip()


def looked(since: date, until: date) -> str:
    """Each day was counted: the contact mailbox looked at in each window, the head's never, others in most."""
    return f"""
    INSERT INTO usage.counted (day) SELECT generate_series('{since}', '{until}', interval '1 day')::date
        ON CONFLICT DO NOTHING;
    INSERT INTO usage.day
        SELECT day, kind, id,
               (SELECT bit_or(minutes) FROM usage.rule, unnest(windows) WITH ORDINALITY AS part (minutes, n)
                 WHERE kind = 'agency' OR abs(hashtext(id || day || n)) % 100 < 95),
               NULL, '{{imap}}', 0, 0, 0
          FROM usage.counted, usage.page, jsonb_to_recordset(mailboxes) AS box (kind text, id text)
         WHERE day BETWEEN '{since}' AND '{until}' AND agency = '{AGENCY}' AND id <> '{HEAD}'
        ON CONFLICT (day, kind, id) DO UPDATE SET minutes = EXCLUDED.minutes;
    """


@pytest.fixture(scope="module", autouse=True)
def last_month(mail: Deployment) -> date:
    """Its first day, when it and this month were counted."""
    today = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date()
    first = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    mail.host.run(f"runuser -u postgres -- psql -q -v ON_ERROR_STOP=1 -d danhba <<'END'\n{looked(first, today)}\nEND")
    return first


def reader(mail: Deployment, address: str) -> Webmail:
    """Somebody who has signed in."""
    webmail = Webmail(mail.server)
    webmail.open(address, mail.choose(address))
    return webmail


def without_barrier(webmail: Roundcube) -> None:
    """WCAG 2.1 AA as far as axe can tell; what is around it is the skin's."""
    assert webmail.page.locator("h1:visible").count() == 1
    result = Axe().run(webmail.page, context=".danhba-use")
    assert result.violations_count == 0, result.generate_report()


def has_tab(webmail: Webmail) -> bool:
    return ACTION in webmail.get(task="settings").text


def test_the_custodian_reads_it(mail: Deployment, browser: Chromium, last_month: date) -> None:
    password = mail.choose(CONTACT)
    with browser.visitor() as visitor:
        webmail = Roundcube(visitor)
        webmail.sign_in(CONTACT, password)
        webmail.page.wait_for_selector("#mailboxlist")
        webmail.settings("danhba-usage")
        shown = webmail.page.locator(".danhba-use")
        text = shown.inner_text()
        assert f"Tháng {last_month.month} năm {last_month.year}" in text
        row = shown.locator("tr", has_text=CONTACT).last.locator("td").all_inner_texts()
        assert row[0] == row[1] == row[3] != "0"
        assert "100,0 %" in row[2]
        assert "chưa đạt" in shown.locator("tr", has_text=person(mail, HEAD)).last.inner_text()
        # The agency's own mailboxes, and nobody else's.
        assert set(re.findall(r"\S+-(\w+)@laocai\.gov\.vn", text)) == {AGENCY}
        assert "Nguồn của số liệu" in text
        assert webmail.english() == []
        assert webmail.cut_off() == []
        visitor.shot("tinh-hinh-su-dung")
        without_barrier(webmail)


def test_without_script_and_on_a_phone(mail: Deployment, browser: Chromium) -> None:
    """It is a page of the server alone: figures and bars stand there without script."""
    signed_in = reader(mail, CONTACT)
    page = signed_in.get(task="settings", action=ACTION)
    assert page.status == 200
    assert page.text.count("<svg") > 5
    assert re.search(r'<rect width="100\.0"', page.text)
    with browser.visitor(width=360, height=740) as visitor:
        webmail = Roundcube(visitor)
        webmail.sign_in(CONTACT, mail.choose(CONTACT))
        webmail.open(f"?_task=settings&_action={ACTION}")
        visitor.page.locator(".danhba-use table").first.wait_for()
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 360
        without_barrier(webmail)


def test_the_head_reads_it_too(mail: Deployment) -> None:
    head = reader(mail, person(mail, HEAD))
    assert has_tab(head)
    assert CONTACT in head.get(task="settings", action=ACTION).text


def test_nobody_else_does_however_asked(mail: Deployment, officials: Sequence[Official]) -> None:
    stranger = officials[0]
    webmail = reader(mail, stranger.address)
    assert not has_tab(webmail)
    for more in ({}, {"agency": AGENCY}, {"address": CONTACT}, {"user": CONTACT}, {"token": "x"}):
        answer = webmail.get(task="settings", action=ACTION, **more)
        assert answer.status == 403
        assert CONTACT not in answer.text
    form = {"_token": webmail.token, "_agency": AGENCY, "_address": CONTACT, "_username": CONTACT}
    assert webmail.post(form, task="settings", action=ACTION).status == 403
    assert CONTACT not in webmail.remote(task="settings", action=ACTION).text
    # A reader of another agency gets that one, whatever the browser says.
    other = reader(mail, f"contact-{OTHER}@laocai.gov.vn")
    page = other.get(task="settings", action=ACTION, agency=AGENCY, address=CONTACT)
    assert f"contact-{OTHER}@" in page.text
    assert f"-{AGENCY}@" not in page.text
    nobody = Webmail(mail.server).get(task="settings", action=ACTION).text
    assert "rcmloginuser" in nobody
    assert "danhba-bar" not in nobody


def test_who_is_no_more_the_custodian_reads_no_more(mail: Deployment, register: RegisterCopy, today: str) -> None:
    former = reader(mail, person(mail, DELEGATE))
    assert former.get(task="settings", action=ACTION).status == 200
    entry = f'  - {{person: "{HEAD}", document: 3/QĐ-UBND, date: {today}, as: head}}\n'
    register.replace(f"agencies/{AGENCY}.yml", "people:\n", f"{entry}people:\n")
    mail.play("accounts")
    assert former.get(task="settings", action=ACTION).status == 403
    assert not has_tab(former)
    assert former.signed_in()
