"""Which rooms of the core are mutated, and the tests that have to notice."""

from __future__ import annotations

from typing import NamedTuple


class Room(NamedTuple):
    """A folder of the core, and the tests, below `tests/unit`, that have to notice what changes in it."""

    name: str
    tests: tuple[str, ...]


# What each rule finds in the examples of its page.
_PAGES = (
    "test_rule_pages.py::test_bad_example_gives_the_stated_finding",
    "test_rule_pages.py::test_good_example_gives_no_finding",
)
ROOMS = (
    Room("rules", ("rules", *_PAGES)),
    Room("planning", ("planning", "rendering/test_rendering.py", "checking/test_days.py")),
    Room("governance", ("governance",)),
    Room("importing", ("importing", "vietnamese/test_legacy.py")),
)
