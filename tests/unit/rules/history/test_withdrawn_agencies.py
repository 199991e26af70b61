"""What is to come for an agency itself, and is taken back before its day: its closing, a hand-over, a change.

As for people (`test_withdrawn`): each case changes one thing in what was merged, and states all findings that follow on
1 June 2012.
"""

from __future__ import annotations

from typing import Any

import pytest

from danhba.checking.check import check
from tests.factory.text import Value
from tests.support.cases import Case, each, findings, found
from tests.support.looped import for_each
from tests.support.registers import Texts, agency, event, files, person, register
from tests.support.said import recorded, values

A = "agencies/aa.yml"
Item = dict[str, Value]
AN, BINH = (person(id_, name, "2011-07-01", leader="true") for id_, name in (("1", "Lò An"), ("2", "Lý Bình")))


def by(on: str = "2012-05-20", document: str = "30/QĐ-UBND") -> Item:
    return {"document": document, "date": on}


def back(item: Item, **ending: str) -> Item:
    return {**item, "withdrawn": by(**ending)}


def ending(day: str = "2012-07-01", kind: str = "dissolved", document: str = "9/QĐ-UBND") -> Item:
    return {"document": document, "date": day, "event": kind}


def held(id_: str, day: str, document: str = "5/QĐ-UBND", **more: str) -> Item:
    return {"person": id_, "document": document, "date": day, "as": "head", **more}


def made(day: str, document: str = "7/QĐ-UBND", **what: str) -> Item:
    return {"document": document, "date": day, **(what or {"kind": "office"})}


def stating(**keys: Any) -> str:
    """An agency with two leaders, the first of whom holds its mailbox."""
    return agency("aa", AN, BINH, **{"custodians": [HEAD], **keys})


def bare(**keys: Any) -> str:
    """An agency without people, so that it may end."""
    return agency("aa", **keys)


def case(name: str, now: str, base: str, *expected: str) -> Case:
    return Case(f"of an agency: {name}", register(now), [f"{A}:{place}" for place in expected], register(base))


HEAD = held("1", "2011-07-01", "4/QĐ-UBND")
NEXT, TODAY, TOMORROW = held("2", "2012-07-01"), held("2", "2012-06-01"), held("2", "2012-06-02")
CLOSING = {
    "withdrawn": (bare(withdrawn=[back(ending())]), []),
    "put off": (bare(withdrawn=[back(ending())], closed=ending("2012-12-01", document="30/QĐ-UBND")), []),
    "taken out": (bare(), ["2:1 history-to-come"]),
    "given another day": (bare(closed=ending("2012-12-01")), ["6:9 history-to-come"]),
    "given another day, and another is withdrawn": (
        bare(withdrawn=[back(ending("2012-08-01"))], closed=ending("2012-12-01")),
        ["6:9 history-to-come"],
    ),
    "withdrawn, and comes": (
        bare(withdrawn=[back(ending())], closed=ending()),
        ["8:85 agency-withdrawn-twice"],
    ),
    "withdrawn once and once more": (
        bare(withdrawn=[back(ending()), back(ending())]),
        ["7:85 agency-withdrawn-twice", "8:85 agency-withdrawn-twice"],
    ),
    "withdrawn, and decided anew for the same day": (
        bare(withdrawn=[back(ending())], closed=ending(document="31/QĐ-UBND")),
        [],
    ),
    "withdrawn on its day, as it is written": (
        bare(withdrawn=[back(ending(), on="2012-07-01")]),
        ["7:103 agency-withdrawn"],
    ),
    "withdrawn by itself": (bare(withdrawn=[back(ending(), document="9/QĐ-UBND")]), ["7:85 document-withdrawn"]),
    "withdrawn by a letter": (bare(withdrawn=[back(ending(), document="9/UBND-VP")]), ["7:85 document-agency"]),
    "withdrawn by a document of its own": (bare(withdrawn=[back(ending(), document="9/QĐ-AA")]), ["7:85 document-own"]),
}
HANDOVER = {
    "withdrawn": (stating(custodians=[HEAD, back(NEXT)]), []),
    "put off": (stating(custodians=[HEAD, back(NEXT), held("2", "2012-12-01", "30/QĐ-UBND")]), []),
    "taken out": (stating(), ["7:3 history-to-come"]),
    "given another day": (stating(custodians=[HEAD, held("2", "2012-12-01")]), ["8:5 history-to-come"]),
    "given to another": (stating(custodians=[HEAD, held("1", "2012-07-01")]), ["8:5 history-to-come"]),
    "withdrawn, and comes": (stating(custodians=[HEAD, back(NEXT), NEXT]), ["8:90 agency-withdrawn-twice"]),
    "withdrawn, and stands in front": (
        stating(custodians=[back(NEXT), HEAD]),
        ["7:5 history-custodian"],
    ),
    "withdrawn by itself": (stating(custodians=[HEAD, back(NEXT, document="5/QĐ-UBND")]), ["8:90 document-withdrawn"]),
    "withdrawn by a slip": (stating(custodians=[HEAD, back(NEXT, document="5/GM-UBND")]), ["8:90 document-slip"]),
    "withdrawn on its day, as it is written": (
        stating(custodians=[HEAD, back(NEXT, on="2012-07-01")]),
        ["8:108 agency-withdrawn"],
    ),
}
OFFICE = made("2012-07-01")
CHANGE = {
    "withdrawn": (stating(changes=[back(OFFICE)]), []),
    "put off": (stating(changes=[back(OFFICE), made("2012-12-01", "30/QĐ-UBND")]), []),
    "taken out": (stating(), ["2:1 history-to-come"]),
    "given another day": (stating(changes=[made("2012-12-01")]), ["9:3 history-to-come"]),
    "said to be another": (stating(changes=[made("2012-07-01", kind="board")]), ["9:3 history-to-come"]),
    "withdrawn as another": (
        stating(changes=[back(made("2012-07-01", kind="board"))]),
        ["9:3 history-to-come"],
    ),
    "withdrawn, and comes": (stating(changes=[back(OFFICE), OFFICE]), ["9:81 agency-withdrawn-twice"]),
    "withdrawn, and comes with something else": (
        stating(changes=[back(OFFICE), made("2012-07-01", kind="office", identifier="H38.1")]),
        ["9:81 agency-withdrawn-twice"],
    ),
    "withdrawn by itself": (stating(changes=[back(OFFICE, document="7/QĐ-UBND")]), ["9:81 document-withdrawn"]),
    "withdrawn by a letter": (stating(changes=[back(OFFICE, document="7/UBND-VP")]), ["9:81 document-agency"]),
    "withdrawn on its day, as it is written": (
        stating(changes=[back(OFFICE, on="2012-07-01")]),
        ["9:99 agency-withdrawn"],
    ),
}


def never(day: str, **by_: str) -> str:
    """An agency that was to open and does not."""
    text = agency("aa", opened=day)
    ending_ = by(**by_)
    taken = f", withdrawn: {{document: {ending_['document']}, date: {ending_['date']}}}}}\n"
    return text.replace("event: established}\n", f"event: established{taken}")


NEVER = never("2012-07-01")
INTO = ("event: established}", "event: established, withdrawn: {document: 30/QĐ-UBND, date: 2012-05-20}}")
OPENING: dict[str, tuple[list[str], list[str]]] = {
    "withdrawn": ([NEVER], []),
    "taken out": ([], [f"{A}:1:1 history-agency-gone"]),
    "given another day": ([agency("aa", opened="2012-08-01")], [f"{A}:5:9 history-to-come"]),
    "withdrawn by itself": ([never("2012-07-01", document="8/QĐ-UBND")], [f"{A}:5:91 document-withdrawn"]),
    "withdrawn by a letter": ([never("2012-07-01", document="8/UBND-VP")], [f"{A}:5:91 document-agency"]),
    "withdrawn on its day, as it is written": (
        [never("2012-07-01", on="2012-07-01")],
        [f"{A}:5:109 agency-withdrawn"],
    ),
    "withdrawn, and is to end": (
        [NEVER.replace("people:", "closed: {document: 9/QĐ-UBND, date: 2012-12-01, event: dissolved}\npeople:")],
        [f"{A}:6:9 agency-withdrawn-closed"],
    ),
    "withdrawn, and somebody is to come": (
        [agency("aa", person("1", "Lò An", "2012-07-01"), opened="2012-07-01").replace(*INTO)],
        [f"{A}:7:5 person-agency-closed"],
    ),
    "withdrawn, and another stands under it": (
        [NEVER, agency("bb", parent="aa", opened="2012-07-01")],
        ["agencies/bb.yml:5:9 agency-parent-closed"],
    ),
    "withdrawn, and another succeeds it": (
        [NEVER, agency("bb", opened="2012-05-01", succeeds=["aa"])],
        ["agencies/bb.yml:6:11 agency-succeeds-open"],
    ),
    "withdrawn, and another ended for it": (
        [agency("aa", opened="2012-07-01", succeeds=["bb"]).replace(*INTO), agency("bb", closed="2012-08-01 merged")],
        ["agencies/bb.yml:6:9 agency-heir"],
    ),
    "withdrawn, and another has its name and parent": (
        [NEVER, agency("bb", opened="2012-05-01", name="Cơ quan aa")],
        [],
    ),
}
CASES = [
    *(case(f"a closing to come is {name}", now, bare(closed=ending()), *said) for name, (now, said) in CLOSING.items()),
    *(
        case(f"a hand-over to come is {name}", now, stating(custodians=[HEAD, NEXT]), *said)
        for name, (now, said) in HANDOVER.items()
    ),
    *(
        case(
            f"a change to come is {name}",
            now,
            stating(changes=[OFFICE]),
            *said,
        )
        for name, (now, said) in CHANGE.items()
    ),
    case(
        "a closing of today is withdrawn, by a document of before",
        bare(withdrawn=[back(ending("2012-06-01"))]),
        bare(closed=ending("2012-06-01")),
        "7:103 history-withdrawn",
    ),
    case(
        "a closing of tomorrow is withdrawn",
        bare(withdrawn=[back(ending("2012-06-02"))]),
        bare(closed=ending("2012-06-02")),
    ),
    case(
        "a closing of last year is entered and withdrawn at once",
        bare(withdrawn=[back(ending("2011-06-01"), on="2011-05-01")]),
        bare(),
        "7:103 history-withdrawn",
    ),
    case(
        "a closing that was withdrawn is no more there",
        bare(),
        bare(withdrawn=[back(ending())]),
        "2:1 history-closed-changed",
    ),
    case(
        "a closing that was withdrawn comes after all",
        bare(closed=ending()),
        bare(withdrawn=[back(ending())]),
        "2:1 history-closed-changed",
    ),
    case(
        "a closing was withdrawn by another document",
        bare(withdrawn=[back(ending(), document="31/QĐ-UBND")]),
        bare(withdrawn=[back(ending())]),
        "7:3 history-closed-changed",
    ),
    case(
        "a second closing to come is withdrawn",
        bare(withdrawn=[back(ending()), back(ending("2012-08-01"))]),
        bare(withdrawn=[back(ending())], closed=ending("2012-08-01")),
    ),
    case(
        "a hand-over of today is withdrawn",
        stating(custodians=[HEAD, back(TODAY)]),
        stating(custodians=[HEAD, TODAY]),
        "8:108 history-withdrawn",
    ),
    case(
        "a hand-over of tomorrow is withdrawn",
        stating(custodians=[HEAD, back(TOMORROW)]),
        stating(custodians=[HEAD, TOMORROW]),
    ),
    case(
        "a hand-over of last year is taken out",
        stating(custodians=[HEAD]),
        stating(custodians=[HEAD, held("2", "2012-01-01")]),
        "7:3 history-custodian",
    ),
    case(
        "a hand-over that was withdrawn is no more there",
        stating(),
        stating(custodians=[HEAD, back(NEXT)]),
        "7:3 history-custodian",
    ),
    case(
        "a hand-over that was withdrawn comes after all",
        stating(custodians=[HEAD, NEXT]),
        stating(custodians=[HEAD, back(NEXT)]),
        "8:5 history-custodian",
    ),
    case(
        "a hand-over was withdrawn by another document",
        stating(custodians=[HEAD, back(NEXT, document="31/QĐ-UBND")]),
        stating(custodians=[HEAD, back(NEXT)]),
        "8:5 history-custodian",
    ),
    case(
        "a change of today is withdrawn",
        stating(changes=[back(made("2012-06-01"))]),
        stating(changes=[made("2012-06-01")]),
        "9:99 history-withdrawn",
    ),
    case(
        "a change of tomorrow is withdrawn",
        stating(changes=[back(made("2012-06-02"))]),
        stating(changes=[made("2012-06-02")]),
    ),
    case("a closing of today is taken out", bare(), bare(closed=ending("2012-06-01")), "2:1 history-closed"),
    case(
        "a change of today is taken out", stating(), stating(changes=[made("2012-06-01")]), "2:1 history-agency-change"
    ),
    case(
        "a hand-over of today is taken out",
        stating(),
        stating(custodians=[HEAD, TODAY]),
        "7:3 history-custodian",
    ),
    case(
        "a change to come is gone with an end of today",
        bare(closed=ending("2012-06-01")),
        bare(changes=[OFFICE]),
    ),
    case(
        "a change that was withdrawn is gone with an end that has come",
        bare(closed=ending("2012-05-01")),
        bare(changes=[back(OFFICE)], closed=ending("2012-05-01")),
        "2:1 history-agency-change",
    ),
    case(
        "a change that was withdrawn is no more there",
        stating(),
        stating(changes=[back(OFFICE)]),
        "2:1 history-agency-change",
    ),
    case(
        "a change that was withdrawn comes after all",
        stating(changes=[OFFICE]),
        stating(changes=[back(OFFICE)]),
        "9:3 history-agency-change",
    ),
    case(
        "a change was withdrawn by another document",
        stating(changes=[back(OFFICE, document="31/QĐ-UBND")]),
        stating(changes=[back(OFFICE)]),
        "9:3 history-agency-change",
    ),
    case(
        "a change to come is gone with an end that is to come",
        bare(closed=ending("2012-06-20")),
        bare(changes=[OFFICE]),
        "2:1 history-to-come",
    ),
    case(
        "a change to come is gone with an end that has come",
        bare(closed=ending("2012-05-01")),
        bare(changes=[OFFICE]),
    ),
    case(
        "a change to come is withdrawn before an end that is to come",
        bare(changes=[back(OFFICE)], closed=ending("2012-06-20")),
        bare(changes=[OFFICE]),
    ),
    *(
        Case(
            f"of an agency: an opening to come is {name}",
            register(*now),
            [f"{place}" for place in said],
            register(agency("aa", opened="2012-07-01")),
        )
        for name, (now, said) in OPENING.items()
    ),
    case(
        "an opening of today is withdrawn",
        never("2012-06-01"),
        agency("aa", opened="2012-06-01"),
        "5:109 history-withdrawn",
    ),
    case("an opening of tomorrow is withdrawn", never("2012-06-02"), agency("aa", opened="2012-06-02")),
    case(
        "one that opened long ago is entered as never opened",
        never("2011-06-01", on="2011-05-01"),
        bare(),
        "5:9 history-opened",
        "5:109 history-withdrawn",
    ),
    case(
        "one that never opens is there after all",
        agency("aa", opened="2012-07-01"),
        never("2012-07-01"),
        "2:1 history-closed",
    ),
    case(
        "one that never opens opens on another day",
        agency("aa", opened="2012-08-01"),
        never("2012-07-01"),
        "2:1 history-closed",
        "5:9 history-opened",
    ),
    case(
        "one that never opens was told so by another document",
        never("2012-07-01", document="31/QĐ-UBND"),
        never("2012-07-01"),
        "5:9 history-opened",
    ),
    Case(
        "of an agency: a new one brings what it withdraws of last year",
        register(stating(changes=[back(made("2011-06-01"), on="2011-05-01")])),
        [
            f"{A}:7:46 history-back",
            f"{A}:9:99 history-withdrawn",
            *(f"{A}:{line}:42 history-back" for line in (14, 18)),
        ],
        register(),
    ),
]


@each(CASES)
def test_a_change_gives_its_findings(case: Case) -> None:
    assert found(case) == case.expected


@for_each("case", CASES, ids=lambda case: case.name)
def test_its_findings_name_what_they_are_about(case: Case) -> None:
    assert values(case) == recorded().get(case.name, []), "if that is right: python -m tests.support.said"


@each([case for case in CASES if "history-to-come" in " ".join(case.expected)])
def test_what_is_to_come_is_not_told_as_past(case: Case) -> None:
    (finding,) = [each for each in findings(case) if each.rule.id == "history-to-come"]
    assert "is still to come" in finding.rule.message
    assert "2012-07-01" in finding.values["before"]


@pytest.mark.parametrize(
    ("base", "now", "passes"),
    [
        (bare(closed=ending()), bare(), True),
        (stating(custodians=[HEAD, NEXT]), stating(), True),
        (stating(changes=[OFFICE]), stating(), True),
        (bare(closed=ending("2012-06-01")), bare(withdrawn=[back(ending("2012-06-01"))]), False),
        (stating(custodians=[HEAD, TODAY]), stating(custodians=[HEAD, back(TODAY)]), False),
    ],
)
def test_a_correction_of_what_is_to_come_is_acknowledged_but_no_withdrawal_of_the_past(
    base: str, now: str, passes: bool
) -> None:
    accounts: Value = [{"limit": "history", "document": "5/STTTT-VP", "until": "2012-12-31", "accounts": ["aa"]}]
    said = findings(Case("x", register(now, acknowledgements=accounts), [], register(base)))
    assert (not [each for each in said if each.rule.id.startswith("history-")]) is passes


def test_what_was_withdrawn_before_is_not_told_when_its_day_has_passed() -> None:
    """The first step takes back what is to come; the second, months later, is about something else."""
    there: dict[str, Any] = {"withdrawn": [back(ending("2012-03-01"), on="2012-02-01")]}
    assert found(Case("x", register(bare(**there, identifier="H38.1")), [], register(bare(**there)))) == [
        f"{A}:5:13 history-agency-value"
    ]


MERGED = ending(kind="merged")


def merging(succeeds: list[str], **keys: Any) -> Texts:
    more: dict[str, Any] = {"succeeds": succeeds} if succeeds else {}
    return register(bare(**keys), agency("bb", **more))


class TestSuccession:
    """Who was to take over an agency that goes on takes over nothing: its own file says by what."""

    THERE = merging(["aa"], closed=MERGED)

    def found(self, now: Texts, base: Texts | None = None) -> list[str]:
        return found(Case("x", now, [], base or self.THERE))

    def test_ends_with_the_closing_that_is_withdrawn(self) -> None:
        assert self.found(merging([], withdrawn=[back(MERGED)])) == []

    def test_does_not_go_on_without_it(self) -> None:
        said = self.found(merging(["aa"], withdrawn=[back(MERGED)]))
        assert said == ["agencies/bb.yml:6:11 agency-succeeds-open"]

    def test_is_not_taken_out_while_the_agency_is_to_end(self) -> None:
        put_off = merging([], withdrawn=[back(MERGED)], closed=ending("2012-12-01", "dissolved", "30/QĐ-UBND"))
        assert self.found(put_off) == ["agencies/bb.yml:2:1 history-succeeds"]
        assert (
            self.found(merging(["aa"], withdrawn=[back(MERGED)], closed=ending("2012-12-01", "merged", "30/QĐ-UBND")))
            == []
        )

    def test_of_an_agency_that_has_ended_stays(self) -> None:
        """A closing that was withdrawn once excuses nothing of the one that came."""
        ended: dict[str, Any] = {
            "withdrawn": [back(ending("2012-03-01"), on="2012-02-01")],
            "closed": ending("2012-05-01", "merged", "3/QĐ-UBND"),
        }
        assert "agencies/bb.yml:2:1 history-succeeds" in self.found(merging([], **ended), merging(["aa"], **ended))

    def test_judged_by_one_file_alone(self) -> None:
        """In two proposals, one file each, the second of which is judged with the first merged."""
        first = {**self.THERE, A: bare(withdrawn=[back(MERGED)])}
        assert self.found(first) == ["agencies/bb.yml:6:11 agency-succeeds-open"]
        second = self.found(merging([], withdrawn=[back(MERGED)]), first)
        assert second == ["province.yml:2:1 history-base"]


def test_two_steps_are_no_way_around() -> None:
    """An end that is to come takes no change with it, or it would be gone when that end is withdrawn."""
    retired = AN | {"closed": event("retired", "2012-06-20")}
    ends = agency("aa", retired, custodians=[HEAD], closed="2012-06-20")
    goes_on = agency("aa", retired, custodians=[HEAD], withdrawn=[back(ending("2012-06-20"))])
    there = agency("aa", retired, custodians=[HEAD], changes=[OFFICE])
    steps = [register(each) for each in (there, ends, goes_on)]
    assert found(Case("x", steps[1], [], steps[0])) == [f"{A}:2:1 history-to-come"]
    assert "history-to-come" in " ".join(found(Case("x", steps[2], [], steps[0])))


def test_what_is_withdrawn_needs_no_place_among_the_days() -> None:
    """It is no change behind an end, no custodian out of order, no person who holds nothing, and no day far ahead."""
    never = [back(held("3", "2040-01-01")), held("2", "2012-05-01")]
    said = check(files(register(stating(custodians=[HEAD, *never], changes=[back(made("2040-01-01"))]))), None).findings
    assert said == []


def test_whose_document_takes_a_change_back() -> None:
    """Nobody keeps a unit by a document of their own, as nobody takes one."""
    moved = back({"document": "7/QĐ-UBND", "date": "2012-07-01", "parent": "bb"}, document="30/QĐ-BB")
    now = register(agency("aa", changes=[moved]), agency("bb"))
    assert found(Case("x", now, [])) == [f"{A}:7:79 document-founder"]


@pytest.mark.parametrize(
    ("what", "said"),
    [({"identifier": "H38.1"}, []), ({"kind": "sub_department"}, []), ({"kind": "department"}, ["document-agency"])],
)
def test_who_may_decide_may_take_it_back(what: dict[str, str], said: list[str]) -> None:
    """A letter is enough where a subordinate unit stays one (R6.1b), and for a number."""
    unit = {"kind": "public_service_unit", "parent": "stttt"}
    there = agency("aa", **unit, changes=[back(made("2012-07-01", **what), document="7/STTTT-VP")])
    found_ = findings(Case("x", register(there), []))
    assert [finding.rule.id for finding in found_] == said
