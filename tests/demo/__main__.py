"""`python -m tests.demo`: build, deploy, apply, choose passwords, send, read; what is refused; who, what, how long."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from imaplib import IMAP4
from smtplib import SMTPException

from rich.console import Console
from rich.markup import escape
from rich.status import Status
from rich.table import Table

from tests.lab import Lab, LabError
from tests.support.deployment import FQDN, PROJECT, Deployment, PlaybookFailed

from . import around, duties, gate, invitation, operators, people


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
        """The main job from nothing to a message that two mailboxes have received, and what the gate lets nobody do."""
        with self.step("Máy chủ thử / test host"):
            host = Lab().up(self.name, address=self.address, fqdn=FQDN)
        deployment = Deployment(host, self.private)
        operators.make(self.private)
        self._play(deployment, "site", "Triển khai và áp dụng sổ / deploy and apply the register")
        self._play(deployment, "passwords", "Cấp mật khẩu / issue passwords")
        who = people.from_the_register()
        to = [who.recipient, who.mailbox]
        with self.step("Đổi mật khẩu lần đầu tại trang thư / first passwords changed at the webmail"):
            for one in (who.sender, *to):
                people.first_login(deployment, one)
        with self.step("Gửi thư / send"):
            message = invitation.send(deployment, who.sender, to)
        with self.step("Nhận thư / receive"):
            received = [invitation.read(deployment, one, message) for one in to]
        with self.step("Thư giả, thư có vi-rút, thư mang dấu MẬT, thư ký số / forged, infected, marked, signed"):
            attempts = gate.attempt(deployment, who.sender, who.recipient)
        with self.step("Tra đường đi của thư / trace them"):
            traces = gate.trace(deployment, who.recipient, attempts)
        with self.step("Thu hồi, bàn giao, báo cáo / recall, hand-over, report"):
            done = duties.carry_out(deployment, who.sender, to)
        invitation.tell(self.console, who.sender, to, received)
        gate.tell(self.console, attempts, traces)
        duties.tell(self.console, done)
        self._tell_times()
        around.tell(self.console, deployment, who.newcomer)
        duties.tell_files(self.console, done)
        around.tell_status(self.console, deployment)

    def _play(self, deployment: Deployment, playbook: str, text: str) -> None:
        with self.step(text) as status:
            deployment.play(playbook, task=lambda name: status.update(f"{text}: {name}"))

    def _tell_times(self) -> None:
        self.console.rule("Thời gian / time")
        table = Table("Bước / step", "Giây / seconds", box=None)
        for text, seconds in [*self.times, ("Tất cả / all", sum(seconds for _text, seconds in self.times))]:
            table.add_row(text, f"{seconds:.1f}")
        self.console.print(table)


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
