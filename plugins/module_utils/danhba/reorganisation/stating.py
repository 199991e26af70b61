"""Writes a reorganisation as the file that `reading` reads."""

from __future__ import annotations

from collections.abc import Mapping

from ..editing import text as write
from ..editing.text import Value
from ..model.sizes import written
from .model import Closing, Fate, Holder, Opening, Person, Reorganisation


def text(decision: Reorganisation) -> str:
    """Return the whole file, one entry a line.

    Raises:
        Problem: a value has a character that no register may have.
    """
    units = [{"agency": unit.agency, "unit": unit.name, **_fate(unit.fate)} for unit in decision.units]
    parts: dict[str, Value] = {
        "document": decision.document,
        "request": decision.request,
        "date": decision.date.isoformat(),
        "operator": decision.operator,
        "agencies": [_opening(opening) for opening in decision.agencies],
        "close": [_closing(closing) for closing in decision.close],
        "units": [_stated(unit) for unit in units],
        "people": [_person(person) for person in decision.people],
        "parents": [{"agency": parent.agency, "parent": parent.parent} for parent in decision.parents],
        "custodians": [_holder(holder) for holder in decision.custodians],
    }
    return "\n".join(["---", *write.pairs(_stated(parts), 2), ""])


def _stated(values: Mapping[str, Value]) -> dict[str, Value]:
    return {key: value for key, value in values.items() if value}


def _opening(opening: Opening) -> Mapping[str, Value]:
    texts = {key: getattr(opening, key) for key in ("name", "kind", "parent", "identifier", "event")}
    return _stated(
        {"agency": opening.code, **texts, "quota": written(opening.quota) if opening.quota is not None else ""}
    )


def _closing(closing: Closing) -> Mapping[str, Value]:
    heirs: Value = closing.to[0] if len(closing.to) == 1 else [*closing.to]
    people = _fate(closing.people) if closing.people else {}
    return _stated({"agency": closing.code, "event": closing.event, "to": heirs, "people": people})


def _fate(fate: Fate) -> dict[str, Value]:
    return _stated({"to": fate.to, "close": fate.close, "document": fate.document})


def _person(person: Person) -> Mapping[str, Value]:
    texts = {key: getattr(person, key) for key in ("title", "unit", "phone", "address", "address_document")}
    leader = "" if person.leader is None else str(person.leader).lower()
    return _stated({"id": person.id, **_fate(person.fate), **texts, "leader": leader})


def _holder(holder: Holder) -> Mapping[str, Value]:
    told = {"agency": holder.agency, "person": holder.person, "document": holder.document}
    return _stated({**told, "as": holder.role, "key": holder.key})
