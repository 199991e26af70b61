"""What Dovecot is told over HTTP, with a store in memory in place of the database."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import Mock

import pytest

from danhba_host.credentials.dovecot import BODY_LIMIT, CONNECTIONS, STRANGER_SECONDS, Policy, Server
from danhba_host.credentials.guard import Guard
from danhba_host.credentials.settings import Settings
from danhba_host.credentials.store import Account, Store, Unavailable

KEY = "0f" * 32
OWNER, HERE = "nvvinh-stttt@laocai.gov.vn", "203.0.113.1"
FAILURES = 3
SETTINGS = Settings("", "", 8, 2, 43200, 900, FAILURES, 100, 100, 5, 10, 2, [], "", "key")


@dataclass
class Memory(Store):
    """A database that is there, or away; it knows nobody."""

    away: bool = False
    asked: list[str] = field(default_factory=list)
    free: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.free.set()

    def find(self, address: str) -> Account | None:
        if self.away:
            raise Unavailable("gone")
        self.asked.append(address)
        self.free.wait(10)
        return None


@dataclass
class Asker:
    """Dovecot, on one connection that it keeps."""

    connection: http.client.HTTPConnection
    store: Memory
    server: Server

    def post(self, path: str, body: bytes, key: str = KEY) -> tuple[int, Any]:
        self.connection.request("POST", path, body, {"X-API-Key": key})
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read())

    def ask(self, command: str, **values: Any) -> dict[str, Any]:
        attempt = {"login": OWNER, "pwhash": "00ab", "remote": HERE, "local_port": "993", "tls": True}
        status, answer = self.post(f"/?command={command}", json.dumps(attempt | values).encode())
        assert status == 200
        assert isinstance(answer, dict)
        return answer

    def allowed(self, **values: Any) -> bool:
        return bool(self.ask("allow", **values)["status"] >= 0)

    def guess(self, number: int, **values: Any) -> list[bool]:
        """Whether each of so many wrong passwords was looked at."""
        found = []
        for each in range(number):
            found.append(self.allowed(pwhash=f"{each:04x}", **values))
            self.ask("report", pwhash=f"{each:04x}", success=False, policy_reject=not found[-1], **values)
        return found


@pytest.fixture
def dovecot() -> Iterator[Asker]:
    listener = socket.create_server(("127.0.0.1", 0))

    def clock() -> float:
        return 0.0

    store, guard = (
        Memory(),
        Guard.new(SETTINGS, clock),
    )
    server = Server(listener, Policy(guard, store), KEY)
    server.begin()
    connection = http.client.HTTPConnection("127.0.0.1", listener.getsockname()[1], timeout=10)
    yield Asker(connection, store, server)
    connection.close()
    if not server.ending:
        server.end()
    server.server_close()


def test_guessing_ends_with_a_word_on_when_to_come_back(dovecot: Asker) -> None:
    assert dovecot.guess(FAILURES + 2) == [True] * FAILURES + [False] * 2
    answer = dovecot.ask("allow", pwhash="right")
    assert answer["status"] == -1
    assert "doi 15 phut" in answer["msg"]
    assert answer["msg"].isascii()
    assert dovecot.allowed(remote="203.0.113.2", pwhash="right")


def test_owner_who_gets_in_has_all_tries_again(dovecot: Asker) -> None:
    for _ in range(3):
        assert dovecot.guess(FAILURES - 1) == [True] * (FAILURES - 1)
        assert dovecot.allowed(pwhash="right")
        dovecot.ask("report", pwhash="right", success=True, policy_reject=False)


def test_network_of_an_ipv6_subscriber_is_one_client(dovecot: Asker) -> None:
    clients = {f"2001:db8:1:2::{number}": f"{number:04x}" for number in range(FAILURES + 1)}
    looked_at = [dovecot.allowed(remote=client, pwhash=mark) for client, mark in clients.items()]
    assert looked_at == [True] * FAILURES + [False]


def test_address_book_is_a_client_of_its_own(dovecot: Asker) -> None:
    assert dovecot.guess(FAILURES + 1, local_port="144", remote="127.0.0.1")[-1] is False
    assert dovecot.allowed(pwhash="right")


def test_webmail_has_tokens_which_nobody_guesses(dovecot: Asker) -> None:
    assert dovecot.guess(FAILURES * 9, local_port="143", remote="127.0.0.1") == [True] * FAILURES * 9
    assert dovecot.guess(FAILURES) == [True] * FAILURES


def test_guess_counts_though_nobody_can_be_named_in_the_journal(dovecot: Asker) -> None:
    dovecot.store.away = True
    assert dovecot.guess(FAILURES + 1) == [True] * FAILURES + [False]


def test_sign_in_under_a_name_of_dovecots_own_is_none_that_failed(dovecot: Asker) -> None:
    """For submission the user is called by another name afterwards, by which Dovecot makes another mark."""
    for number in range(3 * FAILURES):
        assert dovecot.allowed(pwhash="right", remote="127.0.0.1", local_port="0")
        dovecot.ask("report", pwhash=f"other {number}", success=True, policy_reject=False, remote="127.0.0.1")
    assert dovecot.guess(FAILURES, remote="127.0.0.1") == [True] * FAILURES


def test_no_more_connections_than_there_are_threads(dovecot: Asker) -> None:
    port = dovecot.connection.port
    strangers = [socket.create_connection(("127.0.0.1", port)) for _ in range(CONNECTIONS + 20)]
    assert sum(not stranger.recv(1) for stranger in strangers[CONNECTIONS:]) == 20
    for stranger in strangers:
        stranger.close()
    for _ in range(100):
        with suppress(OSError, http.client.HTTPException):
            assert dovecot.allowed()
            break
        dovecot.connection.close()
        time.sleep(0.1)
    else:
        pytest.fail("it does not answer any more")


def test_fault_of_dovecot_is_no_failure_of_the_owner(dovecot: Asker) -> None:
    assert dovecot.guess(FAILURES * 3, fail_type="internal") == [True] * FAILURES * 3
    assert dovecot.guess(FAILURES + 1, fail_type="credentials") == [True] * FAILURES + [False]


def test_refused_guess_asks_the_database_nothing(dovecot: Asker) -> None:
    dovecot.guess(FAILURES + 5)
    assert len(dovecot.store.asked) == FAILURES


def test_others_are_told_nothing(dovecot: Asker) -> None:
    assert dovecot.post("/?command=allow", b"{}", key="0e" * 32) == (403, {})
    assert dovecot.post("/?command=allow", b"{}", key="") == (403, {})


def test_what_is_too_long_is_not_read(dovecot: Asker) -> None:
    dovecot.connection.putrequest("POST", "/?command=allow")
    dovecot.connection.putheader("Content-Length", str(BODY_LIMIT + 1))
    dovecot.connection.endheaders()
    assert dovecot.connection.getresponse().status == 400


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/?command=allow", b""),
        ("/?command=allow", b"[]"),
        ("/?command=allow", b'{"login": 7, "pwhash": "", "remote": "x", "local_port": "993"}'),
        ("/?command=allow", b'{"login": "a", "pwhash": "", "remote": "no address", "local_port": "993"}'),
        ("/?command=other", b'{"login": "a", "pwhash": "", "remote": "192.0.2.1", "local_port": "993"}'),
        ("/", b'{"login": "a", "pwhash": "", "remote": "192.0.2.1", "local_port": "993"}'),
    ],
)
def test_what_is_no_question(dovecot: Asker, path: str, body: bytes) -> None:
    assert dovecot.post(path, body) == (400, {})
    assert dovecot.allowed(), "and it goes on"


def test_it_ends_when_what_was_asked_is_answered(dovecot: Asker) -> None:
    assert dovecot.allowed()
    dovecot.store.free.clear()
    with ThreadPoolExecutor(2) as pool:
        asking = pool.submit(dovecot.ask, "report", success=False)
        for _ in range(1000):
            if dovecot.store.asked:
                break
            time.sleep(0.01)
        ending = pool.submit(dovecot.server.end)
        with pytest.raises(TimeoutError):
            ending.result(1)
        dovecot.store.free.set()
        assert asking.result(10)["status"] >= 0
        ending.result(10)
    dovecot.connection.timeout = 0.2
    with pytest.raises(TimeoutError):  # it is for systemd's socket to keep, until the service is back
        dovecot.ask("report", success=False)


def test_it_waits_for_nobody_who_asks_nothing(dovecot: Asker) -> None:
    assert dovecot.allowed()
    with socket.create_connection(("127.0.0.1", dovecot.connection.port)) as stranger:
        stranger.sendall(b"POST / HTTP/1.1\r\n")
        dovecot.connection.close()
        assert dovecot.allowed(), "which came after the stranger"
        begun = time.monotonic()
        dovecot.server.end()
        assert time.monotonic() - begun < STRANGER_SECONDS
        stranger.settimeout(10)
        assert b"".join(iter(lambda: stranger.recv(4096), b"")).startswith(b"HTTP/1.1 400 ")


def test_a_thread_that_is_not_to_be_had_takes_no_place(dovecot: Asker, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", Mock(side_effect=RuntimeError("can't start new thread")))
        for _ in range(CONNECTIONS):
            with socket.create_connection(("127.0.0.1", dovecot.connection.port)) as refused:
                assert not refused.recv(1)
    assert dovecot.allowed()
