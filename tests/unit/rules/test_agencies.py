"""The rules on agencies, their succession and their parents.

Each case changes one thing in the sample register and states all findings that follow.
"""

from __future__ import annotations

import pytest

from tests.support.cases import Case, S, U, change, each, findings, found
from tests.support.looped import for_each
from tests.support.registers import agency, person, register
from tests.support.said import recorded, values


def changing(*changes: dict[str, str], code: str = "bb", **keys: str) -> str:
    """An agency that changes, all by one document of the province, in the years that are given."""
    stated = [{"document": "7/QĐ-UBND", "date": f"{each['year']}-01-01", **each} for each in changes]
    for entry in stated:
        del entry["year"]
    return agency(code, changes=stated, **keys)


CASES = [
    *(
        Case(f"the code {code}", register(agency(code)), [f"agencies/{code}.yml:2:9 agency-code-reserved"])
        for code in ("contact", "postmaster", "support", "admin")
    ),
    *(
        Case(
            f"the codes {first} and {second}",
            register(agency(first), agency(second, opened="2012-01-01")),
            [f"agencies/{second}.yml:2:9 agency-code-alike"] if told else [],
        )
        for first, second, told in (
            ("sgtvt", "sgtvl", True),
            ("sgtvt", "sgtv1", True),
            ("xbanlau", "xbaniau", True),
            ("soct", "s0ct", True),
            ("so", "s0", False),
            ("hdnd", "hdnđ".replace("đ", "b"), False),
            ("snv", "stv", False),
        )
    ),
    Case(
        "the code of the operator, with an l",
        register(agency("stttt"), agency("stttl", opened="2012-01-01")),
        ["agencies/stttl.yml:2:9 agency-code-alike"],
    ),
    Case(
        "under another from a day on",
        register(
            agency("aa", closed="2010-01-01"),
            changing({"year": "2010", "parent": "cc", "kind": "office"}, parent="aa"),
            agency("cc", opened="2005-01-01"),
        ),
        [],
    ),
    Case(
        "under another before it is there and after it is gone",
        register(
            agency("aa", opened="2005-01-01", closed="2010-01-01"),
            agency("dd"),
            changing({"year": "2004", "parent": "aa"}, parent="dd"),
            changing({"year": "2011", "parent": "aa"}, code="cc", parent="dd"),
            changing({"year": "2006", "parent": "aa"}, {"year": "2010", "parent": "dd"}, code="ee", parent="dd"),
        ),
        [
            "agencies/bb.yml:8:53 agency-parent-closed",
            "agencies/bb.yml:8:53 agency-parent-closed",
            "agencies/cc.yml:8:53 agency-parent-closed",
        ],
    ),
    Case(
        "under another from the day on which that is founded",
        register(
            agency("aa", opened="2005-01-01"), agency("dd"), changing({"year": "2005", "parent": "aa"}, parent="dd")
        ),
        [],
    ),
    Case(
        "under one that is none",
        register(changing({"year": "2004", "parent": "nowhere"})),
        ["agencies/bb.yml:7:53 agency-parent"],
    ),
    Case(
        "a circle from a day on",
        register(
            agency("aa", parent="bb"),
            changing({"year": "2004", "parent": "cc"}, {"year": "2006", "parent": "dd"}),
            changing({"year": "2005", "parent": "aa"}, code="cc"),
            changing({"year": "2006", "parent": "aa"}, code="dd"),
        ),
        [
            "agencies/bb.yml:8:53 agency-cycle",
            "agencies/cc.yml:7:53 agency-cycle",
            "agencies/dd.yml:7:53 agency-cycle",
        ],
    ),
    Case(
        "a circle until one of them moves",
        register(
            agency("dd"),
            agency("aa", parent="bb"),
            changing({"year": "2005", "parent": "dd"}, parent="aa"),
        ),
        ["agencies/aa.yml:5:9 agency-cycle", "agencies/bb.yml:5:9 agency-cycle"],
    ),
    Case(
        "no circle, for it was undone on the same day",
        register(
            agency("dd"),
            changing({"year": "2005", "parent": "aa"}),
            changing({"year": "2005", "parent": "dd"}, code="ee", parent="bb"),
            changing({"year": "2005", "parent": "dd"}, code="aa", parent="bb"),
        ),
        [],
    ),
    Case(
        "changes out of order, twice and to the same",
        register(
            changing(
                {"year": "2005", "kind": "office"},
                {"year": "2004", "kind": "board"},
                {"year": "2006", "kind": "board", "identifier": "H38.1"},
                {"year": "2006", "kind": "office"},
                {"year": "2007", "kind": "office"},
                {"year": "2008"},
            )
        ),
        [
            "agencies/bb.yml:8:33 agency-change-order",
            "agencies/bb.yml:10:51 agency-change-twice",
            "agencies/bb.yml:11:5 agency-change-same",
            "agencies/bb.yml:12:5 agency-change-same",
        ],
    ),
    Case(
        "changes before and after its time",
        register(
            changing(
                {"year": "2000", "kind": "office"},
                {"year": "2001", "kind": "board"},
                {"year": "2009", "kind": "office"},
                closed="2009-01-01",
            )
        ),
        ["agencies/bb.yml:8:33 agency-change-day", "agencies/bb.yml:10:33 agency-change-day"],
    ),
    Case(
        "a change before the time of one that goes on",
        register(changing({"year": "2000", "kind": "office"})),
        ["agencies/bb.yml:7:33 agency-change-day"],
    ),
    Case(
        "an identifier that another has had until then",
        register(
            changing({"year": "2005", "identifier": "H38.2"}, code="aa", identifier="H38.1"),
            changing({"year": "2005", "identifier": "H38.1"}, identifier="H38.9"),
            changing({"year": "2004", "identifier": "H38.9"}, code="cc"),
        ),
        ["agencies/cc.yml:7:57 agency-identifier"],
    ),
    Case(
        "a namesake under the same parent from a day on",
        register(
            agency("aa"),
            agency("dd", parent="aa", name="Phòng"),
            agency("ee", name="Sở"),
            changing({"year": "2005", "parent": "aa"}, parent="ee", name="Phòng"),
        ),
        ["agencies/bb.yml:3:7 agency-namesake", "agencies/dd.yml:3:7 agency-namesake"],
    ),
    change("an unknown parent", S, "parent: ubnd", "parent: snv", f"{S}:5:9 agency-parent"),
    change("its own parent", S, "parent: ubnd", "parent: stttt", f"{S}:5:9 agency-cycle"),
    Case(
        "a circle of parents",
        register(agency("aa", parent="bb"), agency("bb", parent="cc"), agency("cc", parent="bb")),
        ["agencies/bb.yml:5:9 agency-cycle", "agencies/cc.yml:5:9 agency-cycle"],
    ),
    change("older than its parent", U, "1991-10-01", "2009-01-01", f"{S}:5:9 agency-parent-closed"),
    Case(
        "open longer than its parent",
        register(
            agency("aa", closed="2011-01-01"), agency("bb", parent="aa"), agency("cc", parent="aa", closed="2011-01-01")
        ),
        ["agencies/bb.yml:5:9 agency-parent-closed"],
    ),
    change(
        "the successor of an unknown one", U, "people: []", "succeeds: [snv]\npeople: []", f"{U}:6:11 agency-succeeds"
    ),
    Case(
        "renamed from an unknown one",
        register(agency("aa", opened="2011-01-01 renamed", succeeds=["zz"])),
        ["agencies/aa.yml:6:11 agency-succeeds"],
    ),
    Case(
        "renamed from one that cannot be read",
        {**register(agency("aa", opened="2011-01-01 renamed", succeeds=["zz"])), "agencies/zz.yml": "["},
        ["agencies/zz.yml:1:2 yaml-syntax"],
    ),
    change("its own successor", U, "people: []", "succeeds: [ubnd]\npeople: []", f"{U}:6:11 agency-succeeds"),
    Case(
        "opened under one that goes on under another name",
        register(
            agency("aa", closed="2011-01-01 renamed"),
            agency("bb", opened="2011-01-01 renamed", closed="2012-01-01 renamed", succeeds=["aa"]),
            agency("cc", opened="2012-01-01 renamed", succeeds=["bb"]),
            agency("dd", parent="cc"),
            agency("ee", opened="1999-12-31", parent="cc"),
        ),
        ["agencies/ee.yml:5:9 agency-parent-closed"],
    ),
    Case("merged into none", register(agency("aa", closed="2011-01-01 merged")), ["agencies/aa.yml:6:9 agency-heir"]),
    Case(
        "closed before it opened",
        register(agency("aa", closed="1999-01-01")),
        ["agencies/aa.yml:6:9 agency-dates"],
    ),
    change("a custodian from elsewhere", S, '{person: "000102"', '{person: "000999"', f"{S}:11:14 custodian-official"),
    change(
        "a custodian before his time",
        S,
        "101/QĐ-UBND, date: 2010-10-15, as",
        "101/QĐ-UBND, date: 2010-10-14, as",
        f"{S}:10:14 custodian-official",
    ),
    change(
        "a custodian after his time",
        S,
        '000102", document: 05/GUQ-STTTT, date: 2011-02-01',
        '000103", document: 05/GUQ-STTTT, date: 2012-01-01',
        f"{S}:11:14 custodian-official",
    ),
    change(
        "a custodian on the last day",
        S,
        '000102", document: 05/GUQ-STTTT, date: 2011-02-01',
        '000103", document: 05/GUQ-STTTT, date: 2011-12-31',
        f"{S}:11:14 custodian-left",
    ),
    Case(
        "custodians of one day",
        register(
            agency(
                "aa",
                person("1", "Lò An", "2011-01-01", leader="true"),
                custodians=[
                    {"person": "1", "document": "1/QĐ-UBND", "date": "2011-01-01", "as": "head"},
                    {"person": "1", "document": "2/QĐ-UBND", "date": "2011-01-01", "as": "delegate"},
                ],
            )
        ),
        [],
    ),
    Case(
        "merged into one that cannot be read",
        {**register(agency("aa", closed="2011-01-01 merged")), "agencies/bb.yml": "- x"},
        ["agencies/bb.yml:1:1 schema-type"],
    ),
    Case(
        "closed on the day it opened",
        register(agency("aa", closed="2000-01-01")),
        ["agencies/aa.yml:6:9 agency-dates"],
    ),
    Case(
        "the successor of an open one",
        register(agency("aa"), agency("bb", succeeds=["aa"])),
        ["agencies/bb.yml:6:11 agency-succeeds-open"],
    ),
    Case(
        "a successor that comes later",
        register(agency("aa", closed="2011-01-01"), agency("bb", opened="2011-01-02", succeeds=["aa"])),
        ["agencies/bb.yml:6:11 agency-succeeds-day"],
    ),
    Case(
        "a successor that ends on the same day",
        register(agency("aa", closed="2011-01-01"), agency("bb", closed="2011-01-01", succeeds=["aa"])),
        ["agencies/bb.yml:7:11 agency-succeeds-day"],
    ),
    Case(
        "the successor of a successor",
        register(
            agency("aa", closed="2011-01-01 renamed"),
            agency("bb", opened="2011-01-01 renamed", closed="2012-01-01 merged", succeeds=["aa"]),
            agency("cc", opened="2012-01-01 merged", succeeds=["bb"]),
        ),
        [],
    ),
    Case(
        "merged from none",
        register(agency("aa", opened="2011-01-01 merged")),
        ["agencies/aa.yml:5:9 agency-origin"],
    ),
    Case(
        "renamed by another event",
        register(agency("aa", closed="2011-01-01 merged"), agency("bb", opened="2011-01-01 renamed", succeeds=["aa"])),
        ["agencies/bb.yml:5:9 agency-origin"],
    ),
    Case(
        "merged on another day",
        register(agency("aa", closed="2011-02-01 merged"), agency("bb", opened="2011-01-01 merged", succeeds=["aa"])),
        ["agencies/bb.yml:5:9 agency-origin"],
    ),
    Case(
        "renamed into two",
        register(
            agency("aa", closed="2011-01-01 renamed"),
            agency("bb", opened="2011-01-01 renamed", succeeds=["aa"]),
            agency("cc", opened="2011-01-01 renamed", succeeds=["aa"]),
        ),
        ["agencies/aa.yml:6:9 agency-renamed"],
    ),
    Case(
        "two renamed into one",
        register(
            agency("aa", closed="2011-01-01 renamed"),
            agency("bb", closed="2011-01-01 renamed"),
            agency("cc", opened="2011-01-01 renamed", succeeds=["aa", "bb"]),
        ),
        ["agencies/aa.yml:6:9 agency-renamed", "agencies/bb.yml:6:9 agency-renamed"],
    ),
    Case(
        "renamed into one that was there",
        register(agency("aa", closed="2011-01-01 renamed"), agency("bb", succeeds=["aa"])),
        ["agencies/aa.yml:6:9 agency-renamed"],
    ),
    Case(
        "renamed into one that also takes over others",
        register(
            agency("aa", closed="2011-01-01 renamed"),
            agency("bb", closed="2011-01-01 merged"),
            agency("cc", closed="2012-01-01"),
            agency("dd", opened="2011-01-01 renamed", succeeds=["aa", "bb", "cc"]),
        ),
        [],
    ),
    Case(
        "renamed into one that cannot be read",
        {**register(agency("aa", closed="2011-01-01 renamed")), "agencies/bb.yml": "- x"},
        ["agencies/bb.yml:1:1 schema-type"],
    ),
    Case(
        "one identifier at the same time",
        register(
            agency("aa", closed="2011-01-01", identifier="H38.1"),
            agency("bb", opened="2010-12-31", closed="2011-06-01", identifier="H38.1"),
            agency("cc", opened="2011-03-01", identifier="H38.1"),
            agency("dd", identifier="H38.2"),
        ),
        ["agencies/bb.yml:5:13 agency-identifier", "agencies/cc.yml:5:13 agency-identifier"],
    ),
    Case(
        "an identifier that one keeps for longer than the first",
        register(
            agency("zz", closed="2011-01-01", identifier="H38.1"),
            agency("aa", opened="2010-06-01", identifier="H38.1"),
            agency("bb", opened="2012-01-01", identifier="H38.1"),
        ),
        ["agencies/aa.yml:5:13 agency-identifier", "agencies/bb.yml:5:13 agency-identifier"],
    ),
    Case(
        "an identifier handed on",
        register(
            agency("bb", closed="2011-01-01 renamed", identifier="H38.1"),
            agency("aa", opened="2011-01-01 renamed", identifier="H38.1", succeeds=["bb"]),
        ),
        [],
    ),
    Case(
        "one name under one parent",
        register(
            agency("aa", name="Ủy ban nhân dân xã Hòa Bình", parent="stttt"),
            agency("bb", name="Uỷ ban nhân dân xã Hoà Bình", parent="stttt"),
            agency("cc", name="Ủy ban nhân dân xã Hoa Bình", parent="stttt"),
        ),
        ["agencies/bb.yml:3:7 agency-namesake"],
    ),
    Case(
        "one name at the head of the province and in a department",
        register(
            agency("aa", name="Tỉnh ủy"),
            agency("bb", parent="aa", name="Sở Y tế"),
            agency("cc", parent="bb", name="Tỉnh ủy", opened="2005-01-01"),
            agency("dd", parent="cc", name="Sở Y tế", opened="2005-01-01"),
            agency("ee", parent="cc", name="Phòng", opened="2005-01-01"),
            agency("ff", parent="dd", name="Phòng", opened="2005-01-01"),
        ),
        ["agencies/cc.yml:3:7 agency-namesake", "agencies/dd.yml:3:7 agency-namesake"],
    ),
    Case(
        "one name at the head of the province, and in a department when that is over",
        register(
            agency("aa", name="Tỉnh ủy", closed="2011-01-01"),
            agency("bb"),
            agency("cc", parent="bb", name="Tỉnh ủy", opened="2011-01-01"),
        ),
        [],
    ),
    Case(
        "one name one after the other",
        register(agency("aa", name="Sở Y tế", closed="2011-01-01"), agency("bb", name="Sở Y tế", opened="2011-01-01")),
        [],
    ),
    Case(
        "split from one that goes on",
        register(agency("aa"), agency("bb", opened="2011-01-01 split")),
        [],
    ),
]


@each(CASES)
def test_a_change_gives_its_findings(case: Case) -> None:
    assert found(case) == case.expected


@pytest.mark.parametrize(("count", "cut"), [(7, False), (8, False), (9, True)])
def test_of_a_long_circle_the_beginning_is_named_and_where_it_closes(count: int, cut: bool) -> None:
    codes = [f"a{number}" for number in range(count)]
    circle = [agency(code, parent=parent) for code, parent in zip(codes, [*codes[1:], codes[0]], strict=True)]
    first, *others = findings(Case("a long circle", register(*circle), []))
    assert first.values["chain"] == " → ".join([*codes[:8], *["…"] * cut, codes[0]])
    assert {each.rule.id for each in others} == {"agency-cycle"}
    assert len(others) == count - 1


@for_each("case", CASES, ids=lambda case: case.name)
def test_its_findings_name_what_they_are_about(case: Case) -> None:
    assert values(case) == recorded().get(case.name, []), "if that is right: python -m tests.support.said"
