"""What a reorganisation must hold to. These are no rules of a register, which has nothing of it once it is done."""

from __future__ import annotations

from ..model.findings import Rule, Severity


def problem(id_: str, clause: str, message: str) -> Rule:
    """A rule without which a reorganisation cannot be carried out."""
    return Rule(f"reorganise-{id_}", Severity.ERROR, clause, message)


def reminder(id_: str, clause: str, message: str) -> Rule:
    """A rule about what somebody should see to."""
    return Rule(f"reorganise-{id_}", Severity.ADVICE, clause, message)
