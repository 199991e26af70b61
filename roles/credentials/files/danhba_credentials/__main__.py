"""`python3 -m danhba_credentials SETTINGS`, started by systemd with the listening socket as descriptor 3.

With --check before SETTINGS it only says whether it could be started with them.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
import time
from pathlib import Path

from .hashing import Hasher
from .policy import Policy
from .server import serve
from .service import Service
from .sessions import Dovecot
from .settings import Settings, load
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


def main() -> None:
    """Serve until SIGTERM."""
    settings = load(Path(sys.argv[-1]))
    if "--check" in sys.argv[1:]:
        return
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stderr)
    if os.environ.get("LISTEN_FDS") != "1":
        sys.exit("danhba-credentials: no socket. Start danhba-credentials.socket instead.")
    service = make_service(settings)
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    with socket.socket(fileno=FIRST_DESCRIPTOR) as listener:
        serve(listener, service.answer, settings.connections)


if __name__ == "__main__":
    main()
