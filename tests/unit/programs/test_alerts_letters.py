"""What operators are written of alerts, and what becomes of those that could not be handed in."""

from __future__ import annotations

import email
import email.policy
import http.client
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest

from danhba_host import alerts, began
from danhba_host.alerts import Settings, compose, server
from danhba_host.journal import Refused
from danhba_host.prometheus import Prometheus

SETTINGS = Settings(0, "mail.laocai.gov.vn", "postmaster@laocai.gov.vn", ["an@laocai.gov.vn", "binh@laocai.gov.vn"], 1)
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


@pytest.fixture
def port() -> Iterator[int]:
    """Where it listens."""
    with server(SETTINGS) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield listening.server_port
        listening.shutdown()
        thread.join()


def post(port: int, body: Any, headers: dict[str, str] | None = None) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    connection.request("POST", "/", text, headers or {})
    status = connection.getresponse().status
    connection.close()
    return status


def test_operators_are_written_to(sendmail: Path, port: int) -> None:
    assert post(port, {"alerts": [FIRING]}) == 200
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
    sendmail: Path, port: int, capfd: pytest.CaptureFixture[str]
) -> None:
    (sendmail / "away").touch()
    assert post(port, {"alerts": [FIRING]}) == 503
    assert "Postfix takes no message: queue file write error" in capfd.readouterr().err
    (sendmail / "away").unlink()
    assert post(port, {"alerts": [FIRING]}) == 200


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
def test_what_is_no_alert_is_refused_and_the_next_one_is_taken(sendmail: Path, port: int, body: Any) -> None:
    assert post(port, body) == 400
    assert not (sendmail / "message").exists()
    assert post(port, {"alerts": [FIRING]}) == 200


def test_a_port_of_somebody_else(port: int) -> None:
    taken = Settings(port, "mail", "a@b", ["c@d"], 1)
    with pytest.raises(Refused, match="cannot be opened"):
        alerts.work(taken, None)  # type: ignore[arg-type]
