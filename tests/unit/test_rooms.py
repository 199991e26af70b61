"""The house: each room imports only from those before it, and modules need nothing but psycopg."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import danhba
from danhba.checking import check, sweep
from danhba.model.findings import RULES
from tests.support.looped import for_each

PROJECT = Path(__file__).resolve().parents[2]
PLUGINS = PROJECT / "plugins"
CORE = PLUGINS / "module_utils/danhba"
COLLECTION = "ansible_collections.laocai.mail.plugins"
ARCHITECTURE = (PROJECT / "docs/architecture.md").read_text(encoding="utf-8")
# What the host has: Python itself, Ansible's own part of a module, and Debian's package python3-psycopg.
ON_THE_HOST = {*sys.stdlib_module_names, "ansible", "psycopg"}


def rooms() -> list[str]:
    """The rooms in the order of `danhba`'s own docstring; those that stand side by side are in one string."""
    floors = re.search(r"jsontext -> .*?cli", danhba.__doc__ or "", re.DOTALL)
    assert floors
    return [floor.strip() for floor in floors[0].split("->")]


@cache
def imported(path: Path) -> tuple[str, ...]:
    """Every module that a file imports, by its absolute name within the collection; also inside functions."""
    return tuple(_imported(path))


def _imported(path: Path) -> Iterator[str]:
    package = [COLLECTION, *path.relative_to(PLUGINS).with_suffix("").parts[:-1]]
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            for name in node.names:
                inner = f"{module}.{name.name}"
                yield inner if file_of(inner) else module


@cache
def file_of(module: str) -> Path | None:
    """The file of a module of this collection."""
    if not module.startswith(f"{COLLECTION}."):
        return None
    path = PLUGINS / module.removeprefix(f"{COLLECTION}.").replace(".", "/")
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


@cache
def closure(path: Path, *, packages: bool = True) -> frozenset[Path]:
    """A file with all of this collection that it imports, in any number of steps, and the packages around it."""
    found, waiting = {path}, [path]
    while waiting:
        for module in imported(waiting.pop()):
            for name in parents(module) if packages else [module]:
                if (file := file_of(name)) and file not in found:
                    found.add(file)
                    waiting.append(file)
    return frozenset(found)


def parents(module: str) -> Iterator[str]:
    """A module and the packages around it, whose __init__ runs first."""
    parts = module.split(".")
    return (".".join(parts[:length]) for length in range(1, len(parts) + 1))


def room_of(path: Path) -> str:
    """The room that a file of the core stands in; those beside the rooms are named by themselves."""
    first = path.relative_to(CORE).parts[0]
    return first.removesuffix(".py")


def test_every_room_is_named_once() -> None:
    named = [room for floor in rooms() for room in floor.split(", ")]
    there = {path.parent.name for path in CORE.glob("*/__init__.py")} | {"messages", "jsontext"}
    assert sorted(named) == sorted(there)


@for_each("path", sorted(CORE.rglob("*.py")))
def test_a_room_imports_only_from_those_before_it(path: Path) -> None:
    floor = {room: number for number, floor in enumerate(rooms()) for room in floor.split(", ")}
    mine = room_of(path)
    for module in imported(path):
        if module.startswith(f"{COLLECTION}.module_utils.danhba."):
            theirs = module.removeprefix(f"{COLLECTION}.module_utils.danhba.").split(".")[0]
            assert theirs == mine or floor[theirs] < floor[mine], f"{path}: {mine} imports {theirs}"


@for_each("path", sorted(CORE.rglob("*.py")))
def test_no_module_is_in_a_circle(path: Path) -> None:
    for other in closure(path, packages=False) - {path}:
        assert path not in closure(other, packages=False), f"{path} and {other} import each other"


@for_each("path", sorted(CORE.rglob("*.py")))
def test_the_core_knows_no_ansible(path: Path) -> None:
    outside = {module for module in imported(path) if not module.startswith(f"{COLLECTION}.module_utils.danhba")}
    assert not {module for module in outside if module.split(".")[0] in ("ansible", "ansible_collections", "psycopg")}


@for_each("path", sorted((PLUGINS / "modules").glob("*.py")))
def test_what_a_module_brings_along_runs_on_a_bare_host(path: Path) -> None:
    for file in closure(path):
        for module in imported(file):
            if not module.startswith(COLLECTION):
                assert module.split(".")[0] in ON_THE_HOST, f"{file} needs {module}"
            else:
                assert not module.startswith(f"{COLLECTION}.plugin_utils"), f"{file} needs {module}"


def test_nothing_takes_from_a_test() -> None:
    """What several of them need stands in tests/support, or beside those of a layer, in a module that is no test."""
    for path in sorted((PROJECT / "tests").rglob("*.py")):
        text, unit = path.read_text(encoding="utf-8"), "unit" in path.relative_to(PROJECT).parts
        assert not re.search(r"^\s*from [\w.]*\btest_\w+ import", text, re.MULTILINE), path
        assert unit or not re.search(r"^\s*(from|import) tests\.unit\b", text, re.MULTILINE), path


def test_the_closure_sees_what_is_shipped() -> None:
    """As in AnsiballZ: the plan, what it stands on, and each package on the way."""
    shipped = {str(file.relative_to(PLUGINS)) for file in closure(PLUGINS / "modules/accounts.py")}
    core = "module_utils/danhba"
    assert shipped >= {"module_utils/host/accounts.py", f"{core}/planning/plan.py", f"{core}/__init__.py"}
    assert not {file for file in shipped if file.startswith((f"{core}/reading", f"{core}/rules", f"{core}/cli"))}


def test_an_apply_loads_nothing_on_the_controller_that_only_its_host_needs() -> None:
    """psycopg takes longer to load than anything else of an apply without change."""
    shared = closure(PLUGINS / "action/accounts.py") & closure(PLUGINS / "modules/accounts.py")
    assert PLUGINS / "module_utils/host/request.py" in shared
    assert not {file for file in shared if any(module.startswith("psycopg") for module in imported(file))}


def test_the_wheel_has_every_room() -> None:
    packages = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    folders = {path.parent.relative_to(CORE.parent) for path in CORE.rglob("__init__.py")}
    assert sorted(packages) == sorted([*(".".join(folder.parts) for folder in folders), "danhba_secrecy"])


def test_results_of_other_code_are_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The memory's fingerprint reads every file of every room, whichever room it stands in itself."""
    read: list[Path] = []
    real = Path.read_bytes

    def reading(path: Path) -> bytes:
        read.append(path)
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", reading)
    sweep._fingerprint.cache_clear()
    sweep._fingerprint()
    sweep._fingerprint.cache_clear()
    assert set(read) >= set(danhba.PACKAGE.rglob("*.py"))


def test_the_rooms_are_in_the_table() -> None:
    rows = dict(re.findall(r"^\| `danhba/([a-z]+)/` \| (.+?) \|", ARCHITECTURE, re.MULTILINE))
    said = {
        path.parent.name: (ast.get_docstring(ast.parse(path.read_bytes())) or "").splitlines()[0].rstrip(".")
        for path in CORE.glob("*/__init__.py")
    }
    assert rows == said


def stated() -> dict[str, str]:
    """The file that states each rule, from the core's folder, by the rule's id."""
    found = {}
    for path in CORE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("rule", "advice"):
                id_ = node.args[0] if node.args else None
                if isinstance(id_, ast.Constant):
                    found[str(id_.value)] = str(path.relative_to(CORE))
    return found


def test_a_rules_id_leads_to_its_file() -> None:
    """By the first word of the id, or by the whole id where one stands elsewhere."""
    rows = re.findall(r"^\| (`[a-z-]+`(?:, `[a-z-]+`)*) \| (`[a-z_/]+(?:\.py)?`) \|$", ARCHITECTURE, re.MULTILINE)
    places = {word: place.strip("`") for words, place in rows for word in re.findall(r"`([a-z-]+)`", words)}
    assert check  # by its import every rule is registered
    assert stated().keys() == RULES.keys()
    for id_, file in stated().items():
        place = places.get(id_) or places[id_.partition("-")[0]]
        assert file == place or file.startswith(place), f"{id_} is stated in {file}, not in {place}"
    assert {word for word in places if "-" in word} <= RULES.keys()
