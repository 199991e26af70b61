"""What is wrong in a register: rules, and the findings that cite them.

A rule is stated once, where it is checked: its id, how binding it is, the clause it comes from, and its message as an
English template that the catalogue translates.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .place import Place


class Severity(StrEnum):
    """How binding a rule is: the regulation or the format demands it, or we advise it."""

    ERROR = "error"
    ADVICE = "advice"


@dataclass(frozen=True, slots=True)
class Where:
    """A place in a file and the thing that stands there (`stttt/000101`)."""

    file: str
    place: Place
    object: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; `message` is an English template with named fields, and says the way out."""

    id: str
    severity: Severity
    clause: str
    message: str

    def at(self, where: Where, **values: Any) -> Finding:
        """A finding of this rule at a place, with the values of the message's fields."""
        return Finding(self, where, values)


RULES: dict[str, Rule] = {}


def rule(id_: str, clause: str, message: str, *, severity: Severity = Severity.ERROR) -> Rule:
    """Register a rule; ids are unique for ever, because findings are cited by them."""
    if id_ in RULES:
        raise ValueError(f"two rules are called {id_}")
    RULES[id_] = Rule(id_, severity, clause, message)
    return RULES[id_]


def advice(id_: str, clause: str, message: str) -> Rule:
    """Register a rule that does not bind."""
    return rule(id_, clause, message, severity=Severity.ADVICE)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule objects to."""

    rule: Rule
    where: Where
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def order(self) -> tuple[str, Place, str]:
        """Findings are shown by file, then place, then rule."""
        return self.where.file, self.where.place, self.rule.id


# More findings in one file tell its editor nothing more, and a hostile one could have millions.
FILE_LIMIT = 1000
# A file typed in the wrong form, or replaced, has thousands of findings of one kind: these many tell its editor enough.
KIND_LIMIT = 20


class Enough(Exception):
    """A file has more than `FILE_LIMIT` findings: reading it goes no further."""


class Gathered(list[Finding]):
    """The findings of one file, `FILE_LIMIT` of them."""

    def append(self, finding: Finding) -> None:
        """Add one; raises `Enough` after the last that is of use."""
        if len(self) >= FILE_LIMIT:
            raise Enough
        super().append(finding)

    def extend(self, findings: Iterable[Finding]) -> None:
        """Add several, one by one."""
        for finding in findings:
            self.append(finding)


def new(before: Iterable[Finding], after: Iterable[Finding]) -> list[Finding]:
    """The findings of `after` that are not among those of `before`, wherever in its file each of them stands.

    A finding with the same rule, object and values twice in a file is there twice: the second of two is new where only
    one was there before.
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
    """What makes a finding the same one, wherever it has moved to in its file; values may be lists, so as text."""
    return finding.rule.id, finding.where.file, finding.where.object, repr(finding.values)


def binding(findings: list[Finding]) -> list[Finding]:
    """Those that stop a register from being used."""
    return [f for f in findings if f.rule.severity is Severity.ERROR]
