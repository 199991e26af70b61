"""Edits of one YAML file: its text is changed only where a value changes.

The positions in the text are those of libyaml's nodes. Each edit also states the plain values that the file should
have afterwards; the new text is parsed again, and the edit is refused unless it has exactly these values.
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
# Columns by which lists are indented in a file that has no list to take the indentation from.
STEP = 2


@dataclass(frozen=True, slots=True)
class Splice:
    """Replacement of the text from `start` to `end`. `grows` is the list to whose end it adds an item, if it does."""

    start: int
    end: int
    text: str
    grows: yaml.SequenceNode | None = None

    def collides(self, other: Splice) -> bool:
        """Tell whether two splices touch the same place, so that their order would matter.

        Two items added to the end of one list do not collide: they keep the order in which they were added.
        """
        if self.grows is not None and self.grows is other.grows:
            return False
        return self.start <= other.end and other.start <= self.end


@dataclass(slots=True)
class Page:
    """The text of a file with its root node. Edits are collected, and made when the text or its nodes are needed.

    `says` holds the plain values of the file with all edits, those not made yet included.
    """

    path: str
    says: dict[str, Any]
    _text: str
    _root: yaml.MappingNode
    _bom: str = ""
    _splices: list[Splice] = field(default_factory=list)

    @classmethod
    def of(cls, file: File) -> Page:
        """Parse a file.

        Raises:
            Problem: it is not UTF-8 or not the YAML of a register.
        """
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
        """Return the content of the file with all edits made."""
        self._settle()
        return (self._bom + self._text).encode()

    def change(self, make: Callable[[yaml.MappingNode], Splice], say: Callable[[dict[str, Any]], None]) -> None:
        """Add an edit: `make` returns the splice for a root node, `say` changes the plain values in the same way.

        `make` is called a second time, with the nodes of the text after all former edits, if its splice collides with
        one of them or it raises `Problem`; so its `Problem` is raised only about the current text.
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
        """Make the collected edits in the text.

        Raises:
            Problem: the new text is no YAML or does not have the values of `says`.
        """
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
        """Return the node of an entry of the people, among the nodes for which `change` calls `make`."""
        people = get(self._root, "people")
        entries = people.value if isinstance(people, yaml.SequenceNode) else []
        entry = entries[number] if number < len(entries) else None
        if not isinstance(entry, yaml.MappingNode):
            raise Problem(LAYOUT, path=self.path)
        return entry

    # The methods below return splices and change nothing themselves.

    def append(self, mapping: yaml.MappingNode, key: str, value: Value) -> Splice:
        """Return the splice that appends to the list under a key."""
        items = get(mapping, key)
        if isinstance(items, yaml.SequenceNode):
            return self._grow(items, value) if items.value else self._first(mapping, items, value)
        if not isinstance(items, yaml.ScalarNode) or items.start_mark.index < items.end_mark.index:
            raise Problem(LAYOUT, path=self.path)
        return self._first(mapping, items, value)

    def insert(self, mapping: yaml.MappingNode, key: str, number: int, value: Value) -> Splice:
        """Return the splice that inserts into the list under a key, before item `number`."""
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
        """Return the splice that adds a key: before the key `before`, or after the first of `after` that is there.

        Without any of these the key is added at the end.
        """
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
        """Return the splice that sets the text of an existing key."""
        node = get(mapping, key)
        if not isinstance(node, yaml.ScalarNode) or not node.value:
            raise Problem(LAYOUT, path=self.path)
        return Splice(node.start_mark.index, self._end(node), write.scalar(value, key))

    def replace(self, mapping: yaml.MappingNode, key: str, value: Value) -> Splice:
        """Return the splice that replaces the value of an existing key by one on one line."""
        node = get(mapping, key)
        if node is None or (isinstance(node, yaml.ScalarNode) and not node.value):
            raise Problem(LAYOUT, path=self.path)
        return Splice(node.start_mark.index, self._end(node), write.flow(value, key))

    def remove(self, mapping: yaml.MappingNode, key: str) -> Splice:
        """Return the splice that removes a key with its value and the comment on the value's line."""
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
        # A comment that is indented further than the dash belongs to the item above it.
        place = self._past_comments(self._tail(last), column + 1)
        lines = self._item(value, last, column)
        if self._has_empty_lines(items):
            lines = ["", *lines]
        return self._lines(place, column, lines, items)

    def _item(self, value: Value, like: yaml.Node, column: int) -> list[str]:
        """Return the lines of a list item, laid out like the item `like`."""
        if isinstance(value, Mapping) and isinstance(like, yaml.MappingNode) and not like.flow_style:
            beside = like.start_mark.column - column
            return list(write.item(value, beside if beside > 1 else STEP, self._step()))
        return [f"- {write.flow(value)}"]

    def _first(self, mapping: yaml.MappingNode, items: yaml.Node, value: Value) -> Splice:
        """Return the splice for the first item of an empty list: below its key, or in its brackets (flow style)."""
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
        """Return the splice that adds whole lines at `place`, a line's start or the end of the file.

        A line break is added first where the file's last line has none.
        """
        end = self._line_break()
        new = "".join(f"{' ' * column}{line}{end}" if line else end for line in lines)
        missing = "" if place == 0 or _BREAK.fullmatch(self._text[place - 1]) else end
        return Splice(place, place, missing + new, grows)

    def _line_break(self) -> str:
        found = _BREAK.search(self._text)
        return found[0] if found and found[0] in ("\n", "\r\n", "\r") else "\n"

    def _step(self) -> int:
        """Return by how many columns this file indents lists from their keys."""
        for _key, value in self._root.value:
            if isinstance(value, yaml.SequenceNode) and value.value and not value.flow_style:
                return int(value.start_mark.column - self._root.start_mark.column)
        return STEP

    def _has_empty_lines(self, items: yaml.SequenceNode) -> bool:
        """Tell whether the last two items of a list are separated by an empty line."""
        if len(items.value) < 2:
            return False
        between = self._text[self._tail(items.value[-2]) : items.value[-1].start_mark.index]
        return any(not line.strip() for line in between.splitlines()[:-1])

    def _end(self, node: yaml.Node) -> int:
        """Return the position where a value ends.

        For a block collection that is the end of its last value, since libyaml's own mark is at the next token.
        """
        if not isinstance(node, yaml.CollectionNode) or node.flow_style:
            return int(node.end_mark.index)
        last = node.value[-1]
        return self._end(last[1] if isinstance(last, tuple) else last)

    def _tail(self, node: yaml.Node) -> int:
        """Return the position where the line after a value begins."""
        return self._line_end(self._end(node))

    def _line_end(self, place: int) -> int:
        if place and _BREAK.fullmatch(self._text[place - 1]):  # a block scalar ends with its line break
            return place
        found = _BREAK.search(self._text, place)
        return found.end() if found else len(self._text)

    def _past_comments(self, place: int, column: int) -> int:
        """Skip lines of comments indented to `column` or further; comments left of it belong to the next key."""
        while (found := _COMMENT.match(self._text, place)) and len(found[1]) >= max(column, 1):
            place = found.end()
        return place


def _compose(text: str) -> yaml.MappingNode:
    root = yaml.compose(text, Loader=yaml.CBaseLoader)
    if not isinstance(root, yaml.MappingNode):
        raise yaml.YAMLError
    return root


def get(mapping: yaml.MappingNode, key: str) -> yaml.Node | None:
    """Return the value's node under a key, None without the key."""
    return next((value for name, value in mapping.value if name.value == key), None)


def plain(node: yaml.Node) -> Any:
    """Return the plain value of a node, all scalars as text."""
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return [plain(item) for item in node.value]
    return {key.value: plain(value) for key, value in node.value}
