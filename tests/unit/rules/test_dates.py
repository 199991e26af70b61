"""The rules on days.

Each case changes one thing in the sample register and states all findings that follow.
"""

from __future__ import annotations

from tests.support.cases import Case, U, change, each, found
from tests.support.looped import for_each
from tests.support.registers import agency, person, register
from tests.support.said import recorded, values

CASES = [
    change("older than the state", U, "1991-10-01", "1191-10-01", f"{U}:5:9 date-past"),
    change("as old as the state", U, "1991-10-01", "1945-09-02"),
    Case(
        "days far ahead",
        register(
            agency(
                "aa",
                person("1", "Lò An", "2011-01-01", "2013-06-03"),
                person("2", "Lò Anh", "2013-06-02"),
                person("3", "Lò Ánh", "2013-06-03"),
                person("4", "Lò Ơn", "2011-01-01", suspended=[{"document": "1/QĐ-AA", "date": "2031-01-01"}]),
                person(
                    "5",
                    "Lò Ớt",
                    "2011-01-01",
                    suspended=[{"document": "1/QĐ-AA", "date": "2012-01-01", "until": "9999-12-31"}],
                ),
            ),
            agency("bb", opened="2013-06-03", closed="2013-06-04"),
        ),
        [
            "agencies/aa.yml:10:13 date-future",
            "agencies/aa.yml:16:13 date-future",
            "agencies/aa.yml:21:35 date-future",
            "agencies/aa.yml:26:54 date-future",
            "agencies/bb.yml:5:9 date-future",
            "agencies/bb.yml:6:9 date-future",
        ],
    ),
    Case(
        "days as far ahead as may be",
        register(
            agency(
                "aa",
                person("1", "Lò An", "2011-01-01", "2013-06-02"),
                person(
                    "2",
                    "Lò Ba",
                    "2011-01-01",
                    suspended=[{"document": "1/QĐ-AA", "date": "2013-06-02", "until": "2013-06-03"}],
                ),
                person("3", "Lò Cả", "2013-06-03"),
            ),
            agency("bb", opened="2013-06-02", closed="2013-06-03"),
        ),
        [
            "agencies/aa.yml:15:54 date-future",
            "agencies/aa.yml:18:13 date-future",
            "agencies/bb.yml:6:9 date-future",
        ],
    ),
]


@each(CASES)
def test_a_change_gives_its_findings(case: Case) -> None:
    assert found(case) == case.expected


@for_each("case", CASES, ids=lambda case: case.name)
def test_its_findings_name_what_they_are_about(case: Case) -> None:
    assert values(case) == recorded().get(case.name, []), "if that is right: python -m tests.support.said"
