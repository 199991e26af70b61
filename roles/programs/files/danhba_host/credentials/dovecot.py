"""Answers Dovecot before and after it checks a password (its authentication policy protocol).

Dovecot speaks HTTP: POST with `command=allow` or `command=report`, and JSON in both directions. A refused guess costs
no Argon2 computation. Only requests with the key are answered, because every user of the host can connect.
"""

from __future__ import annotations

import hmac
import json
import logging
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from .guard import ADDRESS_BOOK, Guard
from .protocol import Malformed, as_address, as_client
from .store import Store, Unavailable

LOG = logging.getLogger("danhba-credentials")

KEY_HEADER = "X-API-Key"
BODY_LIMIT = 16_384  # bytes; Dovecot's requests have some hundred
CONNECTIONS = 64  # at once; Dovecot has 20 at most (role dovecot), and keeps them for ten seconds
# Time-outs of a connection before and after it has shown the key.
STRANGER_SECONDS, IDLE_SECONDS = 2.0, 30.0
# Local ports of the webmail, whose passwords are tokens, and of the address book, whose passwords are typed into
# programs with addresses unknown here.
WEBMAIL_PORT, ADDRESS_BOOK_PORT = "143", "144"
ALLOWED, REFUSED = 0, -1
# Shown by mail programs. IMAP and POP3 have ASCII answers.
WAIT = (
    "Nhap sai mat khau qua nhieu lan: hay doi {minutes} phut roi thu lai. "
    "Too many wrong passwords: try again in {minutes} minutes"
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in. `mark` distinguishes passwords without revealing them; `client` is empty if nothing is counted."""

    address: str
    client: str
    mark: str

    @classmethod
    def parse(cls, data: Any) -> Attempt:
        """Return the attempt in Dovecot's data; raise Malformed for other data."""
        try:
            port, remote = str(data["local_port"]), str(data["remote"])
            if port == WEBMAIL_PORT:
                return cls(as_address(data["login"]), "", "")
            client = ADDRESS_BOOK if port == ADDRESS_BOOK_PORT else as_client(remote)
            return cls(as_address(data["login"]), client, str(data["pwhash"]))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise Malformed from error


@dataclass(frozen=True, slots=True)
class Policy:
    """The answers to Dovecot."""

    guard: Guard
    store: Store

    def allow(self, attempt: Attempt) -> dict[str, Any]:
        """Return whether Dovecot may check the password: no (-1), or yes after some seconds."""
        if not attempt.client:
            return {"status": ALLOWED, "msg": ""}
        if seconds := self.guard.begin(attempt.address, attempt.client, attempt.mark):
            LOG.warning("wait: too many failures, from %s", attempt.client)
            return {"status": REFUSED, "msg": WAIT.format(minutes=-(-seconds // 60))}
        return {"status": self.guard.delay(attempt.address, attempt.client), "msg": ""}

    def report(self, attempt: Attempt, data: Any) -> dict[str, Any]:
        """Record the result of an allowed attempt."""
        answer = {"status": ALLOWED, "msg": ""}
        if not attempt.client or data.get("policy_reject"):
            return answer
        if data.get("success"):
            self.guard.right(attempt.address, attempt.client, marked=True)
        elif data.get("fail_type") == "internal":  # Dovecot could not check the password: no guess
            self.guard.cancel(attempt.address, attempt.client, attempt.mark)
        else:
            LOG.warning("refused: %s, from %s", self._known(attempt.address), attempt.client)
            self.guard.accuse(attempt.address, attempt.client)
        return answer

    def _known(self, address: str) -> str:
        """Return what the journal may say of an address: an existing one, never what was typed."""
        try:
            account = self.store.find(address)
        except Unavailable as error:
            LOG.error("the database does not answer: %s", error)
            return "an account"
        return account.address if account else "no such account"


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    timeout = STRANGER_SECONDS
    disable_nagle_algorithm = True
    wbufsize = -1  # send an answer in one piece

    def do_POST(self) -> None:
        """Answer one request."""
        try:
            data = self._body()
            if not hmac.compare_digest(self.headers.get(KEY_HEADER, "").encode(), self.server.key):
                return self._answer(HTTPStatus.FORBIDDEN, {})
            self.connection.settimeout(IDLE_SECONDS)
            return self._answer(HTTPStatus.OK, self._asked(data))
        except Malformed:
            LOG.warning("malformed request")
            return self._answer(HTTPStatus.BAD_REQUEST, {})

    def _asked(self, data: Any) -> dict[str, Any]:
        attempt = Attempt.parse(data)
        match parse_qs(urlsplit(self.path).query).get("command"):
            case ["allow"]:
                return self.server.policy.allow(attempt)
            case ["report"]:
                return self.server.policy.report(attempt, data)
        raise Malformed

    def _body(self) -> Any:
        try:
            length = int(self.headers["Content-Length"])
            if not 0 <= length <= BODY_LIMIT:
                raise Malformed
            return json.loads(self.rfile.read(length))
        except (TypeError, ValueError, RecursionError) as error:
            raise Malformed from error

    def _answer(self, status: HTTPStatus, data: dict[str, Any]) -> None:
        body = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if status != HTTPStatus.OK or self.server.ending:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: Any) -> None:
        """Log nothing: the policy logs, without what was typed."""


class Server(ThreadingHTTPServer):
    """Answers Dovecot on a socket that systemd has opened."""

    daemon_threads = True

    def __init__(self, listener: socket.socket, policy: Policy, key: str) -> None:
        # Skips HTTPServer's, which opens a socket: the sandbox allows none.
        BaseServer.__init__(self, listener.getsockname(), _Handler)
        self.socket = listener
        self.policy = policy
        self.key = key.encode()
        self.ending = False
        self._open: set[socket.socket] = set()
        self._slots = threading.BoundedSemaphore(CONNECTIONS)

    def begin(self) -> None:
        """Answer in threads until `end`."""
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def end(self) -> None:
        """Finish the requests begun, and return; later ones wait in systemd's socket."""
        self.shutdown()
        self.ending = True
        for connection in self._open.copy():  # Dovecot keeps connections open between requests
            with suppress(OSError):  # the connection has ended meanwhile
                connection.shutdown(socket.SHUT_RD)
        for _ in range(CONNECTIONS):  # each thread releases its slot when it ends
            self._slots.acquire()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread, unless there are too many: Dovecot takes a missing answer for a yes."""
        if not self._slots.acquire(blocking=False):
            LOG.warning("too many connections to Dovecot's port")
            return self.shutdown_request(request)
        self._open.add(request)
        try:
            return super().process_request(request, client_address)
        except RuntimeError:  # no thread can be started
            self._forget(request)
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Run the thread, and release its slot."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._forget(request)

    def _forget(self, request: socket.socket) -> None:
        self._open.discard(request)
        self._slots.release()

    def handle_error(self, *_request: Any) -> None:
        """Log a failed answer: Dovecot hung up, or a defect."""
        LOG.warning("an answer to Dovecot was not given", exc_info=True)
