"""Columns for lists of any length are those that rich would lay out."""

from __future__ import annotations

from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.table import Table

from danhba import jsontext
from danhba.rendering import columns
from danhba.rendering.columns import line_up

TEXTS = st.text(st.sampled_from([*"abc Nguyễn-Đức.@", "中", "한", "…", "«"]), max_size=8).map(str.strip)


def by_rich(rows: list[tuple[str, ...]]) -> str:
    table = Table(box=None, show_header=False, pad_edge=False)
    for _cell in rows[0]:
        table.add_column(overflow="fold")
    for row in rows:
        table.add_row(*row)
    console = Console(file=StringIO(), highlight=False, markup=False, emoji=False, soft_wrap=True, width=1000)
    with console.capture() as shown:
        console.print(table)
    return shown.get()


@given(st.integers(1, 4).flatmap(lambda width: st.lists(st.tuples(*[TEXTS] * width), min_size=1, max_size=6)))
def test_lines_are_those_of_rich(rows: list[tuple[str, ...]]) -> None:
    lines = line_up(rows, 1000)
    assert lines is not None
    assert "".join(lines) == by_rich(rows)


def test_many_rows_come_in_pieces_of_one_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "AT_ONCE", 2)
    rows: list[tuple[str, ...]] = [("a", "b"), ("aaa", ""), ("", "Nguyễn")]
    lines = line_up(rows, 80)
    assert lines
    pieces = list(lines)
    assert len(pieces) == 2
    assert "".join(pieces) == by_rich(rows)
    assert jsontext.AT_ONCE > 2


@pytest.mark.parametrize("rows", [[("a" * 81,)], [("a" * 40, "b" * 39)], [("a\tb",)], [("a\u200bb",)]])
def test_what_may_have_to_be_folded_is_left_to_rich(rows: list[tuple[str, ...]]) -> None:
    assert line_up(rows, 80) is None


def test_the_last_width_that_fits() -> None:
    assert line_up([("a" * 40, "b" * 38)], 80) is not None
