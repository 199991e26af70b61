"""Agencies' files in every layout that YAML has for them, for Hypothesis: what they say, and how it is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from hypothesis import strategies as st

from tests.factory.text import scalar

Says: TypeAlias = "str | list[Says] | dict[str, Says]"
Draw: TypeAlias = Callable[..., Any]

# Ordinary texts, and those that only quotes keep as they are.
WORDS = ["Nguyễn Văn Vịnh", "H'Hen Niê", "Chuyên viên", "Phòng A - B", "😀", "x"]
TRICKY = [
    "no",
    "007",
    "1e5",
    "0x1F",
    "~",
    "null",
    "a: b",
    "x #y",
    "# z",
    "- q",
    "{f",
    "[g, h]",
    '"dq" \\',
    "it's",
    "1:30",
]
texts = st.sampled_from(WORDS) | st.sampled_from(TRICKY)
codes = st.sampled_from(["stttt", "snv", "no", "y"])
events = st.fixed_dictionaries({"document": texts, "date": st.just("2010-10-15"), "event": texts})
ids = st.sampled_from(["000101", "000102", "k7", "1e5"])
people = st.fixed_dictionaries(
    {"id": ids, "name": texts, "opened": events},
    optional={"title": texts, "suspended": st.lists(events, max_size=2), "closed": events},
)
custodians = st.fixed_dictionaries({"person": ids, "document": texts, "as": st.sampled_from(["head", "delegate"])})


@st.composite
def agencies(draw: Draw) -> dict[str, Says]:
    """What an agency's file says; its keys in any order."""
    agency = draw(
        st.fixed_dictionaries(
            {"agency": codes, "kind": texts, "opened": events, "people": st.lists(people, max_size=3)},
            optional={
                "closed": events,
                "parent": codes,
                "succeeds": st.lists(codes, max_size=2, unique=True),
                "custodians": st.lists(custodians, max_size=2),
            },
        )
    )
    return {key: agency[key] for key in draw(st.permutations(sorted(agency)))}


@st.composite
def written(draw: Draw, says: dict[str, Says]) -> str:
    """One of the ways to write it."""
    layout = _Layout(draw)
    body = [layout.flow(says)] if layout.rarely() and layout.rarely() else layout.mapping(says)
    start = draw(st.sampled_from([[], ["---"], ["# Đầu tệp", "---", "# bình luận"]]))
    end = draw(st.sampled_from([[], ["# cuối tệp"], ["", "# cuối", ""], ["..."]]))
    line_end = draw(st.sampled_from(["\n", "\n", "\r\n"]))
    text = line_end.join([*start, *body, *end])
    return f"{text}{draw(st.sampled_from([line_end, line_end, '']))}"


class _Layout:
    """Draws how things are written: in one way within a file where a file has one way."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.step = draw(st.sampled_from([0, 1, 2, 4]))
        self.dash = draw(st.sampled_from(["- ", "- ", "-   "]))
        self.comments = draw(st.booleans())
        self.apart = draw(st.booleans())

    def mapping(self, says: dict[str, Says]) -> list[str]:
        lines = []
        for key, value in says.items():
            lines += [*self.comment(""), *self.pair(key, value)]
        return lines

    def pair(self, key: str, value: Says) -> list[str]:
        if not isinstance(value, str) and (not value or self.rarely()):
            return [f"{key}: {self.flow(value)}{self.note()}"]
        if isinstance(value, str):
            return self.text(key, value)
        if isinstance(value, dict):
            return [f"{key}:{self.note()}", *_indented(self.mapping(value), max(self.step, 1))]
        lines = [f"{key}:{self.note()}"]
        for item in value:
            block = self.item(item)
            lines += _indented([*self.comment(""), *block, *([""] if self.apart else [])], self.step)
        return lines

    def item(self, value: Says) -> list[str]:
        if isinstance(value, dict) and not self.rarely():
            first, *rest = self.mapping(value)
            while first.lstrip().startswith("#") or not first:  # a comment cannot stand behind the dash here
                first, *rest = rest
            return [self.dash + first, *_indented(rest, len(self.dash))]
        return [f"{self.dash}{self.flow(value)}{self.note()}"]

    def text(self, key: str, value: str) -> list[str]:
        style = self.draw(st.integers(0, 6))
        if style == 0:
            return [f"{key}: |-", f"      {value}"]
        if style == 1 and not value.startswith((" ", "#")):
            return [f"{key}: >-", f"      {value}", ""]
        return [f"{key}: {self.scalar(value)}{self.note()}"]

    def flow(self, value: Says) -> str:
        if isinstance(value, str):
            return self.scalar(value)
        space = str(self.draw(st.sampled_from(["", " "])))
        comma = str(self.draw(st.sampled_from(["", ","]))) if value else ""
        if isinstance(value, dict):
            inside = ", ".join(f"{key}: {self.flow(item)}" for key, item in value.items())
            return "{" + space + inside + comma + space + "}"
        return "[" + space + ", ".join(map(self.flow, value)) + comma + space + "]"

    def scalar(self, value: str) -> str:
        if self.draw(st.booleans()):
            plain = scalar(value)
            return plain if plain == value else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        return "'" + value.replace("'", "''") + "'"

    def note(self) -> str:
        return str(self.draw(st.sampled_from(["", "  # ghi chú", " # id: x"]))) if self.comments else ""

    def comment(self, margin: str) -> list[str]:
        if not self.comments:
            return []
        choices = [[], [], [f"{margin}# lời"], [f"{margin}    # sâu"], [""], ["", f"{margin}# lời", ""]]
        return list(self.draw(st.sampled_from(choices)))

    def rarely(self) -> bool:
        return bool(self.draw(st.integers(0, 4)) == 0)


def _indented(lines: list[str], columns: int) -> list[str]:
    return [" " * columns + line if line else line for line in lines]
