"""Tests for the later days on which a change acts: which of them are judged by the limits, and which are shown."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from danhba.checking import days
from danhba.checking.check import check, differences
from tests.support.registers import Entry, Texts, agency, event, files, person, register

TODAY = date(2012, 1, 1)
NAMES = [f"Lò {given}" for given in "An Bình Chi Dung Giang Hà Khánh Lan Mai Nga Oanh Phú Quý Sơn Tú Uyên".split()]

FAMILIES = ("Lò", "Vàng", "Giàng", "Sùng", "Thào", "Lý", "Má", "Hoàng", "Nông", "Bàn")
TWENTY = [f"{family} {given}" for given in ("An", "Bình") for family in FAMILIES]


def day(number: int) -> str:
    return (TODAY + timedelta(days=number)).isoformat()


def staff(code: str, closings: dict[int, int] | None = None, count: int = len(NAMES), **keys: Any) -> str:
    """Return an agency; `closings` has for some of its people the number of days until they close."""
    closings = closings or {}
    first = sum(map(ord, code)) * 100  # ids become numbers of documents, so they are different in each agency
    entries = (
        person(str(first + n), name, "2011-01-01", day(closings[n]) if n in closings else "", title=f"Tổ {n}")
        for n, name in enumerate(NAMES[:count])
    )
    return agency(code, *entries, **keys)


def rules(now: Texts, before: Texts) -> list[str]:
    found = check(files(now), TODAY, files(before)).findings
    return sorted({finding.rule.id for finding in found if finding.rule.id.startswith("plan-")})


OTHERS = [staff(f"b{letter}") for letter in "abcdefghijklmnopqrstuvwxyz"]
BEFORE = register(staff("aa"), *OTHERS)


def test_check_few_closings_on_different_days_pass() -> None:
    closings = {n: n + 1 for n in range(3)}
    assert rules(register(staff("aa", closings), *OTHERS), BEFORE) == []


@pytest.mark.parametrize("days_between", [0, 1, 30])
def test_check_too_many_closings_are_refused_on_one_or_many_days(days_between: int) -> None:
    """Four of the seventeen mailboxes of an agency (its contact mailbox included) are more than a fifth."""
    closings = {n: 1 + n * days_between for n in range(4)}
    before, now = check(files(BEFORE), TODAY), files(register(staff("aa", closings), *OTHERS))
    found = check(now, TODAY, before).findings
    assert [(finding.rule.id, finding.values["count"], finding.values["most"]) for finding in found] == [
        ("plan-agency-limit", 4, 3)
    ]


def test_check_ten_of_21_closings_on_ten_days_are_refused() -> None:
    people = [person(str(n), name, "2011-01-01", title=f"Tổ {n}") for n, name in enumerate(TWENTY)]
    leaving = [{**entry, "closed": event("retired", day(n + 1), f"{n}/QĐ-AA")} for n, entry in enumerate(people[:10])]
    found = check(files(register(agency("aa", *leaving, *people[10:]))), TODAY, files(register(agency("aa", *people))))
    counted = {f.rule.id: (f.values["count"], f.values["base"]) for f in found.findings}
    assert counted == {"plan-agency-limit": (10, 21), "plan-limit": (10, 22)}


def test_check_mailbox_suspended_and_closed_counts_once() -> None:
    """One person is suspended three times and then closed, each on a day of its own."""
    spells = [{"document": f"{n}/QĐ-AA", "date": day(n), "until": day(n + 5)} for n in (10, 20, 30)]
    people = [person(str(n), name, "2011-01-01", title=f"Tổ {n}") for n, name in enumerate(NAMES)]
    one = {**people[0], "suspended": spells, "closed": event("retired", day(40), "9/QĐ-AA")}
    before = register(agency("aa", *people), *OTHERS)
    assert rules(register(agency("aa", one, *people[1:]), *OTHERS), before) == []
    several = [{**entry, "suspended": spells[n % 3 :][:1]} for n, entry in enumerate(people[:4])]
    assert rules(register(agency("aa", *several, *people[4:]), *OTHERS), before) == ["plan-agency-limit"]


def acknowledged(count: int, since: int, until: int) -> dict[str, Any]:
    each = {"limit": "close", "count": str(count), "document": "7/STTTT-VP", "from": day(since), "until": day(until)}
    return {"acknowledgements": [each]}


@pytest.mark.parametrize(
    ("count", "since", "until", "refused"),
    [
        (10, 1, 16, False),
        (9, 1, 16, True),
        # Three closings pass anyway, in addition to those on acknowledged days.
        (7, 1, 7, False),
        (7, 4, 16, False),
        (7, 4, 9, True),
        (6, 4, 16, True),
    ],
)
def test_check_acknowledged_days_are_counted_apart(count: int, since: int, until: int, refused: bool) -> None:
    closings = {n: n + 1 for n in range(10)}
    before = register(staff("aa"), *OTHERS)
    found = rules(register(staff("aa", closings), *OTHERS, **acknowledged(count, since, until)), before)
    assert ("plan-agency-limit" in found) is refused


def test_check_small_agency_is_refused_beside_many_large_ones() -> None:
    before = register(staff("aa", count=4), *OTHERS)
    # In each large agency, two of sixteen close on a day of its own, which passes; in the small one, two of four.
    large = [staff(f"b{letter}", {0: n, 1: n}) for n, letter in enumerate("abcdefghijklmnopqrstuvwxyz", 1)]
    now = check(files(register(staff("aa", {0: 200, 1: 200}, count=4), *large)), TODAY, files(before)).findings
    assert [f.where.object for f in now if f.rule.id == "plan-agency-limit"] == ["aa"]


def test_check_protected_mailbox_is_refused_on_any_day() -> None:
    policy: dict[str, Any] = {"policy": {"protected": ["contact-cc"]}}
    before = register(staff("aa"), agency("cc"), *OTHERS, **policy)
    closings = {n: n + 1 for n in range(len(NAMES))}
    now = register(staff("aa", closings), agency("cc", closed=day(5)), *OTHERS, **policy)
    assert rules(now, before) == ["plan-agency-limit", "plan-limit", "plan-protected"]


def test_differences_have_plans_of_today_and_of_later_days() -> None:
    suspended = [{"document": "1/QĐ-AA", "date": TODAY.isoformat(), "until": day(20)}]
    people = [person("1", "Lò An", "2011-01-01"), person("2", "Lò Bình", "2011-01-01")]
    before = register(agency("aa", *people))
    now = register(agency("aa", people[0] | {"suspended": suspended}, people[1], person("3", "Lò Chi", day(60))))
    plans, more = differences(check(files(before), TODAY), check(files(now), TODAY), TODAY)
    assert [(plan.day, plan.counts["suspend"], plan.counts["create"]) for plan in plans] == [
        (TODAY, 1, 0),
        (TODAY + timedelta(days=20), 0, 0),
        (TODAY + timedelta(days=60), 0, 1),
    ]
    assert more == []


def test_shown_days_of_endings_come_first() -> None:
    many = [days.Happening(day(n), "aa", str(n), ends=n % 2 == 0) for n in range(1, 101)]
    shown, more = days.shown(many, TODAY)
    assert len(shown) == days.DAYS_LIMIT + 1
    assert [d.toordinal() - TODAY.toordinal() for d in shown[:-1]] == list(range(2, 64, 2))
    assert shown[-1] == TODAY + timedelta(days=100)
    assert sorted([*shown, *more]) == [TODAY + timedelta(days=n) for n in range(1, 101)]


def test_shown_and_judged_without_later_days_are_empty() -> None:
    assert days.shown([days.Happening(day(-1), "aa", "", ends=True)], TODAY) == ([], [])
    assert days.judged([days.Happening(day(-1), "aa", "", ends=True)] * 3, TODAY) == {}


def shown(*people: Entry, others: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """Return day and id of each opening in the plans of a change that adds these people to an empty agency."""
    before = check(files(register(agency("aa"))), TODAY)
    plans, _more = differences(before, check(files(register(agency("aa", *people), *others)), TODAY), TODAY)
    return [(plan.day.isoformat(), action.id) for plan in plans for action in plan.actions if action.action == "create"]


def test_differences_show_a_mailbox_that_opens_and_closes_later() -> None:
    assert shown(person("1", "Lò An", day(10), day(20)), person("2", "Lò Bình", day(90))) == [
        (day(19), "1"),
        (day(90), "2"),
    ]
    assert shown(person("1", "Lò An", day(10), day(11))) == [(day(10), "1")]


def test_differences_show_a_mailbox_that_opens_and_closes_twice() -> None:
    people = (person("1", "Lò An", day(10), day(20)), person("1", "Lò An", day(30), day(40)))
    assert (day(19), "1") in shown(*people)
    spans = {(day(10), day(20)), (day(30), day(40))}
    found = [
        *(days.Happening(opened, "aa", "1", ends=False) for opened, _closed in spans),
        *(days.Happening(closed, "aa", "1", ends=True, event="retired") for _opened, closed in spans),
    ]
    chosen = days.shown(found, TODAY)[0]
    assert all(any(opened <= each.isoformat() < closed for each in chosen) for opened, closed in spans)


def test_differences_show_an_agency_that_opens_and_closes_later() -> None:
    assert (day(19), "bb") in shown(others=(agency("bb", opened=day(10), closed=day(20)),))


def test_shown_brief_mailboxes_are_shown_beyond_the_limit() -> None:
    """A mailbox that opens and closes between two shown days is shown, even where other days fill `DAYS_LIMIT`."""
    many = [days.Happening(day(n), "aa", str(n), ends=True, event="retired") for n in range(1, 101)]
    brief = [
        days.Happening(day(60), "aa", "x", ends=False),
        days.Happening(day(65), "aa", "x", ends=True, event="retired"),
    ]
    chosen, more = days.shown([*many, *brief], TODAY)
    assert [each for each in chosen if day(60) <= each.isoformat() < day(65)]
    assert len(chosen) + len(more) == 100


def test_shown_brief_mailboxes_add_as_few_days_as_possible() -> None:
    brief = [
        each
        for n in range(40)
        for each in (
            days.Happening(day(10 + n), "aa", str(n), ends=False),
            days.Happening(day(60 + n), "aa", str(n), ends=True, event="retired"),
        )
    ]
    late = [days.Happening(day(n), "bb", str(n), ends=True, event="retired") for n in range(1, 10)]
    chosen, _more = days.shown([*late, *brief], TODAY)
    before_any_ends = [each for each in chosen if each.isoformat() < day(60) and each.isoformat() > day(9)]
    assert [each.isoformat() for each in before_any_ends] == [day(59)]


def test_check_many_files_with_mistakes_reports_ten_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("danhba.checking.check.REGISTER_LIMIT", 50)
    wrong = agency("zz").replace("people: []", "".join(f"k{n}: x\n" for n in range(40)) + "people: []")
    texts = register(*(wrong.replace("agency: zz", f"agency: z{letter}") for letter in "abcdefghij"))
    checked = check(files(texts), TODAY)
    assert checked.usable is None
    per_file = [len(examined.findings) for examined in checked.read.examined.values()]
    assert per_file == [0, 40, 40, *[10] * 8]


def test_happenings_void_agency_has_none() -> None:
    never = agency("aa", opened=day(30)).replace(
        "event: established}", "event: established, withdrawn: {document: 9/QĐ-UBND, date: 2011-12-01}}"
    )
    before, now = (check(files(register(*each))).read.facts() for each in ([], [never]))
    assert days.happenings(before, now) == []
