"""The forecast of a reorganisation: who goes where, with which address, and what stands in the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from danhba.reorganisation.forecast import Forecast
from tests.factory.text import Value
from tests.support.plans import (
    DAY,
    HEAD,
    MERGED,
    foresee,
    foresee_in,
    moves,
    places,
    province,
)
from tests.support.registers import Entry, person, usable

PINNED: dict[str, Value] = {"address": "vinhdep-skhdt", "address_document": "3/STTTT-VP"}
SPLIT = (
    HEAD
    + """\
agencies:
  - {agency: a, name: Cơ quan A, kind: department, parent: ubnd, event: split}
  - {agency: b, name: Cơ quan B, kind: department, parent: ubnd, event: split}
parents:
  - {agency: ttdt, parent: a}
close:
  - {agency: skhdt, event: split, to: [a, b]%s}
"""
)


def split(people: str = "", more: str = "") -> str:
    """skhdt split into a and b: `people` of its closing, and more lists."""
    return SPLIT % (f", people: {people}" if people else "") + more


def test_everyone_goes_on_under_the_same_id() -> None:
    found = foresee(province(), MERGED)
    assert found.problems == ()
    assert moves(found) == ["1: nvvinh-skhdt → nvvinh-stc", "2: ttha-skhdt → ttha-stc"]
    skhdt, stc = found.agencies["skhdt"], found.agencies["stc"]
    assert skhdt.closed
    assert (skhdt.closed.date, skhdt.closed.event, skhdt.closed.document) == (DAY, "merged", "1673/NQ-UBTVQH15")
    assert [p.closed and p.closed.event for p in skhdt.people] == ["reorganised", "reorganised"]
    assert stc.succeeds == ("skhdt",)
    assert [p.id for p in stc.people] == ["9", "1", "2"]
    assert {p.opened.date for p in stc.people[1:]} == {DAY}


@pytest.mark.clause("R6.1a", "R6.2a")
def test_the_document_and_the_request_are_on_both_sides() -> None:
    found = foresee(province(), MERGED.replace("date:", "request: 5/TTr-UBND\ndate:"))
    for entry in (found.agencies["skhdt"].people[0].closed, found.agencies["stc"].people[1].opened):
        assert entry
        assert (entry.document, entry.request) == ("1673/NQ-UBTVQH15", "5/TTr-UBND")


def test_one_move_may_rest_on_a_document_of_its_own() -> None:
    found = foresee(province(), MERGED + 'people: [{id: "2", to: ubnd, document: 8/QĐ-UBND}]\n')
    for entry in (found.agencies["skhdt"].people[1].closed, found.agencies["ubnd"].people[0].opened):
        assert entry
        assert entry.document == "8/QĐ-UBND"


def test_what_a_person_has_goes_along() -> None:
    keys: dict[str, Value] = {
        "title": "Trưởng phòng", "leader": "true", "unit": "Phòng A", "phone": "0214 3 840 034", "family": "Niê",
        "given": "Hen", "quota": "5G", "quota_document": "3/QĐ-SKHĐT",
    }  # fmt: skip
    found = foresee(province(person("3", "H'Hen Niê", "2012-01-01", **keys)), MERGED)
    former, new = found.agencies["skhdt"].people[2], found.agencies["stc"].people[3]
    assert replace(new, opened=former.opened, closed=former.closed) == former
    assert moves(found)[2] == "3: nhen-skhdt → nhen-stc"


def test_a_quota_without_a_document_goes_along_by_the_decision() -> None:
    found = foresee(province(person("3", "Lò An", "2012-01-01", quota="5G")), MERGED)
    assert found.agencies["stc"].people[3].quota_document == found.agencies["stc"].people[3].opened.document
    assert found.agencies["stc"].people[2].quota_document == ""


def test_what_is_stated_anew_replaces_it() -> None:
    new = 'people: [{id: "1", to: stc, title: Phó Giám đốc, unit: Phòng B, phone: 0214 3 000 000, leader: false}]\n'
    texts = province(person("3", "Lý Anh", "2012-01-01", title="Giám đốc", leader="true"))
    found = foresee(texts, MERGED + new + "units: []\n")
    entry = found.agencies["stc"].people[1]
    assert (entry.title, entry.unit, entry.phone, entry.leader) == ("Phó Giám đốc", "Phòng B", "0214 3 000 000", False)
    assert found.agencies["stc"].people[3].leader


class TestAddresses:
    """New addresses: a pure function of the order, forecast with the reason."""

    def test_who_was_there_first_keeps_the_plain_form(self) -> None:
        texts = province(stc=(person("7", "Nguyễn Văn Vinh", "2010-01-01"),))
        found = foresee(texts, MERGED)
        assert moves(found)[0] == "1: nvvinh-skhdt → vinhnv-stc"
        clash = found.moves[0].clash
        assert clash
        assert (clash.plain, clash.holder, clash.name) == ("nvvinh-stc", "7", "Nguyễn Văn Vinh")
        assert found.moves[1].clash is None

    def test_agencies_come_in_the_order_of_their_closing_and_people_in_that_of_their_files(self) -> None:
        texts = province(person("3", "Trịnh Thanh Hà", "2013-01-01"), person("4", "Ngô Vân Vinh", "2014-01-01"))
        both = (
            HEAD + "close:\n  - {agency: ttdt, event: merged, to: stc}\n  - {agency: skhdt, event: merged, to: stc}\n"
        )
        found = foresee(texts, both)
        assert moves(found) == [
            "8: vapao-ttdt → vapao-stc", "1: nvvinh-skhdt → nvvinh-stc", "2: ttha-skhdt → ttha-stc",
            "3: hatt-skhdt → hatt-stc", "4: vinhnv-skhdt → vinhnv-stc",
        ]  # fmt: skip
        assert [move.clash.holder if move.clash else "" for move in found.moves] == ["", "", "", "2", "1"]

    def test_a_pin_is_kept_with_the_new_code_and_its_document(self) -> None:
        found = foresee(province(person("3", "Vũ An", "2013-01-01", **PINNED)), MERGED)
        assert moves(found)[0] == "3: vinhdep-skhdt → vinhdep-stc"
        new = found.agencies["stc"].people[1]
        assert (new.id, new.address, new.address_document) == ("3", "vinhdep-stc", "3/STTTT-VP")

    def test_who_has_no_pin_makes_way_for_one(self) -> None:
        texts = province()
        texts["agencies/ttdt.yml"] = texts["agencies/ttdt.yml"].replace(
            "    opened", "    address: nvvinh-ttdt\n    address_document: 3/STTTT-VP\n    opened"
        )
        both = MERGED + "  - {agency: ttdt, event: merged, to: stc}\n"
        found = foresee(texts, both)
        assert moves(found)[:2] == ["8: nvvinh-ttdt → nvvinh-stc", "1: nvvinh-skhdt → vinhnv-stc"]
        assert found.moves[1].clash
        assert found.moves[1].clash.holder == "8"

    def test_two_pins_that_clash_ask_for_a_decision(self) -> None:
        taken = person("7", "Vũ An", "2010-01-01", address="vinhdep-stc", address_document="1/STTTT-VP")
        texts = province(person("3", "Nguyễn Vinh", "2013-01-01", **PINNED), stc=(taken,))
        found = foresee(texts, MERGED)
        assert places(found.problems) == ["4:5 reorganise-pin"]
        assert found.problems[0].values["holder"] == "7"
        decided = 'people: [{id: "3", to: stc, address: vinhdephon-stc, address_document: 4/STTTT-VP}]\n'
        found = foresee(texts, MERGED + decided)
        assert found.problems == ()
        assert "3: vinhdep-skhdt → vinhdephon-stc" in moves(found)

    def test_a_decision_is_held_to_the_rules_of_pins(self) -> None:
        for address, rule in (
            ("vinh-skhdt", "address-shape"), ("contact-stc", "address-reserved"),
            ("ltmai-stc", "address-taken"), ("Vinh-stc", "address-shape"),
        ):  # fmt: skip
            decided = f'people: [{{id: "1", address: {address}, address_document: 4/STTTT-VP, to: stc}}]\n'
            found = foresee(province(), MERGED + decided)
            assert places(found.problems) == [f"5:29 {rule}"]
            assert not found.possible
        found = foresee(province(), MERGED + 'people: [{id: "1", to: stc, address: vinh-stc}]\n')
        assert [f.rule.id for f in found.problems] == ["address-document"]

    def test_a_pin_too_long_for_the_new_code_asks_for_a_decision(self) -> None:
        pin: dict[str, Value] = {"address": "a" * 58 + "-skhdt", "address_document": "3/STTTT-VP"}
        longer = HEAD + (
            "agencies: [{agency: skhdtmoi, name: Sở, kind: department, parent: ubnd, event: renamed}]\n"
            "close: [{agency: skhdt, event: renamed, to: skhdtmoi}]\n"
        )
        found = foresee(province(person("3", "Vũ An", "2013-01-01", **pin)), longer)
        assert [f.rule.id for f in found.problems] == ["reorganise-pin-long"]

    def test_a_pin_without_a_code_stays_as_it_is(self) -> None:
        pin: dict[str, Value] = {"address": "vanthu", "address_document": "3/STTTT-VP"}
        found = foresee(province(person("3", "Vũ An", "2013-01-01", **pin)), MERGED)
        assert found.problems == ()
        assert moves(found)[0] == "3: vanthu → vanthu"

    def test_who_comes_back_gets_the_former_address(self) -> None:
        gone = person("3", "Lê Thị Mai", "2010-01-01", "2015-01-01 transferred")
        back = person("3", "Lê Thị Mai", "2015-01-01 transferred", **PINNED)
        found = foresee(province(back, stc=(gone,)), MERGED)
        assert found.problems == ()
        assert "3: vinhdep-skhdt → ltmai-stc" in moves(found)

    def test_who_comes_back_under_another_name_gets_the_address_of_the_present_name(self) -> None:
        gone = person("3", "Lê Thị Mai", "2010-01-01", "2015-01-01 transferred")
        for pin, after in (({}, "ltlan"), (PINNED, "vinhdep")):
            back = person("3", "Lê Thị Lan", "2015-01-01 transferred", **pin)
            found = foresee(province(back, stc=(gone, person("7", "Lý Lan", "2010-01-01"))), MERGED)
            assert found.problems == ()
            assert f"3: {after}-skhdt → {after}-stc" in moves(found)

    def test_who_comes_back_under_another_name_is_told_who_has_its_plain_form(self) -> None:
        gone = person("3", "Lê Thị Mai", "2010-01-01", "2015-01-01 transferred")
        back = person("3", "Lê Thị Lan", "2015-01-01 transferred")
        found = foresee(province(back, stc=(gone, person("7", "Lý Thị Lan", "2010-01-01"))), MERGED)
        (move,) = (move for move in found.moves if move.issuance.id == "3")
        assert (move.after, move.clash and move.clash.holder) == ("lanlt-stc", "7")

    def test_who_was_to_get_another_name_leaves_the_address_of_the_present_one(self) -> None:
        withdrawn: Value = {"document": "8/QĐ-SKHĐT", "date": "2024-12-01"}
        name: Value = {"document": "7/QĐ-SKHĐT", "date": "2025-01-01", "event": "renamed", "withdrawn": withdrawn}
        stays = person("3", "Lê Thị Mai", "2015-01-01", withdrawn=[name])
        found = foresee(province(stays, person("3", "Lê Thị Lan", name)), MERGED)
        assert found.problems == ()
        assert "3: ltmai-skhdt → mailt-stc" in moves(found)

    def test_an_address_once_given_is_never_given_again(self) -> None:
        gone = person("7", "Nguyễn Văn Vinh", "2010-01-01", "2015-01-01")
        assert moves(foresee(province(stc=(gone,)), MERGED))[0] == "1: nvvinh-skhdt → vinhnv-stc"

    def test_when_the_candidates_run_out_the_entry_asks_for_a_pin(self) -> None:
        stc = tuple(person(str(10 + i), "Lò Thị", "2010-01-01") for i in range(3))
        found = foresee(province(person("3", "Lò Thị", "2013-01-01"), stc=stc), MERGED)
        assert places(found.problems) == ["4:5 address-exhausted"]
        assert moves(found)[-1] == "3: lthi-skhdt → "


def suspended(*spells: tuple[str, str]) -> Entry:
    """Somebody who was suspended from some days until others."""
    given: list[Value] = [
        {"document": f"{i}/QĐ-SKHDT", "date": since} | ({"until": until} if until else {})
        for i, (since, until) in enumerate(spells, 1)
    ]
    return person("3", "Vũ An", "2013-01-01", suspended=given)


@pytest.mark.parametrize(
    ("spells", "kept"),
    [
        ((("2025-01-01", ""),), ["1/QĐ-SKHDT until None"]),
        ((("2025-01-01", "2025-09-01"),), ["1/QĐ-SKHDT until 2025-09-01"]),
        ((("2025-01-01", "2025-07-01"),), []),
        ((("2020-01-01", "2020-02-01"), ("2025-06-30", "2025-07-02")), ["2/QĐ-SKHDT until 2025-07-02"]),
    ],
)
def test_who_is_suspended_stays_so(spells: tuple[tuple[str, str], ...], kept: list[str]) -> None:
    found = foresee(province(suspended(*spells)), MERGED)
    assert found.problems == ()
    new = found.agencies["stc"].people[-1]
    assert [f"{s.document} until {s.until}" for s in new.suspended] == kept
    assert all(s.since == DAY for s in new.suspended)


class TestFates:
    """What becomes of each person: stated, or refused."""

    def test_people_of_a_split_without_a_word_are_listed(self) -> None:
        found = foresee(province(), split())
        assert places(found.problems) == ["9:5 reorganise-undecided"]
        values = found.problems[0].values
        assert (values["count"], values["sample"]) == (2, ["1 Nguyễn Văn Vịnh", "2 Trần Thị Hà"])
        assert [issuance.id for _agency, issuance in found.undecided] == ["1", "2"]
        assert not found.possible

    def test_a_person_goes_before_a_unit_and_a_unit_before_the_rest(self) -> None:
        texts = province(
            person("3", "Vũ An", "2013-01-01", unit="Phòng X"), person("4", "Vũ Ba", "2013-01-01", unit="Phòng X")
        )
        more = 'units: [{agency: skhdt, unit: Phòng X, to: b}]\npeople: [{id: "4", to: stc}]\n'
        found = foresee(texts, split("{to: a}", more))
        assert found.problems == ()
        assert {move.issuance.id: move.target for move in found.moves} == {"1": "a", "2": "a", "3": "b", "4": "stc"}

    def test_an_agency_that_is_dissolved_must_say_what_becomes_of_its_people(self) -> None:
        dissolved = HEAD + "parents: [{agency: ttdt, parent: ubnd}]\nclose: [{agency: skhdt, event: dissolved%s}]\n"
        assert places(foresee(province(), dissolved % "").problems) == ["4:9 reorganise-undecided"]
        found = foresee(province(), dissolved % ", people: {close: left_province, document: 5/QĐ-UBND}")
        assert found.problems == ()
        assert [(c.issuance.id, c.local, c.event.event, c.event.document) for c in found.closed] == [
            ("1", "nvvinh-skhdt", "left_province", "5/QĐ-UBND"), ("2", "ttha-skhdt", "left_province", "5/QĐ-UBND"),
        ]  # fmt: skip
        assert found.agencies["skhdt"].people[0].closed == found.closed[0].event
        assert "succeeds" not in found.agencies
        found = foresee(province(), dissolved % ", people: {to: stc}")
        assert [move.target for move in found.moves] == ["stc", "stc"]
        assert found.agencies["stc"].succeeds == ()

    def test_one_person_may_be_closed_on_a_document_of_its_own(self) -> None:
        found = foresee(province(), MERGED + 'people: [{id: "2", close: retired, document: 77/QĐ-SKHDT}]\n')
        assert moves(found) == ["1: nvvinh-skhdt → nvvinh-stc"]
        assert [(c.issuance.id, c.event.event, c.event.document) for c in found.closed] == [
            ("2", "retired", "77/QĐ-SKHDT")
        ]

    def test_a_unit_may_leave_an_agency_that_goes_on(self) -> None:
        texts = province(stc=(person("7", "Vũ An", "2013-01-01", unit="Phòng X"),))
        found = foresee(texts, MERGED + "units: [{agency: stc, unit: Phòng X, to: ubnd}]\n")
        assert found.problems == ()
        assert moves(found)[-1] == "7: van-stc → van-ubnd"
        assert found.agencies["stc"].closed is None

    def test_the_closed_stay_closed(self) -> None:
        texts = province(person("3", "Vũ An", "2013-01-01", "2020-01-01"))
        found = foresee(texts, MERGED)
        assert moves(found) == ["1: nvvinh-skhdt → nvvinh-stc", "2: ttha-skhdt → ttha-stc"]
        closed = found.agencies["skhdt"].people[2].closed
        assert closed
        assert closed.date == date(2020, 1, 1)

    def test_a_closing_entered_for_a_later_day_goes_along(self) -> None:
        found = foresee(province(person("3", "Vũ An", "2013-01-01", "2025-08-01")), MERGED)
        assert found.problems == ()
        assert moves(found)[-1] == "3: van-skhdt → van-stc"
        former, new = found.agencies["skhdt"].people[2], found.agencies["stc"].people[-1]
        assert former.closed
        assert (former.closed.date, former.closed.event) == (DAY, "reorganised")
        assert new.closed
        assert (new.closed.date, new.closed.event) == (date(2025, 8, 1), "retired")

    def test_what_is_entered_for_a_later_day_stands_in_the_way(self) -> None:
        for entry, rule in (
            (suspended(("2025-07-01", "2025-08-01")), "reorganise-later"),
            (person("3", "Vũ An", "2025-07-01"), "reorganise-pending"),
            (person("3", "Vũ An", "2025-08-01"), "reorganise-pending"),
        ):
            assert places(foresee(province(entry), MERGED).problems) == [f"4:5 {rule}"]


class TestAgencies:
    """Agencies: their parents, custodians, successors."""

    def test_a_unit_below_follows_the_only_successor(self) -> None:
        found = foresee(province(), MERGED)
        child = found.agencies["ttdt"]
        assert (child.on(DAY).parent, child.on(DAY - timedelta(days=1)).parent) == ("stc", child.parent)

    def test_a_unit_that_came_below_later_follows_too(self) -> None:
        texts = province()
        moved = "changes: [{document: 7/QĐ-UBND, date: 2020-01-01, parent: skhdt}]\npeople:"
        texts["agencies/ttdt.yml"] = texts["agencies/ttdt.yml"].replace("parent: skhdt", "parent: ubnd")
        texts["agencies/ttdt.yml"] = texts["agencies/ttdt.yml"].replace("people:", moved)
        child = foresee(texts, MERGED).agencies["ttdt"]
        assert [change.parent for change in child.changes] == ["skhdt", "stc"]
        assert child.on(DAY).parent == "stc"

    def test_a_unit_below_needs_a_word_where_there_are_several(self) -> None:
        text = split("{to: a}").replace("parents:\n  - {agency: ttdt, parent: a}\n", "")
        found = foresee(province(), text)
        assert places(found.problems) == ["7:5 reorganise-parent"]
        assert foresee(province(), split("{to: a}")).agencies["ttdt"].on(DAY).parent == "a"

    def test_a_unit_below_may_be_told_another(self) -> None:
        found = foresee(province(), MERGED + "parents: [{agency: ttdt, parent: ubnd}]\n")
        assert found.problems == ()
        assert found.agencies["ttdt"].on(DAY).parent == "ubnd"

    def test_a_renamed_agency_is_a_new_one(self) -> None:
        text = HEAD + (
            "agencies: [{agency: skht, name: Sở Kế hoạch, kind: department, event: renamed, quota: 20G}]\n"
            "close: [{agency: skhdt, event: renamed, to: skht}]\n"
        )
        found = foresee(province(), text)
        assert found.problems == ()
        new = found.agencies["skht"]
        assert (new.name, new.opened.event, new.opened.date, new.succeeds) == (
            "Sở Kế hoạch", "renamed", DAY, ("skhdt",)
        )  # fmt: skip
        assert new.quota == 20 * 1024**3
        assert moves(found) == ["1: nvvinh-skhdt → nvvinh-skht", "2: ttha-skhdt → ttha-skht"]

    def test_a_custodian_takes_office_with_the_reorganisation(self) -> None:
        found = foresee(province(), MERGED + 'custodians: [{agency: stc, person: "1", document: 7/QĐ-STC, as: head}]\n')
        assert found.problems == ()
        assert found.reminders == ()
        (custodian,) = found.agencies["stc"].custodians
        assert (custodian.person, custodian.date, custodian.role) == ("1", DAY, "head")

    def test_nobody_in_office_is_worth_a_word(self) -> None:
        found = foresee(province(), MERGED)
        assert [(f.rule.id, f.values["agency"]) for f in found.reminders] == [("reorganise-no-custodian", "stc")]

    def test_a_contact_mailbox_goes_to_each_successor(self) -> None:
        found = foresee(province(), split("{to: a}"))
        assert found.agencies["a"].succeeds == found.agencies["b"].succeeds == ("skhdt",)


OPERATOR = HEAD + "close: [{agency: stttt, event: merged, to: stc}]\n"


@pytest.mark.clause("R3")
def test_the_operator_must_have_a_successor_by_name() -> None:
    assert places(foresee(province(), OPERATOR).problems) == ["3:9 reorganise-operator"]
    key = "age128gkywwwv4lt4vfd5k50fschysur3e8y8atvtvppdlnuffsdw4hq9tda0m"
    found = foresee(province(operator_key=key), OPERATOR + "operator: stc\n")
    assert found.problems == ()
    assert [f.rule.id for f in found.reminders] == ["reorganise-support", "reorganise-operator-key"]


def test_who_takes_over_a_protected_mailbox_should_be_protected() -> None:
    texts = province(policy={"protected": ["contact-stttt", "contact-ubnd"]})
    found = foresee(texts, OPERATOR + "operator: stc\n")
    assert [(f.rule.id, f.values.get("successors")) for f in found.reminders] == [
        ("reorganise-support", None), ("reorganise-protected", ["contact-stc"])
    ]  # fmt: skip
    texts = province(policy={"protected": ["contact-stttt", "contact-stc"]})
    assert [f.rule.id for f in foresee(texts, OPERATOR + "operator: stc\n").reminders] == ["reorganise-support"]


def test_a_system_address_must_still_reach_somebody() -> None:
    text = HEAD + "operator: stc\nclose: [{agency: stttt, event: dissolved}]\n"
    found = foresee(province(), text)
    assert [f.rule.id for f in found.problems] == ["reorganise-system-address"] * 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("agencies: [{agency: stc, name: A, kind: department, event: established}]", ["3:21 reorganise-agency-known"]),
        (
            ("agencies:\n  - {agency: a, name: A, kind: department, event: established}\n"
            "  - {agency: a, name: B, kind: department, event: established}"),
            ["5:14 reorganise-twice"],
        ),
        ("agencies: [{agency: a, name: A, kind: department, event: merged}]", ["3:58 reorganise-origin"]),
        (
            "agencies: [{agency: a, name: A, kind: department, event: established, parent: x}]",
            ["3:79 reorganise-agency-open"],
        ),
        ("close: [{agency: x, event: merged, to: stc}]", ["3:18 reorganise-agency-open"]),
        ("close: [{agency: ttdt, event: merged, to: x}]", ["3:43 reorganise-agency-open"]),
        ("close: [{agency: ttdt, event: merged}]", ["3:9 reorganise-successors", "3:9 reorganise-undecided"]),
        ("close: [{agency: ttdt, event: split, to: stc}]", ["3:42 reorganise-successors"]),
        ("close: [{agency: ttdt, event: renamed, to: [stc, ubnd], people: {to: stc}}]", ["3:44 reorganise-successors"]),
        (
            "close:\n  - {agency: ttdt, event: merged, to: stc}\n  - {agency: ttdt, event: merged, to: stc}",
            ["5:14 reorganise-twice"],
        ),
        (
            "close:\n  - {agency: ttdt, event: merged, to: skhdt}\n  - {agency: skhdt, event: merged, to: ttdt}",
            ["4:39 reorganise-agency-open", "5:40 reorganise-agency-open"],
        ),
        ('people: [{id: "77", to: stc}]', ["3:15 reorganise-nobody"]),
        ('people: [{id: "1", to: x}]', ["3:24 reorganise-agency-open"]),
        ('people: [{id: "1", to: skhdt}]', ["3:24 reorganise-stays"]),
        ('people: [{id: "1", to: stc}, {id: "1", to: ubnd}]', ["3:35 reorganise-twice"]),
        ("units: [{agency: skhdt, unit: Phòng X, to: stc}]", ["3:31 reorganise-nobody"]),
        ("units: [{agency: x, unit: Phòng X, to: stc}]", ["3:27 reorganise-nobody"]),
        ("parents: [{agency: x, parent: stc}]", ["3:20 reorganise-agency-open"]),
        ("parents: [{agency: ttdt, parent: x}]", ["3:34 reorganise-agency-open"]),
        ("operator: x", ["3:11 reorganise-agency-open"]),
        ('custodians: [{agency: x, person: "1", document: 1/QĐ-UBND, as: head}]', ["3:23 reorganise-agency-open"]),
        ('custodians: [{agency: stc, person: "1", document: 1/QĐ-UBND, as: head}]', ["3:36 reorganise-custodian"]),
        (
            ('custodians:\n  - {agency: stc, person: "9", document: 1/QĐ-UBND, as: head}\n'
            '  - {agency: stc, person: "9", document: 1/QĐ-UBND, as: head}'),
            ["5:14 reorganise-twice"],
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_found_at_its_place(text: str, expected: list[str]) -> None:
    found = foresee(province(), HEAD + text)
    assert places(found.problems) == expected
    assert not found.possible


def test_the_second_time_nothing_is_left_to_do() -> None:
    found = foresee(province(), MERGED)
    again = foresee_in(found.after, found.issued, MERGED)
    assert places(again.problems) == ["1:1 reorganise-done"]
    assert not again.moves


def test_half_of_it_done_before_is_found() -> None:
    found = foresee(province(), MERGED)
    both = MERGED + "  - {agency: ttdt, event: merged, to: ubnd}\n"
    assert places(foresee_in(found.after, found.issued, both).problems) == ["4:14 reorganise-agency-open"]


def test_the_day_may_come_after_another_reorganisation_of_the_same_day() -> None:
    found = foresee(province(), MERGED)
    other = foresee_in(found.after, found.issued, HEAD + "close: [{agency: ttdt, event: merged, to: ubnd}]\n")
    assert other.problems == ()
    assert moves(other) == ["8: vapao-ttdt → vapao-ubnd"]


def test_nothing_else_is_touched() -> None:
    texts = province()
    before, _issued = usable(texts)
    found = foresee(texts, MERGED)
    assert found.agencies.keys() == {"skhdt", "stc", "ttdt"}
    assert {code: found.after.agencies[code] for code in ("ubnd", "stttt")} == {
        code: before.agencies[code] for code in ("ubnd", "stttt")
    }
    assert isinstance(found, Forecast)
