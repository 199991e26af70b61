"""Mutations that know nothing of what they mutate, and a few that know what hurts a reader of text."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Sequence
from typing import TypeAlias

Mutation: TypeAlias = Callable[[random.Random, bytes], bytes]

TOKENS: Sequence[bytes] = [
    *(token.encode() for token in "\"'[]{}:,-#&*!|>%@\n\t ?0`~\\"),
    *(token.encode() for token in ("\u200b", "\u0301", "\u202e", "\ufeff", "\u0085", "\u2028", "Ð", "ạ", "\U000e0041")),
    *(
        b"&a ",
        b"*a",
        b"- ",
        b"---\n",
        b"...\n",
        b"? ",
        b": ",
        b"!!python/object:os.system ",
        b"<<: *a\n",
        b"%YAML 9.9\n",
    ),
    *(
        b"null",
        b"~",
        b"[" * 40,
        b"{a: " * 40,
        b"- " * 40,
        b"|\n",
        b">-\n",
        b"\\u202e",
        b'"\\x00"',
        b"\r",
        b"\r\n",
        b"\x00",
    ),
    *(b"\x1b[31m", b"\x80", b"\xff", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf5\x80\x80\x80", b"\xef\xbf\xbf", b"\x7f"),
]
LEGACY = ("cp1258", "latin-1", "cp1252", "utf-16", "utf-16-be", "utf-32", "utf-7", "utf-8-sig", "cp437")


def _span(rng: random.Random, data: bytes, longest: int = 200) -> tuple[int, int]:
    start = rng.randrange(len(data) + 1)
    return start, min(len(data), start + rng.randint(1, longest))


def flip(rng: random.Random, data: bytes) -> bytes:
    """One bit of one octet."""
    if not data:
        return data
    changed = bytearray(data)
    changed[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def insert(rng: random.Random, data: bytes) -> bytes:
    """A token that means something somewhere."""
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(TOKENS) + data[at:]


def insert_noise(rng: random.Random, data: bytes) -> bytes:
    """Octets of any kind."""
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.randbytes(rng.randint(1, 60)) + data[at:]


def delete(rng: random.Random, data: bytes) -> bytes:
    """A part."""
    start, end = _span(rng, data)
    return data[:start] + data[end:]


def truncate(rng: random.Random, data: bytes) -> bytes:
    """Everything from somewhere."""
    return data[: rng.randrange(len(data) + 1)]


def repeat(rng: random.Random, data: bytes) -> bytes:
    """A part, again and again."""
    start, end = _span(rng, data, 60)
    return data[:end] + data[start:end] * rng.choice((1, 2, 50, 500)) + data[end:]


def move(rng: random.Random, data: bytes) -> bytes:
    """A part to somewhere else."""
    start, end = _span(rng, data)
    rest = data[:start] + data[end:]
    at = rng.randrange(len(rest) + 1)
    return rest[:at] + data[start:end] + rest[at:]


def _lines(change: Callable[[random.Random, list[bytes]], None]) -> Mutation:
    def mutate(rng: random.Random, data: bytes) -> bytes:
        lines = data.splitlines(keepends=True) or [b""]
        change(rng, lines)
        return b"".join(lines)

    mutate.__name__ = change.__name__
    return mutate


@_lines
def double_line(rng: random.Random, lines: list[bytes]) -> None:
    """A line twice, or very often."""
    at = rng.randrange(len(lines))
    lines[at:at] = [lines[at]] * rng.choice((1, 1, 1, 300))


@_lines
def lose_line(rng: random.Random, lines: list[bytes]) -> None:
    """A line fewer."""
    del lines[rng.randrange(len(lines))]


@_lines
def swap_lines(rng: random.Random, lines: list[bytes]) -> None:
    """Two lines in each other's place."""
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]


@_lines
def indent(rng: random.Random, lines: list[bytes]) -> None:
    """A line further to the right, or the left."""
    at = rng.randrange(len(lines))
    lines[at] = rng.choice((b" ", b"  ", b"\t", b"      ")) + lines[at] if rng.random() < 0.6 else lines[at].lstrip()


@_lines
def end_lines(rng: random.Random, lines: list[bytes]) -> None:
    """Ends of lines as other systems have them."""
    end = rng.choice((b"\r\n", b"\r", b"\x0b", b"\x0c", "\u2028".encode(), "\u0085".encode()))
    lines[:] = [line.rstrip(b"\r\n") + end for line in lines]


def encode(rng: random.Random, data: bytes) -> bytes:
    """The text as another system would save it."""
    return data.decode(errors="replace").encode(rng.choice(LEGACY), errors="replace")


def misread(rng: random.Random, data: bytes) -> bytes:
    """The text as it looks after it was read in another encoding and saved."""
    return data.decode(rng.choice(("cp1252", "cp1258", "latin-1", "utf-16-le")), errors="replace").encode(
        errors="replace"
    )


def decompose(rng: random.Random, data: bytes) -> bytes:
    """The text in another normal form."""
    return unicodedata.normalize(rng.choice(("NFD", "NFKD", "NFKC")), data.decode(errors="replace")).encode()


MUTATIONS: Sequence[Mutation] = [
    *(flip, insert, insert, insert_noise, delete, truncate, repeat, move),
    *(double_line, lose_line, swap_lines, indent, end_lines, encode, misread, decompose),
]


def splice(rng: random.Random, data: bytes, other: bytes) -> bytes:
    """The beginning of one with the end of another."""
    return data[: rng.randrange(len(data) + 1)] + other[rng.randrange(len(other) + 1) :]


def mutated(rng: random.Random, data: bytes, others: Sequence[bytes]) -> tuple[bytes, str]:
    """One to four mutations, and their names."""
    names = []
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 4))):
        if rng.random() < 0.1:
            data, name = splice(rng, data, rng.choice(others)), "splice"
        else:
            mutation = rng.choice(MUTATIONS)
            data, name = mutation(rng, data), mutation.__name__
        names.append(name)
    return data, "+".join(names)
