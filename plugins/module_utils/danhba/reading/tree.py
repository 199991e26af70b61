"""Parses the YAML of the register: mappings, sequences and texts, each with its place in the file.

All values stay texts: none becomes a number, a date or a truth value here. Anchors, tags, repeated keys and several
documents in a file are problems, because readers may understand them differently.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple, NoReturn, TypeAlias

import yaml

from ..model.findings import FILE_LIMIT
from ..model.place import Place, make_place


class Text(NamedTuple):
    """A scalar: its text, and whether it is `plain` (without quotes)."""

    value: str
    place: Place
    plain: bool


# Makes a Text of (value, place, plain) three times as fast as the class itself.
_make_text: Callable[[tuple[str, Place, bool]], Text] = partial(tuple.__new__, Text)


@dataclass(slots=True)
class List:
    """A sequence with its place."""

    items: list[Node]
    place: Place


@dataclass(slots=True)
class Map:
    """A mapping with text keys; `marks` has libyaml's mark of the place of each key."""

    entries: dict[str, Node]
    place: Place
    marks: dict[str, Any]

    def keys(self) -> dict[str, Place]:
        """Return the place of each key. Computed at each call, because only findings about keys need it."""
        return {name: Place(mark.line + 1, mark.column + 1) for name, mark in self.marks.items()}


Node: TypeAlias = Text | List | Map


# The deepest nesting that is read, so that recursion ends. The register's deepest value is seven levels down.
DEEPEST = 32
# The most values that are read of a file. One takes 150 to 300 bytes of memory, so that 16 MB of commas would take
# 1 GB; a file of 20,000 officials has fewer.
MOST_VALUES = 1_000_000
# Directives are found before parsing: libyaml compares each with all before it, so that many would take for ever.
_DIRECTIVE = re.compile(r"^(?:\ufeff)?%\S*|(?<=[\n\r\u0085\u2028\u2029])%\S*")
_LINE_END = re.compile("\r\n|[\n\r\u0085\u2028\u2029]")
_ESCAPE = re.compile(r"\\.", re.DOTALL)
# The escapes that stand for the visible character; any other could hide a character from the loader's checks.
_WRITTEN_OUT = frozenset(('\\"', "\\\\", "\\/"))


@dataclass(frozen=True, slots=True)
class Problem:
    """A reason why a file is not the YAML that the register uses.

    `kind` is one of syntax, depth, size, directive, tag, anchor, escape, key, twice, documents. `detail` is libyaml's
    message (syntax), or the text that is objected to: a directive, tag, anchor, escape or key.
    """

    kind: str
    place: Place
    detail: str = ""


_SCALAR, _MAP_END, _LIST_END = yaml.ScalarEvent, yaml.MappingEndEvent, yaml.SequenceEndEvent


class _Stop(Exception):
    """Raised to stop reading a file."""


@dataclass(slots=True)
class _Reader:
    parser: Any
    text: str
    escaped: bool
    depth: int = 0
    left: int = field(default_factory=lambda: MOST_VALUES)
    problems: list[Problem] = field(default_factory=list)

    def document(self) -> Node | None:
        self.parser.get_event()  # stream start
        if isinstance(self.parser.get_event(), yaml.StreamEndEvent):
            return None
        node = self.node(self.parser.get_event())
        self.parser.get_event()  # document end
        following = self.parser.get_event()
        if not isinstance(following, yaml.StreamEndEvent):
            self._object(Problem("documents", _place(following)))
        return node

    def node(self, event: Any) -> Node:
        """Return the node that begins with an event of libyaml; reads the events up to its end."""
        kind = type(event)
        if kind is _SCALAR:
            return self.scalar(event)
        self.left -= 1
        if self.left < 0:
            self._too_many(event)
        if kind is yaml.AliasEvent:
            self._object(Problem("anchor", _place(event), event.anchor))
            return Text("", _place(event), False)
        if event.anchor or event.tag:
            self._forbidden(event)
        self.depth += 1
        if self.depth > DEEPEST:
            self._object(Problem("depth", _place(event)))
            raise _Stop
        node = self._map(event) if kind is yaml.MappingStartEvent else self._list(event)
        self.depth -= 1
        return node

    def scalar(self, event: Any) -> Text:
        """Return the text of a scalar event. Callers skip `node` for scalars, which most nodes are, to be faster."""
        self.left -= 1
        if self.left < 0:
            self._too_many(event)
        if event.tag or event.anchor:
            self._forbidden(event)
        style = event.style
        if self.escaped and style == '"':
            self._escapes(event)
        mark = event.start_mark
        return _make_text((event.value, make_place((mark.line + 1, mark.column + 1)), not style))

    def _too_many(self, event: Any) -> NoReturn:
        self._object(Problem("size", _place(event)))
        raise _Stop

    def _object(self, problem: Problem) -> None:
        self.problems.append(problem)
        if len(self.problems) > FILE_LIMIT:
            raise _Stop

    def _list(self, event: Any) -> List:
        items = []
        get, node = self.parser.get_event, self.node
        while type(following := get()) is not _LIST_END:
            items.append(node(following))
        return List(items, _place(event))

    def _map(self, event: Any) -> Map:
        entries: dict[str, Node] = {}
        marks: dict[str, Any] = {}
        get, node, scalar = self.parser.get_event, self.node, self.scalar
        while type(key := get()) is not _MAP_END:
            # Most keys are plain words, which need none of the checks in `_key`.
            bare = type(key) is _SCALAR and not (key.style or key.tag or key.anchor)
            name = key.value if bare else self._key(key)
            self.left -= bare
            following = get()
            value = scalar(following) if type(following) is _SCALAR else node(following)
            if name is None:
                self._object(Problem("key", _place(key)))
            elif name in entries:
                self._object(Problem("twice", _place(key), name))
            else:
                entries[name] = value
                marks[name] = key.start_mark
        return Map(entries, _place(event), marks)

    def _key(self, event: Any) -> str | None:
        """Return the text of a key, None where the key is a list or a mapping."""
        key = self.node(event)
        return key.value if type(key) is Text else None

    def _escapes(self, event: Any) -> None:
        found = _ESCAPE.finditer(self.text, event.start_mark.index, event.end_mark.index)
        if escape := next((match[0] for match in found if match[0] not in _WRITTEN_OUT), ""):
            self._object(Problem("escape", _place(event), escape))

    def _forbidden(self, event: Any) -> None:
        if event.anchor:
            self._object(Problem("anchor", _place(event), event.anchor))
        # A quoted scalar has no tag unless one is written; "!" alone is the non-specific tag.
        if event.tag:
            self._object(Problem("tag", _place(event), event.tag))


def _place(event: Any) -> Place:
    return Place(event.start_mark.line + 1, event.start_mark.column + 1)


def parse(text: str) -> tuple[Node | None, list[Problem]]:
    """Return the only YAML document of a text with all problems; None where the text is empty or cannot be read."""
    if "%" in text and (directive := _DIRECTIVE.search(text)):
        return None, [Problem("directive", _place_of(text, directive.start()), directive[0])]
    reader = _Reader(yaml.CBaseLoader(text), text, "\\" in text)
    try:
        return reader.document(), reader.problems
    except _Stop:
        return None, reader.problems
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return None, [*reader.problems, Problem("syntax", _at(mark, text), error.problem or str(error))]
    except yaml.reader.ReaderError as error:
        return None, [*reader.problems, Problem("syntax", _unprintable(text), error.reason)]


def _at(mark: Any, text: str) -> Place:
    """Return the place of a libyaml mark; a mark behind the last line of the text becomes the end of the text."""
    if mark is None:
        return Place(1, 1)
    if mark.line > len(_LINE_END.findall(text)):
        return _place_of(text, len(text))
    return Place(mark.line + 1, mark.column + 1)


def _unprintable(text: str) -> Place:
    """Return the place of the first character that YAML forbids; libyaml's offset counts bytes, not characters."""
    found = yaml.reader.Reader.NON_PRINTABLE.search(text)
    return _place_of(text, found.start() if found else 0)


def _place_of(text: str, offset: int) -> Place:
    return Place(text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))
