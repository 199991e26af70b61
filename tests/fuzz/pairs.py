"""The address rule a second time: a table of pairs, written from the texts of the regulation and the register format.

Nothing here calls the core. Each entry is decided anew from all entries before it, slowly and without memory.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

TONES = "\u0300\u0301\u0303\u0309\u0323"


@dataclass(frozen=True)
class Given:
    """What the rule looks at in an entry of an agency's file; `pin` is a local part in full, or empty."""

    person: str
    name: str
    family: str = ""
    given: str = ""
    pin: str = ""
    withdrawn: bool = False


def table(entries: Sequence[Given], code: str, system: Sequence[str] = ()) -> list[str | None]:
    """The local part of each entry in the order of the file; None where the rule has none left, or the pin is taken."""
    rows: list[tuple[Given, str | None]] = []
    for entry in entries:
        rows.append((entry, _address(rows, entry, code, system)))
    return [local for _entry, local in rows]


def _address(rows: Sequence[tuple[Given, str | None]], entry: Given, code: str, system: Sequence[str]) -> str | None:
    others = {local for row, local in rows if row.person != entry.person} | {*system}
    if entry.pin:
        return None if entry.pin in others else entry.pin
    again = [
        local
        for row, local in rows
        if row.person == entry.person and same_name(row.name, entry.name) and local and not row.withdrawn
    ]
    if again:
        return again[-1]
    made = [f"{left}-{code}" for left in candidates(entry)]
    return next((m for m in made if m not in others and len(m) <= 64 and m != f"contact-{code}"), None)


def candidates(entry: Given) -> list[str]:
    """The candidates in the order of the regulation: initials first, initials behind, then a letter more each time."""
    before, given = parts(entry)
    taken = [1] * len(before)
    found = ["".join(word[0] for word in before) + given, given + "".join(word[0] for word in before)]
    for number, word in enumerate(before):
        while taken[number] < len(word):
            taken[number] += 1
            found.append(given + "".join(each[:letters] for each, letters in zip(before, taken, strict=True)))
    return found


def parts(entry: Given) -> tuple[list[str], str]:
    """The family and middle names, and the given name, in letters without marks."""
    words = entry.name.replace("-", " ").split()
    if entry.given:
        own = next(word for word in words if entry.given in (word, word.split("'")[-1]))
        rest = [word for word in words if word != own]
        middle = [word for word in rest if word != entry.family]
        return [plain(word) for word in (entry.family, *middle)], plain(entry.given)
    return [plain(word) for word in words[:-1]], plain(words[-1])


def plain(word: str) -> str:
    """A word in small letters without marks: đ is d."""
    letters = unicodedata.normalize("NFD", word.lower().replace("đ", "d"))
    return "".join(letter for letter in letters if letter in "abcdefghijklmnopqrstuvwxyz")


def same_name(one: str, other: str) -> bool:
    """Whether two names differ in nothing but capitals, and the vowel on which a tone is written."""
    return _heard(one) == _heard(other)


def _heard(name: str) -> list[tuple[str, set[str]]]:
    words = [unicodedata.normalize("NFD", word.lower()) for word in name.split()]
    return [("".join(c for c in word if c not in TONES), {c for c in word if c in TONES}) for word in words]
