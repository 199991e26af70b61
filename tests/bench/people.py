"""Hundreds of people who work in the webmail at once (R9.2): each does something every 20 seconds."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from email.message import Message
from email.policy import compat32
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.crowd import PASSWORD, Crowd, crowd
from tests.bench.measure import percentile
from tests.support.mail import compose
from tests.support.webmail import Webmail

PAUSE = 20.0  # seconds from one action of a person to the next
MESSAGES = 5  # in each mailbox
SENDER, TEXT = "ai@example.org", "Nội dung giấy mời.\n" * 40
CRLF = compat32.clone(linesep="\r\n")
ACTIONS = ("danh sách / list", "mở thư / message")
P95 = 0.3  # seconds; asked in issue 11
# One address signs everybody in, which is not what is measured.
UNLIMITED = {"nginx_login_rate": 60_000, "nginx_login_burst": 1000, "credentials_client_failures": 100_000}


@dataclass
class Figures:
    """Seconds of each action by its name, of the sign-ins, and what went wrong; MiB of the host."""

    people: int
    memory_before: float
    memory: float = 0.0
    sign_ins: list[float] = field(default_factory=list)
    actions: dict[str, list[float]] = field(default_factory=lambda: {action: [] for action in ACTIONS})
    errors: list[str] = field(default_factory=list)

    @property
    def everything(self) -> list[float]:
        """Of all actions."""
        return [seconds for times in self.actions.values() for seconds in times]


def run(console: Console, folder: Path, people: int, minutes: float) -> dict[str, Any]:
    """Measure and show; the figures as data."""
    with crowd(console, folder, people, capacity_webmail_users=people, **UNLIMITED) as found:
        figures = Bench(console, found, people, 60 * minutes).measure()
    show(console, figures)
    return asdict(figures)


class Bench:
    """People, each of whom is a thread with cookies of an own."""

    def __init__(self, console: Console, found: Crowd, people: int, seconds: float) -> None:
        self.console = console
        self.crowd = found
        self.people = found.cheap[:people]
        self.seconds = seconds
        self.figures = Figures(people, 0.0)
        self._lock = threading.Lock()

    def measure(self) -> Figures:
        """Mail to read, sign-ins one after the other, then everybody at once."""
        self._store()
        self.figures.memory_before = self.crowd.memory()
        self.console.print(f"{len(self.people)} người đăng nhập / people sign in …")
        visitors = [visitor for user in self.people if (visitor := self._sign_in(user))]
        self.console.print(f"{len(visitors)} người làm việc / people at work …")
        end = time.monotonic() + self.seconds
        threads = [threading.Thread(target=self._work, args=(visitor, end)) for visitor in visitors]
        for thread in threads:
            thread.start()
        time.sleep(self.seconds / 2)
        self.figures.memory = self.crowd.memory()
        for thread in threads:
            thread.join()
        return self.figures

    def _store(self) -> None:
        """Put mail into each mailbox: what the gate thinks of so many alike is not measured."""
        letters = [compose(SENDER, [SENDER], f"Giấy mời họp số {number}", TEXT) for number in range(MESSAGES)]
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda user: self._store_for(user, letters), self.people))

    def _store_for(self, user: str, letters: Sequence[Message]) -> None:
        with self.crowd.deployment.server.imap(user, PASSWORD) as client:
            for letter in letters:
                status, answer = client.append("INBOX", "", "", letter.as_bytes(policy=CRLF))
                assert status == "OK", answer

    def _sign_in(self, user: str) -> Webmail | None:
        visitor, began = Webmail(self.crowd.deployment.server), time.monotonic()
        try:
            visitor.open(user, PASSWORD)
        except (OSError, AssertionError) as error:
            self.figures.errors.append(f"sign-in: {str(error)[:100]}")
            return None
        self.figures.sign_ins.append(time.monotonic() - began)
        return visitor

    def _work(self, visitor: Webmail, end: float) -> None:
        """Something every PAUSE seconds, from a moment of one's own."""
        due, number = time.monotonic() + random.uniform(0, PAUSE), 0
        while due < end:
            time.sleep(max(0.0, due - time.monotonic()))
            self._act(visitor, ACTIONS[number % len(ACTIONS)])
            due, number = due + PAUSE, number + 1

    def _act(self, visitor: Webmail, action: str) -> None:
        began = time.monotonic()
        try:
            if action == ACTIONS[0]:
                shown = "this.add_message_row(" in visitor.subjects()
            else:
                shown = "giấy mời" in visitor.read(random.randint(1, MESSAGES)).text
            error = "" if shown else "does not show what was asked for"
        except (OSError, AssertionError) as caught:
            error = f"{type(caught).__name__} {str(caught)[:100]}"
        seconds = time.monotonic() - began
        with self._lock:
            if error:
                self.figures.errors.append(f"{action}: {error}")
            else:
                self.figures.actions[action].append(seconds)


def show(console: Console, figures: Figures) -> None:
    """The figures, and what was asked of them."""
    table = Table(
        "", "p50 ms", "p95 ms", "max ms", "n", title=f"{figures.people} people in the webmail, one act in 20 s"
    )
    for what, times in (("đăng nhập / sign-in", figures.sign_ins), *figures.actions.items()):
        shown = (percentile(times, 50), percentile(times, 95), max(times, default=float("inf")))
        table.add_row(what, *(f"{1000 * seconds:.0f}" for seconds in shown), str(len(times)))
    console.print(table)
    console.print(f"bộ nhớ / memory of the host, MiB: {figures.memory_before:.0f} → {figures.memory:.0f}")
    for error in sorted(set(figures.errors))[:5]:
        console.print(error, style="red", markup=False)
    for what, value, holds in _verdicts(figures):
        style = "green" if holds else "red"
        console.print(f"{what} ({figures.people:,}): {value} {'✓' if holds else '✗'}", style=style)


def _verdicts(figures: Figures) -> Iterator[tuple[str, str, bool]]:
    found = percentile(figures.everything, 95)
    yield f"p95 < {P95} s", f"{found:.3f} s", found < P95
    yield "errors: 0", str(len(figures.errors)), not figures.errors
