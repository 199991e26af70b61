"""laocai.mail.probe: it must see what a service really says, or `verify.yml` would find nothing wrong with anything."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.support.authority import Authority

from .conftest import Ansible, Outcome

MODULE = "laocai.mail.probe"
# Of a certificate that is shown: its names, and how long it holds.
NAMES, DAYS = ["mail.laocai.gov.vn", "autoconfig.laocai.gov.vn"], 20
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


def service(port: int, *dialogue: tuple[str, str], **options: str) -> dict[str, Any]:
    """What the module is told of a service, and a dialogue of lines and what their replies must match."""
    lines = [{"say": say, "expect": expect} for say, expect in dialogue]
    return {"name": "asked", "port": port, "protocol": "smtp", "dialogue": lines, "way_out": "mend it", **options}


def ask(ansible: Ansible, *services: dict[str, Any], **options: object) -> Outcome:
    """Probe services of this machine."""
    return ansible.run(MODULE, {"address": "127.0.0.1", "services": services, "timeout": 5, **options})


def said(outcome: Outcome) -> str:
    """What the one service did that it must not."""
    assert not outcome.result["passed"], outcome.output
    (fault,) = outcome.result["faults"]
    assert (fault["name"], fault["way_out"]) == ("asked", "mend it")
    return str(fault["said"])


RELAYS = ("RCPT TO:<a@example.net>", "^250")
RELAYS_NOT = ("RCPT TO:<a@example.net>", "^554 5[.]7[.]1")
GREETS = ("EHLO probe.invalid", "^250")


def test_expected_replies_pass(ansible: Ansible, port: int) -> None:
    done = ask(ansible, service(port, GREETS, RELAYS_NOT))
    assert done.result["passed"], done.output
    assert (done.result["faults"], done.result["days_left"], done.changed) == ([], -1, False)


def test_another_reply_is_a_fault_that_quotes_it(ansible: Ansible, port: int) -> None:
    assert "554 5.7.1" in said(ask(ansible, service(port, GREETS, RELAYS)))


def test_each_fault_is_told_in_its_order(ansible: Ansible, port: int) -> None:
    asked = [service(port, GREETS, what, name=name) for name, what in (("a", RELAYS), ("b", RELAYS_NOT), ("c", RELAYS))]
    impossible = [service(port, ("EHLO", "("), name="d"), service(70_000, name="e")]
    done = ask(ansible, *asked, *impossible)
    assert [fault["name"] for fault in done.result["faults"]] == ["a", "c", "d", "e"]


def test_service_without_tls_is_a_fault(ansible: Ansible, port: int) -> None:
    assert said(ask(ansible, service(port, tls="implicit"), server_name="mail.laocai.gov.vn"))


def test_nobody_there_is_a_fault(ansible: Ansible) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    done = ask(ansible, service(port))
    assert said(done)
    assert "Traceback" not in done.output


@contextmanager
def sending(*octets: bytes) -> Iterator[int]:
    """The port of a server that says this to one client after the other, and ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve_each() -> None:
            for text in octets:
                client, _address = listener.accept()
                with suppress(OSError), client:
                    client.sendall(text)

        threading.Thread(target=serve_each, daemon=True).start()
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
        assert fault in said(ask(ansible, service(port)))


def test_what_is_wrong_is_asked_again_and_nothing_else(ansible: Ansible, port: int) -> None:
    with sending(b"220 cut off", GREETING) as late, sending(GREETING) as once:
        asked = [service(late, name="late"), service(once, name="once")]
        done = ask(ansible, *asked, tries=2, delay=0)
    assert done.result["passed"], done.output
    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = listener.getsockname()[1]
    started = time.monotonic()
    assert said(ask(ansible, service(closed), tries=3, delay=1))
    assert time.monotonic() - started >= 2


class Secured:
    """A server that speaks TLS with a certificate of its own, when it is asked for or from the first octet."""

    def __init__(self, folder: Path, days: int = DAYS, authority: Authority | None = None) -> None:
        authority, pair = authority or Authority.make(folder), folder / f"server-{days}"
        authority.issue(pair, NAMES, days)
        self.authority = authority
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
    asked = service(server.port, (say, expect), protocol=protocol, tls=tls)
    told = {"server_name": NAMES[0], "ca_file": server.authorities, "days": DAYS - 1}
    return ask(ansible, asked, **(told | other))


@pytest.mark.parametrize(("protocol", "tls"), SCRIPTS)
def test_tls_is_begun_as_each_protocol_has_it(ansible: Ansible, secured: Secured, protocol: str, tls: str) -> None:
    reply = DIALOGUES[protocol][2]
    secured.speak(*SCRIPTS[protocol, tls], LINE, reply.replace("\n", "\r\n").encode() + b"\r\n")
    done = probe(ansible, secured, protocol, tls)
    assert done.result["passed"], done.output
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
    assert said(done).startswith(fault)


def test_a_file_of_authorities_that_is_missing_is_refused(ansible: Ansible, secured: Secured) -> None:
    done = probe(ansible, secured, "imap", "implicit", ca_file="/nonexistent/ca.crt")
    assert done.status == 2
    assert "Không thấy tệp chứng thư /nonexistent/ca.crt" in done.message


def test_over_tls_the_name_of_the_certificate_has_to_be_told(ansible: Ansible, secured: Secured) -> None:
    ask(ansible, service(secured.port, tls="implicit")).assert_refused("phải có server_name", "has to be server_name")


def test_the_days_are_those_of_the_certificate_that_ends_first(
    ansible: Ansible, secured: Secured, port: int, tmp_path: Path
) -> None:
    with closing(Secured(tmp_path / "pair", DAYS - 10, secured.authority)) as sooner:
        for server in (secured, sooner):
            server.speak(*SCRIPTS["imap", "implicit"])
        over_tls = [service(server.port, protocol="imap", tls="implicit") for server in (secured, sooner)]
        done = ask(ansible, service(port), *over_tls, server_name=NAMES[0], ca_file=secured.authorities)
    assert done.result["passed"], done.output
    assert DAYS - 11 <= done.result["days_left"] <= DAYS - 10
