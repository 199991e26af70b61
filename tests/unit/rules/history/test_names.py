"""The name behind an id: whatever changes it, and in whatever file, the reviewers are asked whether it is one human.

The mailbox of a Director is to come to another human, in every way by which a register can say so.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from danhba.model.findings import binding
from danhba.rules.history.names import RENAMED_NOW, UNNAMED
from tests.factory.text import Value
from tests.support.cases import Case, each, findings, found
from tests.support.looped import for_each
from tests.support.registers import Entry, agency, event, person, register
from tests.support.said import recorded, values

HERS = "Lò Thị Mai Hoa"
HIS = person("1", "Nguyễn Văn Vịnh", "2010-10-15")
HERE, THERE = "agencies/aa.yml", "agencies/bb.yml"
DAY = "2012-05-10"


NEVER: Value = {
    "document": "1/QĐ-UBND",
    "date": "2012-07-01",
    "event": "recruited",
    "withdrawn": {"document": "8/QĐ-UBND", "date": DAY},
}


def closed(kind: str, day: str = DAY, document: str = "30/QĐ-UBND", entry: Entry = HIS) -> Entry:
    return {**entry, "closed": event(kind, day, document)}


def opened(name: str, kind: str, day: str = DAY, document: str = "30/QĐ-UBND", **keys: Value) -> Entry:
    return person("1", name, event(kind, day, document), **keys)


def before(*there: Entry) -> dict[str, str]:
    return register(agency("aa", HIS), agency("bb", *there))


def case(name: str, here: list[Entry], there: list[Entry], *expected: str, base: dict[str, str] | None = None) -> Case:
    now = register(agency("aa", *here), agency("bb", *there))
    return Case(f"the name behind an id: {name}", now, list(expected), base or before())


CASES = [
    case("a move", [closed("transferred")], [opened(HIS["name"], "transferred")]),  # type: ignore[arg-type]
    case(
        "a move with the tone elsewhere",
        [closed("transferred")],
        [opened("Nguyễn văn Vịnh", "transferred")],
        f"{THERE}:8:11 name-capitals",
    ),
    case(
        "a move under another name",
        [closed("transferred")],
        [opened(HERS, "transferred")],
        f"{THERE}:8:11 history-renamed-document",
    ),
    case(
        "a reorganisation under another name",
        [closed("reorganised")],
        [opened(HERS, "reorganised")],
        f"{THERE}:8:11 history-renamed-document",
    ),
    case(
        "a move that mends a mark",
        [closed("transferred")],
        [opened("Nguyễn Văn Vinh", "transferred")],
        f"{THERE}:8:11 history-name-marks",
    ),
    case(
        "a new name by its document",
        [closed("renamed"), opened(HERS, "renamed")],
        [],
        f"{HERE}:12:11 history-renamed",
    ),
    case(
        "a new name by the document that hires somebody",
        [closed("renamed"), opened(HERS, "renamed"), person("2", "Lý Bình", event("recruited", DAY, "30/QĐ-UBND"))],
        [],
        f"{HERE}:12:11 history-renamed-document",
    ),
    case(
        "a new name by the document of another year that hired somebody",
        [closed("renamed"), opened(HERS, "renamed")],
        [],
        f"{HERE}:12:11 history-renamed",
    ),
    case(
        "a new name and a move on the next day",
        [closed("renamed"), closed("transferred", "2012-05-11", "31/QĐ-UBND", opened(HERS, "renamed"))],
        [opened(HERS, "transferred", "2012-05-11", "31/QĐ-UBND")],
        f"{HERE}:12:11 history-renamed",
    ),
    case(
        "a new name by the document of the move on the next day",
        [closed("renamed"), closed("transferred", "2012-05-11", entry=opened(HERS, "renamed"))],
        [opened(HERS, "transferred", "2012-05-11")],
        f"{HERE}:12:11 history-renamed-document",
    ),
    case(
        "one who comes back under another name",
        [closed("resigned")],
        [opened(HERS, "recruited", "2012-05-20", "31/QĐ-UBND")],
        f"{THERE}:8:11 history-renamed-document",
        f"{THERE}:8:11 person-two-names",
    ),
    case(
        "one who comes as of the old system under another name",
        [closed("resigned")],
        [opened(HERS, "migrated", "2012-05-20", "31/QĐ-UBND")],
        f"{THERE}:8:11 history-renamed-document",
        f"{THERE}:8:11 person-two-names",
    ),
    case(
        "one who had left comes back under another name, in a proposal of its own",
        [closed("resigned")],
        [opened(HERS, "recruited", "2012-05-20", "31/QĐ-UBND")],
        f"{THERE}:8:11 history-renamed-document",
        f"{THERE}:8:11 person-two-names",
        f"{THERE}:9:13 history-return",
        base=register(agency("aa", closed("resigned")), agency("bb")),
    ),
    case(
        "a move behind one that never came",
        [closed("transferred")],
        [
            person("1", HERS, NEVER),
            opened(HERS, "transferred"),
        ],
        f"{THERE}:15:11 history-renamed-document",
    ),
    case(
        "a move merged already, and another one under the new name",
        [closed("transferred")],
        [closed("transferred", "2012-05-20", "31/QĐ-UBND", opened(HERS, "transferred"))],
        "agencies/bb.yml:10:13 person-move-to",
        base=register(agency("aa", closed("transferred")), agency("bb", opened(HERS, "transferred"))),
    ),
]


@each(CASES)
def test_a_change_gives_its_findings(case: Case) -> None:
    assert found(case) == case.expected


@for_each("case", CASES, ids=lambda case: case.name)
def test_its_findings_name_what_they_are_about(case: Case) -> None:
    assert values(case) == recorded().get(case.name, []), "if that is right: python -m tests.support.said"


WAYS: Mapping[str, tuple[list[Entry], list[Entry]]] = {
    "an edit": ([{**HIS, "name": HERS}], []),
    "an edit under a pin": ([{**HIS, "name": HERS, "address": "nvvinh-aa", "address_document": "3/STTTT-VP"}], []),
    "a move": ([closed("transferred")], [opened(HERS, "transferred")]),
    "a reorganisation": ([closed("reorganised")], [opened(HERS, "reorganised")]),
    "a hiring": ([closed("resigned"), opened(HERS, "recruited", "2012-05-11", "31/QĐ-UBND")], []),
    "a hiring elsewhere": ([closed("dismissed")], [opened(HERS, "recruited", "2012-05-11", "31/QĐ-UBND")]),
    "the old system": ([closed("left_province")], [opened(HERS, "migrated", "2012-05-11", "31/QĐ-UBND")]),
    "another id for the former": ([{**HIS, "id": "9"}, opened(HERS, "recruited")], []),
    "an entry in front": ([opened(HERS, "recruited", "2009-01-01"), HIS], []),
}


@pytest.mark.clause("R4.0")
@pytest.mark.parametrize("way", WAYS)
def test_mailbox_of_one_id_under_another_name_is_refused_by_every_event(way: str) -> None:
    here, there = WAYS[way]
    now = register(agency("aa", *here), agency("bb", *there))
    assert binding(findings(Case(way, now, [], before()))), way


@pytest.mark.clause("R4.0")
@pytest.mark.parametrize("order", ["the name first", "the move first"])
def test_new_name_and_move_in_two_proposals_is_asked_about_once(order: str) -> None:
    if order == "the name first":
        renamed = [closed("renamed"), opened(HERS, "renamed")]
        moved = [renamed[0], closed("transferred", "2012-05-20", "31/QĐ-UBND", renamed[1])]
        steps = [(renamed, []), (moved, [opened(HERS, "transferred", "2012-05-20", "31/QĐ-UBND")])]
    else:
        came = opened("Nguyễn Văn Vịnh", "transferred")
        left = [closed("transferred")]
        renamed = [
            closed("renamed", "2012-05-20", "31/QĐ-UBND", came),
            opened(HERS, "renamed", "2012-05-20", "31/QĐ-UBND"),
        ]
        steps = [(left, [came]), (left, renamed)]
    asked, base = [], before()
    for here, there in steps:
        now = register(agency("aa", *here), agency("bb", *there))
        asked += [finding.rule for finding in findings(Case(order, now, [], base))]
        base = now
    assert asked == [RENAMED_NOW]


def test_name_that_changes_by_a_move_passes_when_it_is_acknowledged() -> None:
    now = register(agency("aa", closed("transferred")), agency("bb", opened(HERS, "transferred")))
    acknowledged: Value = [{"limit": "history", "document": "5/STTTT-VP", "until": "2012-12-31", "accounts": ["bb/1"]}]
    assert UNNAMED in [finding.rule for finding in findings(Case("x", now, [], before()))]
    accepted = register(
        agency("aa", closed("transferred")), agency("bb", opened(HERS, "transferred")), acknowledgements=acknowledged
    )
    assert UNNAMED not in [finding.rule for finding in findings(Case("x", accepted, [], before()))]


def test_question_about_a_name_says_who_it_was_and_by_which_document() -> None:
    here = [closed("renamed"), opened(HERS, "renamed")]
    [finding] = findings(Case("x", register(agency("aa", *here), agency("bb")), [], before()))
    said = {key: str(value) for key, value in finding.values.items()}
    assert (said["before"], said["now"]) == ("Nguyễn Văn Vịnh", HERS)
    assert (said["document"], said["day"], finding.where.object) == ("30/QĐ-UBND", DAY, "aa/1")
