"""What events come to, each case counted by hand: windows, days, who is open, what is told twice, what only asks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import pytest

from danhba.usage.checks import Period, Told
from tests.support.registers import Texts, timeline
from tests.support.usage import AN, MONDAY, REGISTER, events, every, rows, with_policy

NONE = (0, 0, 0, 0)
FOUR = "07:00 login, 09:30 select, 13:00 select, 15:15 read"
# From 07:00 to 16:50 every ten minutes: 15 to 09:20, 12 to 11:20, nine at noon, 14 to 15:10, ten from 15:20 on.
ALL_DAY = every(10, "07:00", "16:50", "login")
BY_TENS = (15, 12, 14, 10)


class Case(NamedTuple):
    """Events of one mailbox on one day, and its row on that day: `windows` is None where there is none."""

    what: str
    events: str
    windows: tuple[int, ...] | None
    met: bool = False
    mailbox: str = AN
    day: str = MONDAY
    polled: tuple[int, ...] = NONE
    told: Mapping[str, int] = {}
    texts: Texts = REGISTER


CASES = (
    Case("nobody looked", "", NONE),
    # The edges of the windows: half-open.
    Case("at the start of the first", "07:00 login", (1, 0, 0, 0)),
    Case("a microsecond before it", "06:59:59.999999 login", NONE),
    Case("a microsecond before its end", "09:29:59.999999 login", (1, 0, 0, 0)),
    Case("its end is the second's start", "09:30 login", (0, 1, 0, 0)),
    Case("the last second of the morning", "11:29:59 login", (0, 1, 0, 0)),
    Case("the end of the morning", "11:30 login", NONE),
    Case("at noon", "12:59:59 login", NONE),
    Case("at the start of the afternoon", "13:00 login", (0, 0, 1, 0)),
    Case("before the middle of the afternoon", "15:14:59 login", (0, 0, 1, 0)),
    Case("the middle of the afternoon", "15:15 login", (0, 0, 0, 1)),
    Case("the last second of the day", "16:59:59 login", (0, 0, 0, 1)),
    Case("after work", "17:00 login, 23:59:59 login", NONE),
    Case("at midnight and before the next", "00:00 login, 23:59:59.999999 login", NONE),
    # What is required.
    Case("an official, first and third", "08:00 login, 14:00 login", (1, 0, 1, 0), met=True),
    Case("an official, second and fourth", "10:00 login, 16:00 login", (0, 1, 0, 1)),
    Case("an official, first and second", "08:00 login, 10:00 login", (1, 1, 0, 0)),
    Case("an official, all four", FOUR, (1, 1, 1, 1), met=True),
    Case("an official, often in one", "08:00 login, 08:30 login, 09:00 login", (3, 0, 0, 0)),
    Case("an agency, all four", FOUR, (1, 1, 1, 1), met=True, mailbox="agency/aa"),
    Case("an agency, three", "08:00 login, 10:00 login, 14:00 login", (1, 1, 1, 0), mailbox="agency/aa"),
    Case("an agency, first and third", "08:00 login, 14:00 login", (1, 0, 1, 0), mailbox="agency/aa"),
    # Signs.
    Case("a folder selected", "08:00 select, 14:00 select", (1, 0, 1, 0), met=True),
    Case("mail read", "08:00 read, 14:00 read", (1, 0, 1, 0), met=True),
    Case("open all day, and looked at in each", "07:10 login, 09:40 select, 13:10 select, 16:00 read", (1, 1, 1, 1),
         met=True),
    Case("open all day, and not looked at", "07:10 login", (1, 0, 0, 0)),
    Case("signed in before work, looked at after", "06:30 login, 07:05 select", (1, 0, 0, 0)),
    # Told twice.
    Case("told twice", "08:00 login, 08:00 login, 08:00 login", (1, 0, 0, 0)),
    Case("told twice, in another zone", "08:00 login, 2026-03-02T01:00:00Z login", (1, 0, 0, 0)),
    Case("told twice, written otherwise", "2026-03-02T01:00:00z login, 2026-03-02T01:00:00.000+00:00 login",
         (1, 0, 0, 0)),
    Case("at once, in two sessions", "08:00 login imap pc s1, 08:00 login imap pc s2", (2, 0, 0, 0)),
    Case("at once, of two kinds", "08:00 login, 08:00 select", (2, 0, 0, 0)),
    Case("at once, by two clients", "08:00 login imap pc s1, 08:00 login imap phone s1", (2, 0, 0, 0)),
    Case("at once, by two protocols", "08:00 login imap pc s1, 08:00 login pop3 pc s1", (2, 0, 0, 0)),
    # Zones.
    Case("in UTC", "2026-03-02T00:00:00Z login", (1, 0, 0, 0)),
    Case("in UTC, the day before by its date", "2026-03-01T23:59:59Z login", NONE),
    Case("across the ocean", "2026-03-01T19:00:00-05:00 login", (1, 0, 0, 0)),
    Case("a zone by the half hour", "2026-03-02T05:30:00+05:30 login", (1, 0, 0, 0)),
    Case("a leap second", "2026-03-02T09:29:60+07:00 login", (1, 0, 0, 0)),
    # Days off, and days worked in their place.
    Case("a Sunday", "08:00 login", None, day="2026-03-01", told={"free": 1}),
    Case("a Saturday", "08:00 login", None, day="2026-03-07", told={"free": 1}),
    Case("Tết", "08:00 login", None, day="2026-02-17", told={"free": 1}),
    Case("the last day before Tết", "08:00 login", (1, 0, 0, 0), day="2026-02-13"),
    Case("the first after it", "08:00 login", (1, 0, 0, 0), day="2026-02-23"),
    Case("1 January", "", None, day="2026-01-01"),
    Case("2 January 2026, swapped", "", None, day="2026-01-02"),
    Case("10 January 2026, in its place", "08:00 login", (1, 0, 0, 0), day="2026-01-10"),
    Case("31 August 2026, swapped", "", None, day="2026-08-31"),
    Case("22 August 2026, in its place", "08:00 login", (1, 0, 0, 0), day="2026-08-22"),
    Case("the day before the National Day", "", None, day="2026-09-01"),
    Case("Giỗ Tổ on a Sunday, made up for", "", None, day="2026-04-27"),
    Case("24 November", "", None, day="2026-11-24"),
    Case("24 November the year before", "08:00 login", (1, 0, 0, 0), day="2025-11-24"),
    Case("2 May 2025, swapped", "", None, day="2025-05-02"),
    Case("26 April 2025, in its place", "08:00 login", (1, 0, 0, 0), day="2025-04-26"),
    Case("29 April 2024, swapped", "", None, day="2024-04-29"),
    Case("4 May 2024, in its place", "08:00 login", (1, 0, 0, 0), day="2024-05-04"),
    # Who is open.
    Case("before a suspension", "08:00 login", (1, 0, 0, 0), mailbox="official/2"),
    Case("suspended", "08:00 login", None, mailbox="official/2", day="2026-03-03", told={"closed": 1}),
    Case("the last day of it", "", None, mailbox="official/2", day="2026-03-04"),
    Case("the day on which it ends", "", NONE, mailbox="official/2", day="2026-03-05"),
    Case("suspended without an end", "", None, mailbox="official/2", day="2026-03-27"),
    Case("an opening taken back", "08:00 login", None, mailbox="official/8", day="2026-03-03", told={"closed": 1}),
    Case("suspended all the time", "08:00 login", None, mailbox="official/6", told={"closed": 1}),
    Case("the day before it opens", "08:00 login", None, mailbox="official/3", told={"closed": 1}),
    Case("the day on which it opens", "08:00 login", (1, 0, 0, 0), mailbox="official/3", day="2026-03-03"),
    Case("its last day", "08:00 login", (1, 0, 0, 0), mailbox="official/3", day="2026-03-04"),
    Case("the day on which it closes", "08:00 login", None, mailbox="official/3", day="2026-03-05",
         told={"closed": 1}),
    Case("one who left", "", None, mailbox="official/5", day="2026-03-03"),
    Case("the last day before a move", "08:00 login", (1, 0, 0, 0), mailbox="official/4", day="2026-03-03"),
    Case("the day of a move", "08:00 login, 14:00 login", (1, 0, 1, 0), met=True, mailbox="official/4",
         day="2026-03-04"),
    Case("an agency that is not there yet", "08:00 login", None, mailbox="agency/bb", told={"closed": 1}),
    Case("an agency that closed", "", None, mailbox="agency/cc", day="2026-03-04"),
    Case("a mailbox of nobody", "08:00 login", None, mailbox="official/77", told={"unknown": 1}),
    Case("of another day", "2026-03-03T08:00:00+07:00 login", NONE, told={"outside": 1}),
    # Programs that only ask.
    Case("every ten minutes, and nobody reads", ALL_DAY, BY_TENS, met=True, polled=BY_TENS),
    Case("the same, with what a program does at once",
         ALL_DAY + ", " + every(10, "07:00", "16:50", "select"), (30, 24, 28, 20), met=True, polled=(30, 24, 28, 20)),
    Case("the same, and read once", ALL_DAY + ", 14:03 read", (15, 12, 15, 10), met=True),
    Case("the same, and read by another client", ALL_DAY + ", 14:03 read imap phone s9", (15, 12, 15, 10), met=True,
         polled=BY_TENS),
    Case("the same, and asleep at noon", every(10, "07:00", "11:20", "login") + ", " + every(10, "13:00", "16:50",
         "login"), BY_TENS, met=True, polled=BY_TENS),
    Case("now and then", "07:00 login, 07:11 login, 08:40 login, 09:45 login, 13:00 login, 16:10 login, 16:20 login",
         (3, 1, 1, 2), met=True),
    Case("too few to tell", every(60, "07:00", "11:00", "login"), (3, 2, 0, 0)),
    Case("six, just enough", every(60, "06:00", "11:00", "login"), (3, 2, 0, 0), polled=(3, 2, 0, 0)),
    # The province's own settings.
    Case("a day off of its own", "", None,
         texts=with_policy("days: [{date: 2026-03-02, is: off, document: 1/QĐ-UBND}]")),
    Case("a Sunday that it works", "08:00 login", (1, 0, 0, 0), day="2026-03-01",
         texts=with_policy("days: [{date: 2026-03-01, is: worked, document: 1/QĐ-UBND}]")),
    Case("24 November, which it works", "08:00 login", (1, 0, 0, 0), day="2026-11-24",
         texts=with_policy("days: [{date: 2026-11-24, is: worked, document: 1/QĐ-UBND}]")),
    Case("a swap that it takes back", "08:00 login", (1, 0, 0, 0), day="2026-01-02",
         texts=with_policy("days: [{date: 2026-01-02, is: worked, document: 1/QĐ-UBND}]")),
    Case("windows of its own", "06:00 login, 12:30 select, 23:59:59 read", (1, 0, 1, 1), met=True,
         texts=with_policy('windows: ["06:00-09:30", "09:30-12:30", "12:30-15:15", "15:15-24:00"]')),
    Case("windows required of its own", "10:00 login, 16:00 login", (0, 1, 0, 1), met=True,
         texts=with_policy("required: {official: [2, 4]}")),
)  # fmt: skip


@pytest.mark.clause("R8.1", "R8.2", "R9.5", "R13")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_a_case(case: Case) -> None:
    account = Told()
    found = rows(events(case.events, case.mailbox, case.day), case.day, texts=case.texts, account=account)
    row = found.get((case.mailbox, case.day))
    assert (row and row.windows) == case.windows
    if row:
        assert (row.met, row.polled) == (case.met, case.polled)
        assert row.checks == sum(count > 0 for count in row.windows)
        assert len(row.required) == (4 if case.mailbox.startswith("agency/") else 2)
    assert {name: getattr(account, name) for name in ("outside", "free", "closed", "leave", "unknown")} == {
        "outside": 0, "free": 0, "closed": 0, "leave": 0, "unknown": 0, **case.told
    }  # fmt: skip


def test_there_are_cases_enough() -> None:
    assert len(CASES) >= 40
    assert len({case.what for case in CASES}) == len(CASES)


@pytest.mark.clause("R8.1", "R8.2")
def test_a_row_for_each_open_mailbox_and_working_day_by_the_order_of_the_register() -> None:
    found = list(rows([], "2026-03-01", "2026-03-05"))
    assert [(name, day[-2:]) for name, day in found] == [
        *[("agency/aa", day) for day in ("02", "03", "04", "05")],
        *[("official/1", day) for day in ("02", "03", "04", "05")],
        *[("official/2", day) for day in ("02", "05")],
        *[("official/3", day) for day in ("03", "04")],
        *[("official/4", day) for day in ("02", "03", "04", "05")],
        ("official/5", "02"),
        *[("agency/bb", day) for day in ("04", "05")],
        *[("agency/cc", day) for day in ("02", "03")],
        *[("agency/stttt", day) for day in ("02", "03", "04", "05")],
    ]


def test_who_moves_keeps_the_mailbox_and_each_day_has_its_agency() -> None:
    found = rows([], "2026-03-02", "2026-03-05")
    assert [found["official/4", f"2026-03-0{day}"].agency for day in (2, 3, 4, 5)] == ["aa", "aa", "bb", "bb"]


def test_a_program_alone_is_told_beside_what_counts() -> None:
    asked = rows(events(ALL_DAY + ", 14:03 read imap phone s9"))[AN, MONDAY]
    assert (asked.checks, asked.attended, asked.met, asked.by_program) == (4, 1, True, True)
    looked = rows(events(ALL_DAY + ", 14:03 read imap phone s9, 08:01 read imap phone s9"))[AN, MONDAY]
    assert (looked.checks, looked.attended, looked.met, looked.by_program) == (4, 2, True, False)


def test_what_is_still_to_come_counts_where_it_falls_and_is_told() -> None:
    account = Told()
    then = events("08:00 login")[0].time

    day = date.fromisoformat(MONDAY)
    period = Period.of(timeline(REGISTER, MONDAY), day, day)
    found = [
        row for row in period.checks(events("08:00 login, 08:01 login, 07:59 login"), account, now=then) if row.checks
    ]
    assert [row.windows for row in found] == [(3, 0, 0, 0)]
    assert (account.events, account.later) == (3, 1)


def test_names_that_are_unknown_are_told_but_not_all() -> None:
    account = Told()
    strangers = [event for n in range(50) for event in events("08:00 login", f"official/x{n}")]
    rows([*strangers, *strangers], account=account)
    assert account.unknown == 100
    assert len(account.names) == 20
    assert set(account.names.values()) == {2}
