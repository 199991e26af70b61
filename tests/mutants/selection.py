"""A plugin of pytest for mutmut, which names each test that it wants: thousands of arguments, one test at a time.

pytest reads a file anew for each argument, and some names of parametrised tests are none that it finds again. So files
are collected whole, and what was not named is left out. The tests that mirror the mutated file come first: they kill
most, and pytest stops at the first that fails.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

WANTED = pytest.StashKey[frozenset[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Put files in the place of tests."""
    named = [argument for argument in config.args if "::" in argument]
    config.stash[WANTED] = frozenset(named)
    if named:
        config.args[:] = sorted({argument.partition("::")[0] for argument in named})


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what was not named, and begin with the mutated file's own tests."""
    wanted = config.stash[WANTED]
    if wanted:
        items[:] = [item for item in items if item.nodeid in wanted]
        own = mirrors(os.environ.get("MUTANT_UNDER_TEST", ""))
        items.sort(key=lambda item: item.path.name != own)


def mirrors(mutant: str) -> str:
    """The name of the test file that mirrors the file of a mutant (`danhba.rules.people.x_check__mutmut_1`)."""
    return f"test_{Path(mutant.rpartition('.')[0].replace('.', '/')).name}.py"
