"""Cells in old encodings: by what their font shows, by what they are, and by the column they stand in."""

from __future__ import annotations

import pytest

from danhba.importing import disguise
from danhba.importing.sheets import EMPTY, Cell, Merged, Sheet
from danhba.vietnamese.legacy import TCVN3, VNI
from tests.support.encodings import disguised

NAME = "Nguyễn Văn Thắng"


def converted(*rows: list[Cell]) -> tuple[list[str], list[list[str]]]:
    sheet = Sheet("DS", dict(enumerate(rows, 1)))
    names = disguise.convert(sheet)
    return names, [[cell.text for cell in row] for row in sheet.rows.values()]


@pytest.mark.parametrize("name", [TCVN3, VNI])
def test_a_cell_that_gives_itself_away(name: str) -> None:
    assert converted([Cell("1"), Cell(disguised(NAME, name))]) == ([name], [["1", NAME]])


def test_unicode_stays() -> None:
    assert converted([Cell("Nguyễn Văn Thắng"), Cell("Chu Anh Dòng"), EMPTY]) == (
        [],
        [["Nguyễn Văn Thắng", "Chu Anh Dòng", ""]],
    )


def test_the_font_decides_before_anything_else() -> None:
    ambiguous = disguised("Dũng", TCVN3)
    assert converted([Cell(ambiguous, encoding=TCVN3)]) == ([TCVN3], [["Dũng"]])
    assert converted([Cell("Thắng", encoding=TCVN3)]) == ([], [["Thắng"]])
    # What a font shows as it stands is not converted.
    assert converted([Cell("Chí", encoding=VNI)]) == ([], [["Chí"]])


def test_what_is_plausible_as_it_stands_follows_its_column() -> None:
    plausible = disguised("Dũng", TCVN3)
    rows = [[Cell(disguised(NAME, TCVN3)), Cell(plausible)], [Cell(plausible), Cell("x")]]
    names, texts = converted(*rows)
    assert names == [TCVN3]
    assert texts == [[NAME, plausible], ["Dũng", "x"]]


def test_a_column_that_is_mostly_unicode_decides_nothing() -> None:
    plausible, old = disguised("Dũng", TCVN3), disguised(NAME, TCVN3)
    for olds, right, text in ((1, 1, plausible), (2, 1, "Dũng"), (2, 2, plausible)):
        rows = [[Cell(text)] for text in (*[old] * olds, *["Lò Thị Hằng"] * right, plausible)]
        assert converted(*rows) == ([TCVN3], [*[[NAME]] * olds, *[["Lò Thị Hằng"]] * right, [text]])


def test_the_encodings_are_named_by_how_often_they_are_met() -> None:
    one, other = Cell(disguised(NAME, VNI)), Cell(disguised(NAME, TCVN3))
    assert converted([one, other], [EMPTY, other])[0] == [TCVN3, VNI]
    assert converted([other, one], [EMPTY, one])[0] == [VNI, TCVN3]


def test_only_the_text_of_a_cell_changes() -> None:
    sheet = Sheet("DS", {4: [Cell(disguised(NAME, TCVN3), is_error=True, merged=Merged.DOWN)]})
    disguise.convert(sheet)
    assert sheet.rows == {4: [Cell(NAME, is_error=True, merged=Merged.DOWN)]}
