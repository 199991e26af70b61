"""Values as the register writes them: one key a line, and what happened on one line in braces.

Nothing is written that a reader of YAML 1.1 or 1.2 could take for anything but the text that it is, save the days,
counts and truth values that the register itself writes without quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from ..messages import mark as _
from ..reading.schema import DAY
from .problem import Problem

Value: TypeAlias = "str | Mapping[str, Value] | Sequence[Value]"

CHARACTER = _("'{value}' has {character}, which cannot stand in a register; write it on one line, without it")

# Begins with a letter or digit, ends with no space, holds a letter, and nothing else that means something in YAML.
_PLAIN = re.compile(r"(?=.*[^\W\d_])\w(?:[\w /.'()@-]*[\w/.'()@-])?")
# Null, truth values and numbers of either version of YAML, written generously: quotes do no harm.
_BENT = re.compile(r"(?i:null|true|false|yes|no|on|off|y|n)|[0-9][0-9a-fox_.-]*", re.IGNORECASE)
# What the register writes without quotes although some readers would not see a text in it.
_TYPED = {
    "date": DAY,
    "from": DAY,
    "to": DAY,
    "until": DAY,
    "leader": re.compile("true|false"),
    "count": re.compile(r"0|[1-9][0-9]{0,8}"),
}
# Always quoted, since most of them are digits.
_QUOTED = frozenset({"id", "person"})
_UNWRITABLE = re.compile("[^\t\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\t\u2028\u2029\ufeff]")


def scalar(text: str, key: str = "") -> str:
    """The text as one YAML scalar on one line, as the value of `key`; plain where every reader sees the same text.

    Raises:
        Problem: it holds a character that no register may have, such as a line end.
    """
    if found := _UNWRITABLE.search(text):
        raise Problem(CHARACTER, value=text, character=f"U+{ord(found[0]):04X}")
    if key in _TYPED and _TYPED[key].fullmatch(text):
        return text
    if key not in _QUOTED and _PLAIN.fullmatch(text) and not _BENT.fullmatch(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def flow(value: Value, key: str = "") -> str:
    """The value on one line, as the value of `key`: ``{document: 1/QĐ-UBND, date: 2010-10-15}``."""
    if isinstance(value, str):
        return scalar(value, key)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {flow(item, name)}" for name, item in value.items()) + "}"
    return "[" + ", ".join(flow(item, key) for item in value) + "]"


def pair(key: str, value: Value, step: int) -> Iterator[str]:
    """The lines of a key with its value; the items of a list of mappings stand `step` columns in, one a line."""
    if isinstance(value, Sequence) and any(isinstance(item, Mapping) for item in value):
        yield f"{key}:"
        yield from (f"{' ' * step}- {flow(item)}" for item in value)
    else:
        yield f"{key}: {flow(value, key)}"


def pairs(mapping: Mapping[str, Value], step: int) -> Iterator[str]:
    """The lines of a mapping, one or more for each key."""
    for key, value in mapping.items():
        yield from pair(key, value, step)


def item(mapping: Mapping[str, Value], inner: int, step: int) -> Iterator[str]:
    """The lines of an item of a list whose keys stand `inner` columns behind its dash."""
    for number, line in enumerate(pairs(mapping, step)):
        yield f"{' ' * inner if number else '-' + ' ' * (inner - 1)}{line}"
