"""A web server as a program asks it: by a name that is looked up nowhere, with a strict check of its certificate."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass

TIMEOUT = 30.0  # seconds


@dataclass(frozen=True)
class Answer:
    """What the web server said; names of headers are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body, which must be UTF-8."""
        return self.body.decode()


class Connection(http.client.HTTPSConnection):
    """A connection to an address, while the certificate and the header Host are of a name."""

    def __init__(self, address: str, name: str, tls: ssl.SSLContext, timeout: float = TIMEOUT) -> None:
        super().__init__(name, timeout=timeout, context=tls)
        self._address, self._tls = address, tls

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), self.timeout)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)


def ask(address: str, tls: ssl.SSLContext, url: str, body: bytes | None = None, **headers: str) -> Answer:
    """GET a URL, or POST a body to it, from the server at an address; `Content_Type` is the header Content-Type.

    Raises:
        ssl.SSLCertVerificationError: the certificate is not good for the name in the URL.
    """
    name, _, path = url.removeprefix("https://").partition("/")
    connection = Connection(address, name, tls)
    told = {key.replace("_", "-"): value for key, value in headers.items()}
    try:
        connection.request("GET" if body is None else "POST", f"/{path}", body, told)
        answer = connection.getresponse()
        return Answer(answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read())
    finally:
        connection.close()
