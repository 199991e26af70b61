"""Rules, and the findings that say where a register breaks them.

Each rule is stated once, in the module that checks it: its id, its severity, the clause that it comes from, and its
message as an English template that the catalogue translates.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .place import Place


class Severity(StrEnum):
    """The severity of a rule: an error where the regulation or the register format demands it, else advice."""

    ERROR = "error"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a file, and the object described there (`stttt/000101`: a person of an agency)."""

    file: str
    place: Place
    object: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; `message` is an English template with named fields, and tells how to correct the register."""

    id: str
    severity: Severity
    clause: str
    message: str

    def at(self, where: Where, **values: Any) -> Finding:
        """Return a finding of this rule at a place; `values` are the fields of the message."""
        return Finding(self, where, values)


RULES: dict[str, Rule] = {}


def rule(id_: str, clause: str, message: str, *, severity: Severity = Severity.ERROR) -> Rule:
    """Register a rule and return it. An id is never used again for another rule, because people cite findings by it.

    Raises:
        ValueError: a rule with this id is registered already.
    """
    if id_ in RULES:
        raise ValueError(f"two rules are called {id_}")
    RULES[id_] = Rule(id_, severity, clause, message)
    return RULES[id_]


def advice(id_: str, clause: str, message: str) -> Rule:
    """Register a rule of severity advice, whose findings do not stop a register from being used, and return it."""
    return rule(id_, clause, message, severity=Severity.ADVICE)


@dataclass(frozen=True, slots=True)
class Finding:
    """One violation of a rule: the rule, the place, and the values for its message."""

    rule: Rule
    where: Where
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def order(self) -> tuple[str, Place, str]:
        """The sort key of a finding: file, then place, then rule id."""
        return self.where.file, self.where.place, self.rule.id


# The most findings kept of one file: more would not help its editor, and a hostile file could have millions.
FILE_LIMIT = 1000
# The most findings of one kind that some rules report of a file: a file typed in a wrong form has thousands of them.
KIND_LIMIT = 20


class Enough(Exception):
    """Raised where a file has more than `FILE_LIMIT` findings, to stop reading it."""


class Gathered(list[Finding]):
    """A list of the findings of one file, which holds at most `FILE_LIMIT` of them."""

    def append(self, finding: Finding) -> None:
        """Add a finding; raise `Enough` where the list already holds `FILE_LIMIT`."""
        if len(self) >= FILE_LIMIT:
            raise Enough
        super().append(finding)

    def extend(self, findings: Iterable[Finding]) -> None:
        """Add findings one by one, with the limit of `append`."""
        for finding in findings:
            self.append(finding)


def new(before: Iterable[Finding], after: Iterable[Finding]) -> list[Finding]:
    """Return the findings of `after` that `before` does not have, whatever their lines and columns.

    Findings with the same rule, file, object and values are counted: where `before` has one of them and `after` two,
    the second is new.
    """
    known = Counter(map(_identity, before))
    found = []
    for finding in after:
        identity = _identity(finding)
        if known[identity]:
            known[identity] -= 1
        else:
            found.append(finding)
    return found


def _identity(finding: Finding) -> tuple[str, str, str, str]:
    """Return the key by which two findings are the same, without line and column. Values may be lists, hence `repr`."""
    return finding.rule.id, finding.where.file, finding.where.object, repr(finding.values)


def binding(findings: list[Finding]) -> list[Finding]:
    """Return the findings of severity error, which stop a register from being used."""
    return [f for f in findings if f.rule.severity is Severity.ERROR]
