"""Reads and writes heads of a chain in a file of JSON lines, kept in git where the server cannot change it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from .chain import Head


class BadHeads(Exception):
    """Raised where a line of the file is no head. `line` is its number, from 1."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def read(lines: Iterable[str]) -> list[Head]:
    """Return the heads that the chain must contain, in the order of the file.

    A line with the key `void` lists numbers of earlier heads that the chain need not contain any more, because the
    database was restored by a document.

    Raises:
        BadHeads: a line is no head.
    """
    heads: list[Head] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
            head = Head(int(value["n"]), str(value["hash"]), str(value["at"]))
            void = set(map(int, value.get("void", ())))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise BadHeads(number) from error
        heads = [kept for kept in heads if kept.n not in void]
        heads.append(head)
    return heads


def line(head: Head, **more: Any) -> str:
    """Return the line of a head for the file, with additional keys."""
    return json.dumps({"n": head.n, "hash": head.hash, "at": head.at, **more}, ensure_ascii=False) + "\n"
