"""Measures the clock's offset from a time server (SNTP, RFC 4330), whatever sets the clock."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable, Iterator, Sequence

from ..figure import Figure

PORT = 123
SECONDS = 3
_BEGIN = 2_208_988_800  # 1970 in seconds since 1900
_PACKET = struct.Struct("!B B b b 3I 4Q")
_CLIENT = 0x23  # version 4, mode 3
_ALARM, _SERVER = 3, 4


def clock(servers: Sequence[str], now: Callable[[], float] = time.time) -> Iterator[Figure]:
    """Yield the offset from the first server that answers; nothing if none is named."""
    if not servers:
        return
    for server in servers:
        try:
            offset = _ask(server, now)
        except (OSError, ValueError, struct.error):
            continue
        yield Figure("danhba_clock_answered", 1)
        yield Figure("danhba_clock_offset_seconds", offset)
        return
    yield Figure("danhba_clock_answered", 0)


def _ask(server: str, now: Callable[[], float]) -> float:
    """Return the server's clock minus ours, in seconds; `server` may end with a port.

    Raises:
        OSError, ValueError, struct.error: no answer, or none of a synchronised server.
    """
    host, _colon, port = server.partition(":")
    sent = now()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.settimeout(SECONDS)
        asked.connect((host, int(port or PORT)))
        asked.send(_PACKET.pack(_CLIENT, 0, 0, 0, 0, 0, 0, 0, 0, 0, _stamp(sent)))
        answer = _PACKET.unpack(asked.recv(1024)[: _PACKET.size])
    came = now()
    first, stratum, origin, received, answered = answer[0], answer[1], *answer[8:11]
    if first >> 6 == _ALARM or first & 7 != _SERVER or not stratum or origin != _stamp(sent):
        raise ValueError(f"{server}: no answer of a server that knows the time")
    return ((_time(received) - sent) + (_time(answered) - came)) / 2


def _stamp(moment: float) -> int:
    return int((moment + _BEGIN) * 2**32)


def _time(stamp: int) -> float:
    return stamp / 2**32 - _BEGIN
