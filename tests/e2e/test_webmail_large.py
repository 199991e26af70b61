"""A mailbox of many years in a browser: 200,000 messages, folders named in Vietnamese and in Mông."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.browser import Chromium
from tests.support.deployment import Deployment

from .roundcube import Roundcube

OWNER, HOME = "vsphu-sgtvt@laocai.gov.vn", "/srv/vmail/official/001204"
MESSAGES = 200_000
FOLDERS = (
    "Công văn đến 2026",
    "Công văn 12.2026",
    "Ntawv Hmoob – Thawj lub",
    "Hmôngz: Đơnv xinz",
    "𖬌𖬣𖬵",
    "Biên bản & tờ trình <ký>",
)

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def filled(mail: Deployment) -> Deployment:
    """The host with the mailbox, all its messages indexed as they would be after years of use."""
    script = Path(__file__).with_name("fill_mailbox.py").read_text(encoding="utf-8")
    _on(mail, f"rm -rf {HOME}/Maildir; python3 - {HOME}/Maildir {MESSAGES} && chown -R vmail:vmail {HOME}", script)
    _on(mail, f"doveadm index -u {OWNER} INBOX")
    for folder in FOLDERS:
        _on(mail, f"doveadm mailbox create -s -u {OWNER} '{folder}'")
    return mail


def _on(mail: Deployment, command: str, stdin: str = "") -> str:
    done = subprocess.run(
        mail.host.ssh(command), input=stdin, check=True, text=True, stdout=subprocess.PIPE, timeout=600
    )
    return done.stdout


@pytest.fixture(scope="module")
def owner(filled: Deployment, browser: Chromium) -> Iterator[Roundcube]:
    """Its owner at the webmail."""
    password = filled.choose(OWNER)
    with browser.visitor() as visitor:
        webmail = Roundcube(visitor)
        webmail.sign_in(OWNER, password)
        webmail.page.wait_for_selector("#mailboxlist")
        yield webmail


def test_the_inbox_opens_with_the_newest(owner: Roundcube) -> None:
    owner.mail()
    # And what the webmail says to everybody who opens a mailbox for the first time.
    expect(owner.page.locator("#rcmcountdisplay")).to_contain_text(str(MESSAGES + 1))
    assert owner.subjects()[1] == "Công văn số 399/UBND"


def test_a_message_opens(owner: Roundcube) -> None:
    expect(owner.read("Công văn số 398/UBND").locator("#messagebody")).to_contain_text("Nội dung công văn số 398.")


def test_the_oldest_page_opens(owner: Roundcube) -> None:
    owner.page.click("#messagelist-content ~ .pagenav a.lastpage, .pagenav a.lastpage")
    owner.settle()
    assert owner.subjects()[-1] == "Công văn số 000/UBND"


def test_search_finds_all(owner: Roundcube) -> None:
    owner.search("số 123/")
    expect(owner.page.locator("#rcmcountdisplay")).to_contain_text(str(MESSAGES // 400))
    assert set(owner.subjects()) == {"Công văn số 123/UBND"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_opens_by_its_name(owner: Roundcube, folder: str) -> None:
    assert folder in owner.folders()
    owner.mail(folder)
    expect(owner.page.locator("#mailboxlist li.selected > a")).to_contain_text(folder)
    assert owner.subjects() == []


def test_a_message_is_moved_there_and_found(owner: Roundcube) -> None:
    owner.mail("Hộp thư đến")
    owner.read("Công văn số 397/UBND")
    with owner.page.expect_response(lambda response: "_action=move" in response.url):
        owner.page.evaluate("folder => rcmail.command('move', folder)", _imap_name(owner, FOLDERS[4]))
    owner.settle()
    owner.mail(FOLDERS[4])
    expect(owner.page.locator("#mailboxlist li.selected > a")).to_contain_text(FOLDERS[4])
    owner.wait_for("Công văn số 397/UBND")


def _imap_name(owner: Roundcube, folder: str) -> str:
    """The name by which Roundcube knows a folder (modified UTF-7, RFC 3501)."""
    name = owner.page.evaluate(
        "shown => Object.values(rcmail.env.mailboxes).find(folder => folder.name === shown).id", folder
    )
    return str(name)


def test_the_host_stays_healthy(filled: Deployment, owner: Roundcube) -> None:
    assert _on(filled, "systemctl is-system-running").strip() == "running"
    owner.visitor.calm()
