"""What the gate costs (issue 12, Speed): mail through every filter, beside Postfix and Dovecot alone, on one host.

Each round sends the same letters to the host as it is deployed, to the same without its gate, and to the bare Postfix
and Dovecot of the part `mail`, and accounts for each of them.
"""

from __future__ import annotations

import smtplib
import statistics
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.crowd import Crowd, crowd
from tests.bench.mail import CONNECTIONS, EACH, EMPTY, NO_GATE, WITHOUT_LIMITS, Swap
from tests.bench.post import DATABASE, OUTSIDE, SENDER, Letter, letters
from tests.bench.watching import Usage, watched

MAILBOXES = 2000
ROUNDS = 2
WARM = CONNECTIONS * EACH // 4  # letters before those that count: nothing is warm after a start
PART = 0.6  # of the bare ones; asked in issue 12
COMPLETE, OPEN, BARE = "danhba", "danhba, không lọc / no gate", "bare Postfix, Dovecot"
QUEUED_SECONDS = 300  # how long what is accepted may take to be delivered
QUIET = 0.1  # processors that are in use when nothing goes on
EVENTS = "danhba-events.service"
# A sender's domain that is in order and answered at once, as those of daily senders are: the lab has no Internet.
_ZONE = f"""
server:
    local-zone: "{OUTSIDE}." static
    local-data: '{OUTSIDE}. A 10.233.0.1'
    local-data: '{OUTSIDE}. MX 10 {OUTSIDE}.'
    local-data: '{OUTSIDE}. TXT "v=spf1 ip4:10.233.0.0/24 -all"'
    local-data: '_dmarc.{OUTSIDE}. TXT "v=DMARC1; p=none"'
"""
_PING = """
import socket
clamd = socket.socket(socket.AF_UNIX)
clamd.settimeout(180)
clamd.connect("/run/clamav/clamd.ctl")
clamd.sendall(b"zPING\\0")
assert clamd.recv(9) == b"PONG\\0"
"""
# Which letters of a sending are in which folder below a directory, by the number in their Message-ID.
FOUND = r"""
import os, re, sys
wanted = re.compile(rb"^Message-ID: <%s[.](\d+)@" % sys.argv[1].encode(), re.M | re.I)
for folder, _, names in os.walk(sys.argv[2]):
    if os.path.basename(folder) in ("new", "cur"):
        kind = os.path.basename(os.path.dirname(folder))
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                if found := wanted.search(file.read(16384)):
                    print(found[1].decode(), kind)
"""


@dataclass(frozen=True)
class Account:
    """Numbers of letters: what clients were told, where they were found, and what should not have been."""

    sent: int
    refused: int
    waits: int
    delivered: int
    queued: int
    junk: int
    lost: int
    twice: int
    passed: int
    wronged: int

    @property
    def whole(self) -> bool:
        """Whether each is where it was said to be, and none had to wait for its sender."""
        balanced = self.sent == self.delivered + self.refused + self.queued
        return balanced and not (self.waits or self.queued or self.lost or self.twice)

    @property
    def right(self) -> bool:
        """Whether all that hold a virus or the mark were refused, and no other."""
        return not (self.passed or self.wronged)


@dataclass(frozen=True)
class Sending:
    """Messages a second that were accepted, and that arrived; what it took, in processor seconds; the account."""

    accepted: float
    delivered: float
    usage: Usage
    account: Account


Sendings = Mapping[str, Sequence[Sending]]


def run(console: Console, folder: Path, messages: int, mailboxes: int | None) -> dict[str, Any]:
    """Measure and show; the figures as data."""
    with crowd(console, folder, mailboxes or MAILBOXES, **WITHOUT_LIMITS) as found:
        sendings = Bench(console, found, mailboxes or MAILBOXES).measure(messages)
    show(console, sendings)
    return {
        name: [
            {"accepted": one.accepted, "delivered": one.delivered, "account": asdict(one.account),
             "processor": {" ".join(key): seconds for key, seconds in one.usage.processor.items()},
             "memory": one.usage.memory}
            for one in each
        ]
        for name, each in sendings.items()
    }  # fmt: skip


class Bench:
    """The three, in turn on one host."""

    def __init__(self, console: Console, found: Crowd, mailboxes: int) -> None:
        self.console = console
        self.host = found.deployment.host
        self.server = found.deployment.server
        self.recipients = found.addresses[:mailboxes]
        self.swap = Swap(found)

    def measure(self, messages: int) -> Sendings:
        """What each round found of each; letters are made before, and in each round anew."""
        self._prepare()
        uses: dict[str, Callable[[], None]] = {COMPLETE: self._complete, OPEN: self._open, BARE: self._bare}
        sendings: dict[str, list[Sending]] = {name: [] for name in uses}
        for number in range(ROUNDS):
            made = letters(messages + WARM, seed=number)
            for place, (name, use) in enumerate(uses.items()):
                use()
                self._send(f"am{number}{place}", made[messages:])
                self._settle()
                one = self._measured(f"thu{number}{place}", made[:messages])
                sendings[name].append(one)
                self.console.print(f"{name}: {one.accepted:.0f} / {one.delivered:.0f}, {one.account}", markup=False)
        return sendings

    def _prepare(self) -> None:
        for name, text in DATABASE.items():
            self.swap.write(f"/var/lib/clamav/{name}", text())
        self.host.run("chown clamav: /var/lib/clamav/danhba-bench.*; systemctl restart clamav-daemon", timeout=300)
        self._python(_PING)
        subprocess.run(self.host.ssh("cat >> /etc/unbound/unbound.conf"), input=_ZONE, text=True, check=True)
        self.host.run("systemctl restart unbound; systemctl start danhba-free-space.service", timeout=600)

    def _complete(self) -> None:
        self.swap.use_ours()
        self.host.run(f"systemctl start {EVENTS}")

    def _open(self) -> None:
        self.swap.use_ours(NO_GATE)
        self.host.run(f"systemctl start {EVENTS}")

    def _bare(self) -> None:
        self.swap.use_bare()
        self.host.run(f"systemctl stop {EVENTS}")  # it would collect what they do

    def _settle(self, seconds: float = 120) -> None:
        """Wait until the host does nothing more of what went before."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with watched(self.host) as usage:
                time.sleep(3)
            if usage.seconds < 3 * QUIET:
                return
        self.console.print("máy không nghỉ / the host does not come to rest", style="red")

    def _measured(self, name: str, made: Sequence[Letter]) -> Sending:
        with watched(self.host) as usage:
            began = time.time()
            codes = self._send(name, made)
            answered = time.time()
            empty = self.host.run(f"timeout {QUEUED_SECONDS} sh -c '{EMPTY}' || date +%s.%N", timeout=600).stdout
            time.sleep(6)  # what is done with it afterwards counts: events are collected
        found = [line.split() for line in self._python(FOUND, name, "/srv/vmail").splitlines()]
        account = accounted(made, codes, [(int(number), folder) for number, folder in found], self._queued())
        taken = account.sent - account.refused - account.waits
        return Sending(taken / (answered - began), account.delivered / (float(empty) - began), usage, account)

    def _queued(self) -> int:
        folders = "active deferred incoming maildrop hold"
        return int(self.host.run(f"cd /var/spool/postfix; find {folders} -type f | wc -l").stdout)

    def _python(self, program: str, *arguments: str) -> str:
        command = self.host.ssh(" ".join(("python3 -", *arguments)))
        return subprocess.run(command, input=program, text=True, check=True, stdout=subprocess.PIPE).stdout

    def _send(self, name: str, made: Sequence[Letter]) -> list[int]:
        """To one mailbox after the other; what code each ended with, in their order."""
        batches = [range(first, min(first + EACH, len(made))) for first in range(0, len(made), EACH)]
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            done = pool.map(lambda numbers: list(self._connection(name, made, numbers)), batches)
            return [code for codes in done for code in codes]

    def _connection(self, name: str, made: Sequence[Letter], numbers: Sequence[int]) -> Iterator[int]:
        smtp = smtplib.SMTP(self.server.address, 25, local_hostname=OUTSIDE, timeout=180)
        for number in numbers:
            recipient = self.recipients[number % len(self.recipients)]
            yield hand_in(smtp, recipient, made[number].addressed(f"{name}.{number}@{OUTSIDE}", recipient))
        with suppress(OSError, smtplib.SMTPException):
            smtp.quit()


def hand_in(smtp: smtplib.SMTP, recipient: str, octets: bytes) -> int:
    """The code of the last answer; 421 where the connection is lost."""
    try:
        smtp.sendmail(SENDER, [recipient], octets)
    except smtplib.SMTPRecipientsRefused as error:
        return int(error.recipients[recipient][0])
    except smtplib.SMTPResponseException as error:
        return int(error.smtp_code)
    except (OSError, smtplib.SMTPException):
        return 421
    return 250


def accounted(made: Sequence[Letter], codes: Sequence[int], found: Sequence[tuple[int, str]], queued: int) -> Account:
    """What became of letters: the code of each, and the number and folder of each that is in a mailbox."""
    places = Counter(number for number, _folder in found)
    refused = {number for number, code in enumerate(codes) if code >= 500}
    waits = {number for number, code in enumerate(codes) if 400 <= code < 500}
    bad = {number for number, letter in enumerate(made) if letter.kind != "clean"}
    missing = set(range(len(made))) - refused - waits - set(places)
    return Account(
        sent=len(made), refused=len(refused), waits=len(waits), delivered=len(places), queued=queued,
        junk=sum(folder == ".Junk" for _number, folder in found), lost=max(0, len(missing) - queued),
        twice=sum(count > 1 for count in places.values()) + len(refused & set(places)),
        passed=len(bad - refused - waits), wronged=len(refused - bad),
    )  # fmt: skip


def show(console: Console, sendings: Sendings) -> None:
    """The figures, and what was asked of them."""
    console.print(_rates(sendings), _processor(sendings), _memory(sendings))
    for what, value, holds in _verdicts(sendings):
        console.print(f"{what}: {value} {'✓' if holds else '✗'}", style="green" if holds else "red")


def _mean(sendings: Sequence[Sending], what: str) -> float:
    return float(statistics.mean(getattr(one, what) for one in sendings))


def _rates(sendings: Sendings) -> Table:
    sent = sendings[COMPLETE][0].account.sent
    table = Table("một giây / a second", "nhận / accepted", "giao / delivered", ": bare", title=f"{sent:,} messages")
    for name, each in sendings.items():
        rates = (", ".join(f"{getattr(one, what):.0f}" for one in each) for what in ("accepted", "delivered"))
        part = (_mean(each, what) / _mean(sendings[BARE], what) for what in ("accepted", "delivered"))
        table.add_row(name, *rates, ", ".join(f"{value:.2f}" for value in part))
    return table


def _processor(sendings: Sendings) -> Table:
    """Milliseconds a message, the means of all rounds; what took less than a twentieth of one is left out."""
    means = {name: _each(each) for name, each in sendings.items()}
    table = Table("ms CPU / message", *means)
    for key in sorted({key for mean in means.values() for key in mean}, key=lambda key: -means[COMPLETE].get(key, 0)):
        values = [mean.get(key, 0.0) for mean in means.values()]
        if max(values) >= 0.05:
            table.add_row(" ".join(key), *(f"{value:.2f}" for value in values))
    table.add_row("tổng / total", *(f"{sum(mean.values()):.2f}" for mean in means.values()))
    return table


def _each(sendings: Sequence[Sending]) -> dict[tuple[str, str], float]:
    """Milliseconds a message by service and process."""
    total: Counter[tuple[str, str]] = Counter()
    for one in sendings:
        total.update(one.usage.processor)
    sent = sum(one.account.sent for one in sendings)
    return {key: 1000 * seconds / sent for key, seconds in total.items()}


def _memory(sendings: Sendings) -> Table:
    """Of the complete host after the last sending, MiB; without what is small."""
    memory = sendings[COMPLETE][-1].usage.memory
    table = Table("bộ nhớ / memory", "MiB")
    for name, size in sorted(memory.items(), key=lambda item: -item[1]):
        if size >= 5:
            table.add_row(name, f"{size:.0f}")
    table.add_row("tổng / total", f"{sum(memory.values()):.0f}")
    return table


def _verdicts(sendings: Sendings) -> Iterator[tuple[str, str, bool]]:
    ours, bare = sendings[COMPLETE], sendings[BARE]
    part = _mean(ours, "delivered") / _mean(bare, "delivered")
    yield f"delivered : bare ≥ {PART}", f"{part:.2f}", part >= PART
    accepted, delivered = _mean(ours, "accepted"), _mean(ours, "delivered")
    yield "accepted ≥ delivered", f"{accepted:.0f}, {delivered:.0f}", accepted >= delivered
    for name, each in sendings.items():
        sent, delivered, refused, queued = (
            sum(getattr(one.account, what) for one in each) for what in ("sent", "delivered", "refused", "queued")
        )
        said = f"{sent} = {delivered} + {refused} + {queued}"
        yield f"sent = delivered + refused + queued ({name})", said, all(one.account.whole for one in each)
    passed, wronged = (sum(getattr(one.account, what) for one in ours) for what in ("passed", "wronged"))
    yield "infected and marked refused, no other", f"{passed}, {wronged}", all(one.account.right for one in ours)
