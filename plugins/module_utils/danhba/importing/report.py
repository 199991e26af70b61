"""The report of an import: what happens to each row of the list, shown before anything is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..messages import mark as _
from ..messages import render, translator
from .rows import HEADING, OUTSIDE, Note, Row, State
from .settle import Settled

_STATES = {State.TAKEN: _("will be opened"), State.SKIPPED: _("left out"), State.BAD: _("wrong")}
HEADINGS = (_("Row"), "", _("Full name"), _("Title"), _("Division"), _("Telephone"), _("Address"), _("Remarks"))
SAMPLE_HEADINGS = (_("Row"), _("Full name"), _("Title"), _("Agency"), _("Address"))
SAMPLE = _("{shown} of {count} mailboxes as they will be:")
# So few mailboxes are still read one by one.
MOST_SHOWN = 30
COUNTED = _("{taken} will be opened, {skipped} rows are left out, {bad} are wrong")


def table(settled: Settled, domain: str, language: str) -> Iterator[tuple[str, ...]]:
    """Yield the report as a table: headings, then one line for each row of the list, with the address it gets.

    Consecutive rows outside the list's tables share a line.
    """
    say = translator(language)
    yield tuple(say(heading) if heading else "" for heading in HEADINGS)
    several = len({row.sheet for row in settled.rows}) > 1
    for numbers, row, index in _grouped(settled.rows):
        place = f"{row.sheet}!{numbers}" if several else numbers
        address = f"{settled.locals[index]}@{domain}" if index in settled.locals else ""
        person = row.person
        cells = (person.name, person.title, person.unit, person.phone) if person else ("", "", "", "")
        yield (place, say(_STATES[row.state]), *cells, address, "; ".join(_note(note, language) for note in row.notes))


def _note(note: Note, language: str) -> str:
    text = render(note.template, note.values, language)
    return f"[{note.column}] {text}" if note.column else text


def _grouped(rows: Sequence[Row]) -> Iterator[tuple[str, Row, int]]:
    """Yield each row with its number and index; of consecutive rows outside a table the last one, as ``1-8``."""
    start = 0
    for i, row in enumerate(rows):
        following = rows[i + 1] if i + 1 < len(rows) else None
        if _is_outside(row) and following and _is_outside(following) and following.sheet == row.sheet:
            continue
        first = rows[start].number
        yield (str(row.number) if first == row.number else f"{first}-{row.number}"), row, i
        start = i + 1


def _is_outside(row: Row) -> bool:
    return any(note.template is OUTSIDE for note in row.notes)


def sample(settled: Settled, agency: str, domain: str, language: str) -> list[tuple[str, ...]]:
    """Return headings and up to `MOST_SHOWN` mailboxes to be opened, spread evenly over the list."""
    taken = [i for i, row in enumerate(settled.rows) if row.person and i in settled.locals]
    shown = min(len(taken), MOST_SHOWN)
    several = len({row.sheet for row in settled.rows}) > 1
    lines = [tuple(map(translator(language), SAMPLE_HEADINGS))]
    for i in (taken[k * len(taken) // shown] for k in range(shown)):
        row, person = settled.rows[i], settled.rows[i].person
        if person:
            address = f"{settled.locals[i]}@{domain}"
            lines.append((row.called()[several], person.name, person.title, agency, address))
    return lines


def of_columns(rows: Sequence[Row], language: str) -> Iterator[tuple[str, str, int]]:
    """Yield the remarks about the columns of each table: the text, the sheet and the row of the heading."""
    for row in rows:
        if row.notes and row.notes[0].template is HEADING:
            yield from ((_note(note, language), row.sheet, row.number) for note in row.notes[1:])


def counts(settled: Settled) -> dict[str, int]:
    """Count the rows in each state; the keys are the placeholders of `COUNTED`."""
    return {state.value: sum(row.state is state for row in settled.rows) for state in State}
