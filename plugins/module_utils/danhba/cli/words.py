"""Option type for the register's words, such as events and kinds, which users may also give in Vietnamese."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click

from ..editing.agencies import bare
from ..governance.descriptions import named
from ..messages import LANGUAGES


class Word(click.Choice[str]):
    """One of several words of the register, given as the word or as its name in any language, marks optional."""

    def __init__(self, words: Iterable[str]) -> None:
        super().__init__(sorted(words))

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the word; fail as `click.Choice` does where none or several match."""
        given = bare(str(value))
        meant = {word for word in self.choices if given in _names(word)} or self._by_part(given)
        return super().convert(meant.pop() if len(meant) == 1 else value, param, ctx)

    def _by_part(self, given: str) -> set[str]:
        """Return the words whose names contain a given text of two or more words: `được ủy quyền` is the delegate."""
        given = given.removeprefix("nguoi ")  # questions call a role by its holder: người được ủy quyền
        if " " not in given:
            return set()
        return {word for word in self.choices if any(f" {given} " in f" {name} " for name in _names(word))}

    def shown(self, language: str) -> list[str]:
        """Return the words as they are shown to a user of this language."""
        if language == "en":
            return list(self.choices)
        return [named(word, language) for word in self.choices]


def _names(word: str) -> set[str]:
    """Return all texts that mean a word: its names in all languages, and each part of a name between commas."""
    names = [named(word, language) for language in LANGUAGES]
    return {bare(part) for each in names for part in (each, *each.split(","))}
