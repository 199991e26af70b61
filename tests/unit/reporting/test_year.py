"""A year of the sample register: each figure of the report, worked out a second time from the files alone."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

import pytest

from danhba.checking.check import check
from danhba.planning.state import Timeline
from danhba.reading.source import from_directory
from danhba.reporting import scope
from danhba.reporting.report import Report, make
from danhba.reporting.using import Rules
from danhba.usage.checks import Period
from tests.support.entries import DIRECTORY, MOVES, NEEDED, Entry, below, entries, working_days
from tests.support.simulated import Simulated, simulate

FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
UNCOUNTED = {date(2025, 3, 5), date(2025, 3, 8), date(2025, 9, 1)}
RULES = Rules(target=0.85, regular=0.9, least_days=30, named=5)

ENTRIES = [*entries()]


@cache
def worked() -> list[date]:
    """The year's working days of which something is known."""
    return [day for day in working_days(FIRST, LAST) if day not in UNCOUNTED]


@cache
def simulated() -> Simulated:
    chance = random.Random(7)
    names = sorted({entry.name for entry in ENTRIES})
    found = simulate(names, FIRST, LAST, {name: chance.uniform(0.8, 1.0) for name in names})
    found.uncounted = UNCOUNTED
    return found


@cache
def told() -> dict[str, Any]:
    return simulated().told()


@cache
def timeline() -> Timeline:
    usable = check(from_directory(DIRECTORY)).usable
    assert usable
    return Timeline.of(*usable, LAST)


@cache
def report(code: str = "") -> Report:
    of = scope.of_agency(timeline(), code) if code else scope.of_province(timeline())
    return make(timeline(), of, Period.of(timeline(), FIRST, LAST), told(), RULES)


@cache
def rows(code: str = "") -> list[tuple[Entry, date, bool, bool, list[bool]]]:
    """Each mailbox on each working day on which it is open: whether it is met, whether without a program."""
    return [*_rows(below(ENTRIES, code))]


def _rows(codes: set[str]) -> Iterator[tuple[Entry, date, bool, bool, list[bool]]]:
    for entry in ENTRIES:
        for day in worked() if entry.agency in codes else ():
            if entry.open_on(day):
                looks = simulated().looks.get((entry.name, day))
                windows, attended = (looks.windows, looks.attended) if looks else ([False] * 4, [False] * 4)
                needed = NEEDED[entry.kind]
                yield entry, day, all(windows[n] for n in needed), all(attended[n] for n in needed), windows


SCOPES = ["", "stttt"]


@pytest.mark.clause("R9.5", "R12", "R13", "R14")
@pytest.mark.parametrize("code", SCOPES)
def test_days_and_days_met(code: str) -> None:
    for kind, rate in report(code).using.kinds.items():
        of_kind = [row for row in rows(code) if row[0].kind == kind]
        assert rate.days == len(of_kind) > 0
        assert rate.met == sum(met for _entry, _day, met, _people, _windows in of_kind) > 0
        assert rate.by_program == sum(met and not people for _entry, _day, met, people, _windows in of_kind) > 0


@pytest.mark.parametrize("code", SCOPES)
def test_months(code: str) -> None:
    days, met = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    names = {day: f"{day:%Y-%m}" for day in worked()}
    for entry, day, is_met, _people, _windows in rows(code):
        days[entry.kind, names[day]] += 1
        met[entry.kind, names[day]] += is_met
    months = report(code).using.months
    assert len(months) == 12
    for month in months:
        for kind, rate in month.kinds.items():
            assert (rate.days, rate.met) == (days[kind, month.month], met[kind, month.month])


@pytest.mark.parametrize("code", SCOPES)
def test_windows(code: str) -> None:
    for kind, found in report(code).using.windows.items():
        looked = [windows for entry, _day, _met, _people, windows in rows(code) if entry.kind == kind]
        assert found == [sum(windows[number] for windows in looked) for number in range(4)]


@pytest.mark.parametrize("code", SCOPES)
def test_each_agency_and_mailbox(code: str) -> None:
    days, met = Counter[str](), Counter[str]()
    for entry, _day, is_met, _people, _windows in rows(code):
        for key in (entry.agency, f"{entry.name} {entry.agency}"):
            days[key] += 1
            met[key] += is_met
    using = report(code).using
    found = {each.code: each.rate for each in using.agencies}
    found |= {f"{each.name} {each.agency}": each.rate for each in using.mailboxes}
    assert {key: (rate.days, rate.met) for key, rate in found.items()} == {key: (days[key], met[key]) for key in days}
    members = Counter(entry.agency for entry in {id(row[0]): row[0] for row in rows(code)}.values())
    assert {each.code: each.mailboxes for each in using.agencies} == members


@pytest.mark.parametrize("code", SCOPES)
def test_regular_use(code: str) -> None:
    days, looked = Counter[str](), Counter[str]()
    for entry, _day, _met, _people, windows in rows(code):
        if entry.kind == "official":
            days[entry.name] += 1
            looked[entry.name] += any(windows)
    regular = sum(looked[name] >= 0.9 * days[name] for name in days)
    assert report(code).using.regular(RULES) == (regular, len(days))


@pytest.mark.clause("R9.9", "R13", "R15.1")
def test_ranking_and_who_is_below() -> None:
    sums: dict[str, list[int]] = {}
    measured: dict[str, set[date]] = {}
    for entry, day, met, people, _windows in rows():
        measured.setdefault(entry.agency, set()).add(day)
        total = sums.setdefault(entry.agency, [0, 0, 0])
        for place, value in enumerate((1, met, met and people)):
            total[place] += value
    comparable = {code: total for code, total in sums.items() if len(measured[code]) >= 30}
    order = sorted(
        comparable,
        key=lambda code: (
            -comparable[code][1] / comparable[code][0],
            -comparable[code][2] / comparable[code][0],
            -comparable[code][0],
            code,
        ),
    )
    using = report().using
    assert [each.code for each in using.ranked(RULES)] == order
    good = [code for code in order if comparable[code][1] >= 0.85 * comparable[code][0]]
    assert [each.code for each in using.commended(RULES)] == good[:5]
    assert [each.code for each in using.below(RULES)] == order[: len(good) - 1 : -1] != []


@pytest.mark.clause("R5", "R6.1a", "R6.2a", "R6.2b")
@pytest.mark.parametrize("code", SCOPES)
def test_accounts_and_what_became_of_them(code: str) -> None:
    codes, found = below(ENTRIES, code), report(code)
    for day, counted in ((FIRST, found.before), (LAST, found.after)):
        there = Counter(e.kind for e in ENTRIES if e.agency in codes and e.open_on(day, suspended=True))
        assert (counted.agencies, counted.officials) == (there["agency"], there["official"])
    opened, closed = Counter[str](), Counter[str]()
    for entry in ENTRIES:
        for key, counter in (("opened", opened), ("closed", closed)):
            event = entry.data.get(key)
            if event and entry.agency in codes and FIRST.isoformat() <= event["date"] <= LAST.isoformat():
                counter["changed" if entry.kind == "official" and event["event"] in MOVES else key] += 1
    counts = Counter(change.what for change in found.changes)
    assert (counts["opened"], counts["closed"]) == (opened["opened"], closed["closed"])
    assert all(change.document for change in found.changes)
    assert [change.day for change in found.changes] == sorted(change.day for change in found.changes)


def test_mail_and_what_is_not_known() -> None:
    found = report()
    assert found.post == tuple(map(sum, zip(*simulated().mail.values(), strict=True)))
    assert set(found.coverage.uncounted) == UNCOUNTED - {date(2025, 3, 8), date(2025, 9, 1)}  # a Saturday, a holiday
