"""Rules about reorganisations; they are not rules of the register, which keeps nothing of a reorganisation."""

from __future__ import annotations

from ..model.findings import Rule, Severity


def problem(id_: str, clause: str, message: str) -> Rule:
    """Return a rule without which a reorganisation cannot be carried out."""
    return Rule(f"reorganise-{id_}", Severity.ERROR, clause, message)


def reminder(id_: str, clause: str, message: str) -> Rule:
    """Return a rule about something to be done afterwards."""
    return Rule(f"reorganise-{id_}", Severity.ADVICE, clause, message)
