"""What operators are written of alerts, and what becomes of those that could not be handed in."""

from __future__ import annotations

import email
import email.policy
import http.client
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest

from danhba_host import alerts, began
from danhba_host.alerts import Settings, compose, server
from danhba_host.journal import Refused
from danhba_host.prometheus import Prometheus
from tests.support import watch_key

OPERATORS = ["an@laocai.gov.vn", "binh@laocai.gov.vn"]
SETTINGS = Settings(0, "mail.laocai.gov.vn", "postmaster@laocai.gov.vn", OPERATORS, 1, "/nowhere")
FIRING = {
    "status": "firing",
    "labels": {"alertname": "service-down", "severity": "urgent"},
    "annotations": {
        "summary": "Dịch vụ postfix.service không chạy",
        "description": "postfix.service phải chạy.",
        "page": "docs/vi/su-co/service-down.md",
    },
    "startsAt": "2026-11-28T01:02:03.5Z",
    "endsAt": "0001-01-01T00:00:00Z",
}
OVER = {**FIRING, "status": "resolved", "endsAt": "2026-11-28T02:00:00Z"}


@pytest.fixture
def sendmail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a sendmail(1) that keeps what it is given, or fails where there is a file `away`."""
    program = tmp_path / "sendmail"
    program.write_text(
        f"#!/bin/sh\ntest ! -e {tmp_path}/away || {{ echo 'queue file write error' >&2; exit 75; }}\n"
        f'echo "$@" > {tmp_path}/to; cat > {tmp_path}/message\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    monkeypatch.setattr(alerts, "SENDMAIL", str(program))
    return tmp_path


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the key of the watch."""
    return watch_key.make(tmp_path_factory.mktemp("watch"))


@pytest.fixture
def port(key: Path) -> Iterator[int]:
    """Where it listens."""
    with server(replace(SETTINGS, folder=str(key))) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield listening.server_port
        listening.shutdown()
        thread.join()


class Asking:
    """Whoever has the key of the watch, or shows another one, or none."""

    def __init__(self, port: int, key: Path, shows: Path | None) -> None:
        self.port, self.context = port, watch_key.client(key, shows=shows)

    def post(self, body: Any) -> int:
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=10, context=self.context)
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        connection.request("POST", "/", text)
        status = connection.getresponse().status
        connection.close()
        return status


@pytest.fixture
def alertmanager(port: int, key: Path) -> Asking:
    return Asking(port, key, key)


def test_server_refuses_whoever_has_not_the_key(
    sendmail: Path, key: Path, alertmanager: Asking, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Any local user could connect: without a key, with one of his own, and without TLS."""
    for shows in (None, watch_key.make(tmp_path / "other")):
        with pytest.raises((ssl.SSLError, ConnectionError, http.client.RemoteDisconnected)):
            Asking(alertmanager.port, key, shows).post({"alerts": [FIRING]})
    with socket.create_connection(("127.0.0.1", alertmanager.port), 10) as plain:
        plain.sendall(b"POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}")
        with suppress(ConnectionResetError):
            assert plain.recv(100) == b""
    assert not (sendmail / "message").exists()
    assert alertmanager.post({"alerts": [FIRING]}) == 200
    refused = capfd.readouterr().err.splitlines()
    assert len(refused) == 3
    assert all("a connection was refused" in line for line in refused)


def test_server_answers_while_others_say_nothing(sendmail: Path, port: int, alertmanager: Asking) -> None:
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(8)]
    assert alertmanager.post({"alerts": [FIRING]}) == 200
    for each in silent:
        each.close()


def test_server_without_its_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="certificate or key of the watch cannot be read"):
        server(replace(SETTINGS, folder=str(tmp_path)))


def test_operators_are_written_to(sendmail: Path, alertmanager: Asking) -> None:
    assert alertmanager.post({"alerts": [FIRING]}) == 200
    message = email.message_from_bytes((sendmail / "message").read_bytes(), policy=email.policy.default)
    # Python before 3.12 loses a space where it folds; the host's does not.
    assert message["Subject"].replace(" ", "") == "[Báođộng]Dịchvụpostfix.servicekhôngchạy"
    assert message["Auto-Submitted"] == "auto-generated"
    to = "-i -f postmaster@laocai.gov.vn -- an@laocai.gov.vn binh@laocai.gov.vn\n"
    assert (sendmail / "to").read_text(encoding="utf-8") == to
    text = message.get_content()
    assert "Từ lúc: 08:02 ngày 28/11/2026\nViệc phải làm: docs/vi/su-co/service-down.md\n" in text
    assert "Đã hết" not in text


def test_what_is_over_is_told_last() -> None:
    message = compose(SETTINGS, {"alerts": [OVER, FIRING]})
    assert message["Subject"] == "[Báo động] Dịch vụ postfix.service không chạy (và 1 báo động khác)"
    assert message.get_content().index("Đã hết báo động lúc 09:00") > message.get_content().index("Việc phải làm")
    assert compose(SETTINGS, {"alerts": [OVER]})["Subject"].startswith("[Đã hết] ")


class Known(Prometheus):
    """A Prometheus that knows when one alert began, and what it was asked."""

    asked: ClassVar[list[tuple[str, float | None]]] = []

    def value(self, query: str, at: float | None = None) -> float | None:
        self.asked.append((query, at))
        return datetime(2026, 11, 28, 0, 57, 3, tzinfo=UTC).timestamp() if "service-down" in query else None


@pytest.mark.parametrize("alert", [FIRING, OVER])
def test_letter_tells_when_the_alert_began_as_the_status_does(alert: dict[str, Any]) -> None:
    """It fired at 08:02, five minutes after that; the status says activeAt."""
    text = compose(SETTINGS, began.date_back({"alerts": [alert]}, Known(1))).get_content()
    assert "Từ lúc: 07:57 ngày 28/11/2026" in text
    query, at = Known.asked[-1]
    assert query == 'ALERTS_FOR_STATE{alertname="service-down", severity="urgent"}'
    assert at == datetime(2026, 11, 28, 1, 2, 3, 500_000, tzinfo=UTC).timestamp()


def test_letter_without_prometheus_tells_when_the_alert_fired() -> None:
    other = {**FIRING, "labels": {"alertname": 'x"} or up{y="'}}
    for prometheus in (Known(1), Prometheus(1)):  # it does not know, or does not answer
        assert began.date_back({"alerts": [other]}, prometheus) == {"alerts": [other]}
    assert Known.asked[-1][0] == 'ALERTS_FOR_STATE{alertname="x\\"} or up{y=\\""}'


def test_a_flood_is_one_message_of_bounded_length() -> None:
    text = compose(SETTINGS, {"alerts": [FIRING] * 500}).get_content()
    assert text.count("Việc phải làm") == alerts.MOST
    assert "Còn 450 báo động khác" in text


def test_a_label_is_no_header() -> None:
    evil = {**FIRING, "annotations": {"summary": "x\r\nBcc: all@laocai.gov.vn"}}
    message = compose(SETTINGS, {"alerts": [evil]})
    assert message["Bcc"] is None
    assert message["Subject"] == "[Báo động] x Bcc: all@laocai.gov.vn"


def test_where_postfix_takes_none_it_is_asked_to_try_again(
    sendmail: Path, alertmanager: Asking, capfd: pytest.CaptureFixture[str]
) -> None:
    (sendmail / "away").touch()
    assert alertmanager.post({"alerts": [FIRING]}) == 503
    assert "Postfix takes no message: queue file write error" in capfd.readouterr().err
    (sendmail / "away").unlink()
    assert alertmanager.post({"alerts": [FIRING]}) == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"x"',
        b"[" * 100_000,
        {"alerts": []},
        {"alerts": [{}]},
        {"alerts": [FIRING | {"startsAt": 1}]},
    ],
)
def test_what_is_no_alert_is_refused_and_the_next_one_is_taken(sendmail: Path, alertmanager: Asking, body: Any) -> None:
    assert alertmanager.post(body) == 400
    assert not (sendmail / "message").exists()
    assert alertmanager.post({"alerts": [FIRING]}) == 200


def test_a_port_of_somebody_else(port: int, key: Path) -> None:
    taken = Settings(port, "mail", "a@b", ["c@d"], 1, str(key))
    with pytest.raises(Refused, match="cannot be opened"):
        alerts.work(taken, None)  # type: ignore[arg-type]
