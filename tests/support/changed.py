"""Which unit tests concern what changed: `python -m tests.support.changed [--since REVISION]`, for `make check`.

Tests mirror the code. So those of a file are the tests of its room, those that import it, and those that watch over all
files of its kind. Where there are none, all are.
"""

from __future__ import annotations

import argparse
import ast
import re
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
UNIT = "tests/unit"
# What a file's path begins with -> the tests that watch over such files. `{room}` is a folder of the core.
WATCHED = {
    r"plugins/module_utils/danhba/(?P<room>\w+)/": ("tests/unit/{room}",),
    r"plugins/.*\.py": ("tests/unit/test_rooms.py", "tests/unit/test_catalogue.py"),
    r"plugins/module_utils/danhba/(rules|reading|addresses)/": ("tests/unit/test_rule_pages.py",),
    r"plugins/module_utils/danhba/(rules|governance|reading|model)/": ("tests/unit/test_events.py",),
    r"docs/events\.yml$": ("tests/unit/test_events.py",),
    r"plugins/module_utils/danhba/locale/": ("tests/unit/test_catalogue.py", "tests/unit/test_rule_pages.py"),
    r"plugins/plugin_utils/": ("tests/unit/plugin_utils",),
    r"plugins/(modules|action|filter|lookup|doc_fragments)/": ("tests/unit/plugins", "tests/unit/test_docs.py"),
    r"roles/programs/files/": ("tests/unit/programs",),
    r"roles/roundcube/files/": ("tests/unit/test_webmail_words.py",),
    r"roles/.*\.j2$": ("tests/unit/plugins", "tests/unit/test_promises.py"),
    r"(docs/threat-model\.md$|roles/[^/]+/(defaults|vars)/|tests/promises/)": ("tests/unit/test_promises.py",),
    r"(roles|playbooks|inventories)/": ("tests/unit/test_docs.py",),
    r"(changelogs/|galaxy\.yml$|setup\.py$)": ("tests/unit/test_release.py",),
    r"directory/": ("tests/unit/test_sample_register.py",),
    r"docs/rules/": ("tests/unit/test_rule_pages.py",),
    r"(docs/|[^/]+\.md$|Makefile$)": ("tests/unit/test_docs.py",),
    r"\.(ci|config|github|gitlab|forgejo|gitlab-ci|pre-commit)": ("tests/unit/governance",),
    r"(scripts/commit_message\.py$|\.pre-commit-config\.yaml$)": ("tests/unit/test_commit_message.py",),
    r"tests/unit/test_\w+\.py$|tests/unit/.+/test_\w+\.py$": ("{path}",),
    r"tests/unit/(?P<room>\w+)/(conftest|__init__)\.py$": ("tests/unit/{room}",),
}
# What only tests on hosts concern; `make lint` looks at it all the same.
ELSEWHERE = re.compile(r"tests/(integration|molecule|e2e|bench|lab)/|docs/.*\.png$")
# A file of tests with this mark is about the tests' own machinery.
_OF_THE_TESTS = "pytest.mark." + "of_the_tests"
# Where Python looks for modules, and the name by which they are found below it.
ROOTS = {
    "plugins/module_utils/danhba/": "danhba.",
    "plugins/": "ansible_collections.laocai.mail.plugins.",
    "roles/programs/files/": "",
    "tests/": "tests.",
}


def main() -> None:
    """Print what pytest is to run, one a line: nothing where no unit test is concerned."""
    parser = argparse.ArgumentParser(prog="python -m tests.support.changed", description=__doc__)
    parser.add_argument("--since", default="HEAD", help="so với bản này | compared with this revision [HEAD]")
    parser.add_argument("--marks", action="store_true", help="in biểu thức -m của make test | print make test's -m")
    options = parser.parse_args()
    if options.marks:
        print(marks(options.since))
    else:
        print(*concerned(changed(options.since)), sep="\n")


def marks(since: str) -> str:
    """Which tests `make test` runs, as pytest's `-m`: those of the tests where their machinery has changed.

    Where git does not know the revision, as in a shallow clone of CI, they are run.
    """
    try:
        paths = changed(since)
    except subprocess.CalledProcessError:
        return "not long"
    mine = {
        str(path.relative_to(PROJECT)) for path in (PROJECT / UNIT).rglob("test_*.py") if _OF_THE_TESTS in _text(path)
    }
    found = concerned(paths)
    run = UNIT in found or any(test == one or test.startswith(f"{one}/") for test in mine for one in found)
    return "not long" if run else "not long and not of_the_tests"


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def changed(since: str) -> list[str]:
    """The files that differ from a revision, removed and new ones too."""
    return [
        *_git("diff", "--name-only", "--no-renames", since),
        *_git("ls-files", "--others", "--exclude-standard"),
    ]


def _git(*arguments: str) -> list[str]:
    done = subprocess.run(["git", *arguments], cwd=PROJECT, check=True, text=True, stdout=subprocess.PIPE)
    return done.stdout.splitlines()


def concerned(paths: Iterable[str]) -> list[str]:
    """The unit tests of these files, files and folders, each once."""
    found = {test for path in paths for test in _tests_of(path)}
    return [test for test in sorted(found) if not any(test.startswith(f"{folder}/") for folder in found)]


def _tests_of(path: str) -> set[str]:
    tests = {test for test in (*_watching(path), *_importing(path)) if (PROJECT / test).exists()}
    return tests or (set() if ELSEWHERE.match(path) else {UNIT})


def _watching(path: str) -> Iterator[str]:
    for pattern, tests in WATCHED.items():
        if match := re.match(pattern, path):
            yield from (test.format(path=path, **match.groupdict()) for test in tests)


def _importing(path: str) -> Iterator[str]:
    """The unit tests that import a module, for one of the tests' own also by way of others of these."""
    wanted, module = set[str](), _module(path)
    waiting = {module} if module else set[str]()
    while waiting:
        wanted |= waiting
        files = [file for file in _python_files() if _imported(file) & waiting]
        yield from (file for file in files if re.match(r"tests/unit/.*test_\w+\.py$", file))
        if not path.startswith("tests/"):
            return
        waiting = {name for file in files if (name := _module(file))} - wanted


def _module(path: str) -> str | None:
    """The name by which a file is imported; None for what is no module."""
    root = next((root for root in ROOTS if path.startswith(root)), None)
    if root is None or not path.endswith(".py"):
        return None
    inner = path.removeprefix(root).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return f"{ROOTS[root]}{inner}"


@cache
def _python_files() -> list[str]:
    return [str(path.relative_to(PROJECT)) for path in (PROJECT / "tests").rglob("*.py")]


@cache
def _imported(path: str) -> frozenset[str]:
    """Every name that a file imports, absolutely or from its own folder; whether module or not is not told apart."""
    package = path.rpartition("/")[0].replace("/", ".")
    names = set()
    for node in ast.walk(ast.parse((PROJECT / path).read_bytes())):
        if isinstance(node, ast.Import):
            names |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = ".".join(part for part in (package if node.level else "", node.module or "") if part)
            names |= {module, *(f"{module}.{name.name}" for name in node.names)}
    return frozenset(names)


if __name__ == "__main__":
    main()
