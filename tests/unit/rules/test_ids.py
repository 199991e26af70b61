"""The rules on ids.

Each case changes one thing in the sample register and states all findings that follow.
"""

from __future__ import annotations

from tests.support.cases import Case, S, change, each, found
from tests.support.looped import for_each
from tests.support.registers import agency, edited, person, register
from tests.support.said import recorded, values

CASES = [
    *(
        change(f"the id {id_}", S, "000103", id_, f"{S}:24:9 {rule_}")
        for id_, rule_ in (
            ("012345678901", "id-national"),
            ("CMND063123456", "id-national"),
            ("cccd-010090012345", "id-national"),
            ("giangseophu", "id-name"),
            ("Giang-Seo-Phu", "id-name"),
            ("GSPhu", "id-name"),
            ("gsphu-stttt", "id-name"),
            ("phugs", "id-name"),
        )
    ),
    *(
        change(f"the id {id_}", S, "000103", id_)
        for id_ in ("01234567890", "0123456789012", "phu", "gsphu1", "GSP-103", "abcdef", "X000102")
    ),
    Case(
        "an id of letters beside a name that cannot be read",
        edited(S, ("000103", "abc"), ("Giàng Seo Phử", "Giàng Seo 3")),
        [f"{S}:25:11 name-character"],
    ),
    Case(
        "one person with two ids",
        register(
            agency("aa", *(person(str(i), "Lò An", "2011-01-01") for i in (1, 2)), person("3", "LÒ AN", "2011-01-01"))
        ),
        [
            "agencies/aa.yml:10:9 person-two-ids",
            "agencies/aa.yml:13:9 person-two-ids",
            "agencies/aa.yml:14:11 name-capitals",
        ],
    ),
    *(
        Case(
            f"two people told apart by {key} {other or 'alone'}",
            register(
                agency(
                    "aa",
                    person("1", "Lò An", "2011-01-01", **{key: one}),
                    person("2", "Lò An", "2011-01-01", **({key: other} if other else {})),
                )
            ),
            [] if right else ["agencies/aa.yml:11:9 person-two-ids"],
        )
        for key, one, other, right in (
            ("title", "Kế toán", "Văn thư", True),
            ("unit", "Văn phòng", "Thanh tra", True),
            ("phone", "0214 3 000 001", "0214 3 000 002", True),
            ("title", "Kế toán", "Kế toán", False),
            ("title", "Kế toán", "", False),
        )
    ),
    Case(
        "two people on two days, in two agencies, of two marks",
        register(
            agency("aa", person("1", "Lò An", "2011-01-01"), person("2", "Lò An", "2011-01-02")),
            agency("bb", person("3", "Lò An", "2011-01-01"), person("4", "Lò Ân", "2011-01-01")),
        ),
        [],
    ),
    Case(
        "one who came back on the day",
        register(agency("aa", person("1", "Lò An", "2011-01-01", "2011-01-02"), person("1", "Lò An", "2011-01-02"))),
        [],
    ),
]


@each(CASES)
def test_a_change_gives_its_findings(case: Case) -> None:
    assert found(case) == case.expected


@for_each("case", CASES, ids=lambda case: case.name)
def test_its_findings_name_what_they_are_about(case: Case) -> None:
    assert values(case) == recorded().get(case.name, []), "if that is right: python -m tests.support.said"
