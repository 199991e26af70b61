"""Teaches the spam filter by a message that its owner has moved into Junk or out of it.

Dovecot runs it for each, as `danhba-host spam_training spam` or `ham`, with the message as its input. It speaks to
rspamd's controller by its Unix socket, in as little HTTP as that takes: whoever moves a thousand messages waits for
a thousand runs.
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
# It knows the message, or has decided that there is nothing to learn: too short, or it knows better already.
NOTHING_NEW = (204, 208, 404)
SECONDS = 20.0


@dataclass(frozen=True)
class Settings:
    """Every setting.

    Attributes:
        controller: Unix socket of rspamd's controller.
        largest: octets of a message beyond which nothing is learnt from it.
    """

    controller: str
    largest: int

    def __post_init__(self) -> None:
        """Refuse what would learn nothing."""
        if self.largest < 1:
            raise ValueError("largest phải từ 1 -- largest must be 1 at least")


def work(settings: Settings, given: argparse.Namespace) -> str:
    """Teach once, and say nothing: whose message it was is nobody's business.

    Raises:
        Away: rspamd does not answer; what it would have learnt is little, and lost.
        Refused: it was run in another way, or rspamd does not let it in.
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
    """The message; nothing where it is larger than that."""
    message = stream.read(largest + 1)
    return message if len(message) <= largest else b""


def teach(controller: str, kind: str, message: bytes) -> bytes:
    """The first line that the controller answers to a message of a kind.

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
    """Teach once; say something only when something is wrong."""
    parser = program.parser("spam_training", __doc__, "spam-training.json")
    parser.add_argument("kind", nargs="?", default="", help="spam or ham")  # `--check` goes without
    return program.run(parser, Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
