"""Withdrawal and postponement, by a document, of a person's events that have not happened yet."""

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
# Keys that are not copied from a withdrawn entry to the one in its place. Leave counts for the person in any entry.
_OF_THE_ENTRY = {"opened", "closed", "withdrawn", "suspended", "leave"}


class Part(NamedTuple):
    """A place in the register that states a future event; `key` is opened, closed or suspended."""

    agency: str
    key: str
    day: date
    document: str


@dataclass(frozen=True, slots=True)
class Matter:
    """A future event of a person; a transfer or a change of name is stated in two or more places (`parts`)."""

    id: str
    name: str
    event: str
    day: date
    document: str
    parts: list[Part] = field(default_factory=list)


def to_come(entries: Iterable[Listed], today: date) -> list[Matter]:
    """Return the events of a person's entries that have not happened by `today`, in order of their days."""
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
    """Yield the later entries that a future suspension is carried into."""
    for entry in entries:
        since, spells = entry.opened.date, entry.issuance.suspended if entry.issuance else ()
        same = (spell for spell in spells if (spell.since, spell.document) == (since, part.document))
        if since > part.day and any(not spell.withdrawn for spell in same):
            yield part._replace(agency=entry.agency.code, day=since)


def _parts(entry: Listed, today: date) -> Iterable[tuple[tuple[date, str, str], Part]]:
    """Yield the places of an entry that state a future event, each with the key by which places of one event group."""
    code = entry.agency.code
    for key, event in (("opened", entry.opened), ("closed", entry.closed)):
        if event and event.date > today:
            # The closing and the opening of a transfer are one event; any other two are separate ones.
            apart = "" if event.event in PAIRED else key
            yield (event.date, event.event, apart), Part(code, key, event.date, event.document)
    for spell in entry.issuance.suspended if entry.issuance else ():
        if spell.since > today and not spell.withdrawn and spell.since != entry.opened.date:
            yield (spell.since, SUSPENDED, spell.document), Part(code, SUSPENDED, spell.since, spell.document)


def take_back(draft: Draft, matter: Matter, ending: Mapping[str, Value], until: str = "") -> None:
    """Withdraw an event by a document, or postpone it to the day `until`.

    `ending` has the keys `document` and `date` of the withdrawing document.

    Raises:
        Problem: the layout of a file does not allow this edit.
    """
    instead: dict[str, Value] = {"document": ending["document"], "date": until, "event": matter.event}
    for part in matter.parts:
        day = part.day.isoformat()
        if part.key == "closed":
            draft.withdraw_closing(part.agency, matter.id, day, ending, instead if until else None)
        elif part.key == "opened":
            entry = draft.withdraw_opening(part.agency, matter.id, day, ending)
            if until:
                draft.add_person(part.agency, _reopened(entry, day, instead))
        else:
            end = draft.withdraw_suspension(part.agency, matter.id, day, part.document, ending)
            if until and part is matter.parts[0]:
                more: dict[str, Value] = {"until": end} if end > until else {}
                draft.suspend(part.agency, matter.id, {"document": ending["document"], "date": until, **more})


def _is_still_in_force(spell: Mapping[str, Any], opened: Mapping[str, Value]) -> bool:
    """Tell whether a suspension is still in force on the later day on which the entry opens."""
    end = spell["ended"].get("date", "") if isinstance(spell.get("ended"), Mapping) else spell.get("until", "~")
    return str(end) > str(opened["date"]) and "withdrawn" not in spell


def _reopened(entry: Mapping[str, Any], day: str, opened: Mapping[str, Value]) -> dict[str, Value]:
    """Return a copy of an entry that opens on another day; a suspension carried into it begins on that day, too."""
    kept = {key: value for key, value in entry.items() if key not in _OF_THE_ENTRY}
    began = [
        spell
        for spell in entry.get("suspended") or ()
        if spell.get("date") == day and _is_still_in_force(spell, opened)
    ]
    spells = [{**spell, "date": opened["date"]} for spell in began]
    return {**kept, "opened": opened, **({"suspended": spells} if spells else {})}
