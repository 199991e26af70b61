"""Why the database cannot be opened, and what to do about it: by the words of the server."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host import postgres

ROLE = "danhba_apply"


def refused(monkeypatch: pytest.MonkeyPatch, folder: Path, words: str) -> Failure:
    """The failure where psycopg says this."""

    def connect(**_arguments: object) -> None:
        raise psycopg.OperationalError(f"connection failed: {words}")

    monkeypatch.setattr(psycopg, "connect", connect)
    monkeypatch.setattr(postgres, "RESTART_TIMEOUT", 0)
    with pytest.raises(Failure) as caught:
        postgres.open_connection("danhba", ROLE, str(folder))
    return caught.value


@pytest.mark.parametrize(
    ("words", "vi", "en"),
    [
        ("Connection refused", "systemctl start postgresql", "is not running"),
        ('FATAL:  database "danhba" does not exist', "Chưa có cơ sở dữ liệu danhba", "danhba does not exist"),
        (f'FATAL:  role "{ROLE}" does not exist', f"Chưa có vai trò {ROLE}", f"PostgreSQL has no role {ROLE}"),
        (f'FATAL:  Peer authentication failed for user "{ROLE}"', "bằng quyền root", "Run the task as root"),
        ('FATAL:  permission denied for database "danhba"', "bằng quyền root", "Run the task as root"),
        ("FATAL:  sorry, too many clients already", "too many clients already", "Cannot open the database danhba"),
    ],
)
def test_refused_connection_tells_the_way_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: str, vi: str, en: str
) -> None:
    (tmp_path / f".s.PGSQL.{postgres.PORT}").touch()
    failure = refused(monkeypatch, tmp_path, words)
    assert vi in failure.vi
    assert en in failure.en


@pytest.mark.parametrize(
    "words",
    [
        "FATAL:  the database system is starting up",
        "FATAL:  the database system is in recovery mode",
        "FATAL:  the database system is not yet accepting connections",
        "Connection refused",
    ],
)
def test_starting_server_is_waited_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: str) -> None:
    (tmp_path / f".s.PGSQL.{postgres.PORT}").touch()
    refusals = [psycopg.OperationalError(words)] * 2

    def connect(**_arguments: object) -> str:
        if refusals:
            raise refusals.pop()
        return "connection"

    monkeypatch.setattr(psycopg, "connect", connect)
    monkeypatch.setattr(postgres, "START_INTERVAL", 0)
    assert str(postgres.open_connection("danhba", ROLE, str(tmp_path))) == "connection"


@pytest.mark.parametrize("words", ["FATAL:  the database system is shutting down", "Connection refused"])
def test_stopped_server_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: str) -> None:
    tries = []

    def connect(**_arguments: object) -> None:
        tries.append(words)
        raise psycopg.OperationalError(words)

    monkeypatch.setattr(psycopg, "connect", connect)
    with pytest.raises(Failure):
        postgres.open_connection("danhba", ROLE, str(tmp_path))
    assert len(tries) == 1


def test_waiting_for_a_starting_server_times_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / f".s.PGSQL.{postgres.PORT}").touch()
    monkeypatch.setattr(postgres, "START_TIMEOUT", 0)
    assert "starting up" in refused(monkeypatch, tmp_path, "FATAL:  the database system is starting up").en


def test_missing_socket_is_told_as_server_not_running(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert f"nobody listens in {tmp_path}" in refused(monkeypatch, tmp_path, "No such file or directory").en


def test_host_without_psycopg_is_told_the_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(postgres, "HAS_PSYCOPG", False)
    with pytest.raises(Failure, match="apt-get install python3-psycopg"):
        postgres.open_connection("danhba", ROLE, str(tmp_path))
