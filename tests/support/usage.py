"""A small register, events as one writes them down, and the rows that come of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date

from danhba.usage.checks import Checks, Period, Told
from danhba.usage.events import Event, read
from tests.support.cases import P
from tests.support.registers import Texts, agency, person, register, timeline

MONDAY = "2026-03-02"
AN = "official/1"
# Nothing befalls 1; the others each have a day on which something does.
PEOPLE = (
    person("1", "Lò An", "2020-01-01"),
    person(
        "2",
        "Lò Bình",
        "2020-01-01",
        suspended=[
            {"document": "1/QĐ-AA", "date": "2026-03-03", "until": "2026-03-05"},
            {"document": "2/QĐ-AA", "date": "2026-03-16"},
        ],
    ),
    person("3", "Lò Chi", "2026-03-03", "2026-03-05"),
    person("4", "Lò Dung", "2020-01-01", "2026-03-04 transferred"),
    person("5", "Lò Em", "2020-01-01", "2026-03-03 left_province"),
    person(
        "8",
        "Lò Kim",
        {
            "document": "6/QĐ-AA",
            "date": "2026-03-03",
            "event": "recruited",
            "withdrawn": {"document": "7/QĐ-AA", "date": "2026-03-02"},
        },
    ),
    person("6", "Lò Giang", "2020-01-01", suspended=[{"document": "3/QĐ-AA", "date": "2025-12-01"}]),
)
REGISTER = register(
    agency("aa", *PEOPLE, opened="2020-01-01"),
    agency("bb", person("4", "Lò Dung", "2026-03-04 transferred"), opened="2026-03-04", parent="aa"),
    agency("cc", opened="2020-01-01", closed="2026-03-04", parent="aa"),
    operator="aa",
)


def with_policy(usage: str) -> Texts:
    """The same where the province's file has a policy of use."""
    return {**REGISTER, P: REGISTER[P] + f"policy:\n  usage: {{{usage}}}\n"}


def events(text: str, mailbox: str = AN, day: str = MONDAY) -> list[Event]:
    """`07:00 login, 14:00 read imap phone s2`: time, kind, protocol, client, session; the last three may be left out.

    A time without a date is of the day, in Viet Nam.
    """
    return [*read(line.encode() for line in lines(text, mailbox, day))]


def lines(text: str, mailbox: str = AN, day: str = MONDAY) -> list[str]:
    """The same as lines of a file."""
    found = []
    for item in filter(None, map(str.strip, text.split(","))):
        time, kind, protocol, client, session = [*item.split(), *["imap", "pc", "s1"][len(item.split()) - 2 :]]
        full = time if "T" in time else f"{day}T{time}{':00' if time.count(':') == 1 else ''}+07:00"
        told = {"time": full, "kind": kind, "mailbox": mailbox, "protocol": protocol, "client": client}
        found.append(json.dumps({**told, "session": session}))
    return found


def every(minutes: int, first: str, last: str, what: str) -> str:
    """Events at fixed intervals, both ends included."""
    (hour, minute), (end_hour, end_minute) = (map(int, text.split(":")) for text in (first, last))
    times = range(60 * hour + minute, 60 * end_hour + end_minute + 1, minutes)
    return ", ".join(f"{time // 60:02}:{time % 60:02} {what}" for time in times)


def rows(
    told: Iterable[Event], first: str = MONDAY, last: str = "", texts: Texts = REGISTER, account: Told | None = None
) -> dict[tuple[str, str], Checks]:
    """The rows of a period by mailbox and day."""
    period = Period.of(timeline(texts, first), date.fromisoformat(first), date.fromisoformat(last or first))
    return {(row.mailbox.name, row.day.isoformat()): row for row in period.checks(told, account or Told())}
