"""Writing of values in the register's YAML style: one key a line, and each event on one line in braces.

Texts are quoted wherever a reader of YAML 1.1 or 1.2 could take them for another type, except the days, counts and
truth values that the register itself writes without quotes.
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

# Needs no quotes: begins with a letter or digit, has a letter, does not end with a space, and has no YAML syntax.
_PLAIN = re.compile(r"(?=.*[^\W\d_])\w(?:[\w /.'()@-]*[\w/.'()@-])?")
# Null, truth values and numbers of YAML 1.1 or 1.2, and more than these, since needless quotes do no harm.
_BENT = re.compile(r"(?i:null|true|false|yes|no|on|off|y|n)|[0-9][0-9a-fox_.-]*", re.IGNORECASE)
# Written without quotes in registers, although some YAML readers take them for dates, truth values or numbers.
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
    """Return a text as a YAML scalar on one line, the value of `key`; unquoted where every reader reads it as text.

    Raises:
        Problem: it has a character that no register may have, such as a line end.
    """
    if found := _UNWRITABLE.search(text):
        raise Problem(CHARACTER, value=text, character=f"U+{ord(found[0]):04X}")
    if key in _TYPED and _TYPED[key].fullmatch(text):
        return text
    if key not in _QUOTED and _PLAIN.fullmatch(text) and not _BENT.fullmatch(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def flow(value: Value, key: str = "") -> str:
    """Return a value in flow style on one line, the value of `key`: ``{document: 1/QĐ-UBND, date: 2010-10-15}``."""
    if isinstance(value, str):
        return scalar(value, key)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name}: {flow(item, name)}" for name, item in value.items()) + "}"
    return "[" + ", ".join(flow(item, key) for item in value) + "]"


def pair(key: str, value: Value, step: int) -> Iterator[str]:
    """Yield the lines of a key with its value; a list of mappings has one item a line, indented by `step` columns."""
    if isinstance(value, Sequence) and any(isinstance(item, Mapping) for item in value):
        yield f"{key}:"
        yield from (f"{' ' * step}- {flow(item)}" for item in value)
    else:
        yield f"{key}: {flow(value, key)}"


def pairs(mapping: Mapping[str, Value], step: int) -> Iterator[str]:
    """Yield the lines of a mapping, one or more for each key."""
    for key, value in mapping.items():
        yield from pair(key, value, step)


def item(mapping: Mapping[str, Value], inner: int, step: int) -> Iterator[str]:
    """Yield the lines of a list item whose keys are indented by `inner` columns from its dash."""
    for number, line in enumerate(pairs(mapping, step)):
        yield f"{' ' * inner if number else '-' + ' ' * (inner - 1)}{line}"
