"""Order, telling twice and splitting a period change nothing; and a plain count of one's own comes to the same."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danhba.usage.checks import Checks, Told
from danhba.usage.events import KINDS, Event
from tests.support.usage import rows

pytestmark = pytest.mark.no_cover

FIRST, LAST = "2026-02-26", "2026-03-06"
VIETNAM = timezone(timedelta(hours=7))
BEGIN = datetime(2026, 2, 25, 18, tzinfo=UTC)
# Edges of windows and days among moments to the minute, so that equal events and neighbours are frequent.
MOMENTS = st.one_of(
    st.integers(0, 10 * 1440).map(lambda minute: minute * 60_000_000),
    st.builds(
        lambda day, minute, off: (day * 1440 + minute - 60) * 60_000_000 + off,
        st.integers(0, 9),
        st.sampled_from([0, 420, 570, 690, 780, 915, 1020, 1440]),
        st.integers(-1, 1),
    ),
)
MAILBOXES = (
    "official/1",
    "official/2",
    "official/3",
    "official/4",
    "agency/aa",
    "agency/bb",
    "agency/cc",
    "official/9",
)
EVENTS = st.lists(
    st.builds(
        lambda moment, *rest: Event(int(BEGIN.timestamp()) * 1_000_000 + moment, *rest),
        MOMENTS,
        st.sampled_from(KINDS),
        st.sampled_from(MAILBOXES),
        st.just("imap"),
        st.sampled_from(["", "pc", "phone"]),
        st.sampled_from(["", "s1"]),
    ),
    max_size=60,
)
# One client that asks at fixed intervals, so that programs are among them.
ASKING = st.builds(
    lambda start, step, count, kind: [
        Event(int(BEGIN.timestamp()) * 1_000_000 + (start + n * step) * 60_000_000, kind, "official/1", "imap", "pc")
        for n in range(count)
    ],
    st.integers(0, 9 * 1440),
    st.integers(1, 90),
    st.integers(0, 40),
    st.sampled_from(["login", "select"]),
)
ALL = st.builds(lambda some, asking: some + asking, EVENTS, ASKING)
Rows = dict[tuple[str, str], Checks]


def counts(found: Rows) -> dict[tuple[str, str], tuple[object, ...]]:
    return {key: (row.windows, row.polled, row.checks, row.met, row.agency) for key, row in found.items()}


@pytest.mark.clause("R8.1", "R8.2")
@given(ALL, st.randoms(use_true_random=False))
def test_the_order_changes_nothing(told: list[Event], chance: random.Random) -> None:
    shuffled = [*told]
    chance.shuffle(shuffled)
    assert counts(rows(told, FIRST, LAST)) == counts(rows(shuffled, FIRST, LAST))


@pytest.mark.clause("R8.1", "R8.2")
@given(ALL, st.lists(st.integers(0, 99)))
def test_what_is_told_twice_counts_once(told: list[Event], again: list[int]) -> None:
    more = [told[number % len(told)] for number in again if told]
    assert counts(rows(told, FIRST, LAST)) == counts(rows(more + told, FIRST, LAST))


@pytest.mark.clause("R8.1", "R8.2")
@given(ALL, st.integers(0, 7))
def test_splitting_a_period_changes_nothing(told: list[Event], days: int) -> None:
    middle = date.fromisoformat(FIRST) + timedelta(days)
    after = middle + timedelta(1)
    parts = counts(rows(told, FIRST, middle.isoformat())) | counts(rows(told, after.isoformat(), LAST))
    assert counts(rows(told, FIRST, LAST)) == parts


@given(ALL)
def test_each_event_is_counted_once_or_told(told: list[Event]) -> None:
    account = Told()
    found = rows([*set(told)], FIRST, LAST, account=account)
    counted = sum(sum(row.windows) for row in found.values())
    elsewhere = account.outside + account.free + account.closed + account.unknown
    between = sum(1 for event in set(told) if plainly(event) is None and _countable(event, found))
    assert account.events == len(set(told)) == counted + elsewhere + between


def plainly(event: Event) -> int | None:
    """The window of an event by a clock on the wall."""
    wall = datetime.fromtimestamp(0, VIETNAM) + timedelta(microseconds=event.time)
    minutes = wall.hour * 60 + wall.minute
    windows = ((420, 570), (570, 690), (780, 915), (915, 1020))
    return next((n for n, (start, end) in enumerate(windows) if start <= minutes < end), None)


def _day(event: Event) -> str:
    return (datetime.fromtimestamp(0, VIETNAM) + timedelta(microseconds=event.time)).date().isoformat()


def _countable(event: Event, found: Rows) -> bool:
    return (event.mailbox, _day(event)) in found


@given(ALL)
def test_a_plain_count_comes_to_the_same(told: list[Event]) -> None:
    found = rows(told, FIRST, LAST)
    expected = Counter((event.mailbox, _day(event), plainly(event)) for event in set(told))
    for (mailbox, day), row in found.items():
        assert row.windows == tuple(expected[mailbox, day, window] for window in range(4))
        assert all(polled <= all_ for polled, all_ in zip(row.polled, row.windows, strict=True))
        assert row.attended <= row.checks


@given(EVENTS)
def test_who_reads_by_a_client_is_there(told: list[Event]) -> None:
    """Nothing of a client is called a program's on a day on which it reads."""
    reading = [event._replace(kind="read") for event in told]
    assert not any(sum(row.polled) for row in rows(reading, FIRST, LAST).values())
