"""A plugin of pytest for mutmut, which names each test that it wants: thousands of arguments, one test at a time.

pytest reads a file anew for each argument, and some names of parametrised tests are none that it finds again. So files
are collected whole, and what was not named is left out. The tests that mirror the mutated file come first: they kill
most, and pytest stops at the first that fails.

mutmut runs pytest several times in one process, and what pytest has written out in the names of cases (`H\\u1ea1nh` for
Hạnh) it writes out once more each time (`H\\\\u1ea1nh`). So how often does not count. And what functions remember of an
earlier run they forget: a mutant behind such a function would not be called, and survive.
"""

from __future__ import annotations

import os
import re
import sys
from functools import _lru_cache_wrapper
from itertools import chain
from pathlib import Path

import pytest

WANTED = pytest.StashKey[frozenset[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Put files in the place of tests."""
    config.stash[WANTED] = frozenset(map(written_out, config.args))
    config.args[:] = sorted({argument.partition("::")[0] for argument in config.args})
    forget()


def forget() -> None:
    """Have every function of the package forget the results that it remembers (`functools.lru_cache`)."""
    modules = [module for name, module in sys.modules.items() if name.startswith("danhba.")]
    for value in chain.from_iterable(vars(module).values() for module in modules):
        if isinstance(value, _lru_cache_wrapper):
            value.cache_clear()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what was not named, and begin with the mutated file's own tests."""
    wanted: dict[bool, list[pytest.Item]] = {True: [], False: []}
    for item in items:
        wanted[is_wanted(item.nodeid, config.stash[WANTED])].append(item)
    config.hook.pytest_deselected(items=wanted[False])  # else mutmut takes them for new ones
    items[:] = wanted[True]
    own = mirrors(os.environ.get("MUTANT_UNDER_TEST", ""))
    items.sort(key=lambda item: item.path.name != own)


def is_wanted(name: str, wanted: frozenset[str]) -> bool:
    """Whether a test (a node id of pytest) was named, by itself, with all its cases, or with its file or folder."""
    name = written_out(name)
    path, _separator, _test = name.partition("::")
    folders = {str(folder) for folder in Path(path).parents}
    return not wanted.isdisjoint({name, name.partition("[")[0], path, *folders})


def written_out(name: str) -> str:
    """A name of a test whose characters beyond ASCII are written out once, however often they were."""
    return re.sub(r"\\+", r"\\", name)


def mirrors(mutant: str) -> str:
    """The name of the test file that mirrors the file of a mutant (`danhba.rules.people.x_check__mutmut_1`)."""
    return f"test_{Path(mutant.rpartition('.')[0].replace('.', '/')).name}.py"
