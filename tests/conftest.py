"""What holds for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clauses import CLAUSES


@pytest.fixture(autouse=True, scope="session")
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The commands keep their results in a place of the tests' own, not in the home of whoever runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


def pytest_itemcollected(item: pytest.Item) -> None:
    """A clause that the regulation does not have is an error, not a test that nobody finds."""
    for mark in item.iter_markers("clause"):
        if unknown := [clause for clause in mark.args if clause not in CLAUSES]:
            raise pytest.UsageError(f"{item.nodeid}: docs/clauses.yml has no {', '.join(unknown)}")
