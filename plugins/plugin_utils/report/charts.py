"""Draws charts of a page as inline SVG: bars side by side, readable without script and without colours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from ..papers.model import SHARE, Table, Value, shown

WIDTH, HEIGHT = 760, 300
LEFT, RIGHT, TOP, BOTTOM = 90, 10, 34, 40
# Fills as dark as text on white, and distinct by pattern, too; a page defines the patterns once.
FILLS = ("#1b4f8a", "url(#slanted)", "url(#dotted)")
PATTERNS = (
    '<svg aria-hidden="true" style="position:absolute;width:0;height:0"><defs>'
    '<pattern id="slanted" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="8" height="8" fill="#fff"/><rect width="5" height="8" fill="#a34700"/></pattern>'
    '<pattern id="dotted" width="8" height="8" patternUnits="userSpaceOnUse"><rect width="8" height="8" fill="#fff"/>'
    '<circle cx="4" cy="4" r="3" fill="#1d6b34"/></pattern></defs></svg>'
)
_STEPS = (1, 2, 2.5, 5, 10)


def svg(table: Table) -> str:
    """Return the chart of a table, which is shown beside it; empty if it has none."""
    return "".join(_pieces(table)) if table.chart else ""


def _pieces(table: Table) -> Iterator[str]:
    assert table.chart  # noqa: S101 - asked by svg
    form = table.forms[table.chart.series[0]]
    labels = [str(row[table.chart.labels]) for row in table.rows]
    series = [[_number(row[column]) for row in table.rows] for column in table.chart.series]
    top, step = (1.0, 0.25) if form == SHARE else _scale(max(map(max, series)))
    yield f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(table.chart.title, quote=True)}">'
    yield from _lines(top, step, form)
    yield from _columns(labels, series, top)
    yield from _legend([table.heads[column] for column in table.chart.series])
    yield "</svg>"


def _number(value: Value) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _scale(most: float) -> tuple[float, float]:
    """Return the highest line and the distance of lines, in round numbers."""
    if most <= 0:
        return 1.0, 1.0
    unit = 10 ** (len(str(int(most))) - 1)
    step = next(unit * each / 2 for each in _STEPS if unit * each * 2 >= most)
    step = max(1.0, step)
    return step * -(-most // step), step


def _height(value: float, top: float) -> float:
    return (HEIGHT - TOP - BOTTOM) * value / top


def _lines(top: float, step: float, form: str) -> Iterator[str]:
    value = 0.0
    while value <= top * 1.0001:
        y = HEIGHT - BOTTOM - _height(value, top)
        text = shown(value if form == SHARE else int(value), form)
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#bbb"/>'
        yield f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{text}</text>'
        value += step


def _columns(labels: Sequence[str], series: Sequence[Sequence[float]], top: float) -> Iterator[str]:
    room = (WIDTH - LEFT - RIGHT) / len(labels)
    wide = min(36.0, room * 0.8 / len(series))
    for number, label in enumerate(labels):
        middle = LEFT + room * (number + 0.5)
        yield f'<text x="{middle:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{escape(label)}</text>'
        for place, values in enumerate(series):
            x, height = middle + wide * (place - len(series) / 2), _height(values[number], top)
            y = HEIGHT - BOTTOM - height
            box = f'x="{x:.1f}" y="{y:.1f}" width="{wide - 1:.1f}" height="{height:.1f}"'
            yield f'<rect {box} fill="{FILLS[place]}" stroke="#222" stroke-width="0.5"/>'


def _legend(names: Sequence[str]) -> Iterator[str]:
    for number, name in enumerate(names):
        x = LEFT + 180 * number
        yield f'<rect x="{x}" y="8" width="16" height="12" fill="{FILLS[number]}" stroke="#222" stroke-width="0.5"/>'
        yield f'<text x="{x + 22}" y="18">{escape(name)}</text>'
