"""Days, moments, numbers and shares are written as in official papers."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from danhba.vietnamese import figures


@pytest.mark.parametrize(
    ("day", "in_words", "in_figures"),
    [
        ("2026-02-05", "ngày 05 tháng 02 năm 2026", "05/02/2026"),
        ("2026-03-05", "ngày 05 tháng 3 năm 2026", "05/3/2026"),
        ("2026-11-24", "ngày 24 tháng 11 năm 2026", "24/11/2026"),
    ],
)
def test_day_below_ten_and_months_one_and_two_have_a_zero(day: str, in_words: str, in_figures: str) -> None:
    """Nghị định 30/2020/NĐ-CP, Phụ lục I, mục II.4."""
    assert figures.day_in_words(date.fromisoformat(day)) == in_words
    assert figures.day_in_figures(date.fromisoformat(day)) == in_figures


def test_moment_of_another_zone_is_written_by_the_clocks_of_viet_nam() -> None:
    assert figures.moment_in_figures(datetime(2026, 3, 4, 18, 5, 9, tzinfo=UTC)) == "01:05:09 05/3/2026"


@pytest.mark.parametrize(
    ("value", "decimals", "text"), [(0, 0, "0"), (999, 0, "999"), (1234567, 0, "1.234.567"), (1234.56, 1, "1.234,6")]
)
def test_number_has_points_between_thousands_and_a_decimal_comma(value: float, decimals: int, text: str) -> None:
    assert figures.number(value, decimals) == text


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0,0 %"), (0.7079, "70,7 %"), (0.99999, "99,9 %"), (0.29, "29,0 %"), (1.0, "100,0 %")]
)
def test_share_is_rounded_down_so_that_only_all_is_a_hundred(share: float, text: str) -> None:
    assert figures.percent(share) == text.replace(" ", "\N{NO-BREAK SPACE}")
