"""laocai.mail.probe: it must see what a service really says, or `verify.yml` would find nothing wrong with anything."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from .conftest import Ansible, Outcome

MODULE = "laocai.mail.probe"
GREETING = b"220 mail.laocai.gov.vn ESMTP\r\n"
REPLIES = {b"EHLO": b"250-mail.laocai.gov.vn\r\n250 PIPELINING\r\n", b"RCPT": b"554 5.7.1 Relay access denied\r\n"}


def serve(listener: socket.socket) -> None:
    """Answer each client like a mail server that relays for nobody, until the listener is closed."""
    while True:
        try:
            client, _address = listener.accept()
        except OSError:
            return
        with suppress(OSError), client, client.makefile("rwb") as stream:
            stream.write(GREETING)
            stream.flush()
            for line in stream:
                stream.write(REPLIES.get(line[:4].upper(), b"250 2.0.0 Ok\r\n"))
                stream.flush()


@pytest.fixture
def port() -> Iterator[int]:
    """The port of such a server on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=[listener], daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def ask(ansible: Ansible, port: int, *dialogue: tuple[str, str], **options: str) -> Outcome:
    """Probe the port by a dialogue of lines and what their replies must match."""
    lines = [{"say": say, "expect": expect} for say, expect in dialogue]
    return ansible.run(
        MODULE, {"address": "127.0.0.1", "port": port, "protocol": "smtp", "dialogue": lines, "timeout": 5, **options}
    )


def test_expected_replies_pass(ansible: Ansible, port: int) -> None:
    done = ask(ansible, port, ("EHLO probe.invalid", "^250"), ("RCPT TO:<a@example.net>", "^554 5[.]7[.]1"))
    assert done.result["passed"], done.output
    assert not done.changed


def test_another_reply_is_a_fault_that_quotes_it(ansible: Ansible, port: int) -> None:
    done = ask(ansible, port, ("EHLO probe.invalid", "^250"), ("RCPT TO:<a@example.net>", "^250"))
    assert not done.result["passed"]
    assert "554 5.7.1" in done.result["fault"]


def test_service_without_tls_is_a_fault(ansible: Ansible, port: int) -> None:
    done = ask(ansible, port, tls="implicit", server_name="mail.laocai.gov.vn")
    assert not done.result["passed"]
    assert done.result["fault"]


def test_nobody_there_is_a_fault(ansible: Ansible) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    done = ask(ansible, port)
    assert not done.result["passed"]
    assert "Traceback" not in done.output
