"""laocai.mail.probe: it must see what a service really says, or `verify.yml` would find nothing wrong with anything."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from tests.support.authority import Authority

from .conftest import Ansible, Outcome
from .test_certificate import DAYS, NAMES

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


@contextmanager
def sending(octets: bytes) -> Iterator[int]:
    """The port of a server that says this to its one client, and ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve_one() -> None:
            client, _address = listener.accept()
            with suppress(OSError), client:
                client.sendall(octets)

        threading.Thread(target=serve_one, daemon=True).start()
        yield listener.getsockname()[1]


@pytest.mark.parametrize(
    ("octets", "fault"),
    [
        (b"220 mail", "the connection ended after b'220 mail'"),
        (b"220" + b"x" * 10_000, "a line too long"),
        (b"220-mail\r\n" * 1000, "a reply without end, beginning '220-mail'"),
    ],
    ids=["cut off", "long", "endless"],
)
def test_what_is_no_reply_is_a_fault(ansible: Ansible, octets: bytes, fault: str) -> None:
    with sending(octets) as port:
        assert fault in ask(ansible, port).result["fault"]


class Secured:
    """A server that speaks TLS with a certificate of its own, when it is asked for or from the first octet."""

    def __init__(self, folder: Path) -> None:
        authority, pair = Authority.make(folder), folder / "server"
        authority.issue(pair, NAMES, DAYS)
        self.authorities = str(authority.certificate)
        self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.context.load_cert_chain(pair.with_suffix(".crt"), pair.with_suffix(".key"))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]

    def close(self) -> None:
        self.listener.close()

    def speak(self, *script: bytes) -> None:
        """To the next client: each text in turn, a line of the client's between them; `TLS` begins it."""

        def serve_one() -> None:
            client, _address = self.listener.accept()
            with suppress(OSError):
                for part in script:
                    if part == TLS:
                        client = self.context.wrap_socket(client, server_side=True)
                    elif part == LINE:
                        client.recv(4096)
                    else:
                        client.sendall(part)
            client.close()

        threading.Thread(target=serve_one, daemon=True).start()


TLS, LINE = b"TLS", b"LINE"
SCRIPTS = {
    ("smtp", "starttls"): (b"220 mail\r\n", LINE, b"250-mail\r\n250 STARTTLS\r\n", LINE, b"220 Go on\r\n", TLS),
    ("imap", "starttls"): (b"* OK mail\r\n", LINE, b"a OK Begin TLS\r\n", TLS),
    ("pop3", "starttls"): (b"+OK mail\r\n", LINE, b"+OK Begin TLS\r\n", TLS),
    ("sieve", "starttls"): (b"OK\r\n", LINE, b"OK\r\n", TLS, b'"SIEVE" "fileinto"\r\nOK\r\n'),
    ("imap", "implicit"): (TLS, b"* OK mail\r\n"),
}
# What is asked then, what must be in the reply, and the reply.
DIALOGUES = {
    "smtp": ("NOOP", "^250", "250 Ok"),
    "imap": ("a NOOP", "^a OK", "* 1 EXISTS\na OK"),
    "pop3": ("NOOP", r"^\+OK", "+OK"),
    "sieve": ("NOOP", "^OK", "OK"),
}


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[Secured]:
    with closing(Secured(tmp_path / "pair")) as server:
        yield server


def probe(ansible: Ansible, server: Secured, protocol: str, tls: str, **other: object) -> Outcome:
    """Ask over TLS, and one thing more."""
    say, expect, _reply = DIALOGUES[protocol]
    arguments = {
        "address": "127.0.0.1",
        "port": server.port,
        "timeout": 5,
        "protocol": protocol,
        "tls": tls,
        "server_name": NAMES[0],
        "ca_file": server.authorities,
        "days": DAYS - 1,
        "dialogue": [{"say": say, "expect": expect}],
    }
    return ansible.run(MODULE, arguments | other)


@pytest.mark.parametrize(("protocol", "tls"), SCRIPTS)
def test_tls_is_begun_as_each_protocol_has_it(ansible: Ansible, secured: Secured, protocol: str, tls: str) -> None:
    reply = DIALOGUES[protocol][2]
    secured.speak(*SCRIPTS[protocol, tls], LINE, reply.replace("\n", "\r\n").encode() + b"\r\n")
    done = probe(ansible, secured, protocol, tls)
    assert done.result["passed"], done.output
    assert done.result["replies"] == [reply]
    assert DAYS - 1 <= done.result["days_left"] <= DAYS


@pytest.mark.parametrize(
    ("other", "fault"),
    [
        ({"days": DAYS + 1}, "the certificate ends "),
        ({"server_name": "mx.laocai.gov.vn"}, "the certificate is refused: Hostname mismatch"),
        ({"ca_file": ""}, "the certificate is refused: unable to get local issuer certificate"),
    ],
    ids=["days", "name", "authority"],
)
def test_a_certificate_that_is_no_good_is_a_fault(
    ansible: Ansible, secured: Secured, other: dict[str, object], fault: str
) -> None:
    secured.speak(*SCRIPTS["imap", "implicit"])
    done = probe(ansible, secured, "imap", "implicit", **other)
    assert not done.result["passed"]
    assert done.result["fault"].startswith(fault)


def test_a_file_of_authorities_that_is_missing_is_refused(ansible: Ansible, secured: Secured) -> None:
    done = probe(ansible, secured, "imap", "implicit", ca_file="/nonexistent/ca.crt")
    assert done.status == 2
    assert "Không thấy tệp chứng thư /nonexistent/ca.crt" in done.message
