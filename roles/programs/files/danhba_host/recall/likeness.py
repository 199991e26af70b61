"""What a message is to the recalled one: the same, a changed copy, one that contains it whole or in part, or another.

People forward, quote, edit and store again; the Message-ID and the digest tell of none of that. So texts are compared
by shingles, all runs of four words: the share of the recalled text's shingles that another text contains (containment,
A. Broder, "On the resemblance and containment of documents", 1997).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from .fingerprint import Content

# COPY: the message. CHANGED: the same Message-ID and much of its text or a file. TWIN: its text under another
# Message-ID. CARRIER: has it attached, or one of its files. WHOLE, PART: its text stands in it, all of it or half.
# NAMESAKE: the same Message-ID, and nothing of it.
COPY, CHANGED, TWIN, CARRIER, WHOLE, PART, NAMESAKE = (
    *("copy", "changed", "twin", "carrier", "whole", "part", "namesake"),
)
KINDS = (COPY, CHANGED, TWIN, CARRIER, WHOLE, PART, NAMESAKE)
WITH_ITS_ID = (COPY, CHANGED, NAMESAKE)
# What is recalled unless the operators choose otherwise: the message itself in whatever form. What somebody else has
# written around it is theirs, and is taken by choice alone.
CHOSEN = frozenset({COPY, CHANGED, TWIN, CARRIER})

WORDS = 4  # of a shingle
ALL, HALF = 0.9, 0.5
# A text that is shorter says too little to be known again: it would be found in everybody's mail.
LEAST_LETTERS, LEAST_WORDS = 40, 8


@dataclass(frozen=True, slots=True)
class Likeness:
    """What one message is to another.

    Attributes:
        relation: one of `KINDS`; empty where they have nothing to do with each other.
        percent: how much of the recalled text is in it.
        differs: in what a copy with the same Message-ID differs: names of headers, `text`, `files`, or `form`
            where only the encoding does.
    """

    relation: str = ""
    percent: int = 0
    differs: tuple[str, ...] = ()


SAME = Likeness(COPY, 100)


def is_long(content: Content) -> bool:
    """Whether a text is long enough to be known again in another one."""
    return len(content.text) >= LEAST_LETTERS and content.text.count(" ") + 1 >= LEAST_WORDS


def share(original: Content, other: Content) -> float:
    """How much of a text, of 0 to 1, stands in another one; 0 where it is too short to tell."""
    if not is_long(original):
        return 0.0
    if original.text.replace(" ", "") in other.everything.replace(" ", ""):
        return 1.0
    wanted = _wanted(original.text)
    return len(wanted & _shingles(other.everything)) / len(wanted)


def with_the_same_id(original: Content, other: Content) -> Likeness:
    """What a message is that has the Message-ID of the recalled one and another digest."""
    part = _share(original, other)
    alike = (
        part >= HALF
        or (is_long(other) and share(other, original) >= HALF)
        or bool(original.files & other.files or original.digest in other.messages)
        or (not original.text and not other.text and original.files == other.files)
    )
    return Likeness(CHANGED if alike else NAMESAKE, round(100 * part), _differs(original, other))


def with_another_id(original: Content, other: Content) -> Likeness:
    """What a message is that has a Message-ID of its own."""
    if original.digest and original.digest == other.digest:
        return Likeness(TWIN, 100)
    if original.digest in other.messages or original.files & other.files:
        return Likeness(CARRIER, round(100 * share(original, other)))
    part = share(original, other)
    if part >= ALL:
        return Likeness(TWIN if _nothing_else(original, other) else WHOLE, round(100 * part))
    return Likeness(PART, round(100 * part)) if part >= HALF else Likeness()


def best(found: list[Likeness]) -> Likeness:
    """Of what a message is to several forms of the recalled one, the closest."""
    order = {relation: number for number, relation in enumerate((*KINDS, ""))}
    return min(found, key=lambda each: (order[each.relation], -each.percent), default=Likeness())


def _share(original: Content, other: Content) -> float:
    if original.text and original.text == other.text:
        return 1.0
    return share(original, other)


@lru_cache(maxsize=4)
def _wanted(text: str) -> frozenset[int]:
    return _shingles(text)


def _nothing_else(original: Content, other: Content) -> bool:
    """Whether a message that contains the original has hardly a word beside it, and none of another writer."""
    writers = [[value for name, value in each.headers if name == "from"] for each in (original, other)]
    return original.text == other.text or (writers[0] == writers[1] and share(other, original) >= ALL)


def _shingles(text: str) -> frozenset[int]:
    words = text.split()
    return frozenset(hash(tuple(words[at : at + WORDS])) for at in range(max(1, len(words) - WORDS + 1)))


def _differs(original: Content, other: Content) -> tuple[str, ...]:
    names = sorted(
        name
        for name in {name for name, _value in (*original.headers, *other.headers)}
        if [value for each, value in original.headers if each == name]
        != [value for each, value in other.headers if each == name]
    )
    parts = [name for name in ("text", "files") if getattr(original, name) != getattr(other, name)]
    return tuple([*names, *parts] or ["form"])
