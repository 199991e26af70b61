"""Lines that are no events are refused with their number, and what is one is read in all forms that RFC 3339 has."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danhba.usage import events
from danhba.usage.events import BadEvent, Event, read

GOOD = {"time": "2026-03-02T08:15:00+07:00", "kind": "login", "mailbox": "official/000105", "protocol": "imap",
        "client": "192.0.2.7", "session": "a1"}  # fmt: skip
AT = int(datetime(2026, 3, 2, 1, 15, tzinfo=UTC).timestamp()) * 1_000_000


def line(**changes: object) -> bytes:
    return json.dumps({key: value for key, value in {**GOOD, **changes}.items() if value != "-"}).encode() + b"\n"


def refused(*lines: bytes) -> tuple[int, str]:
    with pytest.raises(BadEvent) as error:
        list(read(lines))
    # What the message names, it has: a template that lacks a value would break where it is told.
    assert error.value.template.format(path="x", **error.value.values)
    return error.value.line, error.value.template


def test_an_event() -> None:
    assert list(read([line()])) == [Event(AT, "login", "official/000105", "imap", "192.0.2.7", "a1")]


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [
        ("2026-03-02T01:15:00Z", 0),
        ("2026-03-02t01:15:00z", 0),
        ("2026-03-02 08:15:00+07:00", 0),
        ("2026-03-02T01:15:00-00:00", 0),
        ("2026-03-02T01:15:00.5Z", 500_000),
        ("2026-03-02T01:15:00.000001Z", 1),
        ("2026-03-02T01:15:00.123456789Z", 123_456),
        ("2026-03-02T01:14:60Z", -1_000_000),
    ],
)
def test_a_time(text: str, microseconds: int) -> None:
    assert next(read([line(time=text)])).time == AT + microseconds


@pytest.mark.parametrize("key", ["protocol", "client", "session"])
def test_what_only_tells_events_apart_may_be_left_out(key: str) -> None:
    assert getattr(next(read([line(**{key: "-"})])), key) == ""
    assert getattr(next(read([line(**{key: None})])), key) == ""


def test_more_keys_and_empty_lines_do_no_harm() -> None:
    assert len(list(read([b"\n", line(port=993), b"  \r\n", line()]))) == 2


def test_a_mark_of_the_byte_order_is_no_part_of_the_first_line() -> None:
    assert len(list(read([b"\xef\xbb\xbf" + line()]))) == 1


@pytest.mark.parametrize(
    ("bad", "template"),
    [
        (b"{", events.NO_JSON),
        (b"[]", events.NO_JSON),
        (b'"login"', events.NO_JSON),
        (b"login", events.NO_JSON),
        (b"\xff\xfe", events.NO_JSON),
        (b"{} {}", events.NO_JSON),
        (b"[" * 60_000, events.NO_JSON),
        (b"\0", events.NO_JSON),
        (b"x" * 70_000, events.TOO_LONG),
        (line(time="-"), events.NO_KEY),
        (line(kind="-"), events.NO_KEY),
        (line(mailbox="-"), events.NO_KEY),
        (line(time=1772414100), events.NO_TEXT),
        (line(kind=None), events.NO_TEXT),
        (line(client=["192.0.2.7"]), events.NO_TEXT),
        (line(session=7), events.NO_TEXT),
        (line(time="2026-03-02"), events.NO_TIME),
        (line(time="2026-03-02T08:15:00"), events.NO_TIME),
        (line(time="2026-03-02T08:15+07:00"), events.NO_TIME),
        (line(time="2026-02-30T08:15:00Z"), events.NO_TIME),
        (line(time="2026-03-02T24:00:00Z"), events.NO_TIME),
        (line(time="2026-03-02T08:15:61Z"), events.NO_TIME),
        (line(time="2026-03-02T08:15:00+24:00"), events.NO_TIME),
        (line(time="02/03/2026 08:15"), events.NO_TIME),
        (line(time="2026-W10-1T08:15:00Z"), events.NO_TIME),
        (line(time="٢٠٢٦-03-02T08:15:00Z"), events.NO_TIME),
        (line(time=""), events.NO_TIME),
        (line(kind="logout"), events.NO_KIND),
        (line(kind="LOGIN"), events.NO_KIND),
        (line(mailbox="000105"), events.NO_MAILBOX),
        (line(mailbox="official/"), events.NO_MAILBOX),
        (line(mailbox="official/../x"), events.NO_MAILBOX),
        (line(mailbox="agency/STTTT"), events.NO_MAILBOX),
        (line(mailbox="nvvinh-stttt@laocai.gov.vn"), events.NO_MAILBOX),
    ],
)
def test_what_is_none(bad: bytes, template: str) -> None:
    assert refused(line(), b"\n", bad) == (3, template)


def test_the_years_of_the_clock_have_no_edge_that_breaks_it() -> None:
    first, last = read([line(time="0001-01-01T00:00:00+14:00"), line(time="9999-12-31T23:59:59-12:00")])
    assert first.time < 0 < last.time


@given(st.binary(max_size=200))
def test_whatever_it_is_only_the_line_is_refused(text: bytes) -> None:
    with suppress(BadEvent):
        list(read([text]))


@given(st.dictionaries(st.sampled_from(sorted(GOOD)), st.one_of(st.text(), st.integers(), st.none()), max_size=6))
def test_whatever_stands_in_it_only_the_line_is_refused(changes: dict[str, object]) -> None:
    with suppress(BadEvent):
        list(read([json.dumps({**GOOD, **changes}).encode()]))
