"""What errors of the database mean to a program."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from danhba_host.database import connect, translated
from danhba_host.journal import Away, Refused
from tests.support.programs import Reached


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (psycopg.OperationalError, Away),
        (psycopg.errors.LockNotAvailable, Away),
        (psycopg.errors.QueryCanceled, Away),
        (psycopg.errors.AdminShutdown, Away),
        (psycopg.errors.TooManyConnections, Away),
        (psycopg.errors.InsufficientPrivilege, Refused),
        (psycopg.errors.UndefinedTable, Refused),
        (psycopg.errors.UndefinedColumn, Refused),
    ],
)
def test_errors_are_translated(error: type[psycopg.Error], meaning: type[Exception]) -> None:
    with pytest.raises(meaning, match=r" -- .*: why"), translated():
        raise error("why")


def test_other_errors_pass() -> None:
    with pytest.raises(ZeroDivisionError), translated():
        raise ZeroDivisionError


def test_no_server_is_a_server_away(tmp_path: Path) -> None:
    with pytest.raises(Away, match="does not answer"), translated():
        connect(Reached(str(tmp_path), "danhba"), "nobody", program="test")
