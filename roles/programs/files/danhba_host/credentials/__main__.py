"""Checks and changes passwords (R10.1), and counts wrong ones; systemd starts it with its listening sockets."""

from __future__ import annotations

import argparse
import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from .. import program
from ..credential import given
from ..journal import Refused
from ..stop import Stop
from . import dovecot
from .guard import Guard
from .hashing import Hasher
from .memory import Memory
from .policy import Policy
from .server import serve
from .service import Service
from .sessions import Dovecot
from .settings import Settings
from .store import Store
from .words import OWN_LIST, read_words

FIRST_DESCRIPTOR = 3  # sd_listen_fds(3)


def make_service(settings: Settings) -> Service:
    """Return the service configured by the settings."""
    words = read_words(map(Path, settings.word_lists))
    return Service(
        settings,
        Store(settings),
        Hasher(settings.hashes_at_once),
        Guard.new(settings, time.monotonic),
        Policy(settings.minimum_length, read_words([OWN_LIST]), words),
        Dovecot(settings.anvil_socket),
    )


def listeners() -> tuple[socket.socket, socket.socket | None]:
    """Return the sockets that systemd has opened: the webmail's, and Dovecot's if there is one.

    Raises:
        Refused: systemd did not pass the first.
    """
    count = int(os.environ.get("LISTEN_FDS", "0"))
    opened = [socket.socket(fileno=FIRST_DESCRIPTOR + number) for number in range(count)]
    families = {listener.family: listener for listener in opened}
    if socket.AF_UNIX not in families:
        raise Refused(
            "không có socket: hãy khởi động danhba-credentials.socket -- no socket: start danhba-credentials.socket"
        )
    return families[socket.AF_UNIX], families.get(socket.AF_INET)


def for_dovecot(listener: socket.socket, service: Service) -> dovecot.Server:
    """Return the server that answers Dovecot.

    Raises:
        Refused: the key is missing.
    """
    path = given(Path("/nowhere", service.settings.dovecot_key))
    try:
        key = path.read_text(encoding="ascii").strip()
    except (OSError, ValueError) as error:
        raise Refused(f"không đọc được khóa của Dovecot -- Dovecot's key cannot be read: {error}") from error
    return dovecot.Server(listener, dovecot.Policy(service.guard, service.store), key)


def work(settings: Settings, _given: argparse.Namespace) -> str:
    """Serve until SIGTERM.

    Raises:
        Refused: systemd did not pass sockets or key.
    """
    webmail, mail = listeners()
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stderr)
    service = make_service(settings)
    memory = Memory(service.guard, service.store)
    memory.exchange()  # restore the counts before the first guess
    stop = Stop()
    threading.Thread(target=memory.keep, daemon=True).start()
    with ExitStack() as last:  # in this order: the counts are written last, when no more request is answered
        last.callback(memory.end)
        if mail and settings.dovecot_key:
            server = for_dovecot(mail, service)
            server.begin()
            last.callback(server.end)
        last.enter_context(webmail)
        serve(webmail, service.answer, settings.connections, stop)
    return ""


def main(words: Sequence[str] | None = None) -> int:
    """Serve, or say whether a settings file would do."""
    return program.run(program.parser("credentials", __doc__, "credentials.json"), Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
