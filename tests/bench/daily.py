"""Use by day in a real database: a month of events counted, a year reported, beside the plain query over the events."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ansible_collections.laocai.mail.plugins.module_utils.host import usage
from rich.console import Console
from rich.table import Table

from danhba.model.policy import Usage
from danhba.planning.accounts import OFFICIAL
from danhba.usage.calendar import working_days
from danhba.usage.checks import Period
from danhba.usage.daily import Looked, masks, uses
from danhba.usage.roster import Mailbox, Stay
from danhba.usage.windows import Days
from tests.integration.conftest import TEMPLATE, Database, new_database, new_server

MAILBOXES = 30_000
FIRST, LAST = date(2026, 3, 2), date(2026, 3, 29)  # four weeks, of which a year has thirteen
WEEKS = 4
# What is asked: no slower than the plain query, a day counted and a year reported in seconds.
SLOWEST, DAY, YEAR = 1.0, 30.0, 60.0
# Of so many mailboxes, one has a program that asks every ten minutes all day.
ASKING = 50
_FILL = """
    INSERT INTO events.use (minute, kind, id, sign, protocol, client, times)
    SELECT %(day)s::date::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh' + minute * interval '1 minute', 'official',
           'p' || n, 'signed-in', 'imap', '192.0.2.1', 1
      FROM generate_series(1, %(mailboxes)s::int) n, LATERAL (
           SELECT 10 * step AS minute FROM generate_series(36, 110) step WHERE n %% %(asking)s = 0
            UNION SELECT 360 + (random() * 700)::int FROM generate_series(1, 6) WHERE n %% %(asking)s <> 0) AS looks
    ON CONFLICT DO NOTHING"""
_PLAIN = """
    SELECT count(*), sum((first AND third)::int) FROM (
        SELECT id, (minute AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day,
               bool_or((minute AT TIME ZONE 'Asia/Ho_Chi_Minh')::time >= '07:00'
                       AND (minute AT TIME ZONE 'Asia/Ho_Chi_Minh')::time < '09:30') AS first,
               bool_or((minute AT TIME ZONE 'Asia/Ho_Chi_Minh')::time >= '13:00'
                       AND (minute AT TIME ZONE 'Asia/Ho_Chi_Minh')::time < '15:15') AS third
          FROM events.use GROUP BY 1, 2) AS looked"""
_YEAR = """
    INSERT INTO usage.day SELECT day + 28 * n, kind, id, minutes, attended, protocols, sent, received, octets
      FROM usage.day, generate_series(1, 12) n"""


@dataclass(frozen=True)
class Figures:
    """Seconds; `signs` are of the four weeks, `met` the days on which a mailbox was looked at as it has to be."""

    mailboxes: int
    signs: int
    met: int
    day: float
    weeks: float
    plain: float
    year: float
    octets: int

    @property
    def ratio(self) -> float:
        """How many times as long the plain query takes for four weeks."""
        return self.plain / self.weeks


def run(console: Console, _folder: Path, mailboxes: int | None) -> dict[str, Any]:
    """Measure and show; the figures as data."""
    with new_server() as server, new_database(server, TEMPLATE) as database:
        console.print(f"{mailboxes or MAILBOXES:,} hộp thư / mailboxes, PostgreSQL …")
        figures = measured(database, mailboxes or MAILBOXES)
    show(console, figures)
    return asdict(figures)


def measured(database: Database, mailboxes: int) -> Figures:
    """Fill four weeks, count them, and ask in both ways, which must agree; then make a year of them."""
    days = working_days(FIRST, LAST, Usage())
    with database.connect() as connection:
        for day in days:
            connection.execute("SELECT events.prepare(%s)", [day])
            connection.execute(_FILL.encode(), {"day": day, "mailboxes": mailboxes, "asking": ASKING})
        connection.execute("ANALYZE")
        counted = [_seconds(lambda: connection.execute("SELECT usage.count_day(%s)", [day]))[0] for day in days]  # noqa: B023
        connection.execute("ANALYZE usage.day")
        ours, met = _seconds(lambda: _met(connection, mailboxes, LAST))
        plain, row = _seconds(lambda: connection.execute(_PLAIN.encode()).fetchone())
        if row is None or row[1] != met:
            raise RuntimeError(f"the counts differ: {met}, {row}")
        connection.execute(_YEAR.encode())
        year, _met_in_year = _seconds(lambda: _met(connection, mailboxes, FIRST + timedelta(363)))
        [(signs, octets)] = connection.execute(
            "SELECT (SELECT count(*) FROM events.use), pg_total_relation_size('usage.day')"
        ).fetchall()
    return Figures(mailboxes, signs, met, max(counted), ours, plain, year, octets)


def _seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.perf_counter()
    done = work()
    return time.perf_counter() - begin, done


def _met(connection: usage.Connection, mailboxes: int, last: date) -> int:
    """The days met from the first day on, as a report has them: the database's sets, and the rules of the room."""
    settings = Usage()
    days = working_days(FIRST, last, settings)
    names = [*_mailboxes(mailboxes, len(days))]
    period = Period(FIRST, last, settings, Days.of(days, settings), names)
    found = usage.looked(connection, FIRST, last, masks(period))
    looked = {}
    for name, row in found.items():
        sets = tuple(int(each, 16) for each in row[:8])
        looked[name] = Looked(sets[:4], sets[4:])
    return sum(use.met.bit_count() for use in uses(period, looked))


def _mailboxes(mailboxes: int, days: int) -> Iterator[Mailbox]:
    for number in range(1, mailboxes + 1):
        yield Mailbox(f"{OFFICIAL}/p{number}", OFFICIAL, "", (Stay(0, days, "aa", f"p{number}"),))


def show(console: Console, found: Figures) -> None:
    """The figures as a table, and whether they are as asked."""
    table = Table("", "s", title=f"{found.signs:,} signs of four weeks, {found.met:,} days met, the same by both")
    for name, seconds in (
        ("a day counted (the slowest)", found.day),
        ("four weeks reported", found.weeks),
        ("four weeks by the plain query", found.plain),
        ("a year reported", found.year),
    ):
        table.add_row(name, f"{seconds:.1f}")
    console.print(table)
    console.print(f"{found.octets / found.mailboxes / 1000:.0f} kB a mailbox and year")
    for what, value, holds in (
        (f"plain : reported ≥ {SLOWEST}", f"{found.ratio:.2f}", found.ratio >= SLOWEST),
        (f"a day < {DAY} s", f"{found.day:.1f} s", found.day < DAY),
        (f"a year < {YEAR} s", f"{found.year:.1f} s", found.year < YEAR),
    ):
        console.print(
            f"{what} ({found.mailboxes:,}): {value} {'✓' if holds else '✗'}", style="green" if holds else "red"
        )
