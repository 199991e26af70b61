"""The rules on those who keep a contact mailbox.

Each case changes one thing in the sample register and states all findings that follow.
"""

from __future__ import annotations

from tests.support.cases import DELEGATE, HEAD, UNTIL, Case, S, change, each, found
from tests.support.looped import for_each
from tests.support.registers import agency, person, register
from tests.support.said import recorded, values

CASES = [
    change("a head that is no leader", S, "    leader: true\n", "", f"{S}:10:69 custodian-head"),
    change("a head that is marked so", S, "    leader: true\n", "    leader: false\n", f"{S}:10:69 custodian-head"),
    change(
        "a head who came back as a leader",
        S,
        '{person: "000101", document: 101/QĐ-UBND, date: 2010-10-15, as: head}',
        '{person: "000103", document: 101/QĐ-UBND, date: 2010-11-15, as: head}',
        f"{S}:10:69 custodian-head",
    ),
    change(
        "a head before his time",
        S,
        '{person: "000101", document: 101/QĐ-UBND, date: 2010-10-15, as: head}',
        '{person: "000102", document: 101/QĐ-UBND, date: 2010-10-15, as: head}',
        f"{S}:10:14 custodian-official",
    ),
    change("a delegate who left", S, DELEGATE, DELEGATE.replace("000102", "000103"), f"{S}:11:14 custodian-left"),
    change(
        "a delegate who left, with another after",
        S,
        DELEGATE,
        DELEGATE.replace("000102", "000103") + DELEGATE.replace("2011-02-01", "2012-01-02"),
    ),
    Case(
        "a custodian who left and came back",
        register(
            agency(
                "aa",
                person("1", "Lò An", "2011-01-01", "2011-06-01"),
                person("1", "Lò An", "2011-07-01"),
                custodians=[{"person": "1", "document": "1/GUQ-AA", "date": "2011-02-01", "as": "delegate"}],
            )
        ),
        [],
    ),
    Case(
        "a custodian who left, and never came back",
        register(
            agency(
                "aa",
                person("1", "Lò An", "2011-01-01", "2011-06-01"),
                person(
                    *("1", "Lò An"),
                    {
                        "document": "7/QĐ-AA",
                        "date": "2011-07-01",
                        "event": "recruited",
                        "withdrawn": {"document": "8/QĐ-AA", "date": "2011-06-15"},
                    },
                ),
                custodians=[{"person": "1", "document": "1/GUQ-AA", "date": "2011-02-01", "as": "delegate"}],
            )
        ),
        ["agencies/aa.yml:7:14 custodian-left"],
    ),
    Case(
        "a custodian of an agency that closed",
        register(
            agency(
                "aa",
                person("1", "Lò An", "2011-01-01", "2012-01-01"),
                closed="2012-01-01",
                custodians=[{"person": "1", "document": "1/GUQ-AA", "date": "2011-02-01", "as": "delegate"}],
            )
        ),
        [],
    ),
    change("a delegate entered twice", S, DELEGATE, DELEGATE * 2, f"{S}:12:54 custodian-twice"),
    change(
        "two delegates of one day",
        S,
        DELEGATE,
        DELEGATE + DELEGATE.replace("000102", "000101"),
        f"{S}:12:54 custodian-twice",
    ),
    change(
        "an authorisation that is renewed",
        S,
        DELEGATE,
        DELEGATE + DELEGATE.replace("05/", "06/").replace("2011-02-01", "2012-02-01"),
    ),
    change("a delegate who is suspended", S, UNTIL, "}", f"{S}:11:14 custodian-suspended"),
    Case(
        "a delegate who was suspended when leaving",
        register(
            agency(
                "aa",
                person(
                    "1", "Lò An", "2011-01-01", "2012-01-01", suspended=[{"document": "9/QĐ-AA", "date": "2011-05-01"}]
                ),
                person("1", "Lò An", "2012-02-01"),
                custodians=[{"person": "1", "document": "1/GUQ-AA", "date": "2011-02-01", "as": "delegate"}],
            )
        ),
        ["agencies/aa.yml:15:5 person-suspension-carried"],
    ),
    change(
        "a leader, and nobody holds the mailbox", S, "custodians:\n" + HEAD + DELEGATE, "", f"{S}:2:1 custodian-missing"
    ),
    Case("no leader, and nobody holds the mailbox", register(agency("aa", person("1", "Lò An", "2011-01-01"))), []),
    Case(
        "a leader who stayed when the agency closed",
        register(agency("aa", person("1", "Lò An", "2011-01-01", leader="true"), closed="2012-01-01")),
        ["agencies/aa.yml:8:5 person-agency-closed"],
    ),
    Case(
        "a leader who left",
        register(agency("aa", person("1", "Lò An", "2011-01-01", "2012-01-01", leader="true"))),
        [],
    ),
    change(
        "custodians out of order",
        S,
        "date: 2011-02-01",
        "date: 2010-10-14",
        f"{S}:11:14 custodian-official",
        f"{S}:11:54 custodian-order",
    ),
]


@each(CASES)
def test_a_change_gives_its_findings(case: Case) -> None:
    assert found(case) == case.expected


@for_each("case", CASES, ids=lambda case: case.name)
def test_its_findings_name_what_they_are_about(case: Case) -> None:
    assert values(case) == recorded().get(case.name, []), "if that is right: python -m tests.support.said"
