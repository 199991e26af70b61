"""Draw docstrings, comments and test names at random, for someone who reads how this project writes.

    python scripts/sample_prose.py --seed 39 --count 30 [--kind docstring|comment|test] [--under plugins/]

Two runs with one seed over one commit print the same lines. Reads the Python, YAML, Jinja2, SQL and shell files in git.
"""

from __future__ import annotations

import argparse
import ast
import io
import random
import re
import subprocess
import tokenize
from collections.abc import Iterator
from pathlib import Path

#: Suffixes of files whose comments begin with "#" or "--" on a line of their own.
COMMENTED = {".yml", ".yaml", ".j2", ".sql", ".sh", ".toml"}
KINDS = ("docstring", "comment", "test")


def main() -> None:
    """Print ``--count`` drawn items of each kind as ``path:line: text``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=39)
    parser.add_argument("--count", type=int, default=30)
    parser.add_argument("--kind", choices=KINDS, action="append", help="default: all three")
    parser.add_argument("--under", default="", help="only paths that begin with this")
    options = parser.parse_args()
    found = list(items(options.under))
    for kind in options.kind or KINDS:
        of_kind = [item for item in found if item[0] == kind]
        drawn = random.Random(options.seed).sample(of_kind, min(options.count, len(of_kind)))  # noqa: S311
        print(f"\n{kind}s: {len(drawn)} of {len(of_kind)}\n")
        for _, place, text in sorted(drawn, key=lambda item: item[1]):
            print(f"{place}: {text}")


def items(under: str) -> Iterator[tuple[str, str, str]]:
    """Yield (kind, ``path:line``, text) of each docstring, comment and test name in git's files under a path."""
    listed = subprocess.run(["git", "ls-files", "-z"], check=True, capture_output=True, text=True).stdout
    for path in (Path(name) for name in listed.split("\0") if name.startswith(under) and name):
        if not path.is_file():
            continue
        if path.suffix == ".py":
            yield from of_python(path)
        elif path.suffix in COMMENTED:
            yield from of_lines(path)


def of_python(path: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the docstrings and test names of a Python file, and its comments, each block of lines as one."""
    source = path.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            place = f"{path}:{getattr(node, 'lineno', 1)}"
            if text := ast.get_docstring(node):
                yield "docstring", place, " ".join(text.split())
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield "test", place, node.name
    comments = (
        token for token in tokenize.generate_tokens(io.StringIO(source).readline) if token.type == tokenize.COMMENT
    )
    yield from blocks(path, ((token.start[0], token.string) for token in comments))


def of_lines(path: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the comments of a file whose comments stand on lines of their own."""
    lines = enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
    yield from blocks(path, ((number, line.strip()) for number, line in lines if re.match(r"\s*(#|--)", line)))


def blocks(path: Path, lines: Iterator[tuple[int, str]]) -> Iterator[tuple[str, str, str]]:
    """Join comment lines that follow each other; leave out those without two words, and instructions to linters."""
    block: list[str] = []
    first = last = 0
    for number, line in [*lines, (-1, "")]:
        if block and number != last + 1:
            text = " ".join(block)
            if len(text.split()) > 1 and not re.match(r"(noqa|type:|pragma|mypy|ruff|!)", text):
                yield "comment", f"{path}:{first}", text
            block = []
        first = first if block else number
        block.append(re.sub(r"^(#:?|--)\s*", "", line))
        last = number


if __name__ == "__main__":
    main()
