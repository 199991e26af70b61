"""What Dovecot asks before it looks at a password, and tells afterwards (its authentication policy protocol).

Dovecot speaks HTTP: POST with `command=allow` or `command=report`, and JSON in both directions. A guess that is to be
refused costs no Argon2 computation. Only whoever knows the key is answered, for every user of the host can connect.
"""

from __future__ import annotations

import hmac
import json
import logging
import socket
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from .guard import Guard
from .protocol import Malformed, as_address, as_client
from .store import Store, Unavailable

LOG = logging.getLogger("danhba-credentials")

KEY_HEADER = "X-API-Key"
BODY_LIMIT = 16_384  # octets; what Dovecot sends has some hundred
IDLE_SECONDS = 30.0  # Dovecot keeps its connections for ten
# Whose passwords come by these ports of this host: the webmail's, which are tokens alone, and those typed into programs
# that ask the address book, whose own addresses nobody knows here.
WEBMAIL, ADDRESS_BOOK = "143", "1143"
ADDRESS_BOOK_CLIENT = "address book"
ALLOWED, REFUSED = 0, -1
# Mail programs show it. IMAP and POP3 have ASCII answers.
WAIT = (
    "Nhap sai mat khau qua nhieu lan: hay doi {minutes} phut roi thu lai. "
    "Too many wrong passwords: try again in {minutes} minutes"
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sign-in. `mark` tells passwords apart without showing them; `client` is empty where nothing is counted."""

    address: str
    client: str
    mark: str

    @classmethod
    def parse(cls, data: Any) -> Attempt:
        """What Dovecot sends; Malformed where it is something else."""
        try:
            port, remote = str(data["local_port"]), str(data["remote"])
            if port == WEBMAIL:
                return cls(as_address(data["login"]), "", "")
            client = ADDRESS_BOOK_CLIENT if port == ADDRESS_BOOK else as_client(remote)
            return cls(as_address(data["login"]), client, str(data["pwhash"]))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise Malformed from error


@dataclass(frozen=True, slots=True)
class Policy:
    """The answers."""

    guard: Guard
    store: Store

    def allow(self, attempt: Attempt) -> dict[str, Any]:
        """Whether Dovecot shall look at the password: no (-1), or yes after so many seconds."""
        if not attempt.client:
            return {"status": ALLOWED, "msg": ""}
        if seconds := self.guard.begin(attempt.address, attempt.client, attempt.mark):
            LOG.warning("wait: too many failures, from %s", attempt.client)
            return {"status": REFUSED, "msg": WAIT.format(minutes=-(-seconds // 60))}
        return {"status": self.guard.delay(attempt.address, attempt.client), "msg": ""}

    def report(self, attempt: Attempt, data: Any) -> dict[str, Any]:
        """Take in what became of an attempt that was allowed."""
        answer = {"status": ALLOWED, "msg": ""}
        if not attempt.client or data.get("policy_reject"):
            return answer
        if data.get("success"):
            self.guard.right(attempt.address, attempt.client, attempt.mark)
            return answer
        try:
            account = self.store.find(attempt.address)
            looked = data.get("fail_type") != "internal"
        except Unavailable:
            account, looked = None, False
        if not looked:  # Dovecot could not, so it was no guess
            self.guard.cancel(attempt.address, attempt.client, attempt.mark)
            return answer
        LOG.warning("refused: %s, from %s", account.address if account else "no such account", attempt.client)
        return answer


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True
    wbufsize = -1  # an answer goes out in one piece

    def do_POST(self) -> None:
        """One question."""
        try:
            data = self._body()
            if not hmac.compare_digest(self.headers.get(KEY_HEADER, "").encode(), self.server.key):
                return self._answer(HTTPStatus.FORBIDDEN, {})
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
        if status != HTTPStatus.OK:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: Any) -> None:
        """What is worth a line is said by the policy, without what was typed."""


class Server(ThreadingHTTPServer):
    """Answers Dovecot on a socket that systemd has opened."""

    daemon_threads = True

    def __init__(self, listener: socket.socket, policy: Policy, key: str) -> None:
        # Not that of HTTPServer, which opens a socket of its own: this service may open none of that kind.
        BaseServer.__init__(self, listener.getsockname(), _Handler)
        self.socket = listener
        self.policy = policy
        self.key = key.encode()

    def handle_error(self, *_request: Any) -> None:
        """Dovecot hung up, or it is a fault that says so in the journal."""
        LOG.warning("an answer to Dovecot was not given", exc_info=True)
