"""What a change enters as of days that are past, above all with the year of before: each event says what it does."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from danhba.checking.check import check
from danhba.model.findings import Finding
from danhba.rules.history.past import BACK, FORWARDING, LATE
from tests.factory.text import Value
from tests.support.cases import Case, each, found
from tests.support.looped import for_each
from tests.support.registers import Entry, agency, event, files, person, register
from tests.support.said import recorded, values

# Early in January, when the year before is written.
JANUARY = date(2026, 1, 5)
AN = person("1", "Lò An", "2020-01-01")
BINH = person("2", "Lý Bình", "2020-01-01")
HEAD: Value = {"person": "1", "document": "1/QĐ-UBND", "date": "2020-01-01", "as": "head"}


def said(before: dict[str, str], now: dict[str, str], day: date = JANUARY) -> list[Finding]:
    """What a change enters as of long ago, or leaves too early."""
    found = check(files(now), day, files(before)).findings
    return [each for each in found if each.rule in {BACK, FORWARDING, LATE}]


def closed(entry: Entry, kind: str, day: str, document: str = "30/QĐ-UBND") -> Entry:
    return {**entry, "closed": event(kind, day, document)}


def moved(day: str, kind: str = "transferred") -> tuple[dict[str, str], dict[str, str]]:
    """Somebody moves on a day, or gets another name: the register before and after."""
    come = person("1", "Lò An", event(kind, day, "30/QĐ-UBND"))
    here, there = [closed(AN, kind, day)], [come]
    if kind == "renamed":
        here, there = [closed(AN, kind, day), {**come, "name": "Lò Thị Ân"}], []
    return register(agency("aa", AN), agency("bb")), register(agency("aa", *here), agency("bb", *there))


def left_in(finding: Finding) -> tuple[str, int, int]:
    return finding.values["address"], finding.values["left"], finding.values["days"]


@pytest.mark.clause("R6.2a")
@pytest.mark.parametrize("kind", ["transferred", "reorganised", "renamed"])
@pytest.mark.parametrize(
    ("day", "left"),
    [("2025-01-01", 0), ("2025-12-01", 55), ("2025-12-04", 58), ("2025-12-05", None), ("2026-01-05", None)],
)
def test_move_dated_back_is_refused_when_the_old_address_loses_its_days(kind: str, day: str, left: int | None) -> None:
    found = said(*moved(day, kind))
    assert [left_in(each) for each in found] == ([] if left is None else [("lan-aa", left, 90)])
    assert {each.rule for each in found} <= {FORWARDING}


@pytest.mark.clause("R6.2a")
@pytest.mark.parametrize("kind", ["recruited", "migrated"])
def test_move_written_as_a_resignation_and_a_hiring_is_refused_just_so(kind: str) -> None:
    before, _now = moved("2025-01-01")
    come = person("1", "Lò An", event(kind, "2025-01-01", "31/QĐ-UBND"))
    now = register(agency("aa", closed(AN, "resigned", "2025-01-01")), agency("bb", come))
    assert FORWARDING in [each.rule for each in said(before, now)]


def test_move_dated_back_over_two_agencies_names_the_address_that_was_in_use() -> None:
    before, _now = moved("2025-01-01")
    there = closed(person("1", "Lò An", event("transferred", "2025-01-01", "30/QĐ-UBND")), "transferred", "2025-02-01")
    last = person("1", "Lò An", event("transferred", "2025-02-01", "30/QĐ-UBND"))
    now = register(agency("aa", closed(AN, "transferred", "2025-01-01")), agency("bb", there), agency("cc", last))
    assert [left_in(each) for each in said({**before, "agencies/cc.yml": agency("cc")}, now)] == [("lan-aa", 0, 90)]


@pytest.mark.parametrize(
    ("days", "ago", "told"), [(90, 31, 0), (90, 32, 1), (40, 20, 0), (40, 21, 1), (0, 1, 1), (365, 31, 0), (365, 32, 1)]
)
def test_move_may_be_entered_a_month_late_or_half_of_what_is_promised(days: int, ago: int, told: int) -> None:
    before, now = moved((JANUARY - timedelta(ago)).isoformat())
    for texts in (before, now):
        texts["province.yml"] = register(policy={"forward_days": str(days)})["province.yml"]
    assert len(said(before, now)) == told


@pytest.mark.parametrize(("document", "passes"), [("30/QĐ-UBND", True), ("31/QĐ-UBND", False)])
def test_move_dated_back_passes_by_an_acknowledgement_of_its_document(document: str, passes: bool) -> None:
    before, now = moved("2025-01-01", "reorganised")
    item: Value = {"limit": "readdress", "document": document, "until": "2026-02-01", "count": "1"}
    now["province.yml"] = register(acknowledgements=[item])["province.yml"]
    assert (said(before, now) == []) == passes


def test_new_name_that_keeps_the_address_ends_none() -> None:
    again = person("1", "Lò Ân", event("renamed", "2025-01-01", "30/QĐ-UBND"))
    kept = {**again, "address": "lan-aa", "address_document": "3/STTTT-VP"}
    before = register(agency("aa", AN))
    assert said(before, register(agency("aa", closed(AN, "renamed", "2025-01-01"), again))) == []
    assert said(before, register(agency("aa", closed(AN, "renamed", "2025-01-01"), kept))) == []


def test_history_that_comes_with_a_new_agency_ends_no_address_in_use() -> None:
    before, now = moved("2025-01-01")
    assert FORWARDING not in [each.rule for each in said(register(agency("bb")), now)]
    assert said(before, now) != []


@pytest.mark.clause("R6.1a")
@pytest.mark.parametrize("kind", ["merged", "renamed", "split"])
@pytest.mark.parametrize(("day", "left"), [("2025-01-01", 0), ("2025-12-01", 55), ("2025-12-20", None)])
def test_agency_that_ended_long_ago_does_not_lose_the_days_of_its_mailbox(
    kind: str, day: str, left: int | None
) -> None:
    heir = agency("cc", opened=f"{day} {kind}", succeeds=["aa"])
    now = register(agency("aa", closed=f"{day} {kind}"), heir)
    found = [left_in(each) for each in said(register(agency("aa")), now)]
    assert found == ([] if left is None else [("contact-aa", left, 90)])


def never(kind: str, day: str, on: str) -> Value:
    """An event that a document takes back before its day."""
    ending: Value = {"document": "10/QĐ-UBND", "date": on}
    return {"document": "30/QĐ-UBND", "date": day, "event": kind, "withdrawn": ending}


def suspension(**keys: Value) -> Entry:
    return {**AN, "suspended": [{"document": "9/QĐ-UBND", **keys}]}


ENDED: Value = {"document": "10/QĐ-UBND", "date": "2025-01-02"}
COMING = closed(AN, "retired", "2026-09-01")
EVENTS: dict[str, tuple[list[Entry], list[Entry], list[Value]]] = {
    "a hiring": ([AN], [AN, person("2", "Lý Bình", "2025-01-01")], [HEAD]),
    "a suspension": ([AN], [suspension(date="2025-01-01")], [HEAD]),
    "the end of a suspension": (
        [suspension(date="2024-01-01")],
        [suspension(date="2024-01-01", ended=ENDED)],
        [HEAD],
    ),
    "a withdrawal": (
        [COMING],
        [{**AN, "withdrawn": [never("retired", "2026-09-01", "2025-01-02")]}],
        [HEAD],
    ),
    "a delegate": ([AN], [AN], [HEAD, {"person": "1", "document": "5/GUQ-AA", "date": "2025-01-01", "as": "delegate"}]),
    "a head": ([AN], [AN], [HEAD, {"person": "1", "document": "5/QĐ-UBND", "date": "2025-01-01", "as": "head"}]),
}


@pytest.mark.clause("R6.2a")
@pytest.mark.parametrize("name", EVENTS)
def test_each_event_of_the_year_before_says_how_late_it_is(name: str) -> None:
    before, after, custodians = EVENTS[name]
    base = register(agency("aa", *before, custodians=[HEAD]))
    now = register(agency("aa", *after, custodians=custodians))
    [finding] = said(base, now)
    assert (finding.rule, finding.values["ago"] > 360, bool(finding.values["effect"])) == (BACK, True, True)
    assert said(now, now) == []


@pytest.mark.parametrize("name", EVENTS)
def test_each_event_of_the_half_year_before_is_entered_without_a_question(name: str) -> None:
    before, after, custodians = EVENTS[name]
    base = register(agency("aa", *before, custodians=[HEAD]))
    now = register(agency("aa", *after, custodians=custodians))
    assert said(base, now, date(2025, 6, 1)) == []


def test_suspension_that_is_over_says_that_it_locks_nothing() -> None:
    now = register(agency("aa", suspension(date="2025-01-01", until="2025-03-01")))
    [finding] = said(register(agency("aa", AN)), now)
    assert "locks nothing" in finding.values["effect"]


def test_event_that_a_correction_moves_to_the_year_before_is_asked_about_too() -> None:
    before = register(agency("aa", suspension(date="2025-12-20")))
    now = register(agency("aa", suspension(date="2024-12-20")))
    assert [each.rule for each in said(before, now)] == [BACK]


@pytest.mark.clause("R6.2b")
@pytest.mark.parametrize(
    ("leader", "ago", "left"), [("false", 183, None), ("false", 184, 0), ("true", 184, 181), ("true", 400, 0)]
)
def test_closing_dated_back_says_for_how_long_the_mail_is_kept(leader: str, ago: int, left: int | None) -> None:
    entry: Entry = {**AN, "leader": leader} if leader == "true" else AN
    day = (JANUARY - timedelta(ago)).isoformat()
    found = said(register(agency("aa", entry)), register(agency("aa", closed(entry, "retired", day))))
    assert [(each.rule, each.values["left"]) for each in found] == ([] if left is None else [(LATE, left)])


def test_closing_dated_back_in_place_of_one_to_come_is_told() -> None:
    gone: Value = [never("retired", "2026-09-01", "2026-01-02")]
    now = register(agency("aa", {**closed(AN, "resigned", "2025-01-01"), "withdrawn": gone}))
    assert LATE in [each.rule for each in said(register(agency("aa", COMING)), now)]


EARLY = person("1", "Lò An", "2010-01-01")
CASES = [
    Case(
        f"an event of the past: {name}",
        register(*now),
        [f"agencies/{place}" for place in expected],
        register(*base),
    )
    for name, base, now, expected in (
        (
            "a move of the year before",
            (agency("aa", EARLY), agency("bb")),
            (
                agency("aa", closed(EARLY, "transferred", "2011-06-01")),
                agency("bb", person("1", "Lò An", event("transferred", "2011-06-01", "30/QĐ-UBND"))),
            ),
            ["aa.yml:10:42 history-forwarding"],
        ),
        (
            "one of the old system who comes late",
            (agency("aa", person("2", "Lý Bình", "2010-01-01")),),
            (agency("aa", person("2", "Lý Bình", "2010-01-01"), person("1", "Lò An", "2009-06-01 migrated")),),
            ["aa.yml:12:61 history-migrated"],
        ),
        (
            "one of the old system in an agency without people",
            (agency("aa"),),
            (agency("aa", person("1", "Lò An", "2009-06-01 migrated")),),
            [],
        ),
        (
            "one of the old system who never comes",
            (agency("aa", person("2", "Lý Bình", "2010-01-01")),),
            (
                agency(
                    "aa",
                    person("2", "Lý Bình", "2010-01-01"),
                    person(
                        "1",
                        "Lò An",
                        never("migrated", "2012-07-01", "2012-05-30"),
                    ),
                ),
            ),
            [],
        ),
    )
]


@each(CASES)
def test_a_change_gives_its_findings(case: Case) -> None:
    assert found(case) == case.expected


@for_each("case", CASES, ids=lambda case: case.name)
def test_its_findings_name_what_they_are_about(case: Case) -> None:
    assert values(case) == recorded().get(case.name, []), "if that is right: python -m tests.support.said"
