"""Cells, whatever file they came in."""

from __future__ import annotations

import pytest

from danhba.importing.sheets import EMPTY, Cell, Sheet, column_name, column_number, tidy


@pytest.mark.parametrize(
    ("column", "name"), [(0, "A"), (1, "B"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")]
)
def test_the_names_of_columns(column: int, name: str) -> None:
    assert column_name(column) == name
    assert column_number(name) == column


@pytest.mark.parametrize(
    ("text", "tidied"),
    [
        ("Van thu", "Van thu"),
        ("  Van\t thu\r\n", "Van thu"),
        ("Van\x00thu\x1b[2J", "Van thu [2J"),
        ("Văn\u00a0 thư", "Văn thư"),
        ("Va\u0306n thu\u031b", "Văn thư"),
        ("Văn\u200b th\u00adư\u202e", "Văn thư"),
        ("\u200b", ""),
    ],
)
def test_a_text_on_one_line(text: str, tidied: str) -> None:
    assert tidy(text) == tidied


def test_every_cell_that_has_a_text() -> None:
    one, other = Cell("1"), Cell("Vù A Y")
    sheet = Sheet("DS", {3: [EMPTY, one], 7: [other, EMPTY]})
    assert list(sheet.cells()) == [(3, 1, one), (7, 0, other)]
