"""Everything of a change at once, each record whole; and what was there before is told no second time."""

from __future__ import annotations

from typing import Any

from danhba.checking.check import check
from danhba.planning.compared import compare
from tests.support.compared import AN, GIB, HOA, KEY, SPELL, between, named
from tests.support.registers import Entry, Texts, agency, event, files, person, register

BACK = {"document": "8/QĐ-AA", "date": "2011-06-01"}
HEAD = {"person": "1", "document": "1/QĐ-UBND", "date": "2010-02-01", "as": "head"}
DELEGATE = {"person": "2", "document": "2/GUQ-AA", "date": "2012-01-01", "as": "delegate", "key": KEY}
PHU, SANG = person("3", "Giàng Seo Phử", "2010-01-01"), person("4", "Lý A Sáng", "2010-01-01")
BOARD = {"document": "5/QĐ-UBND", "date": "2012-01-01", "kind": "board", "identifier": "H38.77"}
SMALL = {"quota": {"official": "1G", "agency": "20G"}}


def taken_back(kind: str, day: str, document: str) -> dict[str, Any]:
    """A closing or an opening that a document withdraws."""
    return {"document": document, "date": day, "event": kind, "withdrawn": BACK}


def after(**of_each: str) -> Texts:
    """The register with one change of every kind; `of_each` is said of everybody besides."""
    ended = {"document": "10/QĐ-AA", "date": "2011-03-01"}
    never: dict[str, Any] = {**SPELL, "withdrawn": {"document": "8/QĐ-AA", "date": "2010-12-01"}}
    pin: dict[str, Any] = {"unit": "Văn phòng", "address": "lasang-aa", "address_document": "7/AA-VP"}
    people: list[Entry] = [
        {**HOA, "suspended": [{**SPELL, "until": "2012-01-01", "ended": ended}]},
        {**AN, "withdrawn": [taken_back("retired", "2012-05-01", "5/QĐ-AA")]},
        {**PHU, "suspended": [never]},
        person("4", "Lý A Sáng", "2010-01-01", "2012-02-01", **pin),
        person("5", "Lê Văn Tám", taken_back("recruited", "2012-03-01", "6/QĐ-AA")),
    ]
    stated = [{**entry, **of_each} for entry in people]
    parent = {"parent": "stttt"} if of_each else {}
    aa = agency("aa", *stated, custodians=[HEAD, DELEGATE], changes=[BOARD], **parent)
    return register(aa, agency("bb", closed="2013-01-01", **parent), policy=SMALL)


def before() -> Texts:
    """The register without any of them."""
    return register(agency("aa", HOA, AN, PHU, SANG, custodians=[HEAD]), agency("bb"))


def test_each_record_whole() -> None:
    found = between(before(), after())
    hoa, sang = ("1", "Lò Thị Mai Hoa"), ("4", "Lý A Sáng")
    assert {kind: [tuple(each.values()) for each in records] for kind, records in found.as_data().items()} == {
        "named": [],
        "handovers": [("aa", "2012-01-01", "2", "Vàng A An", "", "delegate", "2/GUQ-AA", KEY, *hoa)],
        "keys": [("aa", "2012-01-01", "2", "Vàng A An", KEY, "", "stttt", "")],
        "pins": [("aa", *sang, "lasang-aa", "7/AA-VP")],
        "unlocked": [],
        "withdrawn": [
            ("aa", "2", "Vàng A An", "closed", "retired", "2012-05-01", "5/QĐ-AA", "8/QĐ-AA", "2011-06-01"),
            ("aa", "3", "Giàng Seo Phử", "suspended", "", "2011-01-01", "9/QĐ-AA", "8/QĐ-AA", "2010-12-01"),
            ("aa", "5", "Lê Văn Tám", "opened", "recruited", "2012-03-01", "6/QĐ-AA", "8/QĐ-AA", "2011-06-01"),
        ],
        "gone": [],
        "leaders": [],
        "quotas": [
            ("official", "", "", "", 2 * GIB, GIB, GIB, ""),
            ("agency", "", "", "", 10 * GIB, 20 * GIB, 20 * GIB, ""),
        ],
        "inherited": [],
        "changes": [
            ("aa", "2012-01-01", "kind", "department", "board", "5/QĐ-UBND"),
            ("aa", "2012-01-01", "identifier", "", "H38.77", "5/QĐ-UBND"),
        ],
        "described": [("aa", *sang, "unit", "", "Văn phòng")],
        "cited": [
            ("aa", "2011-01-01", "suspended", "", *hoa, "Trưởng phòng", "", "9/QĐ-AA", "", "2012-01-01", "ltmhoa-aa",
             "", "", False),
            ("aa", "2011-03-01", "ended", "", *hoa, "Trưởng phòng", "", "10/QĐ-AA", "", "", "ltmhoa-aa", "", "",
             False),
            ("aa", "2012-02-01", "closed", "retired", *sang, "", "Văn phòng", "24/QĐ-UBND", "", "", "lasang-aa",
             "7/AA-VP", "", False),
            ("bb", "2013-01-01", "closed", "dissolved", "", "Cơ quan bb", "", "", "9/QĐ-UBND", "", "", "", "", "",
             False),
        ],
    }  # fmt: skip


def test_nothing_of_it_is_told_a_second_time() -> None:
    """When something else of the same entries and agencies changes."""
    found = between(after(), after(phone="0214 3 840 034"))
    assert named(found) == {"described"}
    assert [(each.person, each.field) for each in found.described] == [
        ("", "parent"),
        *((str(number), "phone") for number in range(1, 6)),
        ("", "parent"),
    ]


def test_without_addresses_none_is_told() -> None:
    """Those of an entry that is wrong cannot be known."""
    then, now = (check(files(texts)).register for texts in (before(), after()))
    assert {each.address for each in compare(then, now, None).cited} == {""}


class TestQuotas:
    def test_a_new_agency_that_states_none(self) -> None:
        assert between(register(), register(agency("aa"))).quotas == ()

    def test_one_that_states_what_it_had(self) -> None:
        keys = {"quota": "20G", "quota_document": "3/QĐ-UBND"}
        there, moved = (register(agency("aa", **keys, **more)) for more in ({}, {"parent": "stttt"}))
        assert between(there, moved).quotas == ()

    def test_one_that_states_none_any_more(self) -> None:
        keys = {"quota": "20G", "quota_document": "3/QĐ-UBND"}
        (quota,) = between(register(agency("aa", **keys)), register(agency("aa"))).quotas
        assert (quota.before, quota.now, quota.is_lowered) == (20 * GIB, 10 * GIB, True)


class TestNames:
    """Another name behind an id is a record of its own: with the document that says so, or none where it is edited."""

    def named(self, then: Entry, now: Entry) -> list[str]:
        found = between(register(agency("aa", then)), register(agency("aa", now)))
        assert "name" not in {each.field for each in found.described}
        return [f"{each.before} → {each.now} {each.document}" for each in found.named]

    def test_corrected_in_the_entry(self) -> None:
        said = ["Lò Thị Mai Hoa → Lò Thị Hoa "]
        assert self.named(HOA, {**HOA, "name": "Lò Thị Hoa"}) == said
        renamed = {**HOA, "opened": event("renamed", "2012-01-01", "6/QĐ-AA")}
        assert self.named(renamed, {**renamed, "name": "Lò Thị Hoa"}) == said

    def test_another_in_another_agency(self) -> None:
        """Who moves keeps the name; where it is another, whoever reviews has to know."""
        moved = event("transferred", "2012-01-01", "6/QĐ-UBND")
        came = person("1", "Lò Thị Hoa", moved, title="Trưởng phòng")
        then = register(agency("aa", HOA), agency("bb"))
        found = between(then, register(agency("aa", {**HOA, "closed": moved}), agency("bb", came)))
        assert [(each.before, each.before_agency, each.now, each.agency, each.document) for each in found.named] == [
            ("Lò Thị Mai Hoa", "aa", "Lò Thị Hoa", "bb", "6/QĐ-UBND")
        ]


class TestGone:
    def gone(self, then: str, now: str) -> list[tuple[str, ...]]:
        return [tuple(each) for each in between(register(then), register(now)).gone]

    def test_a_custodian_by_the_name_of_the_day(self) -> None:
        there = agency("aa", HOA, AN, custodians=[HEAD])
        expected = [("aa", "2010-02-01", "1", "Lò Thị Mai Hoa", "custodian", "", "1/QĐ-UBND")]
        assert self.gone(there, agency("aa", HOA, AN)) == expected

    def test_a_custodian_by_whatever_entry_there_is(self) -> None:
        """The name is that of the day, of a later entry where none is earlier, and none of somebody unknown."""
        renamed = event("renamed", "2012-01-01", "6/QĐ-AA")
        people = [{**HOA, "closed": renamed}, person("1", "Lò Thị Mai", renamed)]
        for held, name in (
            ({"date": "2010-02-01"}, "Lò Thị Mai Hoa"),
            ({"date": "2012-02-01"}, "Lò Thị Mai"),
            ({"date": "2009-02-01"}, "Lò Thị Mai Hoa"),
            ({"date": "2010-02-01", "person": "9"}, ""),
        ):
            [gone] = self.gone(agency("aa", *people, custodians=[{**HEAD, **held}]), agency("aa", *people))
            assert gone[1:4] == (held["date"], held.get("person", "1"), name)

    def test_a_suspension_that_was_withdrawn(self) -> None:
        back = {"document": "8/QĐ-AA", "date": "2010-12-01"}
        there = agency("aa", {**HOA, "suspended": [{**SPELL, "withdrawn": back}]})
        expected = [("aa", "2011-01-01", "1", "Lò Thị Mai Hoa", "withdrawn", "", "8/QĐ-AA")]
        assert self.gone(there, agency("aa", HOA)) == expected

    def test_an_agency_closed_on_another_day_or_with_a_request(self) -> None:
        """A request is added to what is there; another day takes it out."""
        there = agency("aa", closed="2012-01-01")
        expected = [("aa", "2012-01-01", "", "Cơ quan aa", "closed", "dissolved", "9/QĐ-UBND")]
        assert self.gone(there, agency("aa", closed="2012-02-01")) == expected
        asked = event("dissolved", "2012-01-01", "9/QĐ-UBND", request="7/AA-VP")
        assert self.gone(there, agency("aa", closed=asked)) == []


def test_all_that_is_withdrawn_beside_what_was() -> None:
    """One that was withdrawn already is no reason to leave out the next."""
    first, second = (
        taken_back("retired", day, document) for day, document in (("2012-05-01", "5/QĐ-AA"), ("2012-06-01", "6/QĐ-AA"))
    )
    was, now = ({**AN, "withdrawn": backs} for backs in ([first], [first, second]))
    found = between(register(agency("aa", was)), register(agency("aa", now))).withdrawn
    assert [(each.day, each.document) for each in found] == [("2012-06-01", "6/QĐ-AA")]
