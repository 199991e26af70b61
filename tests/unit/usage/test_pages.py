"""What the host is told, so that agencies read their own use: who reads, whose mailboxes, which days."""

from __future__ import annotations

from typing import Any

import pytest

from danhba.usage.pages import published
from tests.support.registers import agency, person, register, timeline
from tests.support.usage import REGISTER

HEAD, DELEGATE, SUCCESSOR = "11", "12", "13"


def custodian(person: str, day: str, role: str = "head", **more: Any) -> dict[str, Any]:
    return {"person": person, "document": "7/QĐ-AA", "date": day, "as": role, **more}


def told(*custodians: dict[str, Any], day: str = "2026-03-10", **people: Any) -> dict[str, Any]:
    """What is published of an agency with three people."""
    entries = [
        person(id_, name, "2020-01-01", **people.get(f"p{id_}", {}))
        for id_, name in ((HEAD, "Lò An"), (DELEGATE, "Lò Bình"), (SUCCESSOR, "Lò Chi"))
    ]
    texts = register(agency("aa", *entries, custodians=list(custodians)), operator="stttt")
    return published(timeline(texts, day), 90)


def readers(*custodians: dict[str, Any], **more: Any) -> list[str]:
    pages = told(*custodians, **more)["pages"]
    found: list[str] = next(page["readers"] for page in pages if page["agency"] == "aa")
    return found


class TestReaders:
    def test_without_a_custodian_the_contact_mailbox_alone(self) -> None:
        assert readers() == ["agency/aa"]

    def test_a_head_who_is_the_custodian(self) -> None:
        assert readers(custodian(HEAD, "2021-01-01")) == ["agency/aa", f"official/{HEAD}"]

    def test_a_delegate_and_the_head(self) -> None:
        named = custodian(HEAD, "2021-01-01"), custodian(DELEGATE, "2022-01-01", "delegate")
        assert readers(*named) == ["agency/aa", f"official/{DELEGATE}", f"official/{HEAD}"]

    def test_who_was_the_custodian_reads_no_more(self) -> None:
        named = custodian(HEAD, "2021-01-01"), custodian(SUCCESSOR, "2022-01-01")
        assert readers(*named) == ["agency/aa", f"official/{SUCCESSOR}"]

    @pytest.mark.parametrize(("day", "who"), [("2026-03-09", HEAD), ("2026-03-10", SUCCESSOR)])
    def test_from_the_day_on(self, day: str, who: str) -> None:
        named = custodian(HEAD, "2021-01-01"), custodian(SUCCESSOR, "2026-03-10")
        assert readers(*named, day=day) == ["agency/aa", f"official/{who}"]

    def test_nobody_who_is_suspended(self) -> None:
        spell = {"suspended": [{"document": "1/QĐ-AA", "date": "2026-03-03"}]}
        assert readers(custodian(HEAD, "2021-01-01"), **{f"p{HEAD}": spell}) == ["agency/aa"]

    def test_no_agency_that_is_gone(self) -> None:
        pages = published(timeline(REGISTER, "2026-03-10"), 90)["pages"]
        assert {page["agency"] for page in pages} == {"aa", "bb", "stttt"}


def test_a_mailbox_is_shown_to_the_agency_that_it_was_at() -> None:
    pages = {page["agency"]: page["mailboxes"] for page in published(timeline(REGISTER, "2026-03-10"), 90)["pages"]}
    stays = {(agency, box["id"]): box["stays"] for agency, boxes in pages.items() for box in boxes}
    assert stays["aa", "1"] == "{[2026-02-02,2027-02-01]}"
    assert stays["aa", "4"] == "{[2026-02-02,2026-03-03]}"
    assert stays["bb", "4"] == "{[2026-03-04,2027-02-01]}"
    # Suspended in between, and again without an end.
    assert stays["aa", "2"] == "{[2026-02-02,2026-03-02],[2026-03-05,2026-03-13]}"
    assert ("aa", "6") not in stays
    assert ("aa", "8") not in stays


def test_the_rule_is_that_of_the_register() -> None:
    rule = told()["rule"]
    assert rule["names"] == ["07:00–09:30", "09:30–11:30", "13:00–15:15", "15:15–17:00"]
    assert [window.count("1") for window in rule["windows"]] == [150, 120, 135, 105]
    assert (rule["official"], rule["agency"], rule["target"]) == ([1, 3], [1, 2, 3, 4], 90)
    assert rule["days"][0] == "2026-02-02"
    assert "2026-03-08" not in rule["days"]
    assert rule["days"][-1] >= "2027-01-29"
