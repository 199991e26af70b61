"""A web server as a program asks it: by a name that is looked up nowhere, with a strict check of its certificate."""

from __future__ import annotations

import http.client
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


class _Connection(http.client.HTTPSConnection):
    """A connection to an address that must have the certificate of a name."""

    def __init__(self, address: str, name: str, tls: ssl.SSLContext) -> None:
        super().__init__(address, timeout=TIMEOUT)
        self._name, self._tls = name, tls

    def connect(self) -> None:
        http.client.HTTPConnection.connect(self)
        self.sock = self._tls.wrap_socket(self.sock, server_hostname=self._name)


def ask(address: str, tls: ssl.SSLContext, url: str, body: bytes | None = None, **headers: str) -> Answer:
    """GET a URL, or POST a body to it, from the server at an address; `Content_Type` is the header Content-Type.

    Raises:
        ssl.SSLCertVerificationError: the certificate is not good for the name in the URL.
    """
    name, _, path = url.removeprefix("https://").partition("/")
    connection = _Connection(address, name, tls)
    told = {"Host": name} | {key.replace("_", "-"): value for key, value in headers.items()}
    try:
        connection.request("GET" if body is None else "POST", f"/{path}", body, told)
        answer = connection.getresponse()
        return Answer(answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read())
    finally:
        connection.close()
