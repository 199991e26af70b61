"""Tests for findings about YAML.

Each case changes one thing in the sample register and lists all findings that follow.
"""

from __future__ import annotations

from tests.support.cases import ENTRY, NAME, Case, S, U, change, each, found, replace
from tests.support.looped import for_each
from tests.support.said import recorded, values

CASES = [
    change("not YAML", S, NAME, NAME + ": x", f"{S}:3:35 yaml-syntax"),
    change("a conflict", S, NAME, "<<<<<<< HEAD\n" + NAME, f"{S}:3:1 file-conflict"),
    change("the middle of a conflict", S, NAME, NAME + "\n=======", f"{S}:4:1 file-conflict"),
    change("the end of a conflict", S, NAME, NAME + "\n>>>>>>> abc1234", f"{S}:4:1 file-conflict"),
    change("a line drawn in a comment", S, NAME, "# ==========\n" + NAME),
    change("an open quote", S, "quota: 10G", 'quota: "10G', f"{S}:10:15 yaml-syntax"),
    change("a tab", S, "    title: Giám đốc", "\ttitle: Giám đốc", f"{S}:15:1 yaml-syntax"),
    change("a control character", S, "Giám đốc", "Giám\x07đốc", f"{S}:15:16 yaml-syntax"),
    change("a key twice", S, NAME, NAME + "\nname: Sở", f"{S}:4:1 yaml-twice"),
    change("a key twice in an entry", S, ENTRY, ENTRY * 2, f"{S}:21:5 yaml-twice"),
    change("an anchor", S, "kind: department", "kind: &k department", f"{S}:4:7 yaml-anchor"),
    change("an alias", S, "kind: department", "kind: *k", f"{S}:4:7 schema-empty", f"{S}:4:7 yaml-anchor"),
    change("a merge key", S, ENTRY, ENTRY + "    <<: {title: x}\n", f"{S}:21:5 schema-key"),
    change("a tag", S, NAME, "name: !!str Sở", f"{S}:3:7 yaml-tag"),
    change("a tag of Python", S, NAME, "name: !!python/name:os.system x", f"{S}:3:7 yaml-tag"),
    change("a tag on a sequence", U, "people: []", "people: !!set []", f"{U}:6:9 yaml-tag"),
    change("an anchor on a key", S, "kind: department", "&k kind: department", f"{S}:4:1 yaml-anchor"),
    change("a tag on a key", S, "kind: department", "!!str kind: department", f"{S}:4:1 yaml-tag"),
    change("a directive", S, "---\n", "%TAG ! !x\n---\n", f"{S}:1:1 yaml-directive"),
    change("a directive further down", U, "people: []", "people: []\n...\n%YAML 1.2", f"{U}:8:1 yaml-directive"),
    change("a percent sign", S, NAME, "name: 50\n  %Sở"),
    change("a key that is no text", S, NAME, NAME + "\n{a: b}: c", f"{S}:4:1 yaml-key"),
    change("two documents", U, "people: []", "people: []\n---\nagency: x", f"{U}:7:1 yaml-documents"),
    change("nesting", S, NAME, "name: " + "[" * 90 + "]" * 90, f"{S}:3:38 yaml-depth"),
    change("an escape", S, NAME, 'name: "Sở\\u200b"', f"{S}:3:7 yaml-escape"),
    change("an escape in a key", S, "quota:", '"quo\\x74a":', f"{S}:8:1 yaml-escape"),
    replace(
        "an alias bomb",
        U,
        "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n",
        f"{U}:1:1 schema-key",
        *(f"{U}:1:1 schema-missing" for _ in range(5)),
        f"{U}:1:4 yaml-anchor",
        f"{U}:2:1 schema-key",
        *(f"{U}:2:{column} yaml-anchor" for column in (4, 8, 12)),
        f"{U}:3:1 schema-key",
        *(f"{U}:3:{column} yaml-anchor" for column in (4, 8, 12)),
        # The other agencies get no finding that their parent is missing: its file exists, but cannot be read.
    ),
]


@each(CASES)
def test_check_changed_sample_reports_expected_findings(case: Case) -> None:
    assert found(case) == case.expected


@for_each("case", CASES, ids=lambda case: case.name)
def test_check_changed_sample_fills_messages_with_recorded_values(case: Case) -> None:
    assert values(case) == recorded().get(case.name, []), "if that is right: python -m tests.support.said"
