"""The clock against a time server, one of our own: right, wrong, silent, and one that must not be believed."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from danhba_host.metrics import clock as under_test
from danhba_host.metrics.clock import clock

DAYS = 2 * 86400
SINCE_1900 = 2_208_988_800


@contextmanager
def time_server(
    ahead: float = 0, first: int = 0x24, stratum: int = 2, echo: Callable[[int], int] = lambda stamp: stamp
) -> Iterator[str]:
    """A time server whose clock is so many seconds ahead; gives its address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def serve() -> None:
            asked, client = server.recvfrom(100)
            sent = struct.unpack("!Q", asked[40:48])[0]
            now = int((time.time() + ahead + SINCE_1900) * 2**32)
            server.sendto(struct.pack("!BBbb3I4Q", first, stratum, 0, 0, 0, 0, 0, 0, echo(sent), now, now), client)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"


def asked(*servers: str) -> dict[str, float]:
    return {figure.name: figure.value for figure in clock(servers)}


@pytest.mark.parametrize("ahead", [0, 90, DAYS, -DAYS])
def test_offset(ahead: float) -> None:
    with time_server(ahead) as server:
        found = asked(server)
    assert found["danhba_clock_answered"] == 1
    assert found["danhba_clock_offset_seconds"] == pytest.approx(ahead, abs=2)


@pytest.mark.parametrize(
    "wrong",
    [
        {"first": 0xE4},  # its own clock is not set
        {"first": 0x23},  # a client
        {"stratum": 0},  # kiss of death
        {"echo": lambda stamp: stamp + 1},  # an answer to somebody else
    ],
)
def test_who_must_not_be_believed_has_not_answered(wrong: dict[str, object]) -> None:
    with time_server(**wrong) as server:  # type: ignore[arg-type]
        assert asked(server) == {"danhba_clock_answered": 0}


def test_the_next_one_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(under_test, "SECONDS", 1)  # enough for the one that answers, on a busy machine too
    with time_server() as server, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        found = asked("no such host.invalid", f"127.0.0.1:{silent.getsockname()[1]}", server)
    assert found["danhba_clock_answered"] == 1


def test_nobody_named_is_no_number() -> None:
    assert not asked()
