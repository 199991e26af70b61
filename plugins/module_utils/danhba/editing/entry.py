"""Typed values as an entry of the register states them, for those that go along into another entry."""

from __future__ import annotations

from ..model.register import Change, Suspension
from .text import Value


def suspension(suspended: Suspension) -> dict[str, Value]:
    """A suspension, with what ended it before its day."""
    stated: dict[str, Value] = {"document": suspended.document, "date": suspended.since.isoformat()}
    if suspended.until:
        stated["until"] = suspended.until.isoformat()
    if ended := suspended.ended:
        stated["ended"] = {"document": ended.document, "date": ended.date.isoformat()}
    return stated


def change(changed: Change) -> dict[str, Value]:
    """What a document makes of an agency from a day on."""
    return {"document": changed.document, "date": changed.date.isoformat(), **changed.values}
