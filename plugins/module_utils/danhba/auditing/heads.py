"""Heads of a chain that are kept where its server cannot change them: a file of JSON lines that git can keep."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from .chain import Head


class BadHeads(Exception):
    """A line of the file is no head. `line` is its number, from 1."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def read(lines: Iterable[str]) -> list[Head]:
    """The heads that have to be in the chain, in the order of the file.

    A line `void` names numbers of heads before it that no longer have to be: the database was restored, by a document.

    Raises:
        BadHeads
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
    """A line of the file, with what else is said of a head."""
    return json.dumps({"n": head.n, "hash": head.hash, "at": head.at, **more}, ensure_ascii=False) + "\n"
