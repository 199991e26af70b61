"""Leave: on which days of it nothing is asked of a mailbox, each case counted by hand, and what holds of any leave."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danhba.reporting import scope
from danhba.reporting.report import make
from danhba.reporting.using import Rules
from danhba.usage.checks import Period, Told
from danhba.usage.daily import Looked, uses
from danhba.usage.pages import published
from tests.support.registers import Texts, agency, person, register, timeline
from tests.support.usage import AN, events, rows

pytestmark = pytest.mark.clause("R8.2", "R9.5", "R13")

# Monday to the Friday after next: ten working days.
FIRST, LAST = "2026-03-02", "2026-03-13"
WORKED = ("02", "03", "04", "05", "06", "09", "10", "11", "12", "13")


def leave(first: str, last: str = "", **more: str) -> dict[str, str]:
    """Leave in March 2026; of one day where no last is given."""
    return {"from": f"2026-03-{first}", "to": f"2026-03-{last or first}", **more}


def one(*spans: dict[str, str], opened: str = "2020-01-01", closed: str = "", **more: object) -> Texts:
    """A register in which one official has leave, and keeps the agency's own mailbox."""
    entry = person("1", "Lò An", opened, closed, leave=[*spans], **more)  # type: ignore[arg-type]
    return register(agency("aa", entry, opened="2020-01-01"), operator="aa")


class Case(NamedTuple):
    """A register, and the days of March 2026 on which the mailbox is to be looked at."""

    what: str
    texts: Texts
    days: Sequence[str]
    mailbox: str = AN


SUSPENDED = [{"document": "1/QĐ-AA", "date": "2026-03-04", "until": "2026-03-10"}]
MOVED = register(
    agency(
        "aa", person("1", "Lò An", "2020-01-01", "2026-03-09 transferred", leave=[leave("05", "11")]),
        opened="2020-01-01",
    ),
    agency("bb", person("1", "Lò An", "2026-03-09 transferred"), opened="2020-01-01", parent="aa"),
    operator="aa",
)  # fmt: skip
CASES = (
    Case("none", one(), WORKED),
    Case("one day", one(leave("04")), ("02", "03", "05", "06", "09", "10", "11", "12", "13")),
    Case("both ends are in it", one(leave("03", "05")), ("02", "06", "09", "10", "11", "12", "13")),
    Case("the first day of the period", one(leave("02")), WORKED[1:]),
    Case("the last day of the period", one(leave("13")), WORKED[:-1]),
    Case("a weekend alone", one(leave("07", "08")), WORKED),
    Case("over a weekend", one(leave("06", "09")), ("02", "03", "04", "05", "10", "11", "12", "13")),
    Case("begun before, over after", one({"from": "2026-02-20", "to": "2026-04-30"}), ()),
    Case("begun before", one({"from": "2026-02-20", "to": "2026-03-03"}), WORKED[2:]),
    Case("over before", one({"from": "2026-02-02", "to": "2026-03-01"}), WORKED),
    Case("two, the later first", one(leave("10", "11"), leave("03")),
         ("02", "04", "05", "06", "09", "12", "13")),
    Case("two days beside one another", one(leave("03"), leave("04")), ("02", *WORKED[3:])),
    Case("in a suspension", one(leave("05", "06"), suspended=SUSPENDED), ("02", "03", "10", "11", "12", "13")),
    Case("beyond a suspension", one(leave("03", "11"), suspended=SUSPENDED), ("02", "12", "13")),
    Case("on beyond a closing", one(leave("05", "12"), closed="2026-03-09"), ("02", "03", "04")),
    Case("from the first day of a mailbox on", one(leave("04", "05"), opened="2026-03-04"), WORKED[4:]),
    Case("across a move to another agency", MOVED, ("02", "03", "04", "12", "13")),
    Case("the custodian's, and the agency's own mailbox", one(leave("03", "05")), WORKED, mailbox="agency/aa"),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_a_case(case: Case) -> None:
    found = rows([], FIRST, LAST, case.texts)
    assert [day.removeprefix("2026-03-") for mailbox, day in found if mailbox == case.mailbox] == [*case.days]


def test_what_is_done_on_leave_is_in_no_row_and_told() -> None:
    account = Told()
    looked = [event for day in (3, 4, 6) for event in events("08:00 login, 14:00 read", day=f"2026-03-0{day}")]
    found = rows(looked, FIRST, LAST, one(leave("03", "05")), account)
    assert [(day, row.met) for (mailbox, day), row in found.items() if mailbox == AN and row.checks] == [
        ("2026-03-06", True)
    ]
    assert (account.events, account.leave, account.closed) == (6, 4, 0)


def test_the_database_is_asked_about_the_same_days() -> None:
    all_days = (1 << 12) - 1
    at = timeline(one(leave("03", "05")), FIRST)
    period = Period.of(at, date.fromisoformat(FIRST), date.fromisoformat(LAST))
    found = [use for use in uses(period, {AN: Looked((all_days,) * 4, (all_days,) * 4)}) if use.mailbox.name == AN]
    days = sum(use.days for use in found)
    assert [n + 2 for n in range(12) if days >> n & 1] == [2, 6, 9, 10, 11, 12, 13]
    assert [use.met for use in found] == [use.days for use in found]


def test_a_report_leaves_them_out_and_says_how_many() -> None:
    at = timeline(one(leave("03", "05"), leave("07", "09")), FIRST)
    period = Period.of(at, date.fromisoformat(FIRST), date.fromisoformat(LAST))
    told = {
        "looked": {}, "counted": f"{(1 << 12) - 1 ^ 1 << 1:x}", "late": 0, "gaps": [], "flow": [], "disk": [],
        "incidents": [], "passwords": [], "recalls": [], "handovers": [],
    }  # fmt: skip
    using = make(at, scope.of_province(at), period, told, Rules()).using
    # Of the third nothing is known; fourth, fifth and ninth are leave, the seventh and eighth a weekend.
    assert using.kinds["official"].days == 6
    assert (using.leave, {each.code: each.leave for each in using.agencies}) == (3, {"aa": 3, "stttt": 0})
    elsewhere = make(at, scope.of_mailbox(at, "contact-aa@laocai.gov.vn"), period, told, Rules()).using
    assert elsewhere.leave == 0


def test_the_webmail_asks_about_the_same_days() -> None:
    pages = published(timeline(one(leave("03", "05")), FIRST), 90)["pages"]
    stays = {box["id"]: box["stays"] for page in pages for box in page["mailboxes"]}
    assert stays["1"].startswith("{[2026-02-02,2026-03-02],[2026-03-06,")


SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 20)), max_size=4)
BEGIN = date(2026, 2, 10)


def spans(numbers: list[tuple[int, int]]) -> list[dict[str, str]]:
    """Leave that does not overlap, of gaps and lengths, in days."""
    found, day = [], BEGIN
    for gap, length in numbers:
        first, last = day + timedelta(gap), day + timedelta(gap + length)
        found.append({"from": first.isoformat(), "to": last.isoformat()})
        day = last + timedelta(1)
    return found


def days_of(found: Sequence[dict[str, str]]) -> set[str]:
    whole: set[str] = set()
    for each in found:
        first, last = date.fromisoformat(each["from"]), date.fromisoformat(each["to"])
        whole |= {(first + timedelta(n)).isoformat() for n in range((last - first).days + 1)}
    return whole


@given(SPANS, st.randoms(use_true_random=False))
def test_the_rows_are_those_without_leave_less_its_days(numbers: list[tuple[int, int]], chance: object) -> None:
    found = spans(numbers)
    shuffled = [*found]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    without = {day for mailbox, day in rows([], FIRST, LAST, one()) if mailbox == AN}
    having = {day for mailbox, day in rows([], FIRST, LAST, one(*shuffled)) if mailbox == AN}
    assert having == without - days_of(found)


@given(SPANS, st.integers(0, 10))
def test_splitting_the_period_changes_nothing(numbers: list[tuple[int, int]], days: int) -> None:
    texts, middle = one(*spans(numbers)), date.fromisoformat(FIRST) + timedelta(days)
    parts = {
        **rows([], FIRST, middle.isoformat(), texts),
        **rows([], (middle + timedelta(1)).isoformat(), LAST, texts),
    }
    assert {key: row.windows for key, row in rows([], FIRST, LAST, texts).items()} == {
        key: row.windows for key, row in parts.items()
    }
