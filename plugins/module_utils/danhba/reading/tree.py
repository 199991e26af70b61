"""YAML as the register uses it: mappings, sequences and text, each with its place in the file.

Nothing is guessed: no value becomes a number, a date or a truth value here, and what could be read two ways
(anchors, tags, a key twice, several documents in a file) is a problem.
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
    """A scalar as written; `plain` when without quotes."""

    value: str
    place: Place
    plain: bool


# As Text(value, place, plain), but three times as fast.
_make_text: Callable[[tuple[str, Place, bool]], Text] = partial(tuple.__new__, Text)


@dataclass(slots=True)
class List:
    """A sequence."""

    items: list[Node]
    place: Place


@dataclass(slots=True)
class Map:
    """A mapping; keys are text, and `marks` has where libyaml met each."""

    entries: dict[str, Node]
    place: Place
    marks: dict[str, Any]

    def keys(self) -> dict[str, Place]:
        """The place of each key, made out when somebody asks: only what objects to a key does."""
        return {name: Place(mark.line + 1, mark.column + 1) for name, mark in self.marks.items()}


Node: TypeAlias = Text | List | Map


# The register's deepest value is seven levels down; a reader that recurses must stop somewhere.
DEEPEST = 32
# A file of 20,000 officials has fewer; each takes 150 to 300 octets of memory, so that 16 MB of commas would take 1 GB.
MOST_VALUES = 1_000_000
# libyaml compares each directive with all before it, so that many of them take for ever.
_DIRECTIVE = re.compile(r"^(?:\ufeff)?%\S*|(?<=[\n\r\u0085\u2028\u2029])%\S*")
_LINE_END = re.compile("\r\n|[\n\r\u0085\u2028\u2029]")
_ESCAPE = re.compile(r"\\.", re.DOTALL)
# The escapes that stand for the character that is seen; any other could hide one from the loader.
_WRITTEN_OUT = frozenset(('\\"', "\\\\", "\\/"))


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a file is not the YAML that the register uses.

    `kind` is one of syntax, depth, size, directive, tag, anchor, escape, key, twice, documents; `detail` is libyaml's
    word, or the key.
    """

    kind: str
    place: Place
    detail: str = ""


_SCALAR, _MAP_END, _LIST_END = yaml.ScalarEvent, yaml.MappingEndEvent, yaml.SequenceEndEvent


class _Stop(Exception):
    """Reading goes no further."""


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
        """The node that begins with an event."""
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
        """The text of an event; nearly all are, and so are asked for without asking `node` what they are."""
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
            # Nearly all keys are bare words, in which there is nothing to object to.
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
        """The text of a key, None where it is a list or a mapping."""
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
    """The only document of a text, None when it is empty or cannot be read, with every problem met."""
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
    """The place of a mark; the end of a text without a last line end is in no line of its own."""
    if mark is None:
        return Place(1, 1)
    if mark.line > len(_LINE_END.findall(text)):
        return _place_of(text, len(text))
    return Place(mark.line + 1, mark.column + 1)


def _unprintable(text: str) -> Place:
    """The place of the first character that YAML does not allow; libyaml's own offset is not one into the text."""
    found = yaml.reader.Reader.NON_PRINTABLE.search(text)
    return _place_of(text, found.start() if found else 0)


def _place_of(text: str, offset: int) -> Place:
    return Place(text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))
