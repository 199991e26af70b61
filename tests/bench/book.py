"""An address book of a hundred thousand (R5): how long it takes to get in step, and how long somebody waits who types a
name.
"""

from __future__ import annotations

import random
import ssl
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import ldap3
from rich.console import Console
from rich.table import Table

from tests.bench.crowd import PASSWORD, Crowd, crowd
from tests.bench.measure import percentile

MAILBOXES = 100_000
BASE = "dc=laocai,dc=gov,dc=vn"
JOB = "danhba-addressbook-sync"
# As the job itself asks slapd.
ASK = "runuser -u openldap -- ldapsearch -LLL -Q -Y EXTERNAL -H ldapi:/// -o ldif-wrap=no"
SHOWN = 15  # proposals that the webmail shows
WORDS = 300  # that are typed
COMPLETION = 0.1  # seconds; asked in issue 11
# What the webmail asks when somebody types: everything by which people look for a mailbox.
_FILTER = "(&(objectClass=inetOrgPerson)(|{}))"
_BY = ("cn", "mail", "title", "ou", "o")


@dataclass(frozen=True)
class Figures:
    """Seconds: of the job from an empty book, without a change, and comparing all; of each word that is typed."""

    entries: int
    first: float
    unchanged: float
    whole: float
    completions: Sequence[float]


def run(console: Console, folder: Path, mailboxes: int | None) -> dict[str, Any]:
    """Measure and show; the figures as data."""
    mailboxes = mailboxes or MAILBOXES
    with crowd(console, folder, mailboxes, capacity_mailboxes=mailboxes * 5 // 4) as found:
        figures = Bench(console, found).measure()
    show(console, figures)
    return asdict(figures)


class Bench:
    """The job by itself, then people who type."""

    def __init__(self, console: Console, found: Crowd) -> None:
        self.console = console
        self.crowd = found
        self.host = found.deployment.host

    def measure(self) -> Figures:
        """In this order, so that the book is there when somebody asks it."""
        # The run that the deployment began; one that goes on is not `active` but `activating`.
        ended = f"systemctl show --property=ActiveState --value {JOB} | grep -qvx activating"
        self.host.run(f"systemctl stop {JOB}.timer; until {ended}; do sleep 1; done", timeout=900)
        self.host.run("systemctl stop slapd; rm /var/lib/danhba-addressbook/data.mdb; systemctl start slapd")
        # The job gives up where slapd does not answer yet, and its next run would be the one that fills the book.
        self.host.run(f"until {ASK} -b '' -s base >/dev/null 2>&1; do sleep 0.2; done")
        self.console.print("sổ trống → đủ / from an empty book …")
        first = self._timed(f"systemctl start {JOB}")
        self._filled()
        unchanged = self._timed(f"systemctl start {JOB}")
        whole = self._timed("runuser -u openldap -- /usr/local/sbin/danhba-host addressbook --whole")
        with self._signed_in() as connection:
            entries = self._mailboxes()
            words = random.Random(0).choices(self._names(connection), k=WORDS)
            self.console.print(f"{entries:,} mục / entries; {WORDS} từ / words …")
            completions = [self._completion(connection, word) for word in words]
        return Figures(entries, first, unchanged, whole, completions)

    def _filled(self) -> None:
        """A run that gave up, to be tried again by the next, is no figure."""
        if not (found := self._mailboxes()):
            said = self.host.run(f"journalctl -u {JOB} -n 20 --no-pager -o cat").stdout
            raise RuntimeError(f"the book has {found} mailboxes after the first run:\n{said}")

    def _mailboxes(self) -> int:
        return int(self._asked("'(mail=*)' dn | grep -c ^dn: || true"))

    def _timed(self, command: str) -> float:
        began = time.monotonic()
        self.host.run(command, timeout=1800)
        return time.monotonic() - began

    def _asked(self, rest: str) -> str:
        """What the host itself finds, for which no limit holds."""
        return self.host.run(f"{ASK} -b {BASE} {rest}", timeout=120).stdout

    def _signed_in(self) -> ldap3.Connection:
        address = self.crowd.real[0]
        server = ldap3.Server(
            self.crowd.deployment.server.address, 636, use_ssl=True, tls=ldap3.Tls(validate=ssl.CERT_NONE)
        )
        said = self._asked(f"'(mail={address})' dn")
        name = next(line.removeprefix("dn: ") for line in said.splitlines() if line.startswith("dn: "))
        return ldap3.Connection(server, name, PASSWORD, auto_bind=True)

    def _search(self, connection: ldap3.Connection, text: str, limit: int) -> list[Any]:
        connection.search(BASE, text, attributes=["cn", "mail", "title", "o", "ou"], size_limit=limit)
        return list(connection.entries)

    def _names(self, connection: ldap3.Connection) -> list[str]:
        """Words of the names of those of one page: what people begin to type."""
        found = self._search(connection, "(&(objectClass=inetOrgPerson)(mail=*a*))", 500)
        return [word for entry in found for word in str(entry.cn.values[0]).split() if len(word) > 1]

    def _completion(self, connection: ldap3.Connection, word: str) -> float:
        began = time.monotonic()
        self._search(connection, _FILTER.format("".join(f"({name}=*{word}*)" for name in _BY)), SHOWN)
        return time.monotonic() - began


def show(console: Console, figures: Figures) -> None:
    """The figures, and what was asked of them."""
    table = Table("", "", title=f"{figures.entries:,} entries in the address book")
    table.add_row("sổ trống → đủ / from an empty book, s", f"{figures.first:.1f}")
    table.add_row("không đổi / without a change, s", f"{figures.unchanged:.1f}")
    table.add_row("so tất cả / all compared, s", f"{figures.whole:.1f}")
    times = (percentile(figures.completions, percent) for percent in (50, 95, 99))
    table.add_row("gõ một từ / a word, p50, p95, p99, ms", ", ".join(f"{1000 * seconds:.0f}" for seconds in times))
    console.print(table)
    for what, value, holds in _verdicts(figures):
        style = "green" if holds else "red"
        console.print(f"{what} ({figures.entries:,}): {value} {'✓' if holds else '✗'}", style=style)


def _verdicts(figures: Figures) -> Iterator[tuple[str, str, bool]]:
    found = percentile(figures.completions, 95)
    yield f"completion p95 < {COMPLETION} s", f"{found:.3f} s", found < COMPLETION
