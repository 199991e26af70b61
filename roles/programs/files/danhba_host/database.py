"""The connection to the database of accounts: the same options for every program."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import psycopg
from psycopg.rows import TupleRow

from .journal import Away, Refused

CONNECT_SECONDS = 5
LOCK_SECONDS = 5

Connection = psycopg.Connection[TupleRow]


class Reached(Protocol):
    """The settings of a connection to the database."""

    @property
    def database_socket_dir(self) -> str:
        """Return the folder of the server's Unix socket."""

    @property
    def database(self) -> str:
        """Return the database's name."""


def connect(settings: Reached, role: str, *, program: str, statement_seconds: int = 10) -> Connection:
    """Open a connection; each statement is a transaction of its own.

    A statement that takes longer than `statement_seconds`, or waits for a lock for longer than `LOCK_SECONDS`, is
    cancelled. `program` is the name that `pg_stat_activity` shows.
    """
    limits = {
        "statement_timeout": statement_seconds,
        "lock_timeout": LOCK_SECONDS,
        "idle_in_transaction_session_timeout": statement_seconds,
    }
    return psycopg.connect(
        host=settings.database_socket_dir,
        dbname=settings.database,
        user=role,
        application_name=program,
        client_encoding="UTF8",
        connect_timeout=CONNECT_SECONDS,
        options=" ".join(f"-c {name}={seconds}s" for name, seconds in limits.items()),
        autocommit=True,
    )


@contextmanager
def translated() -> Iterator[None]:
    """Turn errors of the database into exceptions that end a program.

    Raises:
        Away: the server is away, disconnected or timed out (classes 08, 40, 53, 55, 57 of SQLSTATE).
        Refused: anything else. The schema or the rights are not those of this version.
    """
    try:
        yield
    except psycopg.OperationalError as error:
        raise Away(f"cơ sở dữ liệu không trả lời -- the database does not answer: {error}") from error
    except psycopg.Error as error:
        raise Refused(f"chạy playbooks/site.yml -- run playbooks/site.yml: {error}") from error
