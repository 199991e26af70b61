"""What a change does on the days to come, and on which of them it is judged and shown."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from danhba.checking import days
from danhba.checking.check import check, differences
from tests.support.registers import Texts, agency, files, person, register

TODAY = date(2012, 1, 1)
NAMES = [f"Lò {given}" for given in "An Bình Chi Dung Giang Hà Khánh Lan Mai Nga Oanh Phú Quý Sơn Tú Uyên".split()]


def day(number: int) -> str:
    return (TODAY + timedelta(days=number)).isoformat()


def staff(code: str, closings: dict[int, int] | None = None, count: int = len(NAMES), **keys: Any) -> str:
    """An agency; `closings` has the number of the day to come on which each of its people closes."""
    closings = closings or {}
    first = sum(map(ord, code)) * 100  # the ids become numbers of documents
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


def test_one_a_day_passes() -> None:
    closings = {n: n + 1 for n in range(len(NAMES))}
    assert rules(register(staff("aa", closings), *OTHERS), BEFORE) == []


@pytest.mark.parametrize("last", [13, 40, 300])
def test_a_heavy_day_does_not_hide_behind_light_ones(last: int) -> None:
    light = {n: n + 1 for n in range(8)}
    heavy = dict.fromkeys(range(8, 16), last)
    assert rules(register(staff("aa", light | heavy), *OTHERS), BEFORE) == ["plan-agency-limit"]


def test_a_heavy_day_of_a_small_agency_does_not_hide_behind_those_of_large_ones() -> None:
    before = register(staff("aa", count=4), *OTHERS)
    # Two of sixteen on each of many days pass; two of four do not.
    large = [staff(f"b{letter}", {0: n, 1: n}) for n, letter in enumerate("abcdefghijklmnopqrstuvwxyz", 1)]
    now = register(staff("aa", {0: 200, 1: 200}, count=4), *large)
    assert "plan-agency-limit" in rules(now, before)


def test_a_protected_mailbox_on_a_day_among_many() -> None:
    policy: dict[str, Any] = {"policy": {"protected": ["contact-cc"]}}
    before = register(staff("aa"), agency("cc"), *OTHERS, **policy)
    closings = {n: n + 1 for n in range(len(NAMES))}
    now = register(staff("aa", closings), agency("cc", closed=day(5)), *OTHERS, **policy)
    assert rules(now, before) == ["plan-protected"]


def test_what_happens_today_is_shown_beside_what_comes() -> None:
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
    assert more == 0


def test_days_on_which_somebody_loses_something_are_shown_first() -> None:
    many = [days.Happening(day(n), "aa", str(n), ends=n % 2 == 0) for n in range(1, 101)]
    shown, more = days.shown(many, TODAY)
    assert len(shown) == days.DAYS_LIMIT + 1
    assert [d.toordinal() - TODAY.toordinal() for d in shown[:-1]] == list(range(2, 64, 2))
    assert shown[-1] == TODAY + timedelta(days=100)
    assert more == 100 - len(shown)


def test_nothing_to_come() -> None:
    assert days.shown([days.Happening(day(-1), "aa", "", ends=True)], TODAY) == ([], 0)
    assert days.judged([days.Happening(day(-1), "aa", "", ends=True)] * 3, {}, TODAY) == []


def test_many_files_of_mistakes_are_told_of_briefly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("danhba.checking.check.REGISTER_LIMIT", 50)
    wrong = agency("zz").replace("people: []", "".join(f"k{n}: x\n" for n in range(40)) + "people: []")
    texts = register(*(wrong.replace("agency: zz", f"agency: z{letter}") for letter in "abcdefghij"))
    checked = check(files(texts), TODAY)
    assert checked.usable is None
    per_file = [len(examined.findings) for examined in checked.read.examined.values()]
    assert per_file == [0, 40, 40, *[10] * 8]
