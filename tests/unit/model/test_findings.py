"""What makes a finding a new one."""

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


def test_it_is_known_wherever_in_its_file_it_stands() -> None:
    assert findings.new([one(1)], [one(9)]) == []


@pytest.mark.parametrize(
    "other",
    [one(rule=OTHER), one(file="b.yml"), one(object_="stttt/2"), one(name="Ánh")],
    ids=["rule", "file", "object", "values"],
)
def test_it_is_new_with_another(other: Finding) -> None:
    assert findings.new([one()], [one(), other]) == [other]


def test_values_that_read_the_same_are_told_apart() -> None:
    assert findings.new([one(name="1")], [one(name=1)]) == [one(name=1)]


def test_the_second_of_two_is_new_where_one_was_there() -> None:
    assert findings.new([one(1)], [one(1), one(2)]) == [one(2)]
    assert findings.new([one(1), one(2)], [one(1), one(2), one(3), one(4)]) == [one(3), one(4)]


def test_what_is_gone_is_not_new() -> None:
    assert findings.new([one(1), one(2)], [one(1)]) == []
    assert findings.new([one(1)], []) == []
    assert findings.new([], [one(1)]) == [one(1)]


def test_only_errors_bind() -> None:
    assert findings.binding([one(), one(rule=OTHER)]) == [one()]


def test_an_id_is_given_to_one_rule_only() -> None:
    with pytest.raises(ValueError, match="two rules are called file-name"):
        findings.rule("file-name", "R1", "x")
