"""The socket of the credential service: one connection is one line in, one line out."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from danhba_host.credentials import server
from danhba_host.credentials.protocol import LINE_LIMIT
from tests.support.sigterm import ByHand


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    """A server that answers with the line."""
    where = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(where))
        listener.listen()
        stop = ByHand()
        thread = threading.Thread(target=server.serve, args=(listener, bytes.decode, 2, stop))
        thread.start()
        yield where
        stop.tell()
        thread.join(10)
        assert not thread.is_alive()


def answer(path: Path, *parts: bytes, end: bool = False) -> str:
    """What comes back for octets that are sent in parts."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(str(path))
        for part in parts:
            connection.sendall(part)
        if end:
            connection.shutdown(socket.SHUT_WR)
        return str(json.loads(b"".join(iter(lambda: connection.recv(65536), b""))))


def test_line_by_line(path: Path) -> None:
    assert answer(path, b"xin ch\xc3\xa0o\n") == "xin chào"
    assert answer(path, b"a", b"b", b"c\n") == "abc"


@pytest.mark.parametrize(
    "octets",
    [b"a\nb", b"x" * LINE_LIMIT + b"\n", b"x" * (1 << 20), b"x" * 300_000 + b"\n"],
    ids=["two lines", "too long", "endless", "much too long"],
)
def test_what_is_no_line_is_nothing(path: Path, octets: bytes) -> None:
    assert answer(path, octets) == ""


def test_line_without_an_end_is_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert answer(path, b"abc", end=True) == ""
    monkeypatch.setattr(server, "LINE_SECONDS", 0.2)
    assert answer(path, b"abc") == "", "nobody is waited for long"


def test_who_goes_away_stops_nobody(path: Path) -> None:
    for _ in range(5):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(path))
    assert answer(path, b"still there\n") == "still there"


def test_told_to_end_it_returns_when_the_last_caller_is_answered(tmp_path: Path) -> None:
    asked, looked_up, stop = threading.Event(), threading.Event(), ByHand()

    def answer_at_last(line: bytes) -> str:
        asked.set()
        looked_up.wait(10)
        return line.decode()

    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as caller:
        listener.bind(str(tmp_path / "socket"))
        listener.listen()
        serving = threading.Thread(target=server.serve, args=(listener, answer_at_last, 2, stop))
        serving.start()
        caller.settimeout(10)
        caller.connect(str(tmp_path / "socket"))
        caller.sendall(b"last\n")
        assert asked.wait(10)
        stop.tell()
        serving.join(0.3)
        assert serving.is_alive(), "what it has not answered yet may still be a guess to note"
        looked_up.set()
        serving.join(10)
        assert not serving.is_alive()
        assert caller.recv(65536) == b'"last"\n'
