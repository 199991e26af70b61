"""Which messages a mail store and a snapshot of it have: by the base names of Maildir, which stay when flags change."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath


def messages(paths: Iterable[str], root: str) -> dict[str, str]:
    """The messages among these paths: mailbox and base name (`official/1 1700000000.M1.mail`), and the path of each."""
    found = {}
    for path in paths:
        parts = PurePosixPath(path).relative_to(root).parts
        if len(parts) > 3 and parts[-2] in {"cur", "new"}:
            found[f"{parts[0]}/{parts[1]} {parts[-1].partition(':')[0]}"] = path
    return found


def living(root: str) -> Iterator[str]:
    """The paths of all files of a living mail store; those that vanish meanwhile are passed over."""
    for folder, _folders, files in os.walk(root):
        yield from (f"{folder}/{file}" for file in files)


def stored(name: str) -> float:
    """When a message was stored (seconds since 1970), as its base name begins; one of another kind is taken for new."""
    seconds = name.partition(" ")[2].partition(".")[0]
    return float(seconds) if seconds.isdecimal() else float("inf")
