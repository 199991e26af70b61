"""Serves the socket: each connection is one line in, one line out."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from collections.abc import Callable

from ..stop import Stop
from .protocol import LINE_LIMIT

LINE_SECONDS = 10.0  # seconds for a caller to send its line
READ_LIMIT = 1 << 20  # maximum bytes that are read

Handler = Callable[[bytes], object]

LOG = logging.getLogger("danhba-credentials")


def serve(listener: socket.socket, handle: Handler, connections: int, stop: Stop) -> None:
    """Answer until SIGTERM, and return when all requests begun are answered.

    Connections beyond the maximum wait.
    """
    slots = threading.BoundedSemaphore(connections)
    while not stop.before(listener):
        slots.acquire()
        connection, _ = listener.accept()
        try:
            threading.Thread(target=_attend, args=(connection, handle, slots)).start()
        except RuntimeError as error:  # no thread can be started: the caller retries, the service continues
            LOG.error("a caller was not attended to: %s", error)
            connection.close()
            slots.release()
    for _ in range(connections):  # each thread releases its slot when it ends
        slots.acquire()


def _attend(connection: socket.socket, handle: Handler, slots: threading.BoundedSemaphore) -> None:
    try:
        with connection:
            line = _read_line(connection)
            answer = handle(line)
            connection.settimeout(LINE_SECONDS)
            connection.sendall(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
    except OSError as error:
        LOG.warning("a caller went away: %s", error.strerror or type(error).__name__)
    finally:
        slots.release()


def _read_line(connection: socket.socket) -> bytes:
    """Read up to the line's end; return nothing for an incomplete or too long line.

    A too long line is read to its end, but not kept: unread data would reset the connection before the answer arrives.
    """
    deadline = time.monotonic() + LINE_SECONDS
    kept, taken = b"", 0
    while b"\n" not in kept and taken < READ_LIMIT:
        connection.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            more = connection.recv(LINE_LIMIT)
        except TimeoutError:
            return b""
        taken += len(more)
        kept += more[: LINE_LIMIT - len(kept)]
        if not more or b"\n" in more:
            break
    line, ended, rest = kept.partition(b"\n")
    return line if ended and not rest else b""
