"""Checks and changes passwords (R10.1); systemd starts it with the listening socket as descriptor 3."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from .. import program
from ..journal import Refused
from .hashing import Hasher
from .policy import Policy
from .server import serve
from .service import Service
from .sessions import Dovecot
from .settings import Settings
from .store import Store
from .throttle import KnownClients, Throttle
from .words import OWN_LIST, read_words

FIRST_DESCRIPTOR = 3  # sd_listen_fds(3)


def make_service(settings: Settings) -> Service:
    """The service that the settings describe."""
    words = read_words(map(Path, settings.word_lists))
    return Service(
        settings,
        Store(settings),
        Hasher(settings.hashes_at_once),
        Throttle(settings.window_seconds, time.monotonic),
        KnownClients(time.monotonic),
        Policy(settings.minimum_length, read_words([OWN_LIST]), words),
        Dovecot(settings.anvil_socket),
    )


def work(settings: Settings, _given: argparse.Namespace) -> str:
    """Serve until SIGTERM.

    Raises:
        Refused: systemd did not hand over the socket.
    """
    if os.environ.get("LISTEN_FDS") != "1":
        raise Refused(
            "không có socket: hãy khởi động danhba-credentials.socket -- no socket: start danhba-credentials.socket"
        )
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stderr)
    service = make_service(settings)
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    with socket.socket(fileno=FIRST_DESCRIPTOR) as listener:
        serve(listener, service.answer, settings.connections)
    return ""


def main(words: Sequence[str] | None = None) -> int:
    """Serve, or say whether a settings file would do."""
    return program.run(program.parser("credentials", __doc__, "credentials.json"), Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
