"""Finds the future days on which a change of the register acts: those to judge by the limits, and those to show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from ..model.facts import Facts

# The most days that are shown; days on which somebody loses a mailbox or an address come first.
DAYS_LIMIT = 31


class Happening(NamedTuple):
    """An effect of the register on one mailbox of an agency on a day (ISO 8601).

    `mailbox` is the id of a person, empty for the agency's contact mailbox. `ends` tells that it may take the mailbox
    away; `event` is the event that closes it.
    """

    day: str
    agency: str
    mailbox: str
    ends: bool
    event: str = ""


def happenings(before: Iterable[Facts], now: Iterable[Facts]) -> list[Happening]:
    """Return the effects that the changed register has and the former one has not."""
    known = {facts.code: facts for facts in before}
    found: list[Happening] = []
    for facts in now:
        then = known.get(facts.code)
        if then is not facts:
            found += sorted(_of(facts) - (_of(then) if then else set()))
    return found


def _of(facts: Facts) -> set[Happening]:
    code = facts.code
    found = set() if facts.void else {Happening(facts.opened, code, "", ends=False)}
    if facts.closed and not facts.void:
        found.add(Happening(facts.closed, code, "", ends=True, event=facts.closed_event))
    for held in (each for each in facts.people if not each.void):
        found.add(Happening(held.opened, code, held.id, ends=False))
        if held.closed:
            found.add(Happening(held.closed, code, held.id, ends=True, event=held.closed_event))
    found.update(Happening(dated.day, code, dated.object, ends=True) for dated in facts.dates)
    return found


def judged(found: Iterable[Happening], day: date) -> dict[date, set[str]]:
    """Return the days after `day` on which a change may take mailboxes away, each with the agencies concerned."""
    agencies: dict[date, set[str]] = {}
    for happening in sorted(found):
        if happening.ends and happening.day > day.isoformat():
            agencies.setdefault(date.fromisoformat(happening.day), set()).add(happening.agency)
    return agencies


def shown(found: Sequence[Happening], day: date) -> tuple[list[date], list[date]]:
    """Return the days after `day` whose plans are shown (the last day is always one), and the other days of effects."""
    coming = {h.day for h in found if h.day > day.isoformat()}
    ending = sorted({h.day for h in found if h.ends} & coming)
    chosen = {*ending[:DAYS_LIMIT], *([max(coming)] if coming else [])}
    chosen.update(_between(found, chosen, day.isoformat()))
    return _days(chosen), _days(coming - chosen)


def _days(texts: Iterable[str]) -> list[date]:
    return sorted(date.fromisoformat(text) for text in texts)


def _between(found: Iterable[Happening], chosen: Iterable[str], today: str) -> Iterator[str]:
    """Yield the fewest further days by which each mailbox that opens after today and closes again is shown as open."""
    known = [today, *chosen]
    for opened, closed in sorted(_brief(found, today), key=lambda span: span[1]):
        if not any(opened <= text < closed for text in known):
            eve = (date.fromisoformat(closed) - timedelta(days=1)).isoformat()
            known.append(eve)
            yield eve


def _brief(found: Iterable[Happening], today: str) -> set[tuple[str, str]]:
    """Return first day and closing day of each mailbox that opens and closes after today."""
    opened: dict[tuple[str, str], str] = {}
    spans = set()
    for happening in sorted(found):
        key = (happening.agency, happening.mailbox)
        if not happening.ends and happening.day > today:
            opened[key] = happening.day
        elif happening.event and key in opened:
            spans.add((opened.pop(key), happening.day))
    return spans
