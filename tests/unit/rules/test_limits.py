"""How many findings are shown of what is wrong among agencies, on a day, or in many entries of one file."""

from __future__ import annotations

import pytest

from tests.factory.text import Value
from tests.support.cases import Case, found
from tests.support.registers import agency, person, register

CODES = ("aa", "bb", "cc")
AMONG = Case("parents that nobody knows", register(*(agency(code, parent="zz") for code in CODES)), [])
ON_A_DAY = Case("days far ahead", register(*(agency(code, opened="2031-01-01") for code in CODES)), [])


@pytest.mark.parametrize(("case", "rule"), [(AMONG, "agency-parent"), (ON_A_DAY, "date-future")])
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_the_first_are_shown(case: Case, rule: str, limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("danhba.rules.ACROSS_LIMIT", limit)
    shown = [place for place in found(case) if place.endswith(f" {rule}")]
    assert [place.partition(":")[0] for place in shown] == [f"agencies/{code}.yml" for code in CODES[:limit]]


CHANGES = [
    {"document": "1/QĐ-UBND", "date": "1999-01-01", "kind": kind} for kind in ("board", "office", "inspectorate")
]
NEVER = [{**change, "withdrawn": {"document": "2/QĐ-UBND", "date": "2031-01-01"}} for change in CHANGES]
NAMESAKES = [person(str(n), "Lò Thị Mai Hoa", f"2011-01-0{n}", title="Kế toán") for n in range(1, 5)]


@pytest.mark.parametrize(
    ("changes", "rule"), [(CHANGES, "agency-change"), (NEVER, "agency-withdrawn")], ids=["changes", "withdrawn"]
)
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_of_the_changes_of_an_agency_the_first_are_shown(
    changes: Value, rule: str, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("danhba.rules.agencies.KIND_LIMIT", limit)
    shown = found(Case("many changes", register(agency("aa", changes=changes)), []))
    assert sum(f" {rule}" in place for place in shown) == limit, shown


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_of_namesakes_the_first_pairs_are_shown(limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("danhba.rules.people._PAIRS", limit)
    shown = found(Case("namesakes", register(agency("aa", *NAMESAKES)), []))
    assert sum(place.endswith(" person-alike") for place in shown) == limit, shown
