"""The status of the mail system, by a Prometheus that stands in for the host's."""

from __future__ import annotations

import json
import re
import threading
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import StreamRequestHandler, TCPServer
from typing import Any

import pytest

from danhba_host.status import __main__ as program
from danhba_host.status.parts import PARTS
from danhba_host.status.screen import NUMBERS, Number

SINCE = "2026-11-28T01:02:03.123456789Z"
EVIL = "<script>alert(1)</script>{{ x }}"


def alert(name: str, severity: str = "urgent", state: str = "firing", **labels: str) -> dict[str, Any]:
    said = {"summary": f"Có {name} {EVIL}", "page": f"docs/vi/su-co/{name}.md"}
    whole = {"alertname": name, "severity": severity, **labels}
    return {"labels": whole, "annotations": said, "state": state, "activeAt": SINCE, "value": "1"}


@contextmanager
def prometheus(*alerts: dict[str, Any], value: str | None = "12", missing: tuple[str, ...] = ()) -> Iterator[int]:
    """A Prometheus with these alerts, and one value for every query; none for those with a `missing` word; its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urllib.parse.urlsplit(self.path)
            asked = {name: values[0] for name, values in urllib.parse.parse_qs(url.query).items()}
            data: dict[str, Any] = {"alerts": alerts}
            if url.path.endswith("/query"):
                of = {"host": "backup.laocai.gov.vn"} if "by (host)" in self.path.replace("+", " ") else {}
                known = value and not any(word in f"={asked['query']}" for word in missing)
                data = {"result": [{"metric": of, "value": [0, value]}] if known else []}
            elif url.path.endswith("/query_range"):
                start, step = float(asked["start"]), float(asked["step"])
                data = {"result": [{"values": [[start + n * step, value] for n in (0, 1, 2, 90, 91)]}] if value else []}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"status": "success", "data": data}).encode())

        def log_message(self, *_said: object) -> None:
            """Nothing."""

    with _serving(Handler) as port:
        yield port


@contextmanager
def broken(answer: bytes) -> Iterator[int]:
    """What gives the same octets for an answer to every query; its port."""

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline().strip():
                pass
            self.wfile.write(answer)

    with _serving(Handler) as port:
        yield port


@contextmanager
def _serving(handler: type[StreamRequestHandler]) -> Iterator[int]:
    with TCPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def settings(folder: Path, port: int, **other: Any) -> str:
    values = {
        "port": port, "host": "mail.laocai.gov.vn", "parts": list(PARTS), "page": str(folder / "index.html"),
        "pictures": str(folder / "danhba.html"), "notice": "", "support": "0214 3 000 000",
        "probed": True,
    }  # fmt: skip
    path = folder / "status.json"
    path.write_text(json.dumps({**values, **other}), encoding="utf-8")
    return f"--settings={path}"


def run(*words: str) -> int:
    try:
        return program.main(words)
    except SystemExit as end:
        return int(end.code or 0)


def test_all_is_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with prometheus(alert("service-down", state="pending", service="nginx.service")) as port:
        assert run(settings(tmp_path, port)) == 0
    said = capsys.readouterr().out
    assert "BÌNH THƯỜNG" in said.splitlines()[0]
    assert said.count("đang chạy") == len(PARTS)
    assert all(number.name in said for number in NUMBERS)
    assert "\033" not in said
    assert all(len(line) <= 80 for line in said.splitlines())


def test_an_alert_is_told_with_its_page_and_ends_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fired = [alert("queue-held", "soon"), alert("service-down", service="nginx.service")]
    with prometheus(*fired) as port:
        assert run(settings(tmp_path, port), "--colour=always") == 1
    said = capsys.readouterr().out
    assert "2 BÁO ĐỘNG" in said
    assert said.index("docs/vi/su-co/service-down.md") < said.index("docs/vi/su-co/queue-held.md")
    assert re.search(r"Trang thư \(webmail\) +\x1b\[31;1mgián đoạn từ 08:02 28/11\x1b\[0m", said)
    assert said.count("đang chạy") == len(PARTS) - 1


def test_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with prometheus(alert("port-silent", port="993")) as port:
        assert run(settings(tmp_path, port), "--format=json") == 1
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False
    assert told["alerts"][0]["alert"] == "port-silent"
    assert {part["part"] for part in told["parts"] if not part["works"]} == {"read"}
    assert next(p["since"] for p in told["parts"] if p["part"] == "read") == "2026-11-28T01:02:03+00:00"
    assert told["numbers"] == dict.fromkeys((number.key for number in NUMBERS), 12.0)


def test_a_number_that_nobody_knows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    due = [number.key for number in NUMBERS if not number.due]
    with prometheus(value=None) as port:
        assert run(settings(tmp_path, port)) == 1
        said = capsys.readouterr().out
        assert f"CHƯA RÕ {len(due) + 1} MỤC" in said.splitlines()[0]
        assert "BÌNH THƯỜNG" not in said
        assert "đang chạy" not in said
        assert run(settings(tmp_path, port), "--format=json") == 1
        told = json.loads(capsys.readouterr().out)
        assert set(told["numbers"].values()) == {None}
        assert (told["ok"], told["state"], told["unknown"]) == (False, "unknown", ["services", *due])
        assert run(settings(tmp_path, port), "--pages") == 0
    assert "chưa có số liệu" in (tmp_path / "danhba.html").read_text(encoding="utf-8")
    assert "Chưa xem được tình trạng" in (tmp_path / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("number", [number for number in NUMBERS if not number.due], ids=lambda number: number.key)
def test_status_is_not_well_while_one_number_that_should_be_known_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], number: Number
) -> None:
    with prometheus(missing=(f"={number.query}",)) as port:
        assert run(settings(tmp_path, port)) == 1
    said = capsys.readouterr().out
    assert "CHƯA RÕ 1 MỤC" in said.splitlines()[0]
    assert re.search(rf"{re.escape(number.name)} +chưa rõ", said)
    assert re.search(rf"  CHƯA RÕ  {re.escape(number.name)}: \w", said)


def test_status_tells_the_missing_backup_and_drill_with_the_way_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with prometheus(missing=("danhba_backup_last", "danhba_drill_last")) as port:
        assert run(settings(tmp_path, port)) == 1
    said = capsys.readouterr().out
    assert "CHƯA RÕ 2 MỤC" in said.splitlines()[0]
    assert "chưa diễn tập lần nào: playbooks/drill.yml" in said


def test_status_is_well_without_what_nobody_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No probe, no time server, no delivery in the last quarter of an hour: there is nothing to know."""
    words = ("danhba_probe", "danhba_clock", 'source="clock"', "delivery_seconds", "last_quarter")
    with prometheus(missing=words) as port:
        assert run(settings(tmp_path, port, probed=False)) == 0
    said = capsys.readouterr().out
    assert "BÌNH THƯỜNG" in said.splitlines()[0]
    assert said.count("không có") == 3


def test_status_with_an_alert_and_an_unknown_number_tells_both(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with prometheus(alert("disk-full"), missing=("danhba_backup_last",)) as port:
        assert run(settings(tmp_path, port), "--format=json") == 1
        told = json.loads(capsys.readouterr().out)
        assert (told["state"], told["unknown"]) == ("alert", ["backup_seconds"])
        run(settings(tmp_path, port))
    assert "CHƯA RÕ  Sao lưu cũ nhất" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("fired", "parts"),
    [
        (alert("database-down"), set(PARTS)),
        (alert("service-down", service="dovecot.service"), {"read", "receive"}),
        (alert("service-down", service="postfix.service"), {"send", "receive"}),
        (alert("service-down", service="php8.4-fpm.service"), {"web"}),
        (alert("service-down", service="fail2ban.service"), set()),
        (alert("service-restarts", service="danhba-credentials.service"), {"read"}),
        (alert("service-restarts", service="freshclam.service"), set()),
        (alert("port-silent", port="636"), {"book"}),
        (alert("probe-failed", step="submit"), {"send"}),
        (alert("deliveries-late"), {"send", "receive"}),
        (alert("disk-full"), set()),
    ],
)
def test_which_part_an_alert_disturbs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fired: dict[str, Any], parts: set[str]
) -> None:
    with prometheus(fired) as port:
        run(settings(tmp_path, port), "--format=json")
    told = json.loads(capsys.readouterr().out)
    assert {part["part"] for part in told["parts"] if not part["works"]} == parts


def test_page_for_officials_has_parts_and_no_more(tmp_path: Path) -> None:
    fired = alert("service-down", service="nginx.service")
    with prometheus(fired, alert("guessing")) as port:
        assert run(settings(tmp_path, port, notice="Tối 30/11 <b>bảo trì</b>"), "--pages") == 0
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "<li>Trang thư (webmail): <strong>gián đoạn từ 08:02 ngày 28/11/2026</strong></li>" in text
    assert text.count("đang hoạt động</strong>") == len(PARTS) - 1
    assert "Tối 30/11 &lt;b&gt;bảo trì&lt;/b&gt;" in text
    assert "Hỗ trợ: 0214 3 000 000." in text
    for word in ("guessing", "nginx", "<script", "su-co", "mail.laocai"):
        assert word not in text


def test_where_nothing_fires_the_page_says_that_all_is_well(tmp_path: Path) -> None:
    with prometheus() as port:
        assert run(settings(tmp_path, port), "--pages") == 0
    text = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "Mọi phần đang hoạt động bình thường." in text
    assert "Bảo trì" not in text


def test_page_for_operators_has_alerts_and_pictures_and_runs_nothing(tmp_path: Path) -> None:
    with prometheus(alert("service-down", service="nginx.service")) as port:
        assert run(settings(tmp_path, port, page=""), "--pages") == 0
    text = (tmp_path / "danhba.html").read_text(encoding="utf-8")
    assert not (tmp_path / "index.html").exists()
    assert text.count("<svg") == text.count("</svg>") == 18
    assert "docs/vi/su-co/service-down.md" in text
    assert "<script" not in text
    assert "{{" not in text
    # A gap in the numbers is one in the line.
    assert all(len(re.findall("M", path)) == 2 for path in re.findall(r'<path d="(M[^"]*L[^"]*)" fill', text))


def test_without_prometheus_the_page_says_that_nobody_knows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with prometheus() as port:
        pass
    began = time.monotonic()
    assert run(settings(tmp_path, port), "--pages") == 75
    assert run(settings(tmp_path, port)) == 75
    assert time.monotonic() - began < 30
    assert "Chưa xem được tình trạng" in (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "Prometheus does not answer" in capsys.readouterr().err


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",  # it ends in the middle of it
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 503 Service Unavailable\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n[]",
        b"",
    ],
    ids=["cut short", "another program", "not ready", "another answer", "none"],
)
def test_a_broken_answer_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str], answer: bytes) -> None:
    with broken(answer) as port:
        assert run(settings(tmp_path, port), "--pages") == 75
    assert "Chưa xem được tình trạng" in (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "Prometheus does not answer" in capsys.readouterr().err


def test_a_page_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with prometheus() as port:
        assert run(settings(tmp_path, port, page=str(tmp_path / "none/index.html")), "--pages") == 1
    assert "cannot be written" in capsys.readouterr().err
