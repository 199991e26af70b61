"""Helpers for tests of the secrecy gate: its settings, a worker that does what a message says, and a caller."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SETTINGS: dict[str, Any] = {
    "database": "danhba",
    "database_socket_dir": "/run",
    "domain": "laocai.gov.vn",
    "basis": "khoan 1 Dieu 7, QD 33/2010/QD-UBND",
    "workers": 2,
    "waiting": 4,
    "message_octets": 100_000,
    "held_octets": 1_000_000,
    "worker_octets": 1 << 30,
    "worker_seconds": 3,
    "answer_seconds": 60,
    "attempts": 2,
    "unreadable_outgoing": "refuse",
    "unreadable_internal": "refuse",
    "unreadable_incoming": "note",
}
ENVELOPE: dict[str, Any] = {
    "sender": "nvvinh-stttt@laocai.gov.vn",
    "recipients": ["ai@example.vn"],
    "user": "nvvinh-stttt@laocai.gov.vn/7",
    "client": "203.0.113.9",
    "queue_id": "4XyZ",
}
ROOT = Path(__file__).resolve().parents[2]
# With what it stands on, wherever it is begun.
LIBRARY = ROOT / "roles/programs/files"
WORKER = ["env", f"PYTHONPATH={LIBRARY}:{ROOT}", sys.executable, "-m", "tests.support.secrecy"]


@dataclass
class Mark:
    """As the package gives them."""

    level: str
    where: str
    text: str = "MẬT"


@dataclass
class Verdict:
    """As the package gives it."""

    verdict: str
    marks: list[Mark] = field(default_factory=list)
    reason: str = ""
    files: tuple[str, ...] = ()


def scan(octets: bytes) -> Verdict:
    """What a message itself says that reading it does."""
    if b"HANG" in octets:
        time.sleep(60)
    if b"SLOW" in octets:
        time.sleep(0.4)
    if b"DIE" in octets:
        os.kill(os.getpid(), signal.SIGKILL)
    if b"RAISE" in octets:
        raise ValueError(octets)
    if b"MARK" in octets:
        return Verdict("marked", [Mark("mat", "text"), Mark("toi-mat", "bí mật của tôi.zip › header")])
    files = ("0" * 64, "f" * 64) if b"FILES" in octets else ()
    return Verdict("unreadable" if b"LOCKED" in octets else "clean", files=files)


def ask(path: Path, message: bytes, **envelope: Any) -> dict[str, Any]:
    """What the gate answers; nothing where it hangs up without a word."""
    with asking(path, message, **envelope) as connection:
        return answered(connection)


@contextmanager
def asking(path: Path, message: bytes, **envelope: Any) -> Iterator[socket.socket]:
    """A connection on which the gate has been asked."""
    head = {**ENVELOPE, "octets": len(message), **envelope}
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(30)
        connection.connect(str(path))
        connection.sendall(json.dumps(head).encode() + b"\n" + message)
        yield connection


def answered(connection: socket.socket) -> dict[str, Any]:
    """What it answers on it."""
    line = b"".join(iter(lambda: connection.recv(65536), b""))
    answer: dict[str, Any] = json.loads(line) if line else {}
    return answer


if __name__ == "__main__":
    from danhba_host.secrecy_gate.worker import serve

    serve(scan, sys.stdin.buffer, sys.stdout.buffer)
