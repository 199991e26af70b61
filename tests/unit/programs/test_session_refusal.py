"""What those are told who come when every place is taken: by the program as it runs on the host, over TLS."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from danhba_host import session_refusal
from danhba_host.journal import Refused

LIBRARY = Path(session_refusal.__file__).parents[1]
DOOR = session_refusal.Door("imap", port=0, sessions=20)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which systemd would hand it over."""
    folder = tmp_path_factory.mktemp("credentials")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-subj", "/CN=mail.laocai.gov.vn", "-addext", "subjectAltName=DNS:mail.laocai.gov.vn"]
    command += ["-keyout", str(folder / "server.key"), "-out", str(folder / "server.crt")]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.fixture
def ports() -> dict[str, int]:
    """A free one for each protocol."""
    with ExitStack() as open_ports:
        listeners = {name: open_ports.enter_context(socket.create_server(("", 0))) for name in session_refusal.WORDS}
        return {name: int(listener.getsockname()[1]) for name, listener in listeners.items()}


@pytest.fixture
def port(ports: dict[str, int]) -> int:
    return ports["imap"]


@pytest.fixture
def running(certificate: Path, ports: dict[str, int], tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    settings = tmp_path / "session-refusal.json"
    doors = [f"{name} {port} 20" for name, port in sorted(ports.items(), reverse=True)]
    settings.write_text(json.dumps({"doors": doors}))
    process = subprocess.Popen(
        [sys.executable, "-m", "danhba_host.session_refusal", "--settings", str(settings)],
        env={**os.environ, "PYTHONPATH": str(LIBRARY), "CREDENTIALS_DIRECTORY": str(certificate)},
        stderr=subprocess.PIPE,
        text=True,
    )
    _wait_for(ports["imap"])  # the last one; who comes without TLS is none that was told
    yield process
    process.kill()
    process.communicate()


def _wait_for(port: int) -> None:
    for _attempt in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"nobody listens at {port}")


def greeting(port: int, certificate: Path) -> bytes:
    context = ssl.create_default_context(cafile=str(certificate / "server.crt"))
    with (
        socket.create_connection(("127.0.0.1", port), 10) as plain,
        context.wrap_socket(plain, server_hostname="mail.laocai.gov.vn") as tls,
    ):
        return _all(tls)


def _all(connection: socket.socket) -> bytes:
    with connection.makefile("rb") as words:
        return words.read()


def test_a_mail_program_is_told_and_the_connection_ends(
    running: subprocess.Popen[str], port: int, certificate: Path
) -> None:
    said = greeting(port, certificate)
    assert said.startswith(b"* BYE [UNAVAILABLE] ")
    assert said.endswith(b"\r\n")
    assert said.isascii()
    assert greeting(port, certificate) == said
    running.send_signal(signal.SIGTERM)
    _out, noted = running.communicate(timeout=20)
    assert running.returncode == 0
    assert "đủ 20 phiên: đã từ chối 1 kết nối" in noted
    assert noted.count("all 20 sessions are taken") == 1, "one line a minute"


def test_pop3_has_words_of_its_own(running: subprocess.Popen[str], ports: dict[str, int], certificate: Path) -> None:
    said = greeting(ports["pop3"], certificate)
    assert said.startswith(b"-ERR [SYS/TEMP] May chu thu da du so phien")
    assert said.endswith(b"\r\n")
    assert said.isascii()
    assert len(said) <= 512, "RFC 2449, 4: the longest line of an answer"
    assert running.poll() is None


def test_managesieve_is_told_before_it_begins_tls(running: subprocess.Popen[str], ports: dict[str, int]) -> None:
    with socket.create_connection(("127.0.0.1", ports["sieve"]), 10) as plain:
        said = _all(plain).decode()
    assert said.startswith('BYE (TRYLATER) "Máy chủ thư đã đủ số phiên')
    assert said.endswith('"\r\n')
    assert running.poll() is None


@pytest.mark.parametrize("words", ["smtp 25 20", "imap 1993", "imap x 20", ""])
def test_what_is_no_door_is_refused_before_it_lands(
    words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = tmp_path / "session-refusal.json"
    settings.write_text(json.dumps({"doors": [words]}))
    assert session_refusal.main(["--check", str(settings)]) != 0
    assert "phải là GIAO_THỨC CỔNG SỐ_PHIÊN" in capsys.readouterr().err


def test_whoever_hangs_up_or_speaks_no_tls_disturbs_nobody(
    running: subprocess.Popen[str], port: int, certificate: Path
) -> None:
    for words in (b"", b"GET / HTTP/1.0\r\n\r\n", b"a LOGIN x y\r\n"):
        with socket.create_connection(("127.0.0.1", port), 10) as plain:
            plain.sendall(words)
    assert greeting(port, certificate).startswith(b"* BYE")
    assert running.poll() is None


def test_without_a_certificate_it_says_why(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    with pytest.raises(Refused, match="không phục vụ được -- cannot serve"):
        session_refusal.work(session_refusal.Settings([]), argparse.Namespace())


async def _visit(desk: session_refusal.Desk) -> bytes:
    """What one connection hears."""
    server = await asyncio.start_server(desk.tell, "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
        said = await reader.read()
        writer.close()
        return said


def test_more_than_enough_at_once_are_not_even_told(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = session_refusal.Desk(DOOR)
    assert asyncio.run(_visit(desk)) == session_refusal.WORDS["imap"].encode()
    monkeypatch.setattr(session_refusal, "MOST_AT_ONCE", 0)
    assert asyncio.run(_visit(desk)) == b""


def test_the_journal_gets_one_line_for_all_of_a_minute(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(session_refusal, "NOTE_SECONDS", 1.5)  # in which a busy machine, too, has all of the visitors

    async def story() -> None:
        desk = session_refusal.Desk(DOOR)
        for _visitor in range(4):
            await _visit(desk)
        await asyncio.sleep(2)

    asyncio.run(story())
    counts = [line.split("đã từ chối ")[1].split()[0] for line in capsys.readouterr().err.splitlines()]
    assert counts == ["1", "3"]
