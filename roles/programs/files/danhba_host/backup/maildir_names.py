"""Lists the messages of a mail store or snapshot by their Maildir base names, which stay the same when flags change."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath


def messages(paths: Iterable[str], root: str) -> dict[str, str]:
    """The messages among these paths: mailbox and base name (`official/1 1700000000.M1.mail`), with the path of
    each.
    """
    found = {}
    for path in paths:
        parts = PurePosixPath(path).relative_to(root).parts
        if len(parts) > 3 and parts[-2] in {"cur", "new"}:
            found[f"{parts[0]}/{parts[1]} {parts[-1].partition(':')[0]}"] = path
    return found


def living(root: str) -> Iterator[str]:
    """The paths of all files of a live mail store; files that vanish meanwhile are skipped."""
    for folder, _folders, files in os.walk(root):
        yield from (f"{folder}/{file}" for file in files)


def stored(name: str) -> float:
    """When a message was stored (seconds since 1970), from the beginning of its base name; a foreign name counts as
    new.
    """
    seconds = name.partition(" ")[2].partition(".")[0]
    return float(seconds) if seconds.isdecimal() else float("inf")
