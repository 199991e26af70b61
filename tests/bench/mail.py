"""The way of a message into a mailbox (R9.2), beside Postfix and Dovecot with nothing but that, on the same host.

The bare ones know the mailboxes from a file, refuse nothing, and have neither quotas nor rules of users. Both are
measured in turn, so that what else the machine does meets both.
"""

from __future__ import annotations

import secrets
import smtplib
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.crowd import Crowd, crowd

MAILBOXES = 500
OCTETS = 10_000  # of a message; no two are the same
CONNECTIONS, EACH = 16, 20  # at once, and messages of one
ROUNDS = 2
PART = 0.7  # of the bare ones; asked in issue 11
WITHOUT_LIMITS = {"postfix_unlimited_networks": ["127.0.0.0/8", "10.233.0.0/24"]}
POSTFIX = """\
compatibility_level = 3.10
myhostname = mail.laocai.gov.vn
mydestination =
alias_maps =
alias_database =
virtual_mailbox_domains = laocai.gov.vn
virtual_mailbox_maps = texthash:/etc/postfix/bare
virtual_transport = lmtp:unix:private/dovecot-lmtp
smtpd_relay_restrictions = reject_unauth_destination
smtpd_client_event_limit_exceptions = 10.233.0.0/24
"""
DOVECOT = """\
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
protocols = lmtp
ssl = no
mail_driver = maildir
mail_home = /srv/vmail/bare/%{user}
mail_path = %{home}/Maildir
mail_uid = vmail
mail_gid = vmail
first_valid_uid = 5000
# Nobody signs in, but it does not start without.
passdb static {
  password = x
}
userdb static {
  allow_all_users = yes
}
service lmtp {
  unix_listener /var/spool/postfix/private/dovecot-lmtp {
    mode = 0600
    user = postfix
    group = postfix
  }
}
"""
# Whether any message waits, without reading them all: that would be part of what is measured.
EMPTY = (
    'while [ -n "$(cd /var/spool/postfix; find active deferred incoming maildrop -type f -print -quit)" ];'
    " do sleep 0.1; done; date +%s.%N"
)
NO_GATE = "postconf -e smtpd_milters= non_smtpd_milters= header_checks=; "
_SETTINGS = ("/etc/postfix/main.cf", "/etc/dovecot/dovecot.conf")


@dataclass(frozen=True)
class Rates:
    """Messages a second."""

    accepted: float
    delivered: float


def run(console: Console, folder: Path, messages: int) -> dict[str, Any]:
    """Measure and show; the figures as data."""
    with crowd(console, folder, MAILBOXES, **WITHOUT_LIMITS) as found:
        found.deployment.host.run("systemctl start danhba-free-space.service", timeout=600)
        bench = Bench(console, found, messages)
        ours, bare = bench.measure()
    show(console, ours, bare, messages)
    return {"messages": messages, "ours": [asdict(rates) for rates in ours], "bare": [asdict(rates) for rates in bare]}


class Swap:
    """The settings of the project as it is deployed, or those of the bare ones, in one place on one host."""

    def __init__(self, found: Crowd) -> None:
        self.host = found.deployment.host
        self.server = found.deployment.server
        self.recipients = found.addresses
        self.host.run("".join(f"cp -p {path} {path}.ours; " for path in _SETTINGS))

    def use_ours(self, more: str = "") -> None:
        """As it is deployed, but for what a shell command then changes."""
        self._start("".join(f"cp -p {path}.ours {path}; " for path in _SETTINGS) + more)

    def use_bare(self) -> None:
        """Postfix and Dovecot alone."""
        self.write("/etc/postfix/bare", "".join(f"{address} x\n" for address in self.recipients))
        self.write("/etc/postfix/main.cf", POSTFIX)
        self.write("/etc/dovecot/dovecot.conf", DOVECOT)
        self._start("install -d -o vmail -g vmail /srv/vmail/bare; ")

    def write(self, path: str, content: str) -> None:
        """A file of the host."""
        subprocess.run(self.host.ssh(f"cat > {path}"), input=content, text=True, check=True)

    def _start(self, before: str) -> None:
        self.host.run(f"systemctl stop postfix dovecot; {before}systemctl start dovecot postfix")
        self._wait(lambda: smtplib.SMTP(self.server.address, 25, timeout=5).close())

    def _wait(self, until: Callable[[], None]) -> None:
        end = time.monotonic() + 30
        while True:
            try:
                return until()
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)


class Bench:
    """Both, in turn on one host."""

    def __init__(self, console: Console, found: Crowd, messages: int) -> None:
        self.console = console
        self.host = found.deployment.host
        self.server = found.deployment.server
        self.recipients = found.addresses
        self.messages = messages
        self.swap = Swap(found)

    def measure(self) -> tuple[list[Rates], list[Rates]]:
        """The rates of each round: of the project as it is deployed, and of the bare ones."""
        ours: list[Rates] = []
        bare: list[Rates] = []
        for _round in range(ROUNDS):
            for rates, use in ((ours, self._use_ours), (bare, self.swap.use_bare)):
                use()
                self._send(CONNECTIONS * EACH // 4)  # nothing is warm after a start
                rates.append(self._send(self.messages))
                self.console.print(f"{use.__name__.lstrip('_')}: {rates[-1].accepted:.0f} / {rates[-1].delivered:.0f}")
        return ours, bare

    def _use_ours(self) -> None:
        """What the gate costs, the part `filters` says."""
        self.swap.use_ours(NO_GATE)

    def _send(self, count: int) -> Rates:
        """Messages to one mailbox after the other; the host's clock is this machine's."""
        batches = [range(first, min(first + EACH, count)) for first in range(0, count, EACH)]
        began = time.time()
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            list(pool.map(self._connection, batches))
        accepted = time.time()
        delivered = float(self.host.run(EMPTY, timeout=600).stdout)
        return Rates(count / (accepted - began), count / (delivered - began))

    def _connection(self, numbers: Sequence[int]) -> None:
        with smtplib.SMTP(self.server.address, 25, local_hostname="client.example.org", timeout=120) as smtp:
            for number in numbers:
                recipient = self.recipients[number % len(self.recipients)]
                smtp.sendmail("ai@example.org", [recipient], _message(recipient))


def _message(recipient: str) -> str:
    text = secrets.token_hex(OCTETS // 2)
    lines = "\r\n".join(text[first : first + 76] for first in range(0, len(text), 76))
    return f"From: <ai@example.org>\r\nTo: <{recipient}>\r\nSubject: {text[:8]}\r\n\r\n{lines}\r\n"


def show(console: Console, ours: Sequence[Rates], bare: Sequence[Rates], messages: int) -> None:
    """The figures, and what part of the bare ones it is."""
    table = Table("một giây / a second", "nhận / accepted", "giao / delivered", title=f"{messages:,} messages of 10 kB")
    for name, rates in (("danhba", ours), ("bare Postfix, Dovecot", bare)):
        table.add_row(
            name,
            *(", ".join(f"{getattr(rate, what):.0f}" for rate in rates) for what in ("accepted", "delivered")),
        )
    console.print(table)
    for what, value, holds in _verdicts(ours, bare):
        console.print(f"{what}: {value} {'✓' if holds else '✗'}", style="green" if holds else "red")


def _verdicts(ours: Sequence[Rates], bare: Sequence[Rates]) -> Iterator[tuple[str, str, bool]]:
    for what in ("accepted", "delivered"):
        part = statistics.mean(getattr(rate, what) for rate in ours) / statistics.mean(
            getattr(rate, what) for rate in bare
        )
        yield f"{what} : bare ≥ {PART}", f"{part:.2f}", part >= PART
