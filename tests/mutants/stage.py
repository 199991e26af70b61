"""A copy of the package and its tests in the layout that mutmut wants, for one room."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from tests.mutants import results
from tests.mutants.rooms import Room

PROJECT = Path(__file__).resolve().parents[2]
CORE = PROJECT / "plugins/module_utils/danhba"
# mutmut names a mutant after its path less src/, and that has to be the name by which tests import the module.
PACKAGE = Path("src/danhba")
# mutmut runs the tests in this folder below its own, on a copy of the sources with all mutants in it.
RUN = Path("mutants")
# What mutmut or its tests write, or what is copied.
NOT_LINKED = frozenset("tests build .git pyproject.toml .hypothesis .coverage .mypy_cache .pytest_cache".split())
# So many seconds, fifteen times over, a mutant may take beyond what its tests took: others use the machine, too.
SPARE = 10
# Too slow for a thousand mutants, or started as processes of their own, which run the code as it is.
MARKERS = "not hypothesis"


def make(room: Room, folder: Path) -> Path:
    """Lay out what mutmut needs to mutate a room; returns the folder to start it in."""
    shutil.rmtree(folder, ignore_errors=True)
    return renew(room, folder)


def renew(room: Room, folder: Path) -> Path:
    """Lay it out over an earlier run's folder: mutmut then runs only changed functions and survivors."""
    for copied in (folder / "src", folder / "tests", folder / RUN / "tests"):
        shutil.rmtree(copied, ignore_errors=True)
    # Which test concerns which function; mutmut finds new tests by itself, but not what others have got.
    (folder / RUN / "mutmut-stats.json").unlink(missing_ok=True)
    results.forget(folder / RUN / "src")
    shutil.copytree(CORE, folder / PACKAGE, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(PROJECT / "tests", folder / "tests", ignore=shutil.ignore_patterns("__pycache__", "e2e", "lab"))
    (folder / RUN).mkdir(exist_ok=True)
    for path in PROJECT.iterdir():
        link = folder / RUN / path.name
        if path.name not in NOT_LINKED and not link.is_symlink():
            link.symlink_to(path)
    (folder / "pyproject.toml").write_text(settings(room), encoding="utf-8")
    return folder


def settings(room: Room) -> str:
    """The settings of mutmut and pytest, as TOML; a list of texts in JSON is one in TOML, too."""
    tests = [f"tests/unit/{test}" for test in room.tests]
    # `make lint` would refuse what mypy does; what it calls wrong, a commit cannot bring.
    types = [sys.executable, "-m", *"mypy --output json --disable-error-code unused-ignore -p danhba".split()]
    arguments = ["-p", "tests.mutants.selection", "-p", "no:cacheprovider", "-m", MARKERS, "--hypothesis-profile=ci"]
    return f"""\
[tool.mutmut]
source_paths = ["src"]
only_mutate = {json.dumps([f"{PACKAGE}/{room.name}/*"])}
pytest_add_cli_args = {json.dumps(arguments)}
pytest_add_cli_args_test_selection = {json.dumps(tests)}
type_check_command = {json.dumps(types)}
use_git_change_detection = false
timeout_constant = {SPARE}

[tool.mypy]
python_version = "3.11"
strict = true
mypy_path = ["src"]
explicit_package_bases = true
namespace_packages = true
ignore_missing_imports = true

[tool.pytest.ini_options]
pythonpath = [".", "src", ".ansible/collections"]
"""
