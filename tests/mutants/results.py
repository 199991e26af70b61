"""What became of each mutant, read from what mutmut leaves: a list of names, and sources with all mutants in them."""

from __future__ import annotations

import ast
import difflib
import json
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

# The name of a method's mutants in mutmut's sources: x, its class, and its own name, between these.
BETWEEN = "ǁ"


class Fate(StrEnum):
    """What noticed a mutant: a test, mypy, or the test of the catalogue, which reads the text of every message."""

    KILLED = "killed"
    TYPES = "types"
    TEXTS = "texts"
    SURVIVED = "survived"
    WAITING = "waiting"


# How mutmut writes down the end of a run of tests: pytest's exit status, or a number of mutmut's own.
NOT_RUN, TYPES, PASSED, NO_TEST_COLLECTED, NO_TEST = None, 37, 0, 5, 33
TOO_LONG = frozenset({-24, 24, 36, 152, 255})


class Change(NamedTuple):
    """What a mutant is known by: the function, and its lines that differ, before and after; numbers would move."""

    function: str
    before: str
    after: str


class Mutant(NamedTuple):
    """One change of one function; `name` is mutmut's."""

    name: str
    change: Change
    fate: Fate


def read(folder: Path) -> Iterator[Mutant]:
    """Every mutant below a folder of sources that mutmut has changed."""
    for noted in sorted(folder.rglob("*.meta")):
        yield from _mutants(noted)


def _mutants(noted: Path) -> Iterator[Mutant]:
    text = noted.with_suffix("").read_text(encoding="utf-8")
    functions = {node.name: node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)}
    for name, status in json.loads(noted.read_text(encoding="utf-8"))["exit_code_by_key"].items():
        module, _dot, mangled = name.rpartition(".")
        original = functions[mangled.partition("__mutmut_")[0] + "__mutmut_orig"]
        yield _mutant(name, module, original, functions[mangled], status)


def forget(folder: Path) -> None:
    """Mark survivors and mutants that ran out of time as not run: another run may find otherwise."""
    for noted in folder.rglob("*.meta"):
        found = json.loads(noted.read_text(encoding="utf-8"))
        survived = {m.name for m in _mutants(noted) if m.fate is Fate.SURVIVED}
        found["exit_code_by_key"] = {
            name: NOT_RUN if name in survived or status in TOO_LONG else status
            for name, status in found["exit_code_by_key"].items()
        }
        noted.write_text(json.dumps(found), encoding="utf-8")


def _mutant(name: str, module: str, original: ast.FunctionDef, mutated: ast.FunctionDef, status: int | None) -> Mutant:
    function = f"{module.removeprefix('danhba.')}.{readable(original.name)}"
    fate = _fate(status)
    if fate is Fate.SURVIVED and _messages(original) != _messages(mutated):
        fate = Fate.TEXTS
    return Mutant(name, Change(function, *_difference(original, mutated)), fate)


def readable(mangled: str) -> str:
    """A function's name as in the source."""
    name = mangled.partition("__mutmut_")[0]
    return name.strip("x" + BETWEEN).replace(BETWEEN, ".") if BETWEEN in name else name.removeprefix("x_")


def _fate(status: int | None) -> Fate:
    if status is NOT_RUN:
        return Fate.WAITING
    if status == TYPES:
        return Fate.TYPES
    return Fate.SURVIVED if status in (PASSED, NO_TEST_COLLECTED, NO_TEST) else Fate.KILLED


def _messages(function: ast.FunctionDef) -> list[str]:
    """The texts that a function marks for the catalogue: one that is not in it fails a test that reads the source."""
    calls = (node for node in ast.walk(function) if isinstance(node, ast.Call))
    return [
        ast.dump(call.args[0])
        for call in calls
        if isinstance(call.func, ast.Name) and call.func.id == "_" and call.args
    ]


def _difference(original: ast.FunctionDef, mutated: ast.FunctionDef) -> tuple[str, str]:
    """The lines of the two that differ, as Python itself would write them; a long statement is one line then."""
    one, other = (_lines(function) for function in (original, mutated))
    lines = [line for line in difflib.ndiff(one, other) if line[:2] in ("- ", "+ ")]
    before, after = (" / ".join(line[2:].strip() for line in lines if line[0] == sign) for sign in "-+")
    return before, after


def _lines(function: ast.FunctionDef) -> list[str]:
    """Its body and the defaults of its arguments, without its name."""
    return [ast.unparse(function.args), *(line for part in function.body for line in ast.unparse(part).splitlines())]
