"""Which test holds to which clause, read from the files: neither a host nor root is needed to know it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

LAYERS = ("unit", "integration", "molecule", "e2e")
_MARKER = "pytest.mark.clause"
# Such a test shows nothing. `skipif` is no reason: it runs where it can.
_IDLE = {"pytest.mark.skip", "pytest.mark.xfail"}
_LONG = "pytest.mark.long"

_Named = ast.FunctionDef | ast.ClassDef


class Proof(NamedTuple):
    """A test with the clauses that it names: `path` is from the clone's root, `name` as pytest writes it.

    A `long` one is left out by `make test`, and so by CI. One that is long in some of its cases is not.
    """

    path: str
    name: str
    clauses: frozenset[str]
    long: bool = False

    @property
    def layer(self) -> str:
        """The folder of `tests/` that it stands in: `unit`, `integration`, `molecule` or `e2e`."""
        return Path(self.path).parts[1]


def collect(root: Path) -> list[Proof]:
    """Every test of a clone that names a clause, by layer and path."""
    return [
        test
        for layer in LAYERS
        for path in sorted((root / "tests" / layer).rglob("test_*.py"))
        for test in of_file(path.read_text(encoding="utf-8"), str(path.relative_to(root)))
    ]


def of_file(source: str, path: str) -> list[Proof]:
    """The tests of one file that name a clause; a ValueError where a clause is not written out."""
    if _MARKER not in source:  # most files have none, and to parse them all takes a second
        return []
    tree = ast.parse(source, path)
    tests = ((name, _clauses(marks), _is_long(marks)) for name, marks in _tests(tree, _of_module(tree)))
    return [Proof(path, name, clauses, long) for name, clauses, long in tests if clauses]


def _tests(
    parent: ast.Module | ast.ClassDef, marks: list[ast.expr], prefix: str = ""
) -> Iterator[tuple[str, list[ast.expr]]]:
    """Each test with its marks, those of its class and of its module among them."""
    for node in parent.body:
        if isinstance(node, _Named) and not _is_idle(node):
            own = [*marks, *node.decorator_list]
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield prefix + node.name, own
            elif isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
                yield from _tests(node, own, f"{node.name}::")


def _is_idle(node: _Named) -> bool:
    marks = (mark.func if isinstance(mark, ast.Call) else mark for mark in node.decorator_list)
    return any(ast.unparse(mark) in _IDLE for mark in marks)


def _is_long(marks: list[ast.expr]) -> bool:
    return any(ast.unparse(mark) == _LONG for mark in marks)


def _of_module(tree: ast.Module) -> list[ast.expr]:
    """The marks of `pytestmark = pytest.mark.clause(…)`, or of a list of marks."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["pytestmark"]:
            return node.value.elts if isinstance(node.value, ast.List) else [node.value]
    return []


def _clauses(marks: list[ast.expr]) -> frozenset[str]:
    calls = [mark for mark in marks if isinstance(mark, ast.Call) and ast.unparse(mark.func) == _MARKER]
    return frozenset(_text(argument) for call in calls for argument in call.args)


def _text(argument: ast.expr) -> str:
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return argument.value
    raise ValueError(f"{_MARKER}({ast.unparse(argument)}): write the clause out as text")
