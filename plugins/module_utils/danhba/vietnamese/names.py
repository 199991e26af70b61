"""Vietnamese full names: their words, their folded parts in the terms of R4.2, and how they compare."""

from __future__ import annotations

import re
import string
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from unidecode import unidecode

# Removed inside a word: H'Hen, Đ’Sơn, Kʼpă.
APOSTROPHES = frozenset("'‘’ʼ")
# Letters and spaces, as nearly every name has them: nothing invisible and no dash.
_PLAIN = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)*")
# Grave, acute, tilde, hook above, dot below, circumflex, breve, horn.
_MARKS = frozenset("\u0300\u0301\u0303\u0309\u0323\u0302\u0306\u031b")
# Đ itself has no decomposition; eth and African D are what old fonts and keyboards put in its place.
_D_WITH_STROKE = frozenset("đĐðÐɖƉ")
LOOKALIKES = {"Ð": "Đ", "ð": "đ", "Ɖ": "Đ", "ɖ": "đ"}
# Cyrillic and Greek letters that look the same as Latin ones, and the wide forms of East Asian keyboards.
LOOKALIKES |= dict(zip("аеорсухіјѕһԁАВЕКМНОРСТХУІЈЅ", "aeopcyxijshdABEKMHOPCTXYIJS", strict=True))
LOOKALIKES |= dict(zip("οΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "oABEZHIKMNOPTYX", strict=True))
LOOKALIKES |= {chr(ord(letter) + 0xFEE0): letter for letter in string.ascii_letters + string.digits}


class NameProblem(ValueError):
    """A name that the rule cannot fold; `character` is what stands in the way, or empty where letters are missing."""

    def __init__(self, character: str = "") -> None:
        super().__init__(describe(character) if character else "no letters")
        self.character = character


@dataclass(frozen=True, slots=True)
class Parts:
    """A folded name in the words of R4.2: `before` is h1 … hm (family and middle names), `given` is t."""

    before: tuple[str, ...]
    given: str


def describe(character: str) -> str:
    """A character as a message shows it: ``'ü' (U+00FC)``; one that cannot be seen shows its name instead."""
    code = f"U+{ord(character):04X}"
    if is_invisible(character) or not character.isprintable():
        return f"{code} {unicodedata.name(character, 'CONTROL CHARACTER')}"
    return f"'{character}' ({code})"


def is_invisible(character: str) -> bool:
    """Whether the character leaves no trace on paper: soft hyphen, zero-width and direction marks."""
    return unicodedata.category(character) == "Cf"


def words(name: str) -> list[str]:
    """The words of a name as written, without what is invisible; spaces of any kind and dashes separate them."""
    if name.isascii():
        return name.replace("-", " ").split()
    composed = unicodedata.normalize("NFC", name)
    if _PLAIN.fullmatch(composed):
        return composed.split()
    visible = "".join(c for c in composed if not is_invisible(c))
    return "".join(" " if unicodedata.category(c) == "Pd" else c for c in visible).split()


@lru_cache(maxsize=65536)  # the words of names recur: a province has a few thousand
def fold(word: str) -> str:
    """One word in lower-case ASCII letters, or `NameProblem` at the first character that has no such letter."""
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
    if index and character in _MARKS:  # a mark that does not compose with its letter
        return ""
    raise NameProblem(character)


# The five of them; the other marks belong to the letter (ă, â, ê, ô, ơ, ư).
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")


def spelling(text: str) -> str:
    """The same for a text in other capitals, or with the tone on another vowel (Hoà, Hòa): only to compare with."""
    return " ".join(map(_spelling, text.split()))


@lru_cache(maxsize=65536)
def _spelling(word: str) -> str:
    small = word.casefold()
    if small.isascii():
        return small
    decomposed = unicodedata.normalize("NFD", small)
    return "".join(sorted(decomposed, key=_TONES.__contains__))


def split(name: str, family: str | None = None, given: str | None = None) -> Parts:
    """The folded parts of a name: by position, or as `family` and `given` state them (R4.2).

    Raises:
        NameProblem: a character has no letter, or nothing is left to be the given name.
        PartMissing: a stated part is not among the words of the name.
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
    """A stated `family` or `given` that the name does not contain."""

    def __init__(self, part: str, value: str) -> None:
        super().__init__(part, value)
        self.part = part
        self.value = value


def _take(rest: list[str], stated: str, part: str, *, prefixed: bool = False) -> list[str]:
    """Remove the words of a stated part from the name's and return them folded.

    A given name may stand behind a prefix with an apostrophe, which then belongs to neither part (H'Hen: Hen).
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
    """As `fold`, with letters of other languages as they are: their names come in by a pin (Müller)."""
    try:
        return fold(word)
    except NameProblem:
        return word.casefold()


def _behind(word: str) -> str:
    try:
        return _behind_apostrophe(word)
    except NameProblem:
        return ""


@lru_cache(maxsize=65536)  # namesakes are many, and a change has each person before and after it
def as_written(name: str, family: str = "", given: str = "") -> tuple[str, str, str]:
    """Family, middle and given name as written: first, between and last, unless family and given are stated."""
    rest = words(name)
    given = _written(rest, given) if given else ""
    family = _written(rest, family) if family else ""
    given = given or (rest.pop() if rest else family)
    family = family or (rest.pop(0) if rest else "")
    return family, " ".join(rest), given


def _written(rest: list[str], stated: str) -> str:
    """A stated part as written in the name, whose words are taken from the rest; H'Hen has the given name Hen."""
    wanted = [_plain(word) for word in words(stated)]
    found = [word for word in rest if _plain(word) in wanted] or [w for w in rest if _behind(w) in wanted]
    for word in found:
        rest.remove(word)
    return " ".join(found)
