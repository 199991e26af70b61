"""What a change does that somebody compares with documents, whoever shows it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from danhba.checking.check import check
from danhba.planning.compared import Compared, compare
from danhba.rendering.compared import notes
from tests.support.compared import AN, GIB, HOA, KEY, SPELL, between, named
from tests.support.registers import Entry, agency, event, files, person, register


def change(before: Entry, now: Entry, **more: Any) -> Compared:
    """What the change of one entry does."""
    return between(register(agency("aa", before, AN)), register(agency("aa", now, AN), **more))


def test_nothing_changed_however_it_is_read() -> None:
    texts = register(agency("aa", HOA, AN))
    assert between(texts, texts) == Compared()
    read = [check(files(texts)) for _ in range(2)]
    assert compare(read[0].register, read[1].register, read[1].issued) == Compared()
    assert compare(read[0].register, None, None) == Compared()


class TestHandovers:
    def custodians(self, *held: tuple[str, ...]) -> str:
        keys = ("person", "document", "date", "as", "key")
        return agency("aa", HOA, AN, custodians=[dict(zip(keys, each, strict=False)) for each in held])

    HEAD = ("1", "1/QĐ-UBND", "2010-02-01", "head")

    def test_to_another_official(self) -> None:
        after = self.custodians(self.HEAD, ("2", "2/GUQ-AA", "2012-01-01", "delegate", KEY))
        found = between(register(self.custodians(self.HEAD)), register(after))
        (handover,), (rekeyed,) = found.handovers, found.keys
        assert (handover.day, handover.person, handover.name, handover.role) == (
            "2012-01-01", "2", "Vàng A An", "delegate",
        )  # fmt: skip
        assert (handover.document, handover.key) == ("2/GUQ-AA", KEY)
        assert (handover.before_person, handover.before_name) == ("1", "Lò Thị Mai Hoa")
        assert handover.is_to_another
        assert (rekeyed.name, rekeyed.key, rekeyed.before_person, rekeyed.before_name) == (
            "Vàng A An",
            KEY,
            "",
            "stttt",
        )

    def test_it_says_which_office_the_next_one_has(self) -> None:
        after = self.custodians(("2", "1/QĐ-UBND", "2010-02-01", "head"), ("1", "2/GUQ-AA", "2012-01-01", "delegate"))
        found = between(register(agency("aa", HOA, AN)), register(after)).handovers
        assert [(each.name, each.title) for each in found] == [("Vàng A An", ""), ("Lò Thị Mai Hoa", "Trưởng phòng")]

    def test_who_is_not_of_the_agency_has_no_name(self) -> None:
        """An error of the register, which is shown all the same."""
        strangers = self.custodians(("8", "1/QĐ-UBND", "2010-02-01", "head"), ("9", "2/QĐ-UBND", "2012-01-01", "head"))
        found = between(register(agency("aa", HOA, AN)), register(strangers)).handovers
        assert [(each.person, each.name, each.title, each.before_person, each.before_name) for each in found] == [
            ("8", "", "", "", ""),
            ("9", "", "", "8", ""),
        ]

    def test_the_same_official_again_hands_nothing_over(self) -> None:
        """A new key by an entry of its own: shown like any other, and nothing follows."""
        after = self.custodians(self.HEAD, ("1", "2/GUQ-AA", "2012-01-01", "head", KEY))
        (handover,) = between(register(self.custodians(self.HEAD)), register(after)).handovers
        assert (handover.key, handover.is_to_another) == (KEY, False)

    def test_the_first_one_hands_nothing_over(self) -> None:
        (handover,) = between(register(agency("aa", HOA, AN)), register(self.custodians(self.HEAD))).handovers
        assert (handover.before_person, handover.is_to_another) == ("", False)


class TestUnlocked:
    def suspended(self, **more: Any) -> Entry:
        return {**HOA, "suspended": [{**SPELL, **more}]}

    @pytest.mark.parametrize("until", [{}, {"until": "2012-01-01"}])
    def test_by_a_document(self, until: dict[str, str]) -> None:
        ended = {"ended": {"document": "10/QĐ-AA", "date": "2011-03-01"}}
        found = change(self.suspended(**until), self.suspended(**until, **ended))
        (unlocked,) = found.unlocked
        assert (unlocked.person, unlocked.end, unlocked.document) == ("1", "2011-03-01", "10/QĐ-AA")
        assert unlocked.before == until.get("until", "")
        assert [(cited.what, cited.document) for cited in found.cited] == [("ended", "10/QĐ-AA")]

    def test_by_an_earlier_day_or_by_taking_it_out(self) -> None:
        """Refused without an acknowledgement, and shown with one."""
        (sooner,) = change(self.suspended(until="2012-01-01"), self.suspended(until="2011-02-01")).unlocked
        assert (sooner.before, sooner.end, sooner.document) == ("2012-01-01", "2011-02-01", "9/QĐ-AA")
        (gone,) = change(self.suspended(), HOA).unlocked
        assert (gone.end, gone.document) == ("", "")

    def moved(self, spell: dict[str, Any], *carried: dict[str, Any]) -> Compared:
        """One who is suspended and goes to another agency, which carries the suspension or does not."""
        began = {**HOA, "suspended": [spell]}
        left = {**began, "closed": event("transferred", "2012-01-01", "5/QĐ-UBND")}
        come = person("1", "Lò Thị Mai Hoa", "2012-01-01 transferred", suspended=[*carried])
        before = register(agency("aa", began), agency("bb"))
        return between(before, register(agency("aa", left), agency("bb", come)))

    def test_by_a_transfer_that_leaves_it_behind(self) -> None:
        (unlocked,) = self.moved({**SPELL}).unlocked
        assert (unlocked.agency, unlocked.since, unlocked.before, unlocked.end) == (
            "bb",
            "2011-01-01",
            "",
            "2012-01-01",
        )
        assert unlocked.document == "11/QĐ-UBND"

    def test_by_a_transfer_that_carries_it_less_far(self) -> None:
        on = {**SPELL, "date": "2012-01-01"}
        assert self.moved({**SPELL}, on).unlocked == ()
        assert self.moved({**SPELL, "until": "2012-06-01"}, {**on, "until": "2012-06-01"}).unlocked == ()
        assert self.moved({**SPELL, "until": "2011-06-01"}).unlocked == ()
        assert self.moved({**SPELL, "until": "2012-01-01"}).unlocked == ()
        ended = {"ended": {"document": "10/QĐ-AA", "date": "2012-02-01"}}
        for less, document in (({"until": "2012-02-01"}, "9/QĐ-AA"), (ended, "10/QĐ-AA")):
            (unlocked,) = self.moved({**SPELL, "until": "2012-06-01"}, {**on, **less}).unlocked
            assert (unlocked.before, unlocked.end, unlocked.document) == ("2012-06-01", "2012-02-01", document)

    def test_by_hiring_anew_whom_another_agency_had_suspended(self) -> None:
        """The agency where it was is not in the change at all."""
        left = {**HOA, "suspended": [{**SPELL}], "closed": event("resigned", "2011-06-01", "5/QĐ-UBND")}
        again = person("1", "Lò Thị Mai Hoa", "2012-01-01")
        before = register(agency("aa", left), agency("bb"))
        (unlocked,) = between(before, register(agency("aa", left), agency("bb", again))).unlocked
        assert (unlocked.agency, unlocked.end) == ("bb", "2012-01-01")

    def test_a_longer_one_unlocks_nobody(self) -> None:
        found = change(self.suspended(until="2012-01-01"), self.suspended(until="2013-01-01"))
        assert named(found) == {"cited"}
        assert [(each.what, each.until_before, each.until) for each in found.cited] == [
            ("suspended", "2012-01-01", "2013-01-01")
        ]

    def test_a_new_one_had_no_end_before(self) -> None:
        for until in ("2012-01-01", ""):
            (cited,) = change(HOA, self.suspended(**({"until": until} if until else {}))).cited
            assert (cited.until, cited.until_before) == (until, "")

    def test_by_a_document_on_the_day_of_a_new_name(self) -> None:
        """It is the document that ends the suspension, and not the one that gives the name."""
        renamed = event("renamed", "2012-01-01", "6/QĐ-AA")
        ended = {"document": "10/QĐ-AA", "date": "2011-12-01"}
        for day in ("2011-12-01", "2012-01-01"):
            former = {**self.suspended(ended={**ended, "date": day}), "closed": renamed}
            before = register(agency("aa", self.suspended()))
            found = between(before, register(agency("aa", former, person("1", "Lò Thị Mai", renamed)))).unlocked
            assert [(each.end, each.document) for each in found] == [(day, "10/QĐ-AA")]


class TestLeaders:
    def test_one_who_is_there(self) -> None:
        (leader,) = change(HOA, {**HOA, "leader": "true"}).leaders
        assert (leader.name, leader.title, leader.before, leader.now, leader.document) == (
            "Lò Thị Mai Hoa", "Trưởng phòng", False, True, "",
        )  # fmt: skip
        (leader,) = change({**HOA, "leader": "true"}, HOA).leaders
        assert (leader.before, leader.now) == (True, False)

    def test_a_new_one_by_the_document_of_the_entry(self) -> None:
        before, now = (register(agency("aa", HOA, *more)) for more in ((), ({**AN, "leader": "true"},)))
        (leader,) = between(before, now).leaders
        assert (leader.person, leader.document) == ("2", "12/QĐ-UBND")

    @pytest.mark.parametrize(("here", "there"), [("true", None), (None, "true"), ("true", "true"), (None, None)])
    def test_one_who_moves(self, here: str | None, there: str | None) -> None:
        """A leader who is none any more in the other agency, or the other way round, by a new entry."""
        began = {**HOA, "leader": here}
        left = {**began, "closed": event("transferred", "2012-01-01", "5/QĐ-UBND")}
        come = {**person("1", "Lò Thị Mai Hoa", "2012-01-01 transferred"), "leader": there}
        found = between(register(agency("aa", began), agency("bb")), register(agency("aa", left), agency("bb", come)))
        assert [(each.before, each.now) for each in found.leaders] == [(bool(here), bool(there))] * (here != there)


class TestQuotas:
    @pytest.mark.parametrize(
        ("before", "now", "expected"),
        [
            (None, "5G", (2 * GIB, 5 * GIB, False)),
            ("5G", None, (5 * GIB, 2 * GIB, True)),
            ("5G", "500M", (5 * GIB, GIB // 2 - 12 * 1024**2, True)),
            ("2G", None, None),
            ("5G", "5G", None),
        ],
    )
    def test_of_one_who_is_there(
        self, before: str | None, now: str | None, expected: tuple[int, int, bool] | None
    ) -> None:
        found = change({**HOA, "quota": before}, {**HOA, "quota": now, "quota_document": "3/QĐ-AA"}).quotas
        assert [(each.before, each.now, each.is_lowered) for each in found] == ([expected] if expected else [])
        assert {each.document for each in found} <= {"3/QĐ-AA"}

    def test_of_a_new_one(self) -> None:
        entry = {**AN, "quota": "5G", "quota_document": "3/QĐ-AA"}
        (quota,) = between(register(agency("aa", HOA)), register(agency("aa", HOA, entry))).quotas
        assert (quota.before, quota.now, quota.usual, quota.is_lowered) == (None, 5 * GIB, 2 * GIB, False)
        assert between(register(agency("aa", HOA)), register(agency("aa", HOA, AN))).quotas == ()

    def test_of_one_who_moves_and_loses_it_by_saying_nothing(self) -> None:
        left = person("1", "Lò Thị Mai Hoa", "2010-01-01", "2012-01-01 transferred", quota="9G")
        come = person("1", "Lò Thị Mai Hoa", "2012-01-01 transferred")
        was = {key: value for key, value in left.items() if key != "closed"}
        found = between(register(agency("aa", was), agency("bb")), register(agency("aa", left), agency("bb", come)))
        assert [(each.agency, each.before, each.now, each.is_lowered) for each in found.quotas] == [
            ("bb", 9 * GIB, 2 * GIB, True)
        ]

    def test_of_a_contact_mailbox(self) -> None:
        keys = {"quota": "20G", "quota_document": "3/QĐ-UBND"}
        (quota,) = between(register(agency("aa")), register(agency("aa", **keys))).quotas
        assert (quota.kind, quota.id, quota.before, quota.now) == ("agency", "aa", 10 * GIB, 20 * GIB)
        (quota,) = between(register(), register(agency("aa", **keys))).quotas
        assert (quota.before, quota.now, quota.document) == (None, 20 * GIB, "3/QĐ-UBND")

    def test_of_all_that_state_none(self) -> None:
        found = change(HOA, HOA, policy={"quota": {"official": "1G", "agency": "20G"}}).quotas
        assert [(each.kind, each.id, each.before, each.now, each.is_lowered) for each in found] == [
            ("official", "", 2 * GIB, GIB, True),
            ("agency", "", 10 * GIB, 20 * GIB, False),
        ]


class TestNeverCame:
    """An entry that was taken back before its day is nothing that somebody had before."""

    def void(self, day: str, **keys: Any) -> Entry:
        withdrawn = {"document": "10/QĐ-UBND", "date": "2011-06-01"}
        return person(
            "1",
            "Lò Thị Mai Hoa",
            {"document": "9/QĐ-UBND", "date": day, "event": "recruited", "withdrawn": withdrawn},
            **keys,
        )

    def again(self, first: Entry, come: Entry, *there: Entry) -> Compared:
        return between(
            register(agency("aa", first), agency("bb", *there)),
            register(agency("aa", first), agency("bb", *there, come)),
        )

    def test_its_leader_and_its_quota_are_told_when_they_come(self) -> None:
        keys: dict[str, Any] = {"leader": "true", "quota": "500G", "quota_document": "3/QĐ-UBND"}
        left = {**HOA, "closed": event("resigned", "2011-05-01", "5/QĐ-AA")}
        come = person("1", "Lò Thị Mai Hoa", "2012-02-10", **keys)
        found = self.again(left, come, self.void("2012-01-10", **keys))
        assert [(each.before, each.now) for each in found.leaders] == [(False, True)]
        assert [(each.before, each.now) for each in found.quotas] == [(2 * GIB, 500 * GIB)]

    def test_it_ends_no_suspension(self) -> None:
        left = {**HOA, "suspended": [{**SPELL}], "closed": event("resigned", "2011-05-01", "5/QĐ-AA")}
        come = person("1", "Lò Thị Mai Hoa", "2012-02-10")
        assert [each.end for each in self.again(left, come, self.void("2012-01-10")).unlocked] == ["2012-02-10"]

    def test_nor_is_what_comes_later_what_was_before(self) -> None:
        """An entry is put between two that are there: it is compared with the one before it."""
        later = person("1", "Lò Thị Mai Hoa", "2013-01-01", leader="true")
        left = {**HOA, "closed": event("resigned", "2011-05-01", "5/QĐ-AA")}
        come = person("1", "Lò Thị Mai Hoa", "2012-02-10", "2012-12-01", leader="true")
        assert [(each.before, each.now) for each in self.again(left, come, later).leaders] == [(False, True)]

    def test_a_handover_names_who_is_there_on_its_day(self) -> None:
        """By the name of that day: neither one to come nor one that never comes."""
        renamed = event("renamed", "2013-01-01", "6/QĐ-AA")
        never = {**self.void("2012-06-01"), "name": "Lê Tổng Đài"}
        people = [
            {**HOA, "closed": renamed},
            person("1", "Lò Thị Mai", renamed),
            never,
            {**AN, "closed": renamed},
            person("2", "Vàng A Ân", renamed),
        ]
        keys = ("person", "document", "date", "as")
        first, second, third = (
            dict(zip(keys, each, strict=True))
            for each in (
                ("1", "1/QĐ-UBND", "2010-02-01", "head"),
                ("2", "2/GUQ-AA", "2012-01-01", "delegate"),
                ("1", "3/QĐ-UBND", "2013-01-01", "head"),
            )
        )
        before = register(agency("aa", *people, custodians=[first]))
        found = between(before, register(agency("aa", *people, custodians=[first, second, third]))).handovers
        assert [(each.before_name, each.name) for each in found] == [
            ("Lò Thị Mai Hoa", "Vàng A An"),
            ("Vàng A An", "Lò Thị Mai"),
        ]


class TestGone:
    """What is taken out of the register: with an acknowledgement only, and told whoever acknowledged it and when."""

    def told(self, before: str, now: str) -> list[tuple[str, ...]]:
        found = between(register(before), register(now)).gone
        return [(each.person, each.what, each.event, each.day, each.document) for each in found]

    def test_a_closing(self) -> None:
        retired = {**HOA, "closed": event("retired", "2012-01-01", "5/QĐ-AA")}
        gone = [("1", "closed", "retired", "2012-01-01", "5/QĐ-AA")]
        assert self.told(agency("aa", retired), agency("aa", HOA)) == gone
        another = {**HOA, "closed": event("retired", "2013-01-01", "6/QĐ-AA")}
        assert self.told(agency("aa", retired), agency("aa", another)) == gone
        asked = {**HOA, "closed": event("retired", "2012-01-01", "5/QĐ-AA", request="7/AA-VP")}
        assert self.told(agency("aa", retired), agency("aa", asked)) == []

    def test_a_closing_that_is_withdrawn_is_told_as_that_and_then_as_gone(self) -> None:
        closed = event("retired", "2012-01-01", "5/QĐ-AA")
        back: dict[str, Any] = {
            "document": "5/QĐ-AA",
            "date": "2012-01-01",
            "event": "retired",
            "withdrawn": {"document": "8/QĐ-AA", "date": "2011-06-01"},
        }
        stays: Entry = {**HOA, "withdrawn": [back]}
        assert self.told(agency("aa", {**HOA, "closed": closed}), agency("aa", stays)) == []
        gone = [("1", "withdrawn", "retired", "2012-01-01", "8/QĐ-AA")]
        assert self.told(agency("aa", stays), agency("aa", HOA)) == gone
        assert self.told(agency("aa", stays), agency("aa", {**HOA, "closed": closed})) == gone

    def test_of_an_agency(self) -> None:
        change = {"document": "5/QĐ-UBND", "date": "2012-01-01", "kind": "board"}
        gone = [("", "changed", "", "2012-01-01", "5/QĐ-UBND")]
        assert self.told(agency("aa", changes=[change]), agency("aa")) == gone
        assert (
            self.told(agency("aa", changes=[change]), agency("aa", changes=[{**change, "date": "2012-02-01"}])) == gone
        )
        gone = [("", "closed", "dissolved", "2012-01-01", "9/QĐ-UBND")]
        assert self.told(agency("aa", closed="2012-01-01"), agency("aa")) == gone

    def test_a_custodian_but_not_a_key(self) -> None:
        head = {"person": "1", "document": "1/QĐ-UBND", "date": "2010-02-01", "as": "head"}
        there, keyed = (agency("aa", HOA, custodians=[each]) for each in (head, {**head, "key": KEY}))
        assert self.told(there, agency("aa", HOA)) == [("1", "custodian", "", "2010-02-01", "1/QĐ-UBND")]
        assert self.told(there, keyed) == self.told(keyed, there) == []


class TestDescribed:
    def test_of_a_person(self) -> None:
        (title,) = change(HOA, {**HOA, "title": "Chuyên viên"}).described
        assert (title.person, title.field, title.before, title.now) == ("1", "title", "Trưởng phòng", "Chuyên viên")

    def test_leave_only_where_the_entry_was_there(self) -> None:
        """Of a new one nothing is said anew: the leave of the one before it went with that."""
        off = {"leave": [{"from": "2012-03-01", "to": "2012-03-04"}]}
        days = "2012-03-01–2012-03-04"
        for then, now, said in ((HOA, {**HOA, **off}, ("", days)), ({**HOA, **off}, HOA, (days, ""))):
            (described,) = change(then, now).described
            assert (described.field, described.before, described.now) == ("days_off", *said)
        ends = event("transferred", "2012-02-01", "6/QĐ-AA")
        come = {**person("1", "Lò Thị Mai Hoa", ends), "title": "Trưởng phòng", **off}
        before = register(agency("aa", HOA), agency("bb"))
        found = between(before, register(agency("aa", {**HOA, "closed": ends}), agency("bb", come)))
        assert found.described == ()

    def test_of_one_who_moves_or_gets_another_name(self) -> None:
        """A new entry says things anew, too: beside what the one before it says."""
        for kind, code, name in (("renamed", "aa", "Lò Thị Mai"), ("transferred", "bb", "Lò Thị Mai Hoa")):
            ends = event(kind, "2012-01-01", "6/QĐ-AA")
            come = {**person("1", name, ends), "title": "Giám đốc", "phone": "0214 3 840 034"}
            left = {**HOA, "closed": ends}
            before = register(agency("aa", HOA), agency("bb"))
            now = register(agency("aa", left, *[come] * (code == "aa")), agency("bb", *[come] * (code == "bb")))
            assert [(each.agency, each.field, each.before, each.now) for each in between(before, now).described] == [
                (code, "title", "Trưởng phòng", "Giám đốc"),
                (code, "phone", "", "0214 3 840 034"),
            ]

    def test_of_an_agency(self) -> None:
        found = between(register(agency("aa")), register(agency("aa", parent="stttt", identifier="H38.9"))).described
        assert [(each.person, each.field, each.before, each.now) for each in found] == [
            ("", "parent", "", "stttt"),
            ("", "identifier", "", "H38.9"),
        ]


class TestCited:
    def test_each_day_has_its_document(self) -> None:
        """Ten people on ten days: none of them is hidden by another day's plan."""
        people = [person(str(n), f"Lò Văn {'B' + 'a' * n}", f"2012-01-{n:02}") for n in range(1, 11)]
        found = between(register(agency("aa")), register(agency("aa", *people)))
        assert [(each.day, each.document) for each in found.cited] == [
            (f"2012-01-{n:02}", f"1{n}/QĐ-UBND") for n in range(1, 11)
        ]

    def test_what_is_said_of_somebody(self) -> None:
        opened = {**event("recruited", "2012-01-01", "5/QĐ-AA"), "request": "6/AA-VP"}  # type: ignore[dict-item]
        entry = {
            **person("3", "Giàng Seo Phử", opened, title="Văn thư", unit="Văn phòng"),
            "address": "gsphu-aa",
            "address_document": "7/AA-VP",
            "until_before": "",
        }
        (cited,) = between(register(agency("aa", HOA)), register(agency("aa", HOA, entry))).cited
        assert cited._asdict() == {
            "agency": "aa",
            "day": "2012-01-01",
            "what": "opened",
            "event": "recruited",
            "person": "3",
            "name": "Giàng Seo Phử",
            "title": "Văn thư",
            "unit": "Văn phòng",
            "document": "5/QĐ-AA",
            "request": "6/AA-VP",
            "until": "",
            "address": "gsphu-aa",
            "address_document": "7/AA-VP",
            "until_before": "",
            "leader": False,
        }

    def test_an_agency_that_opens_and_one_that_ends(self) -> None:
        found = between(register(agency("aa")), register(agency("aa", closed="2012-01-01"), agency("bb")))
        assert [(each.agency, each.what, each.event, each.person) for each in found.cited] == [
            ("bb", "opened", "established", ""),
            ("aa", "closed", "dissolved", ""),
        ]

    def test_one_who_comes_back_is_another_entry(self) -> None:
        left = {**HOA, "closed": event("resigned", "2011-01-01", "5/QĐ-AA")}
        again = person("1", "Lò Thị Mai Hoa", "2012-01-01")
        found = between(register(agency("aa", left)), register(agency("aa", left, again)))
        assert [(each.day, each.what) for each in found.cited] == [("2012-01-01", "opened")]


def test_it_is_data_for_programs() -> None:
    found = change(HOA, {**HOA, "leader": "true", "title": "Giám đốc"}).as_data()
    assert list(found) == [
        "named", "handovers", "keys", "pins", "unlocked", "withdrawn", "gone",
        "leaders", "quotas", "inherited", "changes", "described", "cited",
    ]  # fmt: skip
    assert json.loads(json.dumps(found)) == found


class TestWithdrawnOfAnAgency:
    """What was to come for itself, and the document that takes it back; a key or a request makes nothing another."""

    BY: Mapping[str, str] = {"document": "8/QĐ-UBND", "date": "2011-06-01"}
    NEXT: Mapping[str, Any] = {"person": "2", "document": "2/QĐ-UBND", "date": "2012-01-01", "as": "head", "key": KEY}
    BOARD: Mapping[str, Any] = {"document": "5/QĐ-UBND", "date": "2012-02-01", "kind": "board"}
    ENDS: Mapping[str, Any] = {"document": "9/QĐ-UBND", "date": "2012-03-01", "event": "dissolved"}

    def there(self, **more: Any) -> str:
        """With all of it to come."""
        return agency("aa", HOA, AN, custodians=[self.NEXT], changes=[self.BOARD], closed=self.ENDS, **more)

    def back(self, **more: Any) -> str:
        """With all of it taken back."""
        custodian, change, closing = ({**each, "withdrawn": self.BY} for each in (self.NEXT, self.BOARD, self.ENDS))
        custodian |= more
        return agency("aa", HOA, AN, custodians=[custodian], changes=[change], withdrawn=[closing])

    def test_is_told_once_and_is_not_taken_out(self) -> None:
        found = between(register(self.there()), register(self.back()))
        by = ("8/QĐ-UBND", "2011-06-01")
        assert [tuple(each) for each in found.withdrawn] == [
            ("aa", "", "Cơ quan aa", "closed", "dissolved", "2012-03-01", "9/QĐ-UBND", *by),
            ("aa", "", "Cơ quan aa", "changed", "", "2012-02-01", "5/QĐ-UBND", *by),
            ("aa", "2", "Vàng A An", "custodian", "", "2012-01-01", "2/QĐ-UBND", *by),
        ]
        assert named(found) == {"withdrawn", "keys"}
        again = between(register(self.back()), register(self.back(key=""), agency("bb")))
        assert named(again) == {"cited"}

    def test_taken_out_it_is_gone(self) -> None:
        expected = [
            ("aa", "2012-03-01", "", "Cơ quan aa", "withdrawn", "dissolved", "8/QĐ-UBND"),
            ("aa", "2012-02-01", "", "Cơ quan aa", "withdrawn", "changed", "8/QĐ-UBND"),
            ("aa", "2012-01-01", "2", "Vàng A An", "withdrawn", "custodian", "8/QĐ-UBND"),
        ]
        for now in (agency("aa", HOA, AN), self.there()):
            assert [tuple(each) for each in between(register(self.back()), register(now)).gone] == expected

    def test_in_words(self) -> None:
        found = between(register(self.there()), register(self.back()))
        by = "withdrawn by 8/QĐ-UBND of 2011-06-01"
        said = [line for line in notes(found, "en") if line.startswith("withdrawn")]
        assert said == [
            f"withdrawn: aa: close, from 2012-03-01 on, 9/QĐ-UBND; {by}",
            f"withdrawn: aa: what the agency is, from 2012-02-01 on, 5/QĐ-UBND; {by}",
            f"withdrawn: aa: Vàng A An (2): contact mailbox, from 2012-01-01 on, 2/QĐ-UBND; {by}",
        ]

    def test_that_it_opens(self) -> None:
        there = agency("bb", opened="2012-01-01")
        never = there.replace(
            "event: established}", "event: established, withdrawn: {document: 8/QĐ-AA, date: 2011-06-01}}"
        )
        found = between(register(there), register(never))
        assert named(found) == {"withdrawn"}
        expected = ("bb", "", "Cơ quan bb", "opened", "established", "2012-01-01", "8/QĐ-UBND", "8/QĐ-AA", "2011-06-01")
        assert tuple(found.withdrawn[0]) == expected
        assert named(between(register(), register(never))) == {"withdrawn"}
        found = between(register(never), register(there))
        assert [(each.what, each.event, each.document) for each in found.gone] == [
            ("withdrawn", "established", "8/QĐ-AA")
        ]
