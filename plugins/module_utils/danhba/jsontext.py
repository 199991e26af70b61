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
_PRETTY = orjson.OPT_INDENT_2
_STEP = "  "


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
    try:
        return orjson.dumps(value, option=_PRETTY).decode()
    except TypeError:
        return json.dumps(value, ensure_ascii=False, indent=2)


def pretty_list(items: Iterable[Any], depth: int = 0) -> Iterator[str]:
    """The same of a list at a depth in another value, in pieces: it is nowhere whole."""
    left, opened = iter(items), False
    while some := list(islice(left, AT_ONCE)):
        yield ",\n" if opened else "[\n"
        yield _body(some, depth)
        opened = True
    yield f"\n{_STEP * depth}]" if opened else "[]"


def _body(items: list[Any], depth: int) -> str:
    """The lines between the brackets of a list."""
    value: Any = items
    for _level in range(depth):
        value = [value]
    edge = (depth + 1) * (depth + 2)  # the brackets, line ends and indents before and after them
    return pretty(value)[edge:-edge]


def pretty_object(head: Mapping[str, Any], last: str, items: Iterable[Any]) -> Iterator[str]:
    """An object whose `last` key has a long list, in pieces."""
    yield pretty(head).removesuffix("\n}") + ",\n" + _STEP + pretty(last) + ": "
    yield from pretty_list(items, 1)
    yield "\n}"
