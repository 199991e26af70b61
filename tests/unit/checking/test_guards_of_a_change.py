"""Tests for `check --base`: reports what an apply would refuse while the change is still being edited."""

from __future__ import annotations

from datetime import date
from typing import Any

from danhba.checking.check import check
from danhba.model.findings import Finding
from tests.support.registers import Texts, agency, files, person, places, register

TODAY = date(2012, 1, 1)
NAMES = "Lò An,Lò Bình,Lò Chi,Lò Dung,Lò Giang,Lò Hà,Lò Khánh,Lò Lan,Lò Mai,Lò Nga".split(",")
PROTECTED: dict[str, Any] = {"policy": {"protected": ["contact-aa"]}}


def staff(closed: str = "", left: int = 0) -> str:
    """Return an agency of ten people, of whom the first `left` close on a day."""
    entries = (person(str(n), name, "2011-01-01", closed if n <= left else "") for n, name in enumerate(NAMES, 1))
    return agency("aa", *entries)


def texts(closed: str = "", left: int = 0, **province: Any) -> Texts:
    return register(staff(closed, left), **province)


def findings(now: Texts, before: Texts, day: date = TODAY) -> list[Finding]:
    return check(files(now), day, files(before)).findings


def acknowledged(limit: str, **values: Any) -> dict[str, Any]:
    return {"acknowledgements": [{"limit": limit, "document": "7/STTTT-VP", "until": "2012-12-31", **values}]}


def test_check_one_closing_passes() -> None:
    assert findings(texts("2011-12-01", 1), texts()) == []


def test_check_too_many_closings_exceed_both_limits() -> None:
    found = findings(texts("2011-12-01", 3), texts())
    assert places(found) == ["agencies/aa.yml:2:1 plan-agency-limit", "province.yml:2:1 plan-limit"]
    assert found[0].values["count"] == 3
    assert [f.where.object for f in found] == ["aa", "province"]


def test_check_acknowledged_closings_pass_up_to_their_count() -> None:
    assert findings(texts("2011-12-01", 3, **acknowledged("close", count="3", agencies=["aa"])), texts()) == []
    assert findings(texts("2011-12-01", 4, **acknowledged("close", count="3", agencies=["aa"])), texts()) != []


def test_check_acknowledgement_after_its_last_day_is_not_in_force() -> None:
    now = texts("2012-12-01", 3, **acknowledged("close", count="3", agencies=["aa"]))
    assert findings(now, texts(), date(2012, 12, 31)) == []
    assert len(findings(now, texts(), date(2013, 1, 1))) == 2


def test_check_later_closings_exceed_both_limits() -> None:
    assert places(findings(texts("2012-06-01", 3), texts())) == [
        "agencies/aa.yml:2:1 plan-agency-limit",
        "province.yml:2:1 plan-limit",
    ]


def test_check_closing_a_protected_account_is_refused() -> None:
    before = register(agency("aa"), **PROTECTED)
    closed = agency("aa", closed="2012-06-01")
    found = findings(register(closed, **PROTECTED), before)
    assert places(found) == ["province.yml:8:9 plan-protected"]
    assert found[0].where.object == "contact-aa@laocai.gov.vn"
    named = {**PROTECTED, **acknowledged("protected", accounts=["contact-aa"])}
    assert findings(register(closed, **named), before) == []


def test_check_base_with_errors_reports_history_base_alone() -> None:
    before = {**texts(), "agencies/bb.yml": agency("bb", quota="much")}
    now = {**texts("2011-12-01", 3), "agencies/bb.yml": agency("bb")}
    assert places(findings(now, before)) == ["province.yml:2:1 history-base"]


def test_check_change_with_errors_reports_no_limits() -> None:
    now = {**texts("2011-12-01", 3), "agencies/bb.yml": agency("bb", parent="nowhere")}
    assert places(findings(now, texts())) == ["agencies/bb.yml:5:9 agency-parent"]


def test_check_without_a_day_reports_no_limits() -> None:
    assert check(files(texts("2011-12-01", 3)), None, files(texts())).findings == []


def test_check_acknowledged_count_covers_named_agencies_alone() -> None:
    for agencies, passes in ((["aa"], True), (["bb", "aa"], True), (["bb"], False)):
        given = acknowledged("close", count="3", agencies=agencies)
        assert (findings(texts("2011-12-01", 3, **given), texts()) == []) is passes, agencies


def test_check_acknowledged_count_covers_named_documents_alone() -> None:
    names = [f"2{n}/QĐ-UBND" for n in range(1, 4)]
    for documents, passes in ((names, True), (["99/QĐ-UBND"], False), (names[:1], False)):
        given = acknowledged("close", count="3", documents=documents)
        assert (findings(texts("2011-12-01", 3, **given), texts()) == []) is passes, documents


def test_check_two_acknowledged_counts_are_for_one_agency_each() -> None:
    def both(closed: str = "", **more: Any) -> Texts:
        made = texts(closed, 3, **more)
        return {
            **made,
            "agencies/bb.yml": staff(closed, 3).replace("agency: aa", "agency: bb").replace('id: "', 'id: "9'),
        }

    def given(*agencies: list[str]) -> dict[str, Any]:
        counted = [acknowledged("close", count="3", agencies=each)["acknowledgements"][0] for each in agencies]
        return {"acknowledgements": counted}

    now, before = both("2011-12-01", **given(["aa"], ["bb"])), both()
    assert "plan-limit" not in {each.rule.id for each in findings(now, before)}
    together = both("2011-12-01", **given(["aa", "bb"]))
    assert "plan-limit" in {each.rule.id for each in findings(together, before)}
