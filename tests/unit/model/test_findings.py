"""Tests for rules and findings: which findings of a change are new, which are binding."""

from __future__ import annotations

import pytest

from danhba.model import findings
from danhba.model.findings import Finding, Rule, Severity, Where
from danhba.model.place import Place

RULE = Rule("x-one", Severity.ERROR, "R1", "{name} {names}")
OTHER = Rule("x-two", Severity.ADVICE, "R1", "{name} {names}")


def one(
    line: int = 1, *, rule: Rule = RULE, file: str = "a.yml", object_: str = "stttt/1", name: object = "An"
) -> Finding:
    return rule.at(Where(file, Place(line, 1), object_), name=name, names=["Ba"])


def test_new_finding_moved_within_its_file_is_not_new() -> None:
    assert findings.new([one(1)], [one(9)]) == []


@pytest.mark.parametrize(
    "other",
    [one(rule=OTHER), one(file="b.yml"), one(object_="stttt/2"), one(name="Ánh")],
    ids=["rule", "file", "object", "values"],
)
def test_new_finding_with_other_rule_file_object_or_values_is_new(other: Finding) -> None:
    assert findings.new([one()], [one(), other]) == [other]


def test_new_values_of_another_type_with_the_same_text_are_new() -> None:
    assert findings.new([one(name="1")], [one(name=1)]) == [one(name=1)]


def test_new_repeated_finding_counts_those_beyond_the_former() -> None:
    assert findings.new([one(1)], [one(1), one(2)]) == [one(2)]
    assert findings.new([one(1), one(2)], [one(1), one(2), one(3), one(4)]) == [one(3), one(4)]


def test_new_removed_finding_is_not_new() -> None:
    assert findings.new([one(1), one(2)], [one(1)]) == []
    assert findings.new([one(1)], []) == []
    assert findings.new([], [one(1)]) == [one(1)]


def test_binding_errors_and_advice_returns_errors_alone() -> None:
    assert findings.binding([one(), one(rule=OTHER)]) == [one()]


def test_rule_id_used_twice_raises_value_error() -> None:
    with pytest.raises(ValueError, match="two rules are called file-name"):
        findings.rule("file-name", "R1", "x")
