"""`table.toml`: which settings keep which promise of the threat model, and which tests hold the rest."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
FILE = Path(__file__).with_name("table.toml")
MODEL = ROOT / "docs/threat-model.md"
_HEAD = "| who | tries |"


class Threat(NamedTuple):
    """A row of the threat model: its section, who tries what."""

    section: str
    who: str
    tries: str


class Setting(NamedTuple):
    """What a file has to say: the value itself, `has`: words in it, `lacks`: words that are not in it."""

    of: str
    name: str
    value: str
    how: str


class Promise(NamedTuple):
    """A row of the threat model, by the beginning of what is tried, or words of the page; and what keeps it."""

    section: str
    who: str
    tries: str
    words: str
    settings: tuple[Setting, ...]
    held: tuple[str, ...]

    def is_of(self, threat: Threat) -> bool:
        """Whether it is about this row."""
        return bool(self.tries) and (self.section, self.who) == threat[:2] and threat.tries.startswith(self.tries)


class File(NamedTuple):
    """A configuration that roles write: its template, how it is read, and other values of inputs."""

    template: Path
    reader: str
    inputs: Mapping[str, object]


class Table(NamedTuple):
    """All of `table.toml`; `sections` are those whose other rows are held by these tests."""

    files: Mapping[str, File]
    promises: tuple[Promise, ...]
    sections: Mapping[str, tuple[str, ...]]


def read(text: str | None = None) -> Table:
    """The table.

    Raises:
        KeyError, ValueError: it is not in the form that its first lines describe.
    """
    found = tomllib.loads(FILE.read_text(encoding="utf-8") if text is None else text)
    files = {
        name: File(ROOT / "roles" / each["template"], each["reader"], each.get("inputs", {}))
        for name, each in found["files"].items()
    }
    promises = tuple(_promise(each) for each in found["promises"])
    sections = {each["section"]: tuple(each["held"]) for each in found["sections"]}
    return Table(files, promises, sections)


def _promise(given: Mapping[str, object]) -> Promise:
    said: dict[str, str] = {name: str(given.get(name, "")) for name in ("section", "who", "tries", "words")}
    rows, held = given.get("settings", []), given.get("held", [])
    if (
        not isinstance(rows, list)
        or not isinstance(held, list)
        or not rows + held
        or given.keys() - {*said, "settings", "held"}
    ):
        raise ValueError(f"neither settings nor a test holds it, or it has another key: {dict(given)}")
    return Promise(**said, settings=tuple(_setting(*row) for row in rows), held=tuple(held))


def _setting(of: str, name: str, *value: str) -> Setting:
    how, is_value = value if len(value) > 1 else ("is", value[0])
    if how not in ("is", "has", "lacks"):
        raise ValueError(f"{of} {name}: {how}")
    return Setting(of, name, is_value, how)


def threats(text: str | None = None) -> Iterator[Threat]:
    """Every row of the threat model's tables of who tries what."""
    section, inside = "", False
    for line in (MODEL.read_text(encoding="utf-8") if text is None else text).splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ")
        if not line.startswith("|"):
            inside = False
        elif line.startswith(_HEAD):
            inside = True
        elif inside and not re.match(r"\|[-| ]+\|$", line):
            who, tries, *_rest = (cell.strip() for cell in line.strip("|").split("|"))
            yield Threat(section, who, tries)
