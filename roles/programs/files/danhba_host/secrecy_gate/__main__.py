"""Reads each message for secrecy marks before it is accepted, and says what becomes of it (R7.1)."""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import sys
from collections.abc import Sequence

from .. import program
from ..journal import Refused
from .gate import Gate
from .pool import Pool
from .server import Server
from .settings import Settings
from .store import Store

FIRST_DESCRIPTOR = 3  # of the sockets that systemd passes (sd_listen_fds(3))
WORKER = [sys.executable, "-B", "-P", "-s", "-m", f"{__package__}.worker"]


def listener() -> socket.socket:
    """Return the socket that systemd has opened.

    Raises:
        Refused: there is none.
    """
    if int(os.environ.get("LISTEN_FDS", "0")) < 1:
        raise Refused("không có socket: hãy khởi động danhba-secrecy.socket -- no socket: start danhba-secrecy.socket")
    return socket.socket(fileno=FIRST_DESCRIPTOR)


async def serve(settings: Settings, given: socket.socket, command: Sequence[str]) -> None:
    """Serve until SIGTERM."""
    pool = Pool([*command, str(settings.worker_octets)], settings.workers, settings.worker_seconds)
    pool.start()
    gate = Gate(settings, pool, Store(settings))
    try:
        await Server(gate).serve(given)
    finally:
        await pool.end()


def work(settings: Settings, _given: argparse.Namespace) -> str:
    """Serve.

    Raises:
        Refused: systemd did not pass a socket.
    """
    given = listener()
    given.setblocking(False)
    asyncio.run(serve(settings, given, WORKER))
    return ""


def main(words: Sequence[str] | None = None) -> int:
    """Serve, or say whether a settings file would do."""
    return program.run(program.parser("secrecy_gate", __doc__, "secrecy.json"), Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
