"""Conversion of typed values back to the register format, for values that are copied into another entry."""

from __future__ import annotations

from ..model.register import Change, Suspension
from .text import Value


def suspension(suspended: Suspension) -> dict[str, Value]:
    """Return a suspension in the register format, with the document that ended it early, if any."""
    stated: dict[str, Value] = {"document": suspended.document, "date": suspended.since.isoformat()}
    if suspended.until:
        stated["until"] = suspended.until.isoformat()
    if ended := suspended.ended:
        stated["ended"] = {"document": ended.document, "date": ended.date.isoformat()}
    return stated


def change(changed: Change) -> dict[str, Value]:
    """Return a change of an agency in the register format."""
    return {"document": changed.document, "date": changed.date.isoformat(), **changed.values}
