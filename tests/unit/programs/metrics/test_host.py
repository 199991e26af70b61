"""What a host says of itself, by programs that stand in for those of a real one."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from danhba_host.figure import Figure
from danhba_host.metrics import host
from danhba_host.metrics.host import Silent

NOW = 1_795_785_592.0
Said = Callable[[str, str], None]


@pytest.fixture
def says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Said:
    """Puts a program on the path that says a text."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    def put(name: str, text: str) -> None:
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
        (tmp_path / name).write_text(f"#!/bin/sh\ncat '{tmp_path / name}.txt'\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)

    return put


def numbers(figures: Iterable[Figure]) -> dict[str, float]:
    return {figure.line().rpartition(" ")[0]: float(figure.value) for figure in figures}


def test_services(says: Said) -> None:
    states = {"a.service": "active", "b.service": "failed", "c.socket": "reloading", "d.service": "inactive"}
    says("systemctl", "\n\n".join(f"Id={name}\nActiveState={state}" for name, state in states.items()) + "\n")
    assert numbers(host.services(list(states))) == {
        'danhba_service_up{service="a.service"}': 1,
        'danhba_service_up{service="b.service"}': 0,
        'danhba_service_up{service="c.socket"}': 1,
        'danhba_service_up{service="d.service"}': 0,
    }
    assert not list(host.services([]))


def test_services_that_were_started_again(says: Said) -> None:
    """Of one that is started again where it ended well, and of one that never is, the number says nothing."""
    states = [
        ("a", "on-failure", 41),
        ("b", "always", 300),
        ("c", "on-abnormal", 0),
        ("d", "on-success", 7),
        ("e", "no", 0),
    ]
    shown = [f"Restart={restart}\nNRestarts={times}\nId={name}.service" for name, restart, times in states]
    says("systemctl", "\n\n".join(shown) + "\n")
    assert numbers(host.restarts()) == {
        'danhba_service_restarts{service="a.service"}': 41,
        'danhba_service_restarts{service="c.service"}': 0,
    }


def test_units_that_failed(says: Said) -> None:
    """But those that have to run, of which another number tells."""
    lines = ["a.service loaded failed failed A service", "danhba-free-space.service loaded failed failed Danh bạ: note"]
    says("systemctl", "\n".join(lines) + "\n")
    assert numbers(host.failed(["a.service"])) == {'danhba_unit_failed{service="danhba-free-space.service"}': 1}


def test_queue(says: Said) -> None:
    waiting = [("deferred", 60), ("deferred", 7200), ("active", 1)]
    lines = [json.dumps({"queue_name": name, "arrival_time": int(NOW) - age}) for name, age in waiting]
    says("postqueue", "\n".join(lines) + "\n")
    found = numbers(host.queue(NOW))
    assert found['danhba_queue_messages{queue="deferred"}'] == 2
    assert found['danhba_queue_oldest_seconds{queue="deferred"}'] == 7200
    assert found['danhba_queue_messages{queue="active"}'] == 1
    assert found['danhba_queue_messages{queue="hold"}'] == found['danhba_queue_oldest_seconds{queue="hold"}'] == 0


def test_an_empty_queue_is_a_number_too(says: Said) -> None:
    says("postqueue", "")
    assert set(numbers(host.queue(NOW)).values()) == {0}


def test_certificate(tmp_path: Path) -> None:
    path = tmp_path / "server.crt"
    command = f"openssl req -x509 -newkey ed25519 -nodes -keyout {tmp_path}/key -out {path} -subj /CN=x -days 7"
    subprocess.run(command.split(), check=True, capture_output=True)
    [end] = numbers(host.certificate(str(path))).values()
    assert abs(end - (datetime.now(UTC) + timedelta(days=7)).timestamp()) < 60


def test_what_is_no_certificate_is_silent(tmp_path: Path, says: Said) -> None:
    with pytest.raises(Silent, match="openssl"):
        list(host.certificate(str(tmp_path / "none.crt")))
    says("openssl", "notAfter=some day\n")
    with pytest.raises(Silent, match="some day"):
        list(host.certificate(str(tmp_path / "none.crt")))


def test_signatures(tmp_path: Path) -> None:
    for name, moment in (("main.cvd", 100), ("daily.cld", 200), ("freshclam.dat", 300)):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (moment, moment))
    assert list(numbers(host.signatures(str(tmp_path))).values()) == [200]


def test_no_signatures_are_silent(tmp_path: Path) -> None:
    with pytest.raises(Silent, match="there are no signatures"):
        list(host.signatures(str(tmp_path)))
    with pytest.raises(Silent, match="none"):
        list(host.signatures(str(tmp_path / "none")))


def test_bans(says: Said) -> None:
    lines = [f"NOTICE [danhba] {what} 192.0.2.{number}" for number, what in enumerate(("Ban", "Unban", "Ban"))]
    says("journalctl", "\n".join(lines) + "\n")
    assert numbers(host.bans()) == {"danhba_bans_last_hour": 2}


def test_who_hangs_or_is_not_there_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Silent, match="no-such-program"):
        host.ask("no-such-program")
    with pytest.raises(Silent, match="false"):
        host.ask("false")
    monkeypatch.setattr(host, "SECONDS", 0.1)
    with pytest.raises(Silent, match="sleep"):
        host.ask("sleep", "60")
