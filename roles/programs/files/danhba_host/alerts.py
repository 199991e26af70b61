"""Mails alerts to the operators: Alertmanager posts them by HTTPS on this host, and sendmail(1) sends the letters.

Requests without the client key of the watch (`channel.py`) are refused, so that no local user can forge an alert. If
the letter cannot be sent, the answer is 503: Alertmanager then tries again, and counts the failure.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

from . import began, channel, program
from .journal import WARNING, Refused
from .journal import write as say
from .owner_notices import SENDMAIL, VIETNAM
from .prometheus import Prometheus

LONGEST = 1_048_576  # octets of a request
MOST = 50  # alerts listed in a message; the rest are only counted
BOUND = 20  # seconds for Postfix to take a message, and for a client to send its request
TEXT = """\
{name}: {summary}

{description}

Từ lúc: {since}
Việc phải làm: {page}
"""
OVER = "Đã hết báo động lúc {until}."
MORE = "Còn {more} báo động khác: xem bằng lệnh danhba-host status trên máy."
END = "\n--\nThư tự động của máy {host}. Alerts of the mail host; what to do: docs/vi/su-co.\n"


class Writer(Protocol):
    """The sender and the recipients of letters."""

    @property
    def sender(self) -> str:
        """The sender's address."""

    @property
    def operators(self) -> list[str]:
        """The recipients' addresses."""


@dataclass(frozen=True)
class Settings:
    """Every setting.

    Attributes:
        port: TCP port to listen on, on the loopback address.
        host: the host's name, for the message.
        sender: the sender's address.
        operators: the recipients' addresses.
        prometheus: the port of Prometheus, on the loopback address; it knows when an alert began.
        folder: folder of the keys of the watch.
    """

    port: int
    host: str
    sender: str
    operators: list[str]
    prometheus: int
    folder: str


def compose(settings: Settings, told: Mapping[str, Any]) -> EmailMessage:
    """The letter about the alerts in a request of Alertmanager's webhook, version 4.

    Raises:
        KeyError, TypeError, ValueError: the request has another form.
    """
    alerts = sorted(told["alerts"], key=lambda alert: (alert["status"] == "resolved", alert["startsAt"]))
    first = alerts[0]
    others = f" (và {len(alerts) - 1} báo động khác)" if len(alerts) > 1 else ""
    begin = "Đã hết" if first["status"] == "resolved" else "Báo động"
    parts = [_tell(alert) for alert in alerts[:MOST]]
    parts += [MORE.format(more=len(alerts) - MOST)] if len(alerts) > MOST else []
    subject = f"[{begin}] {first['annotations']['summary']}{others}"
    return letter(settings, subject, "\n\n".join(parts) + END.format(host=settings.host))


def letter(settings: Writer, subject: str, text: str) -> EmailMessage:
    """A letter of the watch to the operators."""
    message = EmailMessage()
    message["From"] = f"Giám sát thư công vụ <{settings.sender}>"
    message["To"] = ", ".join(settings.operators)
    message["Subject"] = " ".join(subject.split())
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = make_msgid(domain=settings.sender.partition("@")[2])
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation answers it
    message["Content-Language"] = "vi, en"
    message.set_content(text)
    return message


def _tell(alert: Mapping[str, Any]) -> str:
    text = TEXT.format(name=alert["labels"]["alertname"], since=moment(alert["startsAt"]), **{
        name: alert["annotations"].get(name, "") for name in ("summary", "description", "page")
    })  # fmt: skip
    return text + OVER.format(until=moment(alert["endsAt"])) if alert["status"] == "resolved" else text


def moment(text: str) -> str:
    """A moment of Alertmanager's (RFC 3339), in the form of Vietnamese letters."""
    return f"{datetime.fromisoformat(text).astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}"


def hand_in(settings: Writer, message: EmailMessage) -> None:
    """Give a message to Postfix.

    Raises:
        OSError, subprocess.SubprocessError: Postfix does not accept it.
    """
    command = [SENDMAIL, "-i", "-f", settings.sender, "--", *settings.operators]
    subprocess.run(command, input=message.as_bytes(), capture_output=True, check=True, timeout=BOUND)


def server(settings: Settings) -> ThreadingHTTPServer:
    """The HTTPS server for Alertmanager, with a thread for each connection: a silent client blocks no other one.

    Raises:
        OSError: another program uses the port.
        Refused: the key of the watch cannot be read.
    """
    context = channel.server(settings.folder)

    class Handler(BaseHTTPRequestHandler):
        timeout = BOUND

        def setup(self) -> None:
            # The TLS handshake is made here rather than in accept(): a slow client then delays only its own thread, up
            # to BOUND.
            self.request.settimeout(BOUND)
            self.request = context.wrap_socket(self.request, server_side=True)
            super().setup()

        def finish(self) -> None:
            super().finish()
            self.request.close()

        def do_POST(self) -> None:
            self.send_response(_take(settings, self._body()))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _body(self) -> bytes:
            length = self.headers.get("Content-Length", "")
            return self.rfile.read(min(int(length), LONGEST)) if length.isdigit() else b""

        def log_message(self, *_said: object) -> None:
            """Log no requests."""

    return _Server(("127.0.0.1", settings.port), Handler)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, _request: object, client_address: object) -> None:
        """Log a failed connection in one line, for example that of a client without a certificate."""
        error = sys.exc_info()[1]
        say(WARNING, f"kết nối bị từ chối -- a connection was refused: {client_address}: {error!r}", sys.stderr)


def _take(settings: Settings, body: bytes) -> int:
    """Send a letter about the request's alerts; return the HTTP status of the answer."""
    try:
        message = compose(settings, began.date_back(json.loads(body), Prometheus(settings.prometheus)))
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError) as error:
        say(WARNING, f"không phải báo động -- no alerts: {error!r}", sys.stderr)
        return 400
    try:
        hand_in(settings, message)
    except (OSError, subprocess.SubprocessError) as error:
        why = getattr(error, "stderr", b"") or str(error).encode()
        say(WARNING, f"Postfix không nhận thư -- Postfix takes no message: {why.decode(errors='replace')}", sys.stderr)
        return 503
    return 200


def work(settings: Settings, _given: argparse.Namespace) -> str:
    """Serve until the program is stopped.

    Raises:
        Refused: another program uses the port.
    """
    try:
        listening = server(settings)
    except OSError as error:
        raise Refused(f"cổng {settings.port} không mở được -- cannot be opened: {error}") from error
    with listening:
        listening.serve_forever()
    return ""


def main(words: Sequence[str] | None = None) -> int:
    """Serve until the program is stopped."""
    return program.run(program.parser("alerts", __doc__, "alerts.json"), Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
