"""Trains the spam filter with a message that its owner has moved into Junk or out of it.

Dovecot runs it for each message, as `danhba-host spam_training spam` or `ham`, with the message as its input. It speaks
minimal HTTP to rspamd's controller through its Unix socket: whoever moves a thousand messages waits for a thousand
runs.
"""

from __future__ import annotations

import argparse
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from . import program
from .journal import Away, Refused

KINDS = ("spam", "ham")
LEARNT = 200
# rspamd knows the message, or will not learn it: it is too short, or already classified so.
NOTHING_NEW = (204, 208, 404)
SECONDS = 20.0


@dataclass(frozen=True)
class Settings:
    """Every setting.

    Attributes:
        controller: Unix socket of rspamd's controller.
        largest: bytes of a message beyond which it is not used.
    """

    controller: str
    largest: int

    def __post_init__(self) -> None:
        """Refuse a limit that excludes every message."""
        if self.largest < 1:
            raise ValueError("largest phải từ 1 -- largest must be 1 at least")


def work(settings: Settings, given: argparse.Namespace) -> str:
    """Train once, without a line in the journal, which would name the owner.

    Raises:
        Away: rspamd does not answer; this message is not learnt.
        Refused: the arguments are wrong, or rspamd denies access.
    """
    if given.kind not in KINDS:
        raise Refused(
            "danhba-host spam_training spam|ham, thư ở đầu vào"
            " -- danhba-host spam_training spam|ham, the message as its input"
        )
    if message := _read(sys.stdin.buffer, settings.largest):
        _judge(teach(settings.controller, given.kind, message))
    return ""


def _read(stream: BinaryIO, largest: int) -> bytes:
    """Return the message; empty if it is larger than `largest`."""
    message = stream.read(largest + 1)
    return message if len(message) <= largest else b""


def teach(controller: str, kind: str, message: bytes) -> bytes:
    """Return the first line of the controller's answer.

    Raises:
        Away: it does not answer.
    """
    asked = f"POST /learn{kind} HTTP/1.0\r\nContent-Length: {len(message)}\r\n\r\n".encode()
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(SECONDS)
            connection.connect(controller)
            connection.sendall(asked + message)
            return connection.makefile("rb").readline(1000)
    except OSError as error:
        raise Away(f"bộ lọc thư rác không học được -- the spam filter did not learn: {error}") from error


def _judge(line: bytes) -> None:
    words = line.split()
    status = int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
    if status not in (LEARNT, *NOTHING_NEW):
        said = line.decode("ascii", "replace").strip() or "?"
        raise Refused(f"bộ lọc thư rác không học được -- the spam filter did not learn: {said}")


def main(words: Sequence[str] | None = None) -> int:
    """Train once; print only faults."""
    parser = program.parser("spam_training", __doc__, "spam-training.json")
    parser.add_argument("kind", nargs="?", default="", help="spam or ham")  # optional, because `--check` has none
    return program.run(parser, Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
