"""One process that reads messages: a line of JSON and the octets come in, the verdict goes out as a line of JSON.

Whatever a message does to it, the gate kills it and begins another. It writes nothing else anywhere: what goes wrong
inside could quote the message, so it ends in nothing (`pool.py` opens no error stream for it).
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
    """Take from this process what it does not need: memory beyond a bound, and dumps of its memory."""
    resource.setrlimit(resource.RLIMIT_AS, (octets, octets))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read(scan: Scan, octets: bytes, files: list[str]) -> dict[str, Any]:
    """The verdict on a message without the `files` that are excepted (SHA-256 in hexadecimal), and which it had.

    `carried` is all files that it has.
    """
    try:
        rest, there = without(octets, frozenset(files)) if files else (octets, [])
        verdict = scan(rest)
        told = {"verdict": str(verdict.verdict), "marks": _marks(verdict), "files": there}
        return told | {"carried": list(verdict.files)}
    except Exception:  # noqa: BLE001 (what cannot be read is never clean)
        return {"verdict": UNREADABLE, "marks": [], "files": [], "carried": []}


def _marks(verdict: Any) -> list[dict[str, str]]:
    """What the gate needs of them: no text, which is content."""
    return [{"level": str(mark.level), "where": str(mark.where)} for mark in verdict.marks]


# What the package loads when it first meets a format; here, so that no sender waits for it.
HEAVY = ("lxml.etree", "olefile", "pypdf")


def load() -> None:
    """Load what is large. What is missing here is told by the package, as unreadable."""
    for name in HEAVY:
        with suppress(ImportError):
            import_module(name)


def serve(scan: Scan, asked: BinaryIO, answers: BinaryIO) -> None:
    """Answer until nothing more is asked."""
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
    """Read what comes by standard input; the libraries that read formats may not write where the answers go."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    from danhba_secrecy import scan_message  # here, since the gate itself runs without it

    load()
    bound(int(sys.argv[1]))
    serve(scan_message, sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
