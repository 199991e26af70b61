"""Teaching the spam filter, with a socket in the place of rspamd's controller."""

from __future__ import annotations

import io
import json
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from danhba_host import spam_training

MESSAGE = b"Subject: x\r\n\r\nTh\xc6\xb0\r\n"


@contextmanager
def controller(folder: Path, answer: bytes) -> Iterator[list[bytes]]:
    """A controller that gives one answer, and what it was asked."""
    asked: list[bytes] = []
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "controller.sock"))
        listening.listen()

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                asked.append(connection.recv(65536))
                connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield asked
        thread.join(5)


def run(folder: Path, monkeypatch: pytest.MonkeyPatch, *words: str, largest: int = 1000) -> int:
    """Run the program as Dovecot does."""
    path = folder / "spam-training.json"
    path.write_text(json.dumps({"controller": str(folder / "controller.sock"), "largest": largest}), encoding="utf-8")
    standard: Any = io.TextIOWrapper(io.BytesIO(MESSAGE))
    monkeypatch.setattr(sys, "stdin", standard)
    return spam_training.main(["--settings", str(path), *words])


@pytest.mark.parametrize("kind", ["spam", "ham"])
@pytest.mark.parametrize("status", [200, 204, 208, 404])
def test_teaches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, status: int) -> None:
    with controller(tmp_path, f"HTTP/1.0 {status} said\r\n\r\n".encode()) as asked:
        assert run(tmp_path, monkeypatch, kind) == 0
    head, _, body = asked[0].partition(b"\r\n\r\n")
    assert head == f"POST /learn{kind} HTTP/1.0\r\nContent-Length: {len(MESSAGE)}".encode()
    assert body == MESSAGE


@pytest.mark.parametrize("answer", [b"HTTP/1.0 403 Forbidden\r\n", b"", b"x y\r\n"])
def test_what_is_not_understood_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], answer: bytes
) -> None:
    with controller(tmp_path, answer):
        assert run(tmp_path, monkeypatch, "spam") == 1
    assert "the spam filter did not learn" in capsys.readouterr().err


def test_rspamd_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, monkeypatch, "ham") == 75
    assert "the spam filter did not learn" in capsys.readouterr().err


def test_nothing_is_learnt_of_what_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(tmp_path, monkeypatch, "spam", largest=len(MESSAGE) - 1) == 0  # nobody is asked


@pytest.mark.parametrize("words", [[], ["both"], ["../ham"]])
def test_another_kind_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    assert run(tmp_path, monkeypatch, *words) == 1
