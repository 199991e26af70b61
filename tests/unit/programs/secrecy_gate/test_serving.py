"""The gate as systemd runs it: by a socket that is handed over, until it is told to end."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from pathlib import Path

import pytest

from danhba_host.journal import Refused
from danhba_host.secrecy_gate import __main__ as gate
from danhba_host.secrecy_gate.settings import Settings
from tests.support.secrecy import SETTINGS, WORKER, ask

pytestmark = pytest.mark.clause("R7.1")


def test_without_a_socket_it_says_who_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LISTEN_FDS", raising=False)
    with pytest.raises(Refused, match=r"danhba-secrecy\.socket"):
        gate.listener()


def test_it_answers_on_the_socket_that_is_handed_over_until_it_is_told_to_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "scan.sock"
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind(str(path))
        opened.listen(8)
        monkeypatch.setenv("LISTEN_FDS", "1")
        monkeypatch.setattr(gate, "FIRST_DESCRIPTOR", os.dup(opened.fileno()))
        monkeypatch.setattr(gate, "WORKER", WORKER)
        settings = Settings(**SETTINGS)
        answers: list[str] = []
        real = gate.serve

        async def serve(*given: object) -> None:
            async def talk() -> None:
                answer = await asyncio.to_thread(ask, path, b"Subject: x\r\n\r\nthuong\r\n")
                answers.append(answer["action"])
                os.kill(os.getpid(), signal.SIGTERM)

            talking = asyncio.create_task(talk())
            await real(*given)  # type: ignore[arg-type]
            await talking

        monkeypatch.setattr(gate, "serve", serve)
        gate.work(settings, None)  # type: ignore[arg-type]
    assert answers == ["accept"]
