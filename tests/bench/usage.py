"""`danhba usage` over a month of a province's events, beside a plain loop over rows of SQLite that counts the same."""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.bench.check import program
from tests.bench.measure import Measured, measure
from tests.factory import write_register

PROGRAMS = Path(sys.executable).parent
MAILBOXES = 30_000
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
# What is asked of it: no longer than the plain loop, and MiB that grow with mailboxes alone.
SLOWEST, MEMORY = 1.0, 400
# Of so many mailboxes, one has a program that asks every ten minutes all day.
ASKING = 50
# The plain way: each event a row, equal ones refused by an index, then all rows in order. It has neither register nor
# calendar, and tells no programs apart: what it is asked for is the sum of each mailbox, day and window.
PLAIN = """
import collections, datetime, json, sqlite3, sys
rows = sqlite3.connect(sys.argv[1])
rows.execute("PRAGMA journal_mode = off")
rows.execute("PRAGMA synchronous = off")
rows.execute("CREATE TABLE event(mailbox, time, kind, protocol, client, session,"
             " PRIMARY KEY (mailbox, time, kind, protocol, client, session)) WITHOUT ROWID")
KEYS = "mailbox", "time", "kind", "protocol", "client", "session"
def read():
    for line in open(sys.argv[2]):
        told = json.loads(line)
        told["time"] = datetime.datetime.fromisoformat(told["time"]).timestamp()
        yield [told[key] for key in KEYS]
rows.executemany("INSERT OR IGNORE INTO event VALUES (?, ?, ?, ?, ?, ?)", read())
found = collections.Counter()
for mailbox, time in rows.execute("SELECT mailbox, time FROM event ORDER BY mailbox, time"):
    wall = datetime.datetime.fromtimestamp(time, datetime.timezone(datetime.timedelta(hours=7)))
    minutes = 60 * wall.hour + wall.minute
    for window, (start, end) in enumerate(((420, 570), (570, 690), (780, 915), (915, 1020))):
        if start <= minutes < end:
            found[mailbox, wall.date().isoformat(), window] += 1
json.dump([[*key, count] for key, count in found.items()], sys.stdout)
"""


@dataclass(frozen=True)
class Compared:
    """Both over the same events; `signs` are what both counted in all windows."""

    mailboxes: int
    events: int
    mebibytes: float
    signs: int
    usage: Measured
    plain: Measured

    @property
    def ratio(self) -> float:
        """How many times as long the plain loop takes, by processor time."""
        return self.plain.processor / self.usage.processor


def run(console: Console, folder: Path, mailboxes: int | None) -> dict[str, Any]:
    """Measure and show; the figures as data."""
    found = compare(console, folder, mailboxes or MAILBOXES)
    show(console, found)
    return asdict(found)


def compare(console: Console, folder: Path, mailboxes: int) -> Compared:
    """Write a register and its events, and count them in both ways."""
    register, told = folder / "usage-register", folder / "events.jsonl"
    write_register(register, officials=mailboxes)
    console.print(f"{mailboxes:,} CCVC / officials: danhba usage, SQLite …")
    names = _names(register, folder)
    with told.open("w", encoding="utf-8") as file:
        events = sum(bool(file.write(line)) for line in lines(names))
    counted, plain = folder / "usage.json", folder / "plain.json"
    words = f"'{PROGRAMS / 'danhba'}' usage '{register}' --events '{told}' --from {FIRST} --to {LAST} --format json"
    program("danhba", "check", register, home=folder)  # what is remembered of a register is there on any other day
    ours = _measured(folder, f"{words} > '{counted}'")
    script = folder / "plain.py"
    script.write_text(PLAIN, encoding="utf-8")
    theirs = _measured(folder, f"'{sys.executable}' '{script}' '{folder / 'plain.db'}' '{told}' > '{plain}'")
    signs = _same(counted, plain)
    mebibytes = told.stat().st_size / 1024**2
    shutil.rmtree(register)
    return Compared(mailboxes, events, mebibytes, signs, ours, theirs)


def _measured(folder: Path, command: str) -> Measured:
    return measure(["sh", "-c", command], cwd=folder, env={**os.environ, "XDG_CACHE_HOME": str(folder)})


def _names(register: Path, folder: Path) -> list[str]:
    listed = program("danhba", "addresses", register, "--as-of", str(FIRST), "--format", "json", home=folder).output
    found = [item for item in json.loads(listed) if item["state"] == "open"]
    return [f"{item['kind']}/{item['id']}" for item in found]


def lines(names: list[str]) -> Iterator[str]:
    """A month: on each working day some looks of each mailbox in some windows, a few told twice, in no order."""
    chance = random.Random(1)
    for day in (FIRST + timedelta(n) for n in range((LAST - FIRST).days + 1)):
        if day.weekday() < 5:
            begin = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=7)
            for number, name in enumerate(names):
                asking = number % ASKING == 0
                minutes = range(420, 1020, 10) if asking else sorted(chance.choices(range(360, 1080), k=4))
                for minute in minutes:
                    line = _line(begin + timedelta(minutes=minute), "login" if asking else "read", name, number)
                    yield line
                    if chance.random() < 0.01:
                        yield line


def _line(at: datetime, kind: str, name: str, number: int) -> str:
    told = f'"time": "{at:%Y-%m-%dT%H:%M:%SZ}", "kind": "{kind}", "mailbox": "{name}"'
    return f'{{{told}, "protocol": "imap", "client": "192.0.2.{number % 250}", "session": "{at:%d%H%M}"}}\n'


def _same(counted: Path, plain: Path) -> int:
    """The signs that both counted; they must agree on each mailbox, day and window."""
    ours = {
        (row["mailbox"], row["day"], window): count
        for row in json.loads(counted.read_bytes())
        for window, count in enumerate(row["windows"])
        if count
    }
    theirs = {(mailbox, day, window): count for mailbox, day, window, count in json.loads(plain.read_bytes())}
    if ours != theirs:
        raise RuntimeError(f"the counts differ: {len(ours.items() ^ theirs.items())} of {len(theirs)}")
    return sum(ours.values())


def show(console: Console, found: Compared) -> None:
    """The figures as a table, and whether they are as asked."""
    table = Table("", "s", "CPU s", "MiB", title="danhba usage; a loop over rows of SQLite")
    for name, measured in (("danhba usage", found.usage), ("SQLite", found.plain)):
        table.add_row(name, f"{measured.seconds:.1f}", f"{measured.processor:.1f}", f"{measured.peak:.0f}")
    console.print(table)
    console.print(
        f"{found.events:,} events, {found.mebibytes:.0f} MiB, {found.signs:,} signs in windows, the same by both"
    )
    for what, value, holds in (
        (f"SQLite : usage ≥ {SLOWEST}", f"{found.ratio:.2f}", found.ratio >= SLOWEST),
        (f"memory < {MEMORY} MiB", f"{found.usage.peak:.0f} MiB", found.usage.peak < MEMORY),
    ):
        console.print(
            f"{what} ({found.mailboxes:,}): {value} {'✓' if holds else '✗'}", style="green" if holds else "red"
        )
