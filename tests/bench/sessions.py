"""Thousands of idle mail programs on one host (R9.2): memory, notices of new mail, sign-ins, and what is full."""

from __future__ import annotations

import asyncio
import itertools
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.crowd import PASSWORD, Crowd, crowd
from tests.bench.measure import percentile
from tests.lab import Lab
from tests.support.mail import compose
from tests.support.sessions import PORT, Refused, Session, count_open, open_all

EACH = 2  # sessions of one mailbox: a phone and a computer
SPARE = 200  # places beside those that are held, for whoever signs in meanwhile
SLEEP = 5  # seconds until a session sleeps; 30 in earnest
LATE = 20  # who come when everything is taken
SILENT, CLIENT = 100, "10.233.0.51"  # connections that say nothing, from an address of their own
# What is asked (issue 11): MiB of the host at so many sessions, seconds to a notice, sign-ins a second beside it.
MEMORY, AT, NOTICE, SIGN_INS = 2048, 10_000, 1.0, 20
_HOLD = """
import socket, sys, time
held = [socket.create_connection((sys.argv[1], int(sys.argv[2])), 10) for _ in range(int(sys.argv[3]))]
print("held", flush=True)
sys.stdin.read()
"""


@dataclass(frozen=True)
class Times:
    """Seconds that something took, as often as it was done; `missed` were not done at all."""

    seconds: Sequence[float]
    missed: int = 0

    def percentile(self, percent: int) -> float:
        """The time that so many percent of them did not take."""
        return percentile(self.seconds, percent)


@dataclass(frozen=True)
class Figures:
    """What was measured: rates a second, memory in MiB, times in seconds, and counts of sessions."""

    sessions: int
    mailboxes: int
    open_rate: float
    refused: int
    memory_before: float
    memory: float
    notices: Times
    paced: float
    sign_ins: float
    quiet: Times
    beside: Times
    late: dict[str, int]
    ended: int
    died: int

    @property
    def memory_each(self) -> float:
        """KiB that a session needs."""
        return (self.memory - self.memory_before) * 1024 / self.sessions


def run(console: Console, folder: Path, sessions: int, seconds: float) -> dict[str, Any]:
    """Measure and show; the figures as data."""
    mailboxes = sessions // EACH
    variables = {"capacity_sessions": sessions + SPARE, "dovecot_hibernate_seconds": SLEEP}
    with crowd(console, folder, mailboxes, **variables) as found:
        figures = asyncio.run(Bench(console, found, sessions, seconds).measure())
    show(console, figures)
    return asdict(figures)


class Bench:
    """Everything that is measured, on one host and from one client."""

    def __init__(self, console: Console, found: Crowd, sessions: int, seconds: float) -> None:
        self.console = console
        self.crowd = found
        self.server = found.deployment.server
        self.sessions = sessions
        self.seconds = seconds
        self.tls = self.server.tls

    async def measure(self) -> Figures:
        """In this order: with nobody, with all asleep, with others besides, and with more than there is room for."""
        before = self.crowd.memory()
        self._say("mở phiên / opening")
        users = itertools.islice(itertools.cycle(self.crowd.cheap[: self.sessions // EACH]), self.sessions)
        began = time.monotonic()
        held, refusals = await open_all(self.server, [(user, PASSWORD) for user in users])
        rate = len(held) / (time.monotonic() - began)
        await asyncio.sleep(SLEEP + 15)  # until all sleep, and the processes that they had are gone
        memory = self.crowd.memory()
        self._say("thư mới và đăng nhập / new mail and sign-ins")
        notices, paced = await self._notices(held)
        sign_ins = await self._sign_ins()
        self._say("một địa chỉ tham / one greedy address")
        quiet = await self._banners()
        beside = await self._beside_silent_ones()
        self._say("quá đầy / more than fits")
        late = await self._late()
        open_still = await count_open(held)
        for session in held:
            session.close()
        return Figures(
            len(held), len({session.user for session in held}), rate, len(refusals), before, memory, notices, paced,
            sign_ins, quiet, beside, late, len(held) - open_still, self.crowd.died(),
        )  # fmt: skip

    def _say(self, what: str) -> None:
        self.console.print(f"{self.sessions:,} phiên / sessions: {what} …")

    async def _notices(self, held: Sequence[Session]) -> tuple[Times, float]:
        """Mail to two sleepers a second, while SIGN_INS sign in: times from 250 to the notice, and the rate."""
        signing = asyncio.create_task(self._paced())
        times: list[float] = []
        missed = 0
        step = max(1, len(held) // int(2 * self.seconds))
        with self.server.submission(sender := self.crowd.real[0], PASSWORD) as smtp:
            for session in itertools.islice(held, 0, None, step):
                if signing.done():
                    break
                told = asyncio.create_task(self._told(session))
                await asyncio.to_thread(smtp.send_message, compose(sender, [session.user], "Giấy mời", "Nội dung"))
                accepted = time.monotonic()
                if arrived := await told:
                    times.append(max(0.0, arrived - accepted))
                else:
                    missed += 1
                await asyncio.sleep(max(0.0, 0.5 - (time.monotonic() - accepted)))
        return Times(times, missed), await signing

    async def _told(self, session: Session) -> float:
        """When the session heard of mail; 0 where it did not within ten seconds."""
        return time.monotonic() if await session.notice(10) else 0.0

    async def _paced(self) -> float:
        """Sign-ins that succeeded a second, where SIGN_INS a second begin whatever becomes of them."""
        tasks, began = [], time.monotonic()
        for number in range(int(SIGN_INS * self.seconds)):
            tasks.append(asyncio.create_task(self._sign_in(number)))
            await asyncio.sleep(max(0.0, began + (number + 1) / SIGN_INS - time.monotonic()))
        done = sum(await asyncio.gather(*tasks))
        return done / (time.monotonic() - began)

    async def _sign_ins(self, at_once: int = 8) -> float:
        """Sign-ins a second by so many who do nothing else, each with the cost of a real password."""
        end = time.monotonic() + self.seconds

        async def one(number: int) -> int:
            count = 0
            while time.monotonic() < end:
                count += await self._sign_in(number + at_once * count)
            return count

        return sum(await asyncio.gather(*map(one, range(at_once)))) / self.seconds

    async def _sign_in(self, number: int) -> bool:
        user = self.crowd.real[number % len(self.crowd.real)]
        try:
            session = await Session.open(self.server, user, PASSWORD, self.tls)
        except Refused:
            return False
        session.close()
        return True

    async def _banners(self, count: int = 40) -> Times:
        """How long the greeting takes, TLS included."""
        times = []
        for _number in range(count):
            began = time.monotonic()
            reader, writer = await asyncio.open_connection(
                self.server.address, PORT, ssl=self.tls, server_hostname=self.server.name
            )
            await reader.readline()
            times.append(time.monotonic() - began)
            writer.transport.abort()
        return Times(times)

    async def _beside_silent_ones(self) -> Times:
        """The same while another address holds SILENT connections and says nothing."""
        with Lab().client("greedy", CLIENT) as within:
            command = [*within, sys.executable, "-c", _HOLD, self.server.address, str(PORT), str(SILENT)]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            try:
                assert process.stdout
                await asyncio.to_thread(process.stdout.readline)
                return await self._banners()
            finally:
                process.communicate()

    async def _late(self) -> dict[str, int]:
        """What those are told who come when every place is taken, and how many of them."""
        await asyncio.sleep(3)  # those of before have gone
        filling = [(user, PASSWORD) for user in itertools.islice(itertools.cycle(self.crowd.cheap), SPARE + LATE)]
        more, refusals = await open_all(self.server, filling, at_once=4)
        for session in more:
            session.close()
        return dict(Counter(refusals).most_common(5))


def show(console: Console, figures: Figures) -> None:
    """The figures, and what was asked of them."""
    table = Table("", "", title=f"{figures.sessions:,} sessions of {figures.mailboxes:,} mailboxes in IDLE over TLS")
    for what, value in _rows(figures):
        table.add_row(what, value)
    console.print(table)
    for what, value, holds in _verdicts(figures):
        style = "green" if holds else "red"
        console.print(f"{what} ({figures.sessions:,}): {value} {'✓' if holds else '✗'}", style=style)


def _rows(figures: Figures) -> Iterator[tuple[str, str]]:
    yield "mở mỗi giây / opened a second, 16 at once", f"{figures.open_rate:.0f}, {figures.refused} refused"
    yield "bộ nhớ / memory of the host, MiB", f"{figures.memory_before:.0f} → {figures.memory:.0f}"
    yield "một phiên / a session, KiB", f"{figures.memory_each:.0f}"
    yield f"thư mới / notice beside {SIGN_INS} sign-ins a second, p50, p95, most, ms", _milliseconds(figures.notices)
    yield "đăng nhập mỗi giây / sign-ins a second (Argon2id), 8 at once", f"{figures.sign_ins:.0f}"
    yield "lời chào / greeting, p50, p95, most, ms", _milliseconds(figures.quiet)
    yield f"cạnh {SILENT} kết nối im lặng / beside silent connections", _milliseconds(figures.beside)
    yield "người đến sau / those that found it full", "; ".join(f"{n} × {said}" for said, n in figures.late.items())


def _milliseconds(times: Times) -> str:
    return ", ".join(f"{1000 * times.percentile(percent):.0f}" for percent in (50, 95, 99)) + (
        f"; {times.missed} missed of {len(times.seconds) + times.missed}" if times.missed else ""
    )


def _verdicts(figures: Figures) -> Iterator[tuple[str, str, bool]]:
    whole = figures.memory_before + figures.memory_each * AT / 1024
    yield f"whole host at {AT:,} ≤ {MEMORY} MiB", f"{whole:.0f} MiB", whole <= MEMORY
    slowest = max(figures.notices.seconds, default=float("inf"))
    holds = slowest <= NOTICE and not figures.notices.missed
    yield f"notice ≤ {NOTICE:.0f} s, none missed", f"{slowest:.2f} s, {figures.notices.missed} missed", holds
    yield f"sign-ins beside it ≥ {SIGN_INS} a second", f"{figures.paced:.1f}", figures.paced >= 0.95 * SIGN_INS
    yield "refused while there was room: 0", str(figures.refused), not figures.refused
    yield "ended by those too many: 0", str(figures.ended), not figures.ended and not figures.died
    yield "somebody was too many", str(sum(figures.late.values())), bool(figures.late)
