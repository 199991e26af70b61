"""The register's words on the command line: an event or a kind may be given, and is asked for, in Vietnamese."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click
from unidecode import unidecode

from ..governance.descriptions import WORDS
from ..messages import LANGUAGES, translator


class Word(click.Choice[str]):
    """One of some words of the register, by itself or by its name in any language, with marks or without."""

    def __init__(self, words: Iterable[str]) -> None:
        super().__init__(sorted(words))

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word that is meant, or fail as the command line does."""
        given = _bare(str(value))
        meant = {word for word in self.choices if given in _names(word)}
        return super().convert(meant.pop() if len(meant) == 1 else value, param, ctx)

    def shown(self, language: str) -> list[str]:
        """The words as somebody may give them."""
        if language == "en":
            return list(self.choices)
        return [f"{name(word, language)} ({word})" for word in self.choices]


def name(word: str, language: str) -> str:
    """A word's name in a language, without what else is said of it."""
    return translator(language)(WORDS[word]).partition(":")[0].partition(";")[0]


def _names(word: str) -> set[str]:
    """All by which a word may be given: itself, its name, and each of those that stand in one with commas."""
    names = [name(word, language) for language in LANGUAGES]
    return {_bare(part) for named in names for part in (named, *named.split(","))}


def _bare(text: str) -> str:
    return " ".join(unidecode(text).casefold().split())
