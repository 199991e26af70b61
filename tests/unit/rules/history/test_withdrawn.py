"""What is to come and is taken back before its day: by a document, and never once it has happened.

Each case changes one thing in an agency as it was merged, and states all findings that follow on 1 June 2012.
"""

from __future__ import annotations

from tests.factory.text import Value
from tests.support.cases import TODAY, Case, each, findings, found
from tests.support.looped import for_each
from tests.support.registers import Entry, agency, event, person, register
from tests.support.said import recorded, values

A = "agencies/aa.yml"


def by(on: str = "2012-05-20", document: str = "30/QĐ-UBND") -> dict[str, Value]:
    return {"document": document, "date": on}


def taken_back(kind: str, day: str, source: str = "1/QĐ-UBND", **ending: str) -> dict[str, Value]:
    return {"document": source, "date": day, "event": kind, "withdrawn": by(**ending)}


def case(name: str, now: list[Entry], base: list[Entry], *expected: str) -> Case:
    there = [f"{A}:{place}" for place in expected]
    return Case(name, register(agency("aa", *now)), there, register(agency("aa", *base)))


STARTED = person("1", "Lò An", "2011-07-01")
RETIRED = event("retired", "2012-07-01")
RETIRING = person("1", "Lò An", "2011-07-01", RETIRED)
COMING = person("2", "Lý Bình", "2012-07-01")
NEVER_CAME = person("2", "Lý Bình", taken_back("recruited", "2012-07-01", "12/QĐ-UBND"))
SPELL: dict[str, Value] = {"document": "9/QĐ-AA", "date": "2012-07-01"}
LOCKED = {"suspended": [SPELL]}
RENAMED = event("renamed", "2012-07-01")
TO_BE_RENAMED = [person("1", "Lò An", "2011-07-01", RENAMED), person("1", "Lò Thị Ân", RENAMED)]


def stays(*closings: dict[str, Value], closed: Value = "") -> Entry:
    return person("1", "Lò An", "2011-07-01", closed, withdrawn=list(closings))


def unlocked(**ending: str) -> Entry:
    return person("1", "Lò An", "2011-07-01", suspended=[{**SPELL, "withdrawn": by(**ending)}])


CASES = [
    case("a retirement to come is withdrawn", [stays(taken_back("retired", "2012-07-01"))], [RETIRING]),
    case(
        "a retirement to come is put off",
        [stays(taken_back("retired", "2012-07-01"), closed=event("retired", "2012-12-01", "30/QĐ-UBND"))],
        [RETIRING],
    ),
    case("a retirement to come is taken out", [STARTED], [RETIRING], "7:5 history-to-come"),
    case(
        "a retirement to come gets another day",
        [person("1", "Lò An", "2011-07-01", event("retired", "2012-12-01"))],
        [RETIRING],
        "10:13 history-to-come",
    ),
    case(
        "a retirement to come gets another day, and another is withdrawn",
        [stays(taken_back("resigned", "2012-07-01"), closed=event("retired", "2012-12-01"))],
        [RETIRING],
        "10:13 history-to-come",
    ),
    case(
        "a retirement to come is withdrawn twice",
        [stays(taken_back("retired", "2012-07-01"), taken_back("retired", "2012-08-01"))],
        [stays(taken_back("retired", "2012-07-01"), closed=event("retired", "2012-08-01"))],
    ),
    case(
        "a retirement to come is withdrawn, and comes",
        [stays(taken_back("retired", "2012-07-01"), closed=RETIRED)],
        [RETIRING],
        "12:87 person-withdrawn-twice",
    ),
    case(
        "a retirement to come is withdrawn and comes at another's request",
        [stays(taken_back("retired", "2012-07-01"), closed=event("retired", "2012-07-01", request="3/AA-VP"))],
        [RETIRING],
        "12:87 person-withdrawn-twice",
    ),
    case(
        "a retirement to come is withdrawn once and once more",
        [stays(taken_back("retired", "2012-07-01"), taken_back("retired", "2012-07-01"))],
        [RETIRING],
        "11:87 person-withdrawn-twice",
        "12:87 person-withdrawn-twice",
    ),
    case(
        "a retirement to come is withdrawn, and decided anew for the same day",
        [stays(taken_back("retired", "2012-07-01"), closed=event("retired", "2012-07-01", "31/QĐ-UBND"))],
        [RETIRING],
    ),
    case(
        "a suspension to come is withdrawn and ended",
        [
            person(
                *("1", "Lò An", "2011-07-01"),
                suspended=[{**SPELL, "ended": by("2012-08-01", "31/QĐ-UBND"), "withdrawn": by()}],
            )
        ],
        [person("1", "Lò An", "2011-07-01", **LOCKED)],
        "11:118 person-withdrawn-twice",
    ),
    case(
        "a suspension to come is withdrawn, and comes",
        [person("1", "Lò An", "2011-07-01", suspended=[{**SPELL, "withdrawn": by()}, SPELL])],
        [person("1", "Lò An", "2011-07-01", **LOCKED)],
        "11:69 person-withdrawn-twice",
    ),
    *(
        case(f"a retirement to come is withdrawn, and by its document somebody {what} on that day", [entry], [entry])
        for what, entry in (
            (
                "is suspended",
                {**stays(taken_back("retired", "2012-07-01")), "suspended": [by("2012-07-01", "1/QĐ-UBND")]},
            ),
            ("resigns", stays(taken_back("retired", "2012-07-01"), closed=event("resigned", "2012-07-01"))),
        )
    ),
    case(
        "one who never comes is entered as coming once more",
        [STARTED, NEVER_CAME, person("2", "Lý Bình", "2012-07-01")],
        [STARTED, NEVER_CAME],
        "16:29 person-withdrawn-twice",
    ),
    case(
        "one who never comes was told so on another day",
        [STARTED, person("2", "Lý Bình", taken_back("recruited", "2012-07-01", "12/QĐ-UBND", on="2012-05-21"))],
        [STARTED, NEVER_CAME],
        "13:7 history-opened",
    ),
    case(
        "what was withdrawn is no more there",
        [STARTED],
        [stays(taken_back("retired", "2012-07-01"))],
        "7:5 history-closed-changed",
    ),
    case(
        "what was withdrawn is said to be another",
        [stays(taken_back("retired", "2012-08-01"))],
        [stays(taken_back("retired", "2012-07-01"))],
        "11:7 history-closed-changed",
    ),
    case(
        "the second of two that were withdrawn is said to be another",
        [stays(taken_back("retired", "2012-07-01"), taken_back("retired", "2012-08-02"))],
        [stays(taken_back("retired", "2012-07-01"), taken_back("retired", "2012-08-01"))],
        "11:7 history-closed-changed",
    ),
    case(
        "a retirement of today is withdrawn, by a document of before",
        [stays(taken_back("retired", "2012-06-01"))],
        [person("1", "Lò An", "2011-07-01", event("retired", "2012-06-01"))],
        "11:105 history-withdrawn",
    ),
    case(
        "a retirement of tomorrow is withdrawn",
        [stays(taken_back("retired", "2012-06-02"))],
        [person("1", "Lò An", "2011-07-01", event("retired", "2012-06-02"))],
    ),
    case(
        "a retirement of last year is entered and withdrawn at once",
        [stays(taken_back("retired", "2012-01-01", on="2011-12-01"))],
        [STARTED],
        "11:105 history-withdrawn",
    ),
    case(
        "a retirement to come is withdrawn on its day, as it is written",
        [stays(taken_back("retired", "2012-07-01", on="2012-07-01"))],
        [RETIRING],
        "11:105 person-withdrawn",
    ),
    case(
        "a retirement to come is withdrawn by itself",
        [stays(taken_back("retired", "2012-07-01", document="1/QĐ-UBND"))],
        [RETIRING],
        "11:87 document-withdrawn",
    ),
    case("one who was to come never comes", [STARTED, NEVER_CAME], [STARTED, COMING]),
    case("one who was to come is no more there", [STARTED], [STARTED, COMING], "7:3 history-entry-removed"),
    case(
        "one who was to come comes later after all",
        [STARTED, NEVER_CAME, person("2", "Lý Bình", "2012-09-01")],
        [STARTED, COMING],
    ),
    case(
        "one who never came, with the day of another",
        [STARTED, person("2", "Lý Bình", "2012-08-01")],
        [STARTED, COMING],
        "12:13 history-to-come",
    ),
    case(
        "one who came today never comes",
        [STARTED, person("2", "Lý Bình", taken_back("recruited", "2012-06-01", "12/QĐ-UBND"))],
        [STARTED, person("2", "Lý Bình", "2012-06-01")],
        "16:47 history-withdrawn",
    ),
    case(
        "one who came long ago is entered as never come",
        [STARTED, person("2", "Lý Bình", taken_back("migrated", "2011-06-01", "12/QĐ-UBND", on="2011-05-01"))],
        [STARTED],
        "16:47 history-withdrawn",
    ),
    case(
        "one who never came is there after all",
        [STARTED, COMING],
        [STARTED, NEVER_CAME],
        "10:5 history-closed",
    ),
    case(
        "the id of one who never came is another's",
        [STARTED, NEVER_CAME, person("2", "Vàng A Páo", "2012-06-01")],
        [STARTED, NEVER_CAME],
        "11:11 person-two-names",
    ),
    case(
        "one who never comes was to leave again",
        [person("2", "Lý Bình", taken_back("recruited", "2012-07-01", "12/QĐ-UBND"), "2012-08-01")],
        [person("2", "Lý Bình", "2012-07-01", "2012-08-01")],
        "14:13 history-to-come",
        "14:13 person-withdrawn-closed",
    ),
    Case(
        "one who never came was to come when the agency had ended",
        register(agency("aa", NEVER_CAME, closed="2012-06-20")),
        [],
        register(agency("aa", COMING)),
    ),
    case("a suspension to come is withdrawn", [unlocked()], [person("1", "Lò An", "2011-07-01", **LOCKED)]),
    case(
        "a suspension to come is taken out",
        [STARTED],
        [person("1", "Lò An", "2011-07-01", **LOCKED)],
        "7:5 history-suspended",
    ),
    case(
        "a suspension that was withdrawn is in force after all",
        [person("1", "Lò An", "2011-07-01", **LOCKED)],
        [unlocked()],
        "11:7 history-suspended",
    ),
    case(
        "a suspension of today is withdrawn",
        [person("1", "Lò An", "2011-07-01", suspended=[{**SPELL, "date": "2012-06-01", "withdrawn": by()}])],
        [person("1", "Lò An", "2011-07-01", suspended=[{**SPELL, "date": "2012-06-01"}])],
        "11:87 history-withdrawn",
    ),
    case(
        "a name to come is withdrawn",
        [
            stays(taken_back("renamed", "2012-07-01")),
            person("1", "Lò Thị Ân", taken_back("renamed", "2012-07-01")),
        ],
        TO_BE_RENAMED,
    ),
    case(
        "a name to come is withdrawn on one side",
        [TO_BE_RENAMED[0], person("1", "Lò Thị Ân", taken_back("renamed", "2012-07-01"))],
        TO_BE_RENAMED,
        "10:13 person-renamed-to",
        "14:7 person-withdrawn-from",
    ),
    case(
        "a name to come is withdrawn on the other side",
        [stays(taken_back("renamed", "2012-07-01")), TO_BE_RENAMED[1]],
        TO_BE_RENAMED,
        "12:5 person-two-mailboxes",
        "14:13 person-renamed-from",
    ),
]


@each(CASES)
def test_a_change_gives_its_findings(case: Case) -> None:
    assert found(case) == case.expected


@for_each("case", CASES, ids=lambda case: case.name)
def test_its_findings_name_what_they_are_about(case: Case) -> None:
    assert values(case) == recorded().get(case.name, []), "if that is right: python -m tests.support.said"


def test_what_is_to_come_is_not_told_as_past() -> None:
    (finding,) = findings(case("x", [STARTED], [RETIRING]))
    assert "is still to come" in finding.rule.message
    assert finding.values["before"] == "1/QĐ-UBND 2012-07-01 retired"
    assert TODAY.isoformat() < "2012-07-01"


def test_a_correction_of_what_is_to_come_is_acknowledged_but_no_withdrawal_of_the_past() -> None:
    acknowledged: Value = [{"limit": "history", "document": "5/STTTT-VP", "until": "2012-12-31", "accounts": ["aa/1"]}]
    base = register(agency("aa", RETIRING))
    now = register(agency("aa", STARTED), acknowledgements=acknowledged)
    assert f"{A}:7:5 history-to-come" not in found(Case("x", now, [], base))
    late = agency("aa", stays(taken_back("retired", "2012-06-01")))
    base = register(agency("aa", person("1", "Lò An", "2011-07-01", event("retired", "2012-06-01"))))
    now = register(late, acknowledgements=acknowledged)
    assert f"{A}:11:105 history-withdrawn" in found(Case("x", now, [], base))


def moved(*there: Entry, closings: list[dict[str, Value]]) -> list[str]:
    """What is found where a move to bb is withdrawn on its side, and these closings are in aa."""
    now = register(agency("aa", stays(*closings)), agency("bb", *there))
    return found(Case("x", now, [], register(agency("aa", STARTED), agency("bb"))))


NEVER_MOVED = person("1", "Lò An", taken_back("transferred", "2012-07-01"))
FROM = "agencies/bb.yml:10:7 person-withdrawn-from"


def test_a_move_that_is_withdrawn_was_to_leave_something() -> None:
    """The same person, day and event, elsewhere; by which document it was to leave may differ, as of a move that is."""
    assert moved(NEVER_MOVED, closings=[taken_back("transferred", "2012-07-01", "2/QĐ-AA")]) == []
    assert moved(NEVER_MOVED, closings=[]) == [FROM]
    assert moved(NEVER_MOVED, closings=[taken_back("transferred", "2012-07-02")]) == [FROM]
    assert moved(NEVER_MOVED, closings=[taken_back("reorganised", "2012-07-01")]) == [FROM]
    assert moved({**NEVER_MOVED, "id": "3"}, closings=[taken_back("transferred", "2012-07-01")]) == [FROM]
