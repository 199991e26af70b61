"""Writes alerts to the operators: Alertmanager hands them in by HTTPS on this host, and they leave by sendmail(1).

Whoever has not the key of the watch (`channel.py`) is not heard, so that nobody else makes an alert up. What could not
be handed in is answered with 503: Alertmanager tries again, and counts it.
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
from .notices import SENDMAIL, VIETNAM
from .prometheus import Prometheus

LONGEST = 1_048_576  # octets of a request
MOST = 50  # alerts in a message; the others are counted
BOUND = 20  # seconds for Postfix, and for whoever asks
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
    """Who writes to whom."""

    @property
    def sender(self) -> str:
        """The address that writes."""

    @property
    def operators(self) -> list[str]:
        """Who is written to."""


@dataclass(frozen=True)
class Settings:
    """Every setting.

    Attributes:
        port: where it listens, on the loopback address.
        host: the host's name, for the message.
        sender: the address that writes.
        operators: who is written to.
        prometheus: the port of Prometheus, on the loopback address; it knows when an alert began.
        folder: where the key of the watch is.
    """

    port: int
    host: str
    sender: str
    operators: list[str]
    prometheus: int
    folder: str


def compose(settings: Settings, told: Mapping[str, Any]) -> EmailMessage:
    """The message for what Alertmanager tells (its webhook, version 4).

    Raises:
        KeyError, TypeError, ValueError: it is none.
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
    """A moment of Alertmanager's (RFC 3339), as people here write it."""
    return f"{datetime.fromisoformat(text).astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}"


def hand_in(settings: Writer, message: EmailMessage) -> None:
    """Give a message to Postfix.

    Raises:
        OSError, subprocess.SubprocessError: it takes none.
    """
    command = [SENDMAIL, "-i", "-f", settings.sender, "--", *settings.operators]
    subprocess.run(command, input=message.as_bytes(), capture_output=True, check=True, timeout=BOUND)


def server(settings: Settings) -> ThreadingHTTPServer:
    """Listens for Alertmanager, a thread for each connection: who says nothing keeps nobody waiting.

    Raises:
        OSError: the port is another's.
        Refused: the key of the watch cannot be read.
    """
    context = channel.server(settings.folder)

    class Handler(BaseHTTPRequestHandler):
        timeout = BOUND

        def setup(self) -> None:
            # Here and not on accept(): the handshake of one is waited for in its own thread, and for so long only.
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
            """Nothing of each request."""

    return _Server(("127.0.0.1", settings.port), Handler)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, _request: object, client_address: object) -> None:
        """One line of a connection that failed, such as of somebody without the key."""
        error = sys.exc_info()[1]
        say(WARNING, f"kết nối bị từ chối -- a connection was refused: {client_address}: {error!r}", sys.stderr)


def _take(settings: Settings, body: bytes) -> int:
    """Write what was told; the status that answers it."""
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
    """Listen until it is ended.

    Raises:
        Refused: the port is another's.
    """
    try:
        listening = server(settings)
    except OSError as error:
        raise Refused(f"cổng {settings.port} không mở được -- cannot be opened: {error}") from error
    with listening:
        listening.serve_forever()
    return ""


def main(words: Sequence[str] | None = None) -> int:
    """Run until it is ended."""
    return program.run(program.parser("alerts", __doc__, "alerts.json"), Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
