"""JSON in and out, by a library that is ten times as fast as Python's own; what comes out is the same to the byte.

Only what runs on a controller may import this: on a mail host there is nothing but Python.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import orjson

# Items that are made into text at once: enough to be fast, few enough to take no memory.
AT_ONCE = 2000
_INDENTED = orjson.OPT_INDENT_2
_STEP = b"  "


def pack(value: Any) -> bytes:
    """A value on one line. A file's name may be no text: its lone surrogates are kept as Python keeps them."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass")


def unpack(data: bytes) -> Any:
    """The inverse of `pack`.

    Raises:
        ValueError, RecursionError: this is no JSON.
    """
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return json.loads(data)


def pretty(value: Any) -> str:
    """A value for people: each item on a line of its own, indented by two."""
    return _pretty(value).decode()


def _pretty(value: Any) -> bytes:
    try:
        return orjson.dumps(value, option=_INDENTED)
    except TypeError:  # a file's name may be no text; a lone surrogate becomes its escape
        return json.dumps(value, ensure_ascii=False, indent=2).encode(errors="backslashreplace")


def pretty_list(items: Iterable[Any], depth: int = 0) -> Iterator[bytes]:
    """The same of a list at a depth in another value, as octets and in pieces: it is nowhere whole."""
    left, opened = iter(items), False
    while some := list(islice(left, AT_ONCE)):
        yield b",\n" if opened else b"[\n"
        yield _body(some, depth)
        opened = True
    yield b"\n" + _STEP * depth + b"]" if opened else b"[]"


def _body(items: list[Any], depth: int) -> bytes:
    """The lines between the brackets of a list."""
    value: Any = items
    for _level in range(depth):
        value = [value]
    edge = (depth + 1) * (depth + 2)  # the brackets, line ends and indents before and after them
    return _pretty(value)[edge:-edge]


def pretty_object(head: Mapping[str, Any], last: str, items: Iterable[Any]) -> Iterator[bytes]:
    """An object whose `last` key has a long list, in the same way."""
    yield _pretty(head).removesuffix(b"\n}") + b",\n" + _STEP + _pretty(last) + b": "
    yield from pretty_list(items, 1)
    yield b"\n}"
