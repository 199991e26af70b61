"""What operators are written of silenced alerts: once, each day while it lasts, and at its end; not by Alertmanager."""

from __future__ import annotations

import email
import email.policy
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from danhba_host import alerts, channel, silences
from danhba_host.silences import Settings
from tests.support import watch_key

ONE = {
    "id": "a85241ce",
    "matchers": [{"name": "alertname", "value": "disk-full", "isRegex": False, "isEqual": True}],
    "startsAt": "2026-12-02T23:00:00.000Z",
    "endsAt": "2026-12-03T03:00:00.000Z",
    "createdBy": "an@laocai.gov.vn",
    "comment": "thay đĩa",
    "status": {"state": "active"},
}
ALL = {
    **ONE,
    "id": "b1",
    "matchers": [{"name": "alertname", "value": ".+", "isRegex": True, "isEqual": True}],
    "endsAt": "2036-01-01T00:00:00.000Z",
}
OVER = {**ONE, "id": "c2", "status": {"state": "expired"}}


@dataclass
class World:
    """Alertmanager with its silences, sendmail(1) with what it took, and the clock."""

    settings: Settings
    folder: Path
    found: list[dict[str, Any]] = field(default_factory=list)
    now: float = 1_796_253_498.0

    def run(self) -> int:
        (self.folder / "settings.json").write_text(json.dumps(vars(self.settings)), encoding="utf-8")
        return silences.main(["--settings", str(self.folder / "settings.json")])

    def letters(self) -> list[EmailMessage]:
        """What was handed in since they were last asked for."""
        paths = sorted(self.folder.glob("letter-*"), key=lambda path: path.stat().st_mtime_ns)
        found = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in paths]
        for path in paths:
            path.unlink()
        return found

    def subjects(self) -> list[str]:
        # Python before 3.12 loses a space where it folds; the host's does not.
        return [str(each["Subject"]).replace(" ", "") for each in self.letters()]


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return watch_key.make(tmp_path_factory.mktemp("watch"))


@pytest.fixture
def world(key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    class Alertmanager(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(made.found).encode()
            self.send_response(200 if self.path == "/api/v2/silences" else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_said: object) -> None:
            """Nothing."""

    program = tmp_path / "sendmail"
    program.write_text(
        f"#!/bin/sh\ntest ! -e {tmp_path}/away || {{ echo 'queue file write error' >&2; exit 75; }}\n"
        f'cat > "$(mktemp {tmp_path}/letter-XXXXXX)"\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    monkeypatch.setattr(alerts, "SENDMAIL", str(program))
    with ThreadingHTTPServer(("127.0.0.1", 0), Alertmanager) as server:
        server.socket = channel.server(str(key)).wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings = Settings(
            server.server_port,
            "mail",
            "postmaster@laocai.gov.vn",
            ["an@laocai.gov.vn"],
            str(key),
            str(tmp_path / "told"),
        )
        made = World(settings, tmp_path)
        monkeypatch.setattr(time, "time", lambda: made.now)
        yield made
        server.shutdown()


def test_silences_without_any_write_nothing(world: World) -> None:
    world.found = [OVER]
    assert world.run() == 0
    assert world.letters() == []


def test_silences_new_one_is_written_and_put_on_record(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    world.found = [ONE]
    assert world.run() == 0
    (letter,) = world.letters()
    assert letter["Subject"].replace(" ", "") == "[Báođộng]Đãbịtắt:mộtbáođộng"
    text = letter.get_content()
    for words in (
        'Báo động bị tắt: alertname="disk-full"',
        "Người tắt (tự khai): an@laocai.gov.vn",
        "Lý do: thay đĩa",
        "Từ 06:00 ngày 03/12/2026 đến 10:00 ngày 03/12/2026\n",
        "Mã: a85241ce",
        "docs/vi/su-co/alerts-silenced.md",
    ):
        assert words in text
    assert "alerts silenced" in capfd.readouterr().out
    assert world.run() == 0
    assert world.letters() == [], "once"


def test_silences_that_cover_every_alert_for_years_are_said_to(world: World) -> None:
    world.found = [ONE, ALL]
    assert world.run() == 0
    (letter,) = world.letters()
    assert letter["Subject"].replace(" ", "") == "[Báođộng]Đãbịtắt:2lầntắt,nhiềubáođộng"
    text = letter.get_content()
    assert text.index('KHÔNG CHỈ MỘT BÁO ĐỘNG: alertname=~".+"') < text.index('alertname="disk-full"')
    assert text.count("DÀI HƠN 24 GIỜ") == 1


@pytest.mark.parametrize(
    ("matchers", "broad"),
    [
        ([("alertname", "x", False, True)], False),
        ([("alertname", "x", False, True), ("host", ".*", True, True)], False),
        ([("alertname", "x", True, True)], True),
        ([("alertname", "x", False, False)], True),
        ([("severity", "urgent", False, True)], True),
        ([("alertname", "", True, False)], True),
    ],
)
def test_silence_is_broad_unless_it_names_one_alert(
    world: World, matchers: list[tuple[str, str, bool, bool]], broad: bool
) -> None:
    made = [
        {"name": name, "value": value, "isRegex": regex, "isEqual": equal} for name, value, regex, equal in matchers
    ]
    world.found = [{**ONE, "matchers": made}]
    world.run()
    (letter,) = world.letters()
    assert ("KHÔNG CHỈ MỘT" in letter.get_content()) == broad


def test_silences_are_written_again_each_day_and_when_they_are_over_or_longer(world: World) -> None:
    world.found = [ONE]
    world.run()
    assert len(world.letters()) == 1
    world.now += 86401
    world.run()
    assert len(world.letters()) == 1, "a day later"
    world.found = [{**ONE, "endsAt": "2026-12-05T03:00:00.000Z"}]
    world.run()
    assert len(world.letters()) == 1, "until later"
    world.found = [{**ONE, "status": {"state": "expired"}}]
    world.run()
    assert world.subjects() == ["[Báođộng]Hếttắtbáođộng"]
    world.run()
    assert world.letters() == []


def test_silences_are_written_at_the_next_run_where_postfix_takes_none(world: World) -> None:
    world.found = [ALL]
    (world.folder / "away").touch()
    assert world.run() == 75
    (world.folder / "away").unlink()
    assert world.run() == 0
    assert len(world.letters()) == 1


def test_silences_are_all_written_where_the_state_is_no_state(world: World) -> None:
    world.found = [ONE]
    for text in ("", "[]", '{"silences": 3}', "\0"):
        (world.folder / "told").write_text(text, encoding="utf-8")
        assert world.run() == 0
        assert len(world.letters()) == 1, text


def test_alertmanager_that_is_away_for_ten_minutes_is_written_of_once(
    world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    there = world.settings
    world.settings = Settings(1, "mail", there.sender, there.operators, there.folder, there.state)
    assert world.run() == 75
    assert world.letters() == []
    for later in (590, 20, 3600):
        world.now += later
        assert world.run() == 75
    assert world.subjects() == ["[Báođộng]Alertmanagerkhôngtrảlời,báođộngkhônggửiđược"]
    assert "Alertmanager does not answer" in capfd.readouterr().err
    world.settings = there
    assert world.run() == 0
    world.settings = Settings(1, "mail", there.sender, there.operators, there.folder, there.state)
    for later in (0, 601):
        world.now += later
        world.run()
    assert len(world.letters()) == 1, "told anew after it was there"


def test_somebody_else_at_alertmanagers_port_is_not_believed(world: World, tmp_path: Path) -> None:
    """Any local user may listen there while Alertmanager is down: to say that there is no silence is no use."""
    world.found = [ONE]
    other = watch_key.make(tmp_path / "other")
    there = world.settings
    world.settings = Settings(there.port, "mail", there.sender, there.operators, str(other), there.state)
    assert world.run() == 75


def test_flood_of_silences_is_one_letter_of_bounded_length(world: World) -> None:
    world.found = [{**ALL, "id": f"x{number}"} for number in range(100)]
    world.run()
    (letter,) = world.letters()
    assert letter.get_content().count("Mã: ") == silences.MOST
    assert "Còn 80 lần tắt khác" in letter.get_content()
