"""Events come out sorted, each once, and a file of any length takes no more memory than a short one."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danhba.usage import spool
from danhba.usage.checks import Period, Told
from danhba.usage.events import Event
from danhba.usage.spool import Spool, Spooled
from tests.support.registers import timeline
from tests.support.usage import REGISTER

SIGNED = st.integers(-(2**63), 2**63 - 1)
SPOOLED = st.builds(Spooled, st.integers(0, 299), st.integers(0, 2**50), st.integers(0, 2), SIGNED, SIGNED)


@given(st.lists(st.one_of(SPOOLED, st.just(Spooled(7, 5, 1, -1, 2))), max_size=50))
def test_sorted_and_each_once(told: list[Spooled]) -> None:
    with Spool(300) as taken:
        for event in told:
            taken.put(event)
        found = list(taken.sorted())
    assert [each[:3] for each in found] == sorted(each[:3] for each in set(told))
    assert len(found) == len(set(told))
    assert set(found) == set(told)


@pytest.mark.parametrize("places", [0, 1, 127, 128, 129, 100_000])
def test_every_place_has_a_file(places: int) -> None:
    with Spool(places) as taken:
        for place in {0, places // 2, max(0, places - 1)}:
            taken.put(Spooled(place, 1, 0, 0, 0))
        assert [each.place for each in taken.sorted()] == sorted({0, places // 2, max(0, places - 1)})


def many(count: int) -> Iterator[Event]:
    """Different events of a few mailboxes on the days of March, as from a file."""
    begin = 1_772_380_800_000_000
    for number in range(count):
        yield Event(begin + number * 31 * 86_400_000_000 // count, "select", f"official/{number % 2 + 1}", "imap", "pc")


def peak(count: int) -> int:
    period = Period.of(timeline(REGISTER, "2026-03-02"), date(2026, 3, 1), date(2026, 3, 31))
    tracemalloc.start()
    try:
        assert sum(sum(row.windows) for row in period.checks(many(count), Told()))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_events() -> None:
    few, often = peak(3_000), peak(60_000)
    assert often < few + 2_000_000  # octets; that many events take more than ten million


def test_nothing_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    with Spool(3) as taken:
        files = taken._files
        taken.put(Spooled(0, 1, 0, 0, 0))
    assert [file is None or file.closed for file in files] == [True] * 3
    assert files[1:] == [None, None], "none is made before its first event"
    monkeypatch.setattr(spool, "PARTS", 2)
    with Spool(3) as taken:
        assert len(taken._files) == 2
