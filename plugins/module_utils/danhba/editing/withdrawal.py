"""What is to come for a person, and taking it back, or putting it off, by a document before its day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from ..model.register import PAIRED
from ..planning.listing import Listed
from .draft import Draft
from .text import Value

SUSPENDED = "suspended"
# What stays with an entry that never opens; leave is the person's, and holds wherever it stands.
_OF_THE_ENTRY = {"opened", "closed", "withdrawn", "suspended", "leave"}


class Part(NamedTuple):
    """One place of the register that says what is to come: `key` is opened, closed or suspended."""

    agency: str
    key: str
    day: date
    document: str


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing that is to come for a person; a move and a change of name stand at two places or more."""

    id: str
    name: str
    event: str
    day: date
    document: str
    parts: list[Part] = field(default_factory=list)


def to_come(entries: Iterable[Listed], today: date) -> list[Matter]:
    """What of a person's entries has not happened by today, by its days."""
    listed = [entry for entry in entries if entry.issuance and not entry.issuance.void_on]
    found = sorted((part for entry in listed for part in _parts(entry, today)), key=lambda part: part[0])
    matters = []
    for (_day, event, _document), parts in groupby(found, key=lambda part: part[0]):
        kept = [part for _key, part in parts]
        if event == SUSPENDED:
            kept += _carried(listed, kept[0])
        matters.append(Matter(listed[0].id, listed[0].name, event, kept[0].day, kept[0].document, kept))
    return matters


def _carried(entries: Iterable[Listed], part: Part) -> Iterable[Part]:
    """The places to which a suspension that is to come goes along."""
    for entry in entries:
        since, spells = entry.opened.date, entry.issuance.suspended if entry.issuance else ()
        same = (spell for spell in spells if (spell.since, spell.document) == (since, part.document))
        if since > part.day and any(not spell.withdrawn for spell in same):
            yield part._replace(agency=entry.agency.code, day=since)


def _parts(entry: Listed, today: date) -> Iterable[tuple[tuple[date, str, str], Part]]:
    """What an entry says of what is to come, with what tells one matter from another."""
    code = entry.agency.code
    for key, event in (("opened", entry.opened), ("closed", entry.closed)):
        if event and event.date > today:
            # Both sides of a move are one matter; nothing else happens twice.
            apart = "" if event.event in PAIRED else key
            yield (event.date, event.event, apart), Part(code, key, event.date, event.document)
    for spell in entry.issuance.suspended if entry.issuance else ():
        if spell.since > today and not spell.withdrawn and spell.since != entry.opened.date:
            yield (spell.since, SUSPENDED, spell.document), Part(code, SUSPENDED, spell.since, spell.document)


def take_back(draft: Draft, matter: Matter, ending: Mapping[str, Value], until: str = "") -> None:
    """Take a matter back by a document, or put it off to the day `until` by it.

    Raises:
        Problem: a file is laid out in a way that this edit cannot be made in.
    """
    instead: dict[str, Value] = {"document": ending["document"], "date": until, "event": matter.event}
    for part in matter.parts:
        day = part.day.isoformat()
        if part.key == "closed":
            draft.withdraw_closing(part.agency, matter.id, day, ending, instead if until else None)
        elif part.key == "opened":
            entry = draft.withdraw_opening(part.agency, matter.id, day, ending)
            if until:
                draft.add_person(part.agency, _again(entry, day, instead))
        else:
            end = draft.withdraw_suspension(part.agency, matter.id, day, part.document, ending)
            if until and part is matter.parts[0]:
                more: dict[str, Value] = {"until": end} if end > until else {}
                draft.suspend(part.agency, matter.id, {"document": ending["document"], "date": until, **more})


def _goes_on(spell: Mapping[str, Any], opened: Mapping[str, Value]) -> bool:
    """Whether a suspension is still in force when the entry opens after all."""
    end = spell["ended"].get("date", "") if isinstance(spell.get("ended"), Mapping) else spell.get("until", "~")
    return str(end) > str(opened["date"]) and "withdrawn" not in spell


def _again(entry: Mapping[str, Any], day: str, opened: Mapping[str, Value]) -> dict[str, Value]:
    """An entry that opens on another day; a suspension that goes along with it does from then on."""
    kept = {key: value for key, value in entry.items() if key not in _OF_THE_ENTRY}
    began = [spell for spell in entry.get("suspended") or () if spell.get("date") == day and _goes_on(spell, opened)]
    spells = [{**spell, "date": opened["date"]} for spell in began]
    return {**kept, "opened": opened, **({"suspended": spells} if spells else {})}
