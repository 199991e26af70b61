"""What a change does on the days to come: on which of them it must be judged, and shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from ..model.facts import Facts

# A limit holds for each day. Where the heaviest days of each kind pass, the lighter ones do.
HEAVIEST = 6
# So many days are shown, those on which somebody loses a mailbox or an address before the others.
DAYS_LIMIT = 31


class Happening(NamedTuple):
    """Something that happens in an agency on a day (ISO 8601); it `ends` where it may take a mailbox away."""

    day: str
    agency: str
    what: str
    ends: bool


def happenings(before: Iterable[Facts], now: Iterable[Facts]) -> list[Happening]:
    """What happens now and did not before."""
    known = {facts.code: facts for facts in before}
    found: list[Happening] = []
    for facts in now:
        then = known.get(facts.code)
        if then is not facts:
            found += sorted(_of(facts) - (_of(then) if then else set()))
    return found


def _of(facts: Facts) -> set[Happening]:
    code = facts.code
    found = {Happening(facts.opened, code, "", ends=False)}
    if facts.closed:
        found.add(Happening(facts.closed, code, facts.closed_event, ends=True))
    for held in facts.people:
        found.add(Happening(held.opened, code, held.id, ends=False))
        if held.closed:
            found.add(Happening(held.closed, code, f"{held.id} {held.closed_event}", ends=True))
    found.update(Happening(dated.day, code, dated.object, ends=True) for dated in facts.dates)
    return found


def judged(found: Iterable[Happening], sizes: dict[str, int], day: date) -> list[date]:
    """The days to come on which the change weighs most: on one agency by its size, and on all together."""
    ending = [h for h in found if h.ends and h.day > day.isoformat()]
    total = Counter(h.day for h in ending)
    share: dict[str, float] = {}
    for (text, agency), count in Counter((h.day, h.agency) for h in ending).items():
        if count > 1:  # one may always leave
            share[text] = max(share.get(text, 0.0), count / max(1, sizes.get(agency, 0)))
    heavy = [text for text, _count in total.most_common(HEAVIEST)]
    heavy += sorted(share, key=share.__getitem__, reverse=True)[:HEAVIEST]
    return sorted({date.fromisoformat(text) for text in heavy})


def shown(found: Sequence[Happening], day: date) -> tuple[list[date], int]:
    """The days to come whose plans are shown, the last among them; and how many others there are."""
    coming = {h.day for h in found if h.day > day.isoformat()}
    ending = sorted({h.day for h in found if h.ends} & coming)
    chosen = {*ending[:DAYS_LIMIT], *([max(coming)] if coming else [])}
    return sorted(date.fromisoformat(text) for text in chosen), len(coming) - len(chosen)
