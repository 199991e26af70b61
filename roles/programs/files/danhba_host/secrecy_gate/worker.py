"""A process that reads messages: a line of JSON and bytes in, the verdict as a line of JSON out.

Whatever a message does to it, the gate kills it and starts another. It writes nothing else: error messages could quote
the message, so they go nowhere (`pool.py` opens no error stream for it).
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Any, BinaryIO

from .excepted import without

Scan = Callable[[bytes], Any]
UNREADABLE = "unreadable"


def bound(octets: int) -> None:
    """Limit this process: its address space, and no core dumps."""
    resource.setrlimit(resource.RLIMIT_AS, (octets, octets))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read(scan: Scan, octets: bytes, files: list[str]) -> dict[str, Any]:
    """Return the verdict on a message without the excepted `files` (SHA-256 in hexadecimal), and which of them it had.

    `carried` lists all its files.
    """
    try:
        rest, there = without(octets, frozenset(files)) if files else (octets, [])
        verdict = scan(rest)
        told = {"verdict": str(verdict.verdict), "marks": _marks(verdict), "files": there}
        return told | {"carried": list(verdict.files)}
    except Exception:  # noqa: BLE001 (what cannot be read is never clean)
        return {"verdict": UNREADABLE, "marks": [], "files": [], "carried": []}


def _marks(verdict: Any) -> list[dict[str, str]]:
    """Return level and place of marks, without their text, which is content."""
    return [{"level": str(mark.level), "where": str(mark.where)} for mark in verdict.marks]


# Libraries that the package loads on first use; loaded at the start, so that no sender waits for them.
HEAVY = ("lxml.etree", "olefile", "pypdf")


def load() -> None:
    """Load large libraries; the package reports missing ones as unreadable."""
    for name in HEAVY:
        with suppress(ImportError):
            import_module(name)


def serve(scan: Scan, asked: BinaryIO, answers: BinaryIO) -> None:
    """Answer requests until the input ends."""
    _say(answers, b"ready\n")
    while line := asked.readline():
        head = json.loads(line)
        octets = asked.read(head["octets"])
        if len(octets) < head["octets"]:
            return
        _say(answers, b"taken\n")
        _say(answers, json.dumps(read(scan, octets, head["files"])).encode() + b"\n")


def _say(answers: BinaryIO, line: bytes) -> None:
    answers.write(line)
    answers.flush()


def main() -> None:
    """Read from standard input; libraries cannot write to the stream of the answers."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    from danhba_secrecy import scan_message  # imported here: the gate itself runs without it

    load()
    bound(int(sys.argv[1]))
    serve(scan_message, sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
