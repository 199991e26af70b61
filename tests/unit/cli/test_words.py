"""The register's words as people give them."""

from __future__ import annotations

import click
import pytest

from danhba.cli.words import Word
from danhba.model.kinds import KINDS
from danhba.model.register import PERSON_CLOSED

ENDINGS = Word(PERSON_CLOSED)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ("retired", "retired"),
        ("nghỉ hưu", "retired"),
        ("Nghỉ  Hưu", "retired"),
        ("nghi huu", "retired"),
        ("buộc thôi việc", "dismissed"),
        ("dismissed from service", "dismissed"),
        ("chuyển ra ngoài tỉnh", "left_province"),
    ],
)
def test_an_event_by_its_name(given: str, word: str) -> None:
    assert ENDINGS.convert(given, None, None) == word


@pytest.mark.parametrize("given", ["", "nghỉ", "hưu nghỉ", "retire"])
def test_what_is_no_event(given: str) -> None:
    with pytest.raises(click.BadParameter):
        ENDINGS.convert(given, None, None)


def test_no_two_kinds_have_one_name() -> None:
    kinds = Word(KINDS)
    for name, word in zip(kinds.shown("vi"), kinds.choices, strict=True):
        assert kinds.convert(name, None, None) == word
    assert kinds.shown("en") == sorted(KINDS)


@pytest.mark.parametrize("given", ["được ủy quyền", "DUOC UY QUYEN", "người được ủy quyền", "delegate"])
def test_word_given_by_several_words_of_its_name_is_that_word(given: str) -> None:
    assert Word(["head", "delegate"]).convert(given, None, None) == "delegate"


def test_the_part_before_a_comma_is_enough() -> None:
    assert Word(["judicial_body", "office"]).convert("tòa án", None, None) == "judicial_body"
