"""One file being edited: changes of its text at the places of its values, and nothing else changed.

The places are those of libyaml's nodes. Every change states what the file is to say afterwards, and is held to it: the
new text is read again and must say exactly that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from ..messages import mark as _
from ..reading import tree
from ..reading.source import File
from . import text as write
from .problem import Problem
from .text import Value

UNREADABLE = _("{path} cannot be edited: line {line} is not as a register is written; correct what danhba check says")
LAYOUT = _("{path} is laid out in a way that cannot be edited by a command; make this change by hand")

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_COMMENT = re.compile("( *)#[^\n\r\x85\u2028\u2029]*(?:\r\n|[\n\r\x85\u2028\u2029]|\\Z)")
_BOM = "\ufeff"
# Lists stand so far in where a file does not show otherwise.
STEP = 2


@dataclass(frozen=True, slots=True)
class Splice:
    """New text in place of what stands from `start` to `end`; `grows` is the list at whose end it adds an item."""

    start: int
    end: int
    text: str
    grows: yaml.SequenceNode | None = None

    def collides(self, other: Splice) -> bool:
        """Whether both are about one place, so that their order would matter; items of one list come as they came."""
        if self.grows is not None and self.grows is other.grows:
            return False
        return self.start <= other.end and other.start <= self.end


@dataclass(slots=True)
class Page:
    """The text of a file with its root node; changes gather until somebody needs the text or the nodes after them.

    `says` is what the file says with all of them, as plain values.
    """

    path: str
    says: dict[str, Any]
    _text: str
    _root: yaml.MappingNode
    _bom: str = ""
    _splices: list[Splice] = field(default_factory=list)

    @classmethod
    def of(cls, file: File) -> Page:
        """Open a file, or raise `Problem` where it is none that a register has."""
        try:
            text = (file.data or b"").decode()
        except UnicodeDecodeError as error:
            line = (file.data or b"").count(b"\n", 0, error.start) + 1
            raise Problem(UNREADABLE, path=file.path, line=line) from error
        bom, text = (_BOM, text[1:]) if text.startswith(_BOM) else ("", text)
        node, problems = tree.parse(text)
        if problems or not isinstance(node, tree.Map) or not node.entries:
            line = problems[0].place.line if problems else 1
            raise Problem(UNREADABLE, path=file.path, line=line)
        root = _compose(text)
        return cls(file.path, plain(root), text, root, bom)

    def data(self) -> bytes:
        """The file as it is now."""
        self._settle()
        return (self._bom + self._text).encode()

    def change(self, make: Callable[[yaml.MappingNode], Splice], say: Callable[[dict[str, Any]], None]) -> None:
        """Make a change, stating what the file says after it: `say` changes the plain values in the same way.

        `make` may be asked twice, since a change at a place of a former one is made on the text after that one; so it
        raises its `Problem` only about the text as it is by then.
        """
        try:
            splice = make(self._root)
            again = any(splice.collides(former) for former in self._splices)
        except Problem:
            if not self._splices:
                raise
            again = True
        if again:
            self._settle()
            splice = make(self._root)
        self._splices.append(splice)
        say(self.says)

    def _settle(self) -> None:
        """Put the changes into the text, and see that it says what it should."""
        if not self._splices:
            return
        parts, offset = [], 0
        for splice in sorted(self._splices, key=lambda splice: splice.start):
            parts += [self._text[offset : splice.start], splice.text]
            offset = splice.end
        text = "".join([*parts, self._text[offset:]])
        self._splices.clear()
        try:
            root = _compose(text)
        except yaml.YAMLError as error:
            raise Problem(LAYOUT, path=self.path) from error
        if plain(root) != self.says:
            raise Problem(LAYOUT, path=self.path)
        self._text, self._root = text, root

    def entry(self, number: int) -> yaml.MappingNode:
        """One of the people, as of the nodes that `change` asks its maker about."""
        people = get(self._root, "people")
        entries = people.value if isinstance(people, yaml.SequenceNode) else []
        entry = entries[number] if number < len(entries) else None
        if not isinstance(entry, yaml.MappingNode):
            raise Problem(LAYOUT, path=self.path)
        return entry

    # What follows makes splices.

    def append(self, mapping: yaml.MappingNode, key: str, value: Value) -> Splice:
        """Add to the end of the list under a key."""
        items = get(mapping, key)
        if isinstance(items, yaml.SequenceNode):
            return self._grow(items, value) if items.value else self._first(mapping, items, value)
        if not isinstance(items, yaml.ScalarNode) or items.start_mark.index < items.end_mark.index:
            raise Problem(LAYOUT, path=self.path)
        return self._first(mapping, items, value)

    def insert(self, mapping: yaml.MappingNode, key: str, number: int, value: Value) -> Splice:
        """Add to the list under a key, ahead of an item that is there."""
        items = get(mapping, key)
        if not isinstance(items, yaml.SequenceNode) or number >= len(items.value):
            raise Problem(LAYOUT, path=self.path)
        place = items.value[number].start_mark.index
        if items.flow_style:
            return Splice(place, place, f"{write.flow(value)}, ")
        column = items.start_mark.column
        start = self._text.rindex("-", 0, place) - column
        return self._lines(start, column, self._item(value, items.value[number], column))

    def put(
        self, mapping: yaml.MappingNode, key: str, value: Value, *, after: Sequence[str] = (), before: str = ""
    ) -> Splice:
        """Add a key with its value: ahead of a key, or behind the first of some that is there; else at the end."""
        names = [node.value for node, _value in mapping.value]
        places = [names.index(name) + (name != before) for name in (before, *after) if name in names]
        index = places[0] if places else len(names)
        if mapping.flow_style:
            new = f"{key}: {write.flow(value, key)}"
            if index:
                place = self._end(mapping.value[index - 1][1])
                return Splice(place, place, f", {new}")
            place = mapping.value[0][0].start_mark.index
            return Splice(place, place, f"{new}, ")
        column = mapping.start_mark.column
        if index:
            place = self._past_comments(self._tail(mapping.value[index - 1][1]), column)
        else:
            place = mapping.start_mark.index - column
        return self._lines(place, column, write.pair(key, value, self._step()))

    def set(self, mapping: yaml.MappingNode, key: str, value: str) -> Splice:
        """Another text as the value of a key that is there."""
        node = get(mapping, key)
        if not isinstance(node, yaml.ScalarNode) or not node.value:
            raise Problem(LAYOUT, path=self.path)
        return Splice(node.start_mark.index, self._end(node), write.scalar(value, key))

    def replace(self, mapping: yaml.MappingNode, key: str, value: Value) -> Splice:
        """Another value, on one line, for a key that is there."""
        node = get(mapping, key)
        if node is None or (isinstance(node, yaml.ScalarNode) and not node.value):
            raise Problem(LAYOUT, path=self.path)
        return Splice(node.start_mark.index, self._end(node), write.flow(value, key))

    def remove(self, mapping: yaml.MappingNode, key: str) -> Splice:
        """A key that is there taken out with its value, and with the comment behind it."""
        found = next(((name, value) for name, value in mapping.value if name.value == key), None)
        if found is None or mapping.flow_style or found[0].start_mark.index == mapping.start_mark.index:
            raise Problem(LAYOUT, path=self.path)
        start = found[0].start_mark.index - found[0].start_mark.column
        return Splice(start, self._tail(found[1]), "")

    def _grow(self, items: yaml.SequenceNode, value: Value) -> Splice:
        last = items.value[-1]
        if items.flow_style:
            place = self._end(last)
            return Splice(place, place, f", {write.flow(value)}", items)
        column = items.start_mark.column
        # A comment that is indented behind the dash is about the item above it.
        place = self._past_comments(self._tail(last), column + 1)
        lines = self._item(value, last, column)
        if self._apart(items):
            lines = ["", *lines]
        return self._lines(place, column, lines, items)

    def _item(self, value: Value, like: yaml.Node, column: int) -> list[str]:
        """The lines of an item, written as the one before it."""
        if isinstance(value, Mapping) and isinstance(like, yaml.MappingNode) and not like.flow_style:
            beside = like.start_mark.column - column
            return list(write.item(value, beside if beside > 1 else STEP, self._step()))
        return [f"- {write.flow(value)}"]

    def _first(self, mapping: yaml.MappingNode, items: yaml.Node, value: Value) -> Splice:
        """The first item of a list that is empty: beneath its key, as the others are written."""
        start = len(self._text[: items.start_mark.index].rstrip())
        end = items.end_mark.index
        if mapping.flow_style or self._text[start - 1] != ":":
            place = end - 1 if isinstance(items, yaml.SequenceNode) else end
            new = write.flow(value) if isinstance(items, yaml.SequenceNode) else f" [{write.flow(value)}]"
            return Splice(place, place, new)
        tail = self._line_end(end)
        column = mapping.start_mark.column + self._step()
        if isinstance(value, Mapping) and "id" in value:
            lines = list(write.item(value, STEP, self._step()))
        else:
            lines = [f"- {write.flow(value)}"]
        return Splice(start, tail, self._text[end:tail] + self._lines(tail, column, lines).text)

    def _lines(self, place: int, column: int, lines: Iterable[str], grows: yaml.SequenceNode | None = None) -> Splice:
        """Whole lines at the start of a line, or at the end of a file whose last line has no end yet."""
        end = self._line_break()
        new = "".join(f"{' ' * column}{line}{end}" if line else end for line in lines)
        missing = "" if place == 0 or _BREAK.fullmatch(self._text[place - 1]) else end
        return Splice(place, place, missing + new, grows)

    def _line_break(self) -> str:
        found = _BREAK.search(self._text)
        return found[0] if found and found[0] in ("\n", "\r\n", "\r") else "\n"

    def _step(self) -> int:
        """How far lists stand in from their keys in this file."""
        for _key, value in self._root.value:
            if isinstance(value, yaml.SequenceNode) and value.value and not value.flow_style:
                return int(value.start_mark.column - self._root.start_mark.column)
        return STEP

    def _apart(self, items: yaml.SequenceNode) -> bool:
        """Whether the items of a list have empty lines between them."""
        if len(items.value) < 2:
            return False
        between = self._text[self._tail(items.value[-2]) : items.value[-1].start_mark.index]
        return any(not line.strip() for line in between.splitlines()[:-1])

    def _end(self, node: yaml.Node) -> int:
        """Where a value ends; libyaml marks the end of what is indented at the next token."""
        if not isinstance(node, yaml.CollectionNode) or node.flow_style:
            return int(node.end_mark.index)
        last = node.value[-1]
        return self._end(last[1] if isinstance(last, tuple) else last)

    def _tail(self, node: yaml.Node) -> int:
        """Where the line after a value begins."""
        return self._line_end(self._end(node))

    def _line_end(self, place: int) -> int:
        if place and _BREAK.fullmatch(self._text[place - 1]):  # a text in several lines ends with them
            return place
        found = _BREAK.search(self._text, place)
        return found.end() if found else len(self._text)

    def _past_comments(self, place: int, column: int) -> int:
        """Past the lines of comments that stand at least at a column; those further out belong to what follows."""
        while (found := _COMMENT.match(self._text, place)) and len(found[1]) >= max(column, 1):
            place = found.end()
        return place


def _compose(text: str) -> yaml.MappingNode:
    root = yaml.compose(text, Loader=yaml.CBaseLoader)
    if not isinstance(root, yaml.MappingNode):
        raise yaml.YAMLError
    return root


def get(mapping: yaml.MappingNode, key: str) -> yaml.Node | None:
    """The node under a key."""
    return next((value for name, value in mapping.value if name.value == key), None)


def plain(node: yaml.Node) -> Any:
    """What a node says, all scalars as text."""
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return [plain(item) for item in node.value]
    return {key.value: plain(value) for key, value in node.value}
