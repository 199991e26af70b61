"""Splits Vietnamese names into words and parts, folds them to ASCII for the address rule (R4.2), and compares them."""

from __future__ import annotations

import re
import string
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from unidecode import unidecode

# Apostrophes inside a word, which folding removes: H'Hen, Đ’Sơn, Kʼpă.
APOSTROPHES = frozenset("'‘’ʼ")
# A name of letters and single spaces alone, as nearly every name is, for a quick path in `words`.
_PLAIN = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)*")
# The Vietnamese marks: grave, acute, tilde, hook above, dot below, circumflex, breve, horn.
_MARKS = frozenset("\u0300\u0301\u0303\u0309\u0323\u0302\u0306\u031b")
# Unicode does not decompose Đ into a letter and a mark; old fonts and keyboards put eth or African D in its place.
_D_WITH_STROKE = frozenset("đĐðÐɖƉ")
LOOKALIKES = {"Ð": "Đ", "ð": "đ", "Ɖ": "Đ", "ɖ": "đ"}
# Cyrillic and Greek letters that look like Latin ones, and the fullwidth letters and digits of East Asian keyboards.
LOOKALIKES |= dict(zip("аеорсухіјѕһԁАВЕКМНОРСТХУІЈЅ", "aeopcyxijshdABEKMHOPCTXYIJS", strict=True))
LOOKALIKES |= dict(zip("οΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "oABEZHIKMNOPTYX", strict=True))
LOOKALIKES |= {chr(ord(letter) + 0xFEE0): letter for letter in string.ascii_letters + string.digits}


class NameProblem(ValueError):
    """Raised for a name that cannot be folded: `character` has no ASCII letter; empty where the name has no words."""

    def __init__(self, character: str = "") -> None:
        super().__init__(describe(character) if character else "no letters")
        self.character = character


@dataclass(frozen=True, slots=True)
class Parts:
    """A folded name: `before` has the family and middle names (h1 … hm in R4.2), `given` the given name (t)."""

    before: tuple[str, ...]
    given: str


def describe(character: str) -> str:
    """Return a character as messages show it, ``'ü' (U+00FC)``; an invisible one with its Unicode name instead."""
    code = f"U+{ord(character):04X}"
    if is_invisible(character) or not character.isprintable():
        return f"{code} {unicodedata.name(character, 'CONTROL CHARACTER')}"
    return f"'{character}' ({code})"


def is_invisible(character: str) -> bool:
    """Return whether a character is invisible (Unicode category Cf): soft hyphen, zero-width and direction marks."""
    return unicodedata.category(character) == "Cf"


def words(name: str) -> list[str]:
    """Return the words of a name as written, without invisible characters; any spaces and dashes separate words."""
    if name.isascii():
        return name.replace("-", " ").split()
    composed = unicodedata.normalize("NFC", name)
    if _PLAIN.fullmatch(composed):
        return composed.split()
    visible = "".join(c for c in composed if not is_invisible(c))
    return "".join(" " if unicodedata.category(c) == "Pd" else c for c in visible).split()


@lru_cache(maxsize=65536)  # words of names recur: a province has a few thousand different ones
def fold(word: str) -> str:
    """Return one word of a name in lower-case ASCII letters, without marks and inner apostrophes.

    Raises:
        NameProblem: a character has no such letter.
    """
    if word.isascii() and word.isalpha():
        return word.lower()
    inner = word[:1] + "".join(c for c in word[1:-1] if c not in APOSTROPHES) + word[1:][-1:]
    return "".join(_fold_character(c, i) for i, c in enumerate(inner))


def _fold_character(character: str, index: int) -> str:
    if character.isascii() and character.isalpha():
        return character.lower()
    if character in _D_WITH_STROKE:
        return "d"
    decomposed = unicodedata.normalize("NFD", character)
    if decomposed[0].isascii() and decomposed[0].isalpha() and _MARKS.issuperset(decomposed[1:]):
        return unidecode(character).lower()
    if index and character in _MARKS:  # a mark that Unicode cannot compose with its letter
        return ""
    raise NameProblem(character)


# The five tone marks; the other marks are part of the letter (ă, â, ê, ô, ơ, ư).
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")


def spelling(text: str) -> str:
    """Return a key for comparing texts: equal for other capitals and for the tone on another vowel (Hoà, Hòa)."""
    return " ".join(map(_spelling, text.split()))


@lru_cache(maxsize=65536)
def _spelling(word: str) -> str:
    small = word.casefold()
    if small.isascii():
        return small
    decomposed = unicodedata.normalize("NFD", small)
    return "".join(sorted(decomposed, key=_TONES.__contains__))


def split(name: str, family: str | None = None, given: str | None = None) -> Parts:
    """Return the folded parts of a name: by position, or as `family` and `given` state them (R4.2).

    Raises:
        NameProblem: a character cannot be folded, or the name has no words.
        PartMissing: the name lacks a stated part, or the stated family leaves no word for the given name.
    """
    rest = words(name)
    if not rest:
        raise NameProblem()
    stated_family = _take(rest, family, "family") if family else []
    if given:
        stated_given = "".join(_take(rest, given, "given", prefixed=True))
    elif rest:
        stated_given = fold(rest.pop())
    else:
        raise PartMissing("given", family or "")
    return Parts((*stated_family, *map(fold, rest)), stated_given)


class PartMissing(ValueError):
    """Raised for a stated `family` or `given` (`part`) that the name does not contain."""

    def __init__(self, part: str, value: str) -> None:
        super().__init__(part, value)
        self.part = part
        self.value = value


def _take(rest: list[str], stated: str, part: str, *, prefixed: bool = False) -> list[str]:
    """Remove the words of a stated part from the words of the name, and return them folded.

    With `prefixed`, a word also matches by what follows its apostrophe (Hen for H'Hen), and is then removed whole.
    """
    taken = []
    folded = [fold(word) for word in rest]
    for word in words(stated):
        wanted = fold(word)
        if wanted in folded:
            index = folded.index(wanted)
        elif prefixed and (behind := [i for i, w in enumerate(rest) if _behind_apostrophe(w) == wanted]):
            index = behind[0]
        else:
            raise PartMissing(part, stated)
        del rest[index], folded[index]
        taken.append(wanted)
    if not taken:
        raise PartMissing(part, stated)
    return taken


def _behind_apostrophe(word: str) -> str:
    return fold(re.split("[" + "".join(APOSTROPHES) + "]", word)[-1])


def _plain(word: str) -> str:
    """Return a word folded, or unfolded in lower case where `fold` refuses a letter of another language (Müller).

    Such names are in the register with a pinned address.
    """
    try:
        return fold(word)
    except NameProblem:
        return word.casefold()


def _behind(word: str) -> str:
    try:
        return _behind_apostrophe(word)
    except NameProblem:
        return ""


@lru_cache(maxsize=65536)  # many people share a name, and a change compares each person before and after
def as_written(name: str, family: str = "", given: str = "") -> tuple[str, str, str]:
    """Return family, middle and given name as written: by position, or as `family` and `given` state them."""
    rest = words(name)
    given = _written(rest, given) if given else ""
    family = _written(rest, family) if family else ""
    given = given or (rest.pop() if rest else family)
    family = family or (rest.pop(0) if rest else "")
    return family, " ".join(rest), given


def _written(rest: list[str], stated: str) -> str:
    """Remove the words of a stated part from `rest`, and return them as written in the name (Hen matches H'Hen)."""
    wanted = [_plain(word) for word in words(stated)]
    found = [word for word in rest if _plain(word) in wanted] or [w for w in rest if _behind(w) in wanted]
    for word in found:
        rest.remove(word)
    return " ".join(found)
