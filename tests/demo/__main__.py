"""`python -m tests.demo`: build, deploy, apply, choose passwords, send, read; say who, what and how long; stay up."""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage, Message
from imaplib import IMAP4
from smtplib import SMTPException
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.markup import escape
from rich.status import Status
from rich.table import Table

from danhba.addresses.issuing import contact
from danhba.checking.check import check
from danhba.planning import listing
from danhba.planning.state import Timeline
from danhba.reading.source import from_directory
from tests.lab import Lab, LabError
from tests.support.deployment import FQDN, PROJECT, Deployment, PlaybookFailed, new_password
from tests.support.letters import bundles
from tests.support.mail import compose
from tests.support.webmail import Webmail

SENDER, RECIPIENT = "000101", "snv"
SUBJECT = "Giấy mời họp: triển khai Quy chế thư điện tử công vụ"
TEXT = """Kính gửi đồng chí,

Trân trọng mời đồng chí dự họp về việc triển khai Quy chế quản lý, sử dụng hệ thống thư điện tử.
Nội dung chi tiết trong tệp gửi kèm.
"""
ATTACHMENT = "Giấy mời.txt"
CONTENT = "Thời gian: 8 giờ 00, thứ Hai. Địa điểm: phòng họp số 2. Thành phần: Thủ trưởng các cơ quan.\n".encode()


class Demo:
    """One run, with the time that each step took."""

    def __init__(self, console: Console, name: str, address: str) -> None:
        self.console = console
        self.name = name
        self.address = address
        self.private = PROJECT / ".private" / ("lab" if name == "mail" else name)
        self.times: list[tuple[str, float]] = []

    @contextmanager
    def step(self, text: str) -> Iterator[Status]:
        """Show a step while it runs, and its time when it is done."""
        started = time.monotonic()
        with self.console.status(f"{text} …") as status:
            yield status
        seconds = time.monotonic() - started
        self.times.append((text, seconds))
        self.console.print(f"[green]✓[/] {text} [dim]{seconds:.1f} s[/]")

    def run(self) -> None:
        """The main job from nothing to a message that two mailboxes have received."""
        with self.step("Máy chủ thử / test host"):
            host = Lab().up(self.name, address=self.address, fqdn=FQDN)
        deployment = Deployment(host, self.private)
        self._play(deployment, "site", "Triển khai và áp dụng sổ / deploy and apply the register")
        self._play(deployment, "passwords", "Cấp mật khẩu / issue passwords")
        sender, recipient, mailbox, newcomer = self._people()
        with self.step("Đổi mật khẩu lần đầu tại trang thư / first passwords changed at the webmail"):
            for who in (sender, recipient, mailbox):
                self._first_login(deployment, who)
        with self.step("Gửi thư / send"):
            message = self._send(deployment, sender, [recipient, mailbox])
        with self.step("Nhận thư / receive"):
            received = [self._read(deployment, who, message) for who in (recipient, mailbox)]
        self._tell(sender, [recipient, mailbox], received)
        self._tell_where(deployment, newcomer)

    def _play(self, deployment: Deployment, playbook: str, text: str) -> None:
        with self.step(text) as status:
            deployment.play(playbook, task=lambda name: status.update(f"{text}: {name}"))

    def _people(self) -> tuple[listing.Listed, listing.Listed, listing.Listed, listing.Listed]:
        """An official, a colleague in another agency, that agency's contact mailbox, and a colleague of the first one,
        who stays as new as the letter: all from the register.
        """
        usable = check(from_directory(PROJECT / "directory")).usable
        if usable is None:
            raise LabError("Sổ mẫu có lỗi: danhba check", "The sample register has errors: danhba check")
        today = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date()
        listed = [item for item in listing.everything(Timeline.of(*usable, today)) if item.state == "open"]
        sender = next(item for item in listed if item.id == SENDER)
        colleagues = [item for item in listed if item.agency.code == RECIPIENT]
        mailbox = next(item for item in colleagues if item.address.startswith(contact(RECIPIENT)))
        newcomer = [item for item in listed if item.agency is sender.agency and item.issuance][-1]
        return sender, next(item for item in colleagues if item is not mailbox), mailbox, newcomer

    def _first_login(self, deployment: Deployment, who: listing.Listed) -> None:
        """Sign in with the letter's password, choose another, and see the mailbox; on a host used again, sign in."""
        user, issued, webmail = who.address, deployment.issued[who.address], Webmail(deployment.server)
        if deployment.passwords[user] == issued:
            chosen = new_password()
            webmail.choose_first(user, issued, chosen)
            deployment.remember(user, chosen)
        else:
            webmail.open(user, deployment.passwords[user])
        webmail.log_out()

    def _send(self, deployment: Deployment, sender: listing.Listed, to: list[listing.Listed]) -> Message:
        message = compose(sender.address, [who.address for who in to], SUBJECT, TEXT, (ATTACHMENT, CONTENT))
        with deployment.server.submission(sender.address, deployment.choose(sender.address)) as smtp:
            smtp.send_message(message)
        return message

    def _read(self, deployment: Deployment, who: listing.Listed, message: Message) -> EmailMessage:
        password = deployment.choose(who.address)
        received = deployment.server.wait_for(who.address, password, str(message["Message-ID"]))
        attachment = next(received.iter_attachments())
        content = attachment.get_payload(decode=True)
        if received["Subject"] != SUBJECT or attachment.get_filename() != ATTACHMENT or content != CONTENT:
            raise LabError("Thư nhận được không như đã gửi.", "The message received is not the one sent.")
        return received

    def _tell(self, sender: listing.Listed, to: list[listing.Listed], received: list[EmailMessage]) -> None:
        console = self.console
        console.rule("Thư đã đến / delivered")
        console.print(f"Từ / from: {sender.name}, {sender.agency.name} <{sender.address}>")
        for who, message in zip(to, received, strict=True):
            digest = hashlib.sha256(CONTENT).hexdigest()[:12]
            console.print(f"Đến / to: {who.name}, {who.agency.name} <{who.address}>")
            console.print(
                f"    {message['Subject']}  [{ATTACHMENT}, {len(CONTENT)} byte, sha256 {digest}…]", markup=False
            )
        table = Table("Bước / step", "Giây / seconds", box=None)
        for text, seconds in [*self.times, ("Tất cả / all", sum(seconds for _text, seconds in self.times))]:
            table.add_row(text, f"{seconds:.1f}")
        console.print(table)

    def _tell_where(self, deployment: Deployment, who: listing.Listed) -> None:
        """How to look around: at the webmail as somebody who has just been given a letter, and at the host."""
        console, private = self.console, deployment.private.relative_to(PROJECT)
        key = deployment.letters_key_file.relative_to(PROJECT)
        bundle = bundles(deployment.letters, who.agency.code)[-1].relative_to(PROJECT)
        rules = f"MAP *.{who.address.partition('@')[2]} {deployment.host.address}"
        console.rule("Trang thư / webmail")
        console.print(f"https://{FQDN}/  (danh bạ, hướng dẫn / directory, guides: /danh-ba/ /huong-dan/ /dien-thoai/)")
        console.print("Mở trên máy này / open it on this machine:")
        console.print(f"    chromium --user-data-dir=/tmp/danhba --host-resolver-rules='{rules}' https://{FQDN}/")
        console.print(f"    (root: thêm / add --no-sandbox; CA: chrome://certificate-manager, {private}/ca.crt)")
        console.print(f"Hộp thư chưa đổi mật khẩu / a mailbox with its first password: {who.name} <{who.address}>")
        console.print(f"Mở phiếu của cơ quan / open its agency's letters: {bundle.parent}/")
        console.print(f"    age -d -i {key} {bundle} \\")
        console.print(f"      | pdftotext -layout - - | grep -A 3 {who.address}")
        console.rule("Xem xung quanh / look around")
        console.print(
            f"Máy chủ / host: {FQDN}, {deployment.host.address} (IMAPS 993, POP3S 995, SMTP 25/587/465, LDAPS 636)"
        )
        console.print(f"Vào máy / log in to it: .venv/bin/python -m tests.lab exec {self.name} bash")
        console.print("Hộp thư / mailboxes: .venv/bin/danhba addresses, .venv/bin/danhba who 000101")
        console.print("Gỡ bỏ / remove: make down")


def main() -> int:
    """Run the demo; 1 with a message where a step fails."""
    parser = argparse.ArgumentParser(prog="python -m tests.demo", description=__doc__)
    parser.add_argument("--name", default="mail", help="tên máy thử / the test host's name [mail]")
    parser.add_argument("--address", default="10.233.0.20", help="địa chỉ / its address [10.233.0.20]")
    options = parser.parse_args()
    console = Console(highlight=False, soft_wrap=True)
    try:
        Demo(console, options.name, options.address).run()
    except (LabError, PlaybookFailed, OSError, IMAP4.error, SMTPException) as error:
        console.print(f"[red]✗[/] {escape(str(error))}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
