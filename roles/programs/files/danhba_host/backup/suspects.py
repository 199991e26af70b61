"""The metrics of foreign and damaged files in the store, which backup host and mail host export to the watch."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..figure import Figure

NAME = "danhba_backup_suspects"
SWEPT = "danhba_backup_swept_timestamp_seconds"
DAMAGED = "damaged"
# Foreign files are counted by the folder that they were added to; `damaged` counts files that the disk has changed.
KINDS = ("keys", "locks", "index", "snapshots", "data", "other", DAMAGED)
_SINCE = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_FIRST = re.compile(r"[\w.-]{1,16}")


def figures(told: Mapping[str, Any]) -> Iterator[Figure]:
    """The number of suspect files by kind, with name and arrival of the first one; 0 for every kind without any.

    `told` may have come by the network: values of the wrong form are skipped.
    """
    for kind in KINDS:
        each = told.get(kind)
        if not isinstance(each, dict) or not isinstance(each.get("count"), int):
            continue
        first, since = str(each.get("first", "")), str(each.get("since", ""))
        labels = {
            "what": kind,
            "first": first if _FIRST.fullmatch(first) else "?",
            "since": since if _SINCE.fullmatch(since) else "?",
        }
        yield Figure(NAME, each["count"], labels)
    yield Figure(NAME, 0, {"what": "none"})
