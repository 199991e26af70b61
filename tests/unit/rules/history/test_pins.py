"""Pins that a change adds: whose name they have, and whether they name an office."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from danhba.addresses.office import is_office
from danhba.checking.check import check
from tests.factory.text import Value
from tests.support.registers import Texts, agency, event, files, person, register

DAY = date(2020, 1, 1)
NAME = "Giàng Seo Phử"
OFFICES = """
    giamdoc phogiamdoc pgd chutich phochutich bithu truongphong phophong chanhvanphong vanthu ketoan thanhtra quantri
    quan.tri quan_tri.mang admin administrator admin2 root postmaster hostmaster webmaster abuse security noc info
    contact contact1 lienhe hotro tiepdan thongbao ubnd hdnd giamdoc2 vanphong.ubnd cong.van support noreply it.support
""".split()
PEOPLE = """
    giangphu phugs gsphu seo.phu giang.seo.phu thuyvan vinhnv hoangthong ngocanh phuctinh hongcan tuongvan thuvan
    quanlv trungct chanvan
""".split()


def pin(address: str, code: str = "aa", **keys: Value) -> dict[str, Any]:
    return {**person("1", NAME, "2019-12-01"), "address": address, "address_document": f"3/{code.upper()}-VP", **keys}


def found(now: Texts, before: Texts) -> list[tuple[str, str]]:
    findings = check(files(now), DAY, files(before)).findings
    return [(f.rule.id, str(f.values.get("address"))) for f in findings if f.rule.id.startswith("history-")]


NOBODY = register(agency("aa"))


@pytest.mark.parametrize("address", ["gsphu", "phugs", "phugis", "phugiangseo"])
def test_an_address_that_the_rule_makes_of_the_name(address: str) -> None:
    assert found(register(agency("aa", pin(f"{address}-aa"))), NOBODY) == []


@pytest.mark.parametrize("event_", ["recruited", "migrated"])
@pytest.mark.parametrize("address", ["hoa.ban-aa", "phu-aa", "seo.phu-aa", "lo.an"])
def test_a_free_one(address: str, event_: str) -> None:
    """Whatever the event says: a mailbox from before the system needs proof like any other."""
    entry = pin(address, opened=event(event_, "2019-12-01", "5/QĐ-AA"))
    assert found(register(agency("aa", entry)), NOBODY) == [("history-candidate", address)]


@pytest.mark.parametrize(("document", "said"), [("3/AA-VP", "3/AA-VP"), (None, "—")])
def test_the_document_of_a_free_one_is_named_if_there_is_one(document: str | None, said: str) -> None:
    entry = {**pin("hoa.ban-aa"), "address_document": document}
    told = check(files(register(agency("aa", entry))), DAY, files(NOBODY)).findings
    assert [each.values["document"] for each in told if each.rule.id == "history-candidate"] == [said]


def test_one_decided_because_the_rule_has_none_left() -> None:
    namesakes = [person(str(n), "Lò An", f"2019-01-{n:02}", title=f"Tổ {n}") for n in range(2, 6)]
    before = register(agency("aa", *namesakes))
    decided = {**pin("an.hai-aa"), "name": "Lò An"}
    assert found(register(agency("aa", *namesakes, decided)), before) == []
    assert found(register(agency("aa", *namesakes[2:], decided)), register(agency("aa", *namesakes[2:])))


@pytest.mark.parametrize("address", OFFICES)
def test_words_of_office(address: str) -> None:
    entry = pin(f"{address}-aa")
    assert ("history-office", f"{address}-aa") in found(register(agency("aa", entry)), NOBODY)


@pytest.mark.parametrize("address", PEOPLE)
def test_names_are_no_words_of_office(address: str) -> None:
    assert not is_office(address)


def test_a_name_that_is_a_word_of_office_keeps_its_own_address() -> None:
    """Of somebody called Thư Văn the rule makes vanthu."""
    entry = {**pin("thuvan-aa"), "name": "Văn Thư"}
    assert found(register(agency("aa", entry)), NOBODY) == []


@pytest.mark.parametrize("address", ["vanthu-aa", "vanthu"])
def test_one_that_was_there_stays(address: str) -> None:
    entry = pin(address, opened=event("migrated", "2010-01-01", "5/QĐ-AA"))
    before = register(agency("aa", entry))
    more = {**person("2", "Lò An", "2019-12-01"), "title": "Tổ trưởng"}
    assert found(register(agency("aa", entry, more)), before) == []


def test_one_of_the_old_system_moves_along() -> None:
    entry = pin("vanthu", opened=event("migrated", "2010-01-01", "5/QĐ-AA"))
    before = register(agency("aa", entry), agency("bb"))
    left = {**entry, "closed": event("transferred", "2019-12-01", "6/QĐ-UBND")}
    came = pin("vanthu", "bb", opened=event("transferred", "2019-12-01", "6/QĐ-UBND"))
    assert found(register(agency("aa", left), agency("bb", came)), before) == []


def test_what_another_had_is_new_to_who_gets_it() -> None:
    """Nobody inherits the name of an office by the register having had it."""
    former = pin("vanthu-aa", opened=event("migrated", "2010-01-01", "5/QĐ-AA"))
    before = register(agency("aa", former), agency("bb"))
    other = {**pin("vanthu-bb", "bb"), "id": "2"}
    assert found(register(agency("aa", former), agency("bb", other)), before) == [("history-office", "vanthu-bb")]


def test_in_a_new_agency_and_on_an_entry_that_was_there() -> None:
    entry = pin("quantri-bb", "bb")
    assert found(register(agency("aa"), agency("bb", entry)), NOBODY) == [("history-office", "quantri-bb")]
    before = register(agency("aa", person("1", NAME, "2019-12-01")))
    now = register(agency("aa", pin("quantri-aa", opened=person("1", NAME, "2019-12-01")["opened"] or "")))
    assert ("history-office", "quantri-aa") in found(now, before)


def test_an_acknowledgement_lets_the_name_of_an_office_pass() -> None:
    each = {"limit": "history", "document": "7/STTTT-VP", "until": "2020-02-01", "accounts": ["aa/1"]}
    now = register(agency("aa", pin("vanthu-aa")), acknowledgements=[each])
    assert found(now, NOBODY) == []
