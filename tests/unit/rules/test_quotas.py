"""The rule on quotas.

Each case changes one thing in the sample register and states all findings that follow.
"""

from __future__ import annotations

from tests.support.cases import ENTRY, WITH, Case, P, S, change, each, found
from tests.support.looped import for_each
from tests.support.said import recorded, values

CASES = [
    change("a small quota", S, "quota: 10G", "quota: 99M", f"{S}:8:8 schema-quota"),
    change("a small quota that may be", S, "quota: 10G", "quota: 100M"),
    change("a large quota", S, "quota: 10G", "quota: 10T", f"{S}:8:8 schema-quota"),
    change("a person's quota", S, ENTRY, WITH + "quota: 1025G\n", f"{S}:21:12 schema-quota"),
    change("quotas of the policy", P, "official: 2G, agency: 10G", "official: 100M, agency: 1T"),
    change(
        "quotas of the policy that nobody means",
        P,
        "official: 2G, agency: 10G",
        "official: 99M, agency: 1025G",
        *["province.yml:9:3 schema-quota"] * 2,
    ),
]


@each(CASES)
def test_a_change_gives_its_findings(case: Case) -> None:
    assert found(case) == case.expected


@for_each("case", CASES, ids=lambda case: case.name)
def test_its_findings_name_what_they_are_about(case: Case) -> None:
    assert values(case) == recorded().get(case.name, []), "if that is right: python -m tests.support.said"
