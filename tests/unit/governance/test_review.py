"""What a review finds, and the comment that it becomes; the flow with git is in tests/integration."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from danhba.cli import main
from danhba.governance.comment import MARKER, markdown
from danhba.governance.proposal import Proposal
from danhba.governance.review import review, together
from danhba.model.findings import binding
from danhba.planning import plan
from danhba.planning.plan import Action, Changes, Plan, Refusal
from danhba.reading import source
from tests.factory import province_yaml
from tests.support.forges import git
from tests.support.proposals import BEFORE, PEOPLE, proposal
from tests.support.registers import Entry, Texts, agency, event, files, person, write

OPEN = ("open", "close")
DAY = date(2020, 1, 1)
KEY = "age128gkywwwv4lt4vfd5k50fschysur3e8y8atvtvppdlnuffsdw4hq9tda0m"


def changed(*people: Any, **more: str) -> dict[str, str]:
    return {**BEFORE, "agencies/snv.yml": agency("snv", *people, parent="ubnd"), **more}


def comment(made: Proposal, language: str = "en") -> str:
    text = markdown(review(made, DAY), language)
    assert text.startswith(f"{MARKER}\n## ")
    assert len(text) <= 65_536
    return text.replace("\\", "")


class TestHeadline:
    def test_nothing_against_it(self) -> None:
        made = proposal(changed(*PEOPLE, person("9", "Vàng A Páo", "2019-01-01")))
        assert review(made, DAY).passed
        assert "✅ No errors" in comment(made)
        assert "create: vapao-snv@laocai.gov.vn" in comment(made)
        assert "✅ Không có lỗi" in comment(made, "vi")

    def test_errors(self) -> None:
        made = proposal(changed(*PEOPLE[1:]))
        assert not review(made, DAY).passed
        assert "🛑 1 errors are to be corrected before this can be approved" in comment(made)
        assert "`history-entry-removed` (R5)" in comment(made)

    @pytest.mark.parametrize(
        ("people", "rule"),
        [
            pytest.param([PEOPLE[1], PEOPLE[0], *PEOPLE[2:]], "history-entry-moved", id="entries in another order"),
            pytest.param(
                [person("000", "Lò Thị Mai Hoa An", "2010-10-16"), *PEOPLE[1:]], "history-opened", id="another opening"
            ),
        ],
    )
    def test_an_error_stops_it_whatever_its_plan(self, people: list[Entry], rule: str) -> None:
        """The plan of these is not refused: the finding alone says that they may not be merged."""
        found = review(proposal(changed(*people)), DAY)
        assert rule in {finding.rule.id for finding in binding(found.findings)}
        assert found.plan is not None
        assert not found.plan.refused
        assert not found.passed

    def test_advice_does_not_stop_it(self) -> None:
        found = review(proposal(changed(*PEOPLE, {**person("9", "Vàng A Páo", "2019-12-01"), "phone": "gọi An"})), DAY)
        assert [finding.rule.id for finding in found.findings] == ["office-phone"]
        assert found.passed

    def test_the_same_advice_once_more_is_new(self) -> None:
        """As for the commands that change the register: one known finding does not hide the second of its kind."""
        odd = {"phone": "gọi An"}
        first = person("9", "Vàng A Páo", "2011-01-01", "2012-01-01", **odd)
        before = changed(*PEOPLE, first)
        found = review(proposal(changed(*PEOPLE, first, person("9", "Vàng A Páo", "2019-12-01", **odd)), before), DAY)
        assert {finding.rule.id for finding in found.findings} == {"office-phone", "history-return"}
        assert found.known == 1

    def test_what_the_target_has_already_is_only_counted(self) -> None:
        odd = {**BEFORE, "agencies/ubnd.yml": BEFORE["agencies/ubnd.yml"].replace("8/QĐ-UBND", "8/TTr-UBND")}
        made = proposal({**odd, "agencies/snv.yml": changed(*PEOPLE[1:])["agencies/snv.yml"]}, odd)
        found = review(made, DAY)
        assert found.known >= 1
        assert all(finding.where.file == "directory/agencies/snv.yml" for finding in found.findings)
        assert "more findings are in origin/main already" in comment(made)

    def test_what_lies_far_ahead_of_the_day_is_told_once(self) -> None:
        far = changed(*PEOPLE, person("9", "Vàng A Páo", "2031-01-01"))
        found = review(proposal(far), DAY)
        assert [finding.rule.id for finding in found.findings] == ["date-future"]
        known = review(proposal(far, far), DAY)
        assert (known.findings, known.known) == ([], 1)

    def test_a_target_with_errors_has_no_plan(self) -> None:
        broken = {**BEFORE, "agencies/ubnd.yml": "agency: ubnd\n"}
        found = review(proposal(broken, broken), DAY)
        assert found.plan is None
        assert not found.passed
        assert "origin/main itself has errors" in comment(proposal(broken, broken))
        assert review(proposal(BEFORE, broken), DAY).plan is None

    def test_what_others_got_meanwhile_stays(self) -> None:
        """The target's tip is the measure, not the commit where the branch left it."""
        given = changed(*PEOPLE, person("8", "Vàng A Páo", "2019-01-01"))
        mine = person("9", "Vàng A Páo", "2019-01-02")
        first = changed(*PEOPLE, mine, person("8", "Vàng A Páo", "2019-01-01"))
        last = changed(*PEOPLE, person("8", "Vàng A Páo", "2019-01-01"), mine)
        meanwhile: dict[str, Any] = {"behind": 1, "ancestor": files(BEFORE), "own": files(changed(*PEOPLE, mine))}
        assert [f.rule.id for f in review(proposal(first, given, **meanwhile), DAY).findings][:1] == [
            "history-entry-inserted"
        ]
        made = review(proposal(last, given, **meanwhile), DAY)
        assert made.passed
        assert [(moved.before, moved.now, moved.holder) for moved in made.moved] == [
            ("vapao-snv", "paova-snv", "Vàng A Páo")
        ]

    def test_what_git_cannot_merge_is_compared_with_where_it_began(self) -> None:
        theirs = changed(*PEOPLE, person("8", "Lý A Phừ", "2019-12-01"))
        mine = changed(*PEOPLE, person("9", "Vàng A Páo", "2019-12-02"))
        parted: dict[str, Any] = {"ancestor": files(BEFORE), "own": files(mine), "behind": 1}
        found = review(proposal(None, theirs, **parted), DAY)
        assert (found.findings, found.plan, found.more, found.moved) == ([], None, [], [])

    def test_an_address_that_changed_for_another_reason_has_nobody_to_blame(self) -> None:
        """The target has mended a name, which the branch still has as it was."""
        old = changed(*PEOPLE, person("8", "Vàng A Páo", "2019-01-01"))
        mended = person("8", "Vàng A Pháo", "2019-01-01")
        mine = person("9", "Lý A Phừ", "2019-01-02")
        own = changed(*PEOPLE, person("8", "Vàng A Páo", "2019-01-01"), mine)
        parted: dict[str, Any] = {"behind": 1, "ancestor": files(old), "own": files(own)}
        found = review(proposal(changed(*PEOPLE, mended, mine), changed(*PEOPLE, mended), **parted), DAY)
        assert (found.passed, found.moved) == (True, [])

    def test_no_common_history(self) -> None:
        made = proposal(None, related=False, ancestor=[], own=files(changed(*PEOPLE[:-1])))
        found = review(made, DAY)
        assert not found.passed
        assert [finding.rule.id for finding in found.findings] == ["history-entry-removed"]
        assert "shares no history with origin/main" in comment(made)

    def test_conflicts_beside_the_register_do_not_hide_what_it_does(self) -> None:
        conflict = ("README.md", "a\n/close @all")
        made = proposal(changed(*PEOPLE, person("9", "Vàng A Páo", "2019-01-01")), conflicts=conflict)
        assert not review(made, DAY).passed
        assert "a\\u000a/close \\@&#8203;all" in markdown(review(made, DAY), "en").replace("\\\\", "\\")
        text = comment(made)
        assert "about the register, which git could merge" in text
        assert "create: vapao-snv" in text
        assert "\n/close" not in text


def _word(number: int) -> str:
    """A given name of its own for each number."""
    return "".join("bcdghklmnp"[int(digit)] + "a" for digit in str(number)).capitalize()


class TestSettings:
    """A change of the guards is shown, however small: who loosens one and closes by it later needs two approvals."""

    def test_each_changed_value(self) -> None:
        province = BEFORE["province.yml"] + (
            "policy: {limits: {close: {count: 100000}}, protected: []}\n"
            "acknowledgements:\n  - {limit: close, count: 70, document: 5/STTTT-VP, until: 2020-02-01}\n"
        )
        text = comment(proposal({**BEFORE, "province.yml": province}))
        assert "- ⚠️ policy.limits.close.count: 50 → 100000" in text
        assert "before it is refused; mailboxes: 7" in text
        given = "closings and suspensions ≤ 70, by 5/STTTT-VP, for any agency, → 2020-02-01"
        assert f"- ⚠️ acknowledgements: — → {given}" in text
        assert "- policy.limits.close.count: 100000 → 50" in comment(
            proposal(BEFORE, {**BEFORE, "province.yml": province})
        )

    def test_none(self) -> None:
        assert "Changes of province.yml" not in comment(proposal(changed(*PEOPLE)))

    def test_a_file_that_is_new_or_gone(self) -> None:
        without = {name: text for name, text in BEFORE.items() if name != "province.yml"}
        province = review(proposal(BEFORE, without), DAY).settings
        assert ("operator", "", "stttt") in province
        assert review(proposal(without), DAY).settings == [(path, now, "") for path, _before, now in province]
        assert review(proposal(without, without), DAY).settings == []

    LIMITS: Mapping[str, Any] = {"policy": {"limits": {"close": {"percent": "90", "agency_percent": "90"}}}}
    PROTECTED: Mapping[str, Any] = {"policy": {"protected": ["contact-ubnd"]}}

    @staticmethod
    def acknowledged(limit: str, **values: Any) -> dict[str, Any]:
        each = {"limit": limit, "document": "7/STTTT-VP", "until": "2020-02-01", **values}
        return {"acknowledgements": [each]}

    def guarded(self, result: Texts, before: Texts, **province: Any) -> Proposal:
        return proposal({**result, "province.yml": province_yaml(**province)}, before)

    def closing(self, count: int) -> Texts:
        left = [{**entry, "closed": event("retired", "2020-01-01", f"8{n}/QĐ-SNV")} for n, entry in enumerate(PEOPLE)]
        return changed(*left[:count], *PEOPLE[count:])

    @pytest.mark.parametrize("province", [LIMITS, acknowledged("close", count="3")])
    def test_closings_that_pass_only_because_their_limit_is_loosened(self, province: Any) -> None:
        made = self.guarded(self.closing(3), BEFORE, **province)
        found = review(made, DAY)
        assert found.passed
        assert [(finding.rule.id, finding.values["count"]) for finding in found.loosened] == [
            ("plan-agency-limit", 3),
            ("plan-limit", 3),
        ]
        text = comment(made).partition("<details>")[0]
        assert "## ⚠️ No errors, but the guards are loosened" in text
        assert "this passes only by that" in text
        assert "`plan-agency-limit`" in text
        assert "## ⚠️ Không có lỗi, nhưng" in comment(made, "vi")

    def test_a_mailbox_that_is_closed_because_it_is_protected_no_more(self) -> None:
        alone = {**BEFORE, "agencies/snv.yml": agency("snv", *PEOPLE)}
        ended = {**alone, "agencies/ubnd.yml": agency("ubnd", kind="provincial_committee", closed="2020-01-01")}
        before = {**alone, "province.yml": province_yaml(**self.PROTECTED)}
        assert not review(self.guarded(ended, before, **self.PROTECTED), DAY).passed
        for province in ({}, {**self.PROTECTED, **self.acknowledged("protected", accounts=["contact-ubnd"])}):
            found = review(self.guarded(ended, before, **province), DAY)
            assert [finding.rule.id for finding in found.loosened] == ["plan-protected"]
            assert "⚠️" in markdown(found, "en")

    def test_a_correction_that_the_change_itself_acknowledges(self) -> None:
        corrected = changed(person("000", "Lò Thị Mai Hoa An", "2010-10-16"), *PEOPLE[1:])
        acknowledged = self.acknowledged("history", accounts=["snv/000"])
        found = review(self.guarded(corrected, BEFORE, **acknowledged), DAY)
        assert found.passed
        assert [finding.rule.id for finding in found.loosened] == ["history-opened"]
        before = {**BEFORE, "province.yml": province_yaml(**acknowledged)}
        again = review(self.guarded(corrected, before, **acknowledged), DAY)
        assert (again.loosens, again.loosened) == (False, [])
        assert [finding.rule.id for finding in again.acknowledged] == ["history-opened"]
        assert "⚠️ No errors, but this passes only by an acknowledgement in force" in markdown(again, "en")

    def test_what_an_acknowledgement_of_before_lets_pass_is_told_in_full(self) -> None:
        """Two steps: first the acknowledgement, beside a retirement; then the retirement is taken out."""
        acknowledged = self.acknowledged("history", accounts=["snv/000"])
        retiring = {**PEOPLE[0], "closed": event("retired", "2020-01-31", "5/QĐ-SNV")}
        before = {**changed(retiring, *PEOPLE[1:]), "province.yml": province_yaml(**acknowledged)}
        found = review(self.guarded(BEFORE, before, **acknowledged), DAY)
        assert (found.passed, found.loosens) == (True, False)
        text = markdown(found, "en").replace("\\", "").partition("<details>")[0]
        assert "✅" not in text
        assert "`history-to-come`" in text
        assert "- snv: Lò Thị Mai Hoa An (000): close (retired), from 2020-01-31 on, 5/QĐ-SNV: taken out" in text
        assert "⚠️ Không có lỗi" in markdown(found, "vi")

    def test_an_acknowledgement_that_has_lapsed_or_lets_nothing_pass_is_no_cause_for_warning(self) -> None:
        for limit in ("history", "close"):
            more = {"accounts": ["snv/000"]} if limit == "history" else {"count": "3"}
            province = self.acknowledged(limit, **more)
            before = {**BEFORE, "province.yml": province_yaml(**province)}
            coming = changed(*PEOPLE, person("9", "Vàng A Páo", "2019-12-01"))
            found = review(self.guarded(coming, before, **province), DAY)
            assert (found.loosens, found.acknowledged) == (False, [])
            assert "## ✅" in markdown(found, "en")

    def test_closings_that_pass_by_a_limit_acknowledged_before(self) -> None:
        province = self.acknowledged("close", count="3")
        before = {**BEFORE, "province.yml": province_yaml(**province)}
        found = review(self.guarded(self.closing(3), before, **province), DAY)
        assert {finding.rule.id for finding in found.acknowledged} == {"plan-agency-limit", "plan-limit"}

    def test_closings_to_come_that_pass_by_a_limit_acknowledged_from_their_day_on(self) -> None:
        province = self.acknowledged("close", **{"count": "3", "from": "2020-01-15", "until": "2020-02-15"})
        before = {**BEFORE, "province.yml": province_yaml(**province)}
        ends = [event("retired", "2020-01-20", f"8{n}/QĐ-SNV") for n in range(3)]
        left = [{**entry, "closed": end} for entry, end in zip(PEOPLE, ends, strict=False)]
        found = review(self.guarded(changed(*left, *PEOPLE[3:]), before, **province), DAY)
        assert (found.passed, bool(found.acknowledged)) == (True, True)

    @pytest.mark.parametrize("province", [LIMITS, acknowledged("close", count="3")])
    def test_guards_loosened_for_a_later_change_are_told_too(self, province: Any) -> None:
        found = review(self.guarded(BEFORE, BEFORE, **province), DAY)
        assert (found.loosens, found.loosened) == (True, [])
        assert "⚠️ No errors, but the guards are loosened" in markdown(found, "en")

    @pytest.mark.parametrize("province", [LIMITS, acknowledged("close", count="3")])
    def test_guards_made_tighter_are_no_cause_for_warning(self, province: Any) -> None:
        before = {**BEFORE, "province.yml": province_yaml(**province)}
        assert "✅" in comment(proposal(BEFORE, before))

    @pytest.mark.parametrize("broken", ["", "a: [", "just text", "\x00", "a: &x 1\nb: *x", b"province: \xff", None])
    def test_what_cannot_be_read(self, broken: str | bytes | None) -> None:
        assert not review(proposal({**BEFORE, "province.yml": broken}), DAY).passed


class TestCompared:
    """What reviewers compare with documents stands there unfolded."""

    def test_a_pin_with_its_document(self) -> None:
        pin = {"address": "paova-snv", "address_document": "3/SNV-VP"}
        made = proposal(changed(*PEOPLE, {**person("9", "Vàng A Páo", "2019-01-01"), **pin}))
        assert "- snv: paova-snv for Vàng A Páo (9), decided by 3/SNV-VP" in comment(made).partition("<details>")[0]

    def test_another_document_of_a_pin(self) -> None:
        entry = {**person("9", "Vàng A Páo", "2019-01-01"), "address": "paova-snv"}
        before, now = (changed(*PEOPLE, {**entry, "address_document": f"{n}/SNV-VP"}) for n in (3, 4))
        text = comment(proposal(now, before))
        assert "- snv: paova-snv for Vàng A Páo (9), decided by 4/SNV-VP" in text
        assert "decided by 3/SNV-VP" not in text
        assert "Pinned addresses" not in comment(proposal(now, now))

    @pytest.mark.clause("R6.1a")
    def test_an_agency_that_changes_with_its_document(self) -> None:
        change = {"document": "7/QĐ-UBND", "date": "2020-03-01", "kind": "office", "parent": "stttt"}
        now = {**BEFORE, "agencies/snv.yml": agency("snv", *PEOPLE, parent="ubnd", changes=[change])}
        text = comment(proposal(now)).partition("<details>")[0]
        assert "snv: from 2020-03-01 on kind: department → office, managing agency: ubnd → stttt, 7/QĐ-UBND" in (
            text.replace("\\", "")
        )
        assert "loại cơ quan: sở" in comment(proposal(now), "vi")
        assert "managing agency" not in comment(proposal(now, now))
        plan = review(proposal(now), DAY).plan
        assert plan
        assert [(action.action, action.id, action.document) for action in plan.actions] == [
            ("update", "snv", "7/QĐ-UBND")
        ]

    @pytest.mark.clause("R4.0")
    def test_the_same_person_under_a_second_id(self) -> None:
        known = {**person("9", "Vàng A Páo", "2019-01-01"), "title": "Văn thư", "unit": "Văn phòng"}
        again = {**person("8", "Vàng A Páo", "2019-12-01"), "title": "Văn thư", "unit": "Văn phòng"}
        before, now = changed(*PEOPLE, known), changed(*PEOPLE, known, again)
        text = comment(proposal(now, before)).partition("<details>")[0]
        assert "**One person, one mailbox (R4.0)" in text
        assert text.count("Vàng A Páo is open in snv as 8 and in snv as 9, with the same name, title, unit") == 1
        assert "One person, one mailbox" not in comment(proposal(now, now))

    def test_a_code_that_is_also_the_name_of_a_kind(self) -> None:
        change = {"document": "7/QĐ-UBND", "date": "2020-03-01", "kind": "office", "parent": "stttt"}
        now = {**BEFORE}
        other = {**change, "kind": "board", "parent": "office"}
        now["agencies/snv.yml"] = agency(
            "snv", *PEOPLE, parent="ubnd", changes=[change, {**other, "date": "2020-04-01"}]
        )
        now["agencies/office.yml"] = agency("office", kind="office")
        assert "kind: office → board, managing agency: stttt → office, 7/QĐ-UBND" in (
            comment(proposal(now)).replace("\\", "")
        )

    def test_a_free_pin_and_one_that_names_an_office(self) -> None:
        pin = {"address": "giamdoc-snv", "address_document": "3/SNV-VP"}
        found = review(proposal(changed(*PEOPLE, {**person("9", "Vàng A Páo", "2019-12-01"), **pin})), DAY)
        assert [finding.rule.id for finding in found.findings] == ["history-office"]
        assert not found.passed

    @pytest.mark.parametrize("day", ["2020-01-01", "2020-03-01"])
    def test_who_is_let_in_again_stands_unfolded_with_the_document_that_does_it(self, day: str) -> None:
        spell = {"document": "9/QĐ-SNV", "date": "2019-05-01"}
        locked = changed({**PEOPLE[0], "suspended": [spell]}, *PEOPLE[1:])
        ended = {**spell, "ended": {"document": "10/QĐ-SNV", "date": day}}
        text = comment(proposal(changed({**PEOPLE[0], "suspended": [ended]}, *PEOPLE[1:]), locked))
        assert "- resume: ltmhan-snv@laocai.gov.vn (Lò Thị Mai Hoa An) [10/QĐ-SNV]" in text.partition("<details>")[0]

    def test_keys_come_before_other_advice(self) -> None:
        odd = [{**person(str(n), f"Vàng A {_word(n)}", "2019-01-01"), "phone": "gọi"} for n in range(10, 20)]
        held = {"person": "000", "document": "1/GUQ-SNV", "date": "2019-01-01", "as": "delegate", "key": KEY}
        now = {**BEFORE, "agencies/snv.yml": agency("snv", *PEOPLE, *odd, parent="ubnd", custodians=[held])}
        shown = comment(proposal(now)).partition("Plan")[0]
        assert shown.index("`history-key`") < shown.index("`office-phone`")

    HEAD: Mapping[str, str] = {"person": "000", "document": "1/QĐ-UBND", "date": "2015-01-01", "as": "head"}

    def held(self, *custodians: Any) -> Texts:
        return {**BEFORE, "agencies/snv.yml": agency("snv", *PEOPLE, parent="ubnd", custodians=[*custodians])}

    def unfolded(self, now: Texts, before: Texts = BEFORE, language: str = "en") -> str:
        return comment(proposal(now, before), language).partition("<details>")[0]

    def test_a_custodian_in_place_of_another_and_the_handover_that_follows(self) -> None:
        new = {"person": "001", "document": "2/GUQ-SNV", "date": "2020-02-01", "as": "delegate", "key": KEY}
        text = self.unfolded(self.held(self.HEAD, new), self.held(self.HEAD))
        assert (
            "- snv: from 2020-02-01 on Lò Thị Mai Hoa Ban (001), authorised in writing, 2/GUQ-SNV; "
            f"key: {KEY}; in place of Lò Thị Mai Hoa An (000)"
        ) in text
        assert "\n  - then hand over contact-snv (R11.2): a new password to Lò Thị Mai Hoa Ban" in text
        assert "sau đó bàn giao contact-snv (R11.2)" in self.unfolded(
            self.held(self.HEAD, new), self.held(self.HEAD), "vi"
        )

    def test_the_same_custodian_with_another_key_is_told_with_both_keys_and_hands_nothing_over(self) -> None:
        before = self.held(self.HEAD)
        again = {**self.HEAD, "document": "3/QĐ-UBND", "date": "2020-02-01", "key": KEY}
        text = self.unfolded(self.held(self.HEAD, again), before)
        assert f"are encrypted to Lò Thị Mai Hoa An (000) with {KEY}, and before this change to stttt" in text
        assert "hand over" not in text

    def test_a_leader(self) -> None:
        text = self.unfolded(changed({**PEOPLE[0], "title": "Giám đốc", "leader": "true"}, *PEOPLE[1:]))
        assert "- snv: Lò Thị Mai Hoa An (000), Giám đốc becomes a leader, whose mail is kept for longer" in text
        assert "- snv: Lò Thị Mai Hoa An (000), title: — → Giám đốc" in text

    def test_quotas_in_readable_units_with_their_documents_and_a_warning(self) -> None:
        before = changed({**PEOPLE[0], "quota": "9G"}, *PEOPLE[1:])
        lower = {**PEOPLE[0], "quota": "500M", "quota_document": "5/SNV-VP"}
        text = self.unfolded(changed(lower, *PEOPLE[1:]), before)
        assert "- snv: Lò Thị Mai Hoa An (000): 9G → 500M (usually 2G); 5/SNV-VP; ⚠️ less than before" in text
        higher = self.unfolded(before, changed(lower, *PEOPLE[1:]))
        assert "500M → 9G (usually 2G)" in higher
        assert "⚠️" not in higher.partition("Quotas")[2].partition("**")[0]

    def test_a_quota_cites_its_own_document_in_the_plan_too(self) -> None:
        higher = {**PEOPLE[0], "quota": "9G", "quota_document": "5/SNV-VP"}
        text = comment(proposal(changed(higher, *PEOPLE[1:])))
        assert "- update: ltmhan-snv@laocai.gov.vn (Lò Thị Mai Hoa An) quota: 2G → 9G [5/SNV-VP]" in text

    def test_a_quota_without_a_document_does_not_pass(self) -> None:
        found = review(proposal(changed({**PEOPLE[0], "quota": "9G"}, *PEOPLE[1:])), DAY)
        assert [finding.rule.id for finding in binding(found.findings)] == ["history-quota"]

    def test_each_person_with_day_title_document_request_and_pin(self) -> None:
        entry = {
            **person("9", "Vàng A Páo", {**event("recruited", "2020-03-01", "5/QĐ-SNV"), "request": "6/SNV-VP"}),  # type: ignore[dict-item]
            "title": "Chuyên viên",
            "unit": "Văn phòng",
            "address": "paova-snv",
            "address_document": "3/SNV-VP",
        }
        text = self.unfolded(changed(*PEOPLE, entry))
        assert (
            "- 2020-03-01, 5/QĐ-SNV, request 6/SNV-VP: create (recruited)\n"
            "  - Vàng A Páo (9), Chuyên viên, Văn phòng, paova-snv, address by 3/SNV-VP\n"
        ) in text

    def test_ten_closings_on_ten_days_have_ten_days(self) -> None:
        people = [person(f"1{n:02}", f"Vàng A {_word(n)}", "2019-01-01") for n in range(60)]
        ends = [event("retired", f"2020-01-{n + 2:02}", f"7{n}/QĐ-SNV") for n in range(10)]
        left = [{**entry, "closed": end} for entry, end in zip(people, ends, strict=False)]
        text = self.unfolded(changed(*PEOPLE, *left, *people[10:]), changed(*PEOPLE, *people))
        for n in range(10):
            assert f"- 2020-01-{n + 2:02}, 7{n}/QĐ-SNV: close (retired)\n  - Vàng A {_word(n)} (1{n:02})" in text

    def test_those_of_one_document_stand_together(self) -> None:
        many = [person(f"1{n}", f"Vàng A {_word(n)}", event("recruited", "2020-03-01", "5/QĐ-SNV")) for n in range(3)]
        text = self.unfolded(changed(*PEOPLE, *many))
        assert text.count("5/QĐ-SNV: create (recruited)") == 1
        assert text.partition("5/QĐ-SNV: create (recruited)\n")[2].count("\n  - Vàng A") == 2

    def test_somebody_who_moves_is_told_once_with_both_addresses(self) -> None:
        left = {**PEOPLE[0], "closed": event("transferred", "2020-02-01", "7/QĐ-UBND")}
        come = person("000", "Lò Thị Mai Hoa An", event("transferred", "2020-02-01", "7/QĐ-UBND"))
        other = agency("stttt", come, parent="ubnd")
        text = comment(proposal(changed(left, *PEOPLE[1:], **{"agencies/stttt.yml": other})))
        assert "- 2020-02-01, 7/QĐ-UBND: move (transferred" in text
        assert "  - Lò Thị Mai Hoa An (000), ltmhan-snv → ltmhan-stttt" in text
        assert text.partition("### Plan")[0].count("Lò Thị Mai Hoa An") == 1

    def test_the_order_of_weight(self) -> None:
        new = {"person": "001", "document": "2/GUQ-SNV", "date": "2020-01-01", "as": "delegate", "key": KEY}
        spell = {"document": "9/QĐ-SNV", "date": "2019-05-01"}
        ended = {**spell, "ended": {"document": "10/QĐ-SNV", "date": "2020-01-01"}}
        pin = {"address": "paova-snv", "address_document": "3/SNV-VP"}
        before = [PEOPLE[0], PEOPLE[1], {**PEOPLE[2], "suspended": [spell]}, PEOPLE[3]]
        leader = {**PEOPLE[3], "leader": "true", "quota": "9G", "quota_document": "5/SNV-VP"}
        now = [
            *PEOPLE[:2],
            {**PEOPLE[2], "suspended": [ended]},
            leader,
            {**person("9", "Vàng A Páo", "2019-12-01"), **pin},
        ]
        then, later = (
            {**BEFORE, "agencies/snv.yml": agency("snv", *people, parent="ubnd", custodians=[self.HEAD, *more])}
            for people, more in ((before, []), (now, [new]))
        )
        text = self.unfolded(later, then)
        places = [
            text.index(heading)
            for heading in (
                "Custodians and keys",
                "Pinned",
                "Unlocked",
                "Leaders",
                "Quotas",
                "People and agencies",
                "Plan",
            )
        ]
        assert places == sorted(places)

    def test_what_must_be_corrected_stands_before_what_is_compared(self) -> None:
        text = comment(proposal(changed({**PEOPLE[0], "quota": "9G"}, *PEOPLE[1:])))
        assert text.index("`history-quota`") < text.index("Quotas: compare")


class TestDaysTogether:
    """What a change does on one day and on those to come, as one plan."""

    CREATED = Action("create", "official", "1", "x@laocai.gov.vn", "a", "Lò An", "1/QĐ-A", "2020-01-01", {}, {})
    CLOSED = CREATED._replace(action="close", id="2")
    FIRST = Plan("c" * 64, DAY, (CLOSED, CREATED), (Refusal(plan.DAY, {}),), Changes((), (), ()))

    def test_one_day_is_its_plan(self) -> None:
        assert together([self.FIRST]) == replace(self.FIRST, actions=(self.CREATED, self.CLOSED))

    def test_each_thing_once_as_it_is_first(self) -> None:
        again = self.CREATED._replace(document="2/QĐ-A")
        later = self.CREATED._replace(id="3", agency="0")
        second = replace(self.FIRST, day=date(2020, 6, 1), actions=(again, later))
        made = together([self.FIRST, second])
        assert made == replace(self.FIRST, day=second.day, actions=(later, self.CREATED, self.CLOSED), refused=())

    def test_two_names_on_two_days_are_two_things(self) -> None:
        first, second = event("renamed", "2020-02-01", "5/QĐ-SNV"), event("renamed", "2020-03-01", "6/QĐ-SNV")
        people = [
            {**PEOPLE[0], "closed": first},
            *PEOPLE[1:],
            {**person("000", "Lò Thị Mai Bình", first), "closed": second},
            person("000", "Lò Thị Mai Cúc", second),
        ]
        text = comment(proposal(changed(*people)))
        names = "rename, readdress: ltmhan-snv@laocai.gov.vn (Lò Thị Mai Hoa An → Lò Thị Mai {}) → {}-snv@laocai.gov.vn"
        places = [text.index(names.format(*each)) for each in (("Bình", "ltmbinh"), ("Cúc", "ltmcuc"))]
        assert places == sorted(places)
        assert "Said anew" not in text

    def test_a_suspension_that_goes_on_for_longer_says_its_former_end(self) -> None:
        spell = {"document": "9/QĐ-SNV", "date": "2019-12-01", "until": "2020-03-01"}
        before = changed({**PEOPLE[0], "suspended": [spell]}, *PEOPLE[1:])
        longer = changed({**PEOPLE[0], "suspended": [{**spell, "until": "2020-06-01"}]}, *PEOPLE[1:])
        assert "- 2019-12-01 → 2020-06-01, 9/QĐ-SNV: suspend, until 2020-03-01 → 2020-06-01\n" in comment(
            proposal(longer, before)
        )


class TestLength:
    def test_a_plan_that_is_too_long_says_where_the_rest_is(self) -> None:
        many = [person(f"{n:04d}", f"Trần Văn {_word(n)}", "2019-01-01") for n in range(1500)]
        unit = [agency(f"dv{n}", *many[n * 50 : n * 50 + 50], parent="ubnd") for n in range(30)]
        result = {**BEFORE, **{f"agencies/dv{n}.yml": text for n, text in enumerate(unit)}}
        text = markdown(review(proposal(result), DAY), "en", "plan.json")
        assert 60_000 < len(text) <= 65_536
        assert "see plan\\.json" in text
        assert text.count("<details>") == text.count("</details>") == 1

    def test_what_there_is_no_room_for_is_no_green_headline(self) -> None:
        """Nobody hides one line by many others: those that are left out are counted at the top."""
        opened = event("recruited", "2020-03-01", "5/QĐ-SNV")
        many = [person(f"{n:04d}", f"Trần Văn {_word(n)}", opened, title="Chuyên viên " + "x" * 90) for n in range(400)]
        quiet = {**person("9", "Vàng A Páo", opened), "leader": "true"}
        found = review(proposal(changed(*PEOPLE, *many, quiet)), DAY)
        assert found.passed
        text = markdown(found, "en", "plan.json").replace("\\", "")
        assert re.search(r"^## ⚠️ No errors, but \d+ lines to compare do not fit here", text, re.M)
        assert "more lines do not fit here; see plan.json" in text
        assert "- snv: Vàng A Páo (9) becomes a leader" in text
        few = review(proposal(changed(*PEOPLE, *many[:20], quiet)), DAY)
        assert "## ✅ No errors" in markdown(few, "en")

    def test_findings_leave_room_for_the_plan(self) -> None:
        title = "Chuyên viên <script>" + "*" * 150
        many = [{**person(f"{n:04d}", "Trần Văn A", "2019-01-01"), "colour": title} for n in range(2000)]
        text = markdown(review(proposal(changed(*PEOPLE, *many)), DAY), "vi")
        assert len(text) <= 65_536
        assert "danhba check" in text


@given(values=st.lists(st.text(st.characters(codec="utf-8"), max_size=60), min_size=4, max_size=4))
@example(values=["x", "@laocai/all ![x](http://e.example) <img src=x> [a](b) `c`", "a`b`<b>|_x_", "*k*: #1"])
@example(values=["&commat;laocai/all", "&lt;img src=x&gt; &#64;all", "&#x40;all &nbsp;", "&amp;commat;all"])
@example(values=["<!-- x", "# h\n## h\n/close\n::error::x", "http://e.example www.e.example", "~~x~~"])
@settings(max_examples=60)
def test_values_of_any_kind_stay_text(values: list[str]) -> None:
    """No line of its own, no mention, no markup, no HTML: whatever a proposal writes into names, keys and paths."""
    name, title, path, key = values
    entry = {**person("9", name or "x", "2019-01-01"), "title": title or "x", f"k{key}": "x"}
    text = markdown(review(proposal(changed(*PEOPLE, entry), outside=(path,)), DAY), "vi")
    rendered = list(_tokens(MarkdownIt("commonmark").enable("table").parse(text)))
    assert {token.type for token in rendered} <= MARKUP
    html = [token.content.strip() for token in rendered if token.type.startswith("html_")]
    assert all(re.fullmatch(HTML, part) for part in html)
    assert not [token for token in rendered if token.type == "heading_open" and token.tag not in ("h2", "h3")]
    # No entity but the one that protects from mentions, as there is none in the values either.
    assert set(re.findall(r"&(?:#?\w+);", text)) <= {"&#8203;", "&amp;"}
    # Forges look for mentions in what it renders to; GitLab runs lines such as /close, runners such as ::error.
    assert not re.search(r"(?<!\w)@(?!&#8203;)(?=\w)", text.replace("\\@", "@"))
    assert not re.search(r"(?m)^\s*(/|::)", text)


# What the comment itself is made of; no link, no image, no code but the names of rules.
MARKUP = {
    *("inline", "text", "text_special", "softbreak", "hardbreak", "code_inline", "fence", "html_block", "html_inline"),
    *(f"{name}_{end}" for name in ("paragraph", "heading", "strong", "em", "bullet_list", "list_item") for end in OPEN),
    *(f"{name}_{end}" for name in ("table", "thead", "tbody", "tr", "th", "td", "blockquote") for end in OPEN),
}
HTML = r"<!-- danhba-review -->|<details><summary>[^<]*</summary>|</?details>|</?summary>"


def _tokens(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _tokens(token.children or [])


class TestCommand:
    @pytest.fixture
    def repository(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.chdir(tmp_path)
        write(tmp_path / "directory", BEFORE)
        git(tmp_path, "init", "--quiet")
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "--quiet", "--message", "Sổ")
        git(tmp_path, "branch", "base")
        write(tmp_path / "directory", changed(*PEOPLE, person("9", "Vàng A Páo", "2019-01-01")))
        git(tmp_path, "commit", "--quiet", "--all", "--message", "Thêm")
        return tmp_path

    def test_the_comment_and_the_plan_go_to_files(self, repository: Path) -> None:
        arguments = ["review", "--base", "base", "--format", "json", "--comment", "c.md", "--out", "plan.json"]
        done = CliRunner().invoke(main, arguments)
        assert (done.exit_code, [found["rule"] for found in json.loads(done.stdout)]) == (0, ["history-back"])
        assert (repository / "c.md").read_text(encoding="utf-8").startswith(MARKER)
        assert json.loads((repository / "plan.json").read_text(encoding="utf-8"))["counts"]["create"] == 1

    def test_what_may_not_be_merged_ends_with_1(self, repository: Path) -> None:
        write(repository / "directory", changed(*PEOPLE[1:]))
        git(repository, "commit", "--quiet", "--all", "--message", "Bớt")
        done = CliRunner().invoke(main, ["review", "--base", "base", "--comment", "c.md"])
        assert done.exit_code == 1
        assert "history-entry-removed" in (repository / "c.md").read_text(encoding="utf-8")

    def test_what_is_compared_is_in_the_whole_plan_for_programs(self, repository: Path) -> None:
        write(repository / "directory", changed({**PEOPLE[0], "leader": "true"}, *PEOPLE[1:]))
        git(repository, "commit", "--quiet", "--all", "--message", "Lãnh đạo")
        CliRunner().invoke(main, ["review", "--base", "base", "--out", "plan.json"])
        made = json.loads((repository / "plan.json").read_text(encoding="utf-8"))
        assert [each["person"] for each in made["compared"]["leaders"]] == ["000"]
        shown = CliRunner().invoke(main, ["plan", "--against", "base", "--format", "json"]).stdout
        assert json.loads(shown)["compared"] == made["compared"]
        text = CliRunner().invoke(main, ["--lang", "en", "plan", "--against", "base"]).stdout
        assert "leader: snv: Lò Thị Mai Hoa An (000) becomes a leader" in text
        assert "compared" not in json.loads(
            CliRunner().invoke(main, ["plan", "--against", "empty", "--format", "json"]).stdout
        )

    def test_the_proposal_is_committed_work(self, repository: Path) -> None:
        (repository / "directory/agencies/snv.yml").write_text("nonsense", encoding="utf-8")
        assert CliRunner().invoke(main, ["review", "--base", "base"]).exit_code == 0
        assert CliRunner().invoke(main, ["review", "--base", "HEAD", "--proposal", "base"]).exit_code == 0

    @pytest.mark.parametrize("option", ["--base", "--proposal"])
    @pytest.mark.parametrize("revision", ["nowhere", "--output=x", "base:directory"])
    def test_what_git_does_not_know(self, repository: Path, option: str, revision: str) -> None:
        done = CliRunner().invoke(main, ["--lang", "en", "review", "--base", "base", option, revision])
        assert done.exit_code == 2
        assert "git" in done.stderr

    @pytest.mark.parametrize("option", ["--base", "--proposal"])
    def test_no_revision_at_all(self, repository: Path, option: str) -> None:
        done = CliRunner().invoke(main, ["--lang", "en", "review", "--base", "base", option, ""])
        assert (done.exit_code, "such as origin/main" in done.stderr) == (2, True)

    def test_a_directory_that_is_mistyped(self, repository: Path) -> None:
        done = CliRunner().invoke(main, ["--lang", "en", "review", "directoy", "--base", "HEAD"])
        assert done.exit_code == 2
        assert "there is no directory directoy" in done.stderr

    def test_a_repository_without_files(self, repository: Path) -> None:
        git(repository, "clone", "--quiet", "--bare", ".", "bare")
        done = CliRunner().invoke(main, ["--lang", "en", "review", "bare", "--base", "HEAD"])
        assert done.exit_code == 2
        assert "bare is in a repository without files (bare)" in done.stderr

    def test_no_repository(self, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        shutil.rmtree(repository / ".git")
        monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(repository.parent))
        done = CliRunner().invoke(main, ["--lang", "en", "review", "--base", "HEAD"])
        assert (done.exit_code, "directory is in no git repository" in done.stderr) == (2, True)

    @pytest.mark.parametrize("folder", ["a\nb", "a\n", " "])
    def test_a_path_with_a_line_break(self, repository: Path, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
        git(repository, "clone", "--quiet", ".", folder)
        git(repository / folder, "mv", "directory", folder)
        git(repository / folder, "commit", "--quiet", "--message", "Moved")
        git(repository / folder, "branch", "moved")
        monkeypatch.chdir(repository / folder)
        write(repository / folder / folder, BEFORE)
        git(repository / folder, "commit", "--quiet", "--all", "--message", "Taken back")
        done = CliRunner().invoke(main, ["--lang", "en", "review", folder, "--base", "moved"])
        assert done.exit_code == 1, done.stderr
        assert "history-entry-removed" in done.stdout
        assert "Files outside" not in done.stdout

    def test_what_is_not_fetched_is_no_other_history(self, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        git(repository, "checkout", "--quiet", "-b", "main2", "base")
        git(repository, "commit", "--quiet", "--allow-empty", "--message", "Meanwhile")
        git(repository, "clone", "--quiet", "--depth", "1", "--no-single-branch", f"file://{repository}", "shallow")
        monkeypatch.chdir(repository / "shallow")
        arguments = ["--lang", "en", "review", "--base", "origin/main2", "--proposal", "origin/main"]
        done = CliRunner().invoke(main, arguments)
        assert (done.exit_code, "git fetch --unshallow" in done.stderr) == (2, True)
        git(repository / "shallow", "fetch", "--quiet", "--unshallow")
        assert CliRunner().invoke(main, arguments).exit_code == 0

    def test_attributes_that_change_the_register_are_refused(self, repository: Path) -> None:
        (repository / ".gitattributes").write_text("*.yml working-tree-encoding=UTF-16\n", encoding="utf-8")
        git(repository, "add", ".gitattributes")
        git(repository, "commit", "--quiet", "--message", "Thuộc tính")
        done = CliRunner().invoke(main, ["--lang", "en", "review", "--base", "base", "--format", "json"])
        assert done.exit_code == 1
        found = [each for each in json.loads(done.stdout) if each["severity"] == "error"]
        assert [(each["rule"], each["file"], each["line"], each["column"]) for each in found] == [
            ("file-attributes", ".gitattributes", 1, 7)
        ]

    def test_a_guard_that_is_taken_away_is_told_as_gone(self, repository: Path) -> None:
        git(repository, "checkout", "--quiet", "base")
        (repository / "CODEOWNERS").write_text("* @x\n", encoding="utf-8")
        git(repository, "add", "CODEOWNERS")
        git(repository, "commit", "--quiet", "--message", "Owners")
        git(repository, "branch", "--force", "owned")
        git(repository, "rm", "--quiet", "CODEOWNERS")
        git(repository, "commit", "--quiet", "--message", "No owners")
        shown = CliRunner().invoke(main, ["--lang", "en", "review", "--base", "owned"]).stdout.replace("\\", "")
        assert "- CODEOWNERS: TAKEN AWAY: it says who has to approve which file" in shown
        assert "## ⚠️" in shown

    def closing(self, repository: Path, branch: str, *left: int) -> None:
        git(repository, "checkout", "--quiet", "-b", branch, "base")
        people = [{**p, "closed": event("retired", "2020-01-15")} if n in left else p for n, p in enumerate(PEOPLE)]
        write(repository / "directory", changed(*people))
        git(repository, "commit", "--quiet", "--all", "--message", branch)

    def test_open_proposals_of_the_same_agency_are_judged_together(self, repository: Path) -> None:
        self.closing(repository, "7", 0)
        self.closing(repository, "8", 1)
        arguments = ["--lang", "en", "review", "--base", "base", "--proposal", "8", "--as-of", "2020-01-01"]
        alone = CliRunner().invoke(main, arguments)
        assert (alone.exit_code, "plan-together" in alone.stdout) == (0, False)
        both = CliRunner().invoke(main, [*arguments, "--open", "7", "--open", "8"])
        shown = both.stdout.replace("\\", "")
        assert both.exit_code == 0
        assert "## ⚠️ No errors, but it is too much together" in shown
        assert "closing or suspending 2 of 5 mailboxes of snv together with #7, but at most 1 at once" in shown

    def test_what_is_merged_and_not_applied_is_judged_together(self, repository: Path) -> None:
        self.closing(repository, "merged", 0)
        git(repository, "checkout", "--quiet", "-b", "more", "merged")
        left = [{**p, "closed": event("retired", "2020-01-15")} for p in PEOPLE[:2]]
        write(repository / "directory", changed(*left, *PEOPLE[2:]))
        git(repository, "commit", "--quiet", "--all", "--message", "more")
        arguments = ["--lang", "en", "review", "--base", "merged", "--proposal", "more", "--as-of", "2020-01-01"]
        assert "plan-together" not in CliRunner().invoke(main, arguments).stdout
        done = CliRunner().invoke(main, [*arguments, "--applied", "base"])
        assert (done.exit_code, "plan-together" in done.stdout) == (0, True)
        assert "plan-together" not in CliRunner().invoke(main, [*arguments, "--applied", "merged"]).stdout

    def test_an_open_proposal_that_cannot_be_read_stops_no_other(self, repository: Path) -> None:
        git(repository, "checkout", "--quiet", "--orphan", "odd")
        git(repository, "rm", "--quiet", "-r", "--force", ".")
        git(repository, "commit", "--quiet", "--allow-empty", "--message", "Nothing")
        self.closing(repository, "8", 1)
        arguments = ["--lang", "en", "review", "--base", "base", "--proposal", "8", "--as-of", "2020-01-01"]
        assert CliRunner().invoke(main, [*arguments, "--open", "odd"]).exit_code == 0

    @pytest.mark.parametrize("option", ["--open", "--applied"])
    def test_a_ref_that_git_does_not_know(self, repository: Path, option: str) -> None:
        done = CliRunner().invoke(main, ["--lang", "en", "review", "--base", "base", option, "nowhere"])
        assert (done.exit_code, "git does not know nowhere" in done.stderr) == (2, True)

    def test_dotfiles_and_folders_beside_the_agencies_are_named(self, repository: Path) -> None:
        names = (".gitattributes", ".gitignore", "sub/.keep", "sub/x.yml", ".sub/x.yml")
        for name in names:
            (repository / "directory/agencies" / name).parent.mkdir(exist_ok=True)
            (repository / "directory/agencies" / name).write_text("x\n", encoding="utf-8")
        git(repository, "add", "--force", ".")
        git(repository, "commit", "--quiet", "--message", "Dots")
        done = CliRunner().invoke(main, ["--lang", "en", "review", "--base", "base"])
        shown = done.stdout.replace("\\", "")
        assert [name for name in names if f"- directory/agencies/{name}: " not in shown] == []
        assert "directory/agencies/sub:1:1** `file-name`" in shown
        assert "- directory/agencies/snv.yml" not in shown
        assert done.exit_code == 1

    def test_too_large_is_not_gone(self, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (repository / "directory/agencies/moi.yml").touch()
        git(repository, "add", ".")
        git(repository, "commit", "--quiet", "--message", "One more")
        monkeypatch.setattr(source, "LARGEST_FILES", len(BEFORE))
        done = CliRunner().invoke(main, ["--lang", "en", "review", "--base", "base"])
        assert (done.exit_code, "there are more than" in done.stderr) == (2, True)

    def test_a_register_at_the_root_of_its_repository(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(write(tmp_path, BEFORE))
        git(tmp_path, "init", "--quiet")
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "--quiet", "--message", "Sổ")
        (tmp_path / "README.md").touch()
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "--quiet", "--message", "Thêm")
        done = CliRunner().invoke(main, ["--lang", "en", "review", ".", "--base", "HEAD~"])
        assert done.exit_code == 0
        assert "README" in done.stdout
        assert "/agencies/ubnd.yml @laocai/ubnd" in CliRunner().invoke(main, ["codeowners", "."]).stdout


def test_a_review_believes_no_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who could write there, such as another job of the same runner, would say what is found."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert review(proposal(BEFORE), DAY).findings == []
    assert list(tmp_path.iterdir()) == []


class TestWhatDoesNotComeToPass:
    BY: Mapping[str, str] = {"document": "7/QĐ-SNV", "date": "2019-12-20"}
    RETIRED = event("retired", "2020-03-01", "5/QĐ-SNV")
    MERGED = changed({**PEOPLE[0], "closed": RETIRED}, *PEOPLE[1:], person("9", "Vàng A Páo", "2020-03-01"))

    def withdrawn(self, what: Any) -> Any:
        return {**what, "withdrawn": dict(self.BY)}

    def made(self) -> Proposal:
        """One who stays, one who never comes, and a namesake of another agency who does retire later."""
        stays = {**PEOPLE[0], "withdrawn": [self.withdrawn(self.RETIRED)]}
        never = person("9", "Vàng A Páo", self.withdrawn(event("recruited", "2020-03-01", "19/QĐ-UBND")))
        retiring = {**PEOPLE[1], "closed": event("retired", "2020-04-01")}
        return proposal(changed(stays, retiring, *PEOPLE[2:], never), self.MERGED)

    def test_is_said_in_words_for_reviewers_to_compare(self) -> None:
        found = review(self.made(), DAY)
        assert found.passed, found.findings
        text = comment(self.made())
        assert "Withdrawn before its day" in text
        line = (
            "snv: Lò Thị Mai Hoa An (000): retired, from 2020-03-01 on, 5/QĐ-SNV; withdrawn by 7/QĐ-SNV of 2019-12-20"
        )
        assert f"- {line}" in text
        assert "- snv: Vàng A Páo (9): recruited, from 2020-03-01 on, 19/QĐ-UBND; withdrawn by 7/QĐ-SNV" in text
        assert "thu hồi theo 7/QĐ-SNV, ngày 2019-12-20" in comment(self.made(), "vi")

    def test_is_not_told_as_past(self) -> None:
        """Nobody is opened again who was never closed; the one who does retire is still seen."""
        plan_ = review(self.made(), DAY).plan
        assert plan_ is not None
        assert [(action.action, action.id) for action in plan_.actions] == [("close", "001")]

    def test_is_said_once(self) -> None:
        before = changed({**PEOPLE[0], "withdrawn": [self.withdrawn(self.RETIRED)]}, *PEOPLE[1:])
        made = proposal({**before, "agencies/ubnd.yml": BEFORE["agencies/ubnd.yml"] + "\n"}, before)
        assert "Withdrawn before its day" not in comment(made)

    def test_nothing_is_withdrawn_on_its_day(self) -> None:
        """By the day of the review, whatever day the author's machine had."""
        found = review(self.made(), date(2020, 3, 1))
        assert {finding.rule.id for finding in binding(found.findings)} >= {"history-withdrawn"}
        assert not found.passed


def test_another_name_is_seen_unfolded_and_is_no_closing() -> None:
    left, came = event("renamed", "2020-02-01", "5/QĐ-SNV"), event("renamed", "2020-02-01", "5/QĐ-SNV")
    made = proposal(changed({**PEOPLE[0], "closed": left}, *PEOPLE[1:], person("000", "Lò Thị Hương", came)))
    found = review(made, DAY)
    assert found.passed
    assert found.plan is not None
    assert {action: count for action, count in found.plan.counts.items() if count} == {"readdress": 1}
    unfolded = comment(made, "vi").partition("<details>")[0]
    line = "(Lò Thị Mai Hoa An → Lò Thị Hương) → lthuong-snv@laocai.gov.vn [5/QĐ-SNV]"
    assert re.search(rf"- đổi tên, đổi địa chỉ: \S+ {re.escape(line)}", unfolded)


class TestWhatDoesNotComeToPassOfAnAgency:
    """Its closing, a hand-over and a change that are taken back are told as such; nothing of them is told as past."""

    BY: Mapping[str, str] = {"document": "7/QĐ-UBND", "date": "2019-12-20"}
    HEAD: Mapping[str, str] = {"person": "000", "document": "1/QĐ-UBND", "date": "2010-10-15", "as": "head"}
    NEXT: Mapping[str, str] = {"person": "001", "document": "2/QĐ-UBND", "date": "2020-02-01", "as": "head"}
    OFFICE: Mapping[str, str] = {"document": "3/QĐ-UBND", "date": "2020-02-01", "kind": "office"}
    ENDS: Mapping[str, str] = {"document": "4/QĐ-UBND", "date": "2020-03-01", "event": "dissolved"}

    def made(self) -> Proposal:
        stated: dict[str, Any] = {"parent": "ubnd", "changes": [self.OFFICE], "custodians": [self.HEAD, self.NEXT]}
        before = {**BEFORE, "agencies/snv.yml": agency("snv", *PEOPLE, **stated)}
        before["agencies/svh.yml"] = agency("svh", parent="ubnd", closed=dict(self.ENDS))
        change, handover, closing = (
            {**each, "withdrawn": dict(self.BY)} for each in (self.OFFICE, self.NEXT, self.ENDS)
        )
        stated |= {"changes": [change], "custodians": [self.HEAD, handover]}
        now = {**before, "agencies/snv.yml": agency("snv", *PEOPLE, **stated)}
        now["agencies/svh.yml"] = agency("svh", parent="ubnd", withdrawn=[closing])  # type: ignore[list-item]
        return proposal(now, before)

    def test_is_said_in_words_for_reviewers_to_compare(self) -> None:
        found = review(self.made(), DAY)
        assert found.passed, found.findings
        text, vietnamese = comment(self.made()), comment(self.made(), "vi")
        section = text.partition("Withdrawn before its day")[2].partition("\n\n**")[0]
        by = "withdrawn by 7/QĐ-UBND of 2019-12-20"
        for line in (
            f"- snv: what the agency is, from 2020-02-01 on, 3/QĐ-UBND; {by}\n",
            f"- snv: Lò Thị Mai Hoa Ban (001): contact mailbox, from 2020-02-01 on, 2/QĐ-UBND; {by}\n",
            f"- svh: dissolved, without a successor, from 2020-03-01 on, 4/QĐ-UBND; {by}\n",
        ):
            assert line in f"{section}\n"
        assert "- svh: giải thể, không có cơ quan kế thừa từ ngày 2020-03-01 theo 4/QĐ-UBND; thu hồi theo" in vietnamese

    def test_is_not_told_as_past(self) -> None:
        plan_ = review(self.made(), DAY).plan
        assert plan_ is not None
        assert plan_.actions == ()
        assert "Taken out" not in comment(self.made())

    def test_nothing_is_withdrawn_on_its_day(self) -> None:
        """By the day of the review, whatever day the author's machine had."""
        found = review(self.made(), date(2020, 2, 1))
        late = [finding for finding in binding(found.findings) if finding.rule.id == "history-withdrawn"]
        assert [finding.where.object for finding in late] == ["snv", "snv"]
        assert not found.passed
