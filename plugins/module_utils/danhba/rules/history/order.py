"""Rules about the order of entries, which decides their addresses: none is removed, moved, renumbered or inserted
(R4.2).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice

from ...messages import mark as _
from ...model.findings import KIND_LIMIT, Finding, Where, rule
from ...model.register import Agency, Issuance
from . import events

REMOVED = rule(
    "history-entry-removed",
    "R5",
    _(
        "entry {number} of {agency} was {person} ({name}) and is gone; restore it, or first take in what was merged "
        "meanwhile; who leaves gets closed:"
    ),
)
REORDERED = rule(
    "history-entry-moved",
    "R4.2",
    _("entry {number} of {agency} was {person}, who now stands at {place}; restore the order, for addresses follow it"),
)
INSERTED = rule(
    "history-entry-inserted",
    "R4.2",
    _(
        "{person} is new in {agency} and stands before {before}, who was there first; move the new entry to the end "
        "of people:, as after a merge, where the entries that were merged first come first"
    ),
)
IDENTITY = rule(
    "history-id",
    "R5",
    _("entry {number} of {agency} had the id {before} and now has {now}; restore it: mail is kept under the id"),
)


class Order:
    """The former and the present list of entries, matched: `pairs` maps an entry's former index to its present one."""

    def __init__(self, former: list[Issuance], later: list[Issuance], now: Agency) -> None:
        self.former, self.later, self.now = former, later, now
        places = {key: place for place, key in enumerate(_keys(later))}
        self.pairs = {index: places[key] for index, key in enumerate(_keys(former)) if key in places}
        taken = set(self.pairs.values())
        self.new = [place for place in range(len(later)) if place not in taken]
        self.renumbered = dict(self._renumbered())

    def _renumbered(self) -> Iterator[tuple[int, int]]:
        """Yield pairs of a removed entry and an added one that differ only in their id."""
        found = {(self.later[place].name, events.describe(self.later[place].opened)): place for place in self.new}
        for index, issuance in enumerate(self.former):
            key = (issuance.name, events.describe(issuance.opened))
            place = found.pop(key, None) if index not in self.pairs else None
            if place is not None:
                yield index, place

    def findings(self) -> Iterator[Finding]:
        """Yield every entry that is removed, has another id, was moved, or was added before the end."""
        yield from islice(self._identities(), KIND_LIMIT)
        yield from islice(self._removed(), KIND_LIMIT)
        yield from islice(self._moved(), KIND_LIMIT)
        yield from islice(self._inserted(), KIND_LIMIT)

    def _identities(self) -> Iterator[Finding]:
        for index, place in self.renumbered.items():
            where = self.now.where_of(self.later[place], "id")
            values = {"before": self.former[index].id, "now": self.later[place].id}
            yield IDENTITY.at(where, number=index + 1, agency=self.now.code, **values)

    def _removed(self) -> Iterator[Finding]:
        for index, issuance in enumerate(self.former):
            if index not in self.pairs and index not in self.renumbered:
                people = self.now.where("people")
                where = Where(people.file, people.place, f"{self.now.code}/{issuance.id}")
                values = {"agency": self.now.code, "person": issuance.id, "name": issuance.name}
                yield REMOVED.at(where, number=index + 1, **values)

    def _moved(self) -> Iterator[Finding]:
        indices = sorted(self.pairs)
        kept = _rising([self.pairs[index] for index in indices])
        for index in indices:
            if (place := self.pairs[index]) not in kept:
                issuance = self.later[place]
                values = {"agency": self.now.code, "person": issuance.id, "place": place + 1}
                yield REORDERED.at(self.now.where_of(issuance), number=index + 1, **values)

    def _inserted(self) -> Iterator[Finding]:
        old = sorted({*self.pairs.values(), *self.renumbered.values()})
        for place in self.new:
            following = bisect_left(old, place)
            if following < len(old) and old[following] != place:
                issuance, before = self.later[place], self.later[old[following]]
                values = {"agency": self.now.code, "person": issuance.id, "before": before.id}
                yield INSERTED.at(self.now.where_of(issuance), **values)


def _keys(people: list[Issuance]) -> Iterator[tuple[str, int]]:
    """Yield each entry's id with the number of the person's entries before it: people who return have several."""
    seen: dict[str, int] = {}
    for issuance in people:
        count = seen[issuance.id] = seen.get(issuance.id, 0) + 1
        yield issuance.id, count


def _rising(numbers: Sequence[int]) -> frozenset[int]:
    """Return a longest increasing subsequence of different numbers, so that the fewest entries count as moved."""
    ends: list[int] = []
    before: dict[int, int | None] = {}
    for number in numbers:
        length = bisect_left(ends, number)
        before[number] = ends[length - 1] if length else None
        ends[length : length + 1] = [number]
    kept, last = set(), ends[-1] if ends else None
    while last is not None:
        kept.add(last)
        last = before[last]
    return frozenset(kept)
