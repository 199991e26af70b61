"""Which rooms of the core are mutated, and the tests that have to notice."""

from __future__ import annotations

from typing import NamedTuple


class Room(NamedTuple):
    """A folder of the core, and the tests, below `tests/unit`, that have to notice what changes in it."""

    name: str
    tests: tuple[str, ...]


ROOMS = (
    Room("rules", ("rules", "test_rule_pages.py")),
    Room("planning", ("planning", "rendering/test_rendering.py", "checking/test_days.py")),
    Room("governance", ("governance",)),
    Room("importing", ("importing", "vietnamese/test_legacy.py")),
)
