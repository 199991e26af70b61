"""A contact mailbox changes hands (R11.2), and passwords that may be known somewhere are issued anew (R10.5)."""

from __future__ import annotations

import asyncio
import hashlib
import imaplib
import json
import poplib
import shlex
import smtplib
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ldap3
import pytest
from ldap3.core.exceptions import LDAPException

from tests.lab import Lab
from tests.support.browser import Chromium
from tests.support.deployment import Deployment, changed, new_password
from tests.support.editing import RegisterCopy
from tests.support.mail import Sieve, compose
from tests.support.sessions import Session
from tests.support.waiting import until
from tests.support.webmail import Webmail

from .conftest import Official
from .roundcube import Roundcube

AGENCY, HEAD, DELEGATE = "vksnd", "Nùng Thị Hồng", "Đặng Thị Linh"
CONTACT = f"contact-{AGENCY}@laocai.gov.vn"
DOCUMENT, REPORT = "31/GUQ-VKSND", "8/BC-SKHCN"
BASE = "dc=laocai,dc=gov,dc=vn"
HOME = f"/srv/vmail/agency/{AGENCY}"
RULES = 'require ["fileinto", "copy"];\nredirect :copy "giam.doc.cu@example.net";\n'
SECONDS = 10.0  # in which every session is to be over
PATIENCE = 60.0  # of whoever waits for a server under load
RECEPTION = "10.233.0.238"
# Signs in from where it is run; whose password it is, it reads.
SIGN_IN = (
    "import imaplib, json, ssl, socket, sys\n"
    "said = json.load(sys.stdin)\n"
    "tls = ssl.create_default_context(cafile=said['authority'])\n"
    "class Client(imaplib.IMAP4_SSL):\n"
    "    def _create_socket(self, timeout):\n"
    "        plain = socket.create_connection((said['address'], 993), 60)\n"
    "        return tls.wrap_socket(plain, server_hostname=said['name'])\n"
    "for user, password in said['users']:\n"
    "    client = Client(); client.login(user, password); client.select(); client.logout()\n"
)

pytestmark = pytest.mark.clause("R11.2")


@pytest.fixture(scope="module")
def old(mail: Deployment) -> str:
    """The password that the former custodian has chosen."""
    return mail.choose(CONTACT)


@pytest.fixture(scope="module", autouse=True)
def prepared(mail: Deployment, old: str) -> None:
    """The former custodian has mail, a rule that sends it on, and a signature."""
    sieve = Sieve(mail.server, CONTACT, old)
    sieve.activate("webmail", RULES)
    sieve.close()
    Webmail(mail.server).open(CONTACT, old)
    webmail(mail, f"UPDATE identities SET signature = 'Bà Hồng' WHERE email = '{CONTACT}'")
    message = compose(CONTACT, [CONTACT], "Giấy mời", "Nội dung.")
    with mail.server.submission(CONTACT, old) as smtp:
        smtp.send_message(message)
    mail.server.wait_for(CONTACT, old, message["Message-ID"], PATIENCE)


@pytest.fixture(scope="module")
def changed_hands(register: RegisterCopy, today: str) -> None:
    """The register has another custodian from today on."""
    last = "as: head}\npeople:"
    entry = f'  - {{person: "006702", document: {DOCUMENT}, date: {today}, as: delegate}}\n'
    register.replace(f"agencies/{AGENCY}.yml", last, f"as: head}}\n{entry}people:")


def psql(mail: Deployment, database: str, query: str) -> str:
    command = f"runuser -u postgres -- psql -At -d {database} -c {shlex.quote(query)}"
    return mail.host.run(command).stdout.strip()


def webmail(mail: Deployment, query: str) -> str:
    return psql(mail, "roundcube", query)


def asked(mail: Deployment, query: str) -> str:
    return psql(mail, "danhba", query)


@contextmanager
def signed_in(mail: Deployment, password: str) -> Iterator[dict[str, Callable[[], bool]]]:
    """A session of each kind; by each name, whether it goes on."""
    context = mail.server.tls
    context.check_hostname = False  # poplib can only check the name that it connects to
    post = poplib.POP3_SSL(mail.server.address, context=context)
    post.user(CONTACT)
    post.pass_(password)
    sieve = Sieve(mail.server, CONTACT, password)
    browser = Webmail(mail.server)
    browser.open(CONTACT, password)
    book = ldap3.Connection(book_of(mail), name_in_the_book(mail), password)
    assert book.bind()
    with mail.server.imap(CONTACT, password) as imap, mail.server.submission(CONTACT, password) as smtp:
        yield {
            "book": goes_on(lambda: bool(book.search(BASE, f"(mail={CONTACT})"))),
            "imap": goes_on(lambda: imap.noop()[0] == "OK"),
            "pop3": goes_on(lambda: post.noop().startswith(b"+OK")),
            "sieve": goes_on(lambda: bool(sieve.active())),
            "webmail": browser.signed_in,
            "submission": goes_on(lambda: may_send(smtp)),
        }


def book_of(mail: Deployment) -> ldap3.Server:
    return ldap3.Server(mail.server.address, 636, use_ssl=True, tls=ldap3.Tls(validate=ssl.CERT_NONE))


def name_in_the_book(mail: Deployment) -> str:
    find = f"ldapsearch -LLL -Q -Y EXTERNAL -H ldapi:/// -o ldif-wrap=no -b {BASE} '(mail={CONTACT})' dn"
    found = mail.host.run(f"runuser -u openldap -- {find}").stdout
    return next(line.removeprefix("dn: ") for line in found.splitlines() if line.startswith("dn: "))


def goes_on(ask: Callable[[], bool]) -> Callable[[], bool]:
    """Whether a session answers as it should: one that was ended breaks off."""

    def answer() -> bool:
        try:
            return ask()
        except (imaplib.IMAP4.error, poplib.error_proto, smtplib.SMTPException, LDAPException, OSError):
            return False

    return answer


def may_send(smtp: smtplib.SMTP) -> bool:
    smtp.rset()
    smtp.mail(CONTACT)
    return smtp.rcpt(CONTACT)[0] == 250


class Idler(threading.Thread):
    """A phone that waits in IDLE; when it was thrown out, by the clock."""

    def __init__(self, mail: Deployment, password: str) -> None:
        super().__init__(daemon=True)
        self._mail, self._password = mail, password
        self.begun, self.ended = threading.Event(), 0.0

    def run(self) -> None:
        asyncio.run(self._wait())

    async def _wait(self) -> None:
        session = await Session.open(self._mail.server, CONTACT, self._password, self._mail.server.tls)
        self.begun.set()
        while await session.is_open(1.0):
            pass
        self.ended = time.time()
        session.close()


@contextmanager
def at_the_webmail(browser: Chromium, password: str) -> Iterator[Roundcube]:
    """Somebody who reads the mailbox in a browser."""
    with browser.visitor() as visitor:
        reader = Roundcube(visitor)
        reader.sign_in(CONTACT, password)
        reader.mail()
        reader.wait_for("Giấy mời", PATIENCE)
        yield reader


def thrown_out(reader: Roundcube) -> bool:
    """Whether the next click in an open page leads to the login page, and no way leads back."""
    reader.page.locator("#mailboxlist li.selected > a").click()
    reader.page.wait_for_selector("#rcmloginuser")
    reader.open("?_task=mail")
    return reader.page.locator("#mailboxlist").count() == 0 and reader.page.locator("#rcmloginuser").count() == 1


def refused(browser: Chromium, password: str) -> bool:
    """Whether the login page lets nobody in by a password, in a browser."""
    with browser.visitor() as visitor:
        visitor.expect_trouble("status of 401")
        reader = Roundcube(visitor)
        reader.sign_in(CONTACT, password)
        return reader.page.locator("#rcmloginuser").count() == 1


def come_by_letter(mail: Deployment, browser: Chromium) -> str:
    """The new custodian signs in by the letter, has to change the password before anything else, and finds all mail."""
    chosen = new_password()
    with browser.visitor() as visitor:
        reader = Roundcube(visitor)
        reader.sign_in(CONTACT, mail.issued[CONTACT])
        assert reader.asks_to_change()
        reader.open("?_task=mail")
        assert reader.page.locator("#mailboxlist").count() == 0
        reader.sign_in(CONTACT, mail.issued[CONTACT])
        reader.change(chosen)
        reader.page.wait_for_selector("#mailboxlist")
        reader.mail()
        reader.wait_for("Giấy mời", PATIENCE)
    mail.remember(CONTACT, chosen)
    return chosen


def due(mail: Deployment) -> bool:
    """Whether accounts.yml lists the hand-over, which changes nothing by that."""
    said = mail.play("accounts")
    return f"{CONTACT} ({HEAD} → {DELEGATE}" in " ".join(said.split())


def may_sign_in(mail: Deployment, password: str) -> list[str]:
    """The ways in that a password opens."""
    ways = {"imap": by_imap, "sieve": by_sieve, "webmail": by_webmail, "submission": by_submission, "book": by_book}
    return [way for way, opens in ways.items() if goes_on(lambda opens=opens: opens(mail, password))()]  # type: ignore[misc]


def by_imap(mail: Deployment, password: str) -> bool:
    return mail.server.may_log_in(CONTACT, password)


def by_sieve(mail: Deployment, password: str) -> bool:
    session = Sieve(mail.server, CONTACT, password)
    session.close()
    return True


def by_webmail(mail: Deployment, password: str) -> bool:
    return "task-mail" in Webmail(mail.server).open(CONTACT, password).text


def by_submission(mail: Deployment, password: str) -> bool:
    with mail.server.submission(CONTACT, password) as smtp:
        return may_send(smtp)


def by_book(mail: Deployment, password: str) -> bool:
    connection = ldap3.Connection(book_of(mail), name_in_the_book(mail), password)
    try:
        return bool(connection.bind())
    finally:
        connection.unbind()


@pytest.mark.usefixtures("changed_hands")
def test_a_mailbox_changes_hands(mail: Deployment, old: str, browser: Chromium) -> None:
    assert due(mail)
    before = mail.issued[CONTACT]
    with at_the_webmail(browser, old) as former, signed_in(mail, old) as sessions:
        phone = Idler(mail, old)
        phone.start()
        assert phone.begun.wait(PATIENCE)
        foreseen = mail.play("handover", "--check")
        assert f"Sẽ bàn giao {CONTACT}" in " ".join(foreseen.split())
        assert mail.issued[CONTACT] == before
        assert {name: is_open() for name, is_open in sessions.items()} == dict.fromkeys(sessions, True)

        said = mail.play("handover", agency=AGENCY)
        assert f"Đã bàn giao {CONTACT} ({HEAD} → {DELEGATE}, {DOCUMENT})" in " ".join(said.split())
        assert {name: is_open() for name, is_open in sessions.items()} == dict.fromkeys(sessions, False)
        assert thrown_out(former)
        phone.join(PATIENCE)
    replaced = float(asked(mail, f"SELECT extract(epoch FROM since) FROM mail.credential WHERE id = '{AGENCY}'"))
    assert 0 < phone.ended - replaced < SECONDS
    assert may_sign_in(mail, old) == []
    assert refused(browser, old)

    issued = mail.issued[CONTACT]
    assert issued not in {before, old}
    assert issued not in said
    # What acted for the former custodian is gone, and on record.
    assert mail.host.run(f"find {HOME} -name '*.sieve' -o -name '*.svbin'").stdout == ""
    assert webmail(mail, f"SELECT signature FROM identities WHERE email = '{CONTACT}'") == ""
    last = f"SELECT removed FROM mail.handover WHERE agency = '{AGENCY}' ORDER BY handover DESC LIMIT 1"
    removed = json.loads(asked(mail, last))
    assert [(rule["name"], rule["active"], rule["forwards"]) for rule in removed["rules"]] == [
        ("webmail", True, ["giam.doc.cu@example.net"])
    ]
    assert "Bà Hồng" in json.dumps(removed["webmail"], ensure_ascii=False)
    assert_recorded(mail)

    # The new one comes by the letter, and finds all mail there.
    chosen = come_by_letter(mail, browser)
    assert may_sign_in(mail, chosen) == ["imap", "sieve", "webmail", "submission", "book"]
    assert "Giấy mời" in [message["Subject"] for message in mail.server.inbox(CONTACT, chosen)]

    assert not due(mail)
    again = mail.play("handover")
    assert changed(again) == 0
    assert "Không có hộp thư nào phải bàn giao" in again
    assert mail.issued[CONTACT] == issued
    assert mail.server.may_log_in(CONTACT, chosen)


@pytest.mark.clause("R9.6")
def test_what_was_done_with_it_is_listed_on_paper_and_all_records_are_verified_elsewhere(
    mail: Deployment, tmp_path: Path, story: Callable[[], None]
) -> None:
    """As an inspector asks for it; and by a program that is not the server's."""
    story()
    folder, export = mail.private / "audit", tmp_path / "audit.txt"
    mail.play("audit", "--check", mailbox=CONTACT, export=str(export))
    assert not folder.exists()
    assert not export.exists()
    said = mail.play("audit", mailbox=CONTACT, export=str(export))
    assert f"việc đã làm với hộp thư {CONTACT}" in " ".join(said.split())
    papers = {path.suffix: path for path in folder.iterdir()}
    assert set(papers) == {".json", ".txt", ".pdf"}
    assert {path.stat().st_mode & 0o777 for path in (*papers.values(), export)} == {0o600}
    listed = json.loads(papers[".json"].read_text(encoding="utf-8"))
    assert asked(mail, f"SELECT count(*) FROM mail.audit WHERE kind = 'agency' AND id = '{AGENCY}'") != "0"
    assert [entry["document"] for entry in listed["entries"] if entry["document"] == DOCUMENT]
    text = subprocess.run(
        ["pdftotext", "-layout", papers[".pdf"], "-"], capture_output=True, check=True
    ).stdout.decode()
    for words in ("BẢN KÊ NHẬT KÝ", CONTACT, DOCUMENT, "THỦ TRƯỞNG CƠ QUAN"):
        assert words in " ".join(text.split())

    verify = [str(Path(sys.executable).with_name("danhba")), "audit", "verify", str(export)]
    verify += ["--head", str(mail.private / "audit-heads.jsonl")]
    assert subprocess.run(verify, capture_output=True, check=False).returncode == 0
    records = export.read_text(encoding="utf-8")
    assert DOCUMENT in records
    export.write_text(records.replace(DOCUMENT, "32/GUQ-VKSND", 1), encoding="utf-8")
    assert subprocess.run(verify, capture_output=True, check=False).returncode == 1


def assert_recorded(mail: Deployment) -> None:
    """The record says what is in the mailbox, as Dovecot counts it."""
    [pdf] = (mail.private / "handovers").glob(f"{AGENCY}-*.pdf")
    record = json.loads(pdf.with_suffix(".json").read_text(encoding="utf-8"))
    assert (record["document"], record["former"]["name"], record["successor"]["name"]) == (DOCUMENT, HEAD, DELEGATE)
    assert {"INBOX", "Drafts", "Sent", "Trash", "Junk", "Archive"} <= {
        each["name"] for each in record["state"]["folders"]
    }
    fields = "mailbox uid guid size.virtual"
    listed = json.loads(mail.host.run(f"doveadm -f json fetch -u {CONTACT} '{fields}' mailbox '*' ALL").stdout)
    # The host's own notices may arrive behind the hand-over.
    there = sorted(listed, key=lambda each: int(each["uid"]))[: record["state"]["messages"]]
    assert record["state"]["octets"] == sum(int(each["size.virtual"]) for each in there) > 0
    lines = sorted("\t".join(each[field] for field in fields.split()) + "\n" for each in there)
    assert record["state"]["checksum"] == hashlib.sha256("".join(lines).encode()).hexdigest()
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, check=True).stdout.decode()
    for words in ("BIÊN BẢN", CONTACT, HEAD, DELEGATE, DOCUMENT, "giam.doc.cu@example.net"):
        assert words in " ".join(text.split())


@pytest.mark.clause("R10.5")
def test_all_who_signed_in_from_an_address_get_another_password(
    mail: Deployment, officials: Sequence[Official]
) -> None:
    there, elsewhere = officials[:2], officials[2]
    assert mail.server.may_log_in(elsewhere.address, elsewhere.password)
    sign_in_from(mail, RECEPTION, there)
    # Who was there before, or from another address, is not among them.
    found = f"SELECT count(DISTINCT id) FROM events.use WHERE client = '{RECEPTION}' AND sign = 'signed-in'"
    until(lambda: asked(mail, found) == "2", PATIENCE)
    first_day = asked(mail, "SELECT events.day(min(minute)) FROM events.use")
    wish: dict[str, Any] = {"client": RECEPTION, "since": first_day, "document": REPORT, "document_date": "2026-01-02"}
    before = mail.issued
    foreseen = mail.play("passwords", "--check", acknowledge=2, **wish)
    assert "Sẽ cấp 2 mật khẩu" in " ".join(foreseen.split())
    assert mail.issued == before
    mail.play("passwords", acknowledge=2, **wish)
    after = mail.issued
    assert {address for address in after if after[address] != before.get(address)} == {each.address for each in there}
    assert [mail.server.may_log_in(each.address, each.password) for each in officials[:3]] == [False, False, True]
    recorded = f"SELECT count(*) FROM mail.audit WHERE document = '{REPORT}' AND after ->> 'reported' = '2026-01-02'"
    assert asked(mail, recorded) == "2"
    again = mail.play("passwords", **wish)
    assert "Đã cấp 0 mật khẩu" in " ".join(again.split())
    assert mail.issued == after
    listed = (mail.private / "reissue-8-BC-SKHCN.csv").read_text(encoding="utf-8-sig")
    assert [line.split(",")[1] for line in listed.splitlines()[1:]] == sorted(each.address for each in there)


def sign_in_from(mail: Deployment, address: str, people: Sequence[Official]) -> None:
    """Sign in as some people from another address of the network."""
    said = {
        "authority": str(mail.server.authority),
        "address": mail.server.address,
        "name": mail.server.name,
        "users": [(each.address, each.password) for each in people],
    }
    with Lab().client("reception", address) as within:
        subprocess.run([*within, sys.executable, "-c", SIGN_IN], input=json.dumps(said), text=True, check=True)
