"""Tracing one message among very many (R7.2), and what collecting costs: events of a year in a real database."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from danhba_host.events import __main__ as collector
from danhba_host.events import reading
from danhba_host.events.settings import Settings
from danhba_host.trace import __main__ as trace
from danhba_host.trace.settings import Settings as TraceSettings
from tests.integration.conftest import TEMPLATE, Database, new_database, new_server
from tests.integration.events import message
from tests.integration.rows import ACCOUNT
from tests.support.journals import journalctl, write

DAYS = 400
PEOPLE = 1000
COLLECTED = 2000  # messages, of which the cost of one is told
TRACED = 1.0  # seconds; asked in issue 12
# Each message as the collector stores it: received, delivered, stored, read.
_FILL = """
    WITH stored AS (INSERT INTO events.event (at, source, position, event, kind, id, queue_id, message_id, sender,
                                              recipient, folder, uid, size, client, protocol, code, session)
    SELECT now() - (n %% {days}) * interval '1 day' - (n %% 36000) * interval '1 ms' + step * interval '50 ms',
           '00000000-0000-0000-0000-000000000000', 4 * n::bigint + step,
           (ARRAY['received', 'delivered', 'stored', 'read'])[step + 1], 'official',
           'p' || CASE step WHEN 0 THEN n %% {people} ELSE n * 7 %% {people} END,
           CASE WHEN step < 2 THEN '4j' || lpad(n::text, 12, '0') END,
           CASE WHEN step IN (0, 2) THEN '<' || n || '.1234567890.abcdef@client.example.org>' END,
           CASE WHEN step = 0 THEN 'p' || n %% {people} || '-stttt@laocai.gov.vn' END,
           CASE WHEN step = 1 THEN 'p' || n * 7 %% {people} || '-stttt@laocai.gov.vn' END,
           CASE WHEN step > 1 THEN 'INBOX' END, CASE WHEN step > 1 THEN n / {people} + 1 END,
           4000, '192.0.2.1', 'lmtp', CASE WHEN step = 1 THEN '2.0.0' END,
           CASE WHEN step IN (1, 2) THEN 'S' || lpad(n::text, 20, 'x') END
      FROM generate_series(%s::int, %s::int) n, generate_series(0, 3) step
    RETURNING *)
    INSERT INTO events.key SELECT events.hash(word), at FROM stored, events.words(stored) word ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class Figures:
    """Seconds of the slowest of ten by each key; octets of a message in the database; processor seconds of 1,000."""

    messages: int
    traced: dict[str, float]
    octets: float
    collected: float


def run(console: Console, _folder: Path, messages: int) -> dict[str, Any]:
    """Measure and show; the figures as data."""
    with new_server() as server, new_database(server, TEMPLATE) as database:
        console.print(f"{messages:,} thư / messages, {DAYS} ngày / days …")
        fill(database, messages)
        figures = Figures(messages, dict(traced(database, messages)), size(database, messages), collected(database))
    show(console, figures)
    return asdict(figures)


def fill(database: Database, messages: int) -> None:
    """As many messages as that, on all days alike."""
    for number in range(PEOPLE):
        database.query(ACCOUNT.format(id=f"p{number}", state="open"))
    database.query("UPDATE events.holder SET since = '-infinity'")
    with database.connect() as connection:
        for day in range(-1, DAYS + 2):
            connection.execute("SELECT events.prepare(events.day(now()) - %s)", [day])
        for begin in range(0, messages, 100_000):
            last = min(begin + 100_000, messages) - 1
            connection.execute(_FILL.format(days=DAYS, people=PEOPLE).encode(), [begin, last])
        connection.execute("ANALYZE")


def size(database: Database, messages: int) -> float:
    """Octets that a message takes, with its indices."""
    query = (
        "SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits"
        " WHERE inhparent IN ('events.event'::regclass, 'events.key'::regclass)"
    )
    return float(database.query(query)[0][0]) / messages


def traced(database: Database, messages: int) -> Iterator[tuple[str, float]]:
    """The slowest of ten questions by each key, each by a connection of its own."""
    settings = TraceSettings(database.name, database.server.socket)
    keys: dict[str, Callable[[int], str]] = {
        "message-id": "<{}.1234567890.abcdef@client.example.org>".format,
        "queue-id": lambda number: f"4j{number:012}",
        "address": lambda number: f"p{number % PEOPLE}-stttt@laocai.gov.vn",
    }
    for name, key in keys.items():
        slowest = 0.0
        for number in range(10):
            began = time.monotonic()
            answer = trace.answer(settings, {"asked": key(number * messages // 10), "actor": "bench"})
            slowest = max(slowest, time.monotonic() - began)
            if not answer["messages"]:
                raise AssertionError(f"nothing was found by {name}")
        yield name, slowest


def collected(database: Database) -> float:
    """Processor seconds of the collector for 1,000 messages, without journalctl and the database."""
    with tempfile.TemporaryDirectory(prefix="danhba-bench-") as folder:
        lines = Path(folder, "lines")
        for number in range(COLLECTED):
            sent = message(number, "p1-stttt@laocai.gov.vn", "p2-stttt@laocai.gov.vn")
            write(lines, sent, at=len(sent) * number)
        journalctl(Path(folder, "journalctl"), lines)
        known, reading.JOURNALCTL = reading.JOURNALCTL, str(Path(folder, "journalctl"))
        began = time.process_time()
        try:
            one = collector.Collector(Settings(database.name, database.server.socket, 5, 5000, 3660, []))
            while one.step():
                pass
            one.close()
        finally:
            reading.JOURNALCTL = known
    return (time.process_time() - began) / COLLECTED * 1000


def show(console: Console, figures: Figures) -> None:
    """The figures as a table."""
    table = Table("hỏi / asked", "giây / s", f"≤ {TRACED:.0f}")
    for key, seconds in figures.traced.items():
        table.add_row(key, f"{seconds:.3f}", "✓" if seconds <= TRACED else "✗")
    console.print(table)
    console.print(f"{figures.octets:,.0f} byte/thư / octets a message; {figures.collected:.2f} s CPU / 1,000")
