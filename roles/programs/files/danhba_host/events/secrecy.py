"""Reads the secrecy gate's lines about a message's files: their SHA-256, no names and no content."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .gathering import Gathering
    from .line import Line

UNIT = "danhba-secrecy.service"
_FILES = re.compile(r"(?:INFO )?(?P<queue_id>[0-9A-Za-z]{6,30}): files (?P<files>[0-9a-f]{64}(?: [0-9a-f]{64})*)$")


def read(line: Line, into: Gathering) -> None:
    """Add the files that a message carries."""
    if found := _FILES.match(line.text):
        into.add(line, "carried", queue_id=found["queue_id"], files=found["files"])
