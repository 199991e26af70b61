"""The chain over the records: what it costs to seal, and how long a million rows take to be verified."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from danhba.auditing import chain
from danhba_host.audit import __main__ as audit
from danhba_host.audit.settings import Settings
from tests.integration.conftest import TEMPLATE, Database, new_database, new_server

APPLIED = (1_000, 20_000, 100_000)  # accounts in one transaction
SINGLE = 2_000  # password changes, each a transaction
VERIFIED = 60.0  # seconds on a host, for a million rows
TWICE = 2.5  # how much longer an apply's records may take than unsealed ones
_ROW = (
    "1\tcreate\tofficial\t{n:06}\t{n}/QĐ-STTTT\t{{}}\t"
    '{{"address": "a{n}-stttt@laocai.gov.vn", "name": "Lò Thị Mai Hoa", "agency": "stttt", "title": "Chuyên viên",'
    ' "quota": 1073741824, "state": "open", "document": "{n}/QĐ-STTTT", "since": "2011-03-01"}}\n'
)
_COPY = "COPY mail.audit (run, action, kind, id, document, before, after) FROM STDIN"
_PART = 10_000  # rows of one COPY, as `accounts` writes them


@dataclass(frozen=True)
class Figures:
    """Seconds: by rows of one transaction, sealed and not; of single ones; to verify all rows, and of the processor."""

    written: dict[int, tuple[float, float]]
    single: tuple[float, float]
    rows: int
    on_host: float
    by_file: float
    processor: float
    megabytes: float


def run(console: Console, _folder: Path, audited: int) -> dict[str, Any]:
    """Measure and show; the figures as data."""
    with new_server() as server, new_database(server, TEMPLATE) as database:
        database.query("INSERT INTO mail.run (job, actor) VALUES ('accounts', 'bench')")
        written = {rows: _both(database, partial(write, database, rows)) for rows in APPLIED}
        single = _both(database, partial(change, database))
    with new_server() as server, new_database(server, TEMPLATE) as database:
        console.print(f"{audited:,} dòng / rows …")
        database.query("INSERT INTO mail.run (job, actor) VALUES ('accounts', 'bench')")
        # Nine tenths by applies of thousands, the rest one by one, as passwords are changed.
        write(database, audited - audited // 10)
        change(database, audited // 20)
        database.query("ANALYZE")
        figures = Figures(written, single, *verified(database))
    show(console, figures)
    return asdict(figures)


def _both(database: Database, work: Callable[[], None]) -> tuple[float, float]:
    """The same work, sealed and not: the faster of three turns each, one after the other."""
    times: dict[str, list[float]] = {"ENABLE": [], "DISABLE": []}
    for _turn in range(3):
        for state, taken in times.items():
            for table in ("mail.run", "mail.audit"):
                database.query(f"ALTER TABLE {table} {state} TRIGGER chained")
            began = time.perf_counter()
            work()
            taken.append(time.perf_counter() - began)
    return min(times["ENABLE"]), min(times["DISABLE"])


def write(database: Database, rows: int) -> None:
    """The records of an apply of so many accounts: one transaction, as the module writes them."""
    with database.connect("danhba_apply") as connection, connection.transaction(), connection.cursor() as cursor:
        for start in range(0, rows, _PART):
            with cursor.copy(_COPY) as copy:
                copy.write("".join(_ROW.format(n=n) for n in range(start, min(start + _PART, rows))))


def change(database: Database, times: int = SINGLE) -> None:
    """The records of so many password changes, each a transaction of its own."""
    query = (
        "WITH of_run AS (INSERT INTO mail.run (job, actor) VALUES ('credentials', 'x') RETURNING run)"
        " INSERT INTO mail.audit (run, action, kind, id, document)"
        " SELECT run, 'change_password', 'official', '000105', '1/QĐ' FROM of_run"
    )
    with database.connect() as connection:
        connection.execute("SET synchronous_commit = off")
        for _ in range(times):
            connection.execute(query)


def verified(database: Database) -> tuple[int, float, float, float, float]:
    """How many rows; seconds until the host has judged them, and of `danhba audit verify`, its processor's; MB."""
    settings = Settings(database.name, database.server.socket, "")
    began = time.perf_counter()
    answer = audit.verify(settings, {})
    on_host = time.perf_counter() - began
    if not answer["holds"]:
        raise AssertionError(answer["faults"])
    with tempfile.TemporaryDirectory(prefix="danhba-bench-") as folder:
        file = Path(folder, "audit.txt")
        audit.export(settings, file)
        began, used = time.perf_counter(), time.process_time()
        with file.open("rb") as stream:
            found = chain.verify(line.rstrip(b"\n") for line in stream)
        by_file, used = time.perf_counter() - began, time.process_time() - used
        if not found.holds:
            raise AssertionError(found.faults)
        return sum(answer["rows"].values()), on_host, by_file, used, file.stat().st_size / 1e6


def show(console: Console, figures: Figures) -> None:
    """The figures, and whether they are what was asked."""
    table = Table("một lần ghi / one transaction", "niêm phong / sealed s", "không / not s", "×", f"≤ {TWICE}")
    for rows, (sealed, plain) in figures.written.items():
        table.add_row(*_times(f"{rows:,}", sealed, plain), _mark(sealed <= TWICE * plain))
    sealed, plain = figures.single
    table.add_row(*_times(f"{SINGLE:,} × 1", sealed, plain), "")
    console.print(table)
    console.print(
        f"{figures.rows:,} dòng / rows: máy chủ / on host {figures.on_host:.1f} s"
        f" {_mark(figures.on_host <= VERIFIED)}, audit verify {figures.by_file:.1f} s"
        f" ({figures.processor:.1f} s CPU), {figures.megabytes:.0f} MB"
    )


def _times(what: str, sealed: float, plain: float) -> tuple[str, ...]:
    return what, f"{sealed:.2f}", f"{plain:.2f}", f"{sealed / plain:.2f}"


def _mark(holds: bool) -> str:
    return "✓" if holds else "✗"
