"""Where something stands in a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Place(NamedTuple):
    """Line and column, both from 1; columns count characters."""

    line: int
    column: int


START = Place(1, 1)

# The place of a thing (under the empty key) and of each of its values (under its key).
Places = Mapping[str, Place]
