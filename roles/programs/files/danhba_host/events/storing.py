"""Writes events together with the position in the journal, in one transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any

from ..database import Connection
from .event import EVENT_COLUMNS, USE_COLUMNS, Event, Use
from .gathering import Change, Gathering
from .line import Line

ROLE = "danhba_events"


@dataclass(frozen=True, slots=True)
class Progress:
    """The position in the journal: `source` and `position` of the last line, its cursor, and incomplete items."""

    source: str | None
    position: int | None
    cursor: str | None
    open: dict[str, dict[str, Any]]


def progress(connection: Connection) -> Progress:
    """Return the position of the last batch."""
    row = connection.execute("SELECT replace(source::text, '-', ''), position, cursor FROM events.progress").fetchone()
    source, position, cursor = row or (None, None, None)
    open_: dict[str, dict[str, Any]] = dict(connection.execute("SELECT key, known FROM events.open").fetchall())
    return Progress(source, position, cursor, open_)


def store(connection: Connection, gathering: Gathering, change: Change, keep_days: int) -> int:
    """Store a batch in one transaction; return the number of new events."""
    with connection.transaction():
        _copy(connection, "events.arrival", EVENT_COLUMNS, gathering.events)
        _copy(connection, "events.arrival_use", USE_COLUMNS, gathering.uses)
        row = connection.execute(
            "SELECT events.take(%s::uuid, %s::bigint, %s, %s::timestamptz, %s::jsonb, %s::text[], %s::int)",
            [*_place(gathering.last), json.dumps(change.begun, ensure_ascii=False), change.ended, keep_days],
        ).fetchone()
    return int(row[0]) if row else 0


def _place(last: Line | None) -> tuple[object, ...]:
    return (last.source, last.position, last.cursor, last.time) if last else (None, None, None, None)


def _copy(connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Event] | Sequence[Use]) -> None:
    if not rows:
        return
    with connection.cursor().copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN".encode()) as copy:
        for row in rows:
            copy.write_row(astuple(row))


def keep_days(connection: Connection, days: int) -> None:
    """Create the tables of the coming days, and drop those of expired ones."""
    connection.execute(
        "SELECT events.prepare((now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date + n) FROM generate_series(0, 2) n"
    )
    connection.execute("SELECT events.forget(%s)", [days])


def note_oldest(connection: Connection, oldest: Line) -> None:
    """Record how far back the journal goes, for verify.yml."""
    connection.execute("SELECT events.note_oldest(%s)", [oldest.time])


def note_gap(connection: Connection, known: Progress, oldest: Line) -> bool:
    """Record a gap if the journal begins after the last line that was read; return whether it does."""
    if known.position is None or known.source != oldest.source or oldest.position <= known.position + 1:
        return False
    connection.execute("SELECT events.note_gap((SELECT at FROM events.progress), %s)", [oldest.time])
    return True
