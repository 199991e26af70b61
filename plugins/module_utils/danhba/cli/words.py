"""The register's words on the command line: an event or a kind may be given, and is asked for, in Vietnamese."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click

from ..editing.agencies import bare
from ..governance.descriptions import named
from ..messages import LANGUAGES


class Word(click.Choice[str]):
    """One of some words of the register, by itself or by its name in any language, with marks or without."""

    def __init__(self, words: Iterable[str]) -> None:
        super().__init__(sorted(words))

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The word that is meant, or fail as the command line does."""
        given = bare(str(value))
        meant = {word for word in self.choices if given in _names(word)} or self._by_part(given)
        return super().convert(meant.pop() if len(meant) == 1 else value, param, ctx)

    def _by_part(self, given: str) -> set[str]:
        """The words with several whole words in their names that were given: `được ủy quyền` is the delegate."""
        given = given.removeprefix("nguoi ")  # questions name a role by who has it
        if " " not in given:
            return set()
        return {word for word in self.choices if any(f" {given} " in f" {name} " for name in _names(word))}

    def shown(self, language: str) -> list[str]:
        """The words as somebody may give them."""
        if language == "en":
            return list(self.choices)
        return [named(word, language) for word in self.choices]


def _names(word: str) -> set[str]:
    """All by which a word may be given: itself, its name, and each of those that stand in one with commas."""
    names = [named(word, language) for language in LANGUAGES]
    return {bare(part) for each in names for part in (each, *each.split(","))}
