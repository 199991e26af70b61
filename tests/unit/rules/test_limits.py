"""How many findings are shown of what is wrong among agencies, or on a day."""

from __future__ import annotations

import pytest

from tests.support.cases import Case, found
from tests.support.registers import agency, register

CODES = ("aa", "bb", "cc")
AMONG = Case("parents that nobody knows", register(*(agency(code, parent="zz") for code in CODES)), [])
ON_A_DAY = Case("days far ahead", register(*(agency(code, opened="2031-01-01") for code in CODES)), [])


@pytest.mark.parametrize(("case", "rule"), [(AMONG, "agency-parent"), (ON_A_DAY, "date-future")])
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_the_first_are_shown(case: Case, rule: str, limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("danhba.rules.ACROSS_LIMIT", limit)
    shown = [place for place in found(case) if place.endswith(f" {rule}")]
    assert [place.partition(":")[0] for place in shown] == [f"agencies/{code}.yml" for code in CODES[:limit]]
