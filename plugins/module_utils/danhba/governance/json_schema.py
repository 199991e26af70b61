"""JSON Schemas of the register's files (draft 07, which editors' YAML extensions take).

The schema is recorded from the loader, so that nothing is stated twice: the loader reads a file that records what it is
asked for. A schema never refuses what the loader accepts: editors give YAML's numbers, truth values and nulls their
types, where the register has text, so a key allows every type in which some suitable text can be written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator
from datetime import date
from typing import Any

from ..messages import both
from ..messages import mark as _
from ..model import documents, regulation
from ..model.place import START
from ..reading import schema
from ..reading.tree import Text
from . import descriptions

DRAFT = "http://json-schema.org/draft-07/schema#"
# Examples of plain scalars to which YAML 1.1 or the core schema of YAML 1.2 give a type, by type.
SPELLINGS = {
    "null": "null Null NULL ~",
    "boolean": "true True TRUE false False FALSE yes Yes YES no No NO on On ON off Off OFF",
    "integer": "0 7 12 +12 -1 007 0b11 0o17 0x1F 1_000 190:20",
    "number": ".5 1. 1.5 1e5 1E5 1.5e+3 .inf -.Inf .NaN 1_0.5 190:20:30.5",
}
_NAMED_GROUP = re.compile(r"\(\?P<\w+>")
# A text has at most `LONGEST` characters that are no spaces, as after `" ".join(value.split())`.
_TEXT = rf"^\s*(?:\S\s*){{1,{schema.LONGEST}}}$"
NUMBERS = ("integer", "number")

Schema = dict[str, Any]


def agency() -> Schema:
    """Return the schema of an agency's file."""
    found: Any = {}
    schema.agency(_Recorder("", ""), found)
    return _finished(found, _("A file of directory/agencies: one agency, its custodians and its people."))


def province() -> Schema:
    """Return the schema of `province.yml`."""
    found: Any = {}
    schema.province(_Recorder("", ""), found)
    # The province chooses these keys, so the loader asks only for those it finds.
    found["properties"]["system_addresses"] = {
        "type": "object",
        "propertyNames": {"pattern": f"^(?!contact-)(?:{_portable(schema.LOCAL)})$"},
        "additionalProperties": _matching(schema.LOCAL, "contact-snv"),
    }
    numbers = _matching(regulation.NUMBER, "8, 8.1, 8.1b")
    found["properties"]["regulation"]["properties"]["articles"] = {
        "anyOf": [
            {"type": "string", "pattern": _spaced(regulation.SAME)},
            {
                "type": "object",
                "propertyNames": {"enum": list(regulation.ARTICLES)},
                "additionalProperties": numbers,
            },
        ]
    }
    return _finished(found, _("directory/province.yml: what all agencies share."))


SCHEMAS: dict[str, Callable[[], Schema]] = {"agency": agency, "province": province}


def as_json(found: Schema) -> str:
    """Return a schema as the text of its file."""
    return json.dumps(found, ensure_ascii=False, indent=2)


class _Recorder(schema.Reader):
    """Replaces the loader's reader: every node is a schema, empty until the loader asks for it."""

    def map(self, node: Any, key: str, required: Collection[str], optional: Collection[str] = ()) -> schema.Fields:
        properties: Any = {name: {} for name in (*required, *optional)}
        node.update(type="object", properties=properties, required=list(required), additionalProperties=False)
        return _Asked(self, properties, {})

    def items(self, node: Any, key: str) -> list[Any]:
        node.update(type="array", items={})
        return [node["items"]]

    def text(self, node: Any, key: str) -> str | None:
        node.update(_text())
        return None


class _Asked(schema.Fields):
    """Replaces the fields of a mapping: methods that are not overridden call the overridden ones."""

    def matching(self, key: str, shape: re.Pattern[str], example: str) -> str:
        self._put(key, _matching(shape, example))
        return ""

    def one_of(self, key: str, allowed: Collection[str]) -> str:
        self._put(key, _one_of(allowed))
        return ""

    def document(self, key: str) -> str:
        pattern = "|".join(_portable(shape) for shape in documents.SHAPES)
        self._put(key, _shaped(pattern, "12/2024/QĐ-UBND", lambda text: documents.parse(text) is not None))
        return ""

    def date(self, key: str) -> date | None:
        self._put(key, _matching(schema.DAY, "2010-10-15"))
        return None

    def number(self, key: str, default: int) -> int:
        super().number(key, default)
        self._put(key, {"minimum": 0, "default": default})
        return default

    def _put(self, key: str, found: Schema) -> None:
        slot: Any = self.entries[key]
        slot.update(found)


def _text() -> Schema:
    return {"type": _types(lambda _text: True), "pattern": _TEXT}


def _matching(shape: re.Pattern[str], example: str) -> Schema:
    return _shaped(_portable(shape), example, lambda text: shape.fullmatch(text) is not None)


def _shaped(pattern: str, example: str, suits: Callable[[str], bool]) -> Schema:
    vietnamese, english = both(_("write it like {example}"), {"example": example})
    return {
        "type": _types(suits),
        "pattern": _spaced(pattern),
        "patternErrorMessage": f"{vietnamese} / {english}",
        "examples": example.split(", "),
    }


def _one_of(allowed: Collection[str]) -> Schema:
    """Return the schema of a list of words, for an editor to offer; spaces around them are allowed, too."""
    words: list[str | bool] = sorted(allowed)
    meanings = [both(descriptions.WORDS[str(word)])[0] for word in words]
    typed = [word == "true" for word in words if word in ("true", "false")]
    listed = {"enum": [*typed, *words], "enumDescriptions": [*meanings[: len(typed)], *meanings]}
    spaced = {"type": "string", "pattern": _spaced("|".join(map(re.escape, sorted(allowed))))}
    return {"anyOf": [listed, spaced]}


def _portable(shape: re.Pattern[str]) -> str:
    """Return a pattern in the syntax that Python and ECMAScript share."""
    return _NAMED_GROUP.sub("(?:", shape.pattern)


def _spaced(pattern: str) -> str:
    """Return a pattern for a whole text with spaces around it; a lookahead to its end allows for them."""
    pattern = pattern.replace("$)", r"\s*$)")
    return rf"^\s*(?:{pattern})\s*$"


def _types(suits: Callable[[str], bool]) -> str | list[str]:
    types = ["string", *(type_ for type_, texts in SPELLINGS.items() if any(map(_taken(suits), texts.split())))]
    if set(NUMBERS) <= set(types):
        types.remove("integer")  # integers are numbers
    return types if len(types) > 1 else types[0]


def _taken(suits: Callable[[str], bool]) -> Callable[[str], bool]:
    """Return a test whether the loader takes a plain scalar as text, and whether the text suits."""

    def taken(spelling: str) -> bool:
        text = schema.Reader("", "").text(Text(spelling, START, True), "")
        return text is not None and suits(text)

    return taken


def _finished(found: Schema, about: str) -> Schema:
    for path, slot in _keys(found, ()):
        _describe(path, slot)
    vietnamese, english = both(about)
    return {"$schema": DRAFT, "$comment": english, "description": vietnamese, **found}


def _keys(found: Schema, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Schema]]:
    """Every key at any depth with its path; the items of a list stand under the list's key."""
    for key, slot in found.get("properties", {}).items():
        yield (*path, key), slot
        yield from _keys(slot, (*path, key))
        yield from _keys(slot.get("items", {}), (*path, key))


def _describe(path: tuple[str, ...], slot: Schema) -> None:
    known = (".".join(path[start:]) for start in range(len(path)))
    title, about = descriptions.KEYS[next(name for name in known if name in descriptions.KEYS)]
    (title_vi, title_en), (about_vi, about_en) = both(title), both(about)
    rest = dict(slot)
    slot.clear()
    slot |= {"title": title_vi, "description": about_vi, "$comment": f"{title_en}. {about_en}", **rest}
