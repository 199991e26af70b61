"""Recalling a message that thousands have (R10.7), beside doveadm walking every mailbox, on one host."""

from __future__ import annotations

import json
import shlex
import smtplib
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.crowd import Crowd, crowd
from tests.bench.mail import EMPTY, WITHOUT_LIMITS
from tests.bench.post import OUTSIDE, SENDER, letters
from tests.lab import Host

MAILBOXES, RECIPIENTS = 30_000, 5000  # asked in issue 13
TOGETHER = 50  # recipients of one hand-in
ERASED = 60.0  # seconds; asked there, too
ID, OTHER = f"thu-hoi@{OUTSIDE}", f"thu-khac@{OUTSIDE}"
REASON = {"purpose": "secret", "document": "1/QĐ-STTTT", "document_date": "2026-11-27", "message_id": ID}
OPERATORS = ("an", "binh")
KNOWN = (
    "import json, sys; path = '/etc/danhba/recall.json'; said = json.load(open(path));"
    " said['operators'] = sys.argv[1:]; json.dump(said, open(path, 'w'))"
)
# By a list: doveadm's own is cut off where there are thousands.
WALK = "cat > /root/everybody; doveadm search -F /root/everybody MAILBOX '*' HEADER Message-ID {id} >/dev/null"


@dataclass(frozen=True)
class Figures:
    """Seconds of each step, of how many copies in how many mailboxes, and of a search through all for the same."""

    copies: int
    mailboxes: int
    seconds: dict[str, float]
    walked: float


def run(console: Console, folder: Path, mailboxes: int | None) -> dict[str, Any]:
    """Measure and show; the figures as data."""
    count = mailboxes or MAILBOXES
    with crowd(console, folder, count, capacity_mailboxes=count * 5 // 4, **WITHOUT_LIMITS) as found:
        figures = Bench(console, found, folder).measure()
    show(console, figures)
    return asdict(figures)


class Bench:
    """A host on which everybody has mail, and many the same message."""

    def __init__(self, console: Console, found: Crowd, folder: Path) -> None:
        self.console = console
        self.crowd = found
        self.host: Host = found.deployment.host
        self.folder = folder

    def measure(self) -> Figures:
        """Each step once; the walk before anything is taken away."""
        self._make_operators()
        self._deliver(OTHER, self.crowd.addresses)
        self._deliver(ID, self.crowd.addresses[:RECIPIENTS])
        time.sleep(20)  # until the collector has it
        began = time.monotonic()
        everybody = "".join(f"{address}\n" for address in self.crowd.addresses)
        subprocess.run(self.host.ssh(WALK.format(id=shlex.quote(ID))), input=everybody, text=True, check=True)
        walked = time.monotonic() - began
        seconds: dict[str, float] = {}
        found = self._step(seconds, "find", **REASON)
        self._step(seconds, "hold")
        signatures = [self._signed(name, found["checksum"]) for name in OPERATORS]
        erased = self._step(seconds, "erase", signatures=signatures)
        self._step(seconds, "record")
        return Figures(erased["counts"]["erased"], len(self.crowd.addresses), seconds, walked)

    def _make_operators(self) -> None:
        for name in OPERATORS:
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.folder / name], check=True)
        known = [f"{name} {' '.join((self.folder / f'{name}.pub').read_text().split()[:2])}" for name in OPERATORS]
        self.host.run(f"python3 -c {shlex.quote(KNOWN)} {shlex.join(known)}")

    def _signed(self, name: str, checksum: str) -> str:
        """Over the file plan.sha256, a line."""
        words = ["ssh-keygen", "-Y", "sign", "-q", "-n", "danhba-recall", "-f", str(self.folder / name)]
        return subprocess.run(words, input=f"{checksum}\n", text=True, check=True, stdout=subprocess.PIPE).stdout

    def _deliver(self, message_id: str, addresses: Sequence[str]) -> None:
        self.console.print(f"{len(addresses):,} hộp thư nhận / mailboxes receive …")
        letter = letters(1, seed=1)[0].addressed(message_id, SENDER)
        with smtplib.SMTP(self.crowd.deployment.server.address, 25, local_hostname=OUTSIDE, timeout=180) as smtp:
            for first in range(0, len(addresses), TOGETHER):
                smtp.sendmail(SENDER, addresses[first : first + TOGETHER], letter)
        self.host.run(EMPTY, timeout=1800)

    def _step(self, seconds: dict[str, float], step: str, **more: Any) -> dict[str, Any]:
        request = json.dumps({"step": step, "recall": "TH-1", "actor": "bench", **more})
        began = time.monotonic()
        command = self.host.ssh("danhba-host recall")
        done = subprocess.run(command, input=request, text=True, check=True, stdout=subprocess.PIPE)
        seconds[step] = time.monotonic() - began
        self.console.print(f"{step}: {seconds[step]:.1f} s")
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer


def show(console: Console, figures: Figures) -> None:
    """The figures, and what was asked of them."""
    table = Table(
        "bước / step",
        "giây / seconds",
        title=f"{figures.copies:,} bản / copies, {figures.mailboxes:,} hộp thư / mailboxes",
    )
    for step, seconds in figures.seconds.items():
        table.add_row(step, f"{seconds:.1f}")
    table.add_row("doveadm search -F", f"{figures.walked:.1f}")
    console.print(table)
    for what, value, holds in _verdicts(figures):
        console.print(f"{what}: {value} {'✓' if holds else '✗'}", style="green" if holds else "red")


def _verdicts(figures: Figures) -> Iterator[tuple[str, str, bool]]:
    for step in ("hold", "erase"):
        seconds = figures.seconds[step]
        yield f"{step} ≤ {ERASED:.0f} s ({figures.copies:,})", f"{seconds:.1f} s", seconds <= ERASED
    ratio = figures.walked / figures.seconds["find"]
    yield "find : doveadm search in all", f"1 : {ratio:.2f}", ratio >= 1
