"""The comment on a proposal, part by part."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from danhba.governance import comment, descriptions, outside
from danhba.governance.proposal import Proposal
from danhba.governance.review import Moved, Review
from danhba.model.findings import Finding, Rule, Severity, Where
from danhba.model.place import Place
from danhba.model.register import Event, Issuance
from danhba.planning import plan
from danhba.planning.compared import CLOSED, OPENED, SUSPENDED, Cited, Compared, Described, Gone
from danhba.planning.plan import Action, Changes, Plan, Refusal
from danhba.rendering.plan import LONGEST_MARKDOWN

PROPOSAL = Proposal(
    target="origin/main",
    target_commit="a" * 40,
    commit="b" * 40,
    behind=0,
    related=True,
    conflicts=(),
    appended=(),
    outside=(),
    before=[],
    ancestor=[],
    own=[],
    result=[],
)
REVIEW = Review(PROPOSAL, date(2020, 1, 1), [], 0, None, [], [], [])
ERROR = Rule("x-error", Severity.ERROR, "R4.2", "the name {name}")
ADVICE = Rule("x-advice", Severity.ADVICE, "R7.3", "better {name}")
PLAN = Plan("c" * 64, date(2020, 1, 1), (), (), Changes((), (), ()))
REFUSED = replace(PLAN, refused=(Refusal(plan.DAY, {"day": "2020-01-01", "applied": "2020-01-02"}),))
STEPS = """\
```sh
git fetch
git rebase origin/main
# in each file: delete the lines <<<<<<< ======= >>>>>>>, and keep what both sides mean
git add -u
git -c core.editor=true rebase --continue
git push --force-with-lease
```"""


def found(rule: Rule, line: int = 3) -> Finding:
    return rule.at(Where("directory/agencies/a.yml", Place(line, 7), "a/1"), name="Lò *An*")


def conflict(proposal: Proposal) -> list[str]:
    return list(comment._conflict(proposal, "en"))


def test_conflict_in_lines_of_the_register_is_ended_by_two_commands_of_the_clerk() -> None:
    _what, _way, steps = conflict(replace(PROPOSAL, conflicts=("a.yml",), result=None))
    assert steps == "```sh\ndanhba again\ndanhba send\n```"


def test_conflict_beside_the_register_is_ended_by_steps_that_can_be_typed_as_they_stand() -> None:
    _what, _way, steps = conflict(replace(PROPOSAL, conflicts=("a.yml",)))
    assert steps == STEPS


def test_what_was_only_appended_needs_two_commands() -> None:
    *_others, steps = conflict(replace(PROPOSAL, conflicts=("a.yml",), appended=("a.yml",)))
    assert steps == "```sh\ndanhba update\ndanhba send\n```"


def test_a_branch_cannot_end_the_fence() -> None:
    *_others, steps = conflict(replace(PROPOSAL, target="`o`r\n```\nigin", conflicts=("a.yml",)))
    assert steps.splitlines()[2] == "git rebase or\\u000a\\u000aigin"


@pytest.mark.parametrize(
    ("result", "appended", "way"),
    [
        (None, (), "each command is run again with its answers"),
        (None, ("a.yml",), "each command is run again with its answers"),
        ([], ("a.yml",), "yours come after them, at the end"),
        ([], (), "What follows is about the register"),
    ],
)
def test_the_way_out_of_a_conflict(result: list[object] | None, appended: tuple[str, ...], way: str) -> None:
    told = conflict(replace(PROPOSAL, conflicts=("a.yml",), appended=appended, result=result))  # type: ignore[arg-type]
    assert "a.yml" in told[0].replace("\\", "")
    assert way in told[1]


@pytest.mark.parametrize(("count", "named"), [(comment.NAMED, comment.NAMED), (comment.NAMED + 1, comment.NAMED)])
def test_of_many_conflicts_some_are_named(count: int, named: int) -> None:
    told = conflict(replace(PROPOSAL, conflicts=tuple(f"f{number:03}" for number in range(count))))
    assert told[0].count("f0") == named


def test_who_gets_another_address_because_of_whom() -> None:
    issuance = Issuance("000105", "Lò Thị *Mai*", Event("1/QĐ-UBND", date(2020, 1, 1), "recruited"))
    told = comment._moved(Moved(issuance, "ltmai-stttt", "mailt-stttt", "Lê Thị Mai"), "en")
    assert told.replace("\\", "") == (
        "Lò Thị *Mai* (000105) gets the address mailt-stttt, because Lê Thị Mai got ltmai-stttt first."
    )
    assert "\\*Mai\\*" in told


@pytest.mark.parametrize(("count", "named"), [(comment.NAMED, comment.NAMED), (comment.NAMED + 1, comment.NAMED)])
def test_of_many_moves_some_are_told(count: int, named: int) -> None:
    issuance = Issuance("000105", "Lò Mai", Event("1/QĐ-UBND", date(2020, 1, 1), "recruited"))
    moved = [Moved(issuance, "lmai", "mail", "Lê Mai")] * count
    *_others, told = comment._situation(replace(REVIEW, moved=moved), "en")
    assert [line[:9] for line in told.splitlines()] == ["- Lò Mai "] * named


def test_a_finding_has_its_place_rule_clause_and_message() -> None:
    assert comment._item(found(ERROR), "en") == (
        "- 🛑 **directory/agencies/a\\.yml\\:3\\:7** `x-error` (R4.2)  \n  the name Lò \\*An\\*"
    )


def test_errors_come_before_advice() -> None:
    back = replace(ADVICE, id="history-x")
    findings = [found(ADVICE, 1), found(ERROR, 2), found(ADVICE, 3), found(back, 4), found(ERROR, 5), found(back, 6)]
    assert [finding.where.place.line for finding in comment._in_order(findings)] == [2, 5, 4, 6, 1, 3]


def test_the_commits_that_were_looked_at() -> None:
    first, *_more = comment._situation(REVIEW, "en")
    assert first.replace("\\", "") == "Looked at: commit bbbbbbbbbb, merged into origin/main (aaaaaaaaaa)."


def test_more_findings_and_more_days_are_counted() -> None:
    text = comment.markdown(replace(REVIEW, known=3, more=[date(2026, 12, 1), date(2027, 1, 1)]), "en").replace(
        "\\", ""
    )
    assert "3 more findings are in origin/main already." in text
    assert "This change also does something on 2026-12-01, 2027-01-01, not shown here" in text
    assert "danhba plan --against origin/main --as-of 2026-12-01." in text
    plain = comment.markdown(REVIEW, "en")
    assert "more findings" not in plain
    assert "also does something" not in plain


@pytest.mark.parametrize(
    ("review", "headline"),
    [
        (replace(REVIEW, proposal=replace(PROPOSAL, related=False)), "⚠️ This change cannot be merged as it is"),
        (replace(REVIEW, proposal=replace(PROPOSAL, conflicts=("a",))), "⚠️ This change cannot be merged as it is"),
        (
            replace(REVIEW, findings=[found(ERROR), found(ADVICE)]),
            "🛑 1 errors are to be corrected before this can be approved",
        ),
        (
            replace(REVIEW, findings=[found(ADVICE)]),
            "🛑 origin/main itself has errors, and no plan can be made; correct them first",
        ),
        (replace(REVIEW, plan=REFUSED), "🛑 The plan is refused"),
        (replace(REVIEW, plan=PLAN, findings=[found(ADVICE)]), "✅ No errors: read the plan before approving"),
    ],
)
def test_the_headline_says_what_comes_first(review: Review, headline: str) -> None:
    assert comment._headline(review, "en").replace("\\", "") == headline


@pytest.mark.parametrize(
    ("review", "passed"),
    [
        (replace(REVIEW, plan=PLAN), True),
        (replace(REVIEW, plan=PLAN, findings=[found(ADVICE)]), True),
        (replace(REVIEW, plan=PLAN, findings=[found(ERROR)]), False),
        (replace(REVIEW, plan=REFUSED), False),
        (REVIEW, False),
        (replace(REVIEW, plan=PLAN, proposal=replace(PROPOSAL, related=False)), False),
        (replace(REVIEW, plan=PLAN, proposal=replace(PROPOSAL, conflicts=("a",))), False),
    ],
)
def test_what_may_be_merged_as_it_is(review: Review, passed: bool) -> None:
    assert review.passed is passed


@pytest.mark.parametrize(
    ("review", "heading", "item"),
    [
        (
            replace(REVIEW, settings=[("policy.forward_days", "", "9" * 90)] * 200),
            "Changes of province.yml: the guards of every plan are set there.",
            "policy.forward_days: — → 999",
        ),
        (
            replace(REVIEW, outside=outside.told(("docs/" + "x" * 100,) * 100, (), "")),
            "Files outside the register: not looked at here, and for the operator alone to judge.",
            "docs/xxx",
        ),
    ],
)
def test_a_long_list_is_cut_short_under_its_heading(review: Review, heading: str, item: str) -> None:
    text = comment.markdown(review, "en").replace("\\", "")
    assert f"\n\n**{heading}**\n\n- {item}" in text
    assert 3_500 < len(text) < 8_700
    assert "more lines do not fit here; see danhba check --base origin/main" in text


@pytest.mark.parametrize(("count", "told"), [(comment.DAYS, False), (comment.DAYS + 1, True)])
def test_of_many_days_some_are_named(count: int, told: bool) -> None:
    days = [date(2027, 1, number + 1) for number in range(count)]
    text = comment.markdown(replace(REVIEW, more=days), "en").replace("\\", "")
    assert ("2027-01-05, …, not shown" if told else "2027-01-05, not shown") in text
    assert "2027-01-06" not in text


def test_the_plan_has_its_room_whatever_stands_above_it() -> None:
    created = Action("create", "official", "1", "x@laocai.gov.vn", "a", "Lò An", "1/QĐ-A", "2020-01-01", {}, {})
    full = Review(
        replace(PROPOSAL, outside=("docs/" + "x" * 100,) * 100),
        date(2020, 1, 1),
        [found(ADVICE)] * 2000,
        0,
        replace(PLAN, actions=(created,) * 3000),
        [],
        [],
        [("policy.forward_days", "", "9" * 90)] * 100,
        Compared(
            cited=tuple(CITED._replace(person=f"{number:06}") for number in range(1000)),
            described=(Described("stttt", "000105", "Lò Mai", "title", "x" * 90, "y"),) * 1000,
        ),
    )
    text = comment.markdown(full, "en")
    above, plan_, below = text.partition("### Plan")
    assert len(above) > LONGEST_MARKDOWN - 2 * comment._ROOM_FOR_PLAN
    assert len(above) <= LONGEST_MARKDOWN - comment._ROOM_FOR_PLAN
    assert len(plan_ + below) > comment._ROOM_FOR_PLAN - 2 * comment._ROOM_FOR_MORE
    assert len(text) <= LONGEST_MARKDOWN


def test_findings_leave_their_room_to_the_plan() -> None:
    text = comment.markdown(replace(REVIEW, findings=[found(ERROR)] * 2000), "en").replace("\\", "")
    assert "\n\n**What the check says of it:**\n\n- 🛑" in text
    assert comment._ROOM_FOR_FINDINGS - 1000 < len(text) < comment._ROOM_FOR_FINDINGS + 1000


@pytest.mark.parametrize(("file", "see"), [("", "danhba plan --out FILE"), ("plan.json", "plan.json")])
def test_a_plan_that_is_too_long_says_where_the_whole_is(file: str, see: str) -> None:
    created = Action("create", "official", "1", "x@laocai.gov.vn", "a", "Lò An", "1/QĐ-A", "2020-01-01", {}, {})
    long = replace(REVIEW, plan=replace(PLAN, actions=(created,) * 3000), more=[date(2026, 12, 1)] * 25)
    text = comment.markdown(long, "en", file) if file else comment.markdown(long, "en")
    assert f"more lines do not fit here; see {see}" in text.replace("\\", "")
    assert 64_000 < len(text) <= 65_000
    assert "2026-12-01, …, not shown here" in text


CITED = Cited(
    agency="stttt",
    day="2020-01-01",
    what=OPENED,
    event="recruited",
    person="000105",
    name="Lò Thị Mai",
    title="Chuyên viên",
    unit="Văn phòng",
    document="1/QĐ-STTTT",
    request="2/STTTT-VP",
    until="",
    address="ltmai-stttt",
    address_document="",
)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, "Lò Thị Mai (000105), Chuyên viên, Văn phòng, ltmai-stttt"),
        (
            {"address_document": "3/STTTT-VP"},
            "Lò Thị Mai (000105), Chuyên viên, Văn phòng, ltmai-stttt, address by 3/STTTT-VP",
        ),
        (
            {"address_document": "3/STTTT-VP", "what": CLOSED, "title": ""},
            "Lò Thị Mai (000105), Văn phòng, ltmai-stttt",
        ),
        ({"person": "", "name": "Sở A", "title": "", "unit": "", "address": "x"}, "Sở A (stttt), contact-stttt"),
    ],
)
def test_to_whom_a_document_does_something(changed: dict[str, str], told: str) -> None:
    assert comment._subject(CITED._replace(**changed), "en") == told


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, "2020-01-01, 1/QĐ-STTTT, request 2/STTTT-VP: create (recruited)"),
        ({"request": "", "event": ""}, "2020-01-01, 1/QĐ-STTTT: create"),
        (
            {"what": SUSPENDED, "event": "", "request": "", "until": "2020-02-01"},
            "2020-01-01 → 2020-02-01, 1/QĐ-STTTT: suspend",
        ),
        (
            {"what": SUSPENDED, "event": "", "request": "", "until": "2020-02-01", "until_before": "2020-03-01"},
            "2020-01-01 → 2020-02-01, 1/QĐ-STTTT: suspend, until 2020-03-01 → 2020-02-01",
        ),
        (
            {"what": SUSPENDED, "event": "", "request": "", "until_before": "2020-03-01"},
            "2020-01-01, 1/QĐ-STTTT: suspend, until 2020-03-01 → —",
        ),
    ],
)
def test_what_a_document_does(changed: dict[str, str], told: str) -> None:
    assert comment._deed(CITED._replace(**changed), "en") == told


def test_each_document_has_below_it_to_whom_it_does_that() -> None:
    other = CITED._replace(person="000106", name="Lê Thị Lan", address="ltlan-stttt")
    later = CITED._replace(agency="bqt", day="2020-01-02", person="000107", name="Vàng A Páo", address="vapao-bqt")
    text = comment.markdown(replace(REVIEW, compared=Compared(cited=(later, CITED, other))), "en").replace("\\", "")
    assert text.endswith(
        """

**People and agencies: compare each with its document.**

- 2020-01-01, 1/QĐ-STTTT, request 2/STTTT-VP: create (recruited)
  - Lò Thị Mai (000105), Chuyên viên, Văn phòng, ltmai-stttt
  - Lê Thị Lan (000106), Chuyên viên, Văn phòng, ltlan-stttt
- 2020-01-02, 1/QĐ-STTTT, request 2/STTTT-VP: create (recruited)
  - Vàng A Páo (000107), Chuyên viên, Văn phòng, vapao-bqt
"""
    )


@pytest.mark.parametrize(("file", "see"), [("", "danhba review --out FILE"), ("plan.md", "plan.md")])
def test_too_many_documents_for_a_comment_are_counted_and_the_headline_says_so(file: str, see: str) -> None:
    cited = tuple(CITED._replace(person=f"{number:06}") for number in range(1000))
    review = replace(REVIEW, plan=PLAN, compared=Compared(cited=cited), findings=[found(ADVICE)] * 1000)
    text = comment.markdown(review, "en", file).replace("\\", "")
    headline = re.match(f"{comment.MARKER}\n## ⚠️ No errors, but (\\d+) lines to compare do not fit here", text)
    assert headline
    left = [(int(count), where) for count, where in re.findall(r"(\d+) more lines do not fit here; see (.+)_", text)]
    assert [where for _count, where in left] == ["danhba check --base origin/main", see]
    assert sum(count for count, _where in left) == int(headline[1])
    listed = text[text.index("**People and agencies") : text.index(f"see {see}")]
    assert comment._ROOM_FOR_CITED - 500 < len(listed) < comment._ROOM_FOR_CITED + 500


@pytest.mark.parametrize(
    ("event", "told"), [("", "stttt: close, from 2020-01-01 on"), ("retired", "stttt: close (retired), from")]
)
def test_what_is_taken_out_has_its_event_where_it_has_one(event: str, told: str) -> None:
    gone = Gone("stttt", "2020-01-01", "", "", CLOSED, event, "1/QĐ-STTTT")
    assert comment._gone(gone, "en").startswith(told)


def test_a_word_is_named_without_what_else_is_said_of_it() -> None:
    named = {word: descriptions.named(word, "en") for word in descriptions.WORDS}
    assert not {word for word, name in named.items() if ":" in name or ";" in name or not name}
